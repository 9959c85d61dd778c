#include "core/json_names.h"

enum json_head json_head_of(struct span name)
{
    if (span_is(name, "event"))
        return HEAD_EVENT;
    if (name.len == 0 || name.at[0] != 't')
        return HEAD_NONE;
    if (span_is(name, "t"))
        return HEAD_T;
    if (span_is(name, "time"))
        return HEAD_TIME;
    return span_is(name, "time_ns") ? HEAD_TIME_NS : HEAD_NONE;
}

bool json_name_is_taken(struct span key)
{
    return json_head_of(key) != HEAD_NONE || span_is(key, "time-ns");
}

enum value_kind json_item_kind(enum value_kind list, size_t i)
{
    if (list != KIND_GARP)
        return KIND_TEXT;
    return i == 1 ? KIND_DURATION : KIND_NUMBER;
}
