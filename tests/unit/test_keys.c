/* The events and their keys: lib/core/keys.h. That they are those of vrrp-events(5) is looked at in tests/cli/events.bats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/keys.h"

static struct span span_of(const char *text)
{
    return (struct span){text, strlen(text)};
}

static void each_key_is_found_from_everywhere(void **state)
{
    (void)state;
    size_t count;
    const struct event_keys *events = events_known(&count);
    assert_true(count >= 22);
    for (size_t i = 0; i < count; i++) {
        const struct event_keys *e = &events[i];
        assert_ptr_equal(event_find(span_of(e->event)), e);
        for (size_t k = 0; k < e->count; k++)
            for (size_t from = 0; from <= e->count; from++)
                assert_int_equal(event_key_place(e, span_of(e->keys[k].name), from), k);
        assert_int_equal(event_key_place(e, span_of("nothing"), 1), e->count);
        assert_true(e->count <= LINE_FIELDS);
    }
    assert_null(event_find(span_of("advertisement")));
    assert_null(event_find(span_of("")));
}

static void what_names_comes_first(void **state)
{
    (void)state;
    static const char *const keys[] = {"seg", "host", "if", "vlan", "af", "vrid"};
    for (size_t i = 0; i < IDENTITY_KEYS; i++)
        assert_int_equal(identity_key_place(span_of(keys[i])), i);
    assert_int_equal(identity_key_place(span_of("name")), IDENTITY_KEYS);
}

static void values_fit_their_kind(void **state)
{
    (void)state;
    static const struct {
        enum value_kind kind;
        const char *good, *bad;
    } rows[] = {
        {KIND_NUMBER, "0", "05"},
        {KIND_NUMBER, "18446744073709551615", "-1"},
        {KIND_DURATION, "1s", "1"},
        {KIND_MEASURED, "3.412187s", "s"},
        {KIND_STEADY, "52.5", "1s"},
        {KIND_YES_NO, "no", "true"},
        {KIND_ADDRESS, "fe80::1", "192.0.2.1/24"},
        {KIND_MAC, "00:00:5e:00:01:33", "00:00:5e"},
        {KIND_GARP, "5", "x"},
        {KIND_GARP, "5,5s,5", "5,5,5"},
        {KIND_GARP, "0,0s", "1,1s,1,1"},
        {KIND_TEXT, "%FF", NULL},
        {KIND_LIST, "a,b", NULL},
    };
    for (size_t i = 0; i < nitems(rows); i++) {
        assert_true(value_fits(rows[i].kind, span_of(rows[i].good)));
        assert_false(rows[i].bad && value_fits(rows[i].kind, span_of(rows[i].bad)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_is_found_from_everywhere),
        cmocka_unit_test(what_names_comes_first),
        cmocka_unit_test(values_fit_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
