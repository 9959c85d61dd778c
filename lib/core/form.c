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

static bool persists(struct form_choice *c, instant at, bool followed, usec interval)
{
    if (followed) {
        c->lower_speaks = false;
        return ++c->run >= MESSAGE_RUN;
    }
    c->run = 0;
    if (!c->lower_speaks || at.us - c->lower_last.us > PAUSE * interval) {
        c->lower_speaks = true;
        c->lower_since = at;
    }
    c->lower_last = at;
    return at.us - c->lower_since.us >= 3 * interval;
}

enum form_change form_heard(struct form_choice *c, instant at, enum cksum_form form, bool followed, usec interval)
{
    if (!c->automatic || form == CKSUM_BOTH)
        return FORM_SAME;
    if (form != CKSUM_MESSAGE) {
        bool mixed = c->form == CKSUM_MESSAGE || c->run > 0 || c->lower_speaks;
        c->pseudo_heard = true;
        c->run = 0;
        c->lower_speaks = false;
        if (!mixed || c->mixed_reported)
            return FORM_SAME;
        c->mixed_reported = true;
        return FORM_MIXED;
    }
    if (c->form == CKSUM_MESSAGE || !persists(c, at, followed, interval))
        return FORM_SAME;
    if (!c->pseudo_heard) {
        c->form = CKSUM_MESSAGE;
        return FORM_NOW_MESSAGE;
    }
    if (c->mixed_reported)
        return FORM_SAME;
    c->mixed_reported = true;
    return FORM_MIXED;
}
