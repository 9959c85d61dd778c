#include "core/limit.h"

#include <stdlib.h>
#include <string.h>

#include "core/known.h"

enum {
    WAYS = 8,    /* places that a lane may take */
    SETS = 2048, /* 16,384 places a topic: 4,000 virtual routers, of each the speaker and what it says, take a half */
    HEARSAY = 1 << 18, /* a flood of 100,000 a second takes longer than an interval of 1 s to fill it */
    LANES = 512,       /* 64 interfaces in both directions, and `any` may have more */
    REPEATS = 4096,
    VERDICTS = VERDICT_AUTH + 1,
};

/* In ns, as stamps are. */
#define MS         INT64_C(1000000)
#define SAME_FRAME MS
#define AGAIN      (8 * MS) /* the shortest interval is 10 ms, and not every clock is good */

/* What is said, and limited, apart. */
enum topic { ADVERTS, OTHERS, ANNOUNCEMENTS, TOPICS };

static const struct rate for_bad = {10 * MS, 2000 * MS};
static const struct rate for_strangers[TOPICS] = {
    [ADVERTS] = {10 * MS, 5120 * MS},
    [OTHERS] = {10 * MS, 5120 * MS},
    [ANNOUNCEMENTS] = {MS, 8192 * MS}, /* all addresses of a router that takes over */
};
static const struct rate for_news = {50 * MS, 1000 * MS};
static const struct rate for_returning = {MS / 20, 50 * MS};
static const struct rate for_all = {MS / 100, 50 * MS};

/* Of what is known, each: by its interval, within limits. */
enum { DROPS_AN_INTERVAL = 16, DROPS_AT_ONCE = 32 };
#define SMALLEST_DROP (5 * MS / 2)
#define LARGEST_DROP  (125 * MS / 2)
#define LONGEST_PAUSE (1000 * MS)
#define ANSWERS_EVERY (1000 * MS) /* the same answer, to whoever asks */

/* What is limited by itself: an interface in one direction. */
struct lane {
    uint64_t tag; /* 0: free */
    struct {
        struct bucket strangers, returning, all;
    } topics[TOPICS];
    struct bucket bad[VERDICTS];
};

/* What a frame says, as hashes: all that its line tells, but for TIME and seq, and who says it. */
struct saying {
    enum topic topic;
    uint64_t speaker, spoken;
    usec interval; /* in which it is said again */
    bool answer;   /* to a question; there may be many who ask */
};

/* The frame that was told last of a virtual router. */
struct repeat {
    uint64_t frame;
    int64_t time;
    bool copied;
};

struct limit {
    struct siphash_key key;
    uint64_t dropped;
    struct lane lanes[LANES];
    struct repeat repeats[REPEATS];
    struct known_set known[TOPICS][SETS]; /* speakers (their buckets are for_news), and what they say */
    uint32_t hearsay[HEARSAY]; /* what was said and neither known nor told: 16 bits of its tag, 16 of the time in ms */
};

struct limit *limit_new(const struct siphash_key *key)
{
    struct limit *l = calloc(1, sizeof *l);

    if (l != NULL)
        l->key = *key;
    return l;
}

void limit_free(struct limit *l)
{
    free(l);
}

/* --- rates --- */

/* How often what is known may be told. */
static struct rate rate_of(usec interval)
{
    int64_t drop = interval * 1000 / DROPS_AN_INTERVAL;

    if (drop < SMALLEST_DROP)
        drop = SMALLEST_DROP;
    if (drop > LARGEST_DROP)
        drop = LARGEST_DROP;
    return (struct rate){drop, DROPS_AT_ONCE * drop};
}

/* And how long after it was told, once a quarter of the lane is used: the longer the more is, so that all get the same.
 * The upper half is for what was not told for a second: in the thickest flood, that is what real routers say. */
static int64_t pause_of(int64_t used)
{
    const int64_t half = for_all.depth / 2;

    if (used >= half || SMALLEST_DROP * (used - half / 2) / (half - used) > LONGEST_PAUSE)
        return LONGEST_PAUSE;
    return SMALLEST_DROP * (used - half / 2) / (half - used);
}

/* --- who and what --- */

static uint64_t tag_of(const struct limit *l, const uint64_t *words, size_t count)
{
    uint64_t tag = siphash(&l->key, words, count * sizeof *words);

    return tag != 0 ? tag : 1;
}

static struct lane *lane_of(struct limit *l, const struct sighting *s, const struct frame *f)
{
    uint64_t words[3] = {s->dir != DIR_UNKNOWN ? s->dir : f->dir};

    if (s->ifname != NULL)
        memcpy(&words[1], s->ifname, strnlen(s->ifname, 2 * sizeof words[1]));
    uint64_t tag = tag_of(l, words, nitems(words));

    for (size_t i = 0; i < WAYS; i++) {
        struct lane *lane = &l->lanes[(tag + i) % LANES];

        if (lane->tag == 0)
            lane->tag = tag;
        if (lane->tag == tag)
            return lane;
    }
    return &l->lanes[tag % LANES]; /* with so many interfaces some share */
}

static uint64_t words_of_mac(const struct mac *mac)
{
    uint64_t word = 0;

    memcpy(&word, mac->bytes, sizeof mac->bytes);
    return word;
}

/* `what`: of this source which virtual router, or group. */
static uint64_t speaker_of(const struct limit *l, const struct lane *lane, const struct frame *f, uint64_t what)
{
    const struct advert *a = &f->advert;
    uint64_t words[5] = {lane->tag, (uint64_t)a->af << 60 | (uint64_t)f->vlan << 32 | what};

    memcpy(&words[2], a->src.bytes, sizeof a->src.bytes);
    words[4] = words_of_mac(&a->smac);
    return tag_of(l, words, nitems(words));
}

static struct saying advert_saying(const struct limit *l, const struct lane *lane, const struct frame *f)
{
    const struct advert *a = &f->advert;
    uint64_t speaker = speaker_of(l, lane, f, a->vrid);
    uint64_t words[8] = {speaker, siphash(&l->key, a->addresses, a->count * ip_size(a->af)), (uint64_t)a->interval};

    words[3] = (uint64_t)a->version << 32 | (uint64_t)a->prio << 24 | (uint64_t)a->ttl << 16 | (uint64_t)a->cksum << 8 |
               (uint64_t)a->auth << 1 | a->auth_ok;
    words[4] = (uint64_t)a->has << 32 | a->flags;
    memcpy(&words[5], a->dst.bytes, sizeof a->dst.bytes);
    words[7] = words_of_mac(&a->dmac);
    return (struct saying){ADVERTS, speaker, tag_of(l, words, nitems(words)), a->interval, false};
}

static struct saying other_saying(const struct limit *l, const struct lane *lane, const struct frame *f)
{
    const struct advert *a = &f->advert;
    const struct other_event *e = &f->other;
    bool carp = e->proto == OTHER_CARP;
    uint64_t speaker = speaker_of(l, lane, f, (uint64_t)e->proto << 16 | (carp ? a->vrid : e->group));
    uint64_t words[11] = {speaker, (uint64_t)e->has << 32 | (uint64_t)a->ttl << 16 | a->flags,
                          (uint64_t)e->version << 48 | (uint64_t)e->op << 40 | (uint64_t)e->state << 32 | e->prio,
                          (uint64_t)e->hello, (uint64_t)e->hold};
    usec interval = carp ? e->advbase * SECOND : e->hello;

    words[5] = (uint64_t)a->has << 32 | (uint64_t)e->ip.family << 16 | (uint64_t)e->advbase << 8 | e->advskew;
    memcpy(&words[6], e->ip.bytes, sizeof e->ip.bytes);
    words[8] = words_of_mac(&a->dmac);
    memcpy(&words[9], a->dst.bytes, sizeof a->dst.bytes);
    return (struct saying){OTHERS, speaker, tag_of(l, words, nitems(words)), interval, false};
}

/* Whoever says where an address lives is no more than a claim: the speaker is the address. */
static struct saying announce_saying(const struct limit *l, const struct lane *lane, const struct frame *f)
{
    const struct announce_event *e = &f->announce;
    uint64_t address[4] = {lane->tag, (uint64_t)e->ip.family << 32 | f->vlan};

    memcpy(&address[2], e->ip.bytes, sizeof e->ip.bytes);
    uint64_t speaker = tag_of(l, address, nitems(address));
    uint64_t words[4] = {speaker, (uint64_t)e->op << 32 | e->flags, words_of_mac(&e->mac), words_of_mac(&e->smac)};

    words[1] |= (uint64_t)e->has_mac << 63 | (uint64_t)e->has_smac << 62;
    return (struct saying){ANNOUNCEMENTS, speaker, tag_of(l, words, nitems(words)), SECOND,
                           e->op == ANNOUNCE_REPLY || (e->flags & ANNOUNCE_SOLICITED) != 0};
}

/* --- the decision --- */

enum outcome { TOLD, TWICE, DROPPED };

/* Said before, if not told? If not, it has been now. */
static bool was_said(struct limit *l, uint64_t spoken, int64_t now)
{
    uint32_t *place = &l->hearsay[spoken % HEARSAY];
    uint16_t time = (uint16_t)(now / MS), mark = (uint16_t)(spoken >> 48);

    if (*place >> 16 == mark)
        return (uint16_t)(time - *place) >= AGAIN / MS;
    *place = (uint32_t)mark << 16 | time;
    return false;
}

/* Something new. */
static bool is_let_in(struct limit *l, struct lane *lane, struct known *speaker, const struct saying *s, int64_t now)
{
    if (speaker != NULL ? bucket_takes(&speaker->bucket, now, for_news)
                        : bucket_takes(&lane->topics[s->topic].strangers, now, for_strangers[s->topic]))
        return true;
    return was_said(l, s->spoken, now) && bucket_takes(&lane->topics[s->topic].returning, now, for_returning);
}

/* Something known. */
static bool is_told_again(struct lane *lane, struct known *spoken, const struct saying *s, int64_t now)
{
    struct bucket *all = &lane->topics[s->topic].all;
    int64_t pause = pause_of(bucket_fill(all, now, for_all));
    bool paused = now < spoken->last || now - spoken->last >= pause;

    return paused && bucket_takes(&spoken->bucket, now, rate_of(s->interval)) && bucket_takes(all, now, for_all);
}

static enum outcome saying_outcome(struct limit *l, struct lane *lane, const struct saying *s, int64_t now)
{
    struct known_set *sets = l->known[s->topic];
    struct known *spoken = known_find(sets, SETS, s->spoken), *speaker = known_find(sets, SETS, s->speaker);

    if (s->answer && spoken != NULL && now >= spoken->last && now - spoken->last < ANSWERS_EVERY)
        return TWICE;
    bool told = spoken != NULL ? is_told_again(lane, spoken, s, now) : is_let_in(l, lane, speaker, s, now);

    if (!told)
        return DROPPED;
    if (spoken != NULL)
        known_again(spoken, now);
    else
        known_remember(sets, SETS, s->spoken, now);
    if (speaker != NULL && speaker->tag == s->speaker) /* what it says may just have taken its place */
        known_again(speaker, now);
    else
        known_remember(sets, SETS, s->speaker, now);
    return TOLD;
}

static struct repeat *repeat_of(struct limit *l, const struct lane *lane, const struct frame *f)
{
    size_t number = (size_t)(lane - l->lanes) * 512 + f->vlan * 61u + (f->advert.af == 6 ? 256u : 0) + f->advert.vrid;

    return &l->repeats[number % REPEATS];
}

static uint64_t frame_tag(const struct limit *l, const struct lane *lane, const struct sighting *s)
{
    return siphash(&l->key, s->bytes, s->length) ^ lane->tag;
}

/* A frame that comes again: its first copy may be of a mirror port. */
static enum outcome outcome_of_repeat(struct repeat *r)
{
    bool first = !r->copied;

    r->copied = true;
    return first ? TWICE : DROPPED;
}

static enum outcome advert_outcome(struct limit *l, struct lane *lane, const struct sighting *s, const struct frame *f)
{
    struct repeat *last = repeat_of(l, lane, f);
    int64_t now = s->time.ns;
    bool recent = now >= last->time && now - last->time < SAME_FRAME;

    if (recent && last->frame == frame_tag(l, lane, s))
        return outcome_of_repeat(last);
    struct saying said = advert_saying(l, lane, f);
    enum outcome outcome = saying_outcome(l, lane, &said, now);
    if (outcome == TOLD)
        *last = (struct repeat){.frame = frame_tag(l, lane, s), .time = now};
    return outcome;
}

static enum outcome outcome_of(struct limit *l, const struct sighting *s, const struct frame *f)
{
    struct lane *lane = lane_of(l, s, f);
    struct saying said;

    switch (f->kind) {
    case FRAME_ADVERT:
        return advert_outcome(l, lane, s, f);
    case FRAME_OTHER:
        said = other_saying(l, lane, f);
        return saying_outcome(l, lane, &said, s->time.ns);
    case FRAME_ANNOUNCE:
        said = announce_saying(l, lane, f);
        return saying_outcome(l, lane, &said, s->time.ns);
    case FRAME_BAD:
        return bucket_takes(&lane->bad[f->verdict], s->time.ns, for_bad) ? TOLD : DROPPED;
    case FRAME_FOREIGN:
        break;
    }
    return TWICE;
}

bool limit_passes(struct limit *l, const struct sighting *s, const struct frame *f)
{
    enum outcome outcome = outcome_of(l, s, f);

    if (outcome == DROPPED)
        l->dropped++;
    return outcome == TOLD;
}

uint64_t limit_dropped(struct limit *l)
{
    uint64_t dropped = l->dropped;

    l->dropped = 0;
    return dropped;
}
