#include "core/hook_environment.h"

static const char *const own[HOOK_OWN] = {"event", "time", "when", "text", "line"};

static void begin(struct hook_environment *e, struct span key)
{
    e->variables[e->count] = e->text.at + e->text.length;
    text_word(&e->text, "VRRP_");
    for (size_t i = 0; i < key.len; i++) {
        char c = key.at[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c == '-')
            c = '_';
        text_span(&e->text, (struct span){&c, 1});
    }
    text_word(&e->text, "=");
}

/* The NUL of this one stays; the next begins behind it. */
static void end(struct hook_environment *e)
{
    if (e->text.cut)
        return; /* it is not there at all, rather than half */
    e->count++;
    e->text.length++;
    e->text.at[e->text.length] = '\0';
}

static void put(struct hook_environment *e, const char *key, struct span value)
{
    begin(e, LINE_KEY(key));
    text_span(&e->text, value);
    end(e);
}

static bool is_own(struct span key)
{
    for (size_t i = 0; i < nitems(own); i++)
        if (span_is(key, own[i]))
            return true;
    return false;
}

void hook_environment(struct hook_environment *e, const char *host, const struct line *l, stamp time, const char *when)
{
    char stamp_text[STAMP_TEXT], sentence_text[SENTENCE_TEXT];
    struct text words = {.at = sentence_text, .size = sizeof sentence_text};
    e->count = 0;
    e->text = (struct text){.at = e->bytes, .size = sizeof e->bytes - 1};
    sentence(&words, host, l);
    put(e, "event", l->event);
    put(e, "time", (struct span){stamp_text, format_stamp(stamp_text, time)});
    put(e, "when", (struct span){when, strlen(when)});
    put(e, "text", (struct span){words.at, words.length});
    put(e, "line", l->text);
    for (size_t i = 0; i < l->count; i++) {
        if (is_own(l->fields[i].key))
            continue;
        begin(e, l->fields[i].key);
        text_value(&e->text, l->fields[i].value);
        end(e);
    }
    e->variables[e->count] = NULL;
}
