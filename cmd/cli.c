#include "cmd/cli.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/line.h"
#include "net/clock.h"

#ifndef VERSION
#error "the Makefile says which version this is"
#endif

enum { MESSAGE_BYTES = 512, BAD_LINES_A_SECOND = 10 };

/* What cli_bad_line has reported in the current second, and what it kept to itself. */
static struct {
    instant since;
    unsigned reported;
    uint64_t silent;
    uint64_t all; /* of any second */
} bad_lines;

static void (*message_taker)(const char *message);

void cli_say_to(void (*take)(const char *message))
{
    message_taker = take;
}

/* A message, with its newline. What is long is cut in its middle: the word that it is about stands at its head, what is
 * wrong with it at its end. A word may hold anything; it is not to move the cursor. */
static size_t compose(char out[static MESSAGE_BYTES], const char *body)
{
    static const char cut[] = "...";
    int head = snprintf(out, MESSAGE_BYTES, "%s: ", program.name);
    size_t at = head > 0 ? (size_t)head : 0, room = MESSAGE_BYTES - 1 - at, length = strlen(body);

    if (length > room) {
        size_t half = (room - strlen(cut)) / 2;

        memcpy(out + at, body, half);
        memcpy(out + at + half, cut, strlen(cut));
        memcpy(out + at + half + strlen(cut), body + length - half, half);
        length = 2 * half + strlen(cut);
    } else {
        memcpy(out + at, body, length);
    }
    for (size_t end = at + length; at < end; at++)
        if (iscntrl((unsigned char)out[at]))
            out[at] = '?';
    out[at++] = '\n';
    return at;
}

static void say(const char *format, va_list arguments)
{
    char text[MESSAGE_BYTES], *body;

    if (vasprintf(&body, format, arguments) < 0)
        body = NULL;
    size_t length = compose(text, body != NULL ? body : strerror(ENOMEM));
    if (message_taker != NULL) {
        text[length - 1] = '\0';
        message_taker(text);
        free(body);
        return;
    }
    /* One write: the stages of a pipeline share this descriptor, and their messages must not run into each other. */
    fwrite(text, 1, length, stderr);
    free(body);
}

void cli_say(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
}

void cli_die(enum exit_status status, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    say(format, arguments);
    va_end(arguments);
    exit(cli_finish((int)status));
}

static void usage(FILE *to)
{
    fprintf(to, "usage: %s%s%s\n", program.name, *program.usage != '\0' ? " " : "", program.usage);
}

void cli_usage_to_stderr(void)
{
    usage(stderr);
}

_Noreturn static void wrong_usage(const char *what, const char *word)
{
    cli_say("%s: %s", word, what);
    cli_usage_to_stderr();
    exit(cli_finish(EXIT_USAGE));
}

/* What is opened next would take the number of a standard stream that is closed: lines would go out on a packet socket,
 * and signals be read as lines. /dev/null takes it, the wrong way round, so that the program still gets EBADF there. */
static void hold_standard_streams(void)
{
    static const int modes[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_WRONLY};

    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
            exit(EXIT_SYSTEM);
}

/* A reader that has gone and a file that has reached its limit (ulimit -f) are errors of the write, like a full disk: a
 * program that was killed by them, over a message even, would leave half of its work behind. */
static void ignore_signals_of_writes(void)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

void cli_need_stream(int fd)
{
    int wrong = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

    if ((fcntl(fd, F_GETFL) & O_ACCMODE) == wrong)
        cli_die(EXIT_SYSTEM, "standard %s: %s", fd == STDIN_FILENO ? "input" : "output", strerror(EBADF));
}

/* "-": this descriptor. */
static bool get_status(const char *path, int fd, struct stat *status)
{
    return (strcmp(path, "-") == 0 ? fstat(fd, status) : stat(path, status)) == 0;
}

void cli_check_packets(const char *out, const char *in)
{
    struct stat to, from;

    if (strcmp(out, "-") == 0 && isatty(STDOUT_FILENO))
        cli_die(EXIT_USAGE, "-w -: packets are not written to a terminal");
    if (in == NULL || !get_status(out, STDOUT_FILENO, &to) || !get_status(in, STDIN_FILENO, &from))
        return;
    if ((S_ISREG(to.st_mode) || S_ISFIFO(to.st_mode)) && to.st_dev == from.st_dev && to.st_ino == from.st_ino)
        cli_die(EXIT_USAGE, "-w %s: is the file that is read", out);
}

/* What was wrong with the word that getopt_long has just looked at: "-x", or "--word" as it stands there. */
_Noreturn static void wrong_option(const char *what, const char *word)
{
    char letter[] = "-?";

    letter[1] = (char)optopt;
    wrong_usage(what, strncmp(word, "--", 2) == 0 ? word : letter);
}

/* letters: for getopt_long, with those that every program has. */
static int next_option(int argc, char **argv, const char *letters, const struct cli_word *words)
{
    struct option long_options[CLI_WORDS + 3] = {
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'V'},
    };

    for (int i = 0; i < CLI_WORDS && words[i].name != NULL; i++)
        long_options[i + 2] = (struct option){words[i].name, words[i].takes_value, NULL, CLI_WORD + i};
    hold_standard_streams();
    ignore_signals_of_writes();
    unsetenv("POSIXLY_CORRECT"); /* it would end the options at the first operand */
    opterr = 0;
    int option = getopt_long(argc, argv, letters, long_options, NULL);
    switch (option) {
    case 'h':
        usage(stdout);
        fputs(program.help, stdout);
        exit(cli_finish(EXIT_DONE));
    case 'V':
        printf("%s %s\n", program.name, VERSION);
        exit(cli_finish(EXIT_DONE));
    case ':':
        wrong_option("needs a value", argv[optind - 1]);
    case '?':
        wrong_option("unknown option", argv[optind - 1]);
    default:
        return option;
    }
}

int cli_option_or_word(int argc, char **argv, const char *options, const struct cli_word *words)
{
    char letters[64];

    snprintf(letters, sizeof letters, ":hV%s", options);
    return next_option(argc, argv, letters, words);
}

int cli_option_in_order(int argc, char **argv, const char *options, const struct cli_word *words)
{
    char letters[64];

    snprintf(letters, sizeof letters, "-:hV%s", options);
    return next_option(argc, argv, letters, words);
}

int cli_option(int argc, char **argv, const char *options)
{
    static const struct cli_word none[] = {{NULL, false}};

    return cli_option_or_word(argc, argv, options, none);
}

uint64_t cli_number(char option, const char *text, uint64_t min, uint64_t max)
{
    uint64_t value;

    if (!parse_u64((struct span){text, strlen(text)}, min, max, &value))
        cli_die(EXIT_USAGE, "-%c %s: not a number from %" PRIu64 " to %" PRIu64, option, text, min, max);
    return value;
}

uint64_t cli_word_number(const char *word, const char *text, uint64_t min, uint64_t max)
{
    uint64_t value;

    if (!parse_u64((struct span){text, strlen(text)}, min, max, &value))
        cli_die(EXIT_USAGE, "--%s %s: not a number from %" PRIu64 " to %" PRIu64, word, text, min, max);
    return value;
}

usec cli_word_duration(const char *word, const char *text, usec min, usec max)
{
    char from[DURATION_TEXT], to[DURATION_TEXT];
    usec value;

    if (parse_duration((struct span){text, strlen(text)}, &value) && value >= min && value <= max)
        return value;
    format_duration(from, min);
    format_duration(to, max);
    cli_die(EXIT_USAGE, "--%s %s: not a duration from %s to %s, such as 4s or 500ms", word, text, from, to);
}

usec cli_duration(char option, const char *text)
{
    usec value;

    if (!parse_duration((struct span){text, strlen(text)}, &value))
        cli_die(EXIT_USAGE, "-%c %s: not a duration such as 4s, 500ms or 2m", option, text);
    return value;
}

const char *cli_permission_hint(const char *capabilities)
{
    static char hint[256];
    char lower[96];
    size_t n = 0;

    for (; capabilities[n] != '\0' && n < sizeof lower - 1; n++)
        lower[n] = (char)tolower((unsigned char)capabilities[n]);
    lower[n] = '\0';
    snprintf(hint, sizeof hint, "; needs %s: run as root, or setcap %s+ep $(command -v %s)", capabilities, lower,
             program.name);
    return hint;
}

const char *cli_show(char out[static CLI_SHOWN], struct span word)
{
    size_t length = 0;

    for (size_t i = 0; i < word.len && length + sizeof "%XX..." < CLI_SHOWN; i++) {
        unsigned char c = (unsigned char)word.at[i];

        if (c >= '!' && c <= '~')
            out[length++] = (char)c;
        else
            length += (size_t)snprintf(out + length, CLI_SHOWN - length, "%%%02X", c);
        if (i + 1 < word.len && length + sizeof "%XX..." >= CLI_SHOWN)
            length += (size_t)snprintf(out + length, CLI_SHOWN - length, "...");
    }
    out[length] = '\0';
    return out;
}

static void tell_silent(void)
{
    if (bad_lines.silent > 0)
        cli_say("%" PRIu64 " more such lines were skipped", bad_lines.silent);
    bad_lines.silent = 0;
}

void cli_bad_line(const char *file, uint64_t number, struct span word, const char *reason)
{
    char shown[CLI_SHOWN];
    instant now = clock_now();

    bad_lines.all++;
    if (now.us - bad_lines.since.us >= SECOND) {
        tell_silent();
        bad_lines.since = now;
        bad_lines.reported = 0;
    }
    if (bad_lines.reported == BAD_LINES_A_SECOND) {
        bad_lines.silent++;
        return;
    }
    bad_lines.reported++;
    cli_say("%s:%" PRIu64 ": %s%s%s", file, number, cli_show(shown, word), word.len > 0 ? ": " : "", reason);
}

uint64_t cli_bad_lines(void)
{
    return bad_lines.all;
}

void cli_bad_key(const char *file, uint64_t number, const struct line *line, const char *key)
{
    size_t length = strlen(key);
    struct span value;

    if (line_get(line, key, &value))
        cli_bad_line(file, number, (struct span){value.at - length - 1, length + 1 + value.len},
                     "a value that it cannot have");
    else
        cli_bad_line(file, number, (struct span){key, length}, "missing");
}

int cli_finish(int status)
{
    tell_silent();
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    if (errno == EPIPE) /* the reader had enough */
        return status;
    cli_say("standard output: %s", errno != 0 ? strerror(errno) : "write failed");
    return status == EXIT_USAGE ? EXIT_USAGE : EXIT_SYSTEM;
}
