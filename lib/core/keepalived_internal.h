/* Shared by the files about keepalived.conf; nobody else includes it. */
#ifndef CORE_KEEPALIVED_INTERNAL_H
#define CORE_KEEPALIVED_INTERNAL_H

#include "core/keepalived.h"
#include "core/units.h"

enum { KA_WORDS = 128 };

struct ka_chunk {
    struct ka_chunk *next;
    size_t used, size;
    char bytes[];
};

struct ka_definition {
    struct ka_definition *next;
    struct span name, value;
};

struct ka_growing {
    char *at;
    size_t length, room;
};

struct ka_conf {
    struct ka_chunk *chunks;
    const char *id;
    struct ka_item *items, **last;
    struct ka_definition *definitions;
    unsigned depth; /* of includes */
    struct ka_growing parts[KA_PARTS];
    bool full; /* out of memory */
};

void *ka_allocate(struct ka_conf *c, size_t size); /* zeroed, of the conf; NULL: out of memory, and `full` */
struct span ka_keep(struct ka_conf *c, struct span text);
void ka_put(struct ka_conf *c, enum ka_part part, const char *text);
void ka_put_span(struct ka_conf *c, enum ka_part part, struct span text);
void ka_put_u64(struct ka_conf *c, enum ka_part part, uint64_t n);

/* --- The conversion. --- */

/* What an instance has where it says nothing else: from global_defs. */
struct ka_defaults {
    uint64_t version, garp_delay, garp_repeat, garp_refresh, down_factor;
    usec startup_delay, garp_interval;
    bool strict, last_advert;
    struct span interface;
};

/* The first `size` kinds of thing that are named and used elsewhere. */
struct ka_named {
    struct ka_named *next;
    struct span name;
    const struct ka_item *item;
    struct span value; /* of a track: its weight, or empty; of a member: its group */
    bool reverse;
    bool used;
};

struct ka_conversion {
    struct ka_conf *conf;
    struct ka_error *error;
    void (*more)(void *context, const struct ka_error *e);
    void *context;
    bool failed;
    struct ka_defaults defaults;
    struct ka_named *scripts, *processes, *files, *members; /* members: of sync groups */
    bool notifies;
};

/* keepalived_words.c: words and what is said of them. Those that return a bool: false, an error was told. */
bool ka_refuse(struct ka_conversion *v, const struct ka_item *item, struct span word, const char *reason);
/* "# FILE:LINE: the words: why", where the item is in the file. */
void ka_comment(struct ka_conversion *v, const struct ka_item *item, const char *why);
bool ka_number(struct ka_conversion *v, const struct ka_item *item, uint64_t min, uint64_t max, uint64_t *out);
bool ka_seconds(struct ka_conversion *v, const struct ka_item *item, usec most, usec *out); /* with decimals */
bool ka_yes(struct ka_conversion *v, const struct ka_item *item, bool *out);                /* without a word: yes */
struct span ka_argument(struct ka_conversion *v, const struct ka_item *item); /* the one; len 0: it was told */
void ka_put_key(struct ka_conf *c, enum ka_part part, const char *key);       /* " key=" */
/* A value with what may not stand in it as %XX, in a list also , @ and :. */
void ka_put_value(struct ka_conf *c, enum ka_part part, struct span text, bool in_list);
void ka_put_duration(struct ka_conf *c, enum ka_part part, usec d);

/* What becomes of a keyword. */
struct ka_rule {
    const char *word;
    bool (*take)(struct ka_conversion *v, void *into, const struct ka_item *item); /* or NULL, then */
    const char *comment;                                                           /* nothing is lost, or */
    const char *error;                                                             /* something would be */
};
/* Each item by its rule; what has none is an error: unknown says what of. */
void ka_apply(struct ka_conversion *v, const struct ka_rule *rules, size_t count, const struct ka_item *items,
              void *into, const char *unknown);
struct ka_named *ka_named(struct ka_named *list, struct span name);

/* keepalived_instance.c */
void ka_convert_instance(struct ka_conversion *v, const struct ka_item *item);

/* keepalived_beside.c: scripts, processes, files; and who is to be told. */
bool ka_add_named(struct ka_conversion *v, struct ka_named **list, const struct ka_item *item);
void ka_convert_script(struct ka_conversion *v, const struct ka_item *item);
void ka_convert_process(struct ka_conversion *v, const struct ka_item *item);
void ka_convert_file(struct ka_conversion *v, const struct ka_item *item);
bool ka_take_notify(struct ka_conversion *v, const char *type, struct span name, const struct ka_item *item);
void ka_end_notify(struct ka_conversion *v);

#endif
