/* What comes out of the chain: copied to those beside it, and made into the status file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/run.h"
#include "net/clock.h"

enum {
    ROUNDS = 16,           /* of up to 64 KiB, before others have their turn */
    STAGE_LINE = 256,      /* bytes */
    STATUS_MOST = 1 << 26, /* bytes of one answer */
};
static const usec REFRESH = 10 * SECOND;     /* at least so often */
static const usec AT_MOST = SECOND / 4;      /* and not more often */
static const usec AGAIN = 100 * MILLISECOND; /* when vrrp-elect does not take the question */

static struct span first_word(struct span text)
{
    const char *blank = memchr(text.at, ' ', text.len);
    return (struct span){text.at, blank ? (size_t)(blank - text.at) : text.len};
}

/* The second word of a line that begins with TIME, else the first. */
static struct span event_of(struct span text)
{
    struct span word = first_word(text);
    if (word.len == text.len || *word.at < '0' || *word.at > '9')
        return word;
    return first_word((struct span){word.at + word.len + 1, text.len - word.len - 1});
}

static bool is_heard(struct span event)
{
    return span_is(event, "advert") || span_is(event, "tick") || span_is(event, "bad") || span_is(event, "announce") ||
           span_is(event, "other");
}

static void append(struct text *t, const char *text, size_t len)
{
    if (t->size + len > t->room) {
        size_t room = t->room * 2 > t->size + len ? t->room * 2 : t->size + len;
        char *grown = room > STATUS_MOST ? NULL : realloc(t->at, room);
        if (!grown)
            return;
        t->at = grown;
        t->room = room;
    }
    memcpy(t->at + t->size, text, len);
    t->size += len;
}

/* An answer to what nobody has named: ours. In a log the question stands, too. */
static void take_status(struct run *r, struct span text, const struct line *l)
{
    struct status *s = &r->status;
    struct span id, state;
    if (line_get(l, "id", &id))
        return;
    if (line_get(l, "state", &state) || span_is(l->event, "statistics"))
        append(&s->coming, text.at, text.len + 1);
    if (!line_is(l, "end", "yes"))
        return;
    struct text old = s->shown;
    s->asked = false;
    s->due.us = s->asked_at.us + (s->stale ? AT_MOST : REFRESH);
    s->shown = s->coming;
    s->coming = old;
    s->coming.size = 0;
    status_write(r);
}

static void look_sooner(struct status *s)
{
    s->stale = true;
    if (!s->asked && s->asked_at.us + AT_MOST < s->due.us)
        s->due.us = s->asked_at.us + AT_MOST;
}

/* One that is not as it should be is a line like any other. */
static void take_state(struct run *r, struct span text)
{
    struct prefix_buffer buffer;
    struct state_event e;
    struct line l;
    struct span where;
    const char *key;
    look_sooner(&r->status);
    if (line_parse(&l, text.at, text.len, &where) != LINE_OK || !read_state(&l, &e, &buffer, &key)) {
        sides_put(r, text.at, text.len + 1, false);
        return;
    }
    sides_put_state(r, text.at, text.len + 1, &e);
    if (e.to != ROUTER_INIT)
        scope_look(r, &e.id);
}

/* text is followed by its newline. */
static void take(struct run *r, struct span text)
{
    struct span event = event_of(text), where;
    struct line l;
    if (!r->chain.spoke)
        r->status.due = r->now;
    r->chain.spoke = r->chain.proved = true;
    if (span_is(event, "state")) {
        take_state(r, text);
        return;
    }
    sides_put(r, text.at, text.len + 1, is_heard(event));
    bool answers = span_is(event, "answer"), tells = span_is(event, "status") || span_is(event, "statistics");
    if ((!answers && !tells) || line_parse(&l, text.at, text.len, &where) != LINE_OK)
        return;
    if (tells)
        take_status(r, text, &l);
    else
        reload_answer(r, &l);
}

/* One that is cut off was not ended by its writer: it died. */
void lines_read(struct run *r)
{
    struct inlet *in = &r->chain.out;
    struct span text;
    struct pollfd p = {.fd = in->fd, .events = POLLIN};
    for (int i = 0; i < ROUNDS && in->fd >= 0 && !in->ended && poll(&p, 1, 0) > 0; i++) {
        inlet_fill(in);
        for (enum inlet_line got; (got = inlet_next(in, &text)) != INLET_NONE;)
            if (got == INLET_LINE && !in->unterminated)
                take(r, text);
    }
}

static size_t stage_line(char *text, size_t size, const struct stage *s)
{
    struct writer w = {.buffer = text, .size = size};
    write_stage(&w, s->at, &s->event);
    return w.length;
}

void lines_put(struct run *r, const struct stage *s)
{
    char text[STAGE_LINE];
    size_t length = stage_line(text, sizeof text, s);
    if (s->event.pid > 0)
        sides_put(r, text, length, false);
}

void status_write(struct run *r)
{
    const struct chain *c = &r->chain;
    const struct text *shown = &r->status.shown;
    size_t length = 0, size = c->state == CHAIN_RUNS ? shown->size : 0;
    char *text = malloc(STAGES * STAGE_LINE + size);
    if (!text)
        return;
    for (size_t i = 0; i < c->count; i++)
        if (c->stages[i].event.pid > 0)
            length += stage_line(text + length, STAGE_LINE, &c->stages[i]);
    if (size > 0)
        memcpy(text + length, shown->at, size);
    bool done = directory_prepare_file(r, "status", text, length + size) && directory_show_file(r, "status");
    if (!done && !r->status.told)
        cli_say("%s/status: %s; it is old until it can be written", r->options.directory, strerror(errno));
    r->status.told = !done;
    free(text);
}

void status_turn(struct run *r)
{
    struct status *s = &r->status;
    if (r->chain.state != CHAIN_RUNS || !r->chain.spoke) {
        s->asked = false;
        s->coming.size = s->shown.size = 0;
        return;
    }
    if (r->now.us < s->due.us)
        return;
    s->due.us = r->now.us + AGAIN;
    s->coming.size = 0;
    s->asked = control_write(&r->control, "status\n", strlen("status\n")) == CONTROL_DONE;
    control_close(&r->control);
    if (!s->asked)
        return;
    s->stale = false;
    s->asked_at = r->now;
    s->due.us = r->now.us + REFRESH; /* if no answer comes */
}

instant status_deadline(const struct run *r)
{
    return r->chain.state == CHAIN_RUNS && r->chain.spoke ? r->status.due : INSTANT_NEVER;
}
