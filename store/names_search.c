/* Searching the name index. First the two or three rarest grams of the query are walked side by
 * side, leaping over numbers that one of them lacks. If that shows within reason who has them all,
 * as it does for whatever is distinctive, the three passes (exact, beginning, part) go through
 * those numbers; else each pass walks the rarest grams of its own, those with the mark of an edge
 * among them. Either way the names of what is left are looked at. How rare a gram is shows itself
 * by how far apart its first numbers lie: that needs no statistics and holds for what was written a
 * moment ago. */
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "store/names_list.h"

enum {
    GRAMS_MAX = 32,   /* of one query; a longer one is proved by its names anyway */
    LISTS_MAX = 3,    /* walked side by side */
    SAMPLE_STEPS = 6, /* numbers looked at to guess how dense a list is */
    KNOWN_MAX = 128,  /* numbers of all who have the query's grams, if they are no more */
    QUERY_BYTES_MAX = 4096,
};

struct gram {
    uint8_t b[NAMES_GRAM_BYTES];
    double spacing; /* numbers from one posting to the next; 0: there is no posting */
};

struct search {
    struct view *view;
    struct arena *arena;
    struct slice query;
    bool (*accept)(void *ctx, const struct names_hit *hit);
    void *ctx;
    struct walk *rows;                /* over 'i' rows */
    struct walk *grams_at[LISTS_MAX]; /* over 'g' rows, one for each list; opened when needed */
    struct gram grams[GRAMS_MAX];
    unsigned gram_count;
    struct gram first, last; /* with the mark of an edge */
    unsigned left;           /* postings that may still be looked at */
    uint64_t *known;         /* all who have the query's grams, when `is_known` */
    uint8_t *ranks;          /* of each: the ranks of its names as bits; 0: not looked at yet */
    unsigned known_count;
    bool is_known;
    struct names_hit *hits;
    unsigned hit_count, limit;
};

static void spend(struct search *s, unsigned postings)
{
    s->left -= s->left < postings ? s->left : postings;
}

static bool holds_gram(const struct search *s, const struct gram *g)
{
    for (unsigned i = 0; i < s->gram_count; i++)
        if (memcmp(s->grams[i].b, g->b, NAMES_GRAM_BYTES) == 0)
            return true;
    return false;
}

/* The query's grams in the order of its characters. */
static void grams_read(struct search *s)
{
    uint32_t before = 0, c = 0;
    unsigned count = 0;
    for (size_t i = 0; i < s->query.n; count++) {
        before = c;
        c = utf8_next(s->query, &i);
        if (count == 0)
            continue;
        if (count == 1)
            names_gram(before | NAMES_EDGE, c, s->first.b);
        struct gram g = {{0}, 0};
        names_gram(before, c, g.b);
        if (s->gram_count < GRAMS_MAX && !holds_gram(s, &g))
            s->grams[s->gram_count++] = g;
    }
    names_gram(before, c | NAMES_EDGE, s->last.b);
}

/* Opening one costs as much as a leap or two, and many a search needs no more than two. */
static struct walk *grams_walk(struct search *s, unsigned i)
{
    static const char kind[1] = {'g'};
    if (!s->grams_at[i])
        s->grams_at[i] = walk_open(s->view, CF_NAME, slice_make(kind, 1), slice_make(kind, 1));
    return s->grams_at[i];
}

static void sample(struct walk *w, struct gram *g, uint64_t number_max)
{
    struct names_list l;
    unsigned seen = 0;
    uint64_t at = 0;
    for (names_list_open(&l, w, g->b, 0); seen < SAMPLE_STEPS && !l.has_ended; seen++) {
        at = l.number;
        names_list_to(&l, at + 1);
    }
    if (seen < SAMPLE_STEPS)
        at = number_max;
    g->spacing = seen ? ((double)at + 1) / seen : 0;
}

static uint64_t number_max(struct search *s)
{
    uint8_t last[NAMES_ROW_KEY];
    memset(last, 0xFF, sizeof last);
    last[0] = 'i';
    walk_seek_back(s->rows, slice_make(last, sizeof last));
    bool is_there = walk_valid(s->rows) && walk_key(s->rows).n == NAMES_ROW_KEY;
    return is_there ? names_number_of(walk_key(s->rows).p + 1) : 0;
}

/* Samples every gram. False when one of the inner ones has no posting: then nothing matches. */
static bool sample_all(struct search *s)
{
    uint64_t max = number_max(s);
    struct walk *w = grams_walk(s, 0);
    for (unsigned i = 0; i < s->gram_count; i++) {
        sample(w, &s->grams[i], max);
        if (s->grams[i].spacing <= 0)
            return false;
    }
    sample(w, &s->first, max);
    sample(w, &s->last, max);
    return true;
}

/* The inner gram of the same two characters has nothing to add to one with the mark of an edge. */
static bool is_implied(const struct search *s, const struct gram *g, enum names_rank rank)
{
    uint8_t first[NAMES_GRAM_BYTES], last[NAMES_GRAM_BYTES];
    memcpy(first, s->first.b, sizeof first);
    memcpy(last, s->last.b, sizeof last);
    first[0] &= 0x7F;
    last[3] &= 0x7F;
    return (rank != NAMES_CONTAINS && memcmp(g->b, first, sizeof first) == 0) ||
           (rank == NAMES_EXACT && memcmp(g->b, last, sizeof last) == 0);
}

/* The rarest grams of a pass, rarest first; 0 when one has no posting. A gram that stands in more
 * than every eighth name is left to the look at the names, unless it is needed as the second. */
static unsigned choose(const struct search *s, enum names_rank rank,
                       const struct gram *ret[LISTS_MAX])
{
    const struct gram *all[GRAMS_MAX + 2];
    unsigned count = 0, chosen = 0;
    for (unsigned i = 0; i < s->gram_count; i++)
        if (!is_implied(s, &s->grams[i], rank))
            all[count++] = &s->grams[i];
    if (rank != NAMES_CONTAINS)
        all[count++] = &s->first;
    if (rank == NAMES_EXACT)
        all[count++] = &s->last;
    for (unsigned i = 0; i < count; i++)
        if (all[i]->spacing <= 0)
            return 0;
    for (; chosen < LISTS_MAX && chosen < count; chosen++) {
        unsigned best = chosen;
        for (unsigned i = chosen + 1; i < count; i++)
            if (all[i]->spacing > all[best]->spacing)
                best = i;
        const struct gram *g = all[best];
        if (chosen >= 2 && g->spacing < 8)
            break;
        all[best] = all[chosen];
        all[chosen] = g;
        ret[chosen] = g;
    }
    return chosen;
}

/* The lists of a pass from that number on; 0 when there is nothing to be found. */
static unsigned lists_open(struct search *s, enum names_rank pass, uint64_t from,
                           struct names_list lists[LISTS_MAX])
{
    const struct gram *grams[LISTS_MAX];
    unsigned count = choose(s, pass, grams);
    for (unsigned i = 0; i < count; i++)
        names_list_open(&lists[i], grams_walk(s, i), grams[i]->b, from);
    return count;
}

static enum names_rank rank_of(struct slice query, struct slice name)
{
    if (!slice_starts(name, query))
        return slice_find(name, query, 0) >= 0 ? NAMES_CONTAINS : NAMES_END;
    return name.n == query.n ? NAMES_EXACT : NAMES_PREFIX;
}

static bool asks(const struct search *s, const struct names_hit *hit)
{
    return !s->accept || s->accept(s->ctx, hit);
}

/* The names under a number, borrowed until the next one is read. */
static int row_read(struct search *s, uint64_t number, struct subject_id *ret_subject,
                    struct slice ret_names[SUBJECT_NAMES_MAX], unsigned *ret_count)
{
    uint8_t key[NAMES_ROW_KEY];
    names_row_key(number, key);
    walk_seek(s->rows, slice_make(key, sizeof key));
    if (!walk_valid(s->rows) || !slice_eq(walk_key(s->rows), slice_make(key, sizeof key)))
        return CE_FORMAT;
    spend(s, 1);
    return names_row_decode(walk_value(s->rows), ret_subject, ret_names, ret_count);
}

/* Looks at the names of a subject that has all grams of the pass. A better match that counted was
 * given before; one that did not count hides nothing. *ret_ranks: the ranks of its names as bits.
 */
static int candidate(struct search *s, uint64_t number, enum names_rank pass, uint8_t *ret_ranks)
{
    struct slice names[SUBJECT_NAMES_MAX];
    enum names_rank ranks[SUBJECT_NAMES_MAX];
    unsigned count;
    struct names_hit hit = {.number = number};
    int r = row_read(s, number, &hit.subject, names, &count);
    if (r < 0)
        return r;
    *ret_ranks = 0;
    for (unsigned i = 0; i < count; i++) {
        ranks[i] = rank_of(s->query, names[i]);
        *ret_ranks |= (uint8_t)(1 << ranks[i]);
    }
    for (unsigned turn = 0; *ret_ranks & 1 << pass && turn < 2; turn++) {
        for (unsigned i = 0; i < count; i++) {
            if (turn == 0 ? ranks[i] >= pass : ranks[i] != pass)
                continue;
            hit.rank = ranks[i];
            hit.is_earlier = turn == 0;
            hit.folded = arena_dup(s->arena, names[i]);
            if (!asks(s, &hit))
                continue;
            if (turn == 1)
                s->hits[s->hit_count++] = hit;
            return 0;
        }
    }
    return 0;
}

/* A call that looked at enough ends, but never where it began. */
static bool may_go_on(const struct search *s, bool has_moved)
{
    return s->left > 0 || !has_moved;
}

/* Raises *at to the first number that all lists have; lower ones are settled. False when a list
 * ends before. Stops short when enough was looked at. */
static bool lists_agree(struct search *s, struct names_list *lists, unsigned count, uint64_t from,
                        uint64_t *at)
{
    for (unsigned agree = 0; agree < count && may_go_on(s, *at > from);) {
        struct names_list *l = &lists[agree];
        spend(s, names_list_to(l, *at));
        if (l->has_ended)
            return false;
        bool leaps = l->number > *at;
        *at = l->number;
        agree = leaps && agree > 0 ? 0 : agree + 1;
    }
    return true;
}

/* Where an edge is no rarer than what stands within, each pass would walk the same lists. */
static bool passes_are_alike(const struct search *s)
{
    double most = 0;
    for (unsigned i = 0; i < s->gram_count; i++)
        most = s->grams[i].spacing > most ? s->grams[i].spacing : most;
    return s->gram_count > 1 && s->first.spacing > 0 && s->first.spacing < most;
}

/* Finds all who have the query's grams, if they are not too many and half of what may be looked at
 * is enough for it. */
static void get_to_know(struct search *s)
{
    struct names_list lists[LISTS_MAX];
    unsigned all = s->left, kept = all / 2, count = lists_open(s, NAMES_CONTAINS, 1, lists);
    uint64_t from = 1, at = from;
    s->left = kept;
    s->known = ARENA_ARRAY(s->arena, uint64_t, KNOWN_MAX);
    s->ranks = ARENA_ARRAY(s->arena, uint8_t, KNOWN_MAX);
    while (s->left > 0 && s->known_count < KNOWN_MAX) {
        if (at >> 40 || !lists_agree(s, lists, count, from, &at)) {
            s->is_known = true;
            break;
        }
        if (s->left > 0)
            s->known[s->known_count++] = at++;
    }
    s->left += all - kept;
}

static int pass_known(struct search *s, enum names_rank pass, uint64_t *after, bool *ret_done)
{
    *ret_done = false;
    for (unsigned i = 0; i < s->known_count; i++) {
        uint64_t number = s->known[i];
        if (number <= *after)
            continue;
        if (s->hit_count == s->limit || s->left == 0)
            return 0;
        int r = 0;
        if (!s->ranks[i] || s->ranks[i] & 1 << pass)
            r = candidate(s, number, pass, &s->ranks[i]);
        if (r < 0)
            return r;
        *after = number;
    }
    *ret_done = true;
    return 0;
}

/* Goes through one pass from behind *after. *ret_done: it came to the end. */
static int pass_run(struct search *s, enum names_rank pass, uint64_t *after, bool *ret_done)
{
    if (s->is_known)
        return pass_known(s, pass, after, ret_done);
    struct names_list lists[LISTS_MAX];
    uint64_t from = *after + 1, at = from;
    unsigned count = *after >> 40 || from >> 40 ? 0 : lists_open(s, pass, from, lists);
    *ret_done = count == 0;
    int e = 0;
    while (!*ret_done && e == 0 && s->hit_count < s->limit && may_go_on(s, at > from)) {
        uint8_t ranks;
        *ret_done = !lists_agree(s, lists, count, from, &at);
        if (*ret_done || !may_go_on(s, at > from))
            break;
        e = candidate(s, at++, pass, &ranks);
        *ret_done = at >> 40;
    }
    *after = at - 1;
    return e;
}

/* All passes from where the cursor stands. */
static int passes_run(struct search *s, struct names_cursor *at)
{
    int r = 0;
    if (at->rank < NAMES_CONTAINS && passes_are_alike(s))
        get_to_know(s);
    while (r == 0 && at->rank < NAMES_END && s->hit_count < s->limit) {
        bool done;
        r = pass_run(s, (enum names_rank)at->rank, &at->after, &done);
        if (!done)
            break;
        at->rank++;
        at->after = 0;
        if (s->left == 0)
            break;
    }
    return r;
}

static int walks_close(struct search *s)
{
    int r = walk_close(s->rows);
    for (unsigned i = 0; i < LISTS_MAX; i++) {
        int e = s->grams_at[i] ? walk_close(s->grams_at[i]) : 0;
        r = r < 0 ? r : e;
    }
    return r;
}

int names_search(struct view *v, struct arena *a, struct slice folded, struct names_cursor *cursor,
                 bool (*accept)(void *ctx, const struct names_hit *hit), void *ctx, unsigned limit,
                 unsigned postings_max, struct names_hit *ret_hits, unsigned *ret_count,
                 bool *ret_cut)
{
    static const char rows[1] = {'i'};
    if (utf8_count(folded) < 2 || folded.n > QUERY_BYTES_MAX)
        return CE_INVALID;
    struct search s = {
        .view = v,
        .arena = a,
        .query = folded,
        .accept = accept,
        .ctx = ctx,
        .left = postings_max,
        .hits = ret_hits,
        .limit = limit,
    };
    struct names_cursor at = *cursor;
    int e = 0;
    if (at.rank < NAMES_END) {
        grams_read(&s);
        s.rows = walk_open(v, CF_NAME, slice_make(rows, 1), slice_make(rows, 1));
        if (sample_all(&s))
            e = passes_run(&s, &at);
        else
            at.rank = NAMES_END;
        int r = walks_close(&s);
        e = e < 0 ? e : r;
    }
    if (e < 0)
        return e;
    *ret_cut = at.rank < NAMES_END && s.hit_count < limit;
    *ret_count = s.hit_count;
    *cursor = at;
    return 0;
}
