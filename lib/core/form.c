#include "core/form.h"

enum {
    MESSAGE_RUN = 3,
    PAUSE = 4, /* intervals: who was silent for longer speaks anew */
};

void form_init(struct form_choice *c, uint8_t version, uint8_t af, enum cksum_form configured)
{
    *c = (struct form_choice){.form = configured};
    if (version == 2)
        c->form = CKSUM_MESSAGE;
    else if (af == 6)
        c->form = CKSUM_PSEUDO;
    else if (configured == CKSUM_NONE)
        *c = (struct form_choice){.form = CKSUM_PSEUDO, .automatic = true};
}

static bool active_persists(struct form_choice *c, const struct ip *src)
{
    c->lower_speaks = false;
    if (!ip_equal(&c->run_src, src))
        c->run = 0;
    c->run_src = *src;
    return ++c->run >= MESSAGE_RUN;
}

static bool lower_persists(struct form_choice *c, instant at, const struct ip *src, usec interval)
{
    c->run = 0;
    if (!c->lower_speaks || !ip_equal(&c->lower_src, src) || at.us - c->lower_last.us > PAUSE * interval) {
        c->lower_speaks = true;
        c->lower_src = *src;
        c->lower_since = at;
    }
    c->lower_last = at;
    return at.us - c->lower_since.us >= 3 * interval;
}

static enum form_change mixed(struct form_choice *c)
{
    if (c->mixed_reported)
        return FORM_SAME;
    c->mixed_reported = true;
    return FORM_MIXED;
}

enum form_change form_heard(struct form_choice *c, instant at, enum cksum_form form, enum form_speaker who,
                            const struct ip *src, usec interval)
{
    if (form == CKSUM_BOTH)
        return FORM_SAME;
    if (form == CKSUM_LEGACY_UNICAST) { /* it hears neither of the forms that are sent */
        c->pseudo_heard = true;
        return mixed(c);
    }
    if (!c->automatic)
        return form != c->form ? mixed(c) : FORM_SAME;
    if (form != CKSUM_MESSAGE) {
        bool others = c->form == CKSUM_MESSAGE || c->run > 0 || c->lower_speaks;
        c->pseudo_heard = true;
        c->run = 0;
        c->lower_speaks = false;
        return others ? mixed(c) : FORM_SAME;
    }
    if (c->form == CKSUM_MESSAGE || who == FORM_ANY)
        return FORM_SAME;
    if (!(who == FORM_ACTIVE ? active_persists(c, src) : lower_persists(c, at, src, interval)))
        return FORM_SAME;
    if (c->pseudo_heard)
        return mixed(c);
    c->form = CKSUM_MESSAGE;
    return FORM_NOW_MESSAGE;
}
