/* keepalived.conf: its text to a tree, and that to the words of this house. Pure; owns its memory.
 *
 * What it knows is the VRRP of keepalived 2.2 (keepalived.conf(5)). A keyword that has no counterpart here becomes a comment in
 * what is written when nothing is lost, or the conversion fails with it: none is dropped in silence. */
#ifndef CORE_KEEPALIVED_H
#define CORE_KEEPALIVED_H

#include "core/line.h"

/* A line of the file, or a block with its lines. */
struct ka_item {
    struct ka_item *next, *children;
    const char *file;
    unsigned line;
    bool block;
    size_t count; /* words, at least one; quotes are taken off */
    struct span *words;
};

struct ka_error {
    const char *file; /* as it was given to ka_read */
    unsigned line;
    struct span word;
    char reason[160];
};

struct ka_conf;
/* id: of this configuration, for lines that begin with @; NULL: none of them counts. NULL: out of memory. */
struct ka_conf *ka_new(const char *id);
void ka_free(struct ka_conf *c);
/* An `include`: whoever gives the text reads the files of that name (which may have wildcards, and is as it stands there) with
 * ka_read. False: *error says why. */
typedef bool ka_include(void *context, struct ka_conf *c, const char *from, const char *pattern,
                        struct ka_error *error);
/* Adds what is in a file; text need not stay. False: *error. */
bool ka_read(struct ka_conf *c, const char *file, struct span text, ka_include *include, void *context,
             struct ka_error *error);
const struct ka_item *ka_items(const struct ka_conf *c);

/* What comes of it, each a text of lines. */
enum ka_part {
    KA_VR,     /* vr, check and watch lines, and comments: for vrrp-run(8) */
    KA_KEYS,   /* key lines: secrets; empty: none are needed */
    KA_NOTIFY, /* a shell script for vrrp-hook(8); empty: it is not needed */
    KA_PARTS,
};
/* False: an error, or memory; *error tells of the first. More are told through `more` (may be NULL). */
bool ka_convert(struct ka_conf *c, struct ka_error *error, void (*more)(void *context, const struct ka_error *e),
                void *context);
struct span ka_text(const struct ka_conf *c, enum ka_part part);

#endif
