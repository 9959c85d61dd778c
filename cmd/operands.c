/* Lines from the words of a command line: the same words as in a file. */
#include <string.h>

#include "cmd/cli.h"
#include "core/line.h"

static void append(char *text, size_t *length, const char *word)
{
    size_t n = strlen(word);

    if (*length + n + 1 > LINE_BYTES)
        cli_die(EXIT_USAGE, "the operands are longer than a line may be (%d bytes)", LINE_BYTES);
    text[(*length)++] = ' ';
    memcpy(text + *length, word, n);
    *length += n;
}

void cli_line_of_words(struct line *out, char text[static LINE_BYTES + 1], const char *event, char **words,
                       size_t count)
{
    size_t length = strlen(event);
    struct span where;
    char shown[CLI_SHOWN];

    memcpy(text, event, length);
    for (size_t i = 0; i < count; i++) {
        if (strpbrk(words[i], " \t\r\n") != NULL)
            cli_die(EXIT_USAGE, "%s: a blank inside an operand", words[i]);
        if (*words[i] == '\0' || *words[i] == '#') /* a comment in a line: it would take all behind it along */
            cli_die(EXIT_USAGE, "%s: %s", *words[i] == '\0' ? "''" : words[i], line_error_text(LINE_NO_KEY));
        append(text, &length, words[i]);
    }
    enum line_error wrong = line_parse(out, text, length, &where);
    if (wrong != LINE_OK)
        cli_die(EXIT_USAGE, "%s: %s", cli_show(shown, where), line_error_text(wrong));
}

void cli_vr_operands(struct vr_config *out, struct prefix_buffer *buffer, char **words, size_t count)
{
    char text[LINE_BYTES + 1];
    struct line line;
    struct config_error error;
    char shown[CLI_SHOWN];

    cli_line_of_words(&line, text, "vr", words, count);
    if (!config_parse(out, buffer, &line, &error)) {
        if (error.word.len > 0)
            cli_die(EXIT_USAGE, "%s: %s", cli_show(shown, error.word), error.reason);
        cli_die(EXIT_USAGE, "%s", error.reason);
    }
}
