#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "sample/draft.h"
#include "sample/filler.h"

/* How a department writes its file of a theme: format, encoding, line ends, which columns in which
 * order under which names. It differs from theme to theme, and follows from the theme's number. */
enum names { NAMES_CODES, NAMES_CHINESE, NAMES_MIXED };

/* What the items' columns are called; empty: there is no such column. */
struct columns {
    struct slice names[THEME_ITEMS_MAX];
};

struct layout {
    struct filler *filler;
    bool is_ndjson;
    bool is_gb18030;
    bool has_bom, has_crlf;
    enum names names;
    bool has_id, has_version, has_time, has_op, has_reason, has_foreign, has_forbidden;
    struct columns own, of_former;
    const struct format *former;  /* a former format in which rows of NDJSON may be written */
    bool is_former;               /* the whole CSV file is */
    const struct filler *partner; /* another department's theme of the same archetype, or NULL */
    void *converter;              /* to GB18030 */
};

/* CE_IO with the reason when the machine's C library does not know GB18030. */
/* A file in a former format has fewer columns: the filler is told which. */
int layout_init(struct layout *l, struct filler *f, struct reason *reterr_why);
void layout_fini(struct layout *l);
/* ".csv" or ".ndjson". */
const char *layout_ending(const struct layout *l);
/* Appends the header; nothing for NDJSON. */
void layout_header(const struct layout *l, struct buf *out);
/* Appends one row and its line end. */
void layout_row(const struct layout *l, const struct draft *d, struct buf *out);
