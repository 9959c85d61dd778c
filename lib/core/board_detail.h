/* All that the board knows of one virtual router, as a page of plain text. Pure. */
#ifndef CORE_BOARD_DETAIL_H
#define CORE_BOARD_DETAIL_H

#include "core/board.h"

enum { PAGE_LINES = 64, PAGE_WIDTH = 256 };

struct page {
    size_t count;
    char lines[PAGE_LINES][PAGE_WIDTH]; /* NUL-terminated; some are empty */
};

/* format_time: RFC 3339, of which the time of day is shown; NULL: Unix time. */
typedef size_t page_time(char out[static STAMP_TEXT], stamp t);
void detail_write(struct page *p, const struct board_router *r, instant now, page_time *format_time);

#endif
