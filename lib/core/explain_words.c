#include "core/explain_words.h"

#define TEXT_OF(buffer) ((struct text){.at = (buffer), .size = sizeof(buffer)})

void say_ip(struct page *p, const struct ip *ip)
{
    char out[IP_TEXT];

    ip_format(out, ip);
    page_words(p, out);
}

void say_moment(struct page *p, const struct calendar *c, instant at, unsigned decimals)
{
    char out[WORDS_TEXT] = "";
    struct text t = TEXT_OF(out);

    text_moment(&t, c, at, decimals);
    page_words(p, out);
}

void say_time(struct page *p, usec d)
{
    char out[WORDS_TEXT] = "";
    struct text t = TEXT_OF(out);

    text_span_of_time(&t, d);
    page_words(p, out);
}

void say_seconds(struct page *p, usec d, bool sign)
{
    char out[WORDS_TEXT] = "";
    struct text t = TEXT_OF(out);

    text_seconds(&t, d, sign);
    page_words(p, out);
}

void say_duration(struct page *p, usec d)
{
    char out[DURATION_TEXT];

    format_duration(out, d);
    page_words(p, out);
}

void say_count(struct page *p, uint64_t n, const char *one, const char *many)
{
    page_u64(p, n);
    page_words(p, " ");
    page_words(p, n == 1 ? one : many);
}

/* --- In what two differ. --- */

static void separate(struct page *p, bool *first)
{
    page_words(p, *first ? " " : ", ");
    *first = false;
}

static void say_difference(struct page *p, bool *first, const char *what, const char *a, const char *b)
{
    separate(p, first);
    page_words(p, what);
    page_words(p, " (");
    page_words(p, a);
    page_words(p, " and ");
    page_words(p, b);
    page_words(p, ")");
}

void say_hints(struct page *p, unsigned hints, const struct manner *a, const struct manner *b)
{
    bool first = true;

    if (hints == 0) {
        page_words(p, " Their adverts are of one kind: look at what is between them, at multicast snooping, packet "
                      "filters, and links that work in one direction only.");
        return;
    }
    page_words(p, " They differ in");
    if (hints & HINT_VERSION)
        say_difference(p, &first, "version", a->version == 2 ? "2" : "3", b->version == 2 ? "2" : "3");
    if (hints & HINT_CKSUM)
        say_difference(p, &first, "the form of the checksum", cksum_form_name(a->cksum), cksum_form_name(b->cksum));
    if (hints & HINT_AUTH)
        say_difference(p, &first, "authentication", auth_type_name(a->auth), auth_type_name(b->auth));
    if (hints & HINT_INTERVAL) {
        char x[DURATION_TEXT], y[DURATION_TEXT];

        format_duration(x, a->interval);
        format_duration(y, b->interval);
        say_difference(p, &first, "interval", x, y);
    }
    if (hints & HINT_UNICAST)
        say_difference(p, &first, "where they send to", a->unicast ? "unicast" : "multicast",
                       b->unicast ? "unicast" : "multicast");
    if (hints & HINT_TTL)
        say_difference(p, &first, "TTL", a->ttl_low ? "below 255" : "255", b->ttl_low ? "below 255" : "255");
    if (hints & HINT_ADDRESSES) {
        separate(p, &first);
        page_words(p, "the addresses");
    }
    page_words(p, ", so one may discard what the other sends.");
}
