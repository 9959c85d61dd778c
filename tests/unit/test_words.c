/* A command as one string: lib/core/words.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/units.h"
#include "core/words.h"

enum { MOST = 4 };

struct row {
    const char *rule, *text;
    const char *expected; /* words with | behind each; NULL: wrong */
    const char *wrong;
};

static const struct row rows[] = {
    {"one word", "/etc/notify.sh", "/etc/notify.sh|", NULL},
    {"blanks of any kind and number separate", "  a \t b\n\nc  ", "a|b|c|", NULL},
    {"double quotes hold a word together", "a \"b  c\" d", "a|b  c|d|", NULL},
    {"and so do single ones", "a 'b \" c' d", "a|b \" c|d|", NULL},
    {"quotes may be in the middle of a word", "a=\"b c\"'d e'f", "a=b cd ef|", NULL},
    {"an empty word", "a \"\" ''", "a|||", NULL},
    {"a backslash makes a byte plain", "a\\ b \\\"c\\' \\\\", "a b|\"c'|\\|", NULL},
    {"in quotes too", "\"a\\\"b\" 'c\\'d'", "a\"b|c'd|", NULL},
    {"nothing else is special", "a $HOME `b` $(c);d|e>f *", NULL, "too many words"},
    {"nothing else is special", "$HOME;`b`|c >&2 * ~", "$HOME;`b`|c|>&2|*|~|", NULL},
    {"as many words as there is room for", "a b c d", "a|b|c|d|", NULL},
    {"and no more", "a b c d e", NULL, "too many words"},
    {"an open double quote", "a \"b c", NULL, "a \" is not closed"},
    {"an open single quote", "a b'", NULL, "a ' is not closed"},
    {"a backslash at the end", "a b\\", NULL, "nothing follows the backslash at its end"},
    {"nothing", "", NULL, "no command"},
    {"only blanks", " \t\n ", NULL, "no command"},
};

static void each_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        char text[128], got[128] = "", *words[MOST + 1];
        size_t count, length = 0;
        snprintf(text, sizeof text, "%s", rows[i].text);
        const char *wrong = words_split(text, words, MOST, &count);
        if (rows[i].expected == NULL) {
            if (wrong == NULL || strcmp(wrong, rows[i].wrong) != 0)
                fail_msg("%s: %s: %s", rows[i].rule, rows[i].text, wrong ? wrong : "not refused");
            continue;
        }
        if (wrong != NULL)
            fail_msg("%s: %s: %s", rows[i].rule, rows[i].text, wrong);
        assert_null(words[count]);
        for (size_t w = 0; w < count; w++)
            length += (size_t)snprintf(got + length, sizeof got - length, "%s|", words[w]);
        if (strcmp(got, rows[i].expected) != 0)
            fail_msg("%s: %s became %s", rows[i].rule, rows[i].text, got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_row)};
    return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
