/* The register that scenarios play in. */
#include "tests/support/world.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "query/accounts.h"
#include "record/identifier.h"
#include "store/verify.h"

static const uint8_t master[32] = "a master key for tests only ....";

enum { CACHE_BYTES = 8 << 20 };

static void open_all(struct world *w)
{
    w->cache = answer_cache_create(CACHE_BYTES);
    struct reason why = {{0}};
    struct store_options so = {.dir = w->dir, .cache_bytes = 16 << 20, .buffer_bytes = 16 << 20};
    if (store_open(&so, &w->store, &why) < 0)
        FAIL("store: %s", why.text);
    struct writer_options wo = {.store = w->store,
                                .keys = w->keys,
                                .clock = &w->clock,
                                .receipt_days = w->receipt_days,
                                .queue_bytes = w->queue_bytes,
                                .commit_bytes = w->commit_bytes,
                                .run_bytes = w->run_bytes,
                                .gears = w->gear == 1 && !w->shift_rows ? 1 : 2,
                                .shift_rows = w->shift_rows ? w->shift_rows : 1,
                                .catalogue = &w->in_force.now,
                                .changed = answer_cache_forget,
                                .changed_ctx = w->cache};
    if (writer_start(&wo, &w->writer, &why) < 0)
        FAIL("writer: %s", why.text);
}

struct world *world_open(void)
{
    return world_open_in(test_tempdir());
}

struct world *world_open_in(const char *dir)
{
    struct world *w = calloc(1, sizeof *w);
    CHECK(w);
    w->dir = dir;
    /* The same stories in either gear of the writer. */
    struct slice gear = slice_of(getenv("CREDENCE_GEAR"));
    w->gear = slice_eq(gear, SLICE("2")) ? 2 : 1;
    w->arena = arena_create(1u << 30);
    w->keys = keys_fixed(master);
    struct utc_ms start;
    EXPECT(utc_parse(SLICE("2026-06-01T09:00:00+08:00"), &start));
    w->clock = clock_settable(start);
    in_force_init(&w->in_force);
    open_all(w);
    world_load(w, test_source("catalogue"));
    return w;
}

static void close_all(struct world *w)
{
    writer_stop(w->writer);
    store_close(w->store);
    answer_cache_destroy(w->cache);
    w->writer = NULL;
    w->store = NULL;
}

void world_close(struct world *w)
{
    close_all(w);
    in_force_fini(&w->in_force);
    keys_destroy(w->keys);
    arena_destroy(w->arena);
    free(w);
}

void world_restart(struct world *w)
{
    close_all(w);
    open_all(w);
}

void world_load(struct world *w, const char *dir)
{
    struct reason why = {{0}};
    size_t fresh = 0;
    if (in_force_load(&w->in_force, w->writer, dir, &fresh, &why) < 0)
        FAIL("catalogue: %s", why.text);
    w->catalogue = atomic_load(&w->in_force.now);
}

void world_go_to(struct world *w, const char *when)
{
    struct utc_ms t;
    EXPECT(utc_parse(slice_of(when), &t));
    clock_set(&w->clock, t);
}

static struct slice department_of(struct world *w, const char *theme)
{
    const struct theme *t = catalogue_theme_at(w->catalogue, slice_of(theme), clock_now(&w->clock));
    if (!t)
        FAIL("no theme %s", theme);
    return t->department;
}

enum submission_end world_try(struct world *w, const char *department, const char *theme,
                              const char *batch, struct slice body, size_t cut,
                              struct batch_id *ret_id)
{
    struct day born_min;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    struct submission_options o = {
        .writer = w->writer,
        .keys = w->keys,
        .department = department ? slice_of(department) : department_of(w, theme),
        .theme = slice_of(theme),
        .batch_name = slice_of(batch),
        .kind = {body.n && body.p[0] == '{' ? READER_NDJSON : READER_CSV, ENCODING_AUTO},
        .born_min = born_min,
        .busy_wait_ms = 10000,
    };
    struct submission *s;
    EXPECT_OK(submission_start(&o, &s, NULL));
    struct slice rest = {body.p, cut < body.n ? cut : body.n};
    while (rest.n) {
        size_t n = submission_feed(s, (struct slice){rest.p, rest.n < 4096 ? rest.n : 4096});
        rest = slice_from(rest, n);
        if (!n)
            usleep(200);
    }
    if (cut < body.n)
        submission_abort(s);
    else
        submission_finish(s);
    enum submission_end end;
    while ((end = submission_state(s, ret_id, NULL)) == SUBMISSION_RUNNING)
        usleep(200);
    submission_destroy(s);
    return end;
}

struct totals world_totals(struct world *w, const struct batch_id *id)
{
    struct view *v;
    struct batch_state state;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(batch_state_get(v, w->arena, id, &state));
    view_close(v);
    return state.totals;
}

struct totals world_submit(struct world *w, const char *theme, const char *batch, struct slice csv)
{
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, theme, batch, csv, SIZE_MAX, &id), SUBMISSION_DONE);
    struct totals t = world_totals(w, &id);
    EXPECT_EQ(t.received, t.stored + t.changed + t.duplicate + t.stale + t.rejected);
    return t;
}

const char *world_digest(struct world *w)
{
    struct view *v;
    struct digest d = {{0}};
    struct digest_options o = {0};
    char *text = arena_alloc(w->arena, 65);
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(digest_view(v, w->keys, &o, &d));
    view_close(v);
    hex_print(d.b, sizeof d.b, text);
    return text;
}

void world_check(struct world *w)
{
    struct verify_result result = {0};
    struct verify_options o = {.keys = w->keys, .catalogue = w->catalogue};
    EXPECT_OK(verify_store(w->store, &o, &result));
    if (result.mistakes)
        FAIL("check found %llu mistakes:\n%.*s", (unsigned long long)result.mistakes,
             FMT_SLICE(buf_slice(&result.text)));
    buf_fini(&result.text);
}

struct slice world_receipt(struct world *w, const struct batch_id *id)
{
    struct query_source source = {
        .store = w->store, .keys = w->keys, .clock = &w->clock, .catalogue = w->catalogue};
    struct receipt_text *t;
    AUTO_BUF(text, 256 << 20);
    EXPECT_OK(receipt_text_open(&source, id, false, &t));
    while (receipt_text_next(t, &text))
        ;
    receipt_text_close(t);
    return arena_dup(w->arena, buf_slice(&text));
}

struct slice world_rejects(struct world *w, const struct batch_id *id)
{
    struct query_source source = {
        .store = w->store, .keys = w->keys, .clock = &w->clock, .catalogue = w->catalogue};
    struct reject_text *t;
    AUTO_BUF(text, 256 << 20);
    EXPECT_OK(reject_text_open(&source, id, &t));
    while (reject_text_next(t, &text))
        ;
    reject_text_close(t);
    return arena_dup(w->arena, buf_slice(&text));
}

void world_uscc(unsigned n, const char *pair, char out[19])
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    static const int weights[8] = {3, 7, 9, 10, 5, 8, 4, 2};
    char body[9] = "YY";
    for (int i = 7; i >= 2; i--, n /= 31)
        body[i] = alphabet[n % 31];
    int sum = 0;
    for (int i = 0; i < 8; i++)
        sum += weights[i] * (body[i] <= '9' ? body[i] - '0' : body[i] - 'A' + 10);
    int r = 11 - sum % 11;
    snprintf(out, 19, "%.2s440106%.8s%c", pair, body,
             r == 10   ? 'X'
             : r == 11 ? '0'
                       : (char)('0' + r));
    out[17] = uscc_check_char(out);
    out[18] = 0;
}
