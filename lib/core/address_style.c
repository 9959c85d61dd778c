#include "core/address_style.h"

#include <string.h>

#include "core/config_value.h"

/* As the kernel numbers them: rtnetlink(7), rtm_scope. */
static const struct {
    const char *name;
    uint8_t number;
} scopes[] = {{"global", 0}, {"site", 200}, {"link", 253}, {"host", 254}};

bool label_parse(struct span value, char out[static LABEL_TEXT])
{
    return parse_name(value, out, LABEL_TEXT) && ifname_is_valid(out);
}

bool label_fits(const char *label, const char *ifname)
{
    return strlen(ifname) + 1 + strlen(label) < IFNAME_TEXT;
}

bool scope_parse(struct span value, uint8_t *out)
{
    uint64_t number;
    for (size_t n = 0; n < nitems(scopes); n++) {
        if (span_is(value, scopes[n].name)) {
            *out = scopes[n].number;
            return true;
        }
    }
    if (!parse_u64(value, 0, UINT8_MAX, &number))
        return false;
    *out = (uint8_t)number;
    return true;
}

static void put_scope(struct writer *w, uint8_t scope)
{
    for (size_t n = 0; n < nitems(scopes); n++) {
        if (scopes[n].number == scope) {
            put_word(w, "scope", scopes[n].name);
            return;
        }
    }
    put_u64(w, "scope", scope);
}

void put_address_style(struct writer *w, const struct address_style *style)
{
    if (style->label[0] != '\0')
        put_text(w, "label", (struct span){style->label, strlen(style->label)});
    if (style->scope != 0)
        put_scope(w, style->scope);
    if (style->preferred)
        put_word(w, "preferred", "yes");
}

bool address_style_equal(const struct address_style *a, const struct address_style *b)
{
    return strcmp(a->label, b->label) == 0 && a->scope == b->scope && a->preferred == b->preferred;
}
