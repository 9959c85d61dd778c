#include "core/paint.h"

#define ESCAPE "\033["
#define DIM    ESCAPE "2m"
#define BOLD   ESCAPE "1m"
#define RED    ESCAPE "1;31m"
#define GREEN  ESCAPE "1;32m"
#define YELLOW ESCAPE "1;33m"
#define CYAN   ESCAPE "1;36m"
#define PLAIN  ESCAPE "0m"

/* The first that matches; key NULL: whatever stands in the line. What is not listed is bold. */
static const struct {
    const char *event, *key, *value;
    const char *colour;
} meanings[] = {
    {"advert", "prio", "0", YELLOW}, {"advert", NULL, NULL, BOLD},     {"tick", NULL, NULL, DIM},
    {"clock", NULL, NULL, DIM},      {"state", "to", "active", GREEN}, {"state", "to", "backup", YELLOW},
    {"state", "to", "fault", RED},   {"elected", NULL, NULL, GREEN},   {"vacant", NULL, NULL, RED},
    {"bad", NULL, NULL, RED},        {"lost", NULL, NULL, RED},        {"alert", "sev", "info", CYAN},
    {"alert", "sev", "low", CYAN},   {"alert", "sev", "med", YELLOW},  {"alert", NULL, NULL, RED},
    {"notice", NULL, NULL, YELLOW},  {"other", NULL, NULL, YELLOW},    {"link", "state", "up", GREEN},
    {"link", NULL, NULL, RED},       {"answer", "done", "no", RED},    {"stage", "state", "ended", RED},
};

static const char *colour_of(const struct line *l)
{
    for (size_t i = 0; i < nitems(meanings); i++)
        if (span_is(l->event, meanings[i].event) &&
            (!meanings[i].key || line_is(l, meanings[i].key, meanings[i].value)))
            return meanings[i].colour;
    return BOLD;
}

static void painted(struct text *out, const char *colour, const char *from, const char *to)
{
    text_word(out, colour);
    text_span(out, (struct span){from, (size_t)(to - from)});
    text_word(out, PLAIN);
}

static void as_it_is(struct text *out, const char *from, const char *to)
{
    text_span(out, (struct span){from, (size_t)(to - from)});
}

void paint_line(struct text *out, struct span line)
{
    struct line l;
    struct span where;
    const char *at = line.at, *end = line.at + line.len;
    if (line_parse(&l, line.at, line.len, &where) != LINE_OK) {
        text_span(out, line);
        return;
    }
    if (l.has_time) {
        const char *time = at;
        while (*time == ' ' || *time == '\t')
            time++;
        as_it_is(out, at, time);
        for (at = time; *at != ' ' && *at != '\t';)
            at++;
        painted(out, DIM, time, at);
    }
    as_it_is(out, at, l.event.at);
    at = l.event.at + l.event.len;
    painted(out, colour_of(&l), l.event.at, at);
    for (size_t i = 0; i < l.count; i++) {
        const struct field *f = &l.fields[i];
        as_it_is(out, at, f->key.at);
        painted(out, DIM, f->key.at, f->value.at);
        at = f->value.at;
    }
    as_it_is(out, at, end);
}
