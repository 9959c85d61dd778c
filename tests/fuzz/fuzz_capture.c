/* A capture file as anybody may send it: through libpcap and the decoder to lines. Each line is one that can be read
 * back, and says the same when it is written again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/report.h"
#include "net/capture.h"

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile size_t told; /* so that nothing that is computed is left out */

static void write_again(struct writer *w, const struct line *l, enum frame_kind kind)
{
    static struct address_buffer buffer;
    struct origin origin;
    struct advert advert;
    struct other_event other;
    struct announce_event announce;
    enum verdict why;
    const char *key;

    switch (kind) {
    case FRAME_ADVERT:
        HOLDS(span_is(l->event, "advert") && read_advert(l, &origin, &advert, &buffer, &key));
        write_advert(w, l->time, &origin, &advert);
        break;
    case FRAME_BAD:
        HOLDS(span_is(l->event, "bad") && read_bad(l, &origin, &advert, &why, &buffer, &key));
        write_bad(w, l->time, &origin, &advert, why);
        break;
    case FRAME_OTHER:
        HOLDS(span_is(l->event, "other") && read_other(l, &origin, &advert, &other, &key));
        write_other(w, l->time, &origin, &advert, &other);
        break;
    case FRAME_ANNOUNCE:
        HOLDS(span_is(l->event, "announce") && read_announce(l, &origin, &announce, &key));
        write_announce(w, l->time, &origin, &announce);
        break;
    case FRAME_FOREIGN:
        break;
    }
}

static void read_back(const char *text, size_t length, enum frame_kind kind)
{
    static char again[LINE_BYTES + 1];
    static struct line l;
    struct writer w = {.buffer = again, .size = sizeof again};
    struct span where;

    HOLDS(length > 1 && text[length - 1] == '\n');
    HOLDS(line_parse(&l, text, length - 1, &where) == LINE_OK);
    write_again(&w, &l, kind);
    HOLDS(w.length == length && memcmp(again, text, length) == 0);
}

static void on_frame(void *context, const struct captured *c)
{
    static char text[LINE_BYTES + 1];
    const struct reporter *reporter = context;
    const struct sighting s = {c->time, c->link, c->dir, "eth0", c->bytes, c->length};
    struct writer w = {.buffer = text, .size = sizeof text};
    struct frame decoded;
    enum frame_kind kind = report_frame(reporter, &w, &s, &decoded);

    HOLDS((kind == FRAME_FOREIGN) == (w.length == 0));
    if (kind != FRAME_FOREIGN)
        read_back(text, w.length, kind);
    told += w.length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct siphash_key key = {{1, 2}};
    struct capture_error error;
    struct filter filter;
    struct reporter reporter = {.filter = &filter};
    FILE *stream;

    if (size == 0) /* fmemopen takes no empty buffer */
        return 0;
    filter_init(&filter);
    reporter.vips = vips_new(&key);
    HOLDS(reporter.vips != NULL);
    stream = fmemopen((void *)(uintptr_t)data, size, "r");
    HOLDS(stream != NULL);
    struct capture *c = capture_open_stream(stream, "fuzz", &error);

    HOLDS(c != NULL);
    if (!capture_begin(c, &error))
        told += strlen(error.text);
    else
        while (capture_dispatch(c, 64, on_frame, &reporter, &error) > 0)
            continue;
    capture_close(c);
    vips_free(reporter.vips);
    return 0;
}
