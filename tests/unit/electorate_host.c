#include "tests/unit/electorate_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

char said[8192];

static void note(const struct identity *id, const char *text)
{
    size_t at = strlen(said);
    snprintf(said + at, sizeof said - at, "%s%s/%u %s", at ? "; " : "", id->ifname, id->vrid, text);
}

struct send_event last_resign, last_send;

static void on_send(void *context, instant at, const struct send_event *e)
{
    char text[64];
    (void)context;
    (void)at;
    last_send = *e;
    if (e->prio == 0)
        last_resign = *e;
    snprintf(text, sizeof text, "send %u%s", e->prio, e->announce ? "!" : "");
    note(&e->id, text);
}

static void on_state(void *context, instant at, const struct state_event *e)
{
    char text[96];
    (void)context;
    (void)at;
    snprintf(text, sizeof text, "%s %s", router_state_name(e->to), e->why);
    note(&e->id, text);
}

static void on_notice(void *context, instant at, const struct notice_event *e)
{
    char text[64];
    (void)context;
    (void)at;
    snprintf(text, sizeof text, "notice %s", notice_name(e->what));
    note(&e->id, text);
}

const struct electorate_reports electorate_host_reports = {.send = on_send, .state = on_state, .notice = on_notice};

void expect(const char *expected)
{
    assert_string_equal(said, expected);
    said[0] = '\0';
}

struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

bool vr_at(struct electorate *e, usec now, const char *text)
{
    struct line l;
    struct span where;
    struct vr_config c = {0};
    static struct prefix_buffer buffer;
    struct config_error error = {0};
    bool taken;
    assert_int_equal(line_parse(&l, text, strlen(text), &where), LINE_OK);
    if (!config_parse(&c, &buffer, &l, &error))
        fail_msg("%s: %s", text, error.reason);
    return electorate_vr(e, (instant){now}, &c, &taken);
}

bool hear(struct electorate *e, usec at, const char *text)
{
    struct line l;
    struct span where;
    struct origin from = {0};
    struct advert a = {0};
    static struct address_buffer buffer;
    const char *wrong;
    char full[512];
    snprintf(full, sizeof full, "advert %s", text);
    assert_int_equal(line_parse(&l, full, strlen(full), &where), LINE_OK);
    if (!read_advert(&l, &from, &a, &buffer, &wrong))
        fail_msg("%s: %s", text, wrong);
    return electorate_advert(e, (instant){at}, &from, &a);
}

void link_line(struct electorate *e, usec at, const char *text)
{
    struct line l;
    struct span where;
    struct link_event event = {0};
    const char *wrong;
    char full[256];
    snprintf(full, sizeof full, "link %s", text);
    assert_int_equal(line_parse(&l, full, strlen(full), &where), LINE_OK);
    assert_true(read_link(&l, &event, &wrong));
    electorate_link(e, (instant){at}, &event);
}

void track(struct electorate *e, usec at, const char *name, bool up, usec for_)
{
    struct track_event event = {.up = up, .for_ = for_};
    strncpy(event.name, name, sizeof event.name - 1);
    assert_true(electorate_track(e, (instant){at}, &event));
}

void valued(struct electorate *e, usec at, const char *name, int32_t value)
{
    struct track_event event = {.up = true, .has_value = true, .value = value};
    strncpy(event.name, name, sizeof event.name - 1);
    assert_true(electorate_track(e, (instant){at}, &event));
}

struct electorate *one(const char *vr)
{
    struct electorate *e = electorate_new(&electorate_host_reports, false);
    assert_non_null(e);
    said[0] = '\0';
    assert_true(vr_at(e, 0, vr));
    electorate_start(e, (instant){0});
    return e;
}

struct electorate *active(const char *vr)
{
    struct electorate *e = one(vr);
    electorate_advance(e, electorate_deadline(e));
    said[0] = '\0';
    return e;
}
