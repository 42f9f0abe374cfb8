/* The first stage: files become judged rows, sorted by record. Each thread takes the largest file
 * that is left, and reads it as a submission does (ingest/submission.c). */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/check.h"
#include "ingest/keeper.h"
#include "ingest/load_parts.h"
#include "ingest/reader.h"

enum {
    PIECE_BYTES = 256 << 10,
    ROW_ARENA_BYTES = 256 << 20,
    VALUE_BYTES_MAX = 64 << 20,
    ROWS_PERCENT = 80, /* of the memory, all threads together */
    NOTES_PERCENT = 10,
};

/* One thread's. */
struct reading {
    struct load *load;
    struct sorter_pen *rows, *notes;
    struct arena *arena; /* of one row */
    struct buf value;
    char *piece;
    /* Of the file at hand. */
    size_t file;
    struct reader *reader;
    struct judge *judge;
    struct keeper *keeper;
};

static int put_row(struct reading *x, const struct judged *row)
{
    uint8_t key[sizeof row->id.b + LOAD_PLACE_BYTES];
    memcpy(key, row->id.b, sizeof row->id.b);
    load_place(x->file, row->row, key + sizeof row->id.b);
    buf_clear(&x->value);
    load_row_put(&x->value, row);
    return x->value.err < 0
               ? x->value.err
               : sorter_pen_put(x->rows, slice_make(key, sizeof key), buf_slice(&x->value));
}

static int put_note(struct reading *x, const struct judged *row)
{
    uint8_t key[LOAD_PLACE_BYTES];
    load_place(x->file, row->row, key);
    buf_clear(&x->value);
    load_note_put(&x->value, row);
    return x->value.err < 0
               ? x->value.err
               : sorter_pen_put(x->notes, slice_make(key, sizeof key), buf_slice(&x->value));
}

static int take_row(struct reading *x, const struct raw_row *raw)
{
    struct judged row;
    int r = judge_row(x->judge, x->arena, raw, &row);
    if (r == 0 && row.rejected && !row.is_forbidden)
        r = keeper_row(x->keeper, x->arena, raw, &row.kept);
    if (r == 0 && (row.rejected || row.findings))
        r = put_note(x, &row);
    if (r == 0 && !row.rejected)
        r = put_row(x, &row);
    return r;
}

/* All rows of what was fed. 1 when the file is refused. */
static int take_rows(struct reading *x)
{
    struct loaded *f = &x->load->files[x->file];
    struct load_file *told = &x->load->o->files[x->file];
    for (;;) {
        struct raw_row raw;
        arena_reset(x->arena);
        switch (reader_next(x->reader, x->arena, &raw)) {
        case READER_MORE:
        case READER_END:
            return 0;
        case READER_REFUSED:
            /* A header or a first line: no row came before it. */
            CHECK(f->rows == 0);
            reason_set(&told->why, CE_INVALID, "%s", reader_refusal(x->reader));
            told->is_refused = true;
            return 1;
        case READER_ROW:
            break;
        }
        f->rows = raw.row;
        int r = take_row(x, &raw);
        if (r < 0)
            return r;
    }
}

static int read_body(struct reading *x, void *body, struct reason *why)
{
    const struct load_options *o = x->load->o;
    struct loaded *f = &x->load->files[x->file];
    AUTO(sha256_destroy) struct sha256 *hash = sha256_create();
    int r = 0;
    while (r == 0) {
        if (load_is_stopped(x->load))
            return CE_PARTIAL;
        int64_t n = o->read(body, x->piece, PIECE_BYTES);
        if (n < 0)
            return CE_IO;
        if (n == 0)
            break;
        struct slice piece = slice_make(x->piece, (size_t)n);
        sha256_add(hash, piece);
        f->bytes += (uint64_t)n;
        reader_feed(x->reader, piece);
        r = take_rows(x);
        atomic_fetch_add(&x->load->bytes_read, n);
    }
    if (r == 0) {
        reader_finish(x->reader);
        r = take_rows(x);
    }
    sha256_now(hash, f->hash);
    struct slice columns = {0};
    arena_reset(x->arena);
    if (r == 0 && (r = keeper_columns(x->keeper, x->arena, &columns)) < 0)
        reason_set(why, r, "rows that were rejected could not be sealed");
    if (r == 0 && columns.n) {
        f->columns = malloc(columns.n);
        CHECK(f->columns);
        memcpy(f->columns, columns.p, columns.n);
        f->columns_n = columns.n;
    }
    return r;
}

static int read_file(struct reading *x, struct reason *why)
{
    const struct load_options *o = x->load->o;
    struct loaded *f = &x->load->files[x->file];
    struct load_file *told = &o->files[x->file];
    f->theme = catalogue_theme_at(o->catalogue, told->theme, f->received);
    if (!f->theme) {
        told->is_refused = true;
        reason_set(
            &told->why, CE_NOT_FOUND,
            "目录中没有主题 %.*s；请按主题命名文件 / the catalogue has no theme %.*s: a file is "
            "named for its theme",
            FMT_SLICE(told->theme), FMT_SLICE(told->theme));
        return 0;
    }
    void *body;
    int r = o->open(o->ctx, x->file, &f->kind, &body, why);
    if (r < 0)
        return r;
    struct judge_options jo = {.keys = o->keys,
                               .catalogue = o->catalogue,
                               .theme = f->theme,
                               .received = f->received,
                               .born_min = o->born_min};
    x->judge = judge_create(&jo);
    x->reader = reader_create((enum reader_format)f->kind.format, (enum encoding)f->kind.encoding,
                              f->theme);
    r = keeper_create(o->keys, (struct slice){0}, &x->keeper);
    if (r == 0)
        r = read_body(x, body, why);
    int closed = o->close(o->ctx, x->file, body, r == 0 ? f->name : NULL, why);
    judge_destroy(x->judge);
    reader_destroy(x->reader);
    keeper_destroy(x->keeper);
    if (r == 0)
        told->id = batch_id_make(o->keys, f->theme->department, slice_of(f->name));
    return r < 0 ? r : closed;
}

static void *read_files(void *ctx)
{
    struct load *l = ctx;
    struct reading x = {.load = l,
                        .rows = load_pen(l, SORT_ROWS, ROWS_PERCENT / l->o->threads),
                        .notes = load_pen(l, SORT_NOTES, NOTES_PERCENT / l->o->threads),
                        .arena = arena_create(ROW_ARENA_BYTES),
                        .piece = malloc(PIECE_BYTES)};
    CHECK(x.piece);
    buf_init(&x.value, VALUE_BYTES_MAX);
    int r = 0;
    for (size_t i; r == 0 && (i = atomic_fetch_add(&l->next, 1)) < l->o->file_count;) {
        struct reason why = {""};
        x.file = l->order[i];
        r = read_file(&x, &why);
        if (r < 0)
            load_fail(l, r, &why);
    }
    if (r == 0)
        r = sorter_pen_end(TAKE(x.rows));
    if (r == 0)
        r = sorter_pen_end(TAKE(x.notes));
    if (r < 0)
        load_fail(l, r, NULL);
    sorter_pen_drop(x.rows);
    sorter_pen_drop(x.notes);
    arena_destroy(x.arena);
    buf_fini(&x.value);
    free(x.piece);
    return NULL;
}

static int by_id(const void *a, const void *b, void *ctx)
{
    const struct load_file *files = ctx;
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    int c = memcmp(files[x].id.b, files[y].id.b, sizeof files[x].id.b);
    return c ? c : x < y ? -1 : x > y;
}

/* The same file once more, by theme and content: as a finished batch that comes again, it counts
 * once, where it came first. */
static void mark_repetitions(struct load *l)
{
    struct load_file *files = l->o->files;
    size_t count = 0;
    for (size_t i = 0; i < l->o->file_count; i++)
        if (!files[i].is_refused)
            l->order[count++] = i;
    qsort_r(l->order, count, sizeof *l->order, by_id, files);
    for (size_t i = 1; i < count; i++) {
        size_t at = l->order[i], before = l->order[i - 1];
        if (memcmp(files[at].id.b, files[before].id.b, sizeof files[at].id.b) != 0)
            continue;
        files[at].is_repeated = true;
        l->files[at].same_as = files[before].is_repeated ? l->files[before].same_as : before;
    }
}

int load_read(struct load *l)
{
    int r = load_threads(l, l->o->threads, read_files, true);
    if (r < 0)
        return r;
    mark_repetitions(l);
    for (size_t i = 0; i < l->o->file_count; i++) {
        l->files[i].rows_before = l->rows;
        l->rows += l->files[i].rows;
    }
    return 0;
}
