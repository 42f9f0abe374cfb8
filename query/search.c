/* Search: a code that was typed in whatever form, else names by any part of them. A hit counts only
 * when the subject and the very name that matched are public today, so that neither can be used to
 * find out what is hidden. */
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/text.h"
#include "query/cursor.h"
#include "query/subjects.h"
#include "query/union.h"
#include "store/keys.h"
#include "store/names.h"

enum { LIMIT_MAX = 100 };

struct finding_names {
    struct query *q;
    struct search_hit *hits;
    unsigned count;
    int err;
};

static bool is_listed(const struct finding_names *f, const struct subject_id *id)
{
    for (unsigned i = 0; i < f->count; i++)
        if (memcmp(f->hits[i].subject.id.b, id->b, sizeof id->b) == 0)
            return true;
    return false;
}

/* The name of the row that was folded to what the index holds, if it may be shown today. */
static bool match(struct query *q, const struct subject *row, const struct subject_answer *answer,
                  struct slice folded, struct search_hit *ret)
{
    for (unsigned i = 0; i < row->name_count; i++) {
        const struct subject_name *n = &row->names[i];
        if (day_is_none(n->public_until) || q->today.v >= n->public_until.v ||
            !slice_eq(text_fold(q->arena, n->text), folded))
            continue;
        ret->matched = n->text;
        ret->matched_by = slice_eq(n->text, answer->name)      ? "name"
                          : subject_name_is_former(row, n)     ? "former-name"
                          : n->flags & SUBJECT_NAME_ADDITIONAL ? "additional-name"
                                                               : "other-name";
        return true;
    }
    return false;
}

/* From the union of the subject's rows, and its records. 1: it counts, 0: it does not, CE_.... */
static int look_at_all(struct finding_names *f, const struct names_hit *hit, struct search_hit *ret)
{
    struct query *q = f->q;
    struct subject_union *u = ARENA_NEW(q->arena, struct subject_union);
    int r = union_of(q, &hit->subject, u);
    if (r == 0)
        r = query_subject_by_id(q, &hit->subject, false, &ret->subject);
    if (r < 0)
        return r == CE_NOT_FOUND ? 0 : r;
    for (unsigned i = 0; i < u->count; i++) {
        struct subject row = u->rows[i];
        if ((r = query_row_seen(q, &u->ids[i], &row)) < 0)
            return r;
        if (match(q, &row, &ret->subject, hit->folded, ret))
            return 1;
    }
    return 0;
}

/* Looks at one candidate with the memory of `q->arena`. Nearly always the subject's own row says
 * all; only when it does not, the rest is read. */
static int look(struct finding_names *f, const struct names_hit *hit, struct search_hit *ret)
{
    struct query *q = f->q;
    struct subject_id owner;
    struct subject row;
    struct slice bytes;
    int r = union_owner(q, &hit->subject, &owner);
    if (r < 0 || is_listed(f, &owner))
        return r;
    r = view_get(q->view, q->arena, CF_SUBJECT, KEY_SLICE(owner), &bytes);
    if (r == 0)
        r = subject_decode(bytes, &row);
    if (r < 0)
        return r == CE_NOT_FOUND ? 0 : r;
    if (query_subject_by_row(q, &owner, &row, &ret->subject) &&
        match(q, &row, &ret->subject, hit->folded, ret))
        return 1;
    return look_at_all(f, hit, ret);
}

/* Candidates may be many and few of them count: what looking at one took is given back when it does
 * not. */
static bool accept(void *ctx, const struct names_hit *hit)
{
    struct finding_names *f = ctx;
    struct arena_mark mark = arena_set_mark(f->q->arena);
    struct search_hit found = {0};
    int r = look(f, hit, &found);
    if (r > 0) {
        f->hits[f->count++] = found;
        return true;
    }
    if (r < 0 && f->err == 0)
        f->err = r;
    arena_rewind(f->q->arena, mark);
    return false;
}

static int search_code(struct query *q, struct slice text, struct search_hit *ret, bool *ret_found)
{
    *ret_found = false;
    if (query_code_kind(q, text) != CODE_NUMBER)
        return 0;
    int r = query_subject(q, text, false, &ret->subject);
    if (r == CE_NOT_FOUND)
        return 0;
    if (r < 0)
        return r;
    ret->matched = arena_dup(q->arena, slice_of(ret->subject.code));
    ret->matched_by = "code";
    *ret_found = true;
    return 0;
}

static struct slice cursor_of(struct query *q, struct slice about, const struct names_cursor *at)
{
    uint8_t position[9];
    position[0] = at->rank;
    be64_put(position + 1, at->after);
    return cursor_make(q->arena, q->source->keys, about, slice_make(position, sizeof position));
}

int query_search(struct query *q, struct slice text, unsigned limit, struct slice cursor,
                 struct search_hit **ret, unsigned *ret_count, struct slice *ret_next,
                 struct reason *reterr_why)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice folded = text_fold(q->arena, text);
    struct slice about = arena_printf(q->arena, "search|%.*s", FMT_SLICE(folded));
    struct names_cursor at = {0};
    if (cursor.n) {
        struct slice position;
        if (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 || position.n != 9)
            return reason_set(reterr_why, CE_INVALID, "cursor");
        at = (struct names_cursor){(uint8_t)position.p[0], be64_get(position.p + 1)};
    }
    struct finding_names f = {.q = q, .hits = ARENA_ARRAY(q->arena, struct search_hit, limit + 1)};
    *ret_next = (struct slice){0};
    *ret = f.hits;
    if (!cursor.n) {
        bool found;
        int r = search_code(q, text, &f.hits[0], &found);
        if (r < 0)
            return r;
        f.count = found;
    }
    *ret_count = f.count;
    if (utf8_count(folded) < 2)
        return f.count ? 0 : reason_set(reterr_why, CE_INVALID, "q");
    unsigned count = 0;
    bool cut = false;
    if (f.count == limit) {
        *ret_next = cursor_of(q, about, &at);
        return 0;
    }
    struct names_hit *hits = ARENA_ARRAY(q->arena, struct names_hit, limit);
    int r = names_search(q->view, q->arena, folded, &at, accept, &f, limit - f.count,
                         SEARCH_POSTINGS_MAX, hits, &count, &cut);
    if (r < 0 || f.err < 0)
        return r < 0 ? r : f.err;
    *ret_count = f.count;
    if (cut || at.rank < NAMES_END)
        *ret_next = cursor_of(q, about, &at);
    return 0;
}
