#include "core/prefix_list.h"

#include <stdlib.h>
#include <string.h>

#include "core/config_value.h"

#define NOT_AN_ADDRESS "not an address: ADDR, ADDR/LEN or ADDR/LEN@IF, with commas between"

/* The n-th of the list is on that interface; those before it said nothing. */
static const char *take_interface(struct prefix_list *list, struct prefix_buffer *buffer, size_t n, struct span name)
{
    for (size_t i = 0; i < n && list->on == NULL; i++)
        buffer->on[i][0] = '\0';
    list->on = buffer->on;
    return ifname_parse(name, buffer->on[n]) ? NULL : "behind the @ stands " IFNAME_ALLOWED;
}

/* As the n-th of the list. */
static const char *take_item(struct prefix_list *list, struct prefix_buffer *buffer, size_t n, struct span item)
{
    struct prefix *p = &buffer->items[n];
    const char *at = item.len > 0 ? memchr(item.at, '@', item.len) : NULL;
    size_t length = at != NULL ? (size_t)(at - item.at) : item.len;
    if (!prefix_parse(p, item.at, length))
        return NOT_AN_ADDRESS;
    const char *wrong = address_wrong(&p->ip);
    if (wrong != NULL)
        return wrong;
    if (at != NULL)
        return take_interface(list, buffer, n, (struct span){at + 1, item.len - length - 1});
    if (list->on != NULL)
        buffer->on[n][0] = '\0';
    return NULL;
}

const char *prefix_list_parse(struct span value, struct prefix_list *out, struct prefix_buffer *buffer,
                              struct span *item)
{
    const char *wrong;
    *out = (struct prefix_list){.items = buffer->items};
    while (list_next(&value, item)) {
        if (out->count == ADVERT_ADDRESSES) {
            *item = (struct span){NULL, 0};
            return "more than 255 addresses do not fit into an advertisement; excluded= takes more";
        }
        if ((wrong = take_item(out, buffer, out->count, *item)))
            return wrong;
        if (buffer->items[out->count].ip.family != buffer->items[0].ip.family)
            return "IPv4 and IPv6 are two virtual routers: one family only; excluded= takes the other";
        out->count++;
    }
    *item = (struct span){NULL, 0};
    if (buffer->items[0].ip.family == 6 && out->count > ADDRESSES_IN_MTU6)
        return "more than 90 IPv6 addresses do not fit into a packet of 1500 bytes; excluded= takes more";
    return NULL;
}

const char *prefix_list_parse_excluded(struct span value, struct prefix_list *list, struct prefix_buffer *buffer,
                                       struct span *item)
{
    const char *wrong;
    list->items = buffer->items;
    while (list_next(&value, item)) {
        size_t n = prefix_list_all(list);
        if (n == ADDRESSES_MOST) {
            *item = (struct span){NULL, 0};
            return "at most 1024 addresses, with those of ip=";
        }
        if ((wrong = take_item(list, buffer, n, *item)))
            return wrong;
        list->excluded++;
    }
    *item = (struct span){NULL, 0};
    return NULL;
}

static void move(void *array, size_t size, size_t from, size_t to)
{
    char moved[sizeof(struct prefix) > IFNAME_TEXT ? sizeof(struct prefix) : IFNAME_TEXT];
    char *at = array;
    memcpy(moved, at + from * size, size);
    memmove(at + (to + 1) * size, at + to * size, (from - to) * size);
    memcpy(at + to * size, moved, size);
}

void prefix_list_link_local_first(const struct prefix_list *list, struct prefix_buffer *buffer)
{
    size_t first = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (!ip_is_link_local(&list->items[i].ip))
            continue;
        move(buffer->items, sizeof buffer->items[0], i, first);
        if (list->on != NULL)
            move(buffer->on, sizeof buffer->on[0], i, first);
        first++;
    }
}

const char *prefix_list_on(const struct prefix_list *list, size_t n)
{
    return list->on != NULL ? list->on[n] : "";
}

static const char *link_of(const struct prefix_list *list, size_t n, const char *ifname)
{
    const char *on = prefix_list_on(list, n);
    return on[0] != '\0' ? on : ifname;
}

size_t prefix_list_twice(const struct prefix_list *list, const char *ifname)
{
    size_t all = prefix_list_all(list);
    for (size_t i = 1; i < all; i++) {
        for (size_t k = 0; k < i; k++) {
            bool same_link = i < list->count || strcmp(link_of(list, i, ifname), link_of(list, k, ifname)) == 0;
            if (same_link && ip_equal(&list->items[i].ip, &list->items[k].ip))
                return i;
        }
    }
    return all;
}

static void put_part(struct writer *w, const struct prefix_list *list, size_t from, size_t to)
{
    for (size_t n = from; n < to; n++) {
        const char *on = prefix_list_on(list, n);
        list_prefix(w, &list->items[n]);
        if (on[0] == '\0')
            continue;
        list_tail(w, "@");
        list_tail_text(w, (struct span){on, strlen(on)});
    }
    list_end(w);
}

void put_prefix_list(struct writer *w, const struct prefix_list *list)
{
    list_begin(w, "ip");
    put_part(w, list, 0, list->count);
}

void put_excluded_list(struct writer *w, const struct prefix_list *list)
{
    list_begin(w, "excluded");
    put_part(w, list, list->count, prefix_list_all(list));
}

bool prefix_list_equal(const struct prefix_list *a, const struct prefix_list *b)
{
    if (a->count != b->count || a->excluded != b->excluded)
        return false;
    for (size_t n = 0; n < prefix_list_all(a); n++) {
        const struct prefix *one = &a->items[n], *other = &b->items[n];
        if (one->length != other->length || !ip_equal(&one->ip, &other->ip))
            return false;
        if (a->on != b->on && strcmp(prefix_list_on(a, n), prefix_list_on(b, n)) != 0)
            return false;
    }
    return true;
}

bool prefix_list_keep(struct prefix_list *kept, const struct prefix_list *list)
{
    size_t all = prefix_list_all(list), prefixes = all * sizeof(struct prefix);
    bool fits = kept->items != NULL && prefix_list_all(kept) == all && (kept->on != NULL) == (list->on != NULL);
    char *memory = (char *)kept->items;
    if (!fits) {
        memory = malloc(prefixes + (list->on != NULL ? all * IFNAME_TEXT : 0) + 1);
        if (memory == NULL)
            return false;
        prefix_list_free(kept);
    }
    *kept = *list;
    kept->items = (struct prefix *)memory;
    if (all > 0)
        memcpy(memory, list->items, prefixes);
    if (list->on != NULL)
        memcpy(memory + prefixes, list->on, all * IFNAME_TEXT);
    kept->on = list->on != NULL ? (char(*)[IFNAME_TEXT])(memory + prefixes) : NULL;
    return true;
}

void prefix_list_free(struct prefix_list *kept)
{
    free((void *)kept->items);
    *kept = (struct prefix_list){0};
}
