#include "tests/unit/holdings_host.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FENCE_TEXT = IFNAME_TEXT + IP_TEXT + 2 };
enum { MACVLANS = 100 }; /* the ifindex of that of VRID 0 */

static void append(char *text, const char *format, ...)
{
    size_t length = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    int n = vsnprintf(text + length, HOST_TEXT - length, format, arguments);
    va_end(arguments);
    assert_true(n >= 0 && (size_t)n < HOST_TEXT - length);
}

static void told(void *context, const struct holding_report *r)
{
    static const char *const words[] = {
        [HOLDING_FOREIGN] = "foreign",       [HOLDING_SHARED] = "shared",     [HOLDING_LAPSED] = "lapsed",
        [HOLDING_TAKEN] = "taken",           [HOLDING_FAILED] = "failed",     [HOLDING_NO_DEVICE] = "no-device",
        [HOLDING_DEVICE] = "device",         [HOLDING_UNFENCED] = "unfenced", [HOLDING_STRAY] = "stray",
        [HOLDING_NO_MACVLAN] = "no-macvlan", [HOLDING_MACVLAN] = "macvlan",   [HOLDING_LOST] = "lost",
    };
    struct host *k = context;
    char text[PREFIX_TEXT] = "";
    if (r->prefix != NULL)
        prefix_format(text, r->prefix);
    append(k->news, "%s:%s%s ", words[r->news], r->name, text);
}

void host_begin(struct host *k)
{
    memset(k, 0, sizeof *k);
    k->holdings = holdings_new(told, k);
    assert_non_null(k->holdings);
    k->now = (instant){1000 * SECOND};
    strcpy(k->links[0].ifname, "eth0");
    k->links[0].ifindex = 2;
    k->links[0].mac = (struct mac){{2, 0, 0, 0, 0, 1}};
}

void host_end(struct host *k)
{
    holdings_free(k->holdings);
}

static bool same_prefix(const struct prefix *a, const struct prefix *b)
{
    return a->length == b->length && ip_equal(&a->ip, &b->ip);
}

static struct host_address *find(struct host *k, unsigned ifindex, const struct prefix *p)
{
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        struct host_address *a = &k->addresses[n];
        if (a->used && a->ifindex == ifindex && same_prefix(&a->prefix, p))
            return a;
    }
    return NULL;
}

static struct prefix prefix_of(const char *text)
{
    struct prefix p;
    assert_true(prefix_parse(&p, text, strlen(text)));
    return p;
}

static void put(struct host *k, unsigned ifindex, const struct prefix *p, const struct address_style *style, bool ours,
                instant until)
{
    size_t n = 0;
    while (n < HOST_ADDRESSES && k->addresses[n].used)
        n++;
    assert_true(n < HOST_ADDRESSES);
    k->addresses[n] =
        (struct host_address){.used = true, .ours = ours, .ifindex = ifindex, .prefix = *p, .until = until};
    if (style != NULL)
        k->addresses[n].style = *style;
}

void host_put(struct host *k, unsigned ifindex, const char *prefix, bool ours, usec lease)
{
    struct prefix p = prefix_of(prefix);
    put(k, ifindex, &p, NULL, ours, lease == 0 ? INSTANT_NEVER : (instant){k->now.us + lease});
    holdings_notice(k->holdings, ifindex, &p, ours && !k->untagged, false, k->now);
}

void host_take(struct host *k, unsigned ifindex, const char *prefix)
{
    struct prefix p = prefix_of(prefix);
    struct host_address *a = find(k, ifindex, &p);
    assert_non_null(a);
    a->used = false;
    holdings_notice(k->holdings, ifindex, &p, a->ours && !k->untagged, true, k->now);
}

void host_links_changed(struct host *k)
{
    for (size_t n = 0; n < HOST_LINKS; n++) {
        if (k->links[n].ifname[0] != '\0')
            holdings_link_changed(k->holdings, k->links[n].ifindex, k->links[n].ifname, k->now);
    }
}

void host_down(struct host *k, bool down)
{
    k->links[0].down = down;
    host_links_changed(k);
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        struct host_address *a = &k->addresses[n];
        if (!down || !a->used || a->ifindex != k->links[0].ifindex || a->prefix.ip.family != 6)
            continue;
        a->used = false;
        holdings_notice(k->holdings, a->ifindex, &a->prefix, a->ours && !k->untagged, true, k->now);
    }
}

bool host_has(const struct host *k, const char *prefix)
{
    struct prefix p = prefix_of(prefix);
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        if (k->addresses[n].used && same_prefix(&k->addresses[n].prefix, &p))
            return true;
    }
    return false;
}

/* As the kernel does it, and with what holdings must never ask for. */
static int change(struct host *k, const struct address_change *c)
{
    struct host_address *a = find(k, c->ifindex, &c->prefix);
    bool macvlan = c->ifindex >= MACVLANS, there = macvlan;
    for (size_t n = 0; n < HOST_LINKS; n++)
        there = there || c->ifindex == k->links[n].ifindex;
    if (k->fail != 0)
        return k->fail;
    if (!there || c->ifindex == 0)
        return ENODEV;
    if (c->kind != CHANGE_REMOVE)
        assert_int_equal(c->metric, macvlan ? CHANGE_METRIC_ASIDE : 0);
    if (c->kind == CHANGE_ADD && a != NULL)
        return EEXIST;
    if (a != NULL)
        assert_true(a->ours); /* what is foreign is never changed */
    instant until = c->lease == 0 ? INSTANT_NEVER : (instant){k->now.us + (usec)c->lease * SECOND};
    if (c->kind == CHANGE_REMOVE && a != NULL)
        a->used = false;
    else if (c->kind != CHANGE_REMOVE && a != NULL)
        a->until = until;
    else if (c->kind != CHANGE_REMOVE)
        put(k, c->ifindex, &c->prefix, c->style, true, until);
    return 0;
}

static void show_style(struct host *k, const struct address_change *c)
{
    if (k->shows_style && c->style != NULL)
        append(k->log, "=%s:%u%s", c->style->label, c->style->scope, c->style->preferred ? "!" : "");
}

static void show_link(struct host *k, unsigned ifindex)
{
    if (k->shows_links)
        append(k->log, "@%u", ifindex);
}

static void do_changes(struct host *k, struct address_change *changes, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        struct address_change *c = &changes[n];
        char text[PREFIX_TEXT];
        prefix_format(text, &c->prefix);
        c->result = change(k, c);
        if (k->deaf)
            c->result = ENOBUFS;
        k->renewals += c->kind == CHANGE_RENEW;
        append(k->log, "%c%s", c->result != 0 ? '!' : "+=-"[c->kind], text);
        show_link(k, c->ifindex);
        show_style(k, c);
        append(k->log, c->lease > 0 ? ":%u " : " ", c->lease);
    }
}

/* --- fences ---------------------------------------------------------------------------------------------------------- */

static void fence_name(char out[static FENCE_TEXT], const char *ifname, const struct fence_item *item)
{
    char text[IP_TEXT];
    if (item->ip.family == 0)
        mac_format(text, &item->mac);
    else
        ip_format(text, &item->ip);
    sprintf(out, "%s%s%s%s", ifname, ifname[0] != '\0' ? ":" : "", text, item->kind == FENCE_INPUT ? "!" : "");
}

static struct host_fence *fence_find(struct host *k, const char *what)
{
    for (size_t n = 0; n < HOST_FENCES; n++) {
        char name[FENCE_TEXT];
        struct host_fence *f = &k->fences[n];
        fence_name(name, f->ifname, &f->item);
        if (f->used && strcmp(name, what) == 0)
            return f;
    }
    return NULL;
}

static struct host_fence *fence_free(struct host *k)
{
    size_t n = 0;
    while (k->fences[n].used)
        assert_true(++n < HOST_FENCES);
    return &k->fences[n];
}

/* As the kernel does it: what is told twice in one transaction, or is not there, makes it fail. */
static void keep_fences(struct host *k, const struct fence_item *items, size_t count)
{
    for (size_t n = 0; n < count; n++) {
        char name[FENCE_TEXT];
        const char *ifname = fence_is_local(&items[n].ip) ? items[n].ifname : "";
        fence_name(name, ifname, &items[n]);
        for (size_t m = 0; m < n; m++) {
            bool same_link = ifname[0] == '\0' || strcmp(ifname, items[m].ifname) == 0;
            bool same_mac = memcmp(&items[m].mac, &items[n].mac, sizeof items[n].mac) == 0;
            bool same_kind = items[m].kind == items[n].kind;
            assert_false(same_kind && same_link && same_mac && ip_equal(&items[m].ip, &items[n].ip));
        }
        struct host_fence *f = fence_find(k, name);
        if (f == NULL && !items[n].anew) {
            append(k->log, "? ");
            holdings_fences_lost(k->holdings, k->now);
            return;
        }
        if (f == NULL)
            f = fence_free(k);
        *f = (struct host_fence){.used = true, .item = items[n]};
        strcpy(f->ifname, ifname);
        append(k->log, "%c%s", items[n].anew ? '#' : '~', name);
        if (items[n].kind == FENCE_AROUND)
            append(k->log, ":%u", fence_open_time(&items[n], k->now));
        append(k->log, " ");
    }
}

static void lift_fences(struct host *k, size_t link, bool end)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_unfence(k->holdings, link, end, &count);
        if (count == 0)
            return;
        for (size_t n = 0; n < count; n++) {
            char name[FENCE_TEXT];
            fence_name(name, fence_is_local(&items[n].ip) ? items[n].ifname : "", &items[n]);
            struct host_fence *f = fence_find(k, name);
            if (f != NULL)
                f->used = false;
            append(k->log, "^%s ", name);
        }
    }
}

static void open_fences(struct host *k)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_fences(k->holdings, &count);
        if (count == 0)
            return;
        keep_fences(k, items, count);
    }
}

static void put_fences(struct host *k, size_t link)
{
    size_t count;
    for (;;) {
        const struct fence_item *items = holdings_fence_new(k->holdings, link, &count);
        if (count == 0)
            return;
        if (k->no_fence != 0) {
            append(k->log, "!# ");
            holdings_fence_failed(k->holdings, link, count, k->no_fence);
            return;
        }
        keep_fences(k, items, count);
    }
}

int host_open(struct host *k, const char *what)
{
    const struct host_fence *f = fence_find(k, what);
    if (f == NULL)
        return -1;
    return f->item.until.us > k->now.us ? (int)((f->item.until.us - k->now.us) / MILLISECOND) : 0;
}

void host_restart(struct host *k)
{
    holdings_free(k->holdings);
    k->holdings = holdings_new(told, k);
    assert_non_null(k->holdings);
    for (size_t n = 0; n < HOST_ADDRESSES; n++)
        k->addresses[n].used = k->addresses[n].used && k->addresses[n].ifindex < MACVLANS;
    holdings_fences_left(k->holdings);
}

void host_finish(struct host *k)
{
    for (size_t n = 0; n < holdings_links(k->holdings); n++)
        lift_fences(k, n, true);
}

/* --- turns ------------------------------------------------------------------------------------------------------------ */

static size_t link_at(const struct host *k, const char *ifname)
{
    size_t at = 0;
    while (strcmp(k->links[at].ifname, ifname) != 0)
        assert_true(++at < HOST_LINKS);
    return at;
}

static void make_macvlan(struct host *k, size_t link, const struct identity *id)
{
    size_t below = link_at(k, id->ifname);
    struct mac mac = vrrp_mac(id->af, id->vrid);
    char name[IFNAME_TEXT];
    sprintf(name, "vrrp%u.%u.%u", id->af, id->vrid, k->links[below].ifindex & 255);
    if (holdings_ifindex(k->holdings, link) == 0)
        append(k->log, "<%u ", id->vrid);
    holdings_macvlan_named(k->holdings, link, name);
    holdings_resolve(k->holdings, link, MACVLANS + id->vrid, &mac, !k->links[below].down, k->now);
}

static void remove_macvlan(struct host *k, size_t link, const struct identity *id)
{
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        if (k->addresses[n].ifindex == (unsigned)MACVLANS + id->vrid)
            k->addresses[n].used = false;
    }
    if (holdings_ifindex(k->holdings, link) != 0)
        append(k->log, ">%u ", id->vrid);
    holdings_resolve(k->holdings, link, 0, NULL, false, k->now);
}

static bool see_to_macvlan(struct host *k, size_t link, int *number)
{
    struct identity id;
    bool wanted;
    if (!holdings_macvlan(k->holdings, link, &id, &wanted))
        return false;
    *number = k->no_macvlan;
    if (!wanted || k->no_macvlan != 0 || k->links[link_at(k, id.ifname)].ifindex == 0)
        remove_macvlan(k, link, &id);
    else
        make_macvlan(k, link, &id);
    return true;
}

static void see_to_interface(struct host *k, size_t link)
{
    struct holdings *h = k->holdings;
    size_t count, at = link_at(k, holdings_ifname(h, link));
    unsigned ifindex = k->links[at].ifindex;
    if (holdings_unresolved(h, link)) {
        if (ifindex != holdings_ifindex(h, link)) {
            struct address_change *leave = holdings_leave(h, link, &count);
            do_changes(k, leave, count);
        }
        holdings_resolve(h, link, ifindex, ifindex != 0 ? &k->links[at].mac : NULL, !k->links[at].down, k->now);
    }
}

static void see_below(struct host *k, size_t link)
{
    struct identity id;
    bool wanted;
    assert_true(holdings_macvlan(k->holdings, link, &id, &wanted));
    unsigned below = k->links[link_at(k, id.ifname)].ifindex;
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        struct host_address *a = &k->addresses[n];
        char text[PREFIX_TEXT];
        if (!a->used || a->ifindex != below || !holdings_saw_below(k->holdings, link, &a->prefix, a->ours))
            continue;
        assert_true(a->ours);
        a->used = false;
        prefix_format(text, &a->prefix);
        append(k->log, "-%s ", text);
    }
}

static void see_to(struct host *k, size_t link)
{
    struct holdings *h = k->holdings;
    size_t count;
    int no_macvlan = 0;
    bool macvlan = see_to_macvlan(k, link, &no_macvlan);
    if (!macvlan)
        see_to_interface(k, link);
    if (holdings_unseen(h, link)) {
        k->looks++;
        holdings_look(h, link);
        for (size_t n = 0; n < HOST_ADDRESSES; n++) {
            if (k->addresses[n].used && k->addresses[n].ifindex == holdings_ifindex(h, link))
                holdings_saw(h, link, &k->addresses[n].prefix, &k->addresses[n].style,
                             k->addresses[n].ours && !k->untagged);
        }
        if (macvlan)
            see_below(k, link);
        if (k->blind) {
            holdings_look_failed(h, link, k->now);
            return;
        }
    }
    put_fences(k, link);
    struct address_change *changes = holdings_plan(h, link, k->now, &count);
    k->plans++;
    do_changes(k, changes, count);
    holdings_done(h, link, count, (usec)count * k->cost, k->now);
    lift_fences(k, link, false);
    if (macvlan)
        holdings_macvlan_failed(h, link, no_macvlan, k->now);
}

/* The kernel ends leases by itself, and says so. */
static void expire(struct host *k)
{
    for (size_t n = 0; n < HOST_ADDRESSES; n++) {
        struct host_address *a = &k->addresses[n];
        if (!a->used || a->until.us > k->now.us)
            continue;
        a->used = false;
        holdings_notice(k->holdings, a->ifindex, &a->prefix, a->ours && !k->untagged, true, k->now);
    }
}

void host_turn(struct host *k)
{
    struct holding_announcement a;
    holdings_advance(k->holdings, k->now);
    open_fences(k);
    expire(k);
    size_t link, most = holdings_links(k->holdings);
    for (size_t n = 0; n < most && holdings_due(k->holdings, k->now, &link); n++)
        see_to(k, link);
    while (holdings_announcement(k->holdings, k->now, &a)) {
        char text[IP_TEXT];
        ip_format(text, &a.ip);
        append(k->log, "*%s", text);
        show_link(k, a.ifindex);
        append(k->log, " ");
    }
}

void host_pass(struct host *k, usec time)
{
    instant end = {k->now.us + time};
    for (;;) {
        instant next = holdings_deadline(k->holdings);
        for (size_t n = 0; n < HOST_ADDRESSES; n++) {
            if (k->addresses[n].used && k->addresses[n].until.us < next.us)
                next = k->addresses[n].until;
        }
        if (next.us > end.us)
            break;
        if (next.us > k->now.us)
            k->now = next;
        host_turn(k);
    }
    k->now = end;
}

static const char *taken(char *text)
{
    static char copy[HOST_TEXT];
    memcpy(copy, text, HOST_TEXT);
    text[0] = '\0';
    return copy;
}

const char *host_log(struct host *k)
{
    return taken(k->log);
}

const char *host_news(struct host *k)
{
    return taken(k->news);
}

static void read_words(struct line *l, char *text, size_t size, const char *event, const char *words)
{
    char ifname[IFNAME_TEXT];
    unsigned vrid;
    int used;
    struct span where;
    assert_int_equal(sscanf(words, "%15s %u%n", ifname, &vrid, &used), 2);
    const char *more = "";
    if (strcmp(event, "state") == 0)
        more = strstr(words, " to=") != NULL ? " from=active why=test" : " from=active to=backup why=test";
    int n = snprintf(text, size, "%s if=%s af=%c vrid=%u name=v%u ver=3 prio=100%s%s%s", event, ifname,
                     strstr(words, "ip=2001") != NULL || strstr(words, "ip=fe80") != NULL ? '6' : '4', vrid, vrid,
                     strstr(words, "interval=") != NULL ? "" : " interval=1s", words + used, more);
    assert_int_equal(line_parse(l, text, (size_t)n, &where), LINE_OK);
}

void host_tell(struct host *k, const char *words)
{
    char text[LINE_BYTES];
    struct line l;
    struct send_event e;
    struct prefix_buffer buffer;
    const char *where = "";
    read_words(&l, text, sizeof text, "send", words);
    if (!read_send(&l, &e, &buffer, &where))
        fail_msg("%s: %s", words, where);
    assert_true(holdings_held(k->holdings, &e, (instant){k->now.us - k->age}, k->now));
}

void host_send(struct host *k, const char *words)
{
    host_tell(k, words);
    host_turn(k);
}

void host_away(struct host *k, const char *words)
{
    char text[LINE_BYTES];
    struct line l;
    struct state_event e;
    struct prefix_buffer buffer;
    const char *where = "";
    read_words(&l, text, sizeof text, "state", words);
    if (!read_state(&l, &e, &buffer, &where))
        fail_msg("%s: %s", words, where);
    assert_true(holdings_absent(k->holdings, &e, k->now));
    host_turn(k);
}
