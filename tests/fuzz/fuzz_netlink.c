/* What rtnetlink tells of interfaces and addresses, in any bytes: nothing is read beyond a message, and what is made of it
 * can be said in a line. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/address_message.h"
#include "net/kernel_message.h"
#include "net/link_table.h"

enum { MOST = 16384 };

static volatile size_t seen;

static void describe_all(const struct link_table *t)
{
    char text[512];
    for (size_t i = 0; i < t->link_count; i++) {
        struct link_event e, again;
        struct writer w = {.buffer = text, .size = sizeof text};
        link_table_describe(t, &t->links[i], t->links[i].ifname, NULL, &e);
        link_table_describe(t, &t->links[i], t->links[i].ifname, &e, &again);
        if (!ip_equal(&e.primary4, &again.primary4) || !ip_equal(&e.primary6, &again.primary6))
            abort();
        if (memchr(e.ifname, '\0', sizeof e.ifname) == NULL)
            abort();
        write_link(&w, (stamp){0}, &e);
        seen += w.length + link_table_has_address(t, t->links[i].ifindex);
    }
}

/* libmnl takes a length of 2 GiB and more for a negative one. The kernel sends none. */
static size_t sane(uint8_t *bytes, size_t size)
{
    size_t done = 0;
    while (size - done >= sizeof(struct nlmsghdr)) {
        uint32_t length;
        memcpy(&length, bytes + done, sizeof length);
        if (length < sizeof(struct nlmsghdr) || NLMSG_ALIGN(length) > size - done || length > size)
            break;
        done += NLMSG_ALIGN(length);
    }
    return done;
}

static void look_at(const struct nlmsghdr *m)
{
    static const struct ip any, via = {.family = 4, .bytes = {192, 0, 2, 1}}, via6 = {.family = 6, .bytes = {0x20}};
    struct kernel_address_seen a;
    struct kernel_route_seen r;
    if (kernel_address_read(m, &a))
        seen += a.ip.family + a.usable;
    if (kernel_route_read(m, &r))
        seen += r.to.ip.family + r.table;
    if (kernel_route_leads(m, 0, &via) == KERNEL_THERE && kernel_route_leads(m, 0, &any) != KERNEL_THERE)
        abort();
    seen += (size_t)kernel_route_leads(m, 2, &via6);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct link_table table = {0};
    if (size > MOST)
        return 0;
    /* As long as what was received, in memory of just that size, so that a byte too far is noticed. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    if (!exact)
        return 0;
    memcpy(exact, data, size);
    size = sane(exact, size);
    mnl_cb_run(exact, size, 0, 0, link_table_message, &table);
    describe_all(&table);
    link_table_free(&table);
    int left = (int)size;
    for (const struct nlmsghdr *m = (void *)exact; mnl_nlmsg_ok(m, left); m = mnl_nlmsg_next(m, &left)) {
        struct address_entry e;
        if (address_message_read(m, &e)) {
            if (e.prefix.ip.family != 4 && e.prefix.ip.family != 6)
                abort();
            seen += e.prefix.length;
        }
        look_at(m);
    }
    free(exact);
    return 0;
}
