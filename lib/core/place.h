/* Where a virtual router was heard, as a key of tables: seg, host, if and vlan; its direction does not count. Pure. */
#ifndef CORE_PLACE_H
#define CORE_PLACE_H

#include "core/event.h"

uint32_t place_hash(const struct origin *o, uint8_t af, uint8_t vrid);
bool place_equal(const struct origin *a, const struct origin *b);
int place_compare(const struct origin *a, const struct origin *b); /* <0 0 >0: seg, host, if, vlan */

#endif
