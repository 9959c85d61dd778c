/* profiles: the system calls that each profile of lib/net/confine.h has, a line each: PROFILE CALL. */
#include <stdio.h>

#include "core/units.h"
#include "net/confine_profiles.h"

int main(void)
{
    static const char *const names[] = {
        [CONFINE_FILTER] = "filter",     [CONFINE_DRAWER] = "drawer",   [CONFINE_SCREEN] = "screen",
        [CONFINE_LISTENER] = "listener", [CONFINE_SENDER] = "sender",   [CONFINE_HOLDER] = "holder",
        [CONFINE_REPORTER] = "reporter", [CONFINE_SETTER] = "setter",   [CONFINE_CALLER] = "caller",
        [CONFINE_KEEPER] = "keeper",     [CONFINE_WATCHER] = "watcher", [CONFINE_SIGNER] = "signer",
    };
    const struct confine_call *calls;
    size_t count = confine_table(&calls);

    for (size_t profile = 0; profile < nitems(names); profile++)
        for (size_t i = 0; i < count; i++)
            if ((calls[i].profiles & 1U << profile) != 0)
                printf("%s %s\n", names[profile], calls[i].name);
    return 0;
}
