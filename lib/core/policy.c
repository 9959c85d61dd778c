#include "core/policy.h"

#include <stdlib.h>
#include <string.h>

#include "core/config_value.h"
#include "core/grow.h"

struct policy {
    size_t count, room;
    struct policy_line **lines;
    struct policy_line *by_vrid[256]; /* those of one VRID; [0]: those of several, or of all */
};

static const char out_of_memory[] = "out of memory";

struct policy *policy_new(void)
{
    return calloc(1, sizeof(struct policy));
}

static void line_free(struct policy_line *line)
{
    free(line->srcs);
    free(line->macs);
    free(line->ips);
    free(line);
}

void policy_free(struct policy *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->count; i++)
        line_free(p->lines[i]);
    free(p->lines);
    free(p);
}

size_t policy_count(const struct policy *p)
{
    return p->count;
}

struct policy_line *policy_at(const struct policy *p, size_t index)
{
    return p->lines[index];
}

/* --- The values of a line. Each returns NULL or what is allowed. --- */

static const char *take_text(struct span value, char *out, size_t size)
{
    return parse_name(value, out, size) ? NULL : "not a name: 1..63 bytes, of an interface 1..15";
}

static const char *take_seg(struct policy_line *line, struct span value)
{
    return take_text(value, line->place.seg, sizeof line->place.seg);
}

static const char *take_host(struct policy_line *line, struct span value)
{
    return take_text(value, line->place.host, sizeof line->place.host);
}

static const char *take_if(struct policy_line *line, struct span value)
{
    return take_text(value, line->place.ifname, sizeof line->place.ifname);
}

static const char *take_vlan(struct policy_line *line, struct span value)
{
    uint64_t n = 0;

    line->untagged = span_is(value, "none");
    if (!line->untagged && !parse_u64(value, 1, 4094, &n))
        return "not a number from 1 to 4094, or none";
    line->place.vlan = (uint16_t)n;
    return NULL;
}

static const char *take_af(struct policy_line *line, struct span value)
{
    uint64_t n;

    if (!parse_u64(value, 4, 6, &n) || n == 5)
        return "not 4 or 6";
    line->af = (uint8_t)n;
    return NULL;
}

/* A number, or LOW..HIGH. */
static bool take_range(struct span value, uint64_t least, uint8_t *low, uint8_t *high)
{
    uint64_t from, to;
    const char *dots = memmem(value.at, value.len, "..", 2);
    struct span first = value, second = value;

    if (dots) {
        first.len = (size_t)(dots - value.at);
        second = (struct span){dots + 2, value.len - first.len - 2};
    }
    if (!parse_u64(first, least, 255, &from) || !parse_u64(second, least, 255, &to) || from > to)
        return false;
    *low = (uint8_t)from;
    *high = (uint8_t)to;
    return true;
}

static const char *take_vrid(struct policy_line *line, struct span value)
{
    return take_range(value, 1, &line->vrid_low, &line->vrid_high) ? NULL
                                                                   : "not a VRID, 1..255, or two with .. between";
}

static const char *take_prio(struct policy_line *line, struct span value)
{
    return take_range(value, 1, &line->prio_low, &line->prio_high) ? NULL
                                                                   : "not a priority, 1..255, or two with .. between";
}

static const char *take_ver(struct policy_line *line, struct span value)
{
    struct span item;

    line->versions = 0;
    while (list_next(&value, &item)) {
        if (!span_is(item, "2") && !span_is(item, "3"))
            return "not 2, 3 or both, with a comma between";
        line->versions |= (uint8_t)(1u << (item.at[0] - '0'));
    }
    return NULL;
}

static size_t items_of(struct span value)
{
    size_t count = 0;

    for (struct span item; list_next(&value, &item);)
        count++;
    return count;
}

static const char *take_ips(struct span value, struct ip **out, size_t *count)
{
    size_t most = items_of(value);

    if (most > POLICY_VALUES)
        return "more than 255 in a list";
    if (!(*out = calloc(most, sizeof **out)))
        return out_of_memory;
    for (struct span item; list_next(&value, &item); (*count)++) {
        if (!ip_parse(&(*out)[*count], item.at, item.len))
            return "not addresses, with commas between";
    }
    return NULL;
}

static const char *take_src(struct policy_line *line, struct span value)
{
    return take_ips(value, &line->srcs, &line->src_count);
}

static const char *take_ip(struct policy_line *line, struct span value)
{
    return take_ips(value, &line->ips, &line->ip_count);
}

static const char *take_mac(struct policy_line *line, struct span value)
{
    size_t most = items_of(value);

    if (most > POLICY_VALUES)
        return "more than 255 in a list";
    if (!(line->macs = calloc(most, sizeof *line->macs)))
        return out_of_memory;
    for (struct span item; list_next(&value, &item); line->mac_count++) {
        if (!mac_parse(&line->macs[line->mac_count], item.at, item.len))
            return "not MAC addresses, with commas between";
    }
    return NULL;
}

static const struct {
    const char *key;
    const char *(*take)(struct policy_line *line, struct span value);
} policy_keys[] = {
    {"seg", take_seg}, {"host", take_host}, {"if", take_if},   {"vlan", take_vlan},
    {"af", take_af},   {"vrid", take_vrid}, {"ver", take_ver}, {"prio", take_prio},
    {"src", take_src}, {"mac", take_mac},   {"ip", take_ip},
};

static const char *take_field(struct policy_line *line, const struct field *f)
{
    for (size_t i = 0; i < nitems(policy_keys); i++) {
        if (span_is(f->key, policy_keys[i].key))
            return policy_keys[i].take(line, f->value);
    }
    return "not a key of allow: seg host if vlan af vrid ver prio src mac ip";
}

static const char *take_fields(struct policy_line *line, const struct line *l, struct span *where)
{
    for (size_t i = 0; i < l->count; i++) {
        const struct field *f = &l->fields[i];
        const char *reason = take_field(line, f);

        if (reason) { /* the whole word */
            *where = (struct span){f->key.at, (size_t)(f->value.at + f->value.len - f->key.at)};
            return reason;
        }
    }
    return NULL;
}

const char *policy_add(struct policy *p, const struct line *l, uint64_t number, struct span *where)
{
    *where = l->event;
    if (!span_is(l->event, "allow"))
        return "not allow";
    if (p->count == POLICY_LINES)
        return "more than 4096 lines";
    bool room = grow((void **)&p->lines, &p->room, p->count, 1, sizeof(struct policy_line *));
    struct policy_line *line = room ? calloc(1, sizeof *line) : NULL;
    if (!line)
        return out_of_memory;
    *line = (struct policy_line){.vrid_low = 1, .vrid_high = 255, .prio_low = 1, .prio_high = 255, .number = number};
    line->versions = 1 << 2 | 1 << 3;
    const char *reason = take_fields(line, l, where);
    if (reason) {
        line_free(line);
        return reason;
    }
    uint8_t vrid = line->vrid_low == line->vrid_high ? line->vrid_low : 0;
    line->next = p->by_vrid[vrid];
    p->by_vrid[vrid] = line;
    p->lines[p->count++] = line;
    return NULL;
}

/* --- Judging. --- */

static bool is_place(const char *wanted, const char *there)
{
    return wanted[0] == '\0' || strcmp(wanted, there) == 0;
}

static bool fits_place(const struct policy_line *line, const struct origin *from, const struct advert *a)
{
    const struct origin *place = &line->place;

    return is_place(place->ifname, from->ifname) && is_place(place->seg, from->seg) &&
           is_place(place->host, from->host) && (place->vlan == 0 || place->vlan == from->vlan) &&
           (!line->untagged || from->vlan == 0) && (line->af == 0 || line->af == a->af) && a->vrid >= line->vrid_low &&
           a->vrid <= line->vrid_high;
}

static bool has_ip(const struct ip *list, size_t count, const struct ip *ip)
{
    for (size_t i = 0; i < count; i++) {
        if (ip_equal(&list[i], ip))
            return true;
    }
    return count == 0;
}

static bool has_mac(const struct policy_line *line, const struct advert *a)
{
    if (!(a->has & HAS_SMAC))
        return true;
    for (size_t i = 0; i < line->mac_count; i++) {
        if (memcmp(line->macs[i].bytes, a->smac.bytes, sizeof a->smac.bytes) == 0)
            return true;
    }
    return line->mac_count == 0;
}

static bool has_all_ips(const struct policy_line *line, const struct advert *a)
{
    size_t size = ip_size(a->af);

    for (size_t i = 0; line->ip_count > 0 && i < a->count; i++) {
        struct ip ip = ip_from_bytes(a->af, a->addresses + i * size);

        if (!has_ip(line->ips, line->ip_count, &ip))
            return false;
    }
    return true;
}

static enum policy_miss judge(const struct policy_line *line, const struct origin *from, const struct advert *a)
{
    if (!fits_place(line, from, a))
        return POLICY_VRID;
    if (!has_ip(line->srcs, line->src_count, &a->src))
        return POLICY_SRC;
    if (!has_mac(line, a))
        return POLICY_MAC;
    if (!(line->versions & 1 << a->version))
        return POLICY_VER;
    if (!has_all_ips(line, a))
        return POLICY_IP;
    if (a->prio != VRRP_PRIORITY_RESIGN && (a->prio < line->prio_low || a->prio > line->prio_high))
        return POLICY_PRIO;
    return POLICY_FITS;
}

struct policy_line *policy_allows(const struct policy *p, const struct origin *from, const struct advert *a,
                                  enum policy_miss *miss, const struct policy_line **nearest)
{
    const uint8_t lists[] = {a->vrid, 0};

    *miss = POLICY_VRID;
    *nearest = NULL;
    for (size_t i = 0; i < nitems(lists); i++) {
        for (struct policy_line *line = p->by_vrid[lists[i]]; line; line = line->next) {
            enum policy_miss there = judge(line, from, a);

            if (there == POLICY_FITS)
                return line;
            if (there > *miss) {
                *miss = there;
                *nearest = line;
            }
        }
    }
    return NULL;
}
