/* Records as the question's viewer sees them: lists of a subject's newest, single records, and
 * their history. A record's key has the category before the day, so a page is chosen from the
 * beginnings of all categories, by one walk for each key of the subject. What is in them is left to
 * query/items. */
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
    HISTORY_MAX = 1000,
    ORDER_AT = RECORD_KEY_CATEGORY_BYTES, /* where day and number begin in a record's key */
    ORDER_BYTES = RECORD_KEY_BYTES - RECORD_KEY_CATEGORY_BYTES,
};

static struct slice version_text(struct arena *a, const struct record_head *h)
{
    char text[30];
    if (!(h->flags & RECORD_HAS_PROVIDER)) {
        utc_print(version_received(&h->version), text);
        return arena_dup(a, slice_of(text));
    }
    size_t at = sizeof text;
    uint64_t v = version_provider(&h->version);
    do
        text[--at] = (char)('0' + v % 10);
    while (v /= 10);
    return arena_dup(a, slice_make(text + at, sizeof text - at));
}

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
    ret->version = version_text(q->arena, h);
    return items_answer(q, r, ret);
}

/* ---- lists ---- */

/* A record that may be of the page. */
struct candidate {
    uint8_t order[ORDER_BYTES];
    char *bytes; /* key and value */
    size_t n, cap;
};

/* The newest records that were met so far, in order: those of a page, and one behind them that
 * tells that there is more. */
struct page {
    struct candidate list[LIMIT_MAX + 2];
    unsigned count, limit;
    struct candidate spare[LIMIT_MAX + 2]; /* whose memory is free again */
    unsigned spare_count;
};

/* How many of them are in the answer: until there are enough, or their bytes are too many. */
static unsigned page_count(const struct page *p)
{
    size_t bytes = 0;
    unsigned i = 0;
    while (i < p->count && i < p->limit && (i == 0 || bytes <= PAGE_BYTES))
        bytes += p->list[i++].n;
    return i;
}

static bool page_is_full(const struct page *p)
{
    return page_count(p) < p->count;
}

/* Whether a record of that order would be of the page. */
static bool page_wants(const struct page *p, const char *order)
{
    return !page_is_full(p) || memcmp(order, p->list[p->count - 1].order, ORDER_BYTES) < 0;
}

/* Memory for one more; what was pushed out before is used again. */
static struct candidate page_room(struct query *q, struct page *p, size_t n)
{
    for (unsigned i = 0; i < p->spare_count; i++) {
        struct candidate c = p->spare[i];
        if (c.cap < n)
            continue;
        p->spare[i] = p->spare[--p->spare_count];
        return c;
    }
    size_t cap = 1024;
    while (cap < n)
        cap *= 2;
    return (struct candidate){.bytes = arena_alloc(q->arena, cap), .cap = cap};
}

static void page_add(struct query *q, struct page *p, struct slice key, struct slice value)
{
    struct candidate c = page_room(q, p, key.n + value.n);
    memcpy(c.order, key.p + ORDER_AT, ORDER_BYTES);
    memcpy(c.bytes, key.p, key.n);
    memcpy(c.bytes + key.n, value.p, value.n);
    c.n = key.n + value.n;
    unsigned at = p->count++;
    for (; at > 0 && memcmp(c.order, p->list[at - 1].order, ORDER_BYTES) < 0; at--)
        p->list[at] = p->list[at - 1];
    p->list[at] = c;
    while (p->count > page_count(p) + 1) {
        struct candidate out = p->list[--p->count];
        if (p->spare_count < ARRAY_LEN(p->spare))
            p->spare[p->spare_count++] = out;
    }
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

/* Where the records of a subject's category begin that are not newer than `from`. */
static struct record_key key_from(const struct subject_id *id, int category,
                                  const uint8_t from[ORDER_BYTES])
{
    struct record_key k;
    memcpy(k.b, id->b, SUBJECT_ID_BYTES);
    k.b[SUBJECT_ID_BYTES] = (uint8_t)category;
    memcpy(k.b + ORDER_AT, from, ORDER_BYTES);
    return k;
}

/* The records of one key, category by category, each from the newest on, and no further than the
 * page needs. */
static int gather(struct query *q, const struct subject_id *id, const struct records_filter *f,
                  const uint8_t from[ORDER_BYTES], bool is_behind, struct page *p)
{
    enum subject_kind kind = subject_id_kind(id);
    struct theme_now last = {0};
    int category = f->category ? (int)f->category : CATEGORY_FIRST, r = 0;
    struct record_key key = key_from(id, category, from), first = key;
    struct slice prefix =
        slice_make(first.b, f->category ? RECORD_KEY_CATEGORY_BYTES : SUBJECT_ID_BYTES);
    struct walk *w = walk_open(q->view, CF_RECORD, prefix, KEY_SLICE(key));
    while (r == 0 && walk_valid(w)) {
        struct record_head h;
        struct slice at = walk_key(w), value = walk_value(w);
        int now_in = (uint8_t)at.p[SUBJECT_ID_BYTES];
        bool is_early = memcmp(at.p + ORDER_AT, from, ORDER_BYTES) < 0;
        if (is_early || !page_wants(p, at.p + ORDER_AT)) {
            category = is_early && now_in > category ? now_in : now_in + 1;
            key = key_from(id, category, from);
            walk_seek(w, KEY_SLICE(key));
            continue;
        }
        category = now_in;
        r = record_decode_head(value, &h);
        const struct theme *now = r == 0 ? query_theme_now(q, &last, h.theme) : NULL;
        bool is_mark = is_behind && memcmp(at.p + ORDER_AT, from, ORDER_BYTES) == 0;
        if (r == 0 && !is_mark && passes(q, f, kind, at, &h, now))
            page_add(q, p, at, value);
        walk_next(w);
    }
    int closed = walk_close(w);
    return r < 0 ? r : closed;
}

static int answer_page(struct query *q, const struct page *p, struct record_answer **ret,
                       unsigned *ret_count)
{
    unsigned count = page_count(p);
    struct theme_now last = {0};
    int r = 0;
    *ret = ARENA_ARRAY(q->arena, struct record_answer, count + 1);
    for (unsigned i = 0; r == 0 && i < count; i++) {
        struct slice bytes = slice_make(p->list[i].bytes, p->list[i].n);
        struct record rec;
        r = record_decode(slice_from(bytes, RECORD_KEY_BYTES), &rec);
        if (r == 0)
            r = answer(q, query_theme_now(q, &last, rec.head.theme), bytes, &rec, &(*ret)[i]);
    }
    *ret_count = count;
    return r;
}

/* The subject was found by query_subject, most often just before. */
static int subject_of(struct query *q, const struct subject_id *id,
                      const struct subject_union **ret)
{
    *ret = q->subject;
    if (q->subject && memcmp(q->subject->ids[0].b, id->b, sizeof id->b) == 0)
        return 0;
    struct subject_union *u = ARENA_NEW(q->arena, struct subject_union);
    *ret = u;
    return union_of(q, id, u);
}

int query_records(struct query *q, const struct subject_id *subject, const struct records_filter *f,
                  unsigned limit, struct slice cursor, struct record_answer **ret,
                  unsigned *ret_count, struct slice *ret_next, struct reason *reterr_why)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    uint8_t from[ORDER_BYTES] = {0};
    if (!day_is_none(f->to))
        be32_put(from, ~((uint32_t)f->to.v ^ 0x80000000u));
    if (cursor.n) {
        struct slice position;
        if (cursor_read(q->arena, q->source->keys, list_about(q, subject, f), cursor, &position) <
                0 ||
            position.n != ORDER_BYTES)
            return reason_set(reterr_why, CE_INVALID, "cursor");
        memcpy(from, position.p, sizeof from);
    }
    struct page *page = ARENA_NEW(q->arena, struct page);
    const struct subject_union *u;
    page->limit = limit;
    int r = subject_of(q, subject, &u);
    for (unsigned i = 0; r == 0 && i < u->count; i++)
        r = gather(q, &u->ids[i], f, from, cursor.n > 0, page);
    if (r == 0)
        r = answer_page(q, page, ret, ret_count);
    if (r < 0)
        return r;
    *ret_next = page_is_full(page)
                    ? cursor_make(q->arena, q->source->keys, list_about(q, subject, f),
                                  slice_make(page->list[*ret_count - 1].order, ORDER_BYTES))
                    : (struct slice){0};
    return 0;
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
