/* vrrp-advert with operands: a source of its own, one virtual router advertised by hand. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "cmd/advert.h"
#include "cmd/cli.h"
#include "core/frame.h"
#include "core/timers.h"
#include "net/clock.h"
#include "net/outlet.h"
#include "net/signals.h"

enum { OPERANDS = 64, FRAMES_AT_ONCE = 256, LISTENING_FDS = 4 };

static const usec END_LIMIT = SECOND; /* to get rid of the last lines */

struct hand {
    const struct advert_options *options;
    struct wire wire;
    struct outlet outlet;
    struct signals signals;
    struct capture *capture; /* while it listens */
    struct send_event send;
    struct state_event state;
    usec listening_time;
    struct clock_timer timer;
    size_t (*format_time)(char out[static STAMP_TEXT], stamp t);
    bool silent;         /* -w -: packets on standard output, so no lines there */
    bool heard;          /* somebody speaks for this virtual router */
    uint64_t sent, left; /* advertisements, and how many of them left */
};

static struct hand hand;

/* prio=0. A wrong priority is told here, with what is allowed here. */
static bool is_resign(const char *word)
{
    static const char key[] = "prio=";
    const char *value = word + strlen(key);
    uint64_t prio;
    if (strncmp(word, key, strlen(key)) != 0 || *value == '\0')
        return false;
    if (!parse_u64((struct span){value, strlen(value)}, 0, UINT8_MAX, &prio))
        cli_die(EXIT_USAGE, "%s: prio: 0..255; 0 is a resign", word);
    return prio == VRRP_PRIORITY_RESIGN;
}

/* Operands are those of a `vr` line; priority 0, a resign, is allowed here and nowhere else. */
static void read_operands(struct vr_config *config, struct prefix_buffer *buffer, char **words, size_t count)
{
    char *others[OPERANDS];
    size_t other_count = 0;
    bool resign = false;
    for (size_t i = 0; i < count; i++) {
        if (!resign && is_resign(words[i]))
            resign = true;
        else if (other_count < nitems(others))
            others[other_count++] = words[i];
        else
            cli_die(EXIT_USAGE, "%s: too many operands", words[i]);
    }
    for (size_t i = 0; resign && i < other_count; i++) {
        if (strncmp(others[i], "prio=", 5) == 0)
            cli_die(EXIT_USAGE, "%s: duplicate key", others[i]);
    }
    cli_vr_operands(config, buffer, others, other_count);
    if (resign)
        config->prio = VRRP_PRIORITY_RESIGN;
}

/* The owner accepts what comes for its addresses, whatever else is asked for. */
static bool is_unaccepted(const struct vr_config *c)
{
    return !c->accept && c->prio != VRRP_PRIORITY_OWNER;
}

static void describe(struct hand *h, const struct vr_config *c)
{
    usec wait = (c->down_factor + 1) * c->interval; /* what the others wait at most */
    h->send = (struct send_event){
        .id = c->id,
        .version = c->version,
        .both = c->both,
        .prio = c->prio,
        .interval = c->interval,
        .ip = c->ip,
        .style = c->style,
        .src = c->src,
        .vmac = c->vmac,
        .cksum = c->cksum != CKSUM_NONE ? c->cksum
                 : c->version == 2      ? CKSUM_MESSAGE
                                        : CKSUM_PSEUDO,
        .garp = c->garp,
        .garp_refresh = c->garp_refresh,
        .lease = (wait + SECOND - 1) / SECOND * SECOND,
        .unaccepted = is_unaccepted(c),
        .fence = c->fence ? c->down_factor * c->interval : 0,
        .auth = c->auth_mode != AUTH_RECEIVE_ONLY ? c->auth : AUTH_NONE,
        .peer = c->peer,
        .routes = c->routes,
        .rules = c->rules,
    };
    h->state = (struct state_event){
        .id = c->id,
        .version = c->version,
        .both = c->both,
        .prio = c->prio,
        .interval = c->interval,
        .ip = c->ip,
        .vmac = c->vmac,
        .routes = c->routes,
        .rules = c->rules,
        .unaccepted = is_unaccepted(c),
    };
    memcpy(h->send.name, c->name, sizeof(c->name));
    memcpy(h->state.name, c->name, sizeof(c->name));
    /* Who is Active may advertise less often than we are going to: at least the usual second is allowed for. */
    usec slowest = c->interval > SECOND ? c->interval : SECOND;
    h->listening_time = active_down_interval(c->version, c->prio, slowest, c->down_factor);
}

/* Lines */

static void put(struct hand *h, enum level_kind kind, const char *line, size_t length)
{
    if (!h->silent && !outlet_put(&h->outlet, h->wire.live ? kind : LEVEL_KEEP, &h->send.id, line, length))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
}

static void put_clock(struct hand *h)
{
    char text[256];
    struct writer w = {.buffer = text, .size = sizeof(text), .format_time = h->format_time};
    struct clock_event e;
    clock_event_now(&e, SOURCE_LIVE);
    write_clock(&w, &e);
    put(h, LEVEL_KEEP, text, w.length);
}

static void put_state(struct hand *h, enum router_state from, enum router_state to, const char *why)
{
    static char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof(text), .format_time = h->format_time};
    h->state.from = from;
    h->state.to = to;
    memcpy(h->state.why, why, strlen(why) + 1);
    write_state(&w, clock_wall(), &h->state);
    put(h, to == ROUTER_ACTIVE ? LEVEL_STATE_ACTIVE : LEVEL_STATE_AWAY, text, w.length);
}

static uint32_t next_sequence(uint32_t last, stamp t)
{
    uint32_t seconds = (uint32_t)(t.ns / (1000 * SECOND));
    return seconds > last ? seconds : last + 1;
}

/* One advertisement: first on the wire, then as a line. */
static void advertise(struct hand *h, uint8_t prio, bool announce)
{
    static char text[LINE_BYTES + 64];
    struct writer w = {.buffer = text, .size = LINE_BYTES + 1, .format_time = h->format_time};
    struct send_event e = h->send;
    e.prio = prio;
    e.announce = announce;
    stamp t = clock_wall();
    if (e.auth == AUTH_AH) /* above what it said the last time it ran, and what others say who count seconds too */
        e.seq = h->send.seq = next_sequence(h->send.seq, t);
    int failed = wire_send(&h->wire, &e, t, clock_now());
    h->sent++;
    h->left += !failed;
    write_send(&w, t, &e);
    if (failed && w.length > 0) {
        w.length--; /* its newline */
        w.size = sizeof(text);
        put_word(&w, "err", error_word(failed));
        text[w.length++] = '\n';
    }
    enum level_kind kind = prio == 0 ? LEVEL_RESIGN : announce ? LEVEL_ANNOUNCE : LEVEL_SEND;
    put(h, kind, text, w.length);
    if (h->options->dry && !failed)
        for (size_t i = 0, length; (length = wire_frame_text(&h->wire, &e, i, text)) > 0; i++)
            put(h, LEVEL_KEEP, text, length);
}

/* No takeover by accident: who speaks for this virtual router? */

static void hear(void *context, const struct captured *c)
{
    struct hand *h = context;
    struct frame f;
    char src[IP_TEXT], interval[DURATION_TEXT];
    frame_decode(&f, c->link, c->bytes, c->length);
    const struct advert *a = &f.advert;
    if (h->heard || f.kind != FRAME_ADVERT || f.vlan != 0 || a->af != h->send.id.af || a->vrid != h->send.id.vrid ||
        a->prio == VRRP_PRIORITY_RESIGN)
        return;
    h->heard = true;
    ip_format(src, &a->src);
    format_duration(interval, a->interval);
    cli_say("%s: %s%s speaks for vrid %u (priority %u, interval %s): nothing was sent; -F sends all the same",
            h->send.id.ifname, src, c->dir == DIR_OUT ? " (this host)" : "", a->vrid, a->prio, interval);
}

static void listen_first(struct hand *h)
{
    struct capture_error error;
    const struct capture_filter filter = {.af = h->send.id.af, .vrids = &h->send.id.vrid, .vrid_count = 1};
    h->capture = capture_open_live(h->send.id.ifname, &filter, &error);
    if (!h->capture)
        cli_die(EXIT_SYSTEM, "%s%s", error.text, error.permission ? cli_permission_hint("CAP_NET_RAW") : "");
}

/* Until somebody is heard, time is up, or a signal ends it. True: go on and advertise. */
static bool nobody_speaks(struct hand *h)
{
    struct capture_error error;
    instant until = {clock_now().us + h->listening_time};
    clock_timer_set(&h->timer, until);
    for (bool over = false, stop = false; !over;) {
        int fds[LISTENING_FDS];
        struct pollfd polls[LISTENING_FDS + 2] = {{.fd = h->timer.fd, .events = POLLIN},
                                                  {.fd = h->signals.fd, .events = POLLIN}};
        size_t count = capture_fds(h->capture, fds, nitems(fds));
        for (size_t i = 0; i < count; i++)
            polls[2 + i] = (struct pollfd){.fd = fds[i], .events = POLLIN};
        if (poll(polls, 2 + count, -1) < 0 && errno != EINTR)
            cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
        over = clock_now().us >= until.us; /* and what was captured until then is still looked at */
        stop = polls[1].revents && signals_stop(&h->signals);
        if (capture_dispatch(h->capture, FRAMES_AT_ONCE, hear, h, &error) < 0)
            cli_die(EXIT_SYSTEM, "%s", error.text);
        if (h->heard || stop)
            return false;
    }
    return true;
}

/* The loop */

/* The source's own address must be there from the start: later it may come and go. */
static void check_source(struct hand *h)
{
    struct wire_link *l = wire_link(&h->wire, h->send.id.ifname, clock_now());
    if (h->wire.live && !l->there)
        cli_die(EXIT_SYSTEM, "%s: %s", l->ifname, strerror(l->error));
    if (wire_source(l, &h->send).family)
        return;
    cli_die(EXIT_USAGE, "%s %s: src= has to say where the advertisements come from", l->ifname,
            !l->there            ? "is not there"
            : h->send.id.af == 4 ? "has no usable IPv4 address"
                                 : "has no usable IPv6 link-local address");
}

static int gone(struct hand *h)
{
    if (!h->wire.live)
        return EXIT_DONE;
    if (h->send.prio != VRRP_PRIORITY_RESIGN)
        advertise(h, VRRP_PRIORITY_RESIGN, false);
    cli_say("the reader of my lines is gone%s", h->send.prio != VRRP_PRIORITY_RESIGN ? "; priority 0 was sent" : "");
    return EXIT_SYSTEM;
}

/* -1 to go on, or the exit status. */
static int write_out(struct hand *h, enum outlet_status status)
{
    if (status == OUTLET_CLOSED)
        return gone(h);
    if (status == OUTLET_FAILED) {
        cli_say("standard output: %s", strerror(h->outlet.error));
        if (h->send.prio != VRRP_PRIORITY_RESIGN)
            advertise(h, VRRP_PRIORITY_RESIGN, false);
        return EXIT_SYSTEM;
    }
    return wire_flush(&h->wire) ? -1 : EXIT_SYSTEM;
}

/* Waits for the time of the next one. True when a signal came first. */
static bool wait_until(struct hand *h, instant next, int *status)
{
    clock_timer_set(&h->timer, next);
    while (*status < 0 && clock_now().us < next.us) {
        struct pollfd polls[] = {
            {.fd = h->timer.fd, .events = POLLIN},
            {.fd = h->signals.fd, .events = POLLIN},
            {.fd = STDOUT_FILENO, .events = outlet_events(&h->outlet)},
        };
        if (poll(polls, nitems(polls), -1) < 0 && errno != EINTR)
            cli_die(EXIT_SYSTEM, "poll: %s", strerror(errno));
        if (polls[1].revents && signals_stop(&h->signals))
            return true;
        if (polls[2].revents & (POLLERR | POLLHUP | POLLNVAL))
            h->outlet.closed = true;
        if (polls[2].revents)
            *status = write_out(h, outlet_flush(&h->outlet, clock_wall()));
    }
    clock_timer_ack(&h->timer);
    return false;
}

static int run(struct hand *h)
{
    int status = -1;
    bool resigns = h->send.prio != VRRP_PRIORITY_RESIGN, stop = false;
    instant next = clock_now();
    put_clock(h);
    while (status < 0 && !stop) {
        advertise(h, h->send.prio, resigns && h->sent == 0);
        if (resigns && h->sent == 1)
            put_state(h, ROUTER_INIT, ROUTER_ACTIVE, "startup");
        status = write_out(h, outlet_flush(&h->outlet, clock_wall()));
        if (h->sent == h->options->count)
            break;
        /* One interval after the one before, whenever that left; what was slept through is not made up for. */
        do
            next.us += h->send.interval;
        while (next.us <= clock_now().us);
        wire_refresh(&h->wire, clock_now());
        if (status < 0)
            stop = wait_until(h, next, &status);
    }
    if (stop && resigns) {
        advertise(h, VRRP_PRIORITY_RESIGN, false);
        put_state(h, ROUTER_ACTIVE, ROUTER_INIT, "shutdown");
    }
    if (status < 0)
        status = write_out(h, outlet_drain(&h->outlet, clock_wall(), END_LIMIT));
    if (status < 0)
        status = h->left > 0 ? EXIT_DONE : EXIT_SYSTEM;
    return status;
}

int advert_hand(const struct advert_options *o, char **words, size_t count)
{
    static struct prefix_buffer buffer;
    struct hand *h = &hand;
    struct vr_config config;
    h->options = o;
    h->silent = o->file && strcmp(o->file, "-") == 0;
    h->format_time = isatty(STDOUT_FILENO) ? clock_format_human : NULL;
    read_operands(&config, &buffer, words, count);
    describe(h, &config);
    if (!signals_open(&h->signals, SIGNALS_SOURCE) || !clock_timer_open(&h->timer))
        cli_die(EXIT_SYSTEM, "%s", strerror(errno));
    wire_open(&h->wire, o);
    if (!wire_has_key(&h->wire, &h->send))
        cli_die(EXIT_USAGE, "auth=%s: %s", auth_type_name(h->send.auth),
                o->keys ? "there is no such key for it in the file of -k" : "-k FILE with its key is needed");
    check_source(h);
    if (!wire_open_file(&h->wire, o, &h->signals))
        return wire_close(&h->wire) ? EXIT_DONE : EXIT_SYSTEM;
    if (h->wire.live && !o->force)
        listen_first(h);
    if (!outlet_open(&h->outlet, STDOUT_FILENO, program.name, false))
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    cli_confine(CONFINE_SENDER);
    bool go = !h->capture || nobody_speaks(h);
    capture_close(h->capture);
    int status = go ? run(h) : h->heard ? EXIT_NO : EXIT_DONE;
    if (!wire_close(&h->wire) && status == EXIT_DONE)
        status = EXIT_SYSTEM;
    outlet_close(&h->outlet);
    return status;
}
