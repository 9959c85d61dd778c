#include "net/privilege.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/prctl.h>

enum { KEPT_MOST = 8 };

static bool is_kept(cap_value_t value, const cap_value_t *kept, int count)
{
    for (int i = 0; i < count; i++)
        if (kept[i] == value)
            return true;
    return false;
}

/* What is not in the bounding set can never come back, not even through a set-uid program; but only CAP_SETPCAP may
 * shrink it. A process without that capability has nothing there to gain after NO_NEW_PRIVS either. */
static bool shrink_bounding_set(cap_t own, const cap_value_t *kept, int count)
{
    cap_flag_value_t may = CAP_CLEAR;

    if (cap_get_flag(own, CAP_SETPCAP, CAP_EFFECTIVE, &may) < 0)
        return false;
    if (may != CAP_SET)
        return true;
    for (cap_value_t value = 0; cap_get_bound(value) >= 0; value++)
        if (!is_kept(value, kept, count) && cap_drop_bound(value) < 0)
            return false;
    errno = 0; /* cap_get_bound ended with EINVAL at the first capability that the kernel does not know */
    return true;
}

/* The new set: of what is kept, what this process is permitted now. */
static bool restrict_set(cap_t new, cap_t own, const cap_value_t *kept, int count)
{
    for (int i = 0; i < count; i++) {
        cap_flag_value_t have = CAP_CLEAR;

        if (cap_get_flag(own, kept[i], CAP_PERMITTED, &have) < 0)
            return false;
        if (have == CAP_SET && (cap_set_flag(new, CAP_PERMITTED, 1, &kept[i], CAP_SET) < 0 ||
                                cap_set_flag(new, CAP_EFFECTIVE, 1, &kept[i], CAP_SET) < 0))
            return false;
    }
    return true;
}

static bool drop(const char **what, const cap_value_t *kept, int count)
{
    cap_t own = NULL, new = NULL;
    bool done = false;

    *what = "reading the capabilities";
    own = cap_get_proc();
    new = cap_init();
    if (own == NULL || new == NULL || !restrict_set(new, own, kept, count))
        goto cleanup;
    *what = "shrinking the bounding set";
    if (!shrink_bounding_set(own, kept, count))
        goto cleanup;
    *what = "clearing the ambient set";
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L) < 0 && errno != EINVAL)
        goto cleanup;
    *what = "setting the capabilities";
    if (cap_set_proc(new) < 0)
        goto cleanup;
    *what = "no_new_privs";
    done = prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0;
cleanup:
    if (own != NULL)
        cap_free(own);
    if (new != NULL)
        cap_free(new);
    return done;
}

bool privilege_drop_all(const char **what)
{
    return drop(what, NULL, 0);
}

bool privilege_keep(const char **what, ...)
{
    cap_value_t kept[KEPT_MOST];
    int count = 0;
    va_list arguments;

    va_start(arguments, what);
    for (int value = va_arg(arguments, int); value >= 0 && count < KEPT_MOST; value = va_arg(arguments, int))
        kept[count++] = value;
    va_end(arguments);
    return drop(what, kept, count);
}
