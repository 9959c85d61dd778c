/* What a virtual router has beside its addresses, as it is written: an election only hands it on. */
#include <stdlib.h>
#include <string.h>

#include "core/electorate_internal.h"

bool member_lists_make(const struct vr_config *c, struct member_lists **out)
{
    size_t routes = c->routes.len, rules = c->rules.len;
    *out = NULL;
    if (routes + rules == 0)
        return true;
    struct member_lists *lists = malloc(sizeof *lists + routes + rules);
    if (!lists)
        return false;
    lists->routes = (struct span){lists->text, routes};
    lists->rules = (struct span){lists->text + routes, rules};
    if (routes > 0)
        memcpy(lists->text, c->routes.at, routes);
    if (rules > 0)
        memcpy(lists->text + routes, c->rules.at, rules);
    *out = lists;
    return true;
}

struct span member_routes(const struct member *m)
{
    return m->lists ? m->lists->routes : (struct span){NULL, 0};
}

struct span member_rules(const struct member *m)
{
    return m->lists ? m->lists->rules : (struct span){NULL, 0};
}

bool member_lists_same(const struct member *m, const struct vr_config *c)
{
    return span_equal(member_routes(m), c->routes) && span_equal(member_rules(m), c->rules);
}
