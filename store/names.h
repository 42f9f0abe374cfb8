#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/slice.h"
#include "record/subject_id.h"
#include "store/batch.h"
#include "store/view.h"

/* The name index (limits.md E): a subject found by any part of any of its names from two characters on. Organisations
 * only. Names are folded by text_fold; beginning and end count as characters of their own, so that an exact match, a
 * beginning and a part can be told apart by their bigrams.
 *
 * Family `name`:  'i' number 5 → format, subject key 19, count, folded names (counted bytes each)
 *                 'g' gram 6 (two characters of 3 bytes, U+0002 before the first, U+0003 behind the last), number 5 → format
 */

/* Puts the subject with these folded names, replacing `old` ones: only postings that differ are written. Either count
 * may be 0: nothing was there, nothing remains. */
void names_put(struct batch *b, uint64_t number, const struct subject_id *subject,
               const struct slice *old, unsigned old_count, const struct slice *fresh, unsigned fresh_count);
/* Appends what `names_put` would write for one name: its grams, 6 bytes each, ascending, without repetition. For check. */
void names_grams(struct slice folded, struct buf *ret);

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
};

/* The next hits for a folded query of at least two characters, best rank first, within a rank by number (first come);
 * each subject once, at its best rank. `accept` decides whether a hit counts (may it be seen today?); may be NULL. Looks
 * at no more than `postings_max` postings: then *ret_cut is true and the cursor says where to go on. CE_INVALID for a
 * query that is too short. */
int names_search(struct view *v, struct arena *a, struct slice folded, struct names_cursor *cursor,
                 bool (*accept)(void *ctx, const struct names_hit *hit), void *ctx, unsigned limit,
                 unsigned postings_max, struct names_hit *ret_hits, unsigned *ret_count, bool *ret_cut);
