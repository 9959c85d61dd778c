/* One run of the command of vrrp-check: its process, its time limit, the last that it said, and how it ended. */
#ifndef CMD_CHECK_RUN_H
#define CMD_CHECK_RUN_H

#include "core/last_line.h"
#include "core/units.h"
#include "net/child.h"

struct check_run {
    struct child child; /* child.fd: poll for POLLIN, then call check_run_ended; -1 while none runs */
    int output;         /* what it says; poll for POLLIN, then call check_run_hear; -1: none */
    struct last_line said;
    instant limit; /* when it is killed; INSTANT_NEVER: it has been */
};

enum { CHECK_REASON = 128 }; /* longest reason, with its NUL */

void check_run_init(struct check_run *r);
bool check_run_goes_on(const struct check_run *r); /* until it was reaped, also after it was killed */
/* path: argv[0], found. Its environment is ours, its input /dev/null. 0 or errno. */
int check_run_start(struct check_run *r, const char *path, char **argv, instant limit);
void check_run_hear(struct check_run *r);
/* False: it still runs. True: it is over, with what it left running; reason says how, "" when it was a success. */
bool check_run_ended(struct check_run *r, char reason[static CHECK_REASON]);
void check_run_kill(struct check_run *r); /* with all that it has started; it has still to be reaped */

#endif
