#include "core/board_view.h"

#include <stdlib.h>
#include <string.h>

#include "core/place.h"

enum { CELL = 512 /* the longest, with its NUL */ };

#define NEW_FOR (10 * SECOND)

static const struct {
    const char *title;
    char key;
    unsigned room;       /* for what comes soon: times grow */
    unsigned least;      /* it may be cut to this; 0: it may not */
    unsigned rank;       /* 1 is the last to go when there is no room */
    bool right, largest; /* numbers stand right; the largest first */
} columns[VIEW_COLUMNS] = {
    [VIEW_WHERE] = {"WHERE", 'W', 5, 0, 2, false, false},
    [VIEW_FAMILY] = {"AF", 'F', 2, 0, 7, true, false},
    [VIEW_VRID] = {"VRID", 'V', 4, 0, 1, true, false},
    [VIEW_ACTIVE] = {"ACTIVE", 'A', 9, 0, 3, false, false},
    [VIEW_PRIO] = {"PRIO", 'P', 4, 0, 4, true, true},
    [VIEW_EVERY] = {"EVERY", 'E', 5, 0, 13, true, false},
    [VIEW_AGE] = {"AGE", 'G', 5, 0, 5, true, true},
    [VIEW_JITTER] = {"JITTER", 'J', 6, 0, 14, true, true},
    [VIEW_CHANGES] = {"CHANGES", 'C', 7, 0, 9, true, true},
    [VIEW_SINCE] = {"SINCE", 'S', 6, 0, 8, true, false},
    [VIEW_HEARD] = {"HEARD", 'H', 5, 0, 12, true, true},
    [VIEW_OWN] = {"OWN", 'O', 6, 0, 10, false, false},
    [VIEW_ALERTS] = {"ALERTS", 'L', 6, 0, 6, false, true},
    [VIEW_ADDRESSES] = {"ADDRESSES", 'D', 9, 11, 11, false, false},
};

const char *view_title(enum view_column c)
{
    return columns[c].title;
}

char view_key(enum view_column c)
{
    return columns[c].key;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool begins(const char *title, struct span word)
{
    for (size_t i = 0; i < word.len; i++)
        if (title[i] == '\0' || lower(title[i]) != lower(word.at[i]))
            return false;
    return word.len > 0;
}

bool view_column_parse(struct span word, enum view_column *out)
{
    size_t found = 0;

    for (unsigned c = 0; c < VIEW_COLUMNS; c++) {
        if (!begins(columns[c].title, word))
            continue;
        *out = (enum view_column)c;
        found++;
        if (strlen(columns[c].title) == word.len)
            return true;
    }
    return found == 1;
}

/* --- Sorting. --- */

/* False: it is not known, and comes last. */
static bool sort_key(const struct board_router *r, enum view_column by, instant now, int64_t *key)
{
    const struct board_speaker *active = r->vacant ? NULL : board_active(r);
    const struct board_change *last = board_change(r, 0);

    switch (by) {
    case VIEW_WHERE:
        *key = 0;
        return true;
    case VIEW_ACTIVE:
        return !r->vacant && r->active.family != 0;
    case VIEW_ADDRESSES:
        return r->address_count > 0;
    case VIEW_FAMILY:
        *key = r->af;
        return true;
    case VIEW_VRID:
        *key = r->vrid;
        return true;
    case VIEW_PRIO:
        *key = active ? active->prio : r->prio;
        return active || (!r->vacant && r->active.family != 0);
    case VIEW_EVERY:
        *key = active ? active->interval : 0;
        return active;
    case VIEW_AGE:
        *key = active ? now.us - active->last.us : 0;
        return active;
    case VIEW_JITTER:
        *key = active ? active->jitter : 0;
        return active && active->gaps > 0;
    case VIEW_CHANGES:
        *key = (int64_t)r->changes;
        return true;
    case VIEW_SINCE:
        *key = last ? now.us - last->at.us : 0;
        return last;
    case VIEW_HEARD:
        *key = (int64_t)r->speaker_count;
        return r->heard;
    case VIEW_OWN:
        *key = (int64_t)r->own;
        return r->has_own;
    case VIEW_ALERTS:
        *key = (int64_t)r->worst << 48 | (int64_t)(r->alert_count & UINT32_MAX);
        return r->alert_count > 0;
    case VIEW_COLUMNS:
        break;
    }
    return false;
}

static int by_place(const struct board_router *a, const struct board_router *b)
{
    int order = place_compare(&a->origin, &b->origin);

    if (order == 0)
        order = (a->vrid > b->vrid) - (a->vrid < b->vrid);
    return order != 0 ? order : (a->af > b->af) - (a->af < b->af);
}

static int by_column(const struct view_row *a, const struct view_row *b)
{
    if (a->by == VIEW_WHERE)
        return by_place(a->router, b->router);
    if (a->by == VIEW_ACTIVE)
        return ip_compare(&a->router->active, &b->router->active);
    if (a->by == VIEW_ADDRESSES)
        return ip_compare(&a->router->addresses[0], &b->router->addresses[0]);
    return (a->key > b->key) - (a->key < b->key);
}

/* What is not known comes last, whichever way; equals as they stand on the wire. */
static int compare(const void *left, const void *right)
{
    const struct view_row *a = left, *b = right;

    if (a->has_key != b->has_key)
        return a->has_key ? -1 : 1;
    int order = a->has_key ? by_column(a, b) : 0;
    if (order != 0)
        return a->descending ? -order : order;
    return by_place(a->router, b->router);
}

void view_update(struct view *v, const struct board *b, instant now)
{
    struct view_row row = {.by = v->sort, .descending = columns[v->sort].largest != v->reverse};

    v->count = 0;
    for (row.router = board_first(b); row.router; row.router = board_next(row.router)) {
        if (!view_matches(&v->filter, row.router, now))
            continue;
        row.has_key = sort_key(row.router, v->sort, now, &row.key);
        v->rows[v->count++] = row;
    }
    qsort(v->rows, v->count, sizeof v->rows[0], compare);
}

/* --- Columns. --- */

void view_reset(struct view *v)
{
    memset(v->width, 0, sizeof v->width);
    memset(v->filled, 0, sizeof v->filled);
}

static void measure(struct view *v, size_t index, instant now)
{
    char cell[CELL];

    for (unsigned c = 0; c < VIEW_COLUMNS; c++) {
        struct text t = {.at = cell, .size = sizeof cell};

        cell_put(&t, (enum view_column)c, v->rows[index].router, now);
        v->filled[c] = v->filled[c] || t.length > 0;
        v->width[c] = t.length > v->width[c] ? (unsigned)t.length : v->width[c];
    }
}

static unsigned least_of(const struct view *v, unsigned c, size_t width)
{
    return width != VIEW_ALL && columns[c].least != 0 && columns[c].least < v->width[c] ? columns[c].least
                                                                                        : v->width[c];
}

/* The column that sorts is the very last to go. */
static unsigned column_of_rank(const struct view *v, unsigned rank)
{
    unsigned c = 0;

    if (rank == 0)
        return v->sort;
    while (columns[c].rank != rank)
        c++;
    return c;
}

void view_fit(struct view *v, size_t first, size_t count, instant now, size_t width)
{
    size_t used = 0;

    for (unsigned c = 0; c < VIEW_COLUMNS; c++)
        v->width[c] = columns[c].room > v->width[c] ? columns[c].room : v->width[c];
    for (size_t i = first; i < v->count && i < first + count; i++)
        measure(v, i, now);
    memset(v->shown, 0, sizeof v->shown);
    for (unsigned rank = 0; rank <= VIEW_COLUMNS; rank++) {
        unsigned c = column_of_rank(v, rank);
        size_t needed = least_of(v, c, width) + (used > 0 ? 1 : 0);

        if (v->shown[c] || (!v->filled[c] && rank > 3))
            continue;
        if (width != VIEW_ALL && used > 0 && used + needed > width)
            continue;
        v->shown[c] = true;
        used += needed;
    }
}

/* --- Text. --- */

struct row_text {
    char *out;
    size_t length, room;
    bool first;
};

static void put_bytes(struct row_text *row, const char *at, size_t count)
{
    size_t left = row->room - row->length;

    count = count < left ? count : left;
    memcpy(row->out + row->length, at, count);
    row->length += count;
}

static void put_blanks(struct row_text *row, size_t count)
{
    while (count-- > 0)
        put_bytes(row, " ", 1);
}

/* The last column has what room is left; one that is cut ends in a mark. */
static void put_cell(struct row_text *row, const struct view *v, unsigned c, struct span cell)
{
    size_t width = v->width[c], blanks = width > cell.len ? width - cell.len : 0;

    put_blanks(row, row->first ? 0 : 1);
    row->first = false;
    if (columns[c].right)
        put_blanks(row, blanks);
    bool cut = cell.len > row->room - row->length;
    put_bytes(row, cell.at, cell.len);
    if (cut && row->length > 0)
        row->out[row->length - 1] = '>';
    if (!columns[c].right)
        put_blanks(row, blanks);
}

static size_t finish(struct row_text *row)
{
    while (row->length > 0 && row->out[row->length - 1] == ' ')
        row->length--;
    row->out[row->length] = '\0';
    return row->length;
}

static struct row_text begin(char *out, size_t width)
{
    return (struct row_text){out, 0, width != VIEW_ALL && width < VIEW_WIDTH ? width : VIEW_WIDTH - 1, true};
}

size_t view_titles(const struct view *v, char out[static VIEW_WIDTH], size_t width)
{
    struct row_text row = begin(out, width);

    for (unsigned c = 0; c < VIEW_COLUMNS; c++)
        if (v->shown[c])
            put_cell(&row, v, c, (struct span){columns[c].title, strlen(columns[c].title)});
    return finish(&row);
}

bool view_sorted(const struct view *v, size_t *at, size_t *length)
{
    size_t title = strlen(columns[v->sort].title);

    *at = 0;
    *length = title;
    for (unsigned c = 0; c < v->sort; c++)
        *at += v->shown[c] ? v->width[c] + 1 : 0;
    *at += columns[v->sort].right ? v->width[v->sort] - title : 0;
    return v->shown[v->sort];
}

size_t view_row(const struct view *v, size_t index, instant now, char out[static VIEW_WIDTH], size_t width)
{
    static const struct span unknown = {"-", 1};
    struct row_text row = begin(out, width);
    char cell[CELL];

    for (unsigned c = 0; c < VIEW_COLUMNS; c++) {
        struct text t = {.at = cell, .size = sizeof cell};

        if (!v->shown[c])
            continue;
        cell_put(&t, (enum view_column)c, v->rows[index].router, now);
        put_cell(&row, v, c, t.length > 0 ? (struct span){cell, t.length} : unknown);
    }
    return finish(&row);
}

/* --- Moods. --- */

enum view_mood view_mood(const struct board_router *r, instant now)
{
    const struct board_speaker *active = board_active(r);
    const struct board_change *last = board_change(r, 0);

    if (r->vacant)
        return MOOD_VACANT;
    if (active && now.us - active->last.us > active->interval + active->interval / 2)
        return MOOD_LATE;
    if (last && r->changes > 0 && now.us - last->at.us < NEW_FOR)
        return MOOD_NEW;
    return r->worst >= SEVERITY_HIGH || board_rivals(r, now) > 0 ? MOOD_ALERT : MOOD_CALM;
}
