/* keepalived-to-vr: keepalived.conf in the words of this house. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cli.h"
#include "core/keepalived.h"

const struct program program = {
    .name = "keepalived-to-vr",
    .usage = "[-o DIR] [--id ID] [FILE]",
    .help =
        "Converts the VRRP of keepalived.conf to lines for vrrp-run. What has no counterpart is a comment, or an error.\n"
        "FILE: default /etc/keepalived/keepalived.conf\n"
        "  -o DIR    write vr.conf, keys and notify into DIR, as far as they are needed, and say what to do with them;\n"
        "            without it vr.conf goes to standard output\n"
        "  --id ID   the configuration, for lines that begin with @ID\n"
        "  -h, -V    help, version\n",
};

enum word { WORD_ID = CLI_WORD };
static const struct cli_word words[] = {{"id", true}, {NULL, false}};

enum { FILE_MOST = 16 << 20 };

/* --- Files in. --- */

/* The whole file, to be freed; false: errno. */
static bool read_whole(const char *path, char **text, size_t *length)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t room = 65536;
    ssize_t n = 0;
    *text = fd < 0 ? NULL : malloc(room);
    *length = 0;
    while (*text && (n = read(fd, *text + *length, room - *length)) != 0) {
        if (n < 0 && errno != EINTR)
            break;
        *length += n > 0 ? (size_t)n : 0;
        if (*length < room)
            continue;
        char *grown = room < FILE_MOST ? realloc(*text, 2 * room) : NULL;
        if (!grown) {
            errno = room < FILE_MOST ? ENOMEM : EFBIG;
            n = -1;
            break;
        }
        *text = grown;
        room *= 2;
    }
    int error = errno;
    if (fd >= 0)
        close(fd);
    errno = error;
    return *text && n == 0;
}

static bool refuse(struct ka_error *error, const char *pattern, const char *why)
{
    *error = (struct ka_error){.word = {pattern, strlen(pattern)}};
    snprintf(error->reason, sizeof error->reason, "%s", why);
    return false;
}

static bool include(void *context, struct ka_conf *c, const char *from, const char *pattern, struct ka_error *error);

static bool read_file(struct ka_conf *c, const char *path, const char *as, struct ka_error *error)
{
    char *text;
    size_t length;
    bool there = read_whole(path, &text, &length);
    bool done = there ? ka_read(c, path, (struct span){text, length}, include, NULL, error)
                      : refuse(error, as, strerror(errno));
    if (text)
        explicit_bzero(text, length);
    free(text);
    return done;
}

/* Relative to the file in which it stands. */
static bool include(void *context, struct ka_conf *c, const char *from, const char *pattern, struct ka_error *error)
{
    char path[PATH_MAX];
    const char *slash = strrchr(from, '/');
    int directory = pattern[0] != '/' && slash ? (int)(slash + 1 - from) : 0;
    glob_t found;
    bool done = true;
    (void)context;
    if ((size_t)snprintf(path, sizeof path, "%.*s%s", directory, from, pattern) >= sizeof path)
        return refuse(error, pattern, strerror(ENAMETOOLONG));
    int status = glob(path, GLOB_ERR | GLOB_BRACE, NULL, &found);
    if (status == GLOB_NOMATCH)
        return refuse(error, pattern, "no such file");
    if (status != 0)
        return refuse(error, pattern, "cannot be read");
    for (size_t i = 0; done && i < found.gl_pathc; i++)
        done = read_file(c, found.gl_pathv[i], pattern, error);
    globfree(&found);
    return done;
}

/* --- Files out. --- */

/* Whole, or as it was. */
static void write_file(const char *directory, const char *name, struct span text, mode_t mode)
{
    char path[PATH_MAX], draft[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", directory, name) >= sizeof path ||
        (size_t)snprintf(draft, sizeof draft, "%s/%s.new", directory, name) >= sizeof draft)
        cli_die(EXIT_SYSTEM, "%s/%s: %s", directory, name, strerror(ENAMETOOLONG));
    unlink(draft);
    int fd = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    bool done = fd >= 0 && fchmod(fd, mode) == 0;
    for (ssize_t n; done && text.len > 0; text.at += n, text.len -= (size_t)n) {
        n = write(fd, text.at, text.len);
        done = n > 0;
        n = done ? n : 0;
    }
    if (fd >= 0 && close(fd) < 0)
        done = false;
    if (!done || rename(draft, path) < 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, strerror(errno));
}

static void say_next(const struct ka_conf *c, const char *directory)
{
    char keys[PATH_MAX + 16] = "", hook[PATH_MAX + 16] = "";
    if (ka_text(c, KA_KEYS).len > 0)
        snprintf(keys, sizeof keys, " -k %s/keys", directory);
    if (ka_text(c, KA_NOTIFY).len > 0)
        snprintf(hook, sizeof hook, " --hook %s/notify", directory);
    printf("%s/vr.conf is written%s%s. To move over:\n\n", directory, keys[0] ? ", with keys" : "",
           hook[0] ? ", with notify" : "");
    printf("    vrrp-run -n%s%s %s/vr.conf            # is it right, and what would be started?\n", keys, hook,
           directory);
    printf("    vrrp-run --shadow%s %s/vr.conf        # decides beside keepalived, sends and sets nothing\n", keys,
           directory);
    printf("    systemctl stop keepalived\n");
    printf("    vrrp-run%s%s %s/vr.conf\n", keys, hook, directory);
}

static void write_directory(const struct ka_conf *c, const char *directory)
{
    if (mkdir(directory, 0755) < 0 && errno != EEXIST)
        cli_die(EXIT_SYSTEM, "%s: %s", directory, strerror(errno));
    write_file(directory, "vr.conf", ka_text(c, KA_VR), 0644);
    if (ka_text(c, KA_KEYS).len > 0)
        write_file(directory, "keys", ka_text(c, KA_KEYS), 0600);
    if (ka_text(c, KA_NOTIFY).len > 0)
        write_file(directory, "notify", ka_text(c, KA_NOTIFY), 0755);
    say_next(c, directory);
}

static void say_error(void *context, const struct ka_error *e)
{
    (void)context;
    cli_bad_line(e->file ? e->file : "", e->line, e->word, e->reason);
}

int main(int argc, char **argv)
{
    const char *directory = NULL, *id = NULL, *path = "/etc/keepalived/keepalived.conf";
    struct ka_error error = {0};
    for (int option; (option = cli_option_or_word(argc, argv, "o:", words)) != -1;) {
        if (option == 'o')
            directory = optarg;
        else
            id = optarg;
    }
    if (argc - optind > 1)
        cli_die(EXIT_USAGE, "%s: one file at a time", argv[optind + 1]);
    if (optind < argc)
        path = argv[optind];
    struct ka_conf *c = ka_new(id);
    if (!c)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    bool done = read_file(c, path, path, &error);
    if (!done && error.line == 0)
        cli_die(EXIT_SYSTEM, "%s: %s", path, error.reason);
    done = done && ka_convert(c, &error, say_error, NULL);
    if (!done) {
        say_error(NULL, &error);
        cli_die(EXIT_USAGE, "%s: nothing was written", path);
    }
    if (directory)
        write_directory(c, directory);
    else
        fwrite(ka_text(c, KA_VR).at, 1, ka_text(c, KA_VR).len, stdout);
    ka_free(c);
    return cli_finish(EXIT_DONE);
}
