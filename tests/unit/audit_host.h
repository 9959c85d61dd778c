/* Stories for the audit: what is said on a segment, and what is told of it. */
#ifndef TESTS_UNIT_AUDIT_HOST_H
#define TESTS_UNIT_AUDIT_HOST_H

#include "core/audit.h"

enum { STORY_LINES = 8, STORY_TEXT = 1024, ALERTS = 256, NOT = -1 };

/* A line that comes at so many seconds, and again every `every` until `to`. Keys that it has not are the usual ones. */
struct said {
    double from, to, every;
    const char *line;
};

#define ONCE(at, text)                (at), (at), 1, (text)
#define EACH(first, last, step, text) (first), (last), (step), (text)

struct story {
    const char *name;
    enum audit_rule rule;
    int severity; /* NOT: it is not told */
    struct said said[STORY_LINES];
    const char *policy; /* lines of it, with newlines */
    const char *has;    /* words that the alert has, or NULL */
};

struct told {
    size_t count;
    struct audit_alert alerts[ALERTS];
};

#define TWO    "advert src=192.0.2.2 smac=02:00:00:00:00:02"
#define VMAC   "advert smac=00:00:5e:00:01:33"
#define V6     "advert af=6 src=fe80::1 dst=ff02::12 ip=fe80::100"
#define GARP   "announce op=garp ip=192.0.2.100 mac="
#define ACTIVE "02:00:00:00:00:01"

#define CRIT SEVERITY_CRIT
#define HIGH SEVERITY_HIGH
#define MED  SEVERITY_MED
#define LOW  SEVERITY_LOW
#define INFO SEVERITY_INFO

/* One line, completed, at so many seconds. */
void story_hear(struct audit *a, double at, const char *line);
/* All lines of the story, in order of time; of one moment in the order in which they stand there. */
void story_tell(const struct story *story, struct audit *a);
/* From the beginning to the end of input. */
void story_run(const struct story *story, struct told *told);
/* audit_report; context: a struct told. */
void story_report(void *context, stamp at, const struct audit_alert *alert);
void alert_text(const struct audit_alert *alert, char text[static STORY_TEXT]);
void told_show(const struct told *told);

#endif
