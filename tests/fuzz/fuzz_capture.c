/* A capture file as anybody may send it: through libpcap and the decoder to lines. Each line is one that can be read
 * back, and an advert's says the same again when it is written again. */
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

static void read_back(const char *text, size_t length, enum frame_kind kind)
{
    static char again[LINE_BYTES + 1];
    static struct line l;
    static struct address_buffer buffer;
    struct writer w = {.buffer = again, .size = sizeof again};
    struct span where;
    struct origin origin;
    struct advert advert;
    const char *key;

    HOLDS(length > 1 && text[length - 1] == '\n');
    HOLDS(line_parse(&l, text, length - 1, &where) == LINE_OK);
    HOLDS(span_is(l.event, kind == FRAME_ADVERT ? "advert" : kind == FRAME_BAD ? "bad" : "other"));
    if (kind != FRAME_ADVERT)
        return;
    HOLDS(read_advert(&l, &origin, &advert, &buffer, &key));
    write_advert(&w, l.time, &origin, &advert);
    HOLDS(w.length == length && memcmp(again, text, length) == 0);
}

static void on_frame(void *context, const struct captured *c)
{
    static char text[LINE_BYTES + 1];
    const struct filter *filter = context;
    const struct sighting s = {c->time, c->link, c->dir, "eth0", c->bytes, c->length};
    struct writer w = {.buffer = text, .size = sizeof text};
    struct frame decoded;
    enum frame_kind kind = report_frame(&w, filter, NULL, &s, &decoded);

    HOLDS((kind == FRAME_FOREIGN) == (w.length == 0));
    if (kind != FRAME_FOREIGN)
        read_back(text, w.length, kind);
    told += w.length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct capture_error error;
    struct filter filter;
    FILE *stream;

    if (size == 0) /* fmemopen takes no empty buffer */
        return 0;
    filter_init(&filter);
    stream = fmemopen((void *)(uintptr_t)data, size, "r");
    HOLDS(stream != NULL);
    struct capture *c = capture_open_stream(stream, "fuzz", &error);

    HOLDS(c != NULL);
    if (!capture_begin(c, &error)) {
        told += strlen(error.text);
        capture_close(c);
        return 0;
    }
    while (capture_dispatch(c, 64, on_frame, &filter, &error) > 0)
        continue;
    capture_close(c);
    return 0;
}
