/* Shared by the simulator's own files; nobody else includes it. */
#ifndef CORE_SIM_INTERNAL_H
#define CORE_SIM_INTERNAL_H

#include "core/electorate.h"
#include "core/heap.h"
#include "core/sim.h"

/* Between two hosts, in one direction, where it differs from the segment. */
struct sim_path {
    const struct sim_host *from, *to;
    uint32_t loss; /* of a million */
    usec delay;
};

struct sim_segment {
    struct sim_segment *next; /* in its bucket */
    char name[NODE_TEXT];
    uint32_t loss; /* of a million */
    usec delay, jitter;
    struct sim_port *ports;
    struct sim_path *paths;
    size_t path_count;
    unsigned sides; /* partitions so far */
};

/* An interface of a host, on a segment. */
struct sim_port {
    struct sim_port *next_of_host, *next_of_segment;
    struct sim_host *host;
    struct sim_segment *segment;
    char ifname[IFNAME_TEXT];
    enum link_state state;
    unsigned side; /* of a partition: it hears those of the same */
};

/* A virtual router: what all its routers together do. */
struct sim_group {
    struct sim_group *next; /* in its bucket */
    const struct sim_segment *segment;
    uint8_t af, vrid;
    unsigned active; /* so many routers are */
    bool was_active; /* one was, at some time */
    instant since;   /* there are so many */
};

/* One router of it. */
struct sim_router {
    struct sim_router *next, *next_of_host; /* in its bucket; in the order of their coming */
    struct sim_port *port;
    struct sim_group *group;
    struct identity id;
    char name[NAME_TEXT];
    char *config; /* its line of the scenario; NULL: it is not configured */
    size_t config_size;
    enum router_state state;
    struct garp garp;
    usec garp_refresh;
    uint8_t version, count;
    enum cksum_form cksum;
    bool vmac;
    struct ip src;
    uint8_t *addresses; /* count of them, as they go on the wire */
};

enum sim_kind { SIM_ADVERT, SIM_OWN /* seen leaving */, SIM_ANNOUNCE, SIM_REFRESH };
struct sim_message {
    instant at;
    uint64_t order;
    enum sim_kind kind;
    uint8_t prio;
    usec interval;
    struct sim_router *from;
    struct sim_port *to;
};

struct sim_host {
    struct timer timer;                  /* first: when it is to be looked at */
    struct sim_host *next, *next_of_all; /* in its bucket; in the order of their coming */
    struct sim *sim;
    char name[NODE_TEXT];
    unsigned number; /* from 1: its addresses */
    struct sim_port *ports;
    struct sim_router *routers, **last_router;
    struct electorate *electorate; /* NULL: it does not run */
    usec tick;
    instant next_tick;
    bool stalled;
    instant resumes;
    struct track_event *tracks; /* as they were told last: who looks after them goes on when the host ends */
    size_t track_count, track_room;
    struct sim_message *backlog; /* what arrived meanwhile */
    size_t backlog_count, backlog_room;
};

/* A line of the scenario whose time comes later. */
struct sim_action {
    instant at;
    char *text;
    size_t size;
};

enum { SIM_BUCKETS = 1 << 16 };

struct sim {
    struct sim_options options;
    instant now, end;
    bool has_end, started, over, full;
    uint64_t random, order;
    struct sim_segment *segments[SIM_BUCKETS];
    struct sim_host *hosts[SIM_BUCKETS], *first_host, **last_host;
    struct sim_router *routers[SIM_BUCKETS];
    struct sim_group *groups[SIM_BUCKETS];
    size_t host_count, segment_count, router_count, group_count;
    struct heap timers;
    struct sim_message *messages; /* a heap, 1-based */
    size_t message_count, message_room;
    struct sim_action *actions; /* in order of time */
    size_t action_count, action_room, action_next;
    struct {
        uint64_t adverts, lost, transitions, takeovers;
        usec takeover_sum, takeover_longest, vacant, dual;
    } measured;
    char buffer[LINE_BYTES + 2];
};

/* sim_table.c: what there is. Each makes what is not there yet; NULL: out of memory, or, where so said, it contradicts. */
struct sim_segment *sim_segment(struct sim *s, const char *name, bool make);
struct sim_host *sim_host(struct sim *s, const char *name, bool make);
struct sim_port *sim_port(struct sim_host *h, const char *ifname);
struct sim_port *sim_plug(struct sim_host *h, const char *ifname,
                          struct sim_segment *segment); /* NULL: on another one */
struct sim_router *sim_router(struct sim_host *h, const struct identity *id, bool make);
void sim_tables_free(struct sim *s);

/* sim.c: hosts in time */
void sim_start(struct sim_host *h); /* unless it runs */
void sim_stop(struct sim_host *h, bool cleanly);
void sim_stall(struct sim_host *h, usec for_);
void sim_set_link(struct sim_port *p, enum link_state state);
bool sim_track(struct sim_host *h, const struct track_event *t); /* false: out of memory */
void sim_configure(struct sim_router *r);                        /* as its line says, if its host runs */
void sim_look_at(struct sim_host *h);                            /* its next deadline may be another one */

/* sim_scenario.c */
bool sim_parse_vr(const struct sim_router *r, struct vr_config *c, struct prefix_buffer *buffer);
/* A line whose moment has come. */
void sim_act(struct sim *s, const struct sim_action *a);

/* sim_wire.c */
void sim_send(struct sim_router *r, const struct send_event *e);
bool sim_post(struct sim *s, const struct sim_message *m);
instant sim_message_due(const struct sim *s);
struct sim_message sim_message_take(struct sim *s);
void sim_deliver(struct sim *s, const struct sim_message *m);
struct ip sim_address(const struct sim_host *h, uint8_t af);
struct mac sim_mac(const struct sim_host *h);

/* sim_write.c */
void sim_write_clock(struct sim *s);
void sim_write_advert(struct sim *s, const struct sim_router *r, const struct advert *a);
void sim_write_announcements(struct sim *s, const struct sim_router *r, unsigned times);
void sim_write_measured(struct sim *s);

/* sim_measure.c */
void sim_count_state(struct sim_router *r, enum router_state to);
void sim_count_end(struct sim *s);

#endif
