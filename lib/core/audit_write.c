/* The `alert` line. */
#include <string.h>

#include "core/audit.h"

static void put_name(struct writer *w, struct span key, const char *name)
{
    if (name[0] != '\0')
        writer_text(w, key, (struct span){name, strlen(name)});
}

static void put_identity_of(struct writer *w, const struct finding *f)
{
    put_name(w, LINE_KEY("seg"), f->origin.seg);
    put_name(w, LINE_KEY("host"), f->origin.host);
    put_name(w, LINE_KEY("if"), f->origin.ifname);
    if (f->origin.vlan != 0)
        put_u64(w, "vlan", f->origin.vlan);
    if (f->af != 0)
        put_u64(w, "af", f->af);
    if (f->has_vrid)
        put_u64(w, "vrid", f->vrid);
}

static void put_value(struct writer *w, struct span key, const struct audit_value *v)
{
    switch (v->kind) {
    case VALUE_NONE:
        break;
    case VALUE_NUMBER:
        writer_u64(w, key, v->number);
        break;
    case VALUE_DURATION:
        writer_duration(w, key, v->time);
        break;
    case VALUE_SECONDS:
        writer_seconds(w, key, v->time);
        break;
    case VALUE_WORD:
        writer_word(w, key, v->word);
        break;
    case VALUE_IP:
        writer_ip(w, key, &v->ip);
        break;
    case VALUE_MAC:
        writer_mac(w, key, &v->mac);
        break;
    }
}

static void put_evidence(struct writer *w, const struct finding *f)
{
    if (f->src.family != 0)
        put_ip(w, "src", &f->src);
    if (f->has_smac)
        put_mac(w, "smac", &f->smac);
    if (f->peer.family != 0)
        put_ip(w, "peer", &f->peer);
    if (f->ip.family != 0)
        put_ip(w, "ip", &f->ip);
    if (f->has_mac)
        put_mac(w, "mac", &f->mac);
    put_word(w, "what", f->what);
    put_value(w, LINE_KEY("value"), &f->value);
    put_value(w, LINE_KEY("against"), &f->against);
}

void write_alert(struct writer *w, stamp t, const struct audit_alert *alert)
{
    const struct finding *f = &alert->finding;

    writer_begin(w, t, "alert");
    put_word(w, "rule", audit_rules[f->rule].name);
    put_word(w, "sev", severity_name(f->severity));
    if (alert->many) {
        put_word(w, "what", "many");
    } else {
        put_identity_of(w, f);
        put_evidence(w, f);
    }
    if (alert->n > 1 || alert->cleared) {
        put_u64(w, "n", alert->n);
        put_stamp(w, "first", alert->first);
        put_stamp(w, "last", alert->last);
    }
    put_word(w, "cleared", alert->cleared ? "yes" : NULL);
    writer_end(w);
}
