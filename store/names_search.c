/* Searching the name index: three passes (exact, beginning, part), each the same walk through fewer
 * grams. A pass goes through the lists of its two or three rarest grams side by side, leaping over
 * numbers that one of them lacks, and looks at the names of what all have. How rare a gram is shows
 * itself by how far apart its first numbers lie: that needs no statistics and holds for what was
 * written a moment ago. */
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "store/names.h"

enum {
    GRAMS_MAX = 32,   /* of one query; a longer one is proved by its names anyway */
    LISTS_MAX = 3,    /* walked side by side */
    SAMPLE_STEPS = 6, /* numbers looked at to guess how dense a list is */
    NEAR_STEPS = 4,   /* steps taken before a seek is cheaper */
    QUERY_BYTES_MAX = 4096,
};

struct gram {
    uint8_t b[NAMES_GRAM_BYTES];
    double spacing; /* numbers from one posting to the next; 0: there is no posting */
};

struct list {
    struct walk *walk;
    uint8_t key[NAMES_GRAM_KEY]; /* prefix, and the number that is sought */
    uint64_t number;
    bool has_ended;
};

struct search {
    struct view *view;
    struct arena *arena;
    struct slice query;
    bool (*accept)(void *ctx, const struct names_hit *hit);
    void *ctx;
    struct walk *rows; /* over 'i' rows */
    struct gram grams[GRAMS_MAX];
    unsigned gram_count;
    struct gram first, last; /* with the mark of an edge */
    unsigned left;           /* postings that may still be looked at */
    struct names_hit *hits;
    unsigned hit_count, limit;
};

static uint64_t number_of(const char *at)
{
    return (uint64_t)(uint8_t)at[0] << 32 | be32_get(at + 1);
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

static bool has_prefix(const struct walk *w, const uint8_t *prefix)
{
    return walk_valid(w) && walk_key(w).n == NAMES_GRAM_KEY &&
           memcmp(walk_key(w).p, prefix, 1 + NAMES_GRAM_BYTES) == 0;
}

static void sample(struct walk *w, struct gram *g, uint64_t number_max)
{
    uint8_t key[NAMES_GRAM_KEY];
    names_gram_key(g->b, 0, key);
    walk_seek(w, slice_make(key, sizeof key));
    unsigned seen = 0;
    uint64_t at = 0;
    for (; seen < SAMPLE_STEPS && has_prefix(w, key); walk_next(w)) {
        at = number_of(walk_key(w).p + 1 + NAMES_GRAM_BYTES);
        seen++;
    }
    if (seen < SAMPLE_STEPS)
        at = number_max;
    g->spacing = seen ? ((double)at + 1) / seen : 0;
}

/* Samples every gram. False when one of the inner ones has no posting: then nothing matches. */
static int sample_all(struct search *s, bool *ret_possible)
{
    static const char kinds[2] = {'i', 'g'};
    uint64_t number_max = 0;
    uint8_t last[NAMES_ROW_KEY];
    memset(last, 0xFF, sizeof last);
    last[0] = 'i';
    walk_seek_back(s->rows, slice_make(last, sizeof last));
    if (walk_valid(s->rows) && walk_key(s->rows).n == NAMES_ROW_KEY)
        number_max = number_of(walk_key(s->rows).p + 1);

    struct walk *w = walk_open(s->view, CF_NAME, slice_make(kinds + 1, 1), (struct slice){0});
    *ret_possible = true;
    for (unsigned i = 0; i < s->gram_count && *ret_possible; i++) {
        sample(w, &s->grams[i], number_max);
        *ret_possible = s->grams[i].spacing > 0;
    }
    if (*ret_possible) {
        sample(w, &s->first, number_max);
        sample(w, &s->last, number_max);
    }
    return walk_close(w);
}

/* The rarest grams of a pass, rarest first; 0 when one has no posting. A gram that stands in more
 * than every eighth name is left to the look at the names, unless it is needed as the second. */
static unsigned choose(const struct search *s, enum names_rank rank,
                       const struct gram *ret[LISTS_MAX])
{
    const struct gram *all[GRAMS_MAX + 2];
    unsigned count = 0, chosen = 0;
    for (unsigned i = 0; i < s->gram_count; i++)
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

static void list_settle(struct list *l)
{
    l->has_ended = !walk_valid(l->walk) || walk_key(l->walk).n != NAMES_GRAM_KEY;
    if (!l->has_ended)
        l->number = number_of(walk_key(l->walk).p + 1 + NAMES_GRAM_BYTES);
}

static void list_open(struct list *l, struct view *v, const struct gram *g, uint64_t from)
{
    names_gram_key(g->b, from, l->key);
    l->walk = walk_open(v, CF_NAME, slice_make(l->key, 1 + NAMES_GRAM_BYTES),
                        slice_make(l->key, sizeof l->key));
    list_settle(l);
}

/* On to the first posting not below `number`. */
static void list_to(struct search *s, struct list *l, uint64_t number)
{
    for (int i = 0; i < NEAR_STEPS && !l->has_ended && l->number < number; i++) {
        walk_next(l->walk);
        list_settle(l);
        s->left -= s->left > 0;
    }
    if (l->has_ended || l->number >= number)
        return;
    names_gram_key((const uint8_t *)l->key + 1, number, l->key);
    walk_seek(l->walk, slice_make(l->key, sizeof l->key));
    list_settle(l);
    s->left -= s->left > 0;
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

/* Looks at the names of a subject that has all grams of the pass. A better match that counted was
 * given before; one that did not count hides nothing. */
static int candidate(struct search *s, uint64_t number, enum names_rank pass)
{
    uint8_t key[NAMES_ROW_KEY];
    names_row_key(number, key);
    walk_seek(s->rows, slice_make(key, sizeof key));
    if (!walk_valid(s->rows) || !slice_eq(walk_key(s->rows), slice_make(key, sizeof key)))
        return CE_FORMAT;
    struct slice names[SUBJECT_NAMES_MAX];
    enum names_rank ranks[SUBJECT_NAMES_MAX];
    unsigned count;
    struct names_hit hit = {.number = number};
    s->left -= s->left > 0;
    int r = names_row_decode(walk_value(s->rows), &hit.subject, names, &count);
    if (r < 0)
        return r;
    bool is_here = false;
    for (unsigned i = 0; i < count; i++) {
        ranks[i] = rank_of(s->query, names[i]);
        is_here = is_here || ranks[i] == pass;
    }
    for (unsigned turn = 0; is_here && turn < 2; turn++) {
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
static bool lists_agree(struct search *s, struct list *lists, unsigned count, uint64_t from,
                        uint64_t *at)
{
    for (unsigned agree = 0; agree < count && may_go_on(s, *at > from);) {
        struct list *l = &lists[agree];
        list_to(s, l, *at);
        if (l->has_ended)
            return false;
        bool leaps = l->number > *at;
        *at = l->number;
        agree = leaps && agree > 0 ? 0 : agree + 1;
    }
    return true;
}

/* Goes through one pass from behind *after. *ret_done: it came to the end. */
static int pass_run(struct search *s, enum names_rank pass, uint64_t *after, bool *ret_done)
{
    const struct gram *grams[LISTS_MAX];
    struct list lists[LISTS_MAX];
    unsigned count = choose(s, pass, grams);
    uint64_t from = *after + 1, at = from;
    *ret_done = count == 0 || *after >> 40 || from >> 40;
    if (*ret_done)
        return 0;
    int e = 0;
    for (unsigned i = 0; i < count; i++)
        list_open(&lists[i], s->view, grams[i], from);
    while (e == 0 && s->hit_count < s->limit && may_go_on(s, at > from)) {
        *ret_done = !lists_agree(s, lists, count, from, &at);
        if (*ret_done || !may_go_on(s, at > from))
            break;
        e = candidate(s, at++, pass);
        if (at >> 40) {
            *ret_done = true;
            break;
        }
    }
    *after = at - 1;
    for (unsigned i = 0; i < count; i++) {
        int r = walk_close(lists[i].walk);
        if (e == 0)
            e = r;
    }
    return e;
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
    bool possible = false;
    grams_read(&s);
    s.rows = walk_open(v, CF_NAME, slice_make(rows, 1), slice_make(rows, 1));
    int e = at.rank < NAMES_END ? sample_all(&s, &possible) : 0;
    if (!possible)
        at.rank = NAMES_END;
    while (e == 0 && at.rank < NAMES_END && s.hit_count < limit) {
        bool done;
        e = pass_run(&s, (enum names_rank)at.rank, &at.after, &done);
        if (!done)
            break;
        at.rank++;
        at.after = 0;
        if (s.left == 0)
            break;
    }
    int r = walk_close(s.rows);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret_cut = at.rank < NAMES_END && s.hit_count < limit;
    *ret_count = s.hit_count;
    *cursor = at;
    return 0;
}
