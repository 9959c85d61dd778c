/* vrrp-audit: lines in, findings out: rogue speakers, split brain, what is configured wrong. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "cmd/audit_learned.h"
#include "cmd/policy_file.h"
#include "cmd/stream.h"
#include "core/audit.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-audit",
    .usage = "[-Hp] [-P POLICY] [-S SEVERITY]\n       vrrp-audit --learn",
    .help = "Reads lines on standard input and writes an alert line for whatever is wrong or strange in them.\n"
            "  -P POLICY    file of what is allowed (lines of `allow`); what is not is a finding\n"
            "  -S SEVERITY  the least that is told and that counts: info, low, med (the default), high or crit\n"
            "  -p           pass on all that is read, too\n"
            "  --learn      write a policy that allows what is heard, at the end of input; a table of it to stderr\n"
            "  -H           time as people read it (so it is on a terminal)\n"
            "  -h, -V       help, version\n"
            "Exit status: 0 nothing found, 1 something was, 2 usage or policy, 3 the system said no.\n",
};

enum { ALERT_ROOM = 4096 };

/* So long a line may take from the wire to here. What has not come by then is silence. */
#define LATE (2 * SECOND)

struct auditing {
    bool pass_on, learn, has_severity;
    const char *policy_path;
    enum severity least;
    struct policy *policy; /* NULL: none */
    struct audit *audit;
    bool found;
    bool forgot;     /* and said so */
    bool live;       /* the source says so: time goes by though no line comes */
    instant arrival; /* of the last line */
    struct stream stream;
};

static struct auditing auditing;

static void report(void *context, stamp at, const struct audit_alert *alert)
{
    struct auditing *u = context;
    char text[ALERT_ROOM];
    struct writer w = {.buffer = text, .size = sizeof text};

    if (u->stream.human)
        w.format_time = clock_format_human;
    write_alert(&w, at, alert);
    u->found = true;
    if (w.length > 0)
        stream_line(&u->stream, (struct span){text, w.length - 1});
}

/* Who sees silence has to know that not all was looked at. --learn says it of the policy. */
static void say_forgot(struct auditing *u)
{
    if (u->forgot || u->learn || !audit_forgot(u->audit))
        return;
    u->forgot = true;
    cli_say("there is more than it can remember; what it forgets is new when it comes again");
}

static void take_line(void *context, const struct line *l, struct span text)
{
    struct auditing *u = context;
    const char *where;

    if (u->pass_on)
        stream_line(&u->stream, text);
    if (!audit_line(u->audit, l, l->has_time ? l->time : clock_wall(), &where))
        cli_bad_key("standard input", u->stream.in.number, l, where);
    say_forgot(u);
    if (span_is(l->event, "clock"))
        u->live = line_is(l, "source", "live") || (u->live && !line_is(l, "source", "file"));
    if (u->live)
        u->arrival = clock_now();
}

static instant due(void *context)
{
    const struct auditing *u = context;
    usec until = audit_due(u->audit);

    if (!u->live || until > INT64_MAX - LATE - u->arrival.us)
        return INSTANT_NEVER;
    return (instant){u->arrival.us + until + LATE};
}

static void moment(void *context, instant now)
{
    struct auditing *u = context;
    usec passed = now.us - LATE - u->arrival.us;

    audit_moment(u->audit, passed);
    u->arrival.us += passed;
}

/* --- Start and end. --- */

static void options(struct auditing *u, int argc, char **argv)
{
    static const struct cli_word words[] = {{"learn", false}, {NULL, false}};

    u->least = SEVERITY_MED;
    for (int option; (option = cli_option_or_word(argc, argv, "HP:S:p", words)) != -1;) {
        switch (option) {
        case 'H':
            u->stream.human = true;
            break;
        case 'P':
            u->policy_path = optarg;
            break;
        case 'S':
            if (!severity_parse((struct span){optarg, strlen(optarg)}, &u->least))
                cli_die(EXIT_USAGE, "-S %s: not info, low, med, high or crit", optarg);
            u->has_severity = true;
            break;
        case 'p':
            u->pass_on = true;
            break;
        case CLI_WORD:
            u->learn = true;
            break;
        }
    }
    if (optind < argc)
        cli_die(EXIT_USAGE, "%s: lines are read on standard input only", argv[optind]);
    if (u->learn && (u->policy_path || u->has_severity || u->pass_on || u->stream.human))
        cli_die(EXIT_USAGE, "--learn: writes a policy, and goes with no other option");
}

static void open_audit(struct auditing *u)
{
    struct audit_options o = {.least = u->least, .report = report, .context = u};

    if (getrandom(&o.key, sizeof o.key, 0) != sizeof o.key)
        cli_die(EXIT_SYSTEM, "getrandom: %s", strerror(errno));
    if (u->policy_path)
        u->policy = policy_file_read(u->policy_path);
    o.policy = u->policy;
    if (u->learn)
        o.least = SEVERITY_NONE;
    u->audit = audit_new(&o);
    if (!u->audit)
        cli_die(EXIT_SYSTEM, "out of memory");
}

static enum exit_status end(struct auditing *u)
{
    enum exit_status done = stream_status(&u->stream);
    bool nobody_reads = done != EXIT_DONE || stream_closed(&u->stream);

    if (nobody_reads)
        return done;
    if (u->learn) {
        bool learned = learned_write(u->audit, &u->stream);

        stream_flush(&u->stream);
        done = stream_status(&u->stream);
        return done != EXIT_DONE ? done : learned ? EXIT_DONE : EXIT_NO;
    }
    audit_end(u->audit, clock_wall());
    stream_flush(&u->stream);
    done = stream_status(&u->stream);
    return done != EXIT_DONE ? done : u->found ? EXIT_NO : EXIT_DONE;
}

int main(int argc, char **argv)
{
    const struct stream_user user = {.context = &auditing, .line = take_line, .due = due, .moment = moment};

    auditing.stream.colour = true;
    options(&auditing, argc, argv);
    stream_open(&auditing.stream);
    open_audit(&auditing);
    cli_confine(CONFINE_FILTER);
    stream_run(&auditing.stream, &user);
    enum exit_status status = end(&auditing);
    audit_free(auditing.audit);
    policy_free(auditing.policy);
    return cli_finish((int)status);
}
