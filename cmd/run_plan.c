/* What vrrp-run is to run: a file of `vr` lines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/run.h"
#include "cmd/vr_file.h"
#include "net/link.h"
#include "net/macvlan.h"

static bool grow(void *list, size_t count, size_t size)
{
    /* to the next power of two */
    if ((count & (count - 1)) != 0)
        return true;
    void *grown = realloc(*(void **)list, (count ? count * 2 : 1) * size);
    if (grown)
        *(void **)list = grown;
    return grown != NULL;
}

static const char *append(struct plan *p, const struct vr_config *c)
{
    static char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof text};
    write_vr(&w, (stamp){0}, c);
    const char *blank = w.length > 0 ? memchr(text, ' ', w.length) : NULL;
    if (!blank)
        return "too long for a line";
    size_t len = w.length - (size_t)(blank + 1 - text);
    char *lines = realloc(p->lines, p->size + len);
    if (!lines)
        return "out of memory";
    memcpy(lines + p->size, blank + 1, len);
    p->lines = lines;
    p->size += len;
    return NULL;
}

struct reading {
    struct plan *plan;
    const struct run_options *options;
    struct address_book *book; /* NULL: nothing is asked */
    struct macvlans *macvlans;
    char why_not[sizeof((struct address_error *)0)->text + IFNAME_TEXT + 100];
};

/* NULL: there can be one, or it cannot be known: an interface that is not there is waited for. */
static const char *no_macvlan(struct reading *r, const struct vr_config *c)
{
    struct address_error error;
    if (!c->vmac || r->macvlans == NULL || macvlan_check(r->macvlans, &c->id, &error))
        return NULL;
    if (error.number != EAFNOSUPPORT && error.number != EBUSY && error.number != EADDRINUSE && error.number != EEXIST)
        return NULL;
    snprintf(r->why_not, sizeof r->why_not, "vmac=yes: %s: %s", c->id.ifname, error.text);
    return r->why_not;
}

/* What an interface that is there says to a virtual router. One that is not is waited for, and may be another one then. */

struct owned {
    const struct vr_config *config;
    size_t count; /* of ip=, so many are the host's */
    bool any;     /* it has an address of that family at all: they are no longer on their way */
};

static void count_owned(void *context, const struct address_entry *e)
{
    struct owned *o = context;
    if (e->ours || e->prefix.ip.family != o->config->id.af)
        return;
    o->any = o->any || !ip_is_link_local(&e->prefix.ip);
    for (uint8_t i = 0; i < o->config->ip.count; i++)
        o->count += (size_t)ip_equal(&o->config->ip.items[i].ip, &e->prefix.ip);
}

/* RFC 9568 5.2.4: 255 is for who owns the addresses, and nobody can take over from it. */
static const char *not_owned(struct reading *r, const struct vr_config *c, unsigned ifindex)
{
    struct owned owned = {.config = c};
    struct address_error error;
    if (c->prio != VRRP_PRIORITY_OWNER || r->book == NULL ||
        !address_each(r->book, ifindex, count_owned, &owned, &error) || !owned.any || owned.count >= c->ip.count)
        return NULL;
    snprintf(r->why_not, sizeof r->why_not,
             "prio=255 is the owner's, and %s has not all of ip= itself: at most 254, or set them there", c->id.ifname);
    return r->why_not;
}

static const char *too_long(struct reading *r, const struct vr_config *c, uint32_t mtu)
{
    enum { IP4 = 20, IP6 = 40, HEADER = 8, PASSWORD = 8, AH = 24, TRAILER = 28 };
    size_t size = (c->id.af == 4 ? (size_t)IP4 : (size_t)IP6) + HEADER + c->ip.count * ip_size(c->id.af);
    size += c->version == 2 || c->both ? PASSWORD : 0;
    size += c->auth == AUTH_AH ? AH : c->auth == AUTH_HMAC ? TRAILER : 0;
    if (mtu == 0 || size <= mtu)
        return NULL;
    snprintf(r->why_not, sizeof r->why_not,
             "with %u addresses an advertisement has %zu bytes, and the MTU of %s is %u: excluded= takes more",
             c->ip.count, size, c->id.ifname, mtu);
    return r->why_not;
}

static const char *unfit(struct reading *r, const struct vr_config *c)
{
    struct link_event link;
    unsigned ifindex;
    const char *refused = no_macvlan(r, c);
    if (refused || r->book == NULL || !link_query(c->id.ifname, &link, &ifindex))
        return refused;
    refused = too_long(r, c, link.mtu);
    return refused ? refused : not_owned(r, c, ifindex);
}

/* As vrrp-elect would judge it, but before anything is stopped or started. */
static const char *take(void *context, const struct vr_config *c)
{
    struct reading *r = context;
    struct plan *p = r->plan;
    const char *refused = unfit(r, c);
    if (refused)
        return refused;
    if (c->auth != AUTH_NONE && !r->options->keys)
        return "auth= needs a file of keys (-k)";
    for (size_t i = 0; i < p->count; i++) {
        if (identity_equal(&p->routers[i].id, &c->id))
            return "this virtual router (if, af, vrid) was configured before";
        if (strcmp(p->routers[i].name, c->name) == 0)
            return "this name belongs to another virtual router";
    }
    if (!scope_add(&p->scope, c->id.ifname, c->id.vrid))
        return "more than 64 interfaces";
    if (!grow(&p->routers, p->count, sizeof *p->routers))
        return "out of memory";
    p->routers[p->count].id = c->id;
    memcpy(p->routers[p->count].name, c->name, sizeof c->name);
    p->count++;
    if (!plan_take_links(p, c))
        return "out of memory";
    return append(p, c);
}

static bool take_other(void *context, const struct line *l, struct line_fault *fault)
{
    const struct reading *r = context;
    return plan_take_other(r->plan, l, fault);
}

enum exit_status plan_read(struct plan *p, const struct run_options *o)
{
    *p = (struct plan){0};
    struct reading r = {.plan = p, .options = o, .book = o->shadow ? NULL : address_book_open()};
    if (r.book)
        r.macvlans = macvlans_open(r.book, 0);
    enum exit_status status = vr_file_load_all(o->file, take, take_other, &r);
    macvlans_close(r.macvlans);
    address_book_close(r.book);
    if (status == EXIT_DONE && p->count == 0) {
        cli_say("%s: no virtual router: a vr line is needed", o->file);
        status = EXIT_USAGE;
    }
    if (status == EXIT_DONE && !plan_watch_links(p)) {
        cli_say("%s: %s", o->file, strerror(ENOMEM));
        status = EXIT_SYSTEM;
    }
    if (status != EXIT_DONE)
        plan_free(p);
    else if (o->wide)
        scope_add_all_vrids(&p->scope);
    return status;
}

static bool unwritten(const struct run *r, const char *name)
{
    cli_say("%s/%s: %s", r->options.directory, name, strerror(errno));
    return false;
}

bool plan_prepare(struct run *r, const struct plan *p)
{
    if (!directory_prepare_file(r, "watch", p->watches.at, p->watches.size))
        return unwritten(r, "watch");
    return directory_prepare_file(r, "vr", p->lines, p->size) || unwritten(r, "vr");
}

void plan_adopt(struct run *r, struct plan *p)
{
    if (!directory_show_file(r, "vr"))
        (void)unwritten(r, "vr");
    if (!directory_show_file(r, "watch"))
        (void)unwritten(r, "watch");
    trackers_want(r, p);
    plan_free(&r->plan);
    r->plan = *p;
    *p = (struct plan){0};
}

void plan_free(struct plan *p)
{
    free(p->lines);
    free(p->watches.at);
    free(p->names.at);
    free(p->linked.at);
    free(p->checks);
    free(p->routers);
    *p = (struct plan){0};
}
