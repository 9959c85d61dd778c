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
    case CONFINE_KEEPER:
        break;
    case CONFINE_CALLER: /* root opens the FIFOs of another user */
        return privilege_keep(what, CAP_DAC_OVERRIDE, -1);
    case CONFINE_HOLDER:
    case CONFINE_REPORTER:
        return privilege_keep(what, CAP_NET_ADMIN, -1);
    case CONFINE_SETTER:
        return privilege_keep(what, CAP_NET_ADMIN, CAP_NET_RAW, -1);
    }
    return privilege_drop_all(what);
}

static unsigned access_of(enum confine_profile profile)
{
    switch (profile) {
    case CONFINE_FILTER:
    case CONFINE_LISTENER:
    case CONFINE_SENDER:
    case CONFINE_HOLDER:
    case CONFINE_SETTER:
        break;
    case CONFINE_REPORTER:
        return CONFINE_WRITE;
    case CONFINE_CALLER:
        return CONFINE_WRITE | CONFINE_READ;
    case CONFINE_KEEPER:
        return CONFINE_WRITE | CONFINE_READ | CONFINE_MAKE;
    }
    return 0;
}

/* A sanitizer opens files, starts programs and looks into its own process when it has found something, and at the end. */
#ifdef SANITIZED
static void shut(enum confine_profile profile, int directory)
{
    (void)access_of(profile);
    (void)directory;
}
#else
static void shut(enum confine_profile profile, int directory)
{
    bool files = confine_files(directory, access_of(profile)), calls = confine_calls(profile);

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

/* The file itself may be made, or made again, later: what counts is where. */
void cli_confine_beside(enum confine_profile profile, const char *option, const char *path)
{
    char directory[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    size_t length = slash != NULL ? (size_t)(slash + 1 - path) : 0;

    if (length >= sizeof directory)
        cli_die(EXIT_SYSTEM, "%s%s: %s", option, path, strerror(ENAMETOOLONG));
    if (length > 0) {
        memcpy(directory, path, length);
        directory[length] = '\0';
    }
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        cli_die(EXIT_SYSTEM, "%s%s: %s", option, path, strerror(errno));
    give_up(profile, fd);
    close(fd);
}
