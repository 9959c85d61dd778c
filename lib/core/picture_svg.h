/* A picture, written as SVG. Pure. */
#ifndef CORE_PICTURE_SVG_H
#define CORE_PICTURE_SVG_H

#include "core/page.h"
#include "core/picture.h"

/* The rules for the classes of all shapes, light and dark; once in each file. */
void picture_style(struct page *page);
/* A <g> with all shapes, y thousandths of a pixel below the top. */
void picture_write(struct page *page, const struct picture *p, int64_t y);

#endif
