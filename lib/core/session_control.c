/* What operators say: virtual routers that come, change and go, tracks, yields, questions; and the answers. */
#include <stdlib.h>
#include <string.h>

#include "core/config_value.h"
#include "core/reader.h"
#include "core/session_internal.h"

enum { KEPT_MOST = 1 << 26 }; /* bytes of lines that wait */

bool session_keep(char **text, size_t *size, const char *line, size_t len)
{
    if (len > KEPT_MOST - *size)
        return false;
    char *grown = realloc(*text, *size + len + 1);
    if (!grown)
        return false;
    memcpy(grown + *size, line, len);
    grown[*size + len] = '\n';
    *text = grown;
    *size += len + 1;
    return true;
}

static void emit_answer(struct session *s, struct writer *w, bool wanted)
{
    if (wanted && s->options.answer && w->length > 0)
        s->options.answer(s->options.context, w->buffer, w->length);
    session_emit(s, LEVEL_KEEP, NULL, w);
}

void session_answer(struct session *s, const struct line *l, const char *refused)
{
    struct span id;
    if (!line_get(l, "id", &id) || span_is(l->event, "status"))
        return;
    struct writer w = session_writer(s);
    writer_begin(&w, session_stamp(s, s->clock), "answer");
    put_raw(&w, "id", id);
    put_word(&w, "done", refused ? "no" : "yes");
    put_word(&w, "why", refused);
    writer_end(&w);
    emit_answer(s, &w, true);
}

/* vr, novr */

/* id= is the line's, not the virtual router's. */
static bool parse_vr(struct session *s, const struct line *l, struct vr_config *config, struct prefix_buffer *buffer)
{
    struct config_error error = {0};
    struct line without = *l;
    without.count = 0;
    for (size_t i = 0; i < l->count; i++)
        if (!span_is(l->fields[i].key, "id"))
            without.fields[without.count++] = l->fields[i];
    if (config_parse(config, buffer, &without, &error))
        return true;
    session_complain(s, error.word.len ? error.word : l->event, error.reason);
    return false;
}

static const char *set_vr(struct session *s, const struct line *l, const struct vr_config *config)
{
    bool taken;
    if (electorate_vr(s->electorate, s->clock, config, &taken))
        return NULL;
    struct span name;
    if (taken && line_get(l, "name", &name))
        session_complain_value(s, l, "name", "belongs to another virtual router");
    else
        session_complain(s, l->event, taken ? "its name belongs to another virtual router" : "out of memory");
    return taken ? "name-taken" : "memory";
}

const char *session_vr(struct session *s, const struct line *l)
{
    struct vr_config config = {0};
    struct prefix_buffer buffer;
    bool right = parse_vr(s, l, &config, &buffer);
    if (!s->staging)
        return right ? set_vr(s, l, &config) : "bad";
    s->staged_wrong = s->staged_wrong || !right || !session_keep(&s->staged, &s->staged_size, l->text.at, l->text.len);
    return right ? NULL : "bad";
}

static bool read_name_key(struct session *s, const struct line *l, char name[static NAME_TEXT])
{
    struct span written = {0};
    if (line_get(l, "name", &written) && parse_name(written, name, NAME_TEXT))
        return true;
    session_complain_key(s, l, "name");
    return false;
}

static const char *unknown(struct session *s, const struct line *l)
{
    session_complain_value(s, l, "name", "no such virtual router");
    return "unknown";
}

const char *session_novr(struct session *s, const struct line *l)
{
    char name[NAME_TEXT];
    if (!read_name_key(s, l, name))
        return "bad";
    return electorate_novr(s->electorate, s->clock, (struct span){name, strlen(name)}) ? NULL : unknown(s, l);
}

/* begin, vr ..., commit: the whole set at once, or nothing of it */

static void forget_staged(struct session *s)
{
    free(s->staged);
    s->staged = NULL;
    s->staged_size = 0;
    s->staging = s->staged_wrong = false;
}

const char *session_begin_set(struct session *s, const struct line *l)
{
    (void)l;
    forget_staged(s);
    s->staging = true;
    return NULL;
}

/* Calls take for each staged line; returns what it last returned that was not NULL. */
static const char *each_staged(struct session *s,
                               const char *(*take)(struct session *s, const struct line *l, const struct vr_config *c))
{
    const char *refused = NULL;
    for (size_t done = 0, len; done < s->staged_size; done += len + 1) {
        const char *text = s->staged + done;
        struct line l;
        struct span where;
        struct vr_config config = {0};
        struct prefix_buffer buffer;
        len = (size_t)((const char *)memchr(text, '\n', s->staged_size - done) - text);
        if (line_parse(&l, text, len, &where) != LINE_OK || !parse_vr(s, &l, &config, &buffer))
            continue;
        const char *why = take(s, &l, &config);
        refused = why ? why : refused;
    }
    return refused;
}

static const char *want(struct session *s, const struct line *l, const struct vr_config *config)
{
    (void)l;
    electorate_replace_keeps(s->electorate, &config->id);
    return NULL;
}

const char *session_commit(struct session *s, const struct line *l)
{
    const char *refused = !s->staging ? "no-begin" : s->staged_wrong ? "bad" : NULL;
    if (refused) {
        session_complain(s, l->event,
                         s->staging ? "a vr line since begin is wrong: nothing was changed" : "without begin");
        forget_staged(s);
        return refused;
    }
    s->staging = false;
    electorate_replace(s->electorate);
    each_staged(s, want);
    electorate_replace_drops(s->electorate, s->clock);
    refused = each_staged(s, set_vr);
    electorate_replaced(s->electorate, s->clock);
    forget_staged(s);
    return refused;
}

/* track, yield, stop */

const char *session_track(struct session *s, const struct line *l)
{
    struct track_event track = {0};
    const char *where;
    if (!read_track(l, &track, &where)) {
        session_complain_key(s, l, where);
        return "bad";
    }
    if (electorate_track(s->electorate, s->clock, &track))
        return NULL;
    session_complain(s, l->event, "out of memory");
    return "memory";
}

/* Handing over to nobody would leave the addresses to nobody: force=yes means it. */
const char *session_yield(struct session *s, const struct line *l)
{
    char name[NAME_TEXT];
    struct reader r = {.line = l};
    bool off = false, force = false;
    const char *where;
    if (!read_name_key(s, l, name))
        return "bad";
    read_yes_no(&r, "off", &off);
    read_yes_no(&r, "force", &force);
    if (!reader_done(&r, &where)) {
        session_complain_key(s, l, where);
        return "bad";
    }
    switch (electorate_yield(s->electorate, s->clock, (struct span){name, strlen(name)}, !off, force)) {
    case YIELD_DONE:
        break;
    case YIELD_UNKNOWN:
        return unknown(s, l);
    case YIELD_NOBODY:
        session_complain(s, l->event, "no other router was heard for it; force=yes yields all the same");
        return "nobody";
    }
    return NULL;
}

const char *session_stop(struct session *s, const struct line *l)
{
    (void)l;
    s->stopped = true;
    observer_end(s->observer, s->clock);
    electorate_stop(s->electorate, s->clock);
    return NULL;
}

/* status */

static void put_counters(struct writer *w, const struct counters *c)
{
    put_u64(w, "master-transitions", c->master_transitions);
    put_u64(w, "advertisement-rcvd", c->advertisement_rcvd);
    put_u64(w, "advertisement-sent", c->advertisement_sent);
    put_u64(w, "interval-errors", c->interval_errors);
    put_u64(w, "priority-zero-pkts-rcvd", c->priority_zero_pkts_rcvd);
    put_u64(w, "priority-zero-pkts-sent", c->priority_zero_pkts_sent);
    put_u64(w, "invalid-type-pkts-rcvd", c->invalid_type_pkts_rcvd);
    put_u64(w, "address-list-errors", c->address_list_errors);
    put_u64(w, "packet-length-errors", c->packet_length_errors);
    put_u64(w, "auth-failures", c->auth_failures);
    put_u64(w, "invalid-auth-type", c->invalid_auth_type);
    put_u64(w, "auth-type-mismatch", c->auth_type_mismatch);
    put_u64(w, "discarded", c->discarded);
}

static void write_status(void *context, const struct status_event *e)
{
    struct session *s = context;
    struct writer w = session_writer(s);
    writer_begin(&w, session_stamp(s, s->clock), "status");
    put_identity(&w, &e->id);
    put_text(&w, "name", (struct span){e->name, strlen(e->name)});
    if (s->status_id_len > 0)
        put_raw(&w, "id", (struct span){s->status_id, s->status_id_len});
    put_word(&w, "state", router_state_name(e->state));
    put_word(&w, "why", e->last_why);
    put_seconds(&w, "for", s->clock.us - e->since.us);
    put_version(&w, e->version, e->both);
    put_u64(&w, "prio", e->prio);
    put_word(&w, "is-owner", e->owner ? "yes" : "no");
    put_word(&w, "yielded", e->yielded ? "yes" : "no");
    put_duration(&w, "interval", e->interval);
    put_duration(&w, "active-adver-interval", e->active_adver_interval);
    put_duration(&w, "active-down-interval", e->active_down_interval);
    put_duration(&w, "skew-time", e->skew_time);
    put_word(&w, "cksum", cksum_form_name(e->cksum));
    if (e->last_adv_source.family != 0)
        put_ip(&w, "last-adv-source", &e->last_adv_source);
    put_counters(&w, &e->counters);
    if (e->takes_part)
        put_stamp(&w, "up-datetime", session_stamp(s, e->up));
    put_word(&w, "last-event", e->last_event);
    put_word(&w, "new-active-reason", e->new_active_reason);
    put_u64(&w, "peer-errors", e->counters.peer_errors);
    put_u64(&w, "ip-ttl-errors", e->counters.ip_ttl_errors);
    if (e->group) {
        put_text(&w, "group", (struct span){e->group, strlen(e->group)});
        put_word(&w, "ready", e->ready ? "yes" : "no");
    }
    writer_end(&w);
    emit_answer(s, &w, s->status_id_len > 0);
    s->status_count++;
}

static void write_statistics(struct session *s)
{
    const struct statistics *statistics = electorate_statistics(s->electorate);
    struct writer w = session_writer(s);
    writer_begin(&w, session_stamp(s, s->clock), "statistics");
    if (s->status_id_len > 0)
        put_raw(&w, "id", (struct span){s->status_id, s->status_id_len});
    put_u64(&w, "checksum-errors", statistics->checksum_errors);
    put_u64(&w, "version-errors", statistics->version_errors);
    put_u64(&w, "vrid-errors", statistics->vrid_errors);
    put_u64(&w, "ip-ttl-errors", statistics->ip_ttl_errors);
    writer_end(&w);
    emit_answer(s, &w, s->status_id_len > 0);
}

/* One line a virtual router; of all, what belongs to none of them; then one that says that it was the last. */
const char *session_status(struct session *s, const struct line *request)
{
    struct span id = {0}, name = {0};
    char text[NAME_TEXT];
    line_get(request, "id", &id);
    if (line_get(request, "name", &name)) /* one that is not a name belongs to nobody: `name` stays as it is */
        name = parse_name(name, text, sizeof text) ? (struct span){text, strlen(text)} : name;
    s->status_id = id.at;
    s->status_id_len = id.len;
    s->status_count = 0;
    electorate_status(s->electorate, name, write_status, s);
    if (name.len == 0)
        write_statistics(s);
    struct writer w = session_writer(s);
    writer_begin(&w, session_stamp(s, s->clock), "status");
    if (id.len > 0)
        put_raw(&w, "id", id);
    put_word(&w, "end", "yes");
    put_u64(&w, "count", s->status_count);
    writer_end(&w);
    emit_answer(s, &w, id.len > 0);
    return NULL;
}
