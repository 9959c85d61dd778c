/* A report for people, as plain text or as markup (HTML, SVG), written piece by piece through a buffer of fixed size.
 *
 * Whatever is written as text is escaped here and nowhere else: in markup & < > " and '; and what strangers wrote
 * (page_value) is brought to printable ASCII first, %XX for the rest, so that it can neither end an element nor speak to
 * a terminal. Pure. */
#ifndef CORE_PAGE_H
#define CORE_PAGE_H

#include "core/text.h"

enum { PAGE_BYTES = 4096, PAGE_WORD = 160, PAGE_WIDTH = 100, PAGE_LABEL = 15 };

struct page {
    void (*write)(void *context, struct span piece);
    void *context;
    bool markup;
    /* below: its own; zero at first */
    unsigned indent, column, cell;
    bool flowing;      /* plain: lines are broken at PAGE_WIDTH */
    bool spaced;       /* a blank stands before the word */
    bool begun;        /* something was written: blocks are separated */
    const char *close; /* markup: what ends the block */
    size_t word_length, length;
    char word[PAGE_WORD];
    char buffer[PAGE_BYTES];
};

enum page_block {
    PAGE_TITLE,
    PAGE_SECTION,
    PAGE_PART,
    PAGE_PARAGRAPH,
    PAGE_ITEM, /* of a list */
};

void page_begin(struct page *p, enum page_block block);
void page_end(struct page *p);
/* Figures, a label and a value each; between page_begin and page_end of other blocks. */
void page_figures(struct page *p);
void page_figure(struct page *p, const char *label); /* its value follows, then page_end */
void page_figures_end(struct page *p);
/* A table. width: characters in plain text; negative: to the right; 0: as long as it is, the last one. */
void page_table(struct page *p);
void page_row(struct page *p);
void page_cell(struct page *p, int width, const char *text); /* text: printable, see text_shown */
void page_heading_cell(struct page *p, int width, const char *text);
void page_row_end(struct page *p);
void page_table_end(struct page *p);

void page_words(struct page *p, const char *words); /* ours */
void page_span(struct page *p, struct span text);   /* ours */
void page_value(struct page *p, const char *text);  /* a stranger's */
void page_u64(struct page *p, uint64_t value);
/* As it stands, in markup only: tags of ours. */
void page_raw(struct page *p, const char *markup);
/* Thousandths, with as many decimals as it takes: 12.5. For coordinates; markup only. */
void page_milli(struct page *p, int64_t thousandths);
void page_flush(struct page *p);

/* Any bytes, as printable ASCII: what page_value writes, for text that is put together elsewhere. */
void text_shown(struct text *t, const char *bytes);

#endif
