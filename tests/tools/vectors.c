#include "tests/tools/vectors.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7, FRAME_COLUMN = 5 };

static unsigned digit(char c)
{
    return (unsigned)(isdigit((unsigned char)c) ? c - '0' : tolower((unsigned char)c) - 'a' + 10);
}

size_t hex_bytes(uint8_t *out, size_t size, const char *hex)
{
    size_t length = 0;
    for (; *hex != '\0'; hex++) {
        if (*hex == ' ')
            continue;
        if (!isxdigit((unsigned char)hex[0]) || !isxdigit((unsigned char)hex[1]) || length == size)
            return SIZE_MAX;
        out[length++] = (uint8_t)(digit(hex[0]) << 4 | digit(hex[1]));
        hex++;
    }
    return length;
}

const char *hex_of_line(char *line)
{
    line[strcspn(line, "\r\n")] = '\0';
    if (line[0] == '#' || line[0] == '\0')
        return NULL;
    if (strchr(line, '\t') == NULL)
        return line;
    for (int column = 0; column < FRAME_COLUMN && line != NULL; column++) {
        line = strchr(line, '\t');
        line = line != NULL ? line + 1 : NULL;
    }
    if (line != NULL)
        line[strcspn(line, "\t")] = '\0';
    return line;
}

bool vector_read(FILE *file, struct vector *v)
{
    const char *column[COLUMNS];
    size_t count = 0;
    do {
        if (!fgets(v->text, sizeof v->text, file))
            return false;
    } while (v->text[0] == '#');
    v->text[strcspn(v->text, "\n")] = '\0';
    for (char *at = v->text; count < COLUMNS && at;) {
        column[count++] = at;
        at = strchr(at, '\t');
        if (at)
            *at++ = '\0';
    }
    if (count == COLUMNS) {
        v->id = column[0];
        v->what = column[1];
        v->src = column[2];
        v->dst = column[3];
        v->vrrp_length = hex_bytes(v->vrrp, sizeof v->vrrp, column[4]);
        v->frame_length = hex_bytes(v->frame, sizeof v->frame, column[5]);
        v->expected = column[6];
    }
    if (count != COLUMNS || v->vrrp_length == SIZE_MAX || v->frame_length == SIZE_MAX) {
        fprintf(stderr, "%s: not a vector: %s\n", VECTORS_PATH, v->text);
        exit(1);
    }
    return true;
}
