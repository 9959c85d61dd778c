#include "core/vmac.h"

#include <string.h>

struct text {
    char *at;
    size_t length;
};

static void add(struct text *t, const char *word)
{
    size_t length = strlen(word);
    memcpy(t->at + t->length, word, length + 1);
    t->length += length;
}

static void add_number(struct text *t, uint32_t number, uint32_t base)
{
    char digits[11];
    size_t first = sizeof digits - 1;
    digits[first] = '\0';
    do
        digits[--first] = "0123456789abcdef"[number % base];
    while ((number /= base) > 0);
    add(t, digits + first);
}

static void add_name(struct text *t, const char *prefix, uint8_t af, uint8_t vrid, uint32_t below, uint32_t base)
{
    add(t, prefix);
    add_number(t, af, 10);
    add(t, ".");
    add_number(t, vrid, 10);
    add(t, ".");
    add_number(t, below, base);
}

void vmac_name(char out[static IFNAME_TEXT], uint8_t af, uint8_t vrid, unsigned below)
{
    char name[32];
    struct text full = {.at = name}, brief = {.at = out};
    add_name(&full, "vrrp", af, vrid, below, 10);
    if (full.length < IFNAME_TEXT)
        memcpy(out, name, full.length + 1);
    else
        add_name(&brief, "v", af, vrid, below, 16);
}

/* Decimal or hexadecimal, without leading zeros; moves *at behind it. */
static bool take_number(const char **at, uint32_t base, uint32_t *out)
{
    uint64_t number = 0;
    const char *first = *at;
    for (;; ++*at) {
        static const char digits[] = "0123456789abcdef";
        const char *digit = **at != '\0' ? memchr(digits, **at, base) : NULL;
        if (digit == NULL)
            break;
        number = number * base + (uint64_t)(digit - digits);
        if (number > UINT32_MAX)
            return false;
    }
    *out = (uint32_t)number;
    return *at > first && (*first != '0' || *at == first + 1);
}

static bool take(const char **at, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(*at, word, length) != 0)
        return false;
    *at += length;
    return true;
}

bool is_vmac_name(const char *ifname)
{
    const char *at = ifname;
    char again[IFNAME_TEXT];
    uint32_t af, vrid, below;
    bool full = take(&at, "vrrp");
    if ((!full && !take(&at, "v")) || !take_number(&at, 10, &af) || !take(&at, ".") || !take_number(&at, 10, &vrid) ||
        !take(&at, ".") || !take_number(&at, full ? 10 : 16, &below) || *at != '\0')
        return false;
    if ((af != 4 && af != 6) || vrid < 1 || vrid > UINT8_MAX)
        return false;
    vmac_name(again, (uint8_t)af, (uint8_t)vrid, below);
    return strcmp(again, ifname) == 0;
}

size_t vmac_mark_write(char out[static VMAC_MARK], const struct vmac_mark *m)
{
    struct text t = {.at = out};
    add(&t, "vrrp-tools arp_ignore=");
    add_number(&t, m->arp_ignore, 10);
    add(&t, " arp_announce=");
    add_number(&t, m->arp_announce, 10);
    add(&t, " holder=");
    add_number(&t, m->holder, 10);
    return t.length;
}

bool vmac_mark_read(struct vmac_mark *m, const char *text)
{
    const char *at = text;
    return take(&at, "vrrp-tools arp_ignore=") && take_number(&at, 10, &m->arp_ignore) && take(&at, " arp_announce=") &&
           take_number(&at, 10, &m->arp_announce) && take(&at, " holder=") && take_number(&at, 10, &m->holder) &&
           *at == '\0';
}
