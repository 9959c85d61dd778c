#include "core/explain_text.h"

#include <string.h>

#include "core/explain_words.h"

#define TEXT_OF(buffer) ((struct text){.at = (buffer), .size = sizeof(buffer)})

void text_router(struct text *t, const struct timeline_router *r)
{
    text_word(t, "VRID ");
    text_u64(t, r->vrid);
    text_word(t, r->af == 6 ? ", IPv6" : ", IPv4");
    if (r->origin.ifname[0] != '\0') {
        text_word(t, ", ");
        text_shown(t, r->origin.ifname);
    }
    if (r->origin.vlan != 0) {
        text_word(t, ", VLAN ");
        text_u64(t, r->origin.vlan);
    }
    if (r->origin.host[0] != '\0') {
        text_word(t, ", seen by ");
        text_shown(t, r->origin.host);
    }
    if (r->origin.seg[0] != '\0') {
        text_word(t, ", segment ");
        text_shown(t, r->origin.seg);
    }
}

/* --- The whole. --- */

void explain_summary(struct page *p, const struct timeline *t, const struct calendar *c)
{
    page_begin(p, PAGE_TITLE);
    say_count(p, t->count, "virtual router", "virtual routers");
    page_words(p, ", ");
    say_count(p, explain_changes(t), "change of Active", "changes of Active");
    page_end(p);
    page_begin(p, PAGE_PARAGRAPH);
    say_count(p, t->adverts, "advert", "adverts");
    if (t->first.us != INSTANT_NEVER.us) {
        struct calendar dated = *c;

        dated.dated = true;
        page_words(p, ". The lines are from ");
        say_moment(p, &dated, t->first, 3);
        page_words(p, " to ");
        say_moment(p, c, t->last, 3);
        page_words(p, ", ");
        say_time(p, t->last.us - t->first.us);
    }
    page_words(p, ".");
    if (t->older > 0) {
        page_words(p, " ");
        say_count(p, t->older, "line is left out that is", "lines are left out that are");
        page_words(p, " more than 2 s older than one before: sort the lines by TIME first (sort -s -n -k 1,1).");
    }
    page_end(p);
    if (t->count > 1)
        explain_overview(p, t);
}

/* --- What else happened to it. --- */

static void say_beside(struct page *p, const struct beside *b, const struct calendar *c)
{
    bool lower = b->prio != b->active_prio ? b->prio < b->active_prio : ip_compare(&b->who, &b->active) < 0;

    page_begin(p, PAGE_PARAGRAPH);
    page_words(p, "From ");
    say_moment(p, c, b->from, 3);
    page_words(p, " to ");
    say_moment(p, c, b->to, 3);
    page_words(p, " (");
    say_time(p, b->to.us - b->from.us);
    page_words(p, ") ");
    say_ip(p, &b->who);
    page_words(p, " (priority ");
    page_u64(p, b->prio);
    page_words(p, b->after_reign ? ") spoke on beside " : ") spoke beside ");
    say_ip(p, &b->active);
    page_words(p, " (priority ");
    page_u64(p, b->active_prio);
    page_words(p, "), ");
    say_count(p, b->adverts, "advert", "adverts");
    page_words(p, lower ? ": it cannot have heard it." : ".");
    say_hints(p, explain_hints(&b->manner, &b->active_manner), &b->manner, &b->active_manner);
    page_end(p);
}

static void besides(struct page *p, const struct timeline_router *r, const struct calendar *c)
{
    if (r->beside_count == 0)
        return;
    page_begin(p, PAGE_PART);
    page_words(p, "Two Actives, ");
    say_time(p, r->beside_total);
    page_words(p, " in all");
    page_end(p);
    for (int i = 0; i < r->besides_kept; i++)
        say_beside(p, &r->besides[i], c);
    if (r->beside_count > (uint64_t)r->besides_kept) {
        page_begin(p, PAGE_PARAGRAPH);
        page_words(p, "And so ");
        say_count(p, r->beside_count - (uint64_t)r->besides_kept, "more time.", "more times.");
        page_end(p);
    }
}

static void bads(struct page *p, const struct timeline_router *r, const struct calendar *c)
{
    if (r->bad == 0)
        return;
    page_begin(p, PAGE_PART);
    say_count(p, r->bad, "packet that is not valid", "packets that are not valid");
    page_end(p);
    for (int i = 0; i < r->bad_kinds; i++) {
        const struct bad_kind *b = &r->bads[i];

        page_begin(p, PAGE_ITEM);
        page_u64(p, b->count);
        if (b->src.family != 0) {
            page_words(p, " of ");
            say_ip(p, &b->src);
        }
        page_words(p, ": ");
        page_value(p, verdict_name(b->why));
        page_words(p, b->count > 1 ? ", from " : ", at ");
        say_moment(p, c, b->first, 3);
        if (b->count > 1) {
            page_words(p, " to ");
            say_moment(p, c, b->last, 3);
        }
        page_end(p);
    }
}

/* The router that has this MAC address, as far as it is known; NULL: none of those that were heard. */
static const struct speaker *speaker_with(const struct timeline_router *r, const struct mac *mac)
{
    for (int i = 0; i < r->speaker_count; i++) {
        const struct manner *m = &r->speakers[i]->manner;

        if (m->has_smac && !m->virtual_mac && memcmp(&m->smac, mac, sizeof *mac) == 0)
            return r->speakers[i];
    }
    return NULL;
}

static void foreign_announcements(struct page *p, const struct timeline_router *r, const struct calendar *c)
{
    char mac[MAC_TEXT];

    if (r->foreign == 0)
        return;
    const struct speaker *who = speaker_with(r, &r->first_foreign.mac);
    const struct speaker *active = r->active < 0 ? NULL : r->speakers[r->active];
    unsigned hints = who && active ? explain_hints(&who->manner, &active->manner) : 0;
    page_begin(p, PAGE_PART);
    say_count(p, r->foreign, "announcement", "announcements");
    page_words(p, " by somebody else");
    page_end(p);
    page_begin(p, PAGE_PARAGRAPH);
    page_words(p, "At ");
    say_moment(p, c, r->first_foreign.at, 3);
    page_words(p, " ");
    say_ip(p, &r->first_foreign.ip);
    page_words(p, " was announced for ");
    mac_format(mac, &r->first_foreign.mac);
    page_words(p, mac);
    if (who) {
        page_words(p, ", the MAC address of ");
        say_ip(p, &who->src);
    }
    page_words(p, who ? ", which was not Active" : ", which is not the MAC address of the Active");
    page_words(p, ": clients that believe it send there.");
    if (hints != 0)
        say_hints(p, hints, &who->manner, &active->manner);
    page_end(p);
}

static void remarks(struct page *p, const struct timeline_router *r)
{
    if (r->twice > 0) {
        page_begin(p, PAGE_PARAGRAPH);
        say_count(p, r->twice, "advert was", "adverts were");
        page_words(p, " seen twice within a millisecond, as at a mirror port, and counted once.");
        page_end(p);
    }
    if (r->crowd > 0) {
        page_begin(p, PAGE_PARAGRAPH);
        say_count(p, r->crowd, "advert is", "adverts are");
        page_words(p, " of more routers than are followed, and left out.");
        page_end(p);
    }
}

void explain_router_title(struct page *p, const struct timeline_router *r)
{
    char name[640] = "";
    struct text title = TEXT_OF(name);

    text_router(&title, r);
    page_begin(p, PAGE_SECTION);
    page_words(p, name);
    page_end(p);
}

void explain_router(struct page *p, const struct timeline *t, const struct timeline_router *r, const struct calendar *c)
{
    explain_speakers(p, r);
    remarks(p, r);
    if (r->reign_count > 0)
        explain_reigns(p, t, r, c);
    for (int i = 0; i < timeline_reigns(r); i++)
        explain_reign(p, t, timeline_reign(r, i), c);
    besides(p, r, c);
    foreign_announcements(p, r, c);
    bads(p, r, c);
}

/* --- What limits all that was said. --- */

static void say_limit(struct page *p, uint64_t n, const char *one, const char *many, const char *rest)
{
    if (n == 0)
        return;
    page_begin(p, PAGE_PARAGRAPH);
    say_count(p, n, one, many);
    page_words(p, rest);
    page_end(p);
}

void explain_caveats(struct page *p, const struct timeline *t)
{
    page_begin(p, PAGE_SECTION);
    page_words(p, "Where this was seen");
    page_end(p);
    page_begin(p, PAGE_PARAGRAPH);
    page_words(p,
               "All this is as seen where the packets were captured. What was lost or late there only, or between the "
               "routers only, looks different to them: two Actives that one place sees may be one to another, and a "
               "silence may be a loss on the way.");
    page_end(p);
    say_limit(p, t->lost, "line or packet", "lines or packets",
              " got lost on the way here (lost): a gap need not be a silence.");
    say_limit(p, t->bad, "packet was", "packets were", " no valid advertisement (bad).");
    say_limit(p, t->holes, "time nobody listened", "times nobody listened",
              " for more than 5 s, as a source that begins anew shows: what was then is not known.");
    say_limit(p, t->steps, "time the clock was set", "times the clock was set",
              "; moments after it are told as if it had not been.");
    say_limit(p, t->unfollowed, "advert is", "adverts are",
              " of more virtual routers than are followed, and left out.");
}

void explain_all(struct page *p, const struct timeline *t, size_t (*format_time)(char out[static STAMP_TEXT], stamp t))
{
    struct calendar c = calendar_for(format_time, t->first, t->last);

    explain_summary(p, t, &c);
    for (size_t i = 0; i < t->count; i++) {
        explain_router_title(p, t->routers[i]);
        explain_router(p, t, t->routers[i], &c);
    }
    explain_caveats(p, t);
}
