/* The first fill: a folder of files becomes a store, without a daemon. Here is who opens the files
 * and says how far it is; ingest/load.h does the work, store/fill.h puts the store into its place.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/conf.h"
#include "daemon/ctl.h"
#include "daemon/ctl_settings.h"
#include "daemon/delivery.h"
#include "daemon/holding.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/receipt_table.h"
#include "daemon/tree.h"
#include "ingest/load.h"
#include "ingest/reader.h"
#include "store/key_mark.h"
#include "store/view.h"

enum {
    SETTINGS_MAX = 64,
    THREADS_MAX = 16,
    READ_BYTES = 256 << 10,
};
/* What a load holds besides its sorting: the catalogue, a judge for each thread, what RocksDB keeps
 * of the files that it writes. */
#define BESIDES_BYTES (160LL << 20)

static const struct ctl_setting own_settings[] = {{"catalogue", "catalogue", NULL},
                                                  {"keys", "keys", NULL}};

struct memory {
    int64_t bytes;
};
static const struct conf_row memory_row = {"memory",
                                           CONF_BYTES,
                                           0,
                                           "512 MiB",
                                           BESIDES_BYTES + LOAD_MEMORY_MIN,
                                           1LL << 40,
                                           "What a load may hold."};

struct loading {
    struct ctl *c;
    struct tree_file *tree;
    struct load_file *files;
    size_t count;
    int64_t bytes;
    struct config config;
    struct clock clock;
    struct keys *keys;
    struct in_force in_force;
    struct fill *fill;
    struct progress progress;
    enum load_stage stage;
};

/* ---- files ---- */

struct body {
    struct delivery delivery;
    struct sha256 *hash; /* of theme and bytes; of a workbook its file is read again */
};

static int open_body(void *ctx, size_t file, struct body_kind *ret_kind, void **ret_body,
                     struct reason *reterr_why)
{
    struct loading *g = ctx;
    struct body *b = calloc(1, sizeof *b);
    CHECK(b);
    int r = delivery_open(&b->delivery, g->tree[file].path, NULL, NULL, reterr_why);
    if (r < 0) {
        delivery_close(&b->delivery);
        free(b);
        return r;
    }
    b->hash = sha256_create();
    sha256_add(b->hash, slice_of(g->tree[file].theme));
    bool is_csv = strcmp(b->delivery.format, "csv") == 0;
    *ret_kind = (struct body_kind){
        .format = (char)(is_csv ? READER_CSV : READER_NDJSON),
        .encoding = (char)(b->delivery.is_workbook ? ENCODING_UTF8 : ENCODING_AUTO),
    };
    *ret_body = b;
    return 0;
}

static int64_t read_body(void *body, char *at, size_t n)
{
    struct body *b = body;
    ssize_t got;
    do
        got = delivery_read(&b->delivery, at, n);
    while (got < 0 && errno == EINTR && !interrupt_came());
    if (got > 0 && !b->delivery.is_workbook)
        sha256_add(b->hash, slice_make(at, (size_t)got));
    return got;
}

static int add_file(struct sha256 *hash, const char *path)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return CE_IO;
    char *at = malloc(READ_BYTES);
    CHECK(at);
    for (size_t n; (n = fread(at, 1, READ_BYTES, in)) > 0;)
        sha256_add(hash, slice_make(at, n));
    int r = ferror(in) ? CE_IO : 0;
    free(at);
    fclose(in);
    return r;
}

static int close_body(void *ctx, size_t file, void *body, char *ret_name, struct reason *reterr_why)
{
    struct loading *g = ctx;
    struct body *b = body;
    int r = 0;
    if (b->delivery.err < 0)
        r = reason_set(reterr_why, b->delivery.err, "%s", b->delivery.why.text);
    if (r == 0 && ret_name && b->delivery.is_workbook &&
        (r = add_file(b->hash, g->tree[file].path)) < 0)
        reason_set(reterr_why, r, "%s cannot be read: %s", g->tree[file].path, strerror(errno));
    if (r == 0 && ret_name)
        tree_batch(b->hash, ret_name);
    delivery_close(&b->delivery);
    sha256_destroy(b->hash);
    free(b);
    return r;
}

/* ---- progress ---- */

static void begin_stage(struct loading *g, enum load_stage stage, int64_t total)
{
    static const char *const names[] = {
        [LOAD_READ] = "load 1/3 读取 read",
        [LOAD_DECIDE] = "load 2/3 判定 decide",
        [LOAD_WRITE] = "load 3/3 写入 write",
    };
    g->stage = stage;
    progress_clear(&g->progress);
    progress_begin(&g->progress, names[stage], total, ctl_option(g->c, "quiet"));
    g->progress.counts_rows = stage != LOAD_READ;
}

static void tell(void *ctx, enum load_stage stage, int64_t done, int64_t total)
{
    struct loading *g = ctx;
    if (stage != g->stage)
        begin_stage(g, stage, total);
    progress_tell(&g->progress, done);
}

static bool is_stopped(void *ctx)
{
    (void)ctx;
    return interrupt_came();
}

/* ---- what a load stands on ---- */

static int read_memory(struct ctl *c, int64_t *ret)
{
    struct memory m;
    struct reason why;
    const char *given = ctl_option(c, "memory");
    conf_defaults(&memory_row, 1, c->arena, &m);
    if (given && conf_set(&memory_row, 1, c->arena, "memory", slice_of(given), &m, &why) < 0)
        return ctl_fail(EXIT_CODE_USAGE, "--%s", why.text);
    *ret = m.bytes - BESIDES_BYTES;
    return EXIT_CODE_OK;
}

/* As the daemon does it (daemon/holding.c): a key file is made only where no store is yet. */
static int open_keys(struct loading *g)
{
    struct reason why = {""};
    const char *path = config_keys_path(g->c->arena, &g->config);
    bool is_new = fill_found(g->fill) == FILL_NOTHING;
    if (keys_open(path, is_new, &g->keys, &why) < 0)
        return ctl_fail(EXIT_CODE_STORE, "the key file: %s", why.text);
    AUTO(batch_destroy) struct batch *b = batch_create(fill_store(g->fill));
    struct view *v;
    int r = view_open(fill_store(g->fill), &v);
    if (r == 0) {
        r = key_mark_check(v, g->c->arena, g->keys);
        view_close(v);
    }
    if (r == CE_CRYPT)
        return ctl_fail(EXIT_CODE_STORE,
                        "the key file %s is not the one that this store was made with; put the "
                        "right one back (setting `keys`)",
                        path);
    if (r == CE_NOT_FOUND) {
        key_mark_put(b, g->keys);
        r = batch_commit(b, &why);
    }
    return r < 0 ? ctl_fail(EXIT_CODE_STORE, "the store: %s", why.text) : EXIT_CODE_OK;
}

static int open_catalogue(struct loading *g)
{
    struct reason why = {""};
    int r = in_force_restore(&g->in_force, fill_store(g->fill), &why);
    if (r < 0)
        return ctl_fail(EXIT_CODE_STORE, "%s", why.text);
    r = in_force_load_first(&g->in_force, fill_store(g->fill),
                            config_catalogue_dir(g->c->arena, &g->config), &why);
    return r < 0 ? ctl_fail(EXIT_CODE_REFUSED, "%s", why.text) : EXIT_CODE_OK;
}

static int begin(struct loading *g)
{
    struct reason why = {""};
    bool remains;
    int r = fill_begin(g->c->data, &g->fill, &remains, &why);
    if (r < 0)
        return ctl_fail(r == CE_BUSY || r == CE_FORMAT ? EXIT_CODE_STORE : EXIT_CODE_FAILED, "%s",
                        why.text);
    if (remains)
        ctl_say("清除了上次中断的装载所留的文件，库未受影响 / cleared away what an interrupted "
                "load had "
                "left; the store is as it was before it");
    int code = open_keys(g);
    return code == EXIT_CODE_OK ? open_catalogue(g) : code;
}

/* ---- the load ---- */

static int print_result(struct loading *g)
{
    struct arena *a = g->c->arena;
    struct receipt_counts sum = {0};
    size_t refused = 0;
    for (size_t i = 0; i < g->count; i++)
        refused += g->files[i].is_refused;
    receipt_table_head(a);
    for (size_t i = 0; i < g->count; i++) {
        const struct load_file *f = &g->files[i];
        const struct totals *t = &f->totals;
        struct receipt_counts n = {(int64_t)t->received,  (int64_t)t->stored, (int64_t)t->changed,
                                   (int64_t)t->duplicate, (int64_t)t->stale,  (int64_t)t->rejected,
                                   (int64_t)t->warned};
        char id[(8 * BATCH_ID_BYTES + 4) / 5 + 1];
        if (f->is_refused) {
            ctl_say("%s: %s", g->tree[i].path, f->why.text);
            continue;
        }
        base32_print(f->id.b, sizeof f->id.b, id);
        receipt_table_line(a, f->theme, &n, slice_of(id));
        receipt_counts_add(&sum, &n);
    }
    receipt_table_sum(a, g->count - refused, &sum);
    if (refused)
        return ctl_fail(EXIT_CODE_FAILED,
                        "%zu files were refused, the others are stored; hand the refused ones in "
                        "with `creditctl submit --dir` when they are mended",
                        refused);
    return sum.rejected ? EXIT_CODE_ROWS_REJECTED : EXIT_CODE_OK;
}

static int fail_load(struct loading *g, const struct reason *why)
{
    progress_clear(&g->progress);
    if (interrupt_came())
        return ctl_fail(EXIT_CODE_FAILED,
                        "已中断，库仍为空 / interrupted, and the store is as empty "
                        "as before; the same command begins anew");
    return ctl_fail(EXIT_CODE_FAILED, "%s; the store is as empty as before", why->text);
}

static int load(struct loading *g, int64_t memory)
{
    struct reason why = {""};
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    struct load_options o = {
        .fill = g->fill,
        .keys = g->keys,
        .clock = &g->clock,
        .catalogue = atomic_load(&g->in_force.now),
        .born_min = g->config.born_earliest,
        .memory_bytes = (size_t)memory,
        .threads = cores < 1             ? 1
                   : cores > THREADS_MAX ? THREADS_MAX
                                         : (unsigned)cores,
        .files = g->files,
        .file_count = g->count,
        .open = open_body,
        .read = read_body,
        .close = close_body,
        .tell = tell,
        .is_stopped = is_stopped,
        .ctx = g,
    };
    begin_stage(g, LOAD_READ, g->bytes);
    if (load_run(&o, &why) < 0)
        return fail_load(g, &why);
    /* From here on it is a matter of moments, and not interrupted. */
    if (fill_finish_take(TAKE(g->fill), &why) < 0)
        return fail_load(g, &why);
    progress_end(&g->progress);
    return print_result(g);
}

static int run_load(struct ctl *c)
{
    struct loading *g = ARENA_NEW(c->arena, struct loading);
    int64_t memory;
    g->c = c;
    g->clock = clock_real();
    in_force_init(&g->in_force);
    int code = read_memory(c, &memory);
    if (code == EXIT_CODE_OK)
        code = ctl_settings_read(c, c->data, own_settings, ARRAY_LEN(own_settings), SETTINGS_MAX,
                                 &g->config);
    if (code == EXIT_CODE_OK)
        code = tree_list(c, c->words[0], &g->tree, &g->count, &g->bytes);
    if (code == EXIT_CODE_OK) {
        umask(077);
        holding_more_files();
        interrupt_watch();
        g->files = ARENA_ARRAY(c->arena, struct load_file, g->count);
        for (size_t i = 0; i < g->count; i++) {
            g->files[i].theme = slice_of(g->tree[i].theme);
            g->files[i].size = g->tree[i].size;
        }
        code = begin(g);
    }
    if (code == EXIT_CODE_OK)
        code = load(g, memory);
    fill_drop(g->fill);
    in_force_fini(&g->in_force);
    keys_destroy(g->keys);
    return code;
}

static const struct option_row load_options[] = {
    {"catalogue", "DIR", "The catalogue by which rows are judged; default: as of creditd."},
    {"keys", "FILE", "The key file; default DATA/keys, made when there is no store yet."},
    {"config", "FILE", "The settings file of the creditd that will serve the store."},
    {"set", "NAME=VALUE", "Any setting of creditd, as born.earliest; may be given many times."},
    {"memory", "BYTES", "What it may hold; default 512 MiB."},
    {"quiet", NULL, "Shows no progress."},
};

const struct ctl_command ctl_load_commands[] = {
    {"load", "DIR [--memory BYTES]",
     "Fills an empty store from a folder of files, without a creditd",
     "Makes a store of everything in DIR, a folder as `submit --dir` takes it and `sample` writes\n"
     "it: files are named for their themes and count in the order of their paths. Verdicts,\n"
     "receipts, ledgers and answers are those of `submit --dir`, at less than half of its cost.\n"
     "No creditd may run, and the store must be absent or hold no batch; keys of departments that\n"
     "were made before stay. Judged is by the settings and the catalogue that creditd has: give\n"
     "the same --config, --set and --catalogue.\n\n"
     "Everything is built in DATA/db.loading and put into its place at the very end. Whatever\n"
     "interrupts it leaves an empty store; the same command begins anew. DATA needs room for "
     "about\n"
     "five times the size of the files while it runs.",
     load_options, ARRAY_LEN(load_options), 1, 1, run_load},
    {0},
};
