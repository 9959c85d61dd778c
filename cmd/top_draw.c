/* What is on the screen. ncurses writes to the terminal only what has changed. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <curses.h>

#include "cmd/top.h"
#include "net/clock.h"

enum { HEAD_LINES = 2, FOOT_LINES = 1, LEAST_LINES = 5, LEAST_COLUMNS = 30 };

#define SILENT (3 * SECOND) /* a live source says something ten times a second */

static size_t width(void)
{
    return (size_t)COLS;
}

size_t screen_rows(void)
{
    return LINES > HEAD_LINES + FOOT_LINES ? (size_t)LINES - HEAD_LINES - FOOT_LINES : 1;
}

static void put(int y, int x, const char *text)
{
    if (x < COLS)
        mvaddnstr(y, x, text, COLS - x);
}

static void put_right(int y, const char *text, int left)
{
    int x = COLS - (int)strlen(text);

    if (x > left)
        put(y, x, text);
}

/* --- The head: how many of what, and the time of the lines. --- */

static void count(char *line, size_t size, uint64_t n, const char *what)
{
    size_t length = strlen(line);

    if (n > 0)
        snprintf(line + length, size - length, ", %" PRIu64 " %s", n, what);
}

static void draw_head(const struct screen *s)
{
    const struct board_totals *t = board_totals(s->top->board);
    char line[256], time[STAMP_TEXT];
    stamp heard;

    snprintf(line, sizeof line, "%zu virtual router%s", t->routers, t->routers == 1 ? "" : "s");
    count(line, sizeof line, t->vacant, "vacant");
    count(line, sizeof line, t->changes, t->changes == 1 ? "change" : "changes");
    count(line, sizeof line, t->alerts, t->alerts == 1 ? "alert" : "alerts");
    count(line, sizeof line, t->bad, "invalid");
    count(line, sizeof line, t->lost, "lost");
    put(0, 0, line);
    if (!board_time(s->top->board, &heard) || clock_format_human(time, heard) < strlen("2026-11-22T10:19:48"))
        return;
    time[strlen("2026-11-22T10:19:48")] = '\0';
    put_right(0, time + strlen("2026-11-22T"), (int)strlen(line));
}

/* --- The foot: what is being typed, what was wrong, what state all is in, and where help is. --- */

static void part(char *line, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));
static void part(char *line, size_t size, const char *format, ...)
{
    size_t length = strlen(line);
    va_list arguments;

    if (length > 0 && length + 3 < size)
        length += (size_t)snprintf(line + length, size - length, " | ");
    va_start(arguments, format);
    vsnprintf(line + length, size - length, format, arguments);
    va_end(arguments);
}

static void state_line(const struct screen *s, instant steady, char *line, size_t size)
{
    const struct top *t = s->top;
    usec silence = board_silence(t->board, steady);

    line[0] = '\0';
    if (t->stream.in.error != 0)
        part(line, size, "input: %s", strerror(t->stream.in.error));
    else if (s->ended)
        part(line, size, "end of input");
    if (s->paused)
        part(line, size, "paused");
    if (silence > SILENT)
        part(line, size, "no line for %" PRId64 " s", silence / SECOND);
    if (t->filter.text[0] != '\0')
        part(line, size, "%zu of %zu: %s", t->view.count, board_totals(t->board)->routers, t->filter.text);
}

static void draw_foot(const struct screen *s, instant steady)
{
    const char *hints = s->mode == SCREEN_TABLE ? "? help  / filter  Enter more  q quit" : "Esc back  q quit";
    int y = LINES - 1;
    char line[FILTER_TEXT + 256];

    if (s->typing) {
        int room = COLS - (int)strlen("/") - 2, length = (int)strlen(s->typed),
            from = length > room ? length - room : 0;

        snprintf(line, sizeof line, "/%s_", s->typed + from);
        put(y, 0, line);
        return;
    }
    if (s->note[0] != '\0')
        snprintf(line, sizeof line, "%s", s->note);
    else
        state_line(s, steady, line, sizeof line);
    put(y, 0, line);
    put_right(y, line[0] == '\0' || strlen(line) + strlen(hints) + 2 < width() ? hints : "? help",
              (int)strlen(line) + 1);
}

/* --- The table. --- */

/* The selected virtual router where it is now; when it has gone, what stands in its place. */
static void find_selected(struct screen *s)
{
    const struct view *v = &s->top->view;

    for (size_t i = 0; i < v->count && s->selected != 0; i++) {
        if (v->rows[i].router->serial == s->selected) {
            s->index = i;
            break;
        }
    }
    if (s->index >= v->count)
        s->index = v->count > 0 ? v->count - 1 : 0;
    if (v->count > 0 && s->selected != 0)
        s->selected = v->rows[s->index].router->serial;
    if (s->index < s->first)
        s->first = s->index;
    if (s->index >= s->first + screen_rows())
        s->first = s->index + 1 - screen_rows();
    if (s->first + screen_rows() > v->count)
        s->first = v->count > screen_rows() ? v->count - screen_rows() : 0;
}

static attr_t look(const struct screen *s, enum view_mood mood)
{
    if (mood == MOOD_CALM)
        return A_NORMAL;
    return s->colours ? (attr_t)COLOR_PAIR((int)mood) : A_BOLD;
}

static void draw_titles(const struct screen *s)
{
    char row[VIEW_WIDTH];
    size_t at, length;

    view_titles(&s->top->view, row, width());
    attron(A_REVERSE);
    mvhline(1, 0, ' ', COLS);
    put(1, 0, row);
    attroff(A_REVERSE);
    if (view_sorted(&s->top->view, &at, &length) && at < width())
        mvchgat(1, (int)at, (int)length, A_REVERSE | A_BOLD | A_UNDERLINE, 0, NULL);
}

static void draw_row(const struct screen *s, size_t index, int y, instant now)
{
    const struct view *v = &s->top->view;
    attr_t attributes = look(s, view_mood(v->rows[index].router, now)) | (index == s->index ? A_REVERSE : A_NORMAL);
    char row[VIEW_WIDTH];

    view_row(v, index, now, row, width());
    attron(attributes);
    if (index == s->index)
        mvhline(y, 0, ' ', COLS);
    put(y, 0, row);
    attroff(attributes);
}

static void draw_nothing(const struct screen *s)
{
    const char *why = board_totals(s->top->board)->routers > 0 ? "no virtual router matches the filter"
                      : s->ended                               ? "no virtual router was heard"
                                                               : "no virtual router was heard yet";

    put(HEAD_LINES + 1, 0, why);
}

static void draw_table(struct screen *s, instant now)
{
    struct view *v = &s->top->view;

    view_fit(v, s->first, screen_rows(), now, width());
    draw_titles(s);
    if (v->count == 0)
        draw_nothing(s);
    for (size_t i = 0; i < screen_rows() && s->first + i < v->count; i++)
        draw_row(s, s->first + i, HEAD_LINES + (int)i, now);
}

/* --- Pages. --- */

/* A line that goes on beyond the right edge ends in a mark. */
static void draw_line(const struct screen *s, int y, const char *line)
{
    size_t length = strlen(line), from = s->across < length ? s->across : length;
    bool title = line[0] == ' ' && line[1] >= 'A' && line[1] <= 'Z';

    attron(title ? A_BOLD : A_NORMAL);
    put(y, 0, line + from);
    attroff(title ? A_BOLD : A_NORMAL);
    if (length - from > width())
        put(y, COLS - 1, ">");
}

static size_t longest(const struct page *p)
{
    size_t longest = 0;

    for (size_t i = 0; i < p->count; i++)
        longest = strlen(p->lines[i]) > longest ? strlen(p->lines[i]) : longest;
    return longest;
}

static void draw_page(struct screen *s)
{
    const struct page *p = &s->top->page;
    size_t room = (size_t)LINES - 1 - FOOT_LINES;

    if (s->scroll + room > p->count)
        s->scroll = p->count > room ? p->count - room : 0;
    if (s->across + width() > longest(p))
        s->across = longest(p) > width() ? longest(p) - width() : 0;
    for (size_t i = 0; i < room && s->scroll + i < p->count; i++)
        draw_line(s, 1 + (int)i, p->lines[s->scroll + i]);
}

static void help_line(struct page *p, const char *text)
{
    snprintf(p->lines[p->count++], PAGE_WIDTH, "%s", text);
}

static void write_help(struct page *p)
{
    static const char *const lines[] = {
        " KEYS",
        "Up Down PgUp PgDn Home End    move; also k j g",
        "Enter                         all about one virtual router; Esc goes back,",
        "                              Left Right show what is beside the screen",
        "/                             filter: words as for vrrp-pick, if=eth0 prio=100..",
        "Space, p                      stand still, go on",
        "< >  Left Right               sort by the column to the left, to the right",
        "r                             the other way round",
        "? h                           this page",
        "Ctrl-L                        draw all anew",
        "q  Ctrl-Z                     quit; stop for a while, fg goes on",
        "",
        " SORT BY",
    };

    p->count = 0;
    for (size_t i = 0; i < nitems(lines); i++)
        help_line(p, lines[i]);
    for (unsigned c = 0; c < VIEW_COLUMNS; c += 4) {
        char line[PAGE_WIDTH] = "";

        for (unsigned i = c; i < c + 4 && i < VIEW_COLUMNS; i++)
            snprintf(line + strlen(line), sizeof line - strlen(line), "%c  %-13s", view_key((enum view_column)i),
                     view_title((enum view_column)i));
        help_line(p, line);
    }
}

void screen_draw(struct screen *s, instant steady)
{
    struct top *t = s->top;
    instant now = board_now(t->board, steady);

    board_pass(t->board, steady);
    t->view.filter = t->filter.match;
    view_update(&t->view, t->board, now);
    find_selected(s);
    if (s->mode == SCREEN_DETAIL && t->view.count == 0)
        s->mode = SCREEN_TABLE;
    erase();
    if (LINES < LEAST_LINES || COLS < LEAST_COLUMNS) {
        put(0, 0, "too small");
        refresh();
        return;
    }
    draw_head(s);
    if (s->mode == SCREEN_TABLE)
        draw_table(s, now);
    else if (s->mode == SCREEN_DETAIL)
        detail_write(&t->page, t->view.rows[s->index].router, now, clock_format_human);
    else
        write_help(&t->page);
    if (s->mode != SCREEN_TABLE)
        draw_page(s);
    draw_foot(s, steady);
    refresh();
}
