/* Interfaces as the kernel tells of them: state, MAC, MTU, primary addresses. Through libmnl; needs no privilege. */
#ifndef NET_LINK_H
#define NET_LINK_H

#include "core/event.h"

struct link_watch; /* owns its sockets and table */
typedef void link_change(void *context, const struct link_event *e);

/* ifnames: those to watch; count 0: all but macvlans of ours. NULL: errno. The first link_watch_report reports each watched interface once
 * (LINK_GONE for one that is not there). */
struct link_watch *link_watch_open(const char *const *ifnames, size_t count);
void link_watch_close(struct link_watch *w);
int link_watch_fd(const struct link_watch *w);
/* Read what the kernel said; news: that there was something. What follows an interface looks at it between this and the
 * report: later than what was read, so that nothing is missed, and before anyone is told that it is there. */
bool link_watch_read(struct link_watch *w, bool *news);
/* Tell of changes: they are held back until they have been quiet for 10 ms, or told at once the first time.
 * deadline: when to call again though nothing is readable. */
bool link_watch_report(struct link_watch *w, instant now, link_change *change, void *context, instant *deadline);

/* One interface, asked now. False: errno (ENODEV). Usable primary addresses only: not tentative, not tagged as a
 * virtual address of ours (IFA_PROTO 112). ifindex and the rest as the kernel has them. */
bool link_query(const char *ifname, struct link_event *e, unsigned *ifindex);
/* The names of interfaces that are up, no loopback nor macvlan of ours, and have an address. Returns how many (at most size). */
size_t link_names_up(char names[][IFNAME_TEXT], size_t size);

#endif
