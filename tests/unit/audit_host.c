/* Telling stories to the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/audit_host.h"

/* --- Telling a story. --- */

void story_report(void *context, stamp at, const struct audit_alert *alert)
{
    struct told *told = context;

    (void)at;
    assert_true(told->count < ALERTS);
    told->alerts[told->count++] = *alert;
}

static const char *const usual_of_advert[] = {
    "if=eth0",      "af=4",          "vrid=51",        "ver=3",   "prio=100",
    "interval=1s",  "src=192.0.2.1", "dst=224.0.0.18", "ttl=255", "smac=02:00:00:00:00:01",
    "cksum=pseudo", "auth=none",     "ip=192.0.2.100", NULL,
};
static const char *const usual_of_others[] = {"if=eth0", "af=4", "dst=224.0.0.18", NULL};
static const char *const usual_of_none[] = {NULL};

static void add_word(char *text, const char *word)
{
    assert_true(strlen(text) + strlen(word) + 2 < STORY_TEXT);
    strcat(text, " ");
    strcat(text, word);
}

static bool has_key(const char *line, const char *word)
{
    size_t length = strcspn(word, "=") + 1;
    const char *at = line;

    while ((at = strchr(at, ' ')) != NULL) {
        at++;
        if (strncmp(at, word, length) == 0)
            return true;
    }
    return false;
}

/* "no-KEY" among the words takes the usual one away. */
static bool is_refused(const char *line, const char *word)
{
    char no[64];

    snprintf(no, sizeof no, "no-%.*s=1", (int)strcspn(word, "="), word);
    return has_key(line, no);
}

static void complete(char text[static STORY_TEXT], double at, const char *line)
{
    bool seen = strncmp(line, "bad", 3) == 0 || strncmp(line, "other", 5) == 0 || strncmp(line, "announce", 8) == 0;
    const char *const *usual = strncmp(line, "advert", 6) == 0 ? usual_of_advert
                               : seen                          ? usual_of_others
                                                               : usual_of_none;

    snprintf(text, STORY_TEXT, "%.6f %s", 1700000000 + at, line);
    for (; *usual != NULL; usual++) {
        if (!has_key(line, *usual) && !is_refused(line, *usual))
            add_word(text, *usual);
    }
}

void story_hear(struct audit *a, double at, const char *line)
{
    char text[STORY_TEXT];
    struct line l;
    struct span where;
    const char *key = NULL;

    complete(text, at, line);
    if (line_parse(&l, text, strlen(text), &where) != LINE_OK)
        fail_msg("%s: not a line", text);
    if (!audit_line(a, &l, (stamp){0}, &key))
        fail_msg("%s: %s is wrong", text, key);
}

static struct policy *policy_of(const char *lines)
{
    struct policy *p = policy_new();

    for (uint64_t number = 1; *lines != '\0'; number++) {
        size_t length = strcspn(lines, "\n");
        struct line l;
        struct span where;
        assert_int_equal(line_parse(&l, lines, length, &where), LINE_OK);
        const char *reason = policy_add(p, &l, number, &where);
        if (reason)
            fail_msg("%s: %s", lines, reason);
        lines += length + (lines[length] == '\n');
    }
    return p;
}

/* All lines in order of time; of one moment in the order in which they stand there. */
void story_tell(const struct story *story, struct audit *a)
{
    double next[STORY_LINES];

    for (size_t i = 0; i < STORY_LINES; i++)
        next[i] = story->said[i].line ? story->said[i].from : 1e9;
    for (;;) {
        size_t first = 0;

        for (size_t i = 1; i < STORY_LINES; i++) {
            if (next[i] < next[first])
                first = i;
        }
        const struct said *s = &story->said[first];
        if (next[first] >= 1e9)
            return;
        story_hear(a, next[first], s->line);
        next[first] += s->every;
        if (next[first] > s->to + 1e-7)
            next[first] = 1e9;
    }
}

void story_run(const struct story *story, struct told *told)
{
    struct policy *policy = story->policy ? policy_of(story->policy) : NULL;
    const struct audit_options options = {
        .policy = policy, .least = SEVERITY_INFO, .key = {{1, 2}}, .report = story_report, .context = told};
    struct audit *a = audit_new(&options);

    *told = (struct told){.count = 0};
    assert_non_null(a);
    story_tell(story, a);
    audit_end(a, (stamp){0});
    audit_free(a);
    policy_free(policy);
}

void alert_text(const struct audit_alert *alert, char text[static STORY_TEXT])
{
    struct writer w = {.buffer = text, .size = STORY_TEXT - 1};

    write_alert(&w, (stamp){0}, alert);
    assert_true(w.length > 0);
    text[w.length - 1] = '\0';
}

void told_show(const struct told *told)
{
    for (size_t i = 0; i < told->count; i++) {
        char text[STORY_TEXT];

        alert_text(&told->alerts[i], text);
        print_message("    %s\n", text);
    }
}
