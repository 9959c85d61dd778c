/* Which rows are shown: each is made a line of its own, which the words of vrrp-pick then match. */
#include <string.h>

#include "core/board_view.h"

enum { ROW_BYTES = 4096 };

static const char *const keys[] = {
    "seg", "host", "if",  "vlan", "af",   "vrid", "active", "prio", "ver",     "src",      "interval", "cksum", "auth",
    "ip",  "own",  "why", "sev",  "rule", "age",  "jitter", "gap",  "changes", "speakers", "rivals",   "vacant"};

bool view_filter(struct match *m, const char *word, const char **reason)
{
    size_t length = strcspn(word, "!=");

    *reason = "not key=value";
    if (word[length] == '\0')
        return false;
    *reason = "no virtual router has this key";
    for (size_t i = 0; i < nitems(keys); i++)
        if (span_is((struct span){word, length}, keys[i]))
            return match_add(m, word, reason);
    return false;
}

/* --- A row as a line. --- */

struct row_line {
    struct line line;
    struct text text;
    char bytes[ROW_BYTES];
};

/* What was put since `from` is the value; an empty one is none. */
static void field(struct row_line *r, const char *key, size_t from)
{
    struct field *f = &r->line.fields[r->line.count];

    if (r->text.length == from || r->text.cut)
        return;
    f->key = (struct span){key, strlen(key)};
    f->value = (struct span){r->bytes + from, r->text.length - from};
    r->line.count++;
}

static void add_plain(struct row_line *r, const char *key, const char *value)
{
    size_t from = r->text.length;

    cell_plain(&r->text, value);
    field(r, key, from);
}

static void add_number(struct row_line *r, const char *key, uint64_t value)
{
    size_t from = r->text.length;

    text_u64(&r->text, value);
    field(r, key, from);
}

static void add_time(struct row_line *r, const char *key, usec d)
{
    size_t from = r->text.length;

    cell_every(&r->text, d > 0 ? d : 0);
    field(r, key, from);
}

static void add_cell(struct row_line *r, const char *key, enum view_column c, const struct board_router *router)
{
    size_t from = r->text.length;

    cell_put(&r->text, c, router, (instant){0});
    field(r, key, from);
}

static void add_active(struct row_line *r, const struct board_speaker *active, instant now)
{
    add_number(r, "ver", active->version);
    add_time(r, "interval", active->interval);
    if (active->has_cksum)
        add_plain(r, "cksum", cksum_form_name(active->cksum));
    if (active->has_auth)
        add_plain(r, "auth", auth_type_name(active->auth));
    add_time(r, "age", now.us - active->last.us);
    if (active->gaps > 0)
        add_time(r, "jitter", active->jitter);
}

static void add_speakers(struct row_line *r, const struct board_router *router)
{
    size_t from = r->text.length;

    for (size_t i = 0; i < router->speaker_count; i++) {
        text_word(&r->text, i > 0 ? "," : "");
        cell_ip(&r->text, &router->speakers[i].src);
    }
    field(r, "src", from);
}

static void add_alerts(struct row_line *r, const struct board_router *router)
{
    const struct board_alert *alert;
    size_t from = r->text.length;

    for (size_t i = 0; (alert = board_alert(router, i)); i++) {
        text_word(&r->text, i > 0 ? "," : "");
        text_word(&r->text, alert->rule[0] != '\0' ? alert->rule : "-");
    }
    field(r, "rule", from);
    if (router->alert_count > 0)
        add_plain(r, "sev", severity_name(router->worst));
}

static void add_place(struct row_line *r, const struct board_router *router)
{
    add_plain(r, "seg", router->origin.seg);
    add_plain(r, "host", router->origin.host);
    add_plain(r, "if", router->origin.ifname);
    if (router->origin.vlan != 0)
        add_number(r, "vlan", router->origin.vlan);
    add_number(r, "af", router->af);
    add_number(r, "vrid", router->vrid);
}

static void add_change(struct row_line *r, const struct board_router *router)
{
    const struct board_change *last = board_change(router, 0);

    if (last && last->elected)
        add_plain(r, "why", elected_why_name(last->why));
    if (last && last->has_gap)
        add_time(r, "gap", last->gap);
    add_number(r, "changes", router->changes);
}

bool view_matches(const struct match *m, const struct board_router *router, instant now)
{
    const struct board_speaker *active = router->vacant ? NULL : board_active(router);
    struct row_line r;

    if (m->word_count == 0)
        return true;
    r.line = (struct line){.has_time = false};
    r.text = (struct text){.at = r.bytes, .size = sizeof r.bytes};
    add_place(&r, router);
    if (!router->vacant && router->active.family != 0)
        add_cell(&r, "active", VIEW_ACTIVE, router);
    add_cell(&r, "prio", VIEW_PRIO, router);
    if (active)
        add_active(&r, active, now);
    add_speakers(&r, router);
    add_cell(&r, "ip", VIEW_ADDRESSES, router);
    add_cell(&r, "own", VIEW_OWN, router);
    if (router->heard)
        add_number(&r, "speakers", router->speaker_count);
    add_number(&r, "rivals", board_rivals(router, now));
    add_plain(&r, "vacant", router->vacant ? "yes" : "no");
    add_change(&r, router);
    add_alerts(&r, router);
    return match_line(m, &r.line);
}
