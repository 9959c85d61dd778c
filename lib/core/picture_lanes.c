/* What each router has for itself: its lane, its name, its adverts, its announcements. */
#include "core/picture_internal.h"

static void name_lane(struct picture *p, int lane)
{
    const struct speaker *s = p->router->speakers[lane];
    char name[IP_TEXT], note[96] = "", interval[DURATION_TEXT];
    struct text t = TEXT_OF(note);

    ip_format(name, &s->src);
    picture_text(p, STYLE_NAME, ANCHOR_START, PX(MARGIN), picture_lane_y(lane) + PX(18), PX(NAME_WIDTH), name);
    if (s->prio == 0) {
        text_word(&t, "only resigned");
    } else {
        format_duration(interval, s->manner.interval);
        text_word(&t, "priority ");
        text_u64(&t, s->prio);
        text_word(&t, ", every ");
        text_word(&t, interval);
    }
    picture_text(p, STYLE_NOTE, ANCHOR_START, PX(MARGIN), picture_lane_y(lane) + PX(35), PX(NAME_WIDTH), note);
}

void picture_lanes(struct picture *p)
{
    for (int lane = 0; lane < p->router->speaker_count; lane++) {
        int64_t y = picture_lane_y(lane);

        picture_rect(p, STYLE_LANE, PX(PLOT_X), y, PX(PLOT_WIDTH), PX(LANE_HEIGHT), "");
        name_lane(p, lane);
    }
}

static void adverts(struct picture *p, int lane)
{
    struct shape *s = picture_add(p, SHAPE_ADVERTS, STYLE_ADVERTS);

    if (!s)
        return;
    s->speaker = p->router->speakers[lane];
    s->x = PX(PLOT_X);
    s->width = PX(PLOT_WIDTH);
    s->y = picture_lane_y(lane) + PX(ADVERTS_Y);
    s->height = PX(ADVERTS_HEIGHT);
    struct text t = TEXT_OF(s->title);
    text_u64(&t, s->speaker->adverts);
    text_word(&t, s->speaker->adverts == 1 ? " advert" : " adverts");
}

/* Whose announcement it is: his who has that MAC address, or his who was Active then. */
static int lane_of(const struct picture *p, const struct announced *a)
{
    const struct timeline_router *r = p->router;
    int lane = -1;

    for (int i = 0; i < r->speaker_count && a->has_mac; i++) {
        const struct manner *m = &r->speakers[i]->manner;

        if (m->has_smac && !m->virtual_mac && memcmp(&m->smac, &a->mac, sizeof a->mac) == 0)
            return i;
    }
    for (int i = 0; i < timeline_reigns(r); i++) {
        if (timeline_reign(r, i)->from.us <= a->at.us)
            lane = picture_lane(p, &timeline_reign(r, i)->who);
    }
    return lane;
}

static void announcement(struct picture *p, const struct announced *a)
{
    int lane = lane_of(p, a);
    char mac[MAC_TEXT], ip[IP_TEXT];

    if (lane < 0)
        return;
    struct shape *s = picture_add(p, SHAPE_MARK, a->foreign ? STYLE_FOREIGN : STYLE_ANNOUNCE);
    if (!s)
        return;
    s->x = picture_x(p, a->at);
    s->y = picture_lane_y(lane) + PX(MARKS_Y);
    s->width = s->height = 0;
    mac_format(mac, &a->mac);
    ip_format(ip, &a->ip);
    struct text t = TEXT_OF(s->title);
    text_word(&t, ip);
    text_word(&t, a->has_mac ? " is at " : " announced");
    text_word(&t, a->has_mac ? mac : "");
    text_word(&t, ", ");
    text_moment(&t, &p->calendar, a->at, 6);
}

void picture_small_marks(struct picture *p)
{
    const struct timeline_router *r = p->router;
    uint64_t kept = r->announced_count < TIMELINE_ANNOUNCED ? r->announced_count : TIMELINE_ANNOUNCED;

    for (int lane = 0; lane < r->speaker_count; lane++)
        adverts(p, lane);
    for (uint64_t i = r->announced_count - kept; i < r->announced_count; i++)
        announcement(p, &r->announced[i % TIMELINE_ANNOUNCED]);
}
