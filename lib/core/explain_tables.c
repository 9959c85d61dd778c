/* The tables of a virtual router: who spoke, and who was Active from when to when. */
#include "core/explain_words.h"

enum { ROUTER_TEXT = 640 /* of two names of 63 bytes, and one of 15, three bytes for each */, WIDEST = 60 };

#define TEXT_OF(buffer) ((struct text){.at = (buffer), .size = sizeof(buffer)})

/* Rounded, but 100 % is all of it. Times end in 2262, so a hundred of them fit. */
static const char *share_text(char out[static WORDS_TEXT], usec part, usec whole)
{
    struct text t = {.at = out, .size = WORDS_TEXT};

    if (whole == 0)
        return "-";
    usec percent = (part * 100 + whole / 2) / whole;
    text_u64(&t, (uint64_t)(percent > 99 && part < whole ? 99 : percent));
    text_word(&t, " %");
    return out;
}

static const char *number_text(char out[static WORDS_TEXT], uint64_t n)
{
    struct text t = {.at = out, .size = WORDS_TEXT};

    text_u64(&t, n);
    return out;
}

static const char *time_text(char out[static WORDS_TEXT], usec d)
{
    struct text t = {.at = out, .size = WORDS_TEXT};

    text_span_of_time(&t, d);
    return out;
}

/* --- All virtual routers. --- */

static uint64_t changes_of(const struct timeline_router *r)
{
    uint64_t n = 0;

    for (int i = 0; i <= ELECTED_TIE_BREAK; i++)
        n += r->ended[i];
    return n;
}

uint64_t explain_changes(const struct timeline *t)
{
    uint64_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        n += changes_of(t->routers[i]);
    return n;
}

static const char *router_text(char out[static ROUTER_TEXT], const struct timeline_router *r)
{
    struct text t = {.at = out, .size = ROUTER_TEXT};

    text_router(&t, r);
    return out;
}

static int router_width(const struct timeline *t)
{
    char out[ROUTER_TEXT];
    size_t width = strlen("virtual router");

    for (size_t i = 0; i < t->count; i++) {
        size_t length = strlen(router_text(out, t->routers[i]));

        width = length > width ? length : width;
    }
    return width < WIDEST ? (int)width : WIDEST;
}

static void overview_row(struct page *p, const struct timeline_router *r, int width)
{
    char out[ROUTER_TEXT], ip[IP_TEXT] = "nobody";

    page_row(p);
    page_cell(p, width, router_text(out, r));
    page_cell(p, -7, number_text(out, (uint64_t)r->speaker_count));
    page_cell(p, -7, number_text(out, changes_of(r)));
    page_cell(p, -11, r->beside_count > 0 ? time_text(out, r->beside_total) : "never");
    if (r->reign_count > 0 && !r->vacant)
        ip_format(ip, &timeline_reign(r, timeline_reigns(r) - 1)->who);
    page_cell(p, 0, ip);
    page_row_end(p);
}

void explain_overview(struct page *p, const struct timeline *t)
{
    int width = router_width(t);

    page_table(p);
    page_row(p);
    page_heading_cell(p, width, "virtual router");
    page_heading_cell(p, -7, "routers");
    page_heading_cell(p, -7, "changes");
    page_heading_cell(p, -11, "two Actives");
    page_heading_cell(p, 0, "Active at the end");
    page_row_end(p);
    for (size_t i = 0; i < t->count; i++)
        overview_row(p, t->routers[i], width);
    page_table_end(p);
}

/* --- One. --- */

static int ip_width(const struct timeline_router *r)
{
    char out[IP_TEXT];
    size_t width = strlen("router");

    for (int i = 0; i < r->speaker_count; i++) {
        size_t length = ip_format(out, &r->speakers[i]->src);

        width = length > width ? length : width;
    }
    return (int)width;
}

/* From the first advert to the last one, but for the time when nobody did. */
static usec listened(const struct timeline_router *r)
{
    return r->last.us - r->since.us - (r->dark - r->dark_since);
}

static void speaker_row(struct page *p, const struct timeline_router *r, const struct speaker *s)
{
    char out[WORDS_TEXT], ip[IP_TEXT];

    ip_format(ip, &s->src);
    page_row(p);
    page_cell(p, ip_width(r), ip);
    page_cell(p, -8, s->prio == 0 ? "-" : number_text(out, s->prio));
    format_duration(out, s->manner.interval);
    page_cell(p, -8, s->prio == 0 ? "-" : out);
    page_cell(p, -8, number_text(out, s->adverts));
    page_cell(p, -7, number_text(out, s->resigns));
    page_cell(p, -12, s->reigns > 0 ? time_text(out, s->active) : "never");
    page_cell(p, -6, share_text(out, s->active, listened(r)));
    page_row_end(p);
}

void explain_speakers(struct page *p, const struct timeline_router *r)
{
    page_table(p);
    page_row(p);
    page_heading_cell(p, ip_width(r), "router");
    page_heading_cell(p, -8, "priority");
    page_heading_cell(p, -8, "interval");
    page_heading_cell(p, -8, "adverts");
    page_heading_cell(p, -7, "resigns");
    page_heading_cell(p, -12, "Active");
    page_heading_cell(p, -6, "share");
    page_row_end(p);
    for (int i = 0; i < r->speaker_count; i++)
        speaker_row(p, r, r->speakers[i]);
    page_table_end(p);
}

static const char *end_words(const struct timeline *t, const struct reign *r)
{
    static const char *const taken[] = {
        [ELECTED_FIRST] = "was forgotten",
        [ELECTED_PREEMPTED] = "preempted by a higher priority",
        [ELECTED_RESIGNED] = "resigned",
        [ELECTED_TIMED_OUT] = "fell silent",
        [ELECTED_TIE_BREAK] = "lost the tie-break",
    };

    if (r->unseen && !r->resigned)
        return "not known: nobody listened";
    switch (r->end) {
    case REIGN_TAKEN:
        if (r->taken_beside)
            return "fell silent, with another beside it";
        return r->resigned ? "resigned" : taken[r->taken];
    case REIGN_VACANT:
        return r->resigned ? "resigned; nobody for 4 intervals" : "fell silent; nobody for 4 intervals";
    case REIGN_GOES_ON:
        break;
    }
    if (r->resigned)
        return "resigned just before the end";
    /* a reign is at least as long as an interval between its adverts */
    return t->last.us - r->to.us > 2 * SECOND && t->last.us - r->to.us > r->how.now.manner.interval * 3 / 2
               ? "silent at the end"
               : "Active at the end";
}

static void reign_row(struct page *p, const struct timeline *t, const struct timeline_router *r,
                      const struct reign *reign, const struct calendar *c)
{
    char out[WORDS_TEXT] = "", ip[IP_TEXT];
    struct text text = TEXT_OF(out);

    page_row(p);
    page_cell(p, -5, number_text(out, reign->number + 1));
    ip_format(ip, &reign->who);
    page_cell(p, ip_width(r), ip);
    page_cell(p, -8, number_text(out, reign->prio));
    text_moment(&text, c, reign->from, 3);
    page_cell(p, c->dated ? 23 : 12, out);
    text = TEXT_OF(out);
    text_moment(&text, c, reign->to, 3);
    page_cell(p, c->dated ? 23 : 12, out);
    page_cell(p, -12, time_text(out, reign->to.us - reign->from.us));
    page_cell(p, 0, end_words(t, reign));
    page_row_end(p);
}

static void say_folded(struct page *p, const struct timeline_router *r)
{
    page_begin(p, PAGE_PARAGRAPH);
    page_words(p, "Of ");
    page_u64(p, r->reign_count);
    page_words(p, " reigns the first ");
    page_u64(p, TIMELINE_REIGNS_FIRST);
    page_words(p, " and the last ");
    page_u64(p, TIMELINE_REIGNS_LAST);
    page_words(p, " are told; ");
    page_u64(p, timeline_reigns_folded(r));
    page_words(p, " between them are left out. All changes: ");
    page_u64(p, r->ended[ELECTED_TIMED_OUT]);
    page_words(p, " after silence, ");
    page_u64(p, r->ended[ELECTED_RESIGNED]);
    page_words(p, " after a resign, ");
    page_u64(p, r->ended[ELECTED_PREEMPTED]);
    page_words(p, " by priority, ");
    page_u64(p, r->ended[ELECTED_TIE_BREAK]);
    page_words(p, " by address.");
    page_end(p);
}

void explain_reigns(struct page *p, const struct timeline *t, const struct timeline_router *r, const struct calendar *c)
{
    page_begin(p, PAGE_PART);
    page_words(p, "Reigns");
    page_end(p);
    page_table(p);
    page_row(p);
    page_heading_cell(p, -5, "reign");
    page_heading_cell(p, ip_width(r), "router");
    page_heading_cell(p, -8, "priority");
    page_heading_cell(p, c->dated ? 23 : 12, "from");
    page_heading_cell(p, c->dated ? 23 : 12, "to");
    page_heading_cell(p, -12, "for");
    page_heading_cell(p, 0, "then");
    page_row_end(p);
    for (int i = 0; i < timeline_reigns(r); i++)
        reign_row(p, t, r, timeline_reign(r, i), c);
    page_table_end(p);
    if (timeline_reigns_folded(r) > 0)
        say_folded(p, r);
}
