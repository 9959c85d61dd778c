/* Give up what is no longer needed. */
#ifndef NET_PRIVILEGE_H
#define NET_PRIVILEGE_H

#include <stdbool.h>

/* Drops every capability (bounding set first) and sets NO_NEW_PRIVS. The uid stays, and with it what its user owns: that
 * is for confine.h. False: errno, *what names the step. */
bool privilege_drop_all(const char **what);
/* Keeps just these (CAP_NET_RAW, ...; -1 ends the list), drops the rest, sets NO_NEW_PRIVS. A kept capability that is not there is not an error. */
bool privilege_keep(const char **what, ...);

#endif
