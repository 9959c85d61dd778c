/* The terminal: opening it, keys, closing it. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <curses.h>
#include <termcap.h>

#include "cmd/top.h"
#include "net/clock.h"

enum { CTRL_L = 12, CTRL_U = 21, CTRL_Z = 26, ESCAPE = 27, DELETE = 127, ESCAPE_MS = 50, ACROSS = 8 };

#define AT_MOST (100 * MILLISECOND) /* from one screen to the next, whatever happens */

static struct {
    bool open;
    SCREEN *screen;
    FILE *keys; /* standard input is a pipe */
} terminal;

static struct screen screen;

/* --- The terminal. --- */

/* Also from exit(), wherever that was called: what was said just before is said again where it can be read. */
static void close_terminal(void)
{
    if (!terminal.open)
        return;
    terminal.open = false;
    endwin();
    delscreen(terminal.screen);
    fclose(terminal.keys);
    cli_say_to(NULL);
    if (screen.running && screen.note[0] != '\0')
        cli_say("%s", screen.note);
}

static void take_message(const char *message)
{
    size_t name = strlen(program.name) + strlen(": ");

    snprintf(screen.note, sizeof screen.note, "%s", message + name);
    screen.dirty = true;
}

/* Ctrl-Z comes as a key: the screen is put away before the program stops. */
static void take_suspend_key(void)
{
    struct termios mode;

    if (tcgetattr(STDOUT_FILENO, &mode) < 0)
        return;
    mode.c_cc[VSUSP] = _POSIX_VDISABLE;
    tcsetattr(STDOUT_FILENO, TCSANOW, &mode);
    def_prog_mode();
}

static bool has_colours(void)
{
    const char *none = getenv("NO_COLOR");

    if ((none != NULL && none[0] != '\0') || !has_colors() || start_color() == ERR || use_default_colors() == ERR)
        return false;
    init_pair(MOOD_NEW, COLOR_CYAN, -1);
    init_pair(MOOD_LATE, COLOR_YELLOW, -1);
    init_pair(MOOD_VACANT, COLOR_RED, -1);
    init_pair(MOOD_ALERT, COLOR_MAGENTA, -1);
    return true;
}

/* Before ncurses takes it: it would draw on a terminal whose cursor it cannot move. */
static void check_terminal(void)
{
    const char *name = getenv("TERM");

    if (name == NULL || tgetent(NULL, name) != 1 || tgetstr("cm", NULL) == NULL)
        cli_die(EXIT_SYSTEM, "TERM=%s: it cannot show a screen; with | cat there is a table", name != NULL ? name : "");
}

static void open_terminal(struct screen *s)
{
    check_terminal();
    terminal.keys = fopen("/dev/tty", "re");
    if (terminal.keys == NULL)
        cli_die(EXIT_SYSTEM, "/dev/tty: %s: there are no keys; with | cat there is a table", strerror(errno));
    /* ncurses would take these over, and work in their handlers */
    void (*stop)(int) = signal(SIGTSTP, SIG_IGN);
    terminal.screen = newterm(NULL, stdout, terminal.keys);
    signal(SIGTSTP, stop);
    if (terminal.screen == NULL)
        cli_die(EXIT_SYSTEM, "the terminal: %s", strerror(errno));
    terminal.open = true;
    atexit(close_terminal);
    if (isatty(STDERR_FILENO))
        cli_say_to(take_message);
    s->colours = has_colours();
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    set_escdelay(ESCAPE_MS);
    curs_set(0);
    take_suspend_key();
}

/* All of the pipeline stops, as if the terminal had seen the key. */
static void suspend(void)
{
    endwin();
    kill(0, SIGTSTP);
    clearok(curscr, TRUE);
    refresh();
}

/* --- Keys. --- */

static void type(struct screen *s, int key)
{
    size_t length = strlen(s->typed);
    const char *wrong, *reason;

    if (key == ESCAPE) {
        s->typing = false;
    } else if (key == CTRL_U) {
        s->typed[0] = '\0';
    } else if (key == KEY_BACKSPACE || key == DELETE || key == '\b') {
        s->typed[length > 0 ? length - 1 : 0] = '\0';
    } else if (key == '\r' || key == '\n' || key == KEY_ENTER) {
        s->typing = false;
        if (top_filter_parse(&s->next, s->typed, &wrong, &reason)) {
            (void)top_filter_parse(&s->top->filter, s->typed, &wrong, &reason);
            view_reset(&s->top->view);
        } else {
            snprintf(s->note, sizeof s->note, "%.100s: %s", wrong, reason);
        }
    } else if (key >= ' ' && key < DELETE && length + 1 < sizeof s->typed) {
        s->typed[length] = (char)key;
        s->typed[length + 1] = '\0';
    }
}

static void move_by(size_t *at, int by)
{
    size_t far = (size_t)(by < 0 ? -by : by);

    if (by < 0)
        *at -= far < *at ? far : *at;
    else
        *at += far; /* drawing keeps it inside */
}

/* From now on it is this virtual router, wherever it goes. */
static void select_row(struct screen *s)
{
    const struct view *v = &s->top->view;

    if (s->index >= v->count)
        s->index = v->count > 0 ? v->count - 1 : 0;
    s->selected = v->count > 0 ? v->rows[s->index].router->serial : 0;
}

/* Up and down: among the rows, or through a page. */
static bool move_key(struct screen *s, int key)
{
    size_t *at = s->mode == SCREEN_TABLE ? &s->index : &s->scroll;
    int page = (int)screen_rows();

    switch (key) {
    case KEY_UP:
    case 'k':
        move_by(at, -1);
        break;
    case KEY_DOWN:
    case 'j':
        move_by(at, 1);
        break;
    case KEY_PPAGE:
        move_by(at, -page);
        break;
    case KEY_NPAGE:
        move_by(at, page);
        break;
    case KEY_HOME:
    case 'g':
        *at = 0;
        break;
    case KEY_END:
        move_by(at, BOARD_ROUTERS);
        break;
    default:
        return false;
    }
    if (s->mode == SCREEN_TABLE)
        select_row(s);
    return true;
}

static void sort_by(struct view *v, enum view_column c)
{
    v->reverse = v->sort == c && !v->reverse;
    v->sort = c;
}

static bool sort_key(struct view *v, int key)
{
    enum view_column next = v->sort;

    for (unsigned c = 0; c < VIEW_COLUMNS; c++) {
        if (key == view_key((enum view_column)c)) {
            sort_by(v, (enum view_column)c);
            return true;
        }
    }
    if (key == '<' || key == ',' || key == KEY_LEFT)
        next = (v->sort + VIEW_COLUMNS - 1) % VIEW_COLUMNS;
    else if (key == '>' || key == '.' || key == KEY_RIGHT)
        next = (v->sort + 1) % VIEW_COLUMNS;
    else if (key == 'r')
        v->reverse = !v->reverse;
    else
        return false;
    v->sort = next;
    return true;
}

static void enter(struct screen *s, enum screen_mode mode)
{
    s->mode = mode;
    s->scroll = s->across = 0;
}

static void table_key(struct screen *s, int key)
{
    if (key == '/') {
        s->typing = true;
        snprintf(s->typed, sizeof s->typed, "%s", s->top->filter.text);
    } else if (key == '\r' || key == '\n' || key == KEY_ENTER) {
        if (s->top->view.count > 0)
            enter(s, SCREEN_DETAIL);
    } else {
        sort_key(&s->top->view, key);
    }
}

static void press(struct screen *s, int key)
{
    bool was_paused = s->paused;

    s->dirty = true;
    s->paused = false;
    s->note[0] = '\0';
    if (key == KEY_RESIZE)
        view_reset(&s->top->view);
    else if (key == CTRL_L)
        clearok(curscr, TRUE);
    else if (key == CTRL_Z)
        suspend();
    else if (s->typing)
        type(s, key);
    else if (key == 'q' || key == 'Q')
        s->top->stream.stop = true;
    else if (key == ' ' || key == 'p')
        s->paused = !was_paused;
    else if (key == '?' || key == 'h' || key == KEY_F(1))
        enter(s, s->mode == SCREEN_HELP ? SCREEN_TABLE : SCREEN_HELP);
    else if (s->mode != SCREEN_TABLE &&
             (key == ESCAPE || key == '\r' || key == '\n' || key == KEY_ENTER || key == KEY_BACKSPACE))
        enter(s, SCREEN_TABLE);
    else if (s->mode != SCREEN_TABLE && (key == KEY_LEFT || key == KEY_RIGHT))
        move_by(&s->across, key == KEY_LEFT ? -ACROSS : ACROSS);
    else if (!move_key(s, key) && s->mode == SCREEN_TABLE)
        table_key(s, key);
}

/* --- Lines and time. --- */

/* The stream's user is the screen; the lines are for all of vrrp-top. */
static void take_line(void *context, const struct line *l, struct span text)
{
    struct screen *s = context;

    top_take_line(s->top, l, text);
}

/* When there is something new to be seen, but never too soon; and regularly, since ages grow. */
static instant due(void *context)
{
    const struct screen *s = context;
    bool news = board_totals(s->top->board)->news != s->news;

    if (s->dirty)
        return s->drawn;
    if (s->paused)
        return INSTANT_NEVER;
    if (news)
        return (instant){s->drawn.us + AT_MOST};
    return s->top->stream.in.ended ? INSTANT_NEVER : (instant){s->drawn.us + s->top->every};
}

static void idle(void *context)
{
    struct screen *s = context;
    instant now = clock_now();

    for (int key; (key = getch()) != ERR;)
        press(s, key);
    if (s->top->stream.in.ended && !s->ended) {
        s->ended = s->dirty = true;
        board_stop(s->top->board);
    }
    if (due(s).us > now.us)
        return;
    s->news = board_totals(s->top->board)->news;
    s->dirty = false;
    s->drawn = now;
    screen_draw(s, now);
}

static void nothing(void *context, instant now)
{
    (void)context;
    (void)now; /* idle comes next */
}

enum exit_status top_screen(struct top *t)
{
    screen.top = t;
    screen.dirty = true;
    if (t->every == 0)
        t->every = SECOND / 2;
    t->stream.at_once = t->stream.stays = true;
    stream_open(&t->stream);
    open_terminal(&screen);
    cli_confine(CONFINE_SCREEN);

    const struct stream_user user = {.context = &screen,
                                     .line = take_line,
                                     .due = due,
                                     .moment = nothing,
                                     .idle = idle,
                                     .other = fileno(terminal.keys)};

    screen.running = true;
    stream_run(&t->stream, &user);
    screen.running = false;
    close_terminal();
    return stream_status(&t->stream);
}
