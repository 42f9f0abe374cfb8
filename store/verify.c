/* The proof of a store, from one view: what is asked of each family lies in verify_records.c,
 * verify_subjects.c and verify_accounts.c; here it is put together. A damaged row is a mistake to
 * be told, not a failure: the check goes on. */
#include "store/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/wire.h"
#include "store/verify_parts.h"

enum { LINES_MAX = 100, LINE_BYTES_MAX = 400, TEXT_BYTES_MAX = 64 * 1024 };
enum { ROW_ARENA_BYTES = 512 << 20, KEEP_ARENA_BYTES = 1 << 30, PROGRESS_ROWS = 1000 };
/* Beyond which a number is not believed where nothing else says what it may be. */
#define NUMBERS_MAX (UINT64_C(1) << 33)

static const struct {
    enum cf cf;
    const char *what;
} demands[DEMAND_COUNT] = {
    [DEMAND_SUBJECT] = {CF_SUBJECT, "subject: a row"},
    [DEMAND_NAME] = {CF_NAME, "name: a subject's row"},
    [DEMAND_GRAM] = {CF_NAME, "name: a posting"},
    [DEMAND_LINK] = {CF_LINK, "link: a row"},
    [DEMAND_TERM] = {CF_BY_TERM, "by_term: a row"},
    [DEMAND_LIST] = {CF_STATE, "state: a row in a list of batches"},
};

bool bitmap_covers(const struct bitmap *m, uint64_t number)
{
    return m->part == 0 || (number >= m->first && number - m->first < m->part);
}

bool bitmap_has(const struct bitmap *m, uint64_t number)
{
    number -= m->first;
    return number / 8 < m->bytes && (m->bits[number / 8] >> number % 8 & 1);
}

bool bitmap_add(struct bitmap *m, uint64_t number)
{
    if ((m->part == 0 && number >= NUMBERS_MAX) || bitmap_has(m, number))
        return false;
    number -= m->first;
    if (number / 8 >= m->bytes) {
        uint64_t bytes = number / 8 * 2 + 4096;
        bytes = m->part && bytes > m->part / 8 ? m->part / 8 : bytes;
        m->bits = realloc(m->bits, bytes);
        CHECK(m->bits);
        memset(m->bits + m->bytes, 0, bytes - m->bytes);
        m->bytes = bytes;
    }
    m->bits[number / 8] |= (uint8_t)(1u << number % 8);
    return true;
}

void bitmap_next_part(struct bitmap *m)
{
    memset(m->bits, 0, m->bytes);
    m->first += m->part;
}

void verify_mistake(struct verifier *v, const char *fmt, ...)
{
    char line[LINE_BYTES_MAX];
    if (v->result->mistakes++ >= LINES_MAX)
        return;
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(line, sizeof line, fmt, ap);
    va_end(ap);
    buf_add_slice(&v->result->text, slice_of(line));
    buf_add_char(&v->result->text, '\n');
}

static uint64_t hash_of(uint64_t h, struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (uint8_t)s.p[i]) * 0x9E3779B97F4A7C15u, h ^= h >> 29;
    return (h ^ s.n) * 0xFF51AFD7ED558CCDu;
}

static void tally_add(struct tally *t, struct slice key, struct slice value)
{
    t->count++;
    for (unsigned i = 0; i < 2; i++)
        t->sums[i] += hash_of(hash_of(i + 1, key), value);
}

/* What of a key may be told: never parts of names or numbers. */
static const char *key_text(enum demand what, struct slice key, char out[80])
{
    char hex[2 * 32 + 1] = "";
    out[0] = '\0';
    if ((what == DEMAND_NAME || what == DEMAND_GRAM) && key.n >= 5)
        snprintf(out, 80, " of search number %llu",
                 (unsigned long long)((uint64_t)(uint8_t)key.p[key.n - 5] << 32 |
                                      be32_get(key.p + key.n - 4)));
    if (what == DEMAND_TERM || what == DEMAND_LIST) {
        hex_print(key.p, key.n < 32 ? key.n : 32, hex);
        snprintf(out, 80, " %s", hex);
    }
    return out;
}

static int look_up(struct verifier *v, enum demand what, struct slice key, struct slice value)
{
    struct slice found;
    char text[80];
    int r = view_get(v->view, v->arena, demands[what].cf, key, &found);
    if (r < 0 && r != CE_NOT_FOUND)
        return r;
    v->found[what] += r == 0;
    if (r < 0 || !slice_eq(found, value))
        verify_mistake(v, "%s%s %s", demands[what].what, key_text(what, key, text),
                       r == 0 ? "has another value" : "is missing");
    return 0;
}

int verify_demand(struct verifier *v, enum demand what, struct slice key, struct slice value)
{
    if (v->looks_up)
        return look_up(v, what, key, value);
    tally_add(&v->demanded[what], key, value);
    return 0;
}

void verify_present(struct verifier *v, enum demand what, struct slice key, struct slice value)
{
    tally_add(&v->present[what], key, value);
}

static int walk_rows(struct verifier *v, struct walk *w, struct slice until,
                     int (*each)(struct verifier *v, struct slice key, struct slice value))
{
    int e = 0;
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        if (until.n && slice_cmp(walk_key(w), until) >= 0)
            break;
        arena_reset(v->arena);
        e = each(v, walk_key(w), walk_value(w));
        if (++v->rows % PROGRESS_ROWS == 0 && v->progress)
            v->progress(v->ctx, v->rows);
    }
    int r = walk_close(w);
    return e < 0 ? e : r;
}

int verify_walk(struct verifier *v, enum cf cf, struct slice prefix,
                int (*each)(struct verifier *v, struct slice key, struct slice value))
{
    return walk_rows(v, walk_open(v->view, cf, prefix, prefix), (struct slice){0}, each);
}

int verify_walk_between(struct verifier *v, enum cf cf, struct slice from, struct slice until,
                        int (*each)(struct verifier *v, struct slice key, struct slice value))
{
    return walk_rows(v, walk_open(v->view, cf, (struct slice){0}, from), until, each);
}

static bool differs(const struct verifier *v, enum demand what)
{
    return memcmp(&v->demanded[what], &v->present[what], sizeof(struct tally)) != 0;
}

/* Where the sums differ: which demanded rows are missing, and how many nothing demands. */
static int settle_demands(struct verifier *v)
{
    struct slice all = {0};
    int r = 0;
    v->looks_up = true;
    if (differs(v, DEMAND_SUBJECT))
        r = verify_walk(v, CF_SUBJECT, all, verify_subject_claim);
    if (r == 0 && (differs(v, DEMAND_NAME) || differs(v, DEMAND_GRAM) || differs(v, DEMAND_LINK)))
        r = verify_walk(v, CF_SUBJECT, all, verify_subject_demands);
    if (r == 0 && differs(v, DEMAND_TERM))
        r = verify_walk(v, CF_RECORD, all, verify_record_demands);
    if (r == 0 && differs(v, DEMAND_LIST))
        r = verify_walk(v, CF_STATE, SLICE("batch/"), verify_batch_demands);
    for (int i = 0; r == 0 && i < DEMAND_COUNT; i++)
        if (i != DEMAND_SUBJECT && differs(v, (enum demand)i) && v->present[i].count > v->found[i])
            verify_mistake(v, "%s that nothing demands: %llu times", demands[i].what,
                           (unsigned long long)(v->present[i].count - v->found[i]));
    return r;
}

/* Rows that are there, of the families whose every row is demanded by another one. */
static int each_present(struct verifier *v, struct slice key, struct slice value)
{
    if (key.n == 0)
        verify_mistake(v, "name: a row without a key");
    else if (key.p[0] == 'i')
        verify_present(v, DEMAND_NAME, key, value);
    else
        verify_present(v, DEMAND_GRAM, key, value);
    v->result->names += key.n && key.p[0] == 'i';
    return 0;
}

static int each_link(struct verifier *v, struct slice key, struct slice value)
{
    verify_present(v, DEMAND_LINK, key, value);
    v->result->links++;
    return 0;
}

static int each_term(struct verifier *v, struct slice key, struct slice value)
{
    verify_present(v, DEMAND_TERM, key, value);
    v->result->terms++;
    return 0;
}

static int each_list(struct verifier *v, struct slice key, struct slice value)
{
    verify_present(v, DEMAND_LIST, key, value);
    return 0;
}

static int run(struct verifier *v)
{
    int r = counters_get(v->view, v->arena, &v->counters);
    if (r == CE_FORMAT) {
        verify_mistake(v, "state: the counters cannot be read");
        v->counters =
            (struct counters){NUMBERS_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX, {INT64_MAX}};
        r = 0;
    }
    if (r == 0)
        r = verify_records(v);
    if (r == 0)
        r = verify_history(v);
    if (r == 0)
        r = verify_subjects(v);
    if (r == 0)
        r = verify_accounts(v);
    if (r == 0)
        r = verify_walk(v, CF_NAME, (struct slice){0}, each_present);
    if (r == 0)
        r = verify_walk(v, CF_LINK, (struct slice){0}, each_link);
    if (r == 0)
        r = verify_walk(v, CF_BY_TERM, (struct slice){0}, each_term);
    if (r == 0)
        r = verify_walk(v, CF_STATE, SLICE("batch-"), each_list);
    return r < 0 ? r : settle_demands(v);
}

int verify_store(struct store *s, const struct verify_options *o, struct verify_result *ret)
{
    struct verifier v = {.store = s,
                         .keys = o->keys,
                         .catalogue = o->catalogue,
                         .progress = o->progress,
                         .ctx = o->ctx};
    v.records.part = 8 * (o->numbers_bytes ? o->numbers_bytes : VERIFY_NUMBERS_BYTES);
    *ret = (struct verify_result){0};
    buf_init(&ret->text, TEXT_BYTES_MAX);
    v.result = ret;
    int r = view_open(s, &v.view);
    if (r < 0)
        return r;
    v.arena = arena_create(ROW_ARENA_BYTES);
    v.keep = arena_create(KEEP_ARENA_BYTES);
    v.batch = batch_create(s);
    r = run(&v);
    memcpy(ret->digest, v.digest.b, sizeof ret->digest);
    batch_destroy(v.batch);
    arena_destroy(v.keep);
    arena_destroy(v.arena);
    view_close(v.view);
    free(v.records.bits);
    free(v.batches.bits);
    return r;
}
