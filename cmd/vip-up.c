/* vip-up: puts virtual addresses on an interface, asks first whether somebody has them, and announces them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "cmd/vip.h"
#include "core/address_style.h"
#include "net/announce.h"

const struct program program = {
    .name = "vip-up",
    .usage = "[-Fn] [-g COUNT] [-l LEASE] [--adopt] [--label LABEL] [--scope SCOPE] [--preferred] [--vmac VRID] IF "
             "ADDR[/LEN]...",
    .help = "Puts addresses on the interface, and announces them with gratuitous ARP or neighbour advertisements.\n"
            "Asks first who has them, and refuses an address that answers.\n"
            "  -F       do not ask: take them\n"
            "  -g COUNT announce each so often, 0 to 255 (5)\n"
            "  -l LEASE the kernel removes them after this time, 1s to 876000h, unless vip-up renews it\n"
            "  -n       only say what would be done\n"
            "  --adopt  only take over those that somebody else has put there: they become ours\n"
            "  --label LABEL\n"
            "           of IPv4 addresses: IF:LABEL\n"
            "  --scope SCOPE\n"
            "           of IPv4 addresses: global, site, link, host or 0 to 255 (global)\n"
            "  --preferred\n"
            "           IPv6 addresses may be the source of what this host sends by itself\n"
            "  --vmac VRID\n"
            "           put them on a macvlan on IF with the virtual MAC address of this virtual router\n"
            "  -h, -V   help, version\n",
};

enum { ANNOUNCEMENTS = 5, ANNOUNCEMENTS_MOST = 255 };
static const usec PROBE_WAIT = 200 * MILLISECOND;
static const usec LEASE_MOST = (usec)100 * 365 * 24 * 3600 * SECOND;

struct options {
    bool force, touch;
    unsigned announcements;
    uint32_t lease;
    uint8_t vrid; /* of --vmac; 0: without */
    bool adopt;
    struct address_style style;
};

static uint32_t lease_option(const char *text)
{
    usec lease = cli_duration('l', text);
    if (lease < SECOND || lease % SECOND != 0 || lease > LEASE_MOST)
        cli_die(EXIT_USAGE, "-l %s: the kernel takes whole seconds, from 1s to 876000h (100 years)", text);
    return (uint32_t)(lease / SECOND);
}

enum { WORD_ADOPT, WORD_LABEL, WORD_PREFERRED, WORD_SCOPE, WORD_VMAC };

static void word_option(struct options *o, int word)
{
    const struct span value = {optarg, optarg != NULL ? strlen(optarg) : 0};
    switch (word) {
    case WORD_ADOPT:
        o->adopt = true;
        break;
    case WORD_LABEL:
        if (!label_parse(value, o->style.label))
            cli_die(EXIT_USAGE, "--label %s: %s", optarg, LABEL_ALLOWED);
        break;
    case WORD_PREFERRED:
        o->style.preferred = true;
        break;
    case WORD_SCOPE:
        if (!scope_parse(value, &o->style.scope))
            cli_die(EXIT_USAGE, "--scope %s: %s", optarg, SCOPE_ALLOWED);
        break;
    default:
        o->vrid = vip_vrid(optarg);
        break;
    }
}

static void read_options(struct options *o, int argc, char **argv)
{
    static const struct cli_word words[] = {
        [WORD_ADOPT] = {"adopt", false}, [WORD_LABEL] = {"label", true}, [WORD_PREFERRED] = {"preferred", false},
        [WORD_SCOPE] = {"scope", true},  [WORD_VMAC] = {"vmac", true},   {NULL, false},
    };
    bool counted = false;
    *o = (struct options){.touch = true, .announcements = ANNOUNCEMENTS};
    for (int option; (option = cli_option_or_word(argc, argv, "Fg:l:n", words)) != -1;) {
        switch (option) {
        case 'F':
            o->force = true;
            break;
        case 'g':
            o->announcements = (unsigned)cli_number('g', optarg, 0, ANNOUNCEMENTS_MOST);
            counted = true;
            break;
        case 'l':
            o->lease = lease_option(optarg);
            break;
        case 'n':
            o->touch = false;
            break;
        default:
            word_option(o, option - CLI_WORD);
            break;
        }
    }
    if (o->adopt && o->vrid != 0)
        cli_die(EXIT_USAGE, "--adopt: on the macvlan of --vmac is nothing that is not ours");
    if (o->adopt && !counted)
        o->announcements = 0; /* whether this host is the one to say so is not decided yet */
}

/* A label and a scope that are asked for; nothing is said of them otherwise. */
static bool has_style(const struct vip_request *r, size_t n, const struct address_style *wanted)
{
    const struct vip_seen *seen = &r->seen[n];
    if (r->list[n].ip.family == 6)
        return true;
    return (wanted->label[0] == '\0' || strcmp(seen->style.label, wanted->label) == 0) &&
           (wanted->scope == 0 || seen->style.scope == wanted->scope);
}

/* What is ours already, with the length that is asked for or with any when none is, is renewed; what is ours with
 * another length, or label or scope, is replaced; what is foreign is left, or made ours, which is all that adopting
 * does. Returns the number of changes. */
static size_t plan(const struct vip_request *r, const struct options *o, struct address_change *changes)
{
    size_t count = 0;
    for (size_t n = 0; n < r->count; n++) {
        const struct vip_seen *seen = &r->seen[n];
        struct address_change c = {.kind = CHANGE_ADD, .ifindex = r->device, .prefix = r->list[n], .lease = o->lease};
        bool take = seen->ours || (seen->foreign && o->adopt);
        c.metric = r->vrid != 0 ? CHANGE_METRIC_ASIDE : 0;
        c.style = &o->style;
        c.ifname = r->devname;
        if (take && !r->with_length[n])
            c.prefix.length = seen->length;
        if (take && (seen->length != c.prefix.length || !has_style(r, n, &o->style))) {
            changes[count] = c;
            changes[count].kind = CHANGE_REMOVE;
            changes[count++].prefix.length = seen->length;
        } else if (take) {
            c.kind = CHANGE_RENEW;
        }
        if (take || (!seen->foreign && !o->adopt))
            changes[count++] = c;
    }
    return count;
}

/* Some kernels keep the tag, or its absence, of an address that they are told anew: such a one is removed and added in
 * one go, which connections outlive. */
static int adopt_again(struct vip_request *r, const struct options *o, struct address_change *changes)
{
    size_t count = 0;
    vip_look(r);
    for (size_t n = 0; n < r->count; n++) {
        const struct vip_seen *seen = &r->seen[n];
        if (!seen->foreign || seen->ours || seen->failed)
            continue;
        struct address_change c = {
            .kind = CHANGE_REMOVE, .ifindex = r->device, .prefix = r->list[n], .lease = o->lease};
        c.prefix.length = seen->length;
        c.style = &seen->style;
        c.ifname = r->devname;
        changes[count++] = c;
        c.kind = CHANGE_ADD;
        changes[count++] = c;
    }
    return vip_apply(r, changes, count, "adopt", o->force);
}

static void say_foreign(const struct vip_request *r)
{
    for (size_t n = 0; n < r->count; n++) {
        char text[IP_TEXT];
        ip_format(text, &r->list[n].ip);
        if (r->seen[n].foreign && !r->seen[n].ours)
            cli_say("%s: %s is there already and not ours: it stays as it is", r->devname, text);
    }
}

static void show(const struct vip_request *r, const struct options *o, const struct address_change *changes,
                 size_t count)
{
    const char *const words[] = {
        [CHANGE_ADD] = "add", [CHANGE_RENEW] = o->adopt ? "adopt" : "renew", [CHANGE_REMOVE] = "remove"};
    const struct mac mac = vrrp_mac(r->id.af, r->vrid);
    char virtual_mac[MAC_TEXT];
    mac_format(virtual_mac, &mac);
    if (r->vrid != 0 && !r->made)
        printf("make %s on %s with %s\n", r->devname, r->ifname, virtual_mac);
    for (size_t n = 0; n < count; n++) {
        char text[PREFIX_TEXT];
        prefix_format(text, &changes[n].prefix);
        printf("%s %s %s %s", words[changes[n].kind], text, changes[n].kind == CHANGE_REMOVE ? "from" : "on",
               r->devname);
        if (changes[n].kind != CHANGE_REMOVE && o->lease > 0)
            printf(" for %us", o->lease);
        putchar('\n');
    }
    for (size_t n = 0; n < r->count && o->announcements > 0 && r->has_mac; n++) {
        char text[IP_TEXT];
        if (o->adopt && !r->seen[n].ours && !r->seen[n].foreign)
            continue;
        ip_format(text, &r->list[n].ip);
        printf("announce %s %u times\n", text, o->announcements);
    }
}

static void say_taken(const struct vip_request *r, const struct ip *ips, const bool *taken, const struct mac *by,
                      size_t count)
{
    for (size_t n = 0; n < count; n++) {
        char text[IP_TEXT], mac[MAC_TEXT];
        if (!taken[n])
            continue;
        ip_format(text, &ips[n]);
        mac_format(mac, &by[n]);
        cli_say("%s: %s is taken: %s answered for it (-F takes it all the same)", r->ifname, text, mac);
    }
}

/* Has anybody what is to be added? Those that are ours already are not asked for. */
static bool all_free(const struct vip_request *r)
{
    struct ip *ips = calloc(r->count, sizeof *ips);
    struct mac *by = calloc(r->count, sizeof *by);
    bool *taken = calloc(r->count, sizeof *taken);
    size_t count = 0;
    if (ips == NULL || by == NULL || taken == NULL)
        cli_die(EXIT_SYSTEM, "out of memory");
    for (size_t n = 0; n < r->count; n++) {
        if (!r->seen[n].ours && !r->seen[n].foreign)
            ips[count++] = r->list[n].ip;
    }
    enum probe_answer answer = PROBE_FREE;
    if (count > 0)
        answer = probe(r->ifindex, &r->mac, ips, count, PROBE_WAIT, taken, by);
    int number = errno;
    if (answer == PROBE_TAKEN)
        say_taken(r, ips, taken, by, count);
    free(ips);
    free(by);
    free(taken);
    if (answer == PROBE_FAILED)
        cli_die(EXIT_SYSTEM, "%s: cannot ask whether the addresses are taken: %s%s", r->ifname, strerror(number),
                number == EPERM ? cli_permission_hint("CAP_NET_ADMIN,CAP_NET_RAW") : "; -F takes them unasked");
    return answer == PROBE_FREE;
}

/* The first of each before the second of any: the neighbours of the last one are not to wait. */
static int announce_all(const struct vip_request *r, const struct options *o)
{
    const struct mac mac = r->vrid != 0 ? vrrp_mac(r->id.af, r->vrid) : r->mac;
    struct injector injector = {.fd = -1};
    int failed = 0;
    if (o->announcements == 0 || !r->has_mac)
        return EXIT_DONE;
    if (!injector_open(&injector))
        failed = errno;
    for (unsigned pass = 0; pass < o->announcements && failed == 0; pass++) {
        for (size_t n = 0; n < r->count && failed == 0; n++) {
            if (!r->seen[n].failed && (!o->adopt || r->seen[n].ours))
                failed = announce(&injector, r->device, &mac, &r->list[n].ip, false);
        }
    }
    if (failed != 0)
        cli_say("%s: cannot announce: %s%s", r->devname, strerror(failed),
                failed == EPERM ? cli_permission_hint("CAP_NET_ADMIN,CAP_NET_RAW") : "");
    injector_close(&injector);
    return failed == 0 ? EXIT_DONE : EXIT_SYSTEM;
}

/* Down, before files are out of reach. */
static bool make_macvlan(struct vip_request *r, struct address_change *changes, size_t count)
{
    struct address_error error;
    if (!macvlan_make(r->macvlans, &r->id, &r->device, &error)) {
        cli_say("%s: cannot make %s: %s", r->ifname, r->devname, error.text);
        return false;
    }
    if (!macvlan_ignore_routers(r->macvlans, r->device))
        cli_say("%s: accept_ra: %s; routers may give it addresses and routes", r->devname, strerror(errno));
    for (size_t n = 0; n < count; n++)
        changes[n].ifindex = r->device;
    return true;
}

/* Once nobody has the addresses. */
static bool open_macvlan(struct vip_request *r)
{
    struct address_error error;
    if (macvlan_open(r->macvlans, &r->id, r->device, &error))
        return true;
    cli_say("%s: cannot set %s up: %s", r->ifname, r->devname, error.text);
    return false;
}

/* And the macvlan that is there, or was made for it. */
static int set_and_announce(struct vip_request *r, const struct options *o, struct address_change *changes,
                            size_t count)
{
    if ((!o->force && !o->adopt && r->has_mac && !all_free(r)) || (r->vrid != 0 && !open_macvlan(r)))
        return EXIT_NO;
    int status = vip_apply(r, changes, count, o->adopt ? "adopt" : "add", o->force);
    if (o->adopt && status == EXIT_DONE)
        status = adopt_again(r, o, changes);
    int announced = announce_all(r, o); /* what could be set */
    return status == EXIT_DONE ? announced : status;
}

static void check_label(const struct vip_request *r, const char *label)
{
    for (size_t n = 0; n < r->count && label[0] != '\0'; n++) {
        if (r->list[n].ip.family == 4 && !label_fits(label, r->devname))
            cli_die(EXIT_USAGE, "--label %s: %s:%s has more than 15 bytes", label, r->devname, label);
    }
}

static int put_up(struct vip_request *r, const struct options *o, struct address_change *changes, size_t count)
{
    vip_need_permission(r);
    if (!address_tags_kept())
        cli_say("this kernel keeps no address tags (Linux 5.18 does): vip-down will not know the addresses as ours");
    if (r->vrid != 0 && !make_macvlan(r, changes, count))
        return EXIT_NO;
    cli_confine(CONFINE_SETTER);
    int status = set_and_announce(r, o, changes, count);
    if (r->vrid != 0 && !r->made && vip_is_empty(r, 0))
        (void)macvlan_remove(r->macvlans, &r->device, 1);
    return status;
}

int main(int argc, char **argv)
{
    static struct vip_request r;
    struct options o;
    int status = EXIT_DONE;
    read_options(&o, argc, argv);
    vip_open(&r, o.vrid, argv + optind, (size_t)(argc - optind));
    check_label(&r, o.style.label);
    struct address_change *changes = calloc(2 * r.count, sizeof *changes);
    if (changes == NULL)
        cli_die(EXIT_SYSTEM, "out of memory");
    size_t count = plan(&r, &o, changes);
    if (!o.adopt)
        say_foreign(&r);
    if (o.touch)
        status = put_up(&r, &o, changes, count);
    else
        show(&r, &o, changes, count);
    free(changes);
    vip_close(&r);
    return cli_finish(status);
}
