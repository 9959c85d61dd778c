/* What a program gives up before it reads what others write, and what is said where the system cannot take it. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/capability.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "net/clock.h"
#include "net/privilege.h"

static bool drop_capabilities(enum confine_profile profile, const char **what)
{
    switch (profile) {
    case CONFINE_FILTER:
    case CONFINE_LISTENER:
    case CONFINE_SENDER:
        break;
    case CONFINE_HOLDER:
    case CONFINE_REPORTER:
        return privilege_keep(what, CAP_NET_ADMIN, -1);
    case CONFINE_SETTER:
        return privilege_keep(what, CAP_NET_ADMIN, CAP_NET_RAW, -1);
    }
    return privilege_drop_all(what);
}

/* A sanitizer opens files, starts programs and looks into its own process when it has found something, and at the end. */
#ifdef SANITIZED
static void shut(enum confine_profile profile, int directory)
{
    (void)profile;
    (void)directory;
}
#else
static void shut(enum confine_profile profile, int directory)
{
    bool files = confine_files(directory), calls = confine_calls(profile);

    if (!files || !calls)
        cli_say("this system has no %s: it goes on with more than it needs (PRIVILEGES in vrrp-tools(7))",
                calls   ? "Landlock"
                : files ? "seccomp"
                        : "Landlock and no seccomp");
}
#endif

static void give_up(enum confine_profile profile, int directory)
{
    const char *what;

    clock_prepare();
    if (!drop_capabilities(profile, &what))
        cli_die(EXIT_SYSTEM, "privileges: %s: %s", what, strerror(errno));
    shut(profile, directory);
}

void cli_confine(enum confine_profile profile)
{
    give_up(profile, -1);
}

/* The FIFO itself may be made, or made again, later: what counts is where. */
void cli_confine_to_fifo(const char *path)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash + 1 - path) : 0;

    if (length >= sizeof directory)
        cli_die(EXIT_SYSTEM, "-C %s: %s", path, strerror(ENAMETOOLONG));
    if (length > 0) {
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        cli_die(EXIT_SYSTEM, "-C %s: %s", path, strerror(errno));
    give_up(CONFINE_REPORTER, fd);
    close(fd);
}
