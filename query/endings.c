/* One walk over a day of by_term. The cursor holds the record id behind which it goes on. */
#include "query/endings.h"

#include <string.h>

#include "base/attr.h"
#include "base/check.h"
#include "base/err.h"
#include "query/current.h"
#include "query/cursor.h"
#include "record/visibility.h"
#include "store/ends.h"

enum { LIMIT_MAX = 100, DAY_BYTES = 4, ID_AT = DAY_BYTES, SCRATCH_BYTES_MAX = 16 << 20 };

static void fill_subject(struct query *q, const struct record *r, const struct record_key *k,
                         struct ending_answer *ret)
{
    struct subject_id subject = record_key_subject(k);
    char code[40];
    if (ret->kind == SUBJECT_INDIVIDUAL)
        return;
    subject_id_print(&subject, code);
    ret->code = arena_dup(q->arena, slice_of(code));
    if (r->about.name_count)
        ret->name = arena_dup(q->arena, r->about.names[0].text);
}

/* What of the record ends on that day for whoever could see it the day before. 1: something, 0:
 * nothing, CE_.... The record lies in `scratch`, the answer in `q`'s memory. */
static int look(struct query *q, struct query *scratch, struct theme_now *last, struct day on,
                const struct record_id *id, struct slice value, struct ending_answer *ret)
{
    uint8_t what;
    struct record_key key;
    struct record r;
    struct day before = {on.v - 1};
    int e = ends_decode(value, &what);
    if (e == 0)
        e = current_get(scratch, id, &key, &r);
    if (e != 0)
        return e == CE_NOT_FOUND ? CE_FORMAT : e;
    const struct theme *now = query_theme_now(q, last, r.head.theme);
    if (!now)
        return 0;
    struct subject_id subject = record_key_subject(&key);
    *ret = (struct ending_answer){
        .id = *id, .theme = now, .kind = subject_id_kind(&subject), .day = r.head.day};
    ret->ends_publication =
        (what & END_PUBLICATION) && record_is_public(&r.head, ret->kind, now, before);
    ret->ends_retention = (what & END_RETENTION) && record_is_kept(&r.head, now, before);
    if (!ret->ends_publication && !ret->ends_retention)
        return 0;
    fill_subject(q, &r, &key, ret);
    return 1;
}

static struct slice cursor_behind(struct query *q, struct slice about, struct slice key)
{
    return cursor_make(q->arena, q->source->keys, about, slice_from(key, ID_AT));
}

int query_endings(struct query *q, struct day on, uint16_t theme, unsigned limit,
                  struct slice cursor, struct ending_answer **ret, unsigned *ret_count,
                  struct slice *ret_next)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice about = arena_printf(q->arena, "endings|%d|%u", on.v, theme);
    struct record_id none = {{0}}, id;
    struct term_key from = term_key_make(on, &none);
    be16_put(from.b + ID_AT, theme);
    struct slice prefix = slice_make(from.b, theme ? DAY_BYTES + 2 : DAY_BYTES), position;
    if (cursor.n) {
        if (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 ||
            position.n != sizeof none.b)
            return CE_INVALID;
        memcpy(from.b + ID_AT, position.p, position.n);
    }
    *ret = ARENA_ARRAY(q->arena, struct ending_answer, limit);
    *ret_count = 0;
    *ret_next = (struct slice){0};
    struct theme_now last = {0};
    AUTO(arena_destroy) struct arena *memory = arena_create(SCRATCH_BYTES_MAX);
    struct query scratch = *q;
    scratch.arena = memory;
    unsigned looked_at = 0;
    int r = 0;
    struct walk *w = walk_open(q->view, CF_BY_TERM, prefix, KEY_SLICE(from));
    if (cursor.n && walk_valid(w) && slice_eq(walk_key(w), KEY_SLICE(from)))
        walk_next(w);
    for (; r >= 0 && walk_valid(w); walk_next(w)) {
        if (*ret_count == limit || looked_at++ == ENDINGS_LOOKED_AT_MAX) {
            *ret_next = cursor_behind(q, about, KEY_SLICE(from));
            break;
        }
        struct slice key = walk_key(w);
        if (key.n != TERM_KEY_BYTES) {
            r = CE_FORMAT;
            break;
        }
        memcpy(from.b, key.p, sizeof from.b);
        memcpy(id.b, key.p + ID_AT, sizeof id.b);
        arena_reset(memory);
        r = look(q, &scratch, &last, on, &id, walk_value(w), &(*ret)[*ret_count]);
        if (r > 0)
            (*ret_count)++;
    }
    int closed = walk_close(w);
    return r < 0 ? r : closed;
}
