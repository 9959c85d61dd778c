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

static int priority; /* -R; 0: none */

void cli_realtime(const char *text)
{
    priority = (int)cli_number('R', text, REALTIME_LEAST, REALTIME_MOST);
}

/* Must CAP_IPC_LOCK be kept for it? */
static bool take_priority(void)
{
    bool keep = false;
    enum realtime_refusal refusal = priority > 0 ? realtime_take(priority, &keep) : REALTIME_DONE;

    if (refusal != REALTIME_DONE)
        cli_die(EXIT_SYSTEM, "-R %d: %s%s%s", priority,
                refusal == REALTIME_NO_MEMORY ? "memory cannot be locked: " : "", strerror(errno),
                cli_realtime_hint(refusal));
    return keep;
}

/* lock: CAP_IPC_LOCK, or -1, which ends the list. */
static bool drop_capabilities(enum confine_profile profile, int lock, const char **what)
{
    switch (profile) {
    case CONFINE_FILTER:
    case CONFINE_DRAWER:
    case CONFINE_SCREEN:
    case CONFINE_LISTENER:
    case CONFINE_SENDER:
    case CONFINE_SIGNER:
    case CONFINE_KEEPER:
        break;
    case CONFINE_CALLER:  /* root opens the FIFOs of another user, */
    case CONFINE_WATCHER: /* and his files */
        return privilege_keep(what, CAP_DAC_OVERRIDE, lock, -1);
    case CONFINE_HOLDER:
    case CONFINE_REPORTER:
        return privilege_keep(what, CAP_NET_ADMIN, lock, -1);
    case CONFINE_SETTER:
        return privilege_keep(what, CAP_NET_ADMIN, CAP_NET_RAW, lock, -1);
    }
    return privilege_keep(what, lock, -1);
}

static unsigned access_of(enum confine_profile profile)
{
    switch (profile) {
    case CONFINE_FILTER:
    case CONFINE_DRAWER:
    case CONFINE_SCREEN:
    case CONFINE_LISTENER:
    case CONFINE_SENDER:
    case CONFINE_HOLDER:
    case CONFINE_SETTER:
    case CONFINE_WATCHER: /* its own places */
        break;
    case CONFINE_REPORTER:
        return CONFINE_WRITE;
    case CONFINE_SIGNER:
        return CONFINE_READ;
    case CONFINE_CALLER:
        return CONFINE_WRITE | CONFINE_READ;
    case CONFINE_KEEPER:
        return CONFINE_WRITE | CONFINE_READ | CONFINE_MAKE;
    }
    return 0;
}

/* A sanitizer opens files, starts programs and looks into its own process when it has found something, and at the end. */
#ifdef SANITIZED
static void shut(enum confine_profile profile, const struct confine_place *places, size_t count)
{
    (void)profile;
    (void)places;
    (void)count;
}
#else
static void shut(enum confine_profile profile, const struct confine_place *places, size_t count)
{
    bool files = confine_files(places, count), calls = confine_calls(profile);

    if (!files || !calls)
        cli_say("this system has no %s: it goes on with more than it needs (PRIVILEGES in vrrp-tools(7))",
                calls   ? "Landlock"
                : files ? "seccomp"
                        : "Landlock and no seccomp");
}
#endif

void cli_confine_places(enum confine_profile profile, const struct confine_place *places, size_t count)
{
    const char *what;

    clock_prepare();
    int lock = take_priority() ? CAP_IPC_LOCK : -1;
    if (!drop_capabilities(profile, lock, &what))
        cli_die(EXIT_SYSTEM, "privileges: %s: %s", what, strerror(errno));
    shut(profile, places, count);
}

void cli_confine(enum confine_profile profile)
{
    cli_confine_places(profile, NULL, 0);
}

/* The file itself may be made, or made again, later: what counts is where. */
int cli_directory_of(const char *option, const char *path)
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
    return fd;
}

void cli_confine_beside(enum confine_profile profile, const char *option, const char *path)
{
    int fd = cli_directory_of(option, path);

    cli_confine_places(profile, &(struct confine_place){fd, access_of(profile)}, 1);
    close(fd);
}
