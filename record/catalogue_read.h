#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/yaml.h"
#include "record/catalogue.h"

/* Private to the catalogue's reader (fields.c, theme_words.c, theme_read.c, item_read.c,
 * condition_read.c, format_read.c, theme_check.c, theme_index.c, common_read.c, terms_read.c,
 * workdays_read.c, catalogue_load.c, catalogue_restore.c) and writer (entry_write.c). */

/* A place in a file that a person can open. */
struct where {
    const char *file;
    int line;
};

/* One reading of files or stored entries. The first refusal sticks: later calls give fallbacks, so
 * that a straight line of readings asks `err` once. */
struct reading {
    struct arena *a;
    struct reason *why;
    int err;             /* 0 or CE_INVALID */
    bool is_partial;     /* an archetype on its own: keys may be missing */
    bool leans_on_wrong; /* names what was told to be wrong: what is found may follow from that */
    bool is_stored; /* was checked when it came into force: words and departments are not compared
                       again */
    const struct code_set *sets;
    size_t set_count;
    const struct common *common; /* departments and masks; NULL when is_stored */
};

/* "FILE:LINE: what; remedy" into the reason, once. */
void refuse(struct reading *r, struct where at, const char *fmt, ...) PRINTF(3, 4);

/* The keys of a map, each with the file it came from: a theme is laid over its archetype. */
struct field {
    struct slice key;
    const struct yaml *value;
    struct where at; /* of the key */
};
struct fields {
    struct field *list;
    size_t count;
    struct where at;
};

struct fields fields_of(struct reading *r, const struct yaml *map, const char *file);
/* Keys of both; where both have one, that of `over`. */
struct fields fields_over(struct reading *r, const struct fields *base, const struct fields *over);
const struct field *fields_get(const struct fields *f, const char *key);
/* Where the key stands, or the map when it is missing. */
struct where fields_where(const struct fields *f, const char *key);
/* Refuses a key that is not in the NULL-terminated list. */
void fields_known(struct reading *r, const struct fields *f, const char *const *keys);

/* Each refuses a missing key (unless is_partial) or a value of the wrong form. */
struct slice want_text(struct reading *r, const struct fields *f, const char *key);
int64_t want_int(struct reading *r, const struct fields *f, const char *key, int64_t min,
                 int64_t max);
struct utc_ms want_instant(struct reading *r, const struct fields *f, const char *key);
struct day want_day(struct reading *r, const struct fields *f, const char *key);
/* The same for keys that may be missing. */
struct slice take_text(struct reading *r, const struct fields *f, const char *key);
int64_t take_int(struct reading *r, const struct fields *f, const char *key, int64_t min,
                 int64_t max, int64_t fallback);
bool take_bool(struct reading *r, const struct fields *f, const char *key);
/* A list of texts; empty when the key is missing. */
struct slice *take_texts(struct reading *r, const struct fields *f, const char *key,
                         size_t *ret_count);
/* The members of a list of maps; empty when the key is missing. */
struct fields *take_maps(struct reading *r, const struct fields *f, const char *key,
                         size_t *ret_count);
/* Refuses what is not a code: letters (capital or small), digits, and _ (capital) or - (small); at
 * most 64. */
void code_shape(struct reading *r, struct where at, struct slice code, bool is_upper);

/* Words that a key may have (theme_words.c). */
struct word {
    const char *text;
    int value;
};
struct words {
    const struct word *list;
    size_t count;
};
extern const struct words WORDS_TYPE, WORDS_ROLE, WORDS_REQUIRED, WORDS_VISIBILITY, WORDS_POLARITY,
    WORDS_PUBLICATION, WORDS_CATEGORY, WORDS_KIND, WORDS_CYCLE, WORDS_RETENTION, WORDS_SEX,
    WORDS_WHOM;
/* The value, or -1. */
int words_find(const struct words *w, struct slice text);
const char *words_text(const struct words *w, int value);
/* "a, b, c", cut to fit. */
void words_list(const struct words *w, char *out, size_t n);
/* The value, or `fallback` when the key is missing; `fallback` -1 says that it must be there. */
int take_word(struct reading *r, const struct fields *f, const char *key, const struct words *w,
              int fallback);

/* A theme whose archetype is put in already; `items` likewise. Its text is rendered. */
struct theme *theme_read(struct reading *r, const struct fields *f, const struct fields *items,
                         size_t item_count);
/* One item; references to other items are left to theme_read. */
void item_read(struct reading *r, const struct fields *f, enum visibility theme_visibility,
               struct item *ret);
/* Index of the item that a key names by its code; -1, and refused unless is_partial, when there is
 * none. */
int item_named(struct reading *r, const struct theme *t, const struct fields *f, const char *key,
               struct slice code);
/* What an item's required_when says, and the theme's not_collected; items are read already. */
void conditions_read(struct reading *r, const struct fields *f, const struct fields *items,
                     struct theme *t);
/* The theme's formats; the theme is indexed already. */
void formats_read(struct reading *r, const struct fields *f, struct theme *t);
/* A set, from its own file (`f` has values and source) or inlined in a theme. */
void code_set_read(struct reading *r, const struct fields *f, struct slice name,
                   struct code_set *ret);
/* What must hold between the parts of a theme. */
void theme_check(struct reading *r, struct theme *t, const struct fields *f,
                 const struct fields *items);
/* Sorts, drops what stands twice for one value, refuses a word of two values. */
size_t code_words_settle(struct reading *r, struct where at, const struct code_set *set,
                         struct code_word *words, size_t count);
/* What it cannot mean, whatever its form; of files only. */
void theme_sense(struct reading *r, const struct theme *t, const struct fields *f,
                 const struct fields *items);
/* Builds by_code and names; refuses a name that two items bear. */
void theme_index(struct reading *r, struct theme *t, const struct fields *items);

/* Departments and tables; `divisions` is used when the fields have none. */
void common_read(struct reading *r, const struct fields *f, const struct fields *tables,
                 struct common *ret);
/* Working days and deadlines, and their members of the stored entry. */
void workdays_read(struct reading *r, const struct fields *f, struct tables *ret);
struct json_out;
void workdays_write(const struct tables *t, struct json_out *o);
/* Terms and the words of severity. */
void terms_read(struct reading *r, const struct fields *f, struct tables *ret);
/* Code, name and last year of divisions from a CSV file; codes sorted, each once. */
void divisions_read_csv(struct reading *r, struct slice text, const char *file, struct tables *ret);

/* The same from a stored entry; nothing when it has none. */
void divisions_read(struct reading *r, const struct fields *f, struct tables *t);
/* All divisions as the stored entry has them: "110000北京市 110100市辖区 …". */
void divisions_write(const struct tables *t, struct buf *b);
/* Divisions that are no more, as the stored entry has them: "440102 东山区 2004;…", with "=" behind
 * the year when the name is borne yet. */
void former_write(const struct tables *t, struct buf *b);

/* JSON of an entry, byte for byte a function of its content. */
void theme_write(const struct theme *t, struct buf *b);
void common_write(const struct common *c, struct buf *b);
enum { ENTRY_BYTES_MAX = 16 * 1024 * 1024 };
/* The same in the arena; empty when it is larger than ENTRY_BYTES_MAX. */
struct slice theme_render(struct arena *a, const struct theme *t);
struct slice common_render(struct arena *a, const struct common *c);

/* Sorts commons and themes and fills by_number. */
void catalogue_index(struct arena *a, struct catalogue *c);
/* What must hold between the versions and themes of one catalogue: one code, one number; versions
 * rise with their instants; category and identity stay. Else why in the reason, the theme that does
 * not go with another one (NULL for the common entry) and the key that says so. */
bool catalogue_agrees(const struct catalogue *c, const struct theme **reterr_theme,
                      const char **reterr_key, struct reason *reterr_why);
