/* What the programs share in talking to people: name, version, usage, messages, exit status. */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/config.h"
#include "net/confine.h"
#include "net/realtime.h"

enum exit_status {
    EXIT_DONE = 0,   /* done */
    EXIT_NO = 1,     /* the answer is no */
    EXIT_USAGE = 2,  /* usage or bad configuration */
    EXIT_SYSTEM = 3, /* the system said no */
};

struct program {
    const char *name;  /* "vrrp-listen" */
    const char *usage; /* "[-r FILE] [-c COUNT] IF..." */
    const char *help;  /* the options, a line each; ends with a newline */
};
extern const struct program program; /* each file in cmd/ defines its own */

/* getopt_long over `options` ("r:w:c:"), anywhere on the line, plus -h/--help and -V/--version, which end the program.
 * Returns the option's letter or -1 at the end; an unknown one prints a message and exits 2. The first call also sees to
 * standard streams that are closed, and has SIGPIPE and SIGXFSZ ignored: what they tell is the error of a write. */
int cli_option(int argc, char **argv, const char *options);
/* The same with long options that have no letter; name NULL ends them. Of one that is found CLI_WORD and its place in
 * the list are returned, as one number. */
struct cli_word {
    const char *name;
    bool takes_value; /* then it is in optarg */
};
enum { CLI_WORD = 256, CLI_WORDS = 12 /* at most */ };
int cli_option_or_word(int argc, char **argv, const char *options, const struct cli_word *words);
/* The same, and each operand is returned as CLI_OPERAND, with itself in optarg, in the order in which all stand there: a
 * program that runs a command stops at it, and takes none of the command's options for its own. -1: at the end, or at
 * "--"; what is behind that begins at argv[optind]. */
enum { CLI_OPERAND = 1 };
int cli_option_in_order(int argc, char **argv, const char *options, const struct cli_word *words);
/* STDIN_FILENO, STDOUT_FILENO: open, and the right way round; or exit 3. After the options, which hold the numbers of
 * standard streams that were closed, so that nothing else is opened there. */
void cli_need_stream(int fd);
/* Where captured packets are to be written, "-": standard output; before it is opened. Exit 2 for a terminal, and for what
 * is read ("-": standard input, NULL: nothing), which opening would empty. */
void cli_check_packets(const char *out, const char *in);
void cli_usage_to_stderr(void);

void cli_say(const char *format, ...) __attribute__((format(printf, 1, 2))); /* "NAME: ...\n" to stderr */
/* Messages go here in place of stderr, while a screen stands where they would be written: plain text, of one line, NULL for
 * stderr again. */
void cli_say_to(void (*take)(const char *message));
_Noreturn void cli_die(enum exit_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The value of an option, or exit 2 with the option, the word and what is allowed. */
uint64_t cli_number(char option, const char *text, uint64_t min, uint64_t max);
usec cli_duration(char option, const char *text);
/* The same for an option that is a word. */
uint64_t cli_word_number(const char *word, const char *text, uint64_t min, uint64_t max);
usec cli_word_duration(const char *word, const char *text, usec min, usec max);
/* "permission denied" with how to get it: "; needs CAP_NET_RAW: run as root, or setcap cap_net_raw+ep $(command -v NAME)" */
const char *cli_permission_hint(const char *capabilities);
/* A word for a message, as it can be shown on a terminal: what is not plain text is written as in a line, %XX, and what
 * is longer than some 60 bytes is cut. Returns out. */
enum { CLI_SHOWN = 67 };
const char *cli_show(char out[static CLI_SHOWN], struct span word);
/* Print "NAME: stdin:12: word: reason" for a line that is skipped. Rate-limited: after 10 in a second the rest is counted. */
void cli_bad_line(const char *file, uint64_t number, struct span word, const char *reason);
uint64_t cli_bad_lines(void); /* how many that were */
/* The same for a line without a key that it needs, or with a wrong value of it: "ip: missing", "prio=300: a value that it
 * cannot have". */
void cli_bad_key(const char *file, uint64_t number, const struct line *line, const char *key);
/* Flush stdout and say so when that fails; returns the exit status to use. */
int cli_finish(int status);

/* The value of -R, or exit 2: real-time priority, and memory that stays (net/realtime.h), which the next function takes first
 * of all. Exit 3 when the system refuses. */
void cli_realtime(const char *text);
/* ", needs ...": how to get it, when it was refused and errno is EPERM; else "". */
const char *cli_realtime_hint(enum realtime_refusal refusal);
/* The last step of the start, when all is open: capabilities, files and system calls that the profile does not need are
 * given up, for good. What the system cannot take is said once; capabilities that stay are exit 3. */
void cli_confine(enum confine_profile profile);
/* The same for a profile that opens files: those in the directory of this one. option: "-C ", or "" of an operand. */
void cli_confine_beside(enum confine_profile profile, const char *option, const char *path);
/* The same for one that says which directories, and closes them afterwards. */
void cli_confine_places(enum confine_profile profile, const struct confine_place *places, size_t count);
int cli_directory_of(const char *option, const char *path); /* of that file, to be such a place; or exit 3 */

/* A line from operands, or exit 2 naming the word; *out points into text. */
void cli_line_of_words(struct line *out, char text[static LINE_BYTES + 1], const char *event, char **words,
                       size_t count);
/* A `vr` line from operands (if=eth0 vrid=51 ...): parsed, or exit 2 naming the word. text is the caller's storage. */
void cli_vr_operands(struct vr_config *out, struct prefix_buffer *buffer, char **words, size_t count);

#endif
