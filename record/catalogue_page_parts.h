#pragma once
#include "record/catalogue_page.h"
#include "record/wording.h"

/* What the page's writers share: catalogue_page.c, page_items.c. Not for others. */

struct page {
    struct arena *a;
    struct buf *b;
    const struct catalogue *c;
};

/* Text in a table's cell: what would be read as Markdown is escaped. */
void page_text(struct page *p, struct slice s);
/* "公众 everybody" */
void page_word(struct page *p, const char *key, struct slice word);
/* "`CF_WSH`、`CF_CFJGDM`" */
void page_codes(struct page *p, const struct slice *list, size_t count);

/* A table of the items of a theme or an archetype (`of`); only those that `shown` names by index,
 * all when it is NULL. */
void page_items(struct page *p, const struct theme *of, const bool *shown);
/* Older formats and what is not collected; nothing when there is none. */
void page_formats(struct page *p, const struct theme *of);
void page_conditions(struct page *p, const struct theme *of);
/* The item says in both the same, who sees it seen from its theme. */
bool page_item_same(struct page *p, const struct theme *x, const struct item *i,
                    const struct theme *y, const struct item *k);
