#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "core/units.h"
#include "net/confine.h"

static const enum confine_profile profiles[] = {
    CONFINE_FILTER,   CONFINE_DRAWER, CONFINE_SCREEN, CONFINE_LISTENER, CONFINE_SENDER, CONFINE_HOLDER,
    CONFINE_REPORTER, CONFINE_SETTER, CONFINE_CALLER, CONFINE_KEEPER,   CONFINE_SIGNER,
};

/* Not _exit: before it, a sanitizer asks for the stack of signals, which is refused. */
static void end(int status)
{
    syscall(SYS_exit_group, status);
}

/* There is no way back: each case runs in a child, and its exit status is the line of the check that failed. */
#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            end(1 + __LINE__ % 250);                                                                                   \
    } while (0)
#define REFUSED(call) (errno = 0, (call) == -1 && errno == ENOSYS)

static int child_status(void (*body)(enum confine_profile), enum confine_profile profile)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        CHECK(prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) == 0);
        CHECK(prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L) == 0); /* SIGSYS would leave a core file */
        body(profile);
        end(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void in_child(void (*body)(enum confine_profile), enum confine_profile profile)
{
    int status = child_status(body, profile);

    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0); /* else: the line of the check, modulo 250, and 1 */
}

/* --- files --- */

static void no_file_is_left(enum confine_profile profile)
{
    (void)profile;
    char byte;
    int zero = open("/dev/zero", O_RDONLY);
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(9)};

    CHECK(zero >= 0);
    CHECK(confine_files(NULL, 0));
    CHECK(open("/dev/zero", O_RDONLY) < 0 && errno == EACCES);
    CHECK(open("/", O_RDONLY | O_DIRECTORY) < 0 && errno == EACCES);
    CHECK(open("/proc/sys/kernel/random/boot_id", O_RDONLY) < 0 && errno == EACCES);
    CHECK(open("/tmp/confine", O_WRONLY | O_CREAT, 0600) < 0 && errno == EACCES);
    CHECK(mkdir("/tmp/confine", 0700) < 0 && errno == EACCES);
    CHECK(execl("/bin/true", "true", NULL) < 0 && errno == EACCES);
    CHECK(read(zero, &byte, 1) == 1 && byte == 0);
    /* TCP is of later versions: refused by Landlock, or by nobody listening there */
    int tcp = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(tcp >= 0 && connect(tcp, (struct sockaddr *)&there, sizeof there) < 0);
}

static void landlock_leaves_what_is_open(void **state)
{
    (void)state;
    in_child(no_file_is_left, CONFINE_FILTER);
}

static char directory[] = "/tmp/test_confine.XXXXXX";

static void one_directory_is_left(enum confine_profile profile)
{
    int there = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;

    CHECK(there >= 0 && chdir(directory) == 0);
    CHECK(confine_files(&(struct confine_place){there, CONFINE_WRITE}, 1) && confine_calls(profile));
    fd = open("fifo", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    CHECK(fd < 0 && errno == ENXIO); /* as always: it has no reader */
    fd = open("file", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    CHECK(fd >= 0 && write(fd, "x", 1) == 1);
    CHECK(open("/dev/null", O_WRONLY | O_NONBLOCK) < 0 && errno == EACCES);
    CHECK(open("../../dev/null", O_WRONLY | O_NONBLOCK) < 0 && errno == EACCES);
    CHECK(REFUSED(open("file", O_RDONLY | O_NONBLOCK)));
    CHECK(REFUSED(open("file", O_RDWR | O_NONBLOCK)));
    CHECK(REFUSED(open("file", O_WRONLY)));
    CHECK(REFUSED(open("file", O_WRONLY | O_NONBLOCK | O_TRUNC)));
    CHECK(REFUSED(open("new", O_WRONLY | O_NONBLOCK | O_CREAT, 0600)));
    CHECK(REFUSED(unlink("file")));
}

static void answers_are_read(enum confine_profile profile)
{
    int there = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;

    CHECK(there >= 0 && chdir(directory) == 0);
    CHECK(confine_files(&(struct confine_place){there, CONFINE_WRITE | CONFINE_READ}, 1) && confine_calls(profile));
    fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
    CHECK(fd >= 0 && fcntl(fd, F_SETPIPE_SZ, 1 << 16) > 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
    CHECK(open("fifo", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY) >= 0);
    CHECK(open("/dev/zero", O_RDONLY | O_NONBLOCK | O_NOFOLLOW) < 0 && errno == EACCES);
    CHECK(REFUSED(open("file", O_RDONLY)));
    CHECK(REFUSED(open("new", O_RDWR | O_APPEND | O_CREAT, 0600)));
    CHECK(REFUSED(rename("file", "other")));
    CHECK(REFUSED(fcntl(fd, F_SETFL, 0)));
}

static void files_are_kept(enum confine_profile profile)
{
    int there = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
    struct stat st;

    CHECK(there >= 0 && chdir(directory) == 0);
    CHECK(confine_files(&(struct confine_place){there, CONFINE_WRITE | CONFINE_READ | CONFINE_MAKE}, 1) &&
          confine_calls(profile));
    fd = open("kept", O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, "line", 4) == 4 && ftruncate(fd, 2) == 0);
    CHECK(rename("kept", "kept.1") == 0 && stat("kept.1", &st) == 0 && st.st_size == 2);
    CHECK(unlink("kept.1") == 0 && stat("kept.1", &st) < 0 && errno == ENOENT);
    CHECK(open("/dev/null", O_RDWR | O_APPEND | O_CREAT, 0600) < 0 && errno == EACCES);
    CHECK(open("/tmp/confine", O_RDWR | O_APPEND | O_CREAT, 0600) < 0 && errno == EACCES);
    CHECK(rename("file", "../confine") < 0 && errno != ENOENT);
    CHECK(unlink("/tmp/confine.none") < 0 && errno != 0);
    CHECK(REFUSED(open("file", O_WRONLY | O_TRUNC)));
    CHECK(REFUSED(mkdir("made", 0700)));
    CHECK(REFUSED(symlink("file", "link")));
    CHECK(REFUSED(chmod("file", 0777)));
}

static void keys_are_read(enum confine_profile profile)
{
    int there = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC), fd;
    struct stat st;

    CHECK(there >= 0 && chdir(directory) == 0);
    CHECK(confine_files(&(struct confine_place){there, CONFINE_READ}, 1) && confine_calls(profile));
    fd = open("file", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_uid == geteuid() && close(fd) == 0);
    CHECK(open("/dev/null", O_RDONLY | O_NONBLOCK) < 0 && errno == EACCES);
    CHECK(REFUSED(open("file", O_WRONLY | O_NONBLOCK)));
    CHECK(REFUSED(open("new", O_RDONLY | O_NONBLOCK | O_CREAT, 0600)));
    CHECK(REFUSED(unlink("file")));
}

static void files_of_one_directory(void **state)
{
    (void)state;
    char file[64], fifo[64];

    assert_non_null(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/file", directory);
    snprintf(fifo, sizeof fifo, "%s/fifo", directory);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(close(open(file, O_WRONLY | O_CREAT, 0600)), 0);
    in_child(one_directory_is_left, CONFINE_REPORTER);
    in_child(answers_are_read, CONFINE_CALLER);
    in_child(files_are_kept, CONFINE_KEEPER);
    in_child(keys_are_read, CONFINE_SIGNER);
    unlink(file);
    unlink(fifo);
    rmdir(directory);
}

/* --- what every profile has --- */

static void streams_and_timers_work(enum confine_profile profile)
{
    static char text[] = "a line\n", got[sizeof text];
    int ends[2], pair[2], timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
    struct timespec t;
    struct itimerspec soon = {.it_value = {.tv_nsec = 1}};

    CHECK(timer >= 0 && pipe(ends) == 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
    CHECK(confine_calls(profile));
    CHECK(write(ends[1], text, sizeof text) == (ssize_t)sizeof text);
    CHECK(read(ends[0], got, sizeof got) == (ssize_t)sizeof got && memcmp(got, text, sizeof got) == 0);
    CHECK(send(pair[0], text, sizeof text, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)sizeof text);
    CHECK(read(pair[1], got, sizeof got) == (ssize_t)sizeof got);
    CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
    CHECK(poll(&(struct pollfd){.fd = timer, .events = POLLIN}, 1, 10000) == 1);
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t) == 0);
    CHECK(close(timer) == 0);
}

static void memory_comes_and_goes(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    /* malloc may have some left: what it does when it has not */
    char *pages = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(pages != MAP_FAILED);
    pages[0] = 1;
    pages = mremap(pages, 1 << 20, 1 << 21, MREMAP_MAYMOVE);
    CHECK(pages != MAP_FAILED && pages[0] == 1);
    CHECK(madvise(pages, 1 << 21, MADV_DONTNEED) == 0);
    CHECK(munmap(pages, 1 << 21) == 0);
    CHECK(syscall(SYS_brk, 0) > 0);
}

/* --- what no profile has --- */

static void nothing_is_opened(enum confine_profile profile)
{
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(9)};
    int ends[2], tcp = socket(AF_INET, SOCK_STREAM, 0), udp = socket(AF_INET, SOCK_DGRAM, 0);
    bool sends = profile == CONFINE_SENDER || profile == CONFINE_SIGNER;

    CHECK(tcp >= 0 && udp >= 0);
    CHECK(confine_calls(profile));
    CHECK(REFUSED(open("/dev/null", O_RDONLY)));
    CHECK(profile == CONFINE_KEEPER || REFUSED(unlink("/tmp/confine")));
    CHECK(REFUSED(pipe(ends)));
    CHECK(REFUSED(dup(0)));
    CHECK(REFUSED(socket(AF_UNIX, SOCK_STREAM, 0)));
    CHECK(REFUSED(socket(AF_UNIX, SOCK_DGRAM, 0)));
    CHECK(REFUSED(socket(AF_INET, SOCK_STREAM, 0)));
    CHECK(REFUSED(socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)));
    CHECK(REFUSED(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER)));
    CHECK(REFUSED(connect(tcp, (struct sockaddr *)&there, sizeof there)));
    CHECK(REFUSED(listen(tcp, 1)));
    CHECK(REFUSED(ioctl(0, TIOCSTI, "x")));
    /* with the length of a packet's address it would leave: see nothing_leaves_a_listener */
    CHECK(sends || REFUSED(sendto(udp, "x", 1, 0, (struct sockaddr *)&there, sizeof there)));
    CHECK(sends || REFUSED(bind(udp, (struct sockaddr *)&there, sizeof there)));
}

static void nothing_is_started(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    CHECK(REFUSED(fork()));
    CHECK(REFUSED(kill(getppid(), 0)));
    CHECK(REFUSED(prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L)));
    CHECK(REFUSED(setuid(65534)));
}

static void no_memory_is_code(enum confine_profile profile)
{
    char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    CHECK(page != MAP_FAILED);
    CHECK(confine_calls(profile));
    CHECK(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == ENOSYS);
    CHECK(REFUSED(mprotect(page, 4096, PROT_READ | PROT_EXEC)));
    CHECK(mprotect(page, 4096, PROT_READ) == 0);
}

static void runs_a_program(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    execl("/bin/true", "true", NULL);
}

static void traces(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void leaves_its_namespace(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    syscall(SYS_unshare, 0);
}

static void each_profile(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(profiles); i++) {
        in_child(streams_and_timers_work, profiles[i]);
        in_child(memory_comes_and_goes, profiles[i]);
        in_child(nothing_is_opened, profiles[i]);
        in_child(nothing_is_started, profiles[i]);
        in_child(no_memory_is_code, profiles[i]);
    }
}

static void ends_by(void (*body)(enum confine_profile), int number)
{
    for (size_t i = 0; i < nitems(profiles); i++) {
        int status = child_status(body, profiles[i]);

        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), number);
    }
}

static void hostile_calls_end_it(void **state)
{
    (void)state;
    ends_by(runs_a_program, SIGSYS);
    ends_by(traces, SIGSYS);
    ends_by(leaves_its_namespace, SIGSYS);
}

/* --- what some have --- */

static int netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
}

/* The kernel's answer to a question about the loopback interface. */
static bool kernel_answers(int fd)
{
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    struct {
        struct nlmsghdr head;
        struct ifinfomsg body;
    } question = {{sizeof question, RTM_GETLINK, NLM_F_REQUEST, 1, 0}, {.ifi_family = AF_UNSPEC, .ifi_index = 1}};
    char answer[16384];

    return sendto(fd, &question, sizeof question, 0, (struct sockaddr *)&kernel, sizeof kernel) > 0 &&
           recv(fd, answer, sizeof answer, 0) > (ssize_t)sizeof question;
}

static void asks_by_a_new_socket(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    int fd = netlink();
    CHECK(fd >= 0 && kernel_answers(fd));
}

static void asks_by_an_open_socket(enum confine_profile profile)
{
    struct ifreq loopback = {.ifr_name = "lo"};
    int fd = netlink();

    CHECK(fd >= 0);
    CHECK(confine_calls(profile));
    CHECK(REFUSED(netlink()));
    CHECK(kernel_answers(fd));
    CHECK(ioctl(fd, SIOCGIFINDEX, &loopback) == 0);
    CHECK(REFUSED(ioctl(fd, SIOCSIFFLAGS, &loopback)));
}

static void does_not_ask(enum confine_profile profile)
{
    int fd = netlink();

    CHECK(fd >= 0);
    CHECK(confine_calls(profile));
    CHECK(REFUSED(netlink()));
    CHECK(!kernel_answers(fd) && errno == ENOSYS);
}

static void kernel_is_asked(void **state)
{
    (void)state;
    in_child(does_not_ask, CONFINE_FILTER);
    in_child(does_not_ask, CONFINE_SCREEN);
    in_child(asks_by_a_new_socket, CONFINE_LISTENER);
    in_child(asks_by_a_new_socket, CONFINE_SENDER);
    in_child(asks_by_a_new_socket, CONFINE_SIGNER);
    in_child(asks_by_an_open_socket, CONFINE_HOLDER);
    in_child(asks_by_an_open_socket, CONFINE_REPORTER);
    in_child(asks_by_an_open_socket, CONFINE_SETTER);
}

/* A listener opens UDP sockets to join groups; nothing can be sent through them. */
static void nothing_leaves_a_listener(enum confine_profile profile)
{
    union {
        struct sockaddr_in in;
        struct sockaddr_ll packet;
        struct sockaddr_nl netlink;
    } there = {.in = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons(9)}};
    struct ip_mreqn group = {.imr_multiaddr = {htonl(0xe0000012)}, .imr_ifindex = 1};
    int on = 1;

    CHECK(confine_calls(profile));
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    CHECK(udp >= 0);
    CHECK(setsockopt(udp, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof group) == 0 || errno == ENODEV);
    CHECK(REFUSED(setsockopt(udp, SOL_SOCKET, SO_BROADCAST, &on, sizeof on)));
    CHECK(REFUSED(sendto(udp, "x", 1, 0, (struct sockaddr *)&there, sizeof there.in)));
    CHECK(REFUSED(sendto(udp, "x", 1, 0, (struct sockaddr *)&there, sizeof there.packet)));
    CHECK(sendto(udp, "x", 1, 0, (struct sockaddr *)&there, sizeof there.netlink) < 0 && errno == EINVAL);
    CHECK(sendto(udp, "x", 1, 0, NULL, 0) < 0 && errno == EDESTADDRREQ);
    CHECK(REFUSED(connect(udp, (struct sockaddr *)&there, sizeof there.in)));
    CHECK(REFUSED(sendmsg(udp, &(struct msghdr){.msg_name = &there, .msg_namelen = sizeof there.in}, 0)));
}

static void listener_sends_nothing(void **state)
{
    (void)state;
    in_child(nothing_leaves_a_listener, CONFINE_LISTENER);
}

static void opens_no_packet_socket(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    CHECK(REFUSED(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)));
    CHECK(REFUSED(socket(AF_PACKET, SOCK_DGRAM, 0)));
}

static void opens_packet_sockets(enum confine_profile profile)
{
    CHECK(confine_calls(profile));
    CHECK(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0 || errno == EPERM);
    CHECK(REFUSED(socket(AF_PACKET, SOCK_DGRAM, 0)));
}

static void packet_sockets_are_the_setters(void **state)
{
    (void)state;
    in_child(opens_no_packet_socket, CONFINE_FILTER);
    in_child(opens_no_packet_socket, CONFINE_SCREEN);
    in_child(opens_no_packet_socket, CONFINE_LISTENER);
    in_child(opens_no_packet_socket, CONFINE_SENDER);
    in_child(opens_no_packet_socket, CONFINE_SIGNER);
    in_child(opens_no_packet_socket, CONFINE_HOLDER);
    in_child(opens_no_packet_socket, CONFINE_REPORTER);
    in_child(opens_packet_sockets, CONFINE_SETTER);
}

static void draws(enum confine_profile profile)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    struct winsize size;
    struct termios mode;

    CHECK(terminal >= 0);
    CHECK(confine_calls(profile));
    CHECK(ioctl(terminal, TIOCGWINSZ, &size) == 0);
    CHECK(tcgetattr(terminal, &mode) == 0);
    CHECK(tcsetattr(terminal, TCSANOW, &mode) == 0 && tcsetattr(terminal, TCSADRAIN, &mode) == 0);
    CHECK(REFUSED(ioctl(terminal, TIOCSTI, "x")));
    CHECK(REFUSED(ioctl(terminal, TIOCSCTTY, 0)));
    CHECK(REFUSED(ioctl(terminal, TIOCSWINSZ, &size)));
    CHECK(REFUSED(kill(getpid(), SIGTSTP)));
    CHECK(REFUSED(kill(getppid(), SIGTSTP)));
    CHECK(REFUSED(kill(0, SIGTERM)));
}

static void draws_nothing(enum confine_profile profile)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    struct winsize size;

    CHECK(terminal >= 0);
    CHECK(confine_calls(profile));
    CHECK(REFUSED(ioctl(terminal, TIOCGWINSZ, &size)));
    CHECK(REFUSED(kill(0, SIGTSTP)));
}

static void terminals_are_the_screens(void **state)
{
    (void)state;
    for (size_t i = 0; i < nitems(profiles); i++)
        in_child(profiles[i] == CONFINE_SCREEN ? draws : draws_nothing, profiles[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(landlock_leaves_what_is_open),
        cmocka_unit_test(files_of_one_directory),
        cmocka_unit_test(each_profile),
        cmocka_unit_test(hostile_calls_end_it),
        cmocka_unit_test(kernel_is_asked),
        cmocka_unit_test(listener_sends_nothing),
        cmocka_unit_test(packet_sockets_are_the_setters),
        cmocka_unit_test(terminals_are_the_screens),
    };

    return cmocka_run_group_tests_name("confine", tests, NULL, NULL);
}
