/* A line's values, key by key, with the name of the first that is missing or wrong. Pure.
 *
 * Each read_ function: true when the key is there and its value is right, and only then *out changes, so that the
 * caller sets defaults first. A wrong value is noted in `wrong`; an absent key is not, until reader_needs. */
#ifndef CORE_READER_H
#define CORE_READER_H

#include "core/config.h"
#include "core/line.h"

struct reader {
    const struct line *line;
    size_t next;       /* keys come in a fixed order: here the next one probably is */
    uint64_t keys;     /* a bit for each key that is there, by its first two letters; 0: not looked at yet */
    const char *wrong; /* NULL: nothing is wrong so far */
};

bool reader_find(struct reader *r, const char *key, struct span *value);
void reader_wrong(struct reader *r, const char *key);
void reader_needs(struct reader *r, const char *key, bool there);
/* True when nothing is wrong, else *where is its name. */
bool reader_done(const struct reader *r, const char **where);

bool read_u8(struct reader *r, const char *key, uint8_t min, uint8_t max, uint8_t *out);
bool read_u16(struct reader *r, const char *key, uint16_t min, uint16_t max, uint16_t *out);
bool read_u32(struct reader *r, const char *key, uint32_t *out);
bool read_i32(struct reader *r, const char *key, int32_t *out);
bool read_u64(struct reader *r, const char *key, uint64_t *out);
bool read_yes_no(struct reader *r, const char *key, bool *out);
bool read_text(struct reader *r, const char *key, char *out, size_t size);
bool read_delay(struct reader *r, const char *key, usec *out);    /* 0s..24h: may be added to any instant */
bool read_duration(struct reader *r, const char *key, usec *out); /* any */
bool read_ip(struct reader *r, const char *key, uint8_t family, struct ip *out); /* family 0: any */
bool read_mac(struct reader *r, const char *key, struct mac *out);
/* One of words[0..count), by its index; NULL among them is none. */
bool read_word(struct reader *r, const char *key, const char *const *words, size_t count, unsigned *out);
/* if= vrid=; af= stays as it was when it is absent. */
void read_identity(struct reader *r, struct identity *id);

#endif
