#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cli.h"
#include "cmd/follow.h"

void follow_macvlans_open(struct follow *f)
{
    if (!presence_begin(&f->presence))
        cli_die(EXIT_SYSTEM, "netlink: %s", strerror(errno));
    f->macvlans = macvlans_open(f->book, f->presence.number);
    if (f->macvlans == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    int left = macvlan_sweep(f->macvlans);
    if (left < 0)
        cli_say("macvlans that an earlier run may have left: %s", strerror(errno));
    else if (left > 0)
        cli_say("%d macvlan%s of an earlier run that was killed %s removed", left, left == 1 ? "" : "s",
                left == 1 ? "is" : "are");
}

void follow_macvlans_close(struct follow *f)
{
    macvlans_close(f->macvlans);
    presence_end(&f->presence);
    free(f->leaving);
}

static void leave(struct follow *f, unsigned ifindex)
{
    if (f->leaving_count == f->leaving_room) {
        size_t room = f->leaving_room > 0 ? 2 * f->leaving_room : 16;
        unsigned *leaving = realloc(f->leaving, room * sizeof *leaving);
        if (leaving == NULL)
            cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
        f->leaving = leaving;
        f->leaving_room = room;
    }
    f->leaving[f->leaving_count++] = ifindex;
}

void follow_macvlans_leave(struct follow *f)
{
    if (f->leaving_count == 0)
        return;
    if (!macvlan_remove(f->macvlans, f->leaving, f->leaving_count)) {
        cli_say("removing macvlans: %s", strerror(errno));
        f->failed = true;
    }
    f->leaving_count = 0;
}

static void ignore_routers(struct follow *f, unsigned ifindex)
{
    if (macvlan_ignore_routers(f->macvlans, ifindex) || f->told_routers)
        return;
    f->told_routers = true;
    cli_say("accept_ra of macvlans: %s; routers may give them addresses and routes (told once)", strerror(errno));
}

/* A try that has failed is made again only where the kernel would no more refuse it, as far as it tells before. */
static bool make(struct follow *f, size_t link, const struct identity *id, unsigned *ifindex)
{
    struct address_error *error = &f->macvlan_error;
    if (*ifindex != 0 && macvlan_stands(f->macvlans, id, *ifindex))
        return true;
    if (holdings_macvlan_number(f->holdings, link) != 0 && !macvlan_check(f->macvlans, id, error))
        return false;
    if (!macvlan_make(f->macvlans, id, ifindex, error))
        return false;
    ignore_routers(f, *ifindex);
    if (macvlan_open(f->macvlans, id, *ifindex, error))
        return true;
    leave(f, *ifindex);
    return false;
}

/* As it is called, or would be. */
static void name(struct follow *f, size_t link, const struct identity *id)
{
    char ifname[IFNAME_TEXT];
    unsigned below;
    bool has_mac;
    struct mac mac;
    if (!address_interface(f->book, id->ifname, &below, &has_mac, &mac))
        return;
    vmac_name(ifname, id->af, id->vrid, below);
    holdings_macvlan_named(f->holdings, link, ifname);
}

static int begin(struct follow *f, size_t link, const struct identity *id)
{
    unsigned ifindex = holdings_ifindex(f->holdings, link);
    struct mac mac = vrrp_mac(id->af, id->vrid);
    if (!make(f, link, id, &ifindex)) {
        holdings_resolve(f->holdings, link, 0, NULL, false, f->now);
        return f->macvlan_error.number;
    }
    holdings_resolve(f->holdings, link, ifindex, &mac, address_interface_up(f->book, id->ifname), f->now);
    return 0;
}

static int end(struct follow *f, size_t link, const struct identity *id)
{
    unsigned ifindex = holdings_ifindex(f->holdings, link);
    if (ifindex != 0)
        leave(f, ifindex);
    holdings_resolve(f->holdings, link, 0, NULL, false, f->now);
    return ifindex != 0 || macvlan_check(f->macvlans, id, &f->macvlan_error) ? 0 : f->macvlan_error.number;
}

bool follow_macvlan(struct follow *f, size_t link, int *number)
{
    struct identity id;
    bool wanted;
    if (!holdings_macvlan(f->holdings, link, &id, &wanted))
        return false;
    if (holdings_unresolved(f->holdings, link))
        name(f, link, &id);
    if (!wanted)
        *number = end(f, link, &id);
    else if (holdings_unresolved(f->holdings, link) || holdings_ifindex(f->holdings, link) == 0)
        *number = begin(f, link, &id);
    if (*number == ENODEV)
        *number = 0; /* that is told of the interface, and it is waited for */
    return true;
}

struct below {
    struct follow *follow;
    size_t link;
    struct address_change *changes;
    size_t count;
};

static void saw_below(void *context, const struct address_entry *e)
{
    struct below *b = context;
    if (!holdings_saw_below(b->follow->holdings, b->link, &e->prefix, e->ours))
        return;
    struct address_change *changes = realloc(b->changes, (b->count + 1) * sizeof *changes);
    if (changes == NULL)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    b->changes = changes;
    changes[b->count++] = (struct address_change){.kind = CHANGE_REMOVE, .ifindex = e->ifindex, .prefix = e->prefix};
}

bool follow_look_below(struct follow *f, size_t link)
{
    struct below b = {.follow = f, .link = link};
    struct identity id;
    bool wanted, has_mac;
    unsigned below;
    struct mac ignored;
    if (!holdings_macvlan(f->holdings, link, &id, &wanted) ||
        !address_interface(f->book, id.ifname, &below, &has_mac, &ignored))
        return true;
    bool seen = address_each(f->book, below, saw_below, &b, &f->error);
    if (b.count > 0)
        (void)address_apply(f->book, b.changes, b.count, &f->error);
    free(b.changes);
    return seen;
}
