/* What both ways of JSON share. Pure. */
#ifndef CORE_JSON_NAMES_H
#define CORE_JSON_NAMES_H

#include "core/keys.h"

/* The members that an object has beside those of the keys. */
enum json_head { HEAD_TIME, HEAD_TIME_NS, HEAD_T, HEAD_EVENT, HEAD_NONE };

/* Which of them a member of this name is. */
enum json_head json_head_of(struct span name);
/* Would a key be taken for one of them? */
bool json_name_is_taken(struct span key);
/* The kind of the i-th item of a list. */
enum value_kind json_item_kind(enum value_kind list, size_t i);

#endif
