#include "core/text.h"

void text_span(struct text *t, struct span s)
{
    if (t->cut || s.len >= t->size - t->length) {
        t->cut = true;
        return;
    }
    memcpy(t->at + t->length, s.at, s.len);
    t->length += s.len;
    t->at[t->length] = '\0';
}

void text_word(struct text *t, const char *word)
{
    text_span(t, (struct span){word, strlen(word)});
}

void text_u64(struct text *t, uint64_t value)
{
    char digits[20];
    size_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    text_span(t, (struct span){digits + first, sizeof digits - first});
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c & ~0x20) - 'A' + 10);
}

/* The line was parsed: two hexadecimal digits follow each %. */
void text_value(struct text *t, struct span value)
{
    for (size_t i = 0; i < value.len; i++) {
        struct span piece = {value.at + i, 1};
        char byte;
        if (*piece.at == '%' && value.len - i > 2) {
            unsigned code = hex_digit(piece.at[1]) << 4 | hex_digit(piece.at[2]);
            byte = (char)code;
            piece = code < 0x20 || code == 0x7F ? (struct span){piece.at, 3} : (struct span){&byte, 1};
            i += 2;
        }
        text_span(t, piece);
    }
}
