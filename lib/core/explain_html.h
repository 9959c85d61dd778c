/* The report as one page with pictures, and the pictures alone. Each is one file that needs nothing else: no network, no
 * script. page->markup is set. False: out of memory. Pure. */
#ifndef CORE_EXPLAIN_HTML_H
#define CORE_EXPLAIN_HTML_H

#include "core/page.h"
#include "core/timeline.h"

bool explain_html(struct page *p, const struct timeline *t,
                  size_t (*format_time)(char out[static STAMP_TEXT], stamp t));
bool explain_svg(struct page *p, const struct timeline *t, size_t (*format_time)(char out[static STAMP_TEXT], stamp t));

#endif
