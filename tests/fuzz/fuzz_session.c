/* Any lines into an election, replayed and live: nothing breaks, nothing is due in the past, and a log of it replays to
 * the decisions that were taken. The first byte says how: bit 0 replay, bit 1 pass; the rest are lines. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/session.h"

static volatile size_t written;

static void emit(void *context, enum level_kind kind, const struct identity *id, const char *line, size_t len)
{
    bool of_router = kind != LEVEL_KEEP && kind != LEVEL_DROPPABLE;
    (void)context;
    if (len == 0 || line[len - 1] != '\n' || memchr(line, '\n', len - 1) || (of_router && !id))
        abort();
    written += len;
}

static void complain(void *context, struct span word, const char *reason)
{
    (void)context;
    written += word.len + strlen(reason);
}

static void configure(struct session *s, const char *vr)
{
    struct line l;
    struct span where;
    struct vr_config c = {0};
    static struct prefix_buffer buffer;
    struct config_error error = {0};
    if (line_parse(&l, vr, strlen(vr), &where) != LINE_OK || !config_parse(&c, &buffer, &l, &error) ||
        session_configure(s, &c) != SESSION_VR_DONE)
        abort();
}

static struct session_now now_of(int64_t us)
{
    return (struct session_now){.steady = {us}, .wall = {(us + 1700000000000000) * 1000}};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct session_options o = {
        .replay = data[0] & 1, .pass = data[0] & 2, .boot = "here", .emit = emit, .complain = complain};
    struct session *s = session_new(&o);
    if (!s)
        return 0;
    configure(s, "vr if=eth0 vrid=51 prio=100 interval=20s ip=192.0.2.1 track=web:-30");
    configure(s, "vr if=eth0 vrid=51 prio=255 interval=40s ip=fe80::1");
    int64_t us = 1000000;
    const char *at = (const char *)data + 1, *end = (const char *)data + size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        size_t len = (size_t)((newline ? newline : end) - at);
        struct session_now now = now_of(us);
        enum session_result result = session_line(s, at, len, data[0] & 4, &now);
        if (result != SESSION_GOES_ON)
            break;
        session_idle(s, &now);
        if (session_deadline(s).us <= us)
            abort();
        us += 5000000;
        at += len + 1;
    }
    struct session_now now = now_of(us);
    session_end(s, &now);
    session_free(s);
    return 0;
}
