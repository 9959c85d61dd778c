#include "net/confine.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/units.h"
#include "net/confine_profiles.h"

/* The same numbers on every architecture; C libraries before 2021 do not know them, and have no functions for them. */
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule       445
#define SYS_landlock_restrict_self  446
#endif
enum { ASK_VERSION = 1, RULE_BENEATH = 1 };
enum { WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, REMOVE_FILE = 1 << 5, MAKE_FILE = 1 << 8, CUT_FILE = 1 << 14 };

/* struct landlock_ruleset_attr as the newest kernel has it, whatever linux/landlock.h is installed: a bit for each kind
 * of access. An older kernel takes as much of it as it knows. */
struct ruleset {
    uint64_t files, tcp, scopes;
};

/* struct landlock_path_beneath_attr */
struct rule {
    uint64_t allowed;
    int32_t directory;
} __attribute__((packed));

static uint64_t bits(unsigned count)
{
    return ((uint64_t)1 << count) - 1;
}

static uint64_t access_bits(unsigned access)
{
    return ((access & CONFINE_WRITE) != 0 ? WRITE_FILE : 0) | ((access & CONFINE_READ) != 0 ? READ_FILE : 0) |
           ((access & CONFINE_MAKE) != 0 ? REMOVE_FILE | MAKE_FILE | CUT_FILE : 0);
}

/* A rule allows something: without one, nothing is. */
static bool restrict_self(int ruleset, const struct confine_place *places, size_t count, uint64_t known)
{
    for (size_t i = 0; i < count; i++) {
        const struct rule rule = {access_bits(places[i].access) & known, places[i].directory};

        if (places[i].directory >= 0 && syscall(SYS_landlock_add_rule, ruleset, RULE_BENEATH, &rule, 0) != 0)
            return false;
    }
    return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

bool confine_files(const struct confine_place *places, size_t count)
{
    static const struct {
        size_t size;
        unsigned files, tcp, scopes; /* how many there are */
    } versions[] = {
        {offsetof(struct ruleset, tcp), 13, 0, 0},    /* Linux 5.13 */
        {offsetof(struct ruleset, tcp), 14, 0, 0},    /* 5.19 */
        {offsetof(struct ruleset, tcp), 15, 0, 0},    /* 6.2 */
        {offsetof(struct ruleset, scopes), 15, 2, 0}, /* 6.7 */
        {offsetof(struct ruleset, scopes), 16, 2, 0}, /* 6.10 */
        {sizeof(struct ruleset), 16, 2, 2},           /* 6.12 */
    };
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0, ASK_VERSION);

    if (version < 1)
        return false;

    size_t known = (size_t)version <= nitems(versions) ? (size_t)version - 1 : nitems(versions) - 1;
    struct ruleset all = {bits(versions[known].files), bits(versions[known].tcp), bits(versions[known].scopes)};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &all, versions[known].size, 0);

    if (fd < 0)
        return false;

    bool done = restrict_self(fd, places, count, all.files);
    int why = errno;

    close(fd);
    errno = why;
    return done;
}

/* What no program here does by mistake, whichever C library it has. Ended, it cannot try again; and a stage that ends
 * is a failover. */
static const char *const ends[] = {
    /* another program, another process */
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    /* the kernel itself */
    "bpf",
    "init_module",
    "finit_module",
    "kexec_load",
    "perf_event_open",
    "userfaultfd",
    /* ways out of a namespace, a root directory, a user */
    "keyctl",
    "mount",
    "open_by_handle_at",
    "setns",
    "unshare",
};

/* 0 or -errno. */
static int allow(scmp_filter_ctx filter, const struct confine_call *call)
{
    struct scmp_arg_cmp compare[CONFINE_CONDITIONS];
    unsigned count = 0;
    int number = seccomp_syscall_resolve_name(call->name);

    if (number == __NR_SCMP_ERROR) /* newer than libseccomp, or of another architecture */
        return 0;
    for (; count < CONFINE_CONDITIONS && call->when[count].mask != 0; count++)
        compare[count] = (struct scmp_arg_cmp){call->when[count].argument, SCMP_CMP_MASKED_EQ, call->when[count].mask,
                                               call->when[count].value};

    int status = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, number, count, compare);

    return status == -EDOM ? 0 : status; /* another architecture's */
}

static int allow_profile(scmp_filter_ctx filter, enum confine_profile profile)
{
    const struct confine_call *calls;
    size_t count = confine_table(&calls);
    int status = 0;

    for (size_t i = 0; i < count && status == 0; i++)
        if ((calls[i].profiles & 1U << profile) != 0)
            status = allow(filter, &calls[i]);
    return status;
}

bool confine_calls(enum confine_profile profile)
{
    /* Level 1 is prctl(2) alone: valgrind passes that on, and dies of its own calls being refused. */
    bool there = seccomp_api_get() > 1;
    scmp_filter_ctx filter = there ? seccomp_init(SCMP_ACT_ERRNO(ENOSYS)) : NULL;

    if (filter == NULL) {
        errno = there ? ENOMEM : ENOSYS;
        return false;
    }
    /* Each makes it better where the kernel has it. No code of others runs here that could speculate, so that it need
     * not be slowed down either. */
    (void)seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_SSB, 1);
    for (size_t i = 0; i < nitems(ends); i++)
        (void)seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, seccomp_syscall_resolve_name(ends[i]), 0);

    int status = allow_profile(filter, profile);

    if (status == 0)
        status = seccomp_load(filter);
    seccomp_release(filter);
    errno = -status;
    return status == 0;
}
