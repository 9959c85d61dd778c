#include "cmd/audit_learned.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct learning {
    struct stream *out;
    size_t count;
};

/* Words with commas between, as many as fit. */
struct cell {
    char text[64];
    size_t length, left_out;
};

static void cell_add(struct cell *c, const char *word)
{
    size_t length = strlen(word), comma = c->length > 0;

    if (c->left_out > 0 || c->length + comma + length >= sizeof c->text) {
        c->left_out++;
        return;
    }
    if (comma)
        c->text[c->length++] = ',';
    memcpy(c->text + c->length, word, length + 1);
    c->length += length;
}

static void cell_ips(struct cell *c, const struct ip *ips, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[IP_TEXT];

        ip_format(text, &ips[i]);
        cell_add(c, text);
    }
}

static const char *cell_more(const struct cell *c)
{
    return c->left_out > 0 ? ",..." : "";
}

static void heading(size_t count)
{
    if (count == 0)
        fprintf(stderr, "%-15s %4s %2s %4s %3s %8s  %s\n", "if", "vlan", "af", "vrid", "ver", "prio", "src -> ip");
}

static void row(const struct audit_learned *l)
{
    struct cell src = {{0}, 0, 0}, ip = {{0}, 0, 0};
    char vlan[8] = "-", prio[12], name[CLI_SHOWN];
    const struct origin *o = &l->origin;
    const char *place = o->seg[0] ? o->seg : o->ifname[0] ? o->ifname : "-";

    if (o->vlan != 0)
        snprintf(vlan, sizeof vlan, "%u", o->vlan);
    snprintf(prio, sizeof prio, l->prio_low == l->prio_high ? "%u" : "%u..%u", l->prio_low, l->prio_high);
    cell_ips(&src, l->srcs, l->src_count);
    cell_ips(&ip, l->ips, l->ip_count);
    fprintf(stderr, "%-15s %4s %2u %4u %3s %8s  %s%s -> %s%s\n", cli_show(name, (struct span){place, strlen(place)}),
            vlan, l->af, l->vrid,
            l->versions == (1 << 2 | 1 << 3) ? "2,3"
            : l->versions == 1 << 2          ? "2"
                                             : "3",
            prio, src.text, cell_more(&src), ip.text, cell_more(&ip));
}

static void learned(void *context, const struct audit_learned *l)
{
    struct learning *learning = context;
    char text[LINE_BYTES + 1];
    struct writer w = {.buffer = text, .size = sizeof text};

    write_allow(&w, l);
    const char *event = w.length > 0 ? memchr(text, ' ', w.length) : NULL;
    if (event) { /* a policy has no TIME */
        size_t before = (size_t)(event + 1 - text);

        stream_line(learning->out, (struct span){text + before, w.length - before - 1});
    }
    heading(learning->count);
    row(l);
    learning->count++;
}

bool learned_write(const struct audit *a, struct stream *out)
{
    struct learning learning = {.out = out};

    if (!audit_learn(a, learned, &learning))
        cli_die(EXIT_SYSTEM, "out of memory");
    if (learning.count == 0)
        cli_say("nothing was heard, so there is nothing to allow");
    if (audit_forgot(a))
        cli_say("there was more than it can remember; the policy is not complete");
    return learning.count > 0;
}
