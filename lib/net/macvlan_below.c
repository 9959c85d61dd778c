/* Macvlans: the interfaces that they are made on. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "net/macvlan_private.h"

enum {
    ARP_IGNORE_OTHERS = 1, /* answer only for what is on the interface that was asked */
    ARP_IGNORE_LOCAL = 3,  /* answer for all but addresses of scope host */
    ARP_ANNOUNCE_OWN = 2,  /* ask in the name of the interface's own address */
};

bool macvlan_is_ours(const struct interface_facts *f, struct vmac_mark *mark)
{
    *mark = (struct vmac_mark){0};
    bool marked = vmac_mark_read(mark, f->alias);
    if (!marked)
        *mark = (struct vmac_mark){0};
    return strcmp(f->kind, "macvlan") == 0 && f->has_mac && is_vrrp_mac(&f->mac) && (marked || is_vmac_name(f->name));
}

static void search_one(void *context, const struct interface_facts *f)
{
    struct macvlan_search *s = context;
    struct vmac_mark mark;
    if (f->below != s->below->ifindex || f->ifindex == s->except)
        return;
    bool ours = macvlan_is_ours(f, &mark);
    if (!ours && f->has_mac && memcmp(&f->mac, &s->mac, sizeof f->mac) == 0)
        memcpy(s->taken, f->name, sizeof s->taken);
    if (ours && vmac_mark_read(&mark, f->alias)) {
        s->found = true;
        s->mark = mark;
    }
}

bool macvlan_search(struct macvlans *m, struct macvlan_search *s)
{
    return interface_each_macvlan(m->book, search_one, s);
}

struct below *below_find(struct macvlans *m, unsigned ifindex)
{
    for (size_t n = 0; n < m->count; n++) {
        if (m->list[n].ifindex == ifindex)
            return &m->list[n];
    }
    return NULL;
}

bool below_keep(struct macvlans *m, const struct below *b)
{
    if (below_find(m, b->ifindex) != NULL)
        return true;
    if (m->count == m->room) {
        size_t room = m->room > 0 ? 2 * m->room : 4;
        struct below *list = realloc(m->list, room * sizeof *list);
        if (list == NULL)
            return false;
        m->list = list;
        m->room = room;
    }
    m->list[m->count++] = *b;
    return true;
}

/* Its settings were read before the others are asked for: who makes another one at this moment sets the mark first and
 * the settings then. */
bool below_learn(struct macvlans *m, const struct interface_facts *f)
{
    struct macvlan_search s = {.below = f};
    struct below b = {.ifindex = f->ifindex,
                      .arp_ignore = (uint32_t)interface_setting_of(f, IPV4_DEVCONF_ARP_IGNORE),
                      .arp_announce = (uint32_t)interface_setting_of(f, IPV4_DEVCONF_ARP_ANNOUNCE)};
    if (below_find(m, f->ifindex) != NULL)
        return true;
    if (!macvlan_search(m, &s))
        return false;
    if (s.found) {
        b.arp_ignore = s.mark.arp_ignore;
        b.arp_announce = s.mark.arp_announce;
    }
    return below_keep(m, &b);
}

bool below_set(struct macvlans *m, const struct interface_facts *f)
{
    struct interface_setting list[2];
    size_t count = 0;
    int32_t ignore = interface_setting_of(f, IPV4_DEVCONF_ARP_IGNORE);
    if (ignore == 0 || ignore == ARP_IGNORE_LOCAL)
        list[count++] = (struct interface_setting){IPV4_DEVCONF_ARP_IGNORE, ARP_IGNORE_OTHERS};
    if (interface_setting_of(f, IPV4_DEVCONF_ARP_ANNOUNCE) < ARP_ANNOUNCE_OWN)
        list[count++] = (struct interface_setting){IPV4_DEVCONF_ARP_ANNOUNCE, ARP_ANNOUNCE_OWN};
    return count == 0 || interface_set(m->book, f->ifindex, list, count);
}

/* What somebody else has set meanwhile is left. */
static void give_back(struct macvlans *m, const struct below *b)
{
    struct interface_facts f;
    struct interface_setting list[2];
    size_t count = 0;
    if (!interface_ask(m->book, b->ifindex, &f))
        return;
    if (interface_setting_of(&f, IPV4_DEVCONF_ARP_IGNORE) == ARP_IGNORE_OTHERS && b->arp_ignore != ARP_IGNORE_OTHERS)
        list[count++] = (struct interface_setting){IPV4_DEVCONF_ARP_IGNORE, b->arp_ignore};
    if (interface_setting_of(&f, IPV4_DEVCONF_ARP_ANNOUNCE) == ARP_ANNOUNCE_OWN && b->arp_announce != ARP_ANNOUNCE_OWN)
        list[count++] = (struct interface_setting){IPV4_DEVCONF_ARP_ANNOUNCE, b->arp_announce};
    if (count > 0)
        (void)interface_set(m->book, b->ifindex, list, count);
}

static void see_carrier(void *context, const struct interface_facts *f)
{
    struct macvlans *m = context;
    struct vmac_mark mark;
    struct below *b = below_find(m, f->below);
    if (b != NULL && macvlan_is_ours(f, &mark))
        b->carries = true;
}

static bool see_carriers(struct macvlans *m)
{
    for (size_t n = 0; n < m->count; n++)
        m->list[n].carries = false;
    return interface_each_macvlan(m->book, see_carrier, m);
}

/* Another process may have made one just then, when the last one was gone: it would be without what it has set. */
void below_give_back(struct macvlans *m)
{
    bool given = false;
    if (!see_carriers(m))
        return;
    for (size_t n = 0; n < m->count; n++) {
        if (!m->list[n].carries) {
            give_back(m, &m->list[n]);
            given = true;
        }
    }
    if (!given || !see_carriers(m))
        return;
    for (size_t n = m->count; n > 0; n--) {
        struct interface_facts f;
        if (!m->list[n - 1].carries)
            m->list[n - 1] = m->list[--m->count];
        else if (interface_ask(m->book, m->list[n - 1].ifindex, &f))
            (void)below_set(m, &f);
    }
}
