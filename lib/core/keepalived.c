/* keepalived.conf as a tree: words, quotes, comments, blocks, definitions, conditions, includes. */
#include "core/keepalived.h"

#include <stdlib.h>
#include <string.h>

#include "core/keepalived_internal.h"

enum { CHUNK_BYTES = 65536, NESTING = 16, LINE_MOST = 65536 };

/* Memory */

void *ka_allocate(struct ka_conf *c, size_t size)
{
    size = (size + 15) / 16 * 16;
    struct ka_chunk *k = c->chunks;
    if (!k || k->size - k->used < size) {
        size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        k = calloc(1, sizeof *k + room);
        if (!k) {
            c->full = true;
            return NULL;
        }
        k->size = room;
        k->next = c->chunks;
        c->chunks = k;
    }
    void *got = k->bytes + k->used;
    k->used += size;
    return got;
}

struct span ka_keep(struct ka_conf *c, struct span text)
{
    char *copy = ka_allocate(c, text.len + 1);
    if (!copy)
        return (struct span){"", 0};
    memcpy(copy, text.at, text.len);
    return (struct span){copy, text.len};
}

struct ka_conf *ka_new(const char *id)
{
    struct ka_conf *c = calloc(1, sizeof *c);
    if (c) {
        c->id = id;
        c->last = &c->items;
    }
    return c;
}

void ka_free(struct ka_conf *c)
{
    if (!c)
        return;
    for (unsigned p = 0; p < KA_PARTS; p++) {
        if (c->parts[p].at)
            explicit_bzero(c->parts[p].at, c->parts[p].room);
        free(c->parts[p].at);
    }
    for (struct ka_chunk *next, *k = c->chunks; k; k = next) {
        next = k->next;
        explicit_bzero(k->bytes, k->size); /* passwords are among it */
        free(k);
    }
    free(c);
}

const struct ka_item *ka_items(const struct ka_conf *c)
{
    return c->items;
}

/* One file */

struct reading {
    struct ka_conf *conf;
    const char *file;
    unsigned line;
    struct ka_error *error;
    ka_include *include;
    void *context;
    struct ka_item **into[NESTING]; /* where the next item of each open block goes */
    struct ka_item *open[NESTING];
    size_t depth;
    struct ka_item *last; /* a block may open on the line after its words */
};

static bool refuse(struct reading *r, struct span word, const char *reason)
{
    *r->error = (struct ka_error){.file = r->file, .line = r->line, .word = ka_keep(r->conf, word)};
    strncpy(r->error->reason, reason, sizeof r->error->reason - 1);
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Definitions: $NAME=value, then $NAME or ${NAME} */

static bool is_name(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static const struct ka_definition *definition_of(const struct ka_conf *c, struct span name)
{
    const struct ka_definition *d = c->definitions;
    while (d && !span_equal(d->name, name))
        d = d->next;
    return d;
}

/* The name that a $ begins; *used: with it, and braces. len 0: none. */
static struct span name_at(struct span text, size_t *used)
{
    bool braced = text.len > 1 && text.at[1] == '{';
    size_t from = braced ? 2 : 1, to = from;
    while (to < text.len && is_name(text.at[to]))
        to++;
    *used = to;
    if (braced && (to == text.len || text.at[to] != '}'))
        return (struct span){text.at, 0};
    *used += braced;
    return (struct span){text.at + from, to - from};
}

static bool add(char *out, size_t *length, struct span text)
{
    if (*length + text.len >= LINE_MOST)
        return false;
    memcpy(out + *length, text.at, text.len);
    *length += text.len;
    return true;
}

/* What is defined takes its place. */
static bool substitute(struct reading *r, struct span *text, char *out)
{
    size_t length = 0, used;
    for (size_t i = 0; i < text->len; i += used) {
        struct span rest = {text->at + i, text->len - i}, piece = {rest.at, 1};
        used = 1;
        if (rest.at[0] == '$') {
            struct span name = name_at(rest, &used);
            const struct ka_definition *d = name.len > 0 ? definition_of(r->conf, name) : NULL;
            if (name.len > 0 && !d)
                return refuse(r, (struct span){rest.at, used}, "not defined before");
            piece = d ? d->value : (struct span){rest.at, used};
        }
        if (!add(out, &length, piece))
            return refuse(r, (struct span){"", 0}, "the line is too long");
    }
    *text = (struct span){out, length};
    return true;
}

static bool define(struct reading *r, struct span text)
{
    size_t used;
    struct span name = name_at(text, &used), value = {text.at + used + 1, text.len - used - 1};
    struct ka_definition *d = ka_allocate(r->conf, sizeof *d);
    while (value.len > 0 && is_blank(value.at[value.len - 1]))
        value.len--;
    if (value.len > 0 && value.at[value.len - 1] == '\\')
        return refuse(r, name, "a definition of several lines is not known here");
    if (!d)
        return refuse(r, name, "out of memory");
    d->name = ka_keep(r->conf, name);
    d->value = ka_keep(r->conf, value);
    d->next = r->conf->definitions;
    r->conf->definitions = d;
    return true;
}

static bool is_definition(struct span text)
{
    size_t used;
    return text.len > 1 && text.at[0] == '$' && text.at[1] != '{' && name_at(text, &used).len > 0 && used < text.len &&
           text.at[used] == '=';
}

/* Conditions: @id and @^id before a line. *text: without it. False: it is not for this configuration. */
static bool is_wanted(const struct ka_conf *c, struct span *text)
{
    if (text->len == 0 || text->at[0] != '@')
        return true;
    size_t end = 1;
    while (end < text->len && !is_blank(text->at[end]))
        end++;
    bool negated = end > 1 && text->at[1] == '^';
    struct span id = {text->at + 1 + negated, end - 1 - negated};
    *text = (struct span){text->at + end, text->len - end};
    bool same = c->id && span_is(id, c->id);
    return negated ? c->id && !same : same;
}

/* Words */

static struct span trimmed(struct span text)
{
    while (text.len > 0 && is_blank(text.at[0])) {
        text.at++;
        text.len--;
    }
    return text;
}

/* Takes the next word, without its quotes, off *rest; at its end, or a comment, false. brace: it is { or } by itself. */
static bool next_word(struct span *rest, struct span *word, bool *brace)
{
    *rest = trimmed(*rest);
    if (rest->len == 0 || rest->at[0] == '#' || rest->at[0] == '!')
        return false;
    char first = rest->at[0];
    *brace = first == '{' || first == '}';
    size_t end = 1, skip = 0;
    if (first == '"' || first == '\'') {
        while (end < rest->len && rest->at[end] != first) /* one behind a backslash is a plain one */
            end += rest->at[end] == '\\' && end + 1 < rest->len ? 2 : 1;
        *word = (struct span){rest->at + 1, end - 1};
        skip = end < rest->len;
    } else {
        while (!*brace && end < rest->len && !is_blank(rest->at[end]) && !strchr("{}#!\"", rest->at[end]))
            end++;
        *word = (struct span){rest->at, end};
    }
    *rest = (struct span){rest->at + end + skip, rest->len - end - skip};
    return true;
}

static struct ka_item *add_item(struct reading *r, struct span *words, size_t count)
{
    struct ka_item *item = ka_allocate(r->conf, sizeof *item);
    struct span *copies = ka_allocate(r->conf, count * sizeof *copies);
    if (!item || !copies)
        return NULL;
    for (size_t i = 0; i < count; i++)
        copies[i] = ka_keep(r->conf, words[i]);
    *item = (struct ka_item){.file = r->file, .line = r->line, .count = count, .words = copies};
    *r->into[r->depth] = item;
    r->into[r->depth] = &item->next;
    r->last = item;
    return item;
}

static bool open_block(struct reading *r)
{
    if (!r->last)
        return refuse(r, (struct span){"{", 1}, "a block without a name");
    if (r->depth + 1 == NESTING)
        return refuse(r, (struct span){"{", 1}, "too many blocks in one another");
    r->last->block = true;
    r->depth++;
    r->open[r->depth] = r->last;
    r->into[r->depth] = &r->last->children;
    r->last = NULL;
    return true;
}

static bool close_block(struct reading *r)
{
    if (r->depth == 0)
        return refuse(r, (struct span){"}", 1}, "closes no block");
    r->depth--;
    r->last = NULL;
    return true;
}

/* What is included stands where the line did, in the block that is open. */
static bool take_include(struct reading *r, const struct span *words, size_t count)
{
    struct ka_conf *c = r->conf;
    struct ka_item **outer = c->last;
    if (count != 2)
        return refuse(r, words[0], "include takes a file");
    if (c->depth == NESTING)
        return refuse(r, words[1], "files that include each other");
    c->last = r->into[r->depth];
    c->depth++;
    bool done = r->include(r->context, c, r->file, ka_keep(c, words[1]).at, r->error);
    c->depth--;
    r->into[r->depth] = c->last;
    c->last = outer;
    r->last = NULL;
    if (!done && r->error->line == 0) {
        r->error->file = r->file;
        r->error->line = r->line;
    }
    return done;
}

static bool end_words(struct reading *r, struct span *words, size_t *count)
{
    size_t n = *count;
    *count = 0;
    if (n > 0 && span_is(words[0], "include"))
        return take_include(r, words, n);
    return n == 0 || add_item(r, words, n) || refuse(r, words[0], "out of memory");
}

static bool read_words(struct reading *r, struct span text)
{
    struct span words[KA_WORDS], word;
    size_t count = 0;
    bool brace;
    while (next_word(&text, &word, &brace)) {
        if (!brace) {
            if (count == KA_WORDS)
                return refuse(r, word, "too many words in one line");
            words[count++] = word;
            continue;
        }
        if (!end_words(r, words, &count) || !(word.at[0] == '{' ? open_block(r) : close_block(r)))
            return false;
    }
    return end_words(r, words, &count);
}

static bool read_line(struct reading *r, struct span text, char *scratch)
{
    text = trimmed(text);
    if (!is_wanted(r->conf, &text))
        return true;
    text = trimmed(text);
    if (is_definition(text))
        return define(r, text);
    if (text.len > 0 && text.at[0] == '~')
        return refuse(r, text, "sequences (~SEQ, ~LST) are not known here");
    return (!memchr(text.at, '$', text.len) || substitute(r, &text, scratch)) && read_words(r, text);
}

static bool read_lines(struct reading *r, struct span text, char *scratch)
{
    while (text.len > 0) {
        const char *end = memchr(text.at, '\n', text.len);
        size_t length = end ? (size_t)(end - text.at) : text.len;
        r->line++;
        if (memchr(text.at, '\0', length))
            return refuse(r, (struct span){"", 0}, "a NUL byte: this is no text");
        if (!read_line(r, (struct span){text.at, length}, scratch))
            return false;
        text.at += length + (end != NULL);
        text.len -= length + (end != NULL);
    }
    if (r->depth > 0) {
        r->line = r->open[r->depth]->line;
        return refuse(r, r->open[r->depth]->words[0], "a block that never ends");
    }
    return true;
}

bool ka_read(struct ka_conf *c, const char *file, struct span text, ka_include *include, void *context,
             struct ka_error *error)
{
    struct span name = ka_keep(c, (struct span){file, strlen(file)});
    struct reading r = {.conf = c, .file = name.at, .error = error, .include = include, .context = context};
    char *scratch = malloc(LINE_MOST);
    r.into[0] = c->last;
    bool done = scratch ? read_lines(&r, text, scratch) : refuse(&r, (struct span){"", 0}, "out of memory");
    if (done)
        c->last = r.into[0];
    if (scratch)
        explicit_bzero(scratch, LINE_MOST);
    free(scratch);
    return done;
}

/* What is written */

void ka_put_span(struct ka_conf *c, enum ka_part part, struct span text)
{
    struct ka_growing *g = &c->parts[part];
    if (g->room - g->length < text.len) {
        size_t room = 2 * (g->room + text.len) + 256;
        char *grown = malloc(room);
        if (!grown) {
            c->full = true;
            return;
        }
        if (g->length > 0)
            memcpy(grown, g->at, g->length);
        if (g->at)
            explicit_bzero(g->at, g->room);
        free(g->at);
        g->at = grown;
        g->room = room;
    }
    memcpy(g->at + g->length, text.at, text.len);
    g->length += text.len;
}

void ka_put(struct ka_conf *c, enum ka_part part, const char *text)
{
    ka_put_span(c, part, (struct span){text, strlen(text)});
}

void ka_put_u64(struct ka_conf *c, enum ka_part part, uint64_t n)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    ka_put_span(c, part, (struct span){digits + at, sizeof digits - at});
}

struct span ka_text(const struct ka_conf *c, enum ka_part part)
{
    const struct ka_growing *g = &c->parts[part];
    return (struct span){g->at ? g->at : "", g->length};
}
