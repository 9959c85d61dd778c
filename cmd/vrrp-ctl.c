/* vrrp-ctl: says something to a running vrrp-elect, and waits until it is so. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/ctl.h"
#include "core/event.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-ctl",
    .usage = "[-C FIFO] [-T DURATION] WORD [key=value...]",
    .help = "Says one line to a running vrrp-elect, and waits for its answer.\n"
            "  status [name=NAME]               how each virtual router is\n"
            "  yield [name=NAME] [force=yes]    hand over to another router, and wait until it speaks\n"
            "  yield name=NAME off=yes          preempt again\n"
            "  track name=NAME state=up|down [for=DURATION] [value=N]\n"
            "  vr if=IF vrid=N ip=ADDR ...      add or change a virtual router;  novr name=NAME  end one\n"
            "  begin, commit                    the vr lines between them are the whole configuration\n"
            "  stop                             end it cleanly\n"
            "  -C FIFO      its control FIFO (default /run/vrrp-tools/control)\n"
            "  -T DURATION  give up after it (default 5s)\n"
            "  -h, -V       help, version\n"
            "Exit status: 0 done, 1 refused or not achieved, 2 usage, 3 nobody there or no answer in time.\n",
};

static const usec PATIENCE = 5 * SECOND, MARGIN = 2 * SECOND; /* MARGIN: beyond the Active_Down_Interval */
static const usec LOOK_EVERY = 100 * MILLISECOND;

struct request {
    char text[CTL_BYTES + 1];
    struct line line; /* of text */
    bool limited;     /* -T */
    bool human;       /* standard output is a terminal */
};

/* --- The line. --- */

static const struct {
    const char *event, *keys[4]; /* that it may have; of `vr`, any that config_parse knows */
    bool needs_name;
} events[] = {
    {"vr", {NULL}, false},
    {"novr", {"name"}, true},
    {"begin", {NULL}, false},
    {"commit", {NULL}, false},
    {"track", {"name", "state", "for", "value"}, true},
    {"yield", {"name", "off", "force"}, false},
    {"stop", {NULL}, false},
    {"status", {"name"}, false},
};

static bool has_key(size_t event, struct span key)
{
    for (size_t i = 0; i < nitems(events[event].keys) && events[event].keys[i]; i++)
        if (span_is(key, events[event].keys[i]))
            return true;
    return false;
}

static void check_keys(const struct line *l, size_t event)
{
    struct span name;
    for (size_t i = 0; i < l->count; i++)
        if (!has_key(event, l->fields[i].key))
            cli_die(EXIT_USAGE, "%.*s: %s has no such key", (int)l->fields[i].key.len, l->fields[i].key.at,
                    events[event].event);
    if (events[event].needs_name && !line_get(l, "name", &name))
        cli_die(EXIT_USAGE, "%s: name= is missing", events[event].event);
}

static void check_values(const struct line *l)
{
    struct track_event track;
    struct span value;
    const char *where;
    bool yes;
    char name[NAME_TEXT];
    if (span_is(l->event, "track") && !read_track(l, &track, &where))
        cli_die(EXIT_USAGE, "%s: missing or wrong", where);
    if (line_get(l, "name", &value) && !parse_name(value, name, sizeof name))
        cli_die(EXIT_USAGE, "name=%.*s: not a name", (int)value.len, value.at);
    for (size_t i = 0; i < l->count && span_is(l->event, "yield"); i++)
        if (!span_is(l->fields[i].key, "name") && !parse_yes_no(l->fields[i].value, &yes))
            cli_die(EXIT_USAGE, "%.*s: yes or no", (int)l->fields[i].key.len, l->fields[i].key.at);
}

static void parse(struct request *q)
{
    struct span where;
    enum line_error wrong = line_parse(&q->line, q->text, strlen(q->text), &where);
    if (wrong != LINE_OK)
        cli_die(EXIT_USAGE, "%.*s: %s", (int)where.len, where.at, line_error_text(wrong));
}

static void append(struct request *q, const char *word)
{
    size_t length = strlen(q->text), n = strlen(word);
    if (*word == '\0' || strpbrk(word, " \t\n\r#"))
        cli_die(EXIT_USAGE, "\"%s\": not a word of a line", word);
    if (length + 1 + n > CTL_BYTES)
        cli_die(EXIT_USAGE, "the line is longer than a control line may be (%d bytes)", CTL_BYTES);
    if (length > 0)
        q->text[length++] = ' ';
    memcpy(q->text + length, word, n + 1);
}

static void read_operands(struct request *q, char **words, size_t count)
{
    size_t event = 0;
    while (event < nitems(events) && strcmp(words[0], events[event].event) != 0)
        event++;
    if (event == nitems(events))
        cli_die(EXIT_USAGE, "%s: not one of vr, novr, begin, commit, track, yield, stop, status", words[0]);
    for (size_t i = 0; i < count; i++)
        append(q, words[i]);
    parse(q);
    if (strcmp(events[event].event, "vr") == 0) {
        static struct prefix_buffer buffer;
        struct vr_config config = {0};
        cli_vr_operands(&config, &buffer, words + 1, count - 1); /* ends the program when one is wrong */
        return;
    }
    check_keys(&q->line, event);
    check_values(&q->line);
}

/* --- Status. --- */

static void print(void *context, const struct line *l)
{
    const bool *human = context;
    char time[STAMP_TEXT];
    size_t length = *human ? clock_format_human(time, l->time) : format_stamp(time, l->time);
    fwrite(time, 1, length, stdout);
    printf(" %.*s", (int)l->event.len, l->event.at);
    for (size_t i = 0; i < l->count; i++)
        printf(" %.*s=%.*s", (int)l->fields[i].key.len, l->fields[i].key.at, (int)l->fields[i].value.len,
               l->fields[i].value.at);
    putchar('\n');
}

static int status(struct ctl *c, struct request *q)
{
    struct ctl_answer a = ctl_ask(c, q->text, print, &q->human);
    if (a.count > 0 || q->line.count == 0)
        return EXIT_DONE;
    cli_say("%.*s: no such virtual router", (int)q->line.fields[0].value.len, q->line.fields[0].value.at);
    return EXIT_NO;
}

/* --- Everything else. --- */

static int refused(const struct request *q, const char *why)
{
    static const char *const texts[][2] = {
        {"bad", "a key is missing, unknown or wrong; vrrp-elect says which on its standard error"},
        {"unknown", "no such virtual router"},
        {"name-taken", "the name belongs to another virtual router"},
        {"nobody", "no other router was ever heard for it; force=yes yields all the same"},
        {"no-begin", "commit without begin"},
        {"memory", "vrrp-elect is out of memory"},
    };
    for (size_t i = 0; i < nitems(texts); i++)
        if (strcmp(why, texts[i][0]) == 0)
            why = texts[i][1];
    cli_say("%.*s: refused: %s", (int)q->line.event.len, q->line.event.at, why);
    return EXIT_NO;
}

static int say(struct ctl *c, const struct request *q)
{
    struct ctl_answer a = ctl_ask(c, q->text, NULL, NULL);
    return a.refused ? refused(q, a.why) : EXIT_DONE;
}

/* --- Yield: done when somebody else has it. --- */

struct seen {
    char name[3 * NAME_TEXT]; /* as it stands in a line */
    bool active;
    uint64_t adverts; /* of others, but for those that resign */
    usec active_down_interval;
};

static void copy_name(struct seen *s, struct span written)
{
    snprintf(s->name, sizeof s->name, "%.*s", (int)written.len, written.at);
}

static void look(void *context, const struct line *l)
{
    struct seen *s = context;
    uint64_t heard = 0, resigned = 0;
    struct span name;
    if (line_get(l, "name", &name))
        copy_name(s, name);
    (void)line_u64(l, "advertisement-rcvd", 0, UINT64_MAX, &heard);
    (void)line_u64(l, "priority-zero-pkts-rcvd", 0, UINT64_MAX, &resigned);
    (void)line_duration(l, "active-down-interval", &s->active_down_interval);
    s->active = line_is(l, "state", "active");
    s->adverts = heard - resigned;
}

/* Fills in the rest of *s; of no name: of all. How many there are. */
static uint64_t look_at(struct ctl *c, struct seen *s)
{
    char text[sizeof s->name + sizeof "status name="];
    snprintf(text, sizeof text, "status%s%s", *s->name ? " name=" : "", s->name);
    return ctl_ask(c, text, look, s).count;
}

/* Without a name it is the only one that there is. */
static void find_name(struct ctl *c, struct request *q, struct seen *s)
{
    struct span given;
    if (line_get(&q->line, "name", &given)) {
        copy_name(s, given);
        return;
    }
    uint64_t count = look_at(c, s);
    if (count != 1)
        cli_die(EXIT_USAGE, "yield: name= is needed: there are %" PRIu64 " virtual routers", count);
    char word[sizeof s->name + sizeof "name="];
    snprintf(word, sizeof word, "name=%s", s->name);
    append(q, word);
    parse(q);
}

static int yield(struct ctl *c, struct request *q)
{
    struct seen first = {.active = false}, now;
    find_name(c, q, &first);
    int refusal = say(c, q);
    if (refusal != EXIT_DONE || line_is(&q->line, "off", "yes"))
        return refusal;
    uint64_t count = look_at(c, &first);
    now = first;
    usec limit = first.active_down_interval + MARGIN;
    if (!q->limited && limit > PATIENCE)
        c->end.us += limit - PATIENCE;
    while (count > 0 && !now.active && now.adverts == first.adverts && clock_now().us + LOOK_EVERY < c->end.us) {
        (void)poll(NULL, 0, (int)(LOOK_EVERY / MILLISECOND));
        count = look_at(c, &now);
    }
    if (count > 0 && !now.active && now.adverts != first.adverts)
        return EXIT_DONE;
    cli_say("%s: %s", first.name,
            count == 0   ? "it is gone"
            : now.active ? "it is Active again: no other router took over"
                         : "no other router has spoken since");
    return EXIT_NO;
}

/* --- The program. --- */

static void options(struct ctl *c, struct request *q, int argc, char **argv)
{
    usec limit = PATIENCE;
    c->path = "/run/vrrp-tools/control";
    for (int option; (option = cli_option(argc, argv, "C:T:")) != -1;) {
        switch (option) {
        case 'C':
            c->path = optarg;
            break;
        case 'T':
            limit = cli_duration('T', optarg);
            if (limit > 24 * 3600 * SECOND)
                cli_die(EXIT_USAGE, "-T %s: 24h at most", optarg);
            q->limited = true;
            break;
        }
    }
    if (optind == argc) {
        cli_say("WORD is missing");
        cli_usage_to_stderr();
        exit(cli_finish(EXIT_USAGE));
    }
    read_operands(q, argv + optind, (size_t)(argc - optind));
    c->end.us = clock_now().us + limit;
}

/* What is asked of the system once is asked before little is left to ask for. */
static void open_all(struct ctl *c, struct request *q)
{
    static char out[BUFSIZ];
    setvbuf(stdout, out, _IOFBF, sizeof out);
    q->human = isatty(STDOUT_FILENO);
    c->pid = getpid();
    control_init(&c->control, c->path);
    if (control_open(&c->control) != CONTROL_DONE)
        cli_die(EXIT_SYSTEM, "%s: %s", c->path, control_text(&c->control));
    control_close(&c->control);
    cli_confine_beside(CONFINE_CALLER, "-C ", c->path);
}

int main(int argc, char **argv)
{
    static struct ctl c;
    static struct request q;
    options(&c, &q, argc, argv);
    open_all(&c, &q);
    if (span_is(q.line.event, "status"))
        return cli_finish(status(&c, &q));
    if (span_is(q.line.event, "yield"))
        return cli_finish(yield(&c, &q));
    return cli_finish(say(&c, &q));
}
