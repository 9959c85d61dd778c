#include "cmd/policy_file.h"

#include <stdlib.h>

#include "cmd/line_file.h"

static bool take_line(void *context, const struct line *l, struct line_fault *fault)
{
    fault->reason = policy_add(context, l, fault->number, &fault->word);
    return !fault->reason;
}

struct policy *policy_file_read(const char *path)
{
    struct policy *p = policy_new();
    if (!p)
        cli_die(EXIT_SYSTEM, "out of memory");
    enum exit_status status = line_file_load(path, take_line, p);
    if (status == EXIT_USAGE)
        cli_die(status, "%s: nothing was judged", path);
    if (status != EXIT_DONE) {
        policy_free(p);
        exit(cli_finish((int)status));
    }
    return p;
}
