/* Virtual addresses on interfaces, through libmnl. What is ours carries a tag (IFA_PROTO 112); what was there before
 * without it is foreign and is never changed, leased or deleted. */
#ifndef NET_ADDRESSES_H
#define NET_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/change.h"

enum { ADDRESS_TAG = 112, ADDRESS_BATCH = 64 };

struct address_error {
    int number;     /* errno */
    char text[200]; /* the kernel's own words (NETLINK_EXT_ACK) or ours: "IPv6 is disabled on eth0" */
};

struct address_book;                          /* a netlink socket */
struct address_book *address_book_open(void); /* NULL: errno */
void address_book_close(struct address_book *b);
/* May this process change addresses here? Asks the kernel to delete something that cannot exist. False: EPERM. */
bool address_book_may_change(struct address_book *b);

/* Does this kernel keep the tag? Linux before 5.18 takes it and forgets it: all addresses look foreign there. */
bool address_tags_kept(void);

/* One address that the kernel has. */
struct address_entry {
    unsigned ifindex;
    struct prefix prefix;
    bool ours; /* it carries the tag */
    struct address_style style;
    bool secondary; /* IPv4: it goes with the first one of its subnet, unless promote_secondaries is set */
};
typedef void address_visit(void *context, const struct address_entry *e);

/* Each address of one interface as the kernel has it now. False: *error (ENODEV: no such interface). */
bool address_each(struct address_book *b, unsigned ifindex, address_visit *visit, void *context,
                  struct address_error *error);

/* Do them in order, in batches of ADDRESS_BATCH; each result is set. Removing what is not there is 0; adding what is
 * there is EEXIST, and changes nothing. False: any failed; *error tells of the first. */
bool address_apply(struct address_book *b, struct address_change *changes, size_t count, struct address_error *error);

/* The interface of that name: its index and its MAC address (false in has_mac: it has none, as a tunnel). A few µs.
 * False: errno (ENODEV). */
bool address_interface(const struct address_book *b, const char *ifname, unsigned *ifindex, bool *has_mac,
                       struct mac *mac);
/* IFF_UP, whether or not it has a carrier. */
bool address_interface_up(const struct address_book *b, const char *ifname);

/* net.ipv4.conf.IF.promote_secondaries=1, so that a host address in the VIP's subnet does not go with it. Through
 * netlink, which works where /proc/sys is read-only or out of reach. False: errno. */
bool address_promote_secondaries(struct address_book *b, unsigned ifindex);

/* What the kernel says of changes that this book did not make itself. */
struct address_watch {
    int fd;
};
typedef void address_noticed(void *context, const struct address_entry *e, bool gone);
typedef void address_link_noticed(void *context, unsigned ifindex, const char *ifname); /* it came, went or changed */

bool address_watch_open(struct address_watch *w, const struct address_book *except); /* false: errno */
void address_watch_close(struct address_watch *w);
/* Reads what is there without waiting. False: more was said than there was room for: look at everything again. */
bool address_watch_read(struct address_watch *w, address_noticed *noticed, address_link_noticed *link, void *context);

#endif
