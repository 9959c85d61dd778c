/* vrrp-json: lines as JSON, an object a line, and back. */
#include <assert.h>
#include <unistd.h>

#include "cmd/lines.h"
#include "cmd/stream.h"
#include "core/json.h"

const struct program program = {
    .name = "vrrp-json",
    .usage = "[--lines]",
    .help = "Writes each line of standard input as a JSON object, one a line.\n"
            "  --lines      the other way: JSON objects to lines\n"
            "  -h, -V       help, version\n"
            "Exit status: 0 done, 1 something was malformed and left out, 2 usage, 3 the system said no.\n",
};

static struct stream stream;

static void write_json(void *context, const struct line *l, struct span text)
{
    static char object[JSON_BYTES];

    (void)context;
    (void)text;
    stream_line(&stream, (struct span){object, json_write(object, l)});
}

static void write_line(void *context, struct span text)
{
    static char line[LINE_BYTES + 1];
    struct span where;
    size_t length;
    enum json_error error = json_read(text.at, text.len, line, &length, &where);

    (void)context;
    if (error == JSON_OK)
        stream_line(&stream, (struct span){line, length});
    else if (error != JSON_BLANK)
        lines_complain(&stream.in, where, json_error_text(error));
}

static bool read_options(int argc, char **argv)
{
    static const struct cli_word words[] = {{"lines", false}, {NULL, false}};
    bool lines = false;

    while (cli_option_or_word(argc, argv, "", words) != -1)
        lines = true; /* the only one that there is */
    if (optind < argc)
        cli_die(EXIT_USAGE, "%s: no operand is expected: lines come from standard input", argv[optind]);
    return lines;
}

int main(int argc, char **argv)
{
    static_assert(JSON_BYTES == 51200, "the message and the page say so");
    bool lines = read_options(argc, argv);
    const struct stream_user to_json = {.line = write_json};
    const struct stream_user to_lines = {
        .text = write_line,
        .longest = JSON_BYTES,
        .too_long = "the object is longer than 51200 bytes",
    };

    stream_open(&stream);
    cli_confine(CONFINE_FILTER);
    stream_run(&stream, lines ? &to_lines : &to_json);
    enum exit_status status = stream_status(&stream);
    if (status == EXIT_DONE && cli_bad_lines() > 0)
        status = EXIT_NO;
    return cli_finish((int)status);
}
