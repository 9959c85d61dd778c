/* Lines as they may come in: any bytes, cut at newlines. What is accepted lies inside the input; what a reader makes of
 * an event, written again, reads back to the same text. */
#include <stdlib.h>
#include <string.h>

#include "core/event.h"
#include "core/hook_environment.h"

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t told; /* so that nothing that is computed is left out */

/* Two texts, so that what is written from what was read can be compared. */
static char texts[2][LINE_BYTES + 1];

static bool lies_in(struct span s, struct span whole)
{
    return s.at >= whole.at && s.len <= whole.len && (size_t)(s.at - whole.at) <= whole.len - s.len;
}

static void check_values(struct span value)
{
    static char name[LINE_BYTES];
    uint64_t n;
    usec d;
    stamp t;
    instant i;
    bool yes;
    struct ip ip;
    struct prefix prefix;
    struct mac mac;
    struct span item;
    HOLDS(!parse_u64(value, 5, 500, &n) || (n >= 5 && n <= 500));
    HOLDS(!parse_duration(value, &d) || d >= 0);
    HOLDS(!parse_stamp(value, &t) || t.ns >= 0);
    HOLDS(!parse_steady(value, &i) || i.us >= 0);
    HOLDS(!parse_name(value, name, 16) || strlen(name) < 16);
    told += parse_name(value, name, sizeof(name)) ? strlen(name) : parse_yes_no(value, &yes);
    told += ip_parse(&ip, value.at, value.len) + prefix_parse(&prefix, value.at, value.len);
    told += mac_parse(&mac, value.at, value.len);
    for (struct span rest = value; list_next(&rest, &item);)
        HOLDS(lies_in(item, value));
}

static void check_line(const struct line *l)
{
    HOLDS(l->event.len > 0 && lies_in(l->event, l->text) && l->count <= LINE_FIELDS);
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];
        HOLDS(f->key.len > 0 && f->value.len > 0);
        HOLDS(lies_in(f->key, l->text) && lies_in(f->value, l->text));
        for (size_t k = 0; k < i; k++)
            HOLDS(!span_equal(f->key, l->fields[k].key));
        check_values(f->value);
    }
}

/* One reader and its writer: true when the line was taken, and then it stands in w. */
typedef bool reread(struct writer *w, const struct line *l, const char **where);

static bool reread_advert(struct writer *w, const struct line *l, const char **where)
{
    static struct address_buffer buffer;
    struct origin o;
    struct advert a;
    if (!read_advert(l, &o, &a, &buffer, where))
        return false;
    write_advert(w, l->time, &o, &a);
    return true;
}

static bool reread_bad(struct writer *w, const struct line *l, const char **where)
{
    static struct address_buffer buffer;
    struct origin o;
    struct advert a;
    enum verdict why;
    if (!read_bad(l, &o, &a, &why, &buffer, where))
        return false;
    write_bad(w, l->time, &o, &a, why);
    return true;
}

static bool reread_announce(struct writer *w, const struct line *l, const char **where)
{
    struct origin o;
    struct announce_event e;
    if (!read_announce(l, &o, &e, where))
        return false;
    write_announce(w, l->time, &o, &e);
    return true;
}

static bool reread_other(struct writer *w, const struct line *l, const char **where)
{
    struct origin o;
    struct advert a;
    struct other_event e;
    if (!read_other(l, &o, &a, &e, where))
        return false;
    write_other(w, l->time, &o, &a, &e);
    return true;
}

static bool reread_link(struct writer *w, const struct line *l, const char **where)
{
    struct link_event e;
    if (!read_link(l, &e, where))
        return false;
    write_link(w, l->time, &e);
    return true;
}

static bool reread_clock(struct writer *w, const struct line *l, const char **where)
{
    struct clock_event e;
    if (!read_clock(l, &e, where))
        return false;
    write_clock(w, &e);
    return true;
}

static bool reread_send(struct writer *w, const struct line *l, const char **where)
{
    static struct prefix_buffer buffer;
    struct send_event e;
    if (!read_send(l, &e, &buffer, where))
        return false;
    write_send(w, l->time, &e);
    return true;
}

static bool reread_state(struct writer *w, const struct line *l, const char **where)
{
    static struct prefix_buffer buffer;
    struct state_event e;
    if (!read_state(l, &e, &buffer, where))
        return false;
    write_state(w, l->time, &e);
    return true;
}

static bool reread_vr(struct writer *w, const struct line *l, const char **where)
{
    static struct prefix_buffer buffer;
    struct vr_config c;
    static struct config_error error; /* *where points into it */
    *where = error.reason;
    if (!config_parse(&c, &buffer, l, &error)) {
        HOLDS(strlen(error.reason) < sizeof(error.reason));
        HOLDS(error.word.len == 0 || lies_in(error.word, l->text));
        return false;
    }
    HOLDS(config_equal(&c, &c));
    write_vr(w, l->time, &c);
    return true;
}

/* What was read is written, and that is read and written once more. */
static void check_reader(reread *again, const struct line *l)
{
    const char *where = NULL;
    struct writer first = {.buffer = texts[0], .size = sizeof(texts[0])};
    struct writer second = {.buffer = texts[1], .size = sizeof(texts[1])};
    struct line written;
    struct span at;
    if (!again(&first, l, &where)) {
        HOLDS(where && where[0] != '\0');
        return;
    }
    if (first.full) /* a list without /32, %XX and so on may have grown beyond what a line holds */
        return;
    HOLDS(line_parse(&written, texts[0], first.length - 1, &at) == LINE_OK);
    HOLDS(again(&second, &written, &where));
    HOLDS(first.length == second.length && memcmp(texts[0], texts[1], first.length) == 0);
}

/* What a command gets to see: whole variables, none twice, and no byte that could end one or speak to a terminal. VRRP_LINE
 * is the line itself. */
static void check_hook(const struct line *l)
{
    static struct hook_environment e;
    hook_environment(&e, "here", l, l->time, "now");
    HOLDS(!e.text.cut && e.count >= HOOK_OWN && e.count <= HOOK_OWN + l->count && !e.variables[e.count]);
    for (size_t i = 0; i < e.count; i++) {
        const char *at = e.variables[i];
        HOLDS(strncmp(at, "VRRP_", 5) == 0 && strchr(at, '='));
        for (bool is_line = strncmp(at, "VRRP_LINE=", 10) == 0; *at != '\0' && !is_line; at++)
            HOLDS((uint8_t)*at >= 0x20 && *at != 0x7F);
        for (size_t k = 0; k < i; k++)
            HOLDS(strcspn(e.variables[i], "=") != strcspn(e.variables[k], "=") ||
                  memcmp(e.variables[i], e.variables[k], strcspn(e.variables[i], "=")) != 0);
    }
}

static void check_text(const char *text, size_t size)
{
    static reread *const readers[] = {reread_advert, reread_bad,  reread_announce, reread_other, reread_link,
                                      reread_clock,  reread_send, reread_state,    reread_vr};
    static struct line l;
    struct span where = {NULL, 0};
    enum line_error error = line_parse(&l, text, size, &where);
    HOLDS(line_error_text(error)[0] != '\0');
    HOLDS(where.at && lies_in(where, (struct span){text, size}));
    if (error != LINE_OK)
        return;
    check_line(&l);
    for (size_t i = 0; i < nitems(readers); i++)
        check_reader(readers[i], &l);
    check_hook(&l);
    struct track_event track;
    const char *wrong;
    told += read_track(&l, &track, &wrong);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    while (size > 0) {
        const uint8_t *newline = memchr(data, '\n', size);
        size_t len = newline ? (size_t)(newline - data) : size;
        char *text = malloc(len > 0 ? len : 1); /* exact, so that a byte too far is seen */
        if (!text)
            return 0;
        memcpy(text, data, len);
        check_text(text, len);
        free(text);
        size_t used = len + (newline ? 1 : 0);
        data += used;
        size -= used;
    }
    return 0;
}
