/* Which virtual router: by all of where it was heard (seg, host, if, vlan), family and VRID. Pure. */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/event.h"

bool place_equal(const struct origin *a, const struct origin *b); /* dir does not count */
uint32_t place_hash(const struct origin *from, uint8_t af, uint8_t vrid);

#endif
