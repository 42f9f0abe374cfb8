/* Records, the rows that lead to them, and their history. On the way through a subject's records
 * its row is checked too, and the digest is summed. */
#include <string.h>

#include "base/err.h"
#include "store/ends.h"
#include "store/source.h"
#include "store/verify_parts.h"

static bool is_waiting(const struct subject_id *id)
{
    return id->b[0] == SUBJECT_WAITING;
}

/* Reads one row; false (and a mistake, unless looking up) when it cannot be read. */
static bool row_read(struct verifier *v, struct slice key, struct slice value,
                     struct record_key *ret_key, struct record *ret)
{
    if (key.n != RECORD_KEY_BYTES) {
        if (!v->looks_up)
            verify_mistake(v, "record: a key of %zu bytes", key.n);
        return false;
    }
    memcpy(ret_key->b, key.p, RECORD_KEY_BYTES);
    if (record_decode(value, ret) == 0)
        return true;
    if (!v->looks_up)
        verify_mistake(v, "record %llu: its bytes cannot be read",
                       (unsigned long long)record_key_number(ret_key));
    return false;
}

int verify_record_demands(struct verifier *v, struct slice key, struct slice value)
{
    struct record_key k;
    struct record r;
    if (!row_read(v, key, value, &k, &r))
        return 0;
    struct ends_row rows[ENDS_MAX];
    unsigned count = ends_of(&r.head, rows);
    int e = 0;
    for (unsigned i = 0; e == 0 && i < count; i++) {
        uint8_t ends[END_BYTES];
        struct term_key t = term_key_make(rows[i].day, &r.head.id);
        ends_encode(rows[i].what, ends);
        e = verify_demand(v, DEMAND_TERM, KEY_SLICE(t), slice_make(ends, sizeof ends));
    }
    return e;
}

static void add_number(struct verifier *v, uint64_t number)
{
    if (!bitmap_add(&v->records, number))
        verify_mistake(v, "record %llu: its number is there twice", (unsigned long long)number);
}

static void check_number(struct verifier *v, uint64_t number)
{
    if (number == 0 || number >= v->counters.next_record)
        verify_mistake(v, "record %llu: the counter stands at %llu", (unsigned long long)number,
                       (unsigned long long)v->counters.next_record);
    else if (number > v->greatest)
        v->greatest = number;
    if (bitmap_covers(&v->records, number))
        add_number(v, number);
}

static void check_theme(struct verifier *v, const struct record_key *k, const struct record_head *h)
{
    unsigned long long number = record_key_number(k);
    unsigned category = (unsigned)record_key_category(k);
    if (category < CATEGORY_FIRST || category > CATEGORY_LAST)
        verify_mistake(v, "record %llu: there is no category %u", number, category);
    if (!v->catalogue || v->catalogue->theme_count == 0)
        return;
    const struct theme *t = catalogue_version(v->catalogue, h->theme, h->entry);
    if (!t)
        verify_mistake(v, "record %llu: the catalogue has no theme %u of version %u", number,
                       h->theme, h->entry);
    else if ((unsigned)t->category != category)
        verify_mistake(v, "record %llu: its category %u is not the theme's %u", number, category,
                       (unsigned)t->category);
}

static void check_key(struct verifier *v, const struct record_key *k, const struct record_head *h)
{
    struct subject_id subject = record_key_subject(k);
    unsigned long long number = record_key_number(k);
    if (subject.b[0] > SUBJECT_KIND_LAST)
        verify_mistake(v, "record %llu: there is no kind %u of subject", number, subject.b[0]);
    if (is_waiting(&subject)) {
        if (!(h->flags & RECORD_REVOKED))
            verify_mistake(v, "record %llu: it waits and is no revoke", number);
        if (memcmp(subject.b + 1, h->id.b, sizeof h->id.b) != 0)
            verify_mistake(v, "record %llu: it waits for another record", number);
    } else if (record_key_day(k).v != h->day.v) {
        verify_mistake(v, "record %llu: its day is not that of its key", number);
    }
}

/* by_source may be ahead of the record by received time or position: such a rise rewrites it alone.
 */
static bool versions_fit(const struct source *s, const struct record_head *h)
{
    int c = version_cmp(&s->version, &h->version);
    if (c <= 0 || !(h->flags & RECORD_HAS_PROVIDER))
        return c >= 0;
    uint64_t slot = version_provider(&s->version);
    return slot == version_provider(&h->version) ||
           slot == (uint64_t)version_received(&s->version).v;
}

static int check_source(struct verifier *v, const struct record_key *k, const struct record_head *h)
{
    unsigned long long number = record_key_number(k);
    struct slice bytes;
    struct source s;
    int r = view_get(v->view, v->arena, CF_BY_SOURCE, KEY_SLICE(h->id), &bytes);
    if (r == CE_NOT_FOUND) {
        verify_mistake(v, "record %llu: by_source does not know it", number);
        return 0;
    }
    if (r < 0)
        return r;
    if (source_decode(bytes, &s) < 0)
        verify_mistake(v, "record %llu: its bytes in by_source cannot be read", number);
    else if (memcmp(s.locator.b, k->b, sizeof k->b) != 0)
        verify_mistake(v, "record %llu: by_source leads to another place", number);
    else if (s.flags != h->flags)
        verify_mistake(v, "record %llu: by_source has other flags", number);
    else if (!versions_fit(&s, h))
        verify_mistake(v, "record %llu: by_source has another version", number);
    return 0;
}

static void check_content(struct verifier *v, uint64_t number, const struct record *r)
{
    struct slice identity;
    struct record_item *items;
    size_t count;
    int e = record_items(v->arena, v->keys, r, &identity, &items, &count);
    if (e == 0)
        e = digest_add_items(&v->digest, r, identity, items, count);
    if (e < 0) {
        verify_mistake(v, "record %llu: %s", (unsigned long long)number,
                       e == CE_CRYPT ? "its sealed part does not open with these keys"
                                     : "its items cannot be read");
        return;
    }
    struct record_id id = record_id_make(v->keys, r->head.theme, identity);
    if (memcmp(id.b, r->head.id.b, sizeof id.b) != 0)
        verify_mistake(v, "record %llu: its id does not follow from its identity",
                       (unsigned long long)number);
}

static int group_end(struct verifier *v)
{
    const struct group *g = &v->group;
    if (!g->is_begun || is_waiting(&g->subject))
        return 0;
    return verify_subject_row(v, &g->subject, g->has_current);
}

static int each_record(struct verifier *v, struct slice key, struct slice value)
{
    struct group *g = &v->group;
    struct record_key k;
    struct record r;
    v->result->records++;
    if (!row_read(v, key, value, &k, &r))
        return 0;
    struct subject_id subject = record_key_subject(&k);
    if (!g->is_begun || memcmp(subject.b, g->subject.b, sizeof subject.b) != 0) {
        int e = group_end(v);
        if (e < 0)
            return e;
        *g = (struct group){.subject = subject, .is_begun = true};
    }
    g->has_current = g->has_current || !(r.head.flags & RECORD_REVOKED);
    check_number(v, record_key_number(&k));
    check_key(v, &k, &r.head);
    check_theme(v, &k, &r.head);
    check_content(v, record_key_number(&k), &r);
    verify_record_demands(v, key, value);
    return check_source(v, &k, &r.head);
}

/* A by_source row whose record is not there. */
static int each_source(struct verifier *v, struct slice key, struct slice value)
{
    struct source s;
    struct slice bytes;
    struct record_head h;
    if (source_decode(value, &s) < 0) {
        verify_mistake(v, "by_source: a row cannot be read");
        return 0;
    }
    int r = view_get(v->view, v->arena, CF_RECORD, KEY_SLICE(s.locator), &bytes);
    if (r < 0 && r != CE_NOT_FOUND)
        return r;
    if (r == CE_NOT_FOUND || record_decode_head(bytes, &h) < 0 || !slice_eq(key, KEY_SLICE(h.id)))
        verify_mistake(v, "by_source: a row leads to record %llu, which is not there",
                       (unsigned long long)record_key_number(&s.locator));
    return 0;
}

static int each_counted(struct verifier *v, struct slice key, struct slice value)
{
    (void)key;
    (void)value;
    v->sources++;
    return 0;
}

int verify_records(struct verifier *v)
{
    struct slice all = {0};
    int r = verify_walk(v, CF_RECORD, all, each_record);
    if (r == 0)
        r = group_end(v);
    if (r == 0)
        r = verify_walk(v, CF_BY_SOURCE, all, each_counted);
    /* Each record has its row in by_source: as many rows means that there is no other. */
    bool is_proved = v->sources == v->result->records && v->result->mistakes == 0;
    return r < 0 || is_proved ? r : verify_walk(v, CF_BY_SOURCE, all, each_source);
}

static int each_version(struct verifier *v, struct slice key, struct slice value)
{
    struct history h;
    struct record r;
    struct slice identity;
    struct record_item *items;
    size_t count;
    v->result->history++;
    if (key.n != HISTORY_KEY_BYTES) {
        verify_mistake(v, "history: a key of %zu bytes", key.n);
        return 0;
    }
    unsigned long long number = be64_get(key.p);
    if (!bitmap_has(&v->records, number))
        verify_mistake(v, "history: a version of record %llu, which is not there", number);
    if (history_decode(value, &h) < 0 || record_decode(h.record, &r) < 0) {
        verify_mistake(v, "history: a version of record %llu cannot be read", number);
        return 0;
    }
    bool never = h.current_from.v == INT64_MIN && h.current_until.v == INT64_MIN;
    if (!never && (h.current_from.v == INT64_MIN || h.current_from.v > h.current_until.v))
        verify_mistake(v, "history: a version of record %llu ended before it began", number);
    if (record_items(v->arena, v->keys, &r, &identity, &items, &count) < 0)
        verify_mistake(v, "history: the items of a version of record %llu cannot be read", number);
    return 0;
}

/* The numbers that the first walk left out. */
static int each_number(struct verifier *v, struct slice key, struct slice value)
{
    (void)value;
    if (key.n != RECORD_KEY_BYTES)
        return 0;
    uint64_t number = be64_get(key.p + RECORD_KEY_BYTES - 8);
    if (bitmap_covers(&v->records, number))
        add_number(v, number);
    return 0;
}

/* History lies by the number of the record, so that it is walked once, part by part. */
int verify_history(struct verifier *v)
{
    for (;;) {
        uint8_t from[8], until[8];
        uint64_t end = v->records.first + v->records.part;
        bool is_last = v->greatest < end;
        be64_put(from, v->records.first);
        be64_put(until, end);
        int r = verify_walk_between(v, CF_HISTORY, slice_make(from, v->records.first ? 8 : 0),
                                    slice_make(until, is_last ? 0 : 8), each_version);
        if (r < 0 || is_last)
            return r;
        bitmap_next_part(&v->records);
        r = verify_walk(v, CF_RECORD, (struct slice){0}, each_number);
        if (r < 0)
            return r;
    }
}
