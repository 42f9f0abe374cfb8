/* Records as the question's viewer sees them: lists merged from the ranges of a subject, single
 * records, and their history. What is in them is left to query/items. */
#include "query/records.h"

#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "query/cursor.h"
#include "query/items.h"
#include "query/union.h"
#include "store/keys.h"
#include "store/source.h"

enum {
    LIMIT_MAX = 100,
    PAGE_BYTES = 1 << 20, /* of memory: then the page ends early, and goes on with its cursor */
    RANGES_MAX = UNION_MAX * CATEGORY_LAST,
    HISTORY_MAX = 1000,
    ORDER_AT = RECORD_KEY_CATEGORY_BYTES, /* where day and number begin in a record's key */
    ORDER_BYTES = RECORD_KEY_BYTES - RECORD_KEY_CATEGORY_BYTES,
};

static int answer(struct query *q, const struct theme *now, struct slice key,
                  const struct record *r, struct record_answer *ret)
{
    const struct record_head *h = &r->head;
    struct record_key k;
    memcpy(k.b, key.p, sizeof k.b);
    *ret = (struct record_answer){
        .id = h->id,
        .theme = now,
        .judged = catalogue_version(q->source->catalogue, h->theme, h->entry),
        .category = record_key_category(&k),
        .day = h->day,
        .public_until = record_public_until(h, now),
        .retain_until = record_retain_until(h, now),
        .received = version_received(&h->version),
        .subject = record_key_subject(&k),
    };
    ret->is_public = record_is_public(h, subject_id_kind(&ret->subject), now, q->today);
    if (h->flags & RECORD_HAS_PROVIDER) {
        ret->version =
            arena_printf(q->arena, "%llu", (unsigned long long)version_provider(&h->version));
    } else {
        char text[30];
        utc_print(version_received(&h->version), text);
        ret->version = arena_dup(q->arena, slice_of(text));
    }
    return items_answer(q, r, ret);
}

/* ---- lists ---- */

struct merge {
    struct walk *walks[RANGES_MAX];
    enum subject_kind kinds[RANGES_MAX];
    unsigned count;
};

static int merge_close(struct merge *m)
{
    int r = 0;
    for (unsigned i = 0; i < m->count; i++) {
        int closed = walk_close(m->walks[i]);
        r = r < 0 ? r : closed;
    }
    return r;
}

static void merge_open(struct query *q, const struct subject_union *u, enum category only,
                       const uint8_t from[ORDER_BYTES], struct merge *ret)
{
    ret->count = 0;
    for (unsigned i = 0; i < u->count; i++) {
        for (int c = CATEGORY_FIRST; c <= CATEGORY_LAST; c++) {
            if (only && c != (int)only)
                continue;
            uint8_t key[RECORD_KEY_BYTES];
            memcpy(key, u->ids[i].b, SUBJECT_ID_BYTES);
            key[SUBJECT_ID_BYTES] = (uint8_t)c;
            memcpy(key + ORDER_AT, from, ORDER_BYTES);
            ret->kinds[ret->count] = subject_id_kind(&u->ids[i]);
            ret->walks[ret->count++] =
                walk_open(q->view, CF_RECORD, slice_make(key, RECORD_KEY_CATEGORY_BYTES),
                          slice_make(key, sizeof key));
        }
    }
}

/* The walk whose record comes next: newest day first, then by number, whatever the category. -1 at
 * the end. */
static int merge_next(const struct merge *m)
{
    int best = -1;
    for (unsigned i = 0; i < m->count; i++) {
        if (!walk_valid(m->walks[i]))
            continue;
        if (best < 0 || memcmp(walk_key(m->walks[i]).p + ORDER_AT,
                               walk_key(m->walks[best]).p + ORDER_AT, ORDER_BYTES) < 0)
            best = (int)i;
    }
    return best;
}

static bool passes(struct query *q, const struct records_filter *f, enum subject_kind kind,
                   struct slice key, const struct record_head *h, const struct theme *now)
{
    struct record_key k;
    memcpy(k.b, key.p, sizeof k.b);
    struct day day = record_key_day(&k);
    if (!now || !record_is_seen(q->viewer, h, kind, now, q->today))
        return false;
    if (f->theme.n && !slice_eq(now->code, f->theme))
        return false;
    return (day_is_none(f->to) || day.v <= f->to.v) && (day_is_none(f->from) || day.v >= f->from.v);
}

static struct slice list_about(struct query *q, const struct subject_id *id,
                               const struct records_filter *f)
{
    char hex[2 * SUBJECT_ID_BYTES + 1];
    hex_print(id->b, sizeof id->b, hex);
    return arena_printf(q->arena, "records|%d|%s|%d|%.*s|%d|%d", (int)q->viewer, hex,
                        (int)f->category, FMT_SLICE(f->theme), f->from.v, f->to.v);
}

int query_records(struct query *q, const struct subject_id *subject, const struct records_filter *f,
                  unsigned limit, struct slice cursor, struct record_answer **ret,
                  unsigned *ret_count, struct slice *ret_next, struct reason *reterr_why)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice about = list_about(q, subject, f);
    uint8_t from[ORDER_BYTES] = {0};
    if (!day_is_none(f->to))
        be32_put(from, ~((uint32_t)f->to.v ^ 0x80000000u));
    if (cursor.n) {
        struct slice position;
        if (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 ||
            position.n != ORDER_BYTES)
            return reason_set(reterr_why, CE_INVALID, "cursor");
        memcpy(from, position.p, sizeof from);
    }
    struct subject_union *u = ARENA_NEW(q->arena, struct subject_union);
    int r = union_of(q, subject, u);
    if (r < 0)
        return r;
    *ret = ARENA_ARRAY(q->arena, struct record_answer, limit);
    *ret_count = 0;
    *ret_next = (struct slice){0};
    size_t began = arena_used(q->arena);
    struct merge m;
    merge_open(q, u, f->category, from, &m);
    struct theme_now last = {0};
    uint8_t after[ORDER_BYTES];
    for (int i; r == 0 && (i = merge_next(&m)) >= 0; walk_next(m.walks[i])) {
        struct record_head h;
        struct slice key = walk_key(m.walks[i]);
        r = record_decode_head(walk_value(m.walks[i]), &h);
        const struct theme *now = r == 0 ? query_theme_now(q, &last, h.theme) : NULL;
        if (r < 0 || !passes(q, f, m.kinds[i], key, &h, now))
            continue;
        if (cursor.n && memcmp(key.p + ORDER_AT, from, ORDER_BYTES) == 0)
            continue;
        if (*ret_count == limit || (*ret_count && arena_used(q->arena) - began > PAGE_BYTES)) {
            *ret_next =
                cursor_make(q->arena, q->source->keys, about, slice_make(after, sizeof after));
            break;
        }
        struct record rec;
        r = record_decode(walk_value(m.walks[i]), &rec);
        if (r == 0)
            r = answer(q, now, key, &rec, &(*ret)[(*ret_count)++]);
        memcpy(after, key.p + ORDER_AT, sizeof after);
    }
    int closed = merge_close(&m);
    return r < 0 ? r : closed;
}

/* ---- one record ---- */

/* Finds the current version and decides who may see it: one path for everything that may not be
 * seen. */
static int find(struct query *q, const struct record_id *id, struct slice *ret_key,
                struct record *ret, const struct theme **ret_now)
{
    struct slice bytes;
    struct source s;
    int r = view_get(q->view, q->arena, CF_BY_SOURCE, KEY_SLICE(*id), &bytes);
    if (r == 0)
        r = source_decode(bytes, &s);
    if (r != 0)
        return r;
    *ret_key = arena_dup(q->arena, KEY_SLICE(s.locator));
    r = view_get(q->view, q->arena, CF_RECORD, *ret_key, &bytes);
    if (r == 0)
        r = record_decode(bytes, ret);
    if (r != 0)
        return r;
    struct subject_id subject = record_key_subject(&s.locator);
    *ret_now = catalogue_number_at(q->source->catalogue, ret->head.theme, q->now);
    if (record_is_seen(q->viewer, &ret->head, subject_id_kind(&subject), *ret_now, q->today))
        return 0;
    return record_was_public(&ret->head, subject_id_kind(&subject), *ret_now, q->today)
               ? CE_CLOSED
               : CE_NOT_FOUND;
}

int query_record(struct query *q, const struct record_id *id, struct record_answer *ret)
{
    struct slice key;
    struct record rec;
    const struct theme *now;
    int r = find(q, id, &key, &rec, &now);
    return r != 0 ? r : answer(q, now, key, &rec, ret);
}

static const char *change_of(unsigned before, bool is_revoked, bool was_revoked)
{
    if (is_revoked)
        return "revoked";
    return was_revoked ? "reinstated" : before ? "changed" : "stored";
}

int query_history(struct query *q, const struct record_id *id, struct history_answer **ret,
                  unsigned *ret_count)
{
    struct slice key;
    struct record rec;
    const struct theme *now;
    int r = find(q, id, &key, &rec, &now);
    if (r != 0)
        return r;
    struct record_key k;
    memcpy(k.b, key.p, sizeof k.b);
    uint8_t number[8];
    be64_put(number, record_key_number(&k));
    struct slice prefix = slice_make(number, sizeof number);
    *ret = ARENA_ARRAY(q->arena, struct history_answer, HISTORY_MAX + 1);
    unsigned count = 0;
    bool was_revoked = false;
    struct walk *w = walk_open(q->view, CF_HISTORY, prefix, prefix);
    for (; r == 0 && walk_valid(w) && count < HISTORY_MAX; walk_next(w)) {
        struct history h;
        struct record_head head = {0};
        r = history_decode(walk_value(w), &h);
        if (r == 0)
            r = record_decode_head(h.record, &head);
        if (r < 0 || h.current_from.v == INT64_MIN)
            continue;
        bool revoked = head.flags & RECORD_REVOKED;
        (*ret)[count] = (struct history_answer){h.current_from, h.current_until,
                                                change_of(count, revoked, was_revoked)};
        count++;
        was_revoked = revoked;
    }
    int closed = walk_close(w);
    (*ret)[count] = (struct history_answer){
        rec.head.current_from, {INT64_MAX}, change_of(count, false, was_revoked)};
    count++;
    *ret_count = count;
    return r < 0 ? r : closed;
}
