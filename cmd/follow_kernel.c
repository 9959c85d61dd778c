#include <errno.h>
#include <string.h>
#include <time.h>

#include "cmd/cli.h"
#include "cmd/follow.h"
#include "net/announce.h"

enum {
    NEWS_A_SECOND = 10,
    ANNOUNCEMENTS_A_TURN = 256, /* frames before input is looked at again */
};

/* A thousand addresses may have the same news at once: of many, some are told and the others counted. */
bool follow_too_much_news(struct follow *f)
{
    if (f->now.us - f->news_since.us >= SECOND) {
        if (f->news > NEWS_A_SECOND)
            cli_say("%u more such messages were left out", f->news - NEWS_A_SECOND);
        f->news_since = f->now;
        f->news = 0;
    }
    return ++f->news > NEWS_A_SECOND;
}

void follow_tell(void *context, const struct holding_report *r)
{
    struct follow *f = context;
    char text[PREFIX_TEXT] = "";
    if (r->news == HOLDING_FAILED)
        f->failed = true;
    if (r->news == HOLDING_LAPSED)
        belongings_give_up(f->belongings, r->name, f->now);
    if (follow_too_much_news(f))
        return;
    if (r->prefix != NULL)
        prefix_format(text, r->prefix);
    switch (r->news) {
    case HOLDING_FOREIGN:
        cli_say("%s: %s is there already and not ours: announced, but never leased or removed", r->ifname, text);
        break;
    case HOLDING_STRAY:
        cli_say("%s: %s is there and not ours, though this host is a backup: two may answer for it", r->ifname, text);
        break;
    case HOLDING_SHARED:
        cli_say("%s: %s belongs to %s and to %s: it stays until neither holds it", r->ifname, text, r->other, r->name);
        break;
    case HOLDING_LAPSED:
        cli_say("%s: %s: no fresh send for longer than its lease: %d address%s given up", r->ifname, r->name, r->number,
                r->number == 1 ? "" : "es");
        break;
    case HOLDING_TAKEN:
        cli_say("%s: %s was taken away or changed by somebody else: put back", r->ifname, text);
        break;
    case HOLDING_LOST:
        cli_say("%s: %s was taken away or changed by somebody else: a fault of its virtual router", r->ifname, text);
        break;
    case HOLDING_FAILED:
        cli_say("%s: %s: %s", r->ifname, text, r->number == f->error.number ? f->error.text : strerror(r->number));
        break;
    case HOLDING_UNFENCED:
        cli_say("%s: there can be no fence: %s; what asks for one (fence, accept=no) is not held", r->ifname,
                follow_fence_words(r->number));
        break;
    case HOLDING_NO_DEVICE:
        cli_say("%s: no such device; its addresses wait for it", r->ifname);
        break;
    case HOLDING_NO_MACVLAN:
        cli_say("%s: %s: there can be no macvlan with the virtual MAC address: %s", r->ifname, r->name,
                r->number == f->macvlan_error.number ? f->macvlan_error.text : strerror(r->number));
        break;
    case HOLDING_MACVLAN:
        cli_say("%s: %s: there can be a macvlan again", r->ifname, r->name);
        break;
    case HOLDING_DEVICE:
        cli_say("%s: the device is there", r->ifname);
        break;
    }
}

static void noticed(void *context, const struct address_entry *e, bool gone)
{
    struct follow *f = context;
    holdings_notice(f->holdings, e->ifindex, &e->prefix, e->ours, gone, f->now);
    if (gone) /* and routes that name it as their source are, too */
        belongings_doubt(f->belongings, f->now);
}

static void noticed_link(void *context, unsigned ifindex, const char *ifname)
{
    struct follow *f = context;
    holdings_link_changed(f->holdings, ifindex, ifname, f->now);
    belongings_doubt(f->belongings, f->now);
}

void follow_notices(struct follow *f)
{
    if (!address_watch_read(&f->watch, noticed, noticed_link, f)) {
        holdings_all_unseen(f->holdings, f->now);
        belongings_doubt(f->belongings, f->now);
    }
}

static void saw(void *context, const struct address_entry *e)
{
    struct follow *f = context;
    holdings_saw(f->holdings, f->looking, &e->prefix, &e->style, e->ours);
}

static void resolve(struct follow *f, size_t link)
{
    const char *ifname = holdings_ifname(f->holdings, link);
    unsigned ifindex = 0;
    bool has_mac = false;
    struct mac mac;
    if (address_interface(f->book, ifname, &ifindex, &has_mac, &mac) &&
        !address_promote_secondaries(f->book, ifindex) && f->told_promote != errno) {
        f->told_promote = errno;
        cli_say("%s: promote_secondaries: %s; the kernel may remove other addresses of a subnet with its first one",
                ifname, strerror(errno));
    }
    if (ifindex != holdings_ifindex(f->holdings, link)) {
        size_t count;
        struct address_change *changes = holdings_leave(f->holdings, link, &count);
        (void)address_apply(f->book, changes, count, &f->error); /* mostly it is gone */
    }
    bool up = address_interface_up(f->book, ifname);
    holdings_resolve(f->holdings, link, ifindex, has_mac ? &mac : NULL, up, f->now);
}

static usec processor_time(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (usec)t.tv_sec * SECOND + t.tv_nsec / 1000;
}

static void see_to_link(struct follow *f, size_t link)
{
    struct holdings *h = f->holdings;
    size_t count;
    int no_macvlan = 0;
    bool macvlan = follow_macvlan(f, link, &no_macvlan);
    if (!macvlan && holdings_unresolved(h, link))
        resolve(f, link);
    if (holdings_unseen(h, link)) {
        f->looking = link;
        holdings_look(h, link);
        if (!address_each(f->book, holdings_ifindex(h, link), saw, f, &f->error) ||
            (macvlan && !follow_look_below(f, link))) {
            if (!follow_too_much_news(f))
                cli_say("%s: %s", holdings_ifname(h, link), f->error.text);
            holdings_look_failed(h, link, f->now);
            return;
        }
    }
    follow_fence_new(f, link);
    usec before = processor_time();
    struct address_change *changes = holdings_plan(h, link, f->now, &count);
    if (count > 0)
        (void)address_apply(f->book, changes, count, &f->error); /* each has its own result */
    holdings_done(h, link, count, processor_time() - before, f->now);
    follow_unfence(f, link, false);
    if (macvlan)
        holdings_macvlan_failed(h, link, no_macvlan, f->now);
}

void follow_links(struct follow *f)
{
    macvlans_look_again(f->macvlans);
    size_t link, most = holdings_links(f->holdings); /* one that is due again at once waits for the next turn */
    for (size_t n = 0; n < most && holdings_due(f->holdings, f->now, &link); n++)
        see_to_link(f, link);
    follow_macvlans_leave(f);
}

void follow_announcements(struct follow *f)
{
    struct holding_announcement a;
    for (int n = 0; n < ANNOUNCEMENTS_A_TURN && holdings_announcement(f->holdings, f->now, &a); n++) {
        int number = announce(&f->injector, a.ifindex, &a.mac, &a.ip, a.reply);
        if (number != 0 && number != f->told_announce && !follow_too_much_news(f))
            cli_say("announcing: %s", strerror(number));
        f->told_announce = number;
        if (number == EAGAIN)
            return; /* it took its time: the rest waits for the next turn */
    }
}
