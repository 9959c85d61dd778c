/* Any lines to the audit: those of `allow` are its policy, the others are heard. What it tells are lines; what it
 * learns is a policy that allows what was heard. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/audit.h"

#define HOLDS(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            abort();                                                                                                   \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 4096 };

static struct policy *policy, *learned_policy;
static bool learning_fits, judged; /* judged: by what was learned */
static volatile uint64_t told;

static void check_alert(void *context, stamp at, const struct audit_alert *alert)
{
    static char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof text};
    struct line l;
    struct span where;

    (void)context;
    write_alert(&w, at, alert);
    HOLDS(w.length > 0);
    HOLDS(line_parse(&l, text, w.length - 1, &where) == LINE_OK);
    HOLDS(span_is(l.event, "alert") && alert->n >= 1);
    HOLDS(!judged || !learning_fits || alert->finding.rule != RULE_ROGUE_SPEAKER);
    told += l.count;
}

static void check_learned(void *context, const struct audit_learned *learned)
{
    static char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof text};
    struct line l;
    struct span where;

    (void)context;
    write_allow(&w, learned);
    if (w.length == 0) { /* names and addresses may be more than a line holds */
        learning_fits = false;
        return;
    }
    HOLDS(line_parse(&l, text, w.length - 1, &where) == LINE_OK);
    HOLDS(policy_add(learned_policy, &l, 1, &where) == NULL);
}

/* Calls take for each line that is one. */
static void each_line(const uint8_t *data, size_t size, void (*take)(struct audit *a, const struct line *l),
                      struct audit *a)
{
    for (size_t count = 0; size > 0 && count < LINES; count++) {
        const uint8_t *newline = memchr(data, '\n', size);
        size_t length = newline ? (size_t)(newline - data) : size, used = length + (newline ? 1 : 0);
        static struct line l;
        struct span where;

        if (line_parse(&l, (const char *)data, length, &where) == LINE_OK)
            take(a, &l);
        data += used;
        size -= used;
    }
}

static void take_policy(struct audit *a, const struct line *l)
{
    struct span where;

    (void)a;
    if (span_is(l->event, "allow") && policy_add(policy, l, 1, &where) != NULL)
        HOLDS(where.at >= l->text.at && where.at + where.len <= l->text.at + l->text.len);
}

static void take_line(struct audit *a, const struct line *l)
{
    const char *where = NULL;

    if (!audit_line(a, l, (stamp){1000000000}, &where))
        HOLDS(where && where[0] != '\0');
    HOLDS(audit_due(a) >= 0);
    if (span_is(l->event, "moment"))
        audit_moment(a, l->time.ns / 1000);
}

static struct audit *heard(const struct policy *p, const uint8_t *data, size_t size)
{
    const struct audit_options o = {.policy = p, .least = SEVERITY_INFO, .key = {{5, 6}}, .report = check_alert};
    struct audit *a = audit_new(&o);

    if (!a)
        abort();
    each_line(data, size, take_line, a);
    return a;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    policy = policy_new();
    learned_policy = policy_new();
    if (!policy || !learned_policy)
        abort();
    learning_fits = true;
    judged = false;
    each_line(data, size, take_policy, NULL);

    struct audit *a = heard(policy_count(policy) > 0 ? policy : NULL, data, size);
    HOLDS(audit_learn(a, check_learned, NULL));
    learning_fits = learning_fits && !audit_forgot(a);
    audit_end(a, (stamp){1000000000});
    audit_free(a);

    judged = true;
    a = heard(learned_policy, data, size);
    audit_end(a, (stamp){1000000000});
    audit_free(a);
    policy_free(policy);
    policy_free(learned_policy);
    return 0;
}
