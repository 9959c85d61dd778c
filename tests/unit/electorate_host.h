/* An electorate whose decisions are kept as text, and whose events are lines. */
#ifndef TESTS_UNIT_ELECTORATE_HOST_H
#define TESTS_UNIT_ELECTORATE_HOST_H

#include "core/electorate.h"

#define VR "vr if=eth0 vrid=51 ip=192.0.2.1"

extern char said[8192]; /* what was decided, in short: "eth0/51 send 100!", "eth0/51 active timed-out", ... */
extern struct send_event last_resign, last_send;
extern const struct electorate_reports electorate_host_reports;

void expect(const char *expected); /* that it was said, and then nothing is */
struct span span_of(const char *text);
/* Each takes the words of a line, without its event; a line that is wrong fails the test. */
bool vr_at(struct electorate *e, usec now, const char *text); /* a whole `vr` line */
bool hear(struct electorate *e, usec at, const char *text);
void link_line(struct electorate *e, usec at, const char *text);
void track(struct electorate *e, usec at, const char *name, bool up, usec for_);
void valued(struct electorate *e, usec at, const char *name, int32_t value);
struct electorate *one(const char *vr);    /* one virtual router, started at 0 */
struct electorate *active(const char *vr); /* and Active since its Active_Down_Interval was over */

#endif
