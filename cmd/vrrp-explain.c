/* vrrp-explain: why did it fail over? A report of what the lines tell, at their end; and pictures. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cmd/explain.h"
#include "cmd/stream.h"
#include "core/explain_html.h"
#include "core/explain_text.h"
#include "net/clock.h"

const struct program program = {
    .name = "vrrp-explain",
    .usage = "[-q] [-T DURATION] [--html FILE] [--svg FILE]",
    .help = "Reads lines to their end, then tells of each virtual router who was Active, and why it failed over.\n"
            "  -q            no report: pictures only\n"
            "  -T DURATION   end after this time\n"
            "  --html FILE   the report with a picture of each virtual router, as one page; -: standard output\n"
            "  --svg FILE    the pictures alone\n"
            "  -h, -V        help, version\n"
            "Exit status: 0 told, 1 there was no advertisement, 2 usage, 3 the system said no.\n",
};

enum word { WORD_HTML, WORD_SVG };
static const struct cli_word words[] = {
    [WORD_HTML] = {"html", true},
    [WORD_SVG] = {"svg", true},
    {NULL, false},
};

struct explainer {
    struct timeline *timeline;
    struct explain_file html, svg;
    bool quiet;
    struct stream stream;
    struct page page;
};

static struct explainer explainer;

static void take_line(void *context, const struct line *l, struct span text)
{
    struct explainer *e = context;
    const char *where;

    (void)text;
    if (!timeline_line(e->timeline, l, l->has_time ? l->time : clock_wall(), &where))
        cli_bad_key("standard input", e->stream.in.number, l, where);
}

/* --- What comes of it. --- */

static void write_report(void *context, struct span piece)
{
    struct stream *s = context;

    if (stream_reserve(s, piece.len))
        stream_put(s, piece);
}

static void report(struct explainer *e, const struct timeline *t)
{
    e->page = (struct page){.write = write_report, .context = &e->stream};
    explain_all(&e->page, t, clock_format_human);
    page_flush(&e->page);
    stream_flush(&e->stream);
}

static bool draw(struct explainer *e, const struct timeline *t, struct explain_file *f,
                 bool (*what)(struct page *p, const struct timeline *t,
                              size_t (*format_time)(char out[static STAMP_TEXT], stamp t)))
{
    if (!f->path)
        return true;
    e->page = (struct page){.write = explain_file_write, .context = f, .markup = true};
    if (!what(&e->page, t, clock_format_human))
        cli_die(EXIT_SYSTEM, "%s %s: %s", f->option, f->path, strerror(ENOMEM));
    page_flush(&e->page);
    return explain_file_close(f);
}

static enum exit_status tell(struct explainer *e, struct timeline *t)
{
    timeline_end(t);
    if (t->no_memory)
        cli_say("out of memory: the report is not complete");
    if (!e->quiet)
        report(e, t);
    bool drawn = draw(e, t, &e->svg, explain_svg);
    drawn = draw(e, t, &e->html, explain_html) && drawn;
    enum exit_status status = stream_status(&e->stream);
    if (status != EXIT_DONE || !drawn || t->no_memory)
        return EXIT_SYSTEM;
    if (t->adverts > 0)
        return EXIT_DONE;
    cli_say("there was no advert line (vrrp-elect passes them on with -p only)");
    return EXIT_NO;
}

/* --- Start. --- */

static void options(struct explainer *e, int argc, char **argv)
{
    e->html.option = "--html";
    e->svg.option = "--svg";
    for (int option; (option = cli_option_or_word(argc, argv, "qT:", words)) != -1;) {
        switch (option) {
        case 'q':
            e->quiet = true;
            break;
        case 'T':
            stream_limit(&e->stream, optarg);
            break;
        case CLI_WORD + WORD_HTML:
            e->html.path = optarg;
            break;
        case CLI_WORD + WORD_SVG:
            e->svg.path = optarg;
            break;
        }
    }
    if (optind < argc)
        cli_die(EXIT_USAGE, "%s: no operand is taken; vrrp-pick before it selects", argv[optind]);
}

static void open_all(struct explainer *e)
{
    stream_open(&e->stream);
    explain_file_open(&e->html);
    explain_file_open(&e->svg);
    if (explain_file_same(&e->html, &e->svg))
        cli_die(EXIT_USAGE, "--html and --svg are one file");
    /* a page on standard output is alone there */
    e->quiet =
        e->quiet || (e->html.path && strcmp(e->html.path, "-") == 0) || (e->svg.path && strcmp(e->svg.path, "-") == 0);
    cli_confine(CONFINE_DRAWER);
}

int main(int argc, char **argv)
{
    const struct stream_user user = {.context = &explainer, .line = take_line};

    options(&explainer, argc, argv);
    struct timeline *t = explainer.timeline = timeline_new();
    if (!t)
        cli_die(EXIT_SYSTEM, "%s", strerror(ENOMEM));
    open_all(&explainer);
    stream_run(&explainer.stream, &user);
    enum exit_status status = tell(&explainer, t);
    timeline_free(t);
    return cli_finish((int)status);
}
