/* Steps from schema to schema. The row "schema" in `state` is four bytes, big-endian: 00000002.
 *
 * Each step gathers its rows in one batch together with the new number, so that a step is done or
 * not done; a step that needs more than one commit would have to be harmless when repeated, which
 * the tests ask of all of them. There is no way back: a store is copied before an upgrade. */
#include "store/migrate.h"

#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/wire.h"
#include "store/batch.h"
#include "store/keys.h"
#include "store/source.h"
#include "store/state.h"
#include "store/view.h"

enum { ARENA_BYTES_MAX = 64 * 1024 * 1024 };

struct step {
    struct view *view;
    struct arena *arena;
    struct batch *batch;
};

/* The number that stands in the last key of the prefix, 0 for none: keys are prefix, number of that
 * many bytes, anything. */
static int last_number(struct view *v, enum cf cf, struct slice prefix, size_t bytes, uint64_t *ret)
{
    char high[64];
    CHECK(prefix.n + bytes < sizeof high - 32);
    memset(high, 0xFF, sizeof high);
    if (prefix.n)
        memcpy(high, prefix.p, prefix.n);
    uint64_t number = 0;
    int e = 0;
    struct walk *w = walk_open(v, cf, prefix, prefix);
    walk_seek_back(w, slice_make(high, sizeof high));
    if (walk_valid(w)) {
        struct slice key = walk_key(w);
        if (key.n < prefix.n + bytes)
            e = CE_FORMAT;
        for (size_t i = 0; e == 0 && i < bytes; i++)
            number = number << 8 | (uint8_t)key.p[prefix.n + i];
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    *ret = number;
    return 0;
}

static void raise_to(uint64_t *next, uint64_t used)
{
    if (used >= *next)
        *next = used + 1;
}

/* Record numbers lie at the end of each key of `record`, and in every locator. */
static int greatest_record(struct view *v, uint64_t *next)
{
    uint64_t last;
    int e = last_number(v, CF_HISTORY, (struct slice){0}, 8, &last);
    if (e < 0)
        return e;
    raise_to(next, last);
    struct walk *w = walk_open(v, CF_BY_SOURCE, (struct slice){0}, (struct slice){0});
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        struct source s;
        if ((e = source_decode(walk_value(w), &s)) == 0)
            raise_to(next, record_key_number(&s.locator));
    }
    int r = walk_close(w);
    if (e < 0 || r < 0)
        return e < 0 ? e : r;
    w = walk_open(v, CF_RECORD, (struct slice){0}, (struct slice){0});
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        struct record_key k;
        if (walk_key(w).n != sizeof k.b) {
            e = CE_FORMAT;
            break;
        }
        memcpy(k.b, walk_key(w).p, sizeof k.b);
        raise_to(next, record_key_number(&k));
    }
    r = walk_close(w);
    return e < 0 ? e : r;
}

static int greatest_batch(struct view *v, struct counters *c)
{
    struct slice prefix = SLICE("batch/");
    int e = 0;
    struct walk *w = walk_open(v, CF_STATE, prefix, prefix);
    for (; e == 0 && walk_valid(w); walk_next(w)) {
        struct batch_state s;
        if ((e = batch_state_decode(walk_value(w), &s)) < 0)
            break;
        raise_to(&c->next_batch, s.number);
        if (s.received.v > c->newest_received.v)
            c->newest_received = s.received;
    }
    int r = walk_close(w);
    return e < 0 ? e : r;
}

/* Schema 1 had no "counters": a program that opened the store looked up every last number. Counters
 * that are there already never fall, for a number that was given once is not given again. */
static int step_counters(struct step *s)
{
    static const char names[1] = {'i'};
    struct counters c;
    uint64_t search = 0, log = 0, event = 0;
    int r = counters_get(s->view, s->arena, &c);
    if (r == 0)
        r = greatest_record(s->view, &c.next_record);
    if (r == 0)
        r = last_number(s->view, CF_NAME, slice_make(names, 1), 5, &search);
    if (r == 0)
        r = last_number(s->view, CF_LOG, (struct slice){0}, 8, &log);
    if (r == 0)
        r = last_number(s->view, CF_EVENT, (struct slice){0}, 8, &event);
    if (r == 0)
        r = greatest_batch(s->view, &c);
    if (r < 0)
        return r;
    raise_to(&c.next_search, search);
    raise_to(&c.next_batch, log);
    raise_to(&c.next_event, event);
    counters_put(s->batch, &c);
    return 0;
}

/* steps[n] leads from schema n + 1 to n + 2. */
static int (*const steps[])(struct step *) = {step_counters};
_Static_assert(ARRAY_LEN(steps) == SCHEMA_NOW - 1, "one step to each schema after the first");

static void schema_put(struct batch *b, uint32_t schema)
{
    uint8_t bytes[4];
    be32_put(bytes, schema);
    batch_put(b, CF_STATE, SLICE("schema"), slice_make(bytes, sizeof bytes));
}

static bool holds_nothing(struct view *v)
{
    static const enum cf cfs[] = {CF_STATE, CF_RECORD, CF_BY_SOURCE, CF_LOG};
    bool is_empty = true;
    for (size_t i = 0; i < ARRAY_LEN(cfs); i++) {
        struct walk *w = walk_open(v, cfs[i], (struct slice){0}, (struct slice){0});
        is_empty = is_empty && !walk_valid(w);
        if (walk_close(w) < 0)
            is_empty = false;
    }
    return is_empty;
}

/* *ret is 0 for a new store. */
static int schema_read(struct view *v, struct arena *a, uint32_t *ret, struct reason *reterr_why)
{
    struct slice bytes;
    int r = view_get(v, a, CF_STATE, SLICE("schema"), &bytes);
    if (r == CE_NOT_FOUND && holds_nothing(v)) {
        *ret = 0;
        return 0;
    }
    if (r == CE_NOT_FOUND || (r == 0 && bytes.n != 4))
        return reason_set(reterr_why, CE_FORMAT,
                          "the store does not say which schema it has; restore a backup");
    if (r < 0)
        return reason_set(reterr_why, r, "the schema cannot be read: %s", err_text(r));
    uint32_t schema = be32_get(bytes.p);
    if (schema == 0 || schema > SCHEMA_NOW)
        return reason_set(reterr_why, CE_FORMAT,
                          "the store has schema %u and this program knows up to %u; "
                          "use the program that wrote it, or a newer one",
                          schema, SCHEMA_NOW);
    *ret = schema;
    return 0;
}

static int run(struct store *s, struct view *v, struct arena *a, uint32_t *ret_schema,
               struct reason *reterr_why)
{
    uint32_t schema = 0;
    int r = schema_read(v, a, &schema, reterr_why);
    if (r < 0 || schema == SCHEMA_NOW) {
        *ret_schema = SCHEMA_NOW;
        return r;
    }
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    uint32_t next = schema == 0 ? SCHEMA_NOW : schema + 1;
    if (schema > 0) {
        struct step step = {v, a, b};
        if ((r = steps[schema - 1](&step)) < 0)
            return reason_set(reterr_why, r, "the step from schema %u to %u failed: %s", schema,
                              next, err_text(r));
    }
    schema_put(b, next);
    *ret_schema = next;
    return batch_commit(b, reterr_why);
}

int migrate_run(struct store *s, struct reason *reterr_why)
{
    uint32_t schema = 0;
    while (schema != SCHEMA_NOW) {
        AUTO(view_close) struct view *v = NULL;
        AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES_MAX);
        int r = view_open(s, &v);
        if (r == 0)
            r = run(s, v, a, &schema, reterr_why);
        if (r < 0)
            return r;
    }
    return 0;
}
