/* What people are told when real-time priority is refused. */
#include <errno.h>

#include "cmd/cli.h"

const char *cli_realtime_hint(enum realtime_refusal refusal)
{
    if (errno != EPERM)
        return "";
    switch (refusal) {
    case REALTIME_DONE:
        break;
    case REALTIME_NO_PRIORITY:
        return "; needs CAP_SYS_NICE, or a limit on real-time priority (ulimit -r)";
    case REALTIME_NO_MEMORY:
        return "; needs CAP_IPC_LOCK, or no limit on locked memory (ulimit -l unlimited)";
    }
    return "";
}
