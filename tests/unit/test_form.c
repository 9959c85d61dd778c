/* cksum=auto: which checksum form is sent, after what was heard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/form.h"

enum { P = CKSUM_PSEUDO, M = CKSUM_MESSAGE, B = CKSUM_BOTH };

/* heard: a letter an advertisement, 100 ms apart: m message, p pseudo, b both; upper case: of a lower speaker while we
 * are active, lower case: of the Active that we follow; x, X: message form, of another router; q: pseudo, of one that is
 * neither; a dot: nothing. */
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
    {"IPv6 is always with pseudo-header", 3, 6, CKSUM_MESSAGE, "pppp", CKSUM_PSEUDO, 0, 0},
    {"auto starts with pseudo", 3, 4, CKSUM_NONE, "", CKSUM_PSEUDO, 0, 0},
    {"configured message stays, and it is told", 3, 4, CKSUM_MESSAGE, "pppp", CKSUM_MESSAGE, 0, 1},
    {"configured pseudo stays, and it is told", 3, 4, CKSUM_PSEUDO, "mmmmm", CKSUM_PSEUDO, 0, 1},
    {"configured, and all use it", 3, 4, CKSUM_MESSAGE, "mbmM", CKSUM_MESSAGE, 0, 0},
    {"two in a row are not enough", 3, 4, CKSUM_NONE, "mm", CKSUM_PSEUDO, 0, 0},
    {"three in a row of the Active", 3, 4, CKSUM_NONE, "mmm", CKSUM_MESSAGE, 1, 0},
    {"holds from then on", 3, 4, CKSUM_NONE, "mmmm", CKSUM_MESSAGE, 1, 0},
    {"both forms at once says nothing", 3, 4, CKSUM_NONE, "bbbbbb", CKSUM_PSEUDO, 0, 0},
    {"both neither counts nor breaks the row", 3, 4, CKSUM_NONE, "mbmbm", CKSUM_MESSAGE, 1, 0},
    {"never once a pseudo-only peer was heard", 3, 4, CKSUM_NONE, "pmmmmm", CKSUM_PSEUDO, 0, 1},
    {"a pseudo-only peer after two", 3, 4, CKSUM_NONE, "mmpmmmm", CKSUM_PSEUDO, 0, 1},
    {"a pseudo-only peer that nobody follows", 3, 4, CKSUM_NONE, "qmmmmm", CKSUM_PSEUDO, 0, 1},
    {"three in a row of two routers", 3, 4, CKSUM_NONE, "mmxx", CKSUM_PSEUDO, 0, 0},
    {"three in a row of the second", 3, 4, CKSUM_NONE, "mmxxx", CKSUM_MESSAGE, 1, 0},
    {"two lower speakers, neither of which persists", 3, 4, CKSUM_NONE, "MXMXMXMX", CKSUM_PSEUDO, 0, 0},
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
        struct ip src = {4, {192, 0, 2, strchr("xX", letter) ? 9 : 1}};
        enum form_speaker who = letter == 'q' ? FORM_ANY : letter >= 'a' ? FORM_ACTIVE : FORM_LOWER;
        enum cksum_form form = strchr("mMxX", letter)  ? CKSUM_MESSAGE
                               : strchr("pPq", letter) ? CKSUM_PSEUDO
                                                       : CKSUM_BOTH;
        enum form_change change = form_heard(&c, (instant){(int64_t)i * 100000}, form, who, &src, 100000);
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
