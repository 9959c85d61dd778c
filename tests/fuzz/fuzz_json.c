/* Objects and lines as they may come in: any bytes, cut at newlines. What is read from JSON is a line; what is written
 * of a line is read again, and means the same: written once more it is the same object. */
#include <stdlib.h>
#include <string.h>

#include "core/json.h"

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_line(const struct line *l)
{
    static char objects[2][JSON_BYTES], text[LINE_BYTES + 1];
    static struct line again;
    struct span where;
    size_t lengths[2], length;
    lengths[0] = json_write(objects[0], l);
    HOLDS(lengths[0] > 2 && objects[0][lengths[0] - 1] == '}');
    enum json_error error = json_read(objects[0], lengths[0], text, &length, &where);
    if (error == JSON_TOO_LONG) /* 1h is 3600s, and TIME may have had no decimals */
        return;
    HOLDS(error == JSON_OK);
    HOLDS(line_parse(&again, text, length, &where) == LINE_OK);
    HOLDS(again.count == l->count && span_equal(again.event, l->event) && again.has_time == l->has_time);
    HOLDS(!l->has_time || again.time.ns == l->time.ns);
    lengths[1] = json_write(objects[1], &again);
    HOLDS(lengths[0] == lengths[1] && memcmp(objects[0], objects[1], lengths[0]) == 0);
}

static void check_text(const char *text, size_t size)
{
    static struct line l;
    static char out[LINE_BYTES + 1];
    struct span where;
    size_t length;
    enum json_error error = json_read(text, size, out, &length, &where);
    HOLDS(json_error_text(error)[0] != '\0');
    HOLDS(where.at >= text && where.len <= size && (size_t)(where.at - text) <= size - where.len);
    if (error == JSON_OK) {
        HOLDS(line_parse(&l, out, length, &where) == LINE_OK);
        check_line(&l);
    }
    if (line_parse(&l, text, size, &where) == LINE_OK)
        check_line(&l);
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
