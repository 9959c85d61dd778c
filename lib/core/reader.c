#include "core/reader.h"

#include "core/config_value.h"

static uint64_t key_bit(char first, char second)
{
    return (uint64_t)1 << (((unsigned char)first * 5u + (unsigned char)second) & 63);
}

static uint64_t all_keys(const struct line *l)
{
    uint64_t keys = 0;
    for (size_t i = 0; i < l->count; i++) {
        struct span key = l->fields[i].key;
        keys |= key_bit(key.at[0], key.len > 1 ? key.at[1] : '\0');
    }
    return keys;
}

bool reader_find(struct reader *r, const char *key, struct span *value)
{
    const struct line *l = r->line;
    size_t i = r->next;
    if (r->keys == 0)
        r->keys = all_keys(l);
    if (!(r->keys & key_bit(key[0], key[1])))
        return false;
    for (size_t n = 0; n < l->count; n++, i++) {
        if (i >= l->count)
            i = 0;
        if (l->fields[i].key.at[0] == key[0] && span_is(l->fields[i].key, key)) {
            *value = l->fields[i].value;
            r->next = i + 1;
            return true;
        }
    }
    return false;
}

void reader_wrong(struct reader *r, const char *key)
{
    if (!r->wrong)
        r->wrong = key;
}

void reader_needs(struct reader *r, const char *key, bool there)
{
    if (!there)
        reader_wrong(r, key);
}

bool reader_done(const struct reader *r, const char **where)
{
    if (r->wrong)
        *where = r->wrong;
    return !r->wrong;
}

/* Passes `right` on, and notes the key when it is not. */
static bool noted(struct reader *r, const char *key, bool right)
{
    if (!right)
        reader_wrong(r, key);
    return right;
}

static bool read_number(struct reader *r, const char *key, uint64_t min, uint64_t max, uint64_t *out)
{
    struct span value;
    return reader_find(r, key, &value) && noted(r, key, parse_u64(value, min, max, out));
}

bool read_u8(struct reader *r, const char *key, uint8_t min, uint8_t max, uint8_t *out)
{
    uint64_t n;
    if (!read_number(r, key, min, max, &n))
        return false;
    *out = (uint8_t)n;
    return true;
}

bool read_u16(struct reader *r, const char *key, uint16_t min, uint16_t max, uint16_t *out)
{
    uint64_t n;
    if (!read_number(r, key, min, max, &n))
        return false;
    *out = (uint16_t)n;
    return true;
}

bool read_u32(struct reader *r, const char *key, uint32_t *out)
{
    uint64_t n;
    if (!read_number(r, key, 0, UINT32_MAX, &n))
        return false;
    *out = (uint32_t)n;
    return true;
}

bool read_i32(struct reader *r, const char *key, int32_t *out)
{
    struct span value;
    int64_t n;
    if (!reader_find(r, key, &value) || !noted(r, key, parse_i64(value, INT32_MIN, INT32_MAX, &n)))
        return false;
    *out = (int32_t)n;
    return true;
}

bool read_u64(struct reader *r, const char *key, uint64_t *out)
{
    return read_number(r, key, 0, UINT64_MAX, out);
}

bool read_yes_no(struct reader *r, const char *key, bool *out)
{
    struct span value;
    bool yes;
    if (!reader_find(r, key, &value) || !noted(r, key, parse_yes_no(value, &yes)))
        return false;
    *out = yes;
    return true;
}

bool read_text(struct reader *r, const char *key, char *out, size_t size)
{
    struct span value;
    if (!reader_find(r, key, &value))
        return false;
    bool right = parse_name(value, out, size);
    if (!right)
        out[0] = '\0';
    return noted(r, key, right);
}

bool read_delay(struct reader *r, const char *key, usec *out)
{
    struct span value;
    return reader_find(r, key, &value) && noted(r, key, delay_parse(value, out));
}

bool read_duration(struct reader *r, const char *key, usec *out)
{
    struct span value;
    usec duration;
    if (!reader_find(r, key, &value) || !noted(r, key, parse_duration(value, &duration)))
        return false;
    *out = duration;
    return true;
}

bool read_ip(struct reader *r, const char *key, uint8_t family, struct ip *out)
{
    struct span value;
    struct ip ip;
    if (!reader_find(r, key, &value) ||
        !noted(r, key, ip_parse(&ip, value.at, value.len) && (family == 0 || ip.family == family)))
        return false;
    *out = ip;
    return true;
}

bool read_mac(struct reader *r, const char *key, struct mac *out)
{
    struct span value;
    struct mac mac;
    if (!reader_find(r, key, &value) || !noted(r, key, mac_parse(&mac, value.at, value.len)))
        return false;
    *out = mac;
    return true;
}

bool read_word(struct reader *r, const char *key, const char *const *words, size_t count, unsigned *out)
{
    struct span value;
    if (!reader_find(r, key, &value))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (words[i] && span_is(value, words[i])) {
            *out = (unsigned)i;
            return true;
        }
    }
    return noted(r, key, false);
}

void read_identity(struct reader *r, struct identity *id)
{
    struct span value;
    bool there = reader_find(r, "if", &value);
    reader_needs(r, "if", there && ifname_parse(value, id->ifname));
    if (read_u8(r, "af", 4, 6, &id->af) && id->af == 5)
        reader_wrong(r, "af");
    reader_needs(r, "vrid", read_u8(r, "vrid", 1, 255, &id->vrid));
}
