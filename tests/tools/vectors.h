/* Reads tests/unit/vectors.tsv: packets in hexadecimal and what must come of them. For tests and their tools. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VECTORS_PATH "tests/unit/vectors.tsv"
enum { VECTORS = 28 };

struct vector {
    char text[1024]; /* the row, its tabs made NUL: the rest points into it */
    const char *id, *what, *src, *dst;
    const char *expected; /* "advert cksum=message ..." */
    uint8_t vrrp[256], frame[256];
    size_t vrrp_length, frame_length;
};

/* The next row. False at the end of the file; a row that is no vector ends the program with a message. */
bool vector_read(FILE *file, struct vector *v);
/* The frame of a line: hexadecimal alone, or a row of vectors.tsv. NULL: there is none, as of a comment. Writes into it. */
const char *hex_of_line(char *line);
/* Bytes from pairs of hex digits; blanks between them do not matter. SIZE_MAX: it is not that, or does not fit. */
size_t hex_bytes(uint8_t *out, size_t size, const char *hex);

#endif
