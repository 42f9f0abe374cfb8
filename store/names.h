#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "record/subject_id.h"
#include "store/batch.h"
#include "store/subject.h"
#include "store/view.h"

/* The name index (docs/adr/0011): a subject found by any part of any of its names from two
 * characters on. Organisations only. Names are folded by text_fold. The first two and the last two
 * characters make a bigram of their own besides, so that an exact match, a beginning and a part can
 * be told apart by bigrams.
 *
 * Family `name`:  'i' number 5 → format, subject key 19, count, folded names (counted bytes each)
 *                 'g' gram 6 (two characters of 3 bytes; the high bit of the first one says that
 * the name begins here, that of the second that it ends here), number 5 → format
 */
enum { NAMES_ROW_KEY = 6, NAMES_GRAM_BYTES = 6, NAMES_GRAM_KEY = 12 };
void names_row_key(uint64_t number, uint8_t out[NAMES_ROW_KEY]);
/* NAMES_EDGE may be set in the first character or in the second. */
enum { NAMES_EDGE = 0x800000 };
void names_gram(uint32_t first, uint32_t second, uint8_t out[NAMES_GRAM_BYTES]);
void names_gram_key(const uint8_t gram[NAMES_GRAM_BYTES], uint64_t number,
                    uint8_t out[NAMES_GRAM_KEY]);
/* The value of an 'i' row. Names are borrowed from the bytes. CE_FORMAT. */
void names_row_encode(const struct subject_id *subject, const struct slice *names, unsigned count,
                      struct buf *ret);
int names_row_decode(struct slice bytes, struct subject_id *ret_subject,
                     struct slice ret[SUBJECT_NAMES_MAX], unsigned *ret_count);

/* The names under which a subject is found: folded, each once, those of less than two characters
 * left out. Returns how many. */
unsigned names_of_subject(struct arena *a, const struct subject *s,
                          struct slice ret[SUBJECT_NAMES_MAX]);

/* Puts the subject with these folded names, replacing `old` ones: only rows that differ are
 * written. Either count may be 0: nothing was there, nothing remains. Each name stands once in its
 * list. */
void names_put(struct batch *b, uint64_t number, const struct subject_id *subject,
               const struct slice *old, unsigned old_count, const struct slice *fresh,
               unsigned fresh_count);
/* Appends what `names_put` would write for one name: its grams, 6 bytes each, ascending, without
 * repetition. For check. */
void names_grams(struct slice folded, struct buf *ret);
/* The same for several names together: a gram that two of them share comes once. Replaces what
 * `ret` holds. */
void names_grams_all(const struct slice *names, unsigned count, struct buf *ret);

enum names_rank { NAMES_EXACT = 0, NAMES_PREFIX = 1, NAMES_CONTAINS = 2, NAMES_END = 3 };
/* Where a search goes on: after this rank and number. All zero: from the start. */
struct names_cursor {
    uint8_t rank;
    uint64_t after;
};
struct names_hit {
    uint64_t number;
    struct subject_id subject;
    enum names_rank rank;
    struct slice folded; /* the name that matched */
    bool is_earlier;     /* only asked about: did this better match count already, perhaps on an
                            earlier page? Never in ret_hits. */
};

/* The next hits for a folded query of at least two characters, best rank first, within a rank by
 * number (first come); each subject once, at the best rank of the names that count. `accept`
 * decides whether a hit counts (may this name be seen today?) and is asked about each name that
 * matches until one does; may be NULL. Looks at about `postings_max` postings at most: then
 * *ret_cut is true and the cursor says where to go on; it moves with every call. CE_INVALID for a
 * query that is too short, CE_FORMAT for damaged rows. */
int names_search(struct view *v, struct arena *a, struct slice folded, struct names_cursor *cursor,
                 bool (*accept)(void *ctx, const struct names_hit *hit), void *ctx, unsigned limit,
                 unsigned postings_max, struct names_hit *ret_hits, unsigned *ret_count,
                 bool *ret_cut);
