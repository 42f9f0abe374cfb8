/* A first fill makes the store that a writer makes to which the same files were handed in one after
 * the other (design §3, §4). The two stores are laid side by side, row by row of every family. */
#include "ingest/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/reader.h"
#include "store/keys.h"
#include "store/source.h"
#include "store/subject.h"
#include "store/view.h"
#include "tests/support/world.h"

enum { FILES_MAX = 400, SUBJECTS = 5, RECORDS = 9 };

static struct {
    const char *theme;
    char name[16];
    struct slice text;
} files[FILES_MAX];
static unsigned file_count;

static const char penalty_header[] =
    "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_FR_ZJHM,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,"
    "CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op\n";
static const char registration_header[] =
    "企业名称,统一社会信用代码,注册日期,登记状态,_version,_op\n";

/* Names that collide, and one under which a sole trader must not be found. */
static const char *some_name(void)
{
    static const char *const all[] = {"广州甲乙丙商店", "广州甲乙商行", "张三丰",
                                      "广州丁戊己有限公司"};
    return all[rand() % 4];
}

static bool has_traders = true;

static void some_code(char out[19])
{
    unsigned n = (unsigned)rand() % SUBJECTS;
    world_uscc(n, n == 0 && has_traders ? "92" : "91", out);
    if (rand() % 20 == 0)
        out[17] = out[17] == 'A' ? 'B' : 'A'; /* a wrong check character: rejected */
}

/* No version for most, so that the order of coming decides; or one that may be there already. */
static void some_version(char out[16])
{
    out[0] = 0;
    if (rand() % 3)
        snprintf(out, 16, "%d", 1 + rand() % 6);
}

static const char *some_operation(void)
{
    return rand() % 4 == 0 ? "revoke" : rand() % 2 ? "change" : "";
}

static void penalty_row(struct buf *b)
{
    char code[19], version[16];
    some_code(code);
    some_version(version);
    buf_printf(b,
               "穗处〔2025〕1号,%s,法人及非法人组织,%s,某甲,,无照经营,事实%d,条例第一条,罚款,"
               "罚款二千元,0.2,2025-03-0%d,2026-03-01,2099-03-01,某局,11440106YY000001XG,某局,"
               "11440106YY000001XG,R%d,%s,%s\n",
               some_name(), code, rand() % 3, 1 + rand() % 3, rand() % RECORDS, version,
               some_operation());
}

static void registration_row(struct buf *b)
{
    char code[19], version[16];
    some_code(code);
    some_version(version);
    buf_printf(b, "%s,%s,2001-02-03,%s,%s,%s\n", some_name(), code, rand() % 2 ? "存续" : "吊销",
               version, some_operation());
}

static void make_files(struct arena *a, unsigned seed, unsigned count, unsigned rows)
{
    srand(seed);
    file_count = count;
    for (unsigned i = 0; i < count; i++) {
        AUTO_BUF(b, 1 << 20);
        bool is_penalty = rand() % 3;
        files[i].theme = is_penalty ? "amr-penalty" : "amr-enterprise-registration";
        snprintf(files[i].name, sizeof files[i].name, "f%u", i);
        buf_add_slice(&b, slice_of(is_penalty ? penalty_header : registration_header));
        for (unsigned k = 0; k < rows; k++)
            is_penalty ? penalty_row(&b) : registration_row(&b);
        files[i].text = arena_dup(a, buf_slice(&b));
    }
}

/* ---- filling ---- */

static int open_body(void *ctx, size_t file, struct body_kind *ret_kind, void **ret_body,
                     struct reason *reterr_why)
{
    (void)ctx;
    (void)reterr_why;
    struct slice *rest = malloc(sizeof *rest);
    *rest = files[file].text;
    *ret_kind = (struct body_kind){READER_CSV, ENCODING_AUTO};
    *ret_body = rest;
    return 0;
}

static int64_t read_body(void *body, char *at, size_t n)
{
    struct slice *rest = body;
    size_t k = rest->n < n ? rest->n : n;
    k = k > 100 ? 100 : k; /* rows are cut anywhere */
    memcpy(at, rest->p, k);
    *rest = slice_from(*rest, k);
    return (int64_t)k;
}

static int close_body(void *ctx, size_t file, void *body, char *ret_name, struct reason *reterr_why)
{
    (void)ctx;
    (void)reterr_why;
    free(body);
    if (ret_name)
        snprintf(ret_name, LOAD_NAME_BYTES, "%s", files[file].name);
    return 0;
}

static void tell(void *ctx, enum load_stage stage, int64_t done, int64_t total)
{
    (void)ctx;
    (void)stage;
    EXPECT(done <= total);
}

static bool is_stopped(void *ctx)
{
    return ctx != NULL;
}

static int try_fill(struct world *w, bool stops, struct load_file *told, struct reason *why)
{
    struct fill *f;
    struct day born_min;
    bool remains;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    writer_stop(TAKE(w->writer));
    store_close(TAKE(w->store));
    for (unsigned i = 0; i < file_count; i++)
        told[i] =
            (struct load_file){.theme = slice_of(files[i].theme), .size = (int64_t)files[i].text.n};
    struct load_options o = {.keys = w->keys,
                             .clock = &w->clock,
                             .catalogue = w->catalogue,
                             .born_min = born_min,
                             .memory_bytes = LOAD_MEMORY_MIN,
                             .threads = 2,
                             .files = told,
                             .file_count = file_count,
                             .open = open_body,
                             .read = read_body,
                             .close = close_body,
                             .tell = tell,
                             .is_stopped = is_stopped,
                             .ctx = stops ? w : NULL};
    EXPECT_OK(fill_begin(w->dir, &f, &remains, why));
    o.fill = f;
    int r = load_run(&o, why);
    if (r == 0)
        r = fill_finish_take(f, why);
    else
        fill_drop(f);
    world_restart(w);
    return r;
}

static struct world *filled(struct utc_ms now)
{
    static struct load_file told[FILES_MAX];
    struct reason why = {""};
    struct world *w = world_open();
    clock_set(&w->clock, now);
    if (try_fill(w, false, told, &why) < 0)
        FAIL("%s", why.text);
    return w;
}

/* The files one after the other, at the instants that a fill gives them. */
static struct world *handed_in(struct utc_ms now)
{
    struct world *w = world_open();
    for (unsigned i = 0; i < file_count; i++) {
        clock_set(&w->clock, (struct utc_ms){now.v - (file_count - 1 - i)});
        world_submit(w, files[i].theme, files[i].name, files[i].text);
    }
    return w;
}

/* ---- side by side ---- */

/* What is sealed has other random bytes each time. */
static void blank_sealed(struct buf *row, size_t from)
{
    struct record r;
    EXPECT_OK(record_decode(slice_from(buf_slice(row), from), &r));
    if (r.sealed.n)
        memset(row->p + (r.sealed.p - row->p), 's', r.sealed.n);
}

/* Numbers of records and of searched subjects differ, and have the same order: without them the
 * rows must be the same, one after the other. */
static void without_number(enum cf cf, struct slice key, struct slice value, struct buf *ret)
{
    size_t at = key.n;
    if (cf == CF_RECORD)
        at = RECORD_KEY_BYTES - 8;
    else if (cf == CF_HISTORY)
        at = 0;
    else if (cf == CF_NAME)
        at = key.n - 5;
    buf_clear(ret);
    buf_add(ret, key.p, at);
    if (cf == CF_HISTORY)
        buf_add(ret, key.p + 8, key.n - 8);
    if (cf == CF_BY_SOURCE) {
        buf_add(ret, value.p, value.n - 8);
    } else if (cf == CF_SUBJECT) {
        struct subject s;
        EXPECT_OK(subject_decode(value, &s));
        buf_add_char(ret, s.search_number ? 'y' : 'n');
        s.search_number = 0;
        subject_encode(&s, ret);
    } else {
        size_t from = ret->n;
        buf_add_slice(ret, value);
        if (cf == CF_RECORD)
            blank_sealed(ret, from);
        struct history h;
        if (cf == CF_HISTORY) {
            EXPECT_OK(history_decode(value, &h));
            blank_sealed(ret, from + (size_t)(h.record.p - value.p));
        }
    }
}

static void expect_same_family(struct world *x, struct world *y, enum cf cf)
{
    struct view *vx, *vy;
    AUTO_BUF(a, 1 << 20);
    AUTO_BUF(b, 1 << 20);
    EXPECT_OK(view_open(x->store, &vx));
    EXPECT_OK(view_open(y->store, &vy));
    struct walk *wx = walk_open(vx, cf, (struct slice){0}, (struct slice){0});
    struct walk *wy = walk_open(vy, cf, (struct slice){0}, (struct slice){0});
    unsigned rows = 0;
    for (; walk_valid(wx) && walk_valid(wy); rows++) {
        without_number(cf, walk_key(wx), walk_value(wx), &a);
        without_number(cf, walk_key(wy), walk_value(wy), &b);
        if (!slice_eq(buf_slice(&a), buf_slice(&b)))
            FAIL("row %u of family %s differs", rows, cf_name(cf));
        walk_next(wx);
        walk_next(wy);
    }
    if (walk_valid(wx) || walk_valid(wy))
        FAIL("family %s has more than %u rows on one side", cf_name(cf), rows);
    EXPECT(rows > 0);
    EXPECT_OK(walk_close(wx));
    EXPECT_OK(walk_close(wy));
    view_close(vx);
    view_close(vy);
}

/* Without the instant at which it was finished, which is that of the whole fill. */
static struct slice receipt(struct world *w, unsigned file)
{
    const struct theme *t =
        catalogue_theme_at(w->catalogue, slice_of(files[file].theme), clock_now(&w->clock));
    struct batch_id id = batch_id_make(w->keys, t->department, slice_of(files[file].name));
    struct slice text = world_receipt(w, &id);
    ptrdiff_t at = slice_find(text, SLICE("\"finished_at\":"), 0);
    EXPECT(at > 0);
    ptrdiff_t end = slice_find(text, SLICE(","), (size_t)at);
    return arena_printf(w->arena, "%.*s%.*s", (int)at, text.p, (int)(text.n - (size_t)end),
                        text.p + end);
}

static void expect_same_digest(struct world *x, struct world *y)
{
    struct digest dx = {{0}}, dy = {{0}};
    struct digest_options o = {.with_history = true, .with_ledger = true};
    struct view *v;
    EXPECT_OK(view_open(x->store, &v));
    EXPECT_OK(digest_view(v, x->keys, &o, &dx));
    view_close(v);
    EXPECT_OK(view_open(y->store, &v));
    EXPECT_OK(digest_view(v, y->keys, &o, &dy));
    view_close(v);
    EXPECT(memcmp(dx.b, dy.b, sizeof dx.b) == 0);
}

static void expect_same(struct world *x, struct world *y, bool names_too)
{
    static const enum cf all[] = {CF_RECORD, CF_HISTORY, CF_BY_SOURCE, CF_SUBJECT,
                                  CF_LINK,   CF_BY_TERM, CF_LEDGER};
    world_check(x);
    world_check(y);
    expect_same_digest(x, y);
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        expect_same_family(x, y, all[i]);
    if (names_too)
        expect_same_family(x, y, CF_NAME);
    for (unsigned i = 0; i < file_count; i++)
        EXPECT_SAME(receipt(x, i), receipt(y, i));
}

static const struct utc_ms now = {1780308000000}; /* 2026-06-01, when the world's time begins */

/* But for sole traders: when one is found by name again, after a name in between that may be a
 * person's, the writer gives it a place in the order of that day, and a fill that of its beginning.
 */
TEST(a_fill_is_row_for_row_what_a_writer_makes_of_one_row_after_the_other)
{
    has_traders = false;
    for (unsigned seed = 1; seed <= 5; seed++) {
        AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
        make_files(a, seed, 150, 1);
        struct world *x = handed_in(now), *y = filled(now);
        expect_same(x, y, true);
        world_close(x);
        world_close(y);
    }
    has_traders = true;
}

TEST(a_fill_is_what_a_writer_makes_of_whole_files)
{
    for (unsigned seed = 11; seed <= 15; seed++) {
        AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
        make_files(a, seed, 12, 60);
        struct world *x = handed_in(now), *y = filled(now);
        /* Which of two subjects of one commit is found first is a matter of its rows' order there.
         */
        expect_same(x, y, false);
        world_close(x);
        world_close(y);
    }
}

TEST(a_store_that_was_filled_goes_on_like_the_other_one)
{
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    make_files(a, 21, 60, 1);
    struct world *x = handed_in(now), *y = filled(now);
    unsigned first = file_count;
    make_files(a, 22, 60, 1);
    for (unsigned i = 0; i < file_count; i++) {
        struct utc_ms t = {now.v + 1000 + i};
        snprintf(files[i].name, sizeof files[i].name, "more%u", i);
        clock_set(&x->clock, t);
        clock_set(&y->clock, t);
        world_submit(x, files[i].theme, files[i].name, files[i].text);
        world_submit(y, files[i].theme, files[i].name, files[i].text);
    }
    EXPECT_EQ(first, 60);
    expect_same(x, y, true);
    world_close(x);
    world_close(y);
}

TEST(the_same_file_twice_counts_once)
{
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    static struct load_file told[FILES_MAX];
    struct reason why;
    make_files(a, 31, 6, 20);
    struct world *x = handed_in(now);
    files[file_count] = files[2];
    files[file_count + 1] = files[2];
    file_count += 2;
    struct world *y = world_open();
    clock_set(&y->clock, (struct utc_ms){now.v + 2});
    EXPECT_OK(try_fill(y, false, told, &why));
    EXPECT(!told[2].is_repeated && told[6].is_repeated && told[7].is_repeated);
    EXPECT_EQ(told[7].totals.received, told[2].totals.received);
    file_count -= 2;
    expect_same(x, y, false);
    world_close(x);
    world_close(y);
}

TEST(a_file_that_cannot_be_used_is_told_and_the_others_count)
{
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    static struct load_file told[FILES_MAX];
    struct reason why;
    make_files(a, 41, 3, 5);
    files[1].text = SLICE("a,b\n1,2\n");
    files[2].theme = "no-such-theme";
    struct world *w = world_open();
    EXPECT_OK(try_fill(w, false, told, &why));
    EXPECT(!told[0].is_refused && told[1].is_refused && told[2].is_refused);
    EXPECT(strstr(told[1].why.text, "no column of the header"));
    EXPECT(strstr(told[2].why.text, "no-such-theme"));
    EXPECT_EQ(told[0].totals.received, 5);
    world_check(w);
    world_close(w);
}

TEST(a_fill_that_is_stopped_leaves_the_store_empty)
{
    AUTO(arena_destroy) struct arena *a = arena_create(64 << 20);
    static struct load_file told[FILES_MAX];
    struct reason why;
    make_files(a, 51, 3, 50);
    struct world *w = world_open();
    EXPECT_ERR(try_fill(w, true, told, &why), CE_PARTIAL);
    world_check(w);
    EXPECT_OK(try_fill(w, false, told, &why));
    EXPECT_EQ(told[0].totals.received, 50);
    world_close(w);
}
