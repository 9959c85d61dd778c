#include "core/words.h"

#include <string.h>

static const char blanks[] = " \t\n";

/* One word from *from, unquoted to *to, which never overtakes it. */
static const char *take_word(char **from, char **to)
{
    char quote = '\0';
    for (; **from != '\0' && (quote != '\0' || !strchr(blanks, **from)); (*from)++) {
        if (**from == quote) {
            quote = '\0';
            continue;
        }
        if (quote == '\0' && (**from == '"' || **from == '\'')) {
            quote = **from;
            continue;
        }
        if (**from == '\\' && *++*from == '\0')
            return "nothing follows the backslash at its end";
        *(*to)++ = **from;
    }
    if (quote != '\0')
        return quote == '"' ? "a \" is not closed" : "a ' is not closed";
    return NULL;
}

const char *words_split(char *text, char **words, size_t max, size_t *count)
{
    char *from = text, *to = text;
    *count = 0;
    for (;;) {
        from += strspn(from, blanks);
        if (*from == '\0')
            break;
        if (*count == max)
            return "too many words";
        words[(*count)++] = to;
        const char *wrong = take_word(&from, &to);
        if (wrong)
            return wrong;
        if (*from != '\0') /* the blank behind it: its place is taken by the NUL, or a later one */
            from++;
        *to++ = '\0';
    }
    words[*count] = NULL;
    return *count > 0 ? NULL : "no command";
}
