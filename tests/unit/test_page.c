/* The report's writer (core/page.h): text is escaped, lines are broken, whatever comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/page.h"

struct out {
    char text[32768];
    size_t length;
};

static void keep(void *context, struct span piece)
{
    struct out *o = context;

    assert_true(piece.len < sizeof o->text - o->length);
    memcpy(o->text + o->length, piece.at, piece.len);
    o->length += piece.len;
    o->text[o->length] = '\0';
}

static struct out out;

static struct page begin(bool markup)
{
    out.length = 0;
    out.text[0] = '\0';
    return (struct page){.write = keep, .context = &out, .markup = markup};
}

static void test_escapes(void **state)
{
    static const struct {
        const char *bytes, *markup, *plain;
    } rows[] = {
        {"eth0", "eth0", "eth0"},
        {"</text><script>x()</script>", "&lt;/text&gt;&lt;script&gt;x()&lt;/script&gt;", "</text><script>x()</script>"},
        {"a\"b'c&d", "a&quot;b&#39;c&amp;d", "a\"b'c&d"},
        {"\033[2J\r\n\t\177", "%1B[2J%0D%0A%09%7F", "%1B[2J%0D%0A%09%7F"},
        {"\303\204\302\205\377", "%C3%84%C2%85%FF", "%C3%84%C2%85%FF"},
        {"]]>", "]]&gt;", "]]>"},
    };
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        for (int markup = 0; markup < 2; markup++) {
            struct page p = begin(markup);

            page_begin(&p, PAGE_TITLE);
            page_value(&p, rows[i].bytes);
            page_end(&p);
            page_flush(&p);
            assert_non_null(strstr(out.text, markup ? rows[i].markup : rows[i].plain));
            if (!markup)
                assert_int_equal(strlen(rows[i].plain) + 1, out.length);
        }
    }
}

static void test_plain_lines(void **state)
{
    struct page p = begin(false);
    size_t longest = 0;
    (void)state;

    page_begin(&p, PAGE_PARAGRAPH);
    for (int i = 0; i < 200; i++)
        page_words(&p, i == 0 ? "word" : " word");
    page_words(&p, ".");
    page_end(&p);
    page_raw(&p, "<b>");
    page_flush(&p);
    for (char *at = out.text, *end; (end = strchr(at, '\n')); at = end + 1) {
        size_t length = (size_t)(end - at);

        longest = length > longest ? length : longest;
        assert_memory_equal(at, "  word", 6);
        assert_int_not_equal(end[-1], ' ');
    }
    assert_in_range(longest, PAGE_WIDTH - 5, PAGE_WIDTH);
    assert_null(strchr(out.text, '<'));
    assert_non_null(strstr(out.text, "word.\n"));
}

static void test_long_word(void **state)
{
    struct page p = begin(false);
    (void)state;

    page_begin(&p, PAGE_PARAGRAPH);
    for (int i = 0; i < 1000; i++)
        page_words(&p, "x");
    page_end(&p);
    page_flush(&p);
    assert_int_equal(out.length, 2 + 1000 + 1);
}

/* Through a buffer that is smaller than what is written. */
static void test_much(void **state)
{
    struct page p = begin(true);
    (void)state;

    for (int i = 0; i < 3 * PAGE_BYTES; i++)
        page_words(&p, "x");
    page_flush(&p);
    assert_int_equal(out.length, 3 * PAGE_BYTES);
    assert_int_equal(strspn(out.text, "x"), out.length);
}

static void test_milli(void **state)
{
    static const struct {
        int64_t value;
        const char *text;
    } rows[] = {{0, "0"},     {1000, "1"},     {12500, "12.5"},  {-250, "-0.25"},
                {7, "0.007"}, {1001, "1.001"}, {-3010, "-3.01"}, {120, "0.12"}};
    (void)state;
    for (size_t i = 0; i < nitems(rows); i++) {
        struct page p = begin(true);

        page_milli(&p, rows[i].value);
        page_flush(&p);
        assert_string_equal(out.text, rows[i].text);
    }
}

static void test_figures(void **state)
{
    struct page p = begin(false);
    (void)state;

    page_figures(&p);
    page_figure(&p, "theory");
    page_words(&p, "3 s");
    page_end(&p);
    page_figures_end(&p);
    page_table(&p);
    page_row(&p);
    page_cell(&p, -4, "12");
    page_cell(&p, 5, "ab");
    page_cell(&p, 0, "end");
    page_row_end(&p);
    page_table_end(&p);
    page_flush(&p);
    assert_string_equal(out.text, "    theory         3 s\n      12  ab     end\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escapes), cmocka_unit_test(test_plain_lines), cmocka_unit_test(test_long_word),
        cmocka_unit_test(test_much),    cmocka_unit_test(test_milli),       cmocka_unit_test(test_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
