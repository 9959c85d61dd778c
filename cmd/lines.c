#include <poll.h>

#include "cmd/cli.h"
#include "cmd/lines.h"

enum { FILLS_A_TURN = 16 /* reads of input before anything else is looked at */ };

static const char INPUT[] = "standard input";

void lines_complain(const struct inlet *in, struct span word, const char *reason)
{
    cli_bad_line(INPUT, in->number, word, reason);
}

void lines_bad_key(const struct inlet *in, const struct line *l, const char *key)
{
    cli_bad_key(INPUT, in->number, l, key);
}

enum lines_got lines_next(struct inlet *in, struct line *l, struct span *text)
{
    for (enum inlet_line got; (got = inlet_next(in, text)) != INLET_NONE;) {
        struct span where = {"", 0};
        enum line_error error = got == INLET_TOO_LONG ? LINE_TOO_LONG : line_parse(l, text->at, text->len, &where);

        if (error == LINE_OK)
            return LINES_LINE;
        if (error == LINE_BLANK)
            return LINES_BLANK;
        lines_complain(in, where, line_error_text(error));
    }
    return LINES_NONE;
}

static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, 0) > 0;
}

void lines_take_all(struct inlet *in, const struct lines_user *user)
{
    for (int n = 0; n < FILLS_A_TURN && !in->ended && readable(in->fd); n++) {
        struct line l;
        struct span text;

        (void)inlet_fill(in); /* that it ended is in the inlet, and a last line may still be there */
        if (user->filled)
            user->filled(user->context);
        for (enum lines_got got; (got = lines_next(in, &l, &text)) != LINES_NONE;)
            user->take(user->context, got, &l, text);
    }
}
