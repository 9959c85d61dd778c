/* cksum=auto: which checksum form is sent, after what was heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/form.h"

enum { P = CKSUM_PSEUDO, M = CKSUM_MESSAGE, B = CKSUM_BOTH };

/* heard: a letter an advertisement, 100 ms apart: m message, p pseudo, b both; upper case: of a lower speaker while we
 * are active, lower case: of the Active that we follow; a dot: nothing. */
struct row {
    const char *rule;
    uint8_t version, af;
    enum cksum_form configured;
    const char *heard;
    enum cksum_form form;
    unsigned changes, mixed;
};

static const struct row rows[] = {
    {"v2 is always the message", 2, 4, CKSUM_NONE, "", CKSUM_MESSAGE, 0, 0},
    {"IPv6 is always with pseudo-header", 3, 6, CKSUM_MESSAGE, "mmmm", CKSUM_PSEUDO, 0, 0},
    {"auto starts with pseudo", 3, 4, CKSUM_NONE, "", CKSUM_PSEUDO, 0, 0},
    {"configured message stays", 3, 4, CKSUM_MESSAGE, "pppp", CKSUM_MESSAGE, 0, 0},
    {"configured pseudo stays", 3, 4, CKSUM_PSEUDO, "mmmmm", CKSUM_PSEUDO, 0, 0},
    {"two in a row are not enough", 3, 4, CKSUM_NONE, "mm", CKSUM_PSEUDO, 0, 0},
    {"three in a row of the Active", 3, 4, CKSUM_NONE, "mmm", CKSUM_MESSAGE, 1, 0},
    {"holds from then on", 3, 4, CKSUM_NONE, "mmmm", CKSUM_MESSAGE, 1, 0},
    {"both forms at once says nothing", 3, 4, CKSUM_NONE, "bbbbbb", CKSUM_PSEUDO, 0, 0},
    {"both neither counts nor breaks the row", 3, 4, CKSUM_NONE, "mbmbm", CKSUM_MESSAGE, 1, 0},
    {"never once a pseudo-only peer was heard", 3, 4, CKSUM_NONE, "pmmmmm", CKSUM_PSEUDO, 0, 1},
    {"a pseudo-only peer after two", 3, 4, CKSUM_NONE, "mmpmmmm", CKSUM_PSEUDO, 0, 1},
    {"a lower speaker for 3 of its intervals", 3, 4, CKSUM_NONE, "MMMM", CKSUM_MESSAGE, 1, 0},
    {"one that speaks now and then does not persist", 3, 4, CKSUM_NONE, "M......M......M", CKSUM_PSEUDO, 0, 0},
    {"not before", 3, 4, CKSUM_NONE, "MMM", CKSUM_PSEUDO, 0, 0},
    {"a pseudo-only peer after the change is reported once", 3, 4, CKSUM_NONE, "mmmppp", CKSUM_MESSAGE, 1, 1},
};

static void check(const struct row *row)
{
    struct form_choice c;
    unsigned changes = 0, mixed = 0;
    form_init(&c, row->version, row->af, row->configured);
    for (size_t i = 0; row->heard[i]; i++) {
        char letter = row->heard[i];
        if (letter == '.')
            continue;
        bool followed = letter >= 'a';
        enum cksum_form form = strchr("mM", letter) ? CKSUM_MESSAGE : strchr("pP", letter) ? CKSUM_PSEUDO : CKSUM_BOTH;
        enum form_change change = form_heard(&c, (instant){(int64_t)i * 100000}, form, followed, 100000);
        changes += change == FORM_NOW_MESSAGE;
        mixed += change == FORM_MIXED;
    }
    if (c.form != row->form || changes != row->changes || mixed != row->mixed)
        fail_msg("%s: form %d, %u changes, %u mixed", row->rule, (int)c.form, changes, mixed);
}

static void forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++)
        check(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(forms)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
