/* micro FILE...: what single nouns take, in nanoseconds of one core. The files are those of a
 * sample city; each is named for its theme. Steps contain one another: judging a row needs it read,
 * reading needs it cut. So the difference is what a step adds.
 *
 * Figures of one machine on one day: to be compared with those of a minute ago, not with a table.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/check.h"
#include "base/csv.h"
#include "base/gb18030.h"
#include "base/json.h"
#include "ingest/judge.h"
#include "record/catalogue.h"

enum { ARENA_BYTES = 256 << 20, FILE_BYTES_MAX = 64 << 20, ROUNDS = 5, ROW_BYTES = 1 << 20 };

struct bench {
    struct arena *memory, *scratch;
    struct catalogue *catalogue;
    struct keys *keys;
    struct utc_ms received;
    struct day born_min;
};

struct input {
    const struct theme *theme;
    struct slice text;
    bool is_csv;
};

/* What a step did: rows, or bytes where there are none. */
struct done {
    uint64_t rows, bytes;
};

static struct done cut(struct bench *b, const struct input *in)
{
    (void)b;
    struct done d = {0};
    AUTO(csv_destroy) struct csv *c = csv_create(ROW_BYTES, READER_FIELDS_MAX);
    struct csv_row row;
    if (!in->is_csv)
        return d;
    csv_feed(c, in->text);
    for (enum csv_step step; (step = csv_next(c, &row)) != CSV_END;) {
        if (step == CSV_MORE)
            csv_finish(c);
        else
            d.rows++;
    }
    d.bytes = in->text.n;
    return d;
}

static struct done read_or_judge(struct bench *b, const struct input *in, bool judges)
{
    struct done d = {.bytes = in->text.n};
    AUTO(reader_destroy)
    struct reader *r =
        reader_create(in->is_csv ? READER_CSV : READER_NDJSON, ENCODING_AUTO, in->theme);
    AUTO(judge_destroy)
    struct judge *j = judge_create(&(struct judge_options){.keys = b->keys,
                                                           .catalogue = b->catalogue,
                                                           .theme = in->theme,
                                                           .received = b->received,
                                                           .born_min = b->born_min});
    struct raw_row row;
    struct judged judged;
    bool is_over = false;
    reader_feed(r, in->text);
    while (!is_over) {
        switch (reader_next(r, b->scratch, &row)) {
        case READER_ROW:
            d.rows++;
            if (judges)
                CHECK(judge_row(j, b->scratch, &row, &judged) == 0);
            break;
        case READER_MORE:
            reader_finish(r);
            break;
        case READER_END:
        case READER_REFUSED:
            is_over = true;
            break;
        }
        arena_reset(b->scratch);
    }
    return d;
}

static struct done read_only(struct bench *b, const struct input *in)
{
    return read_or_judge(b, in, false);
}

static struct done read_and_judge(struct bench *b, const struct input *in)
{
    return read_or_judge(b, in, true);
}

/* Whatever the file is in: what is no GB18030 costs no less. */
static struct done convert(struct bench *b, const struct input *in)
{
    struct slice out;
    AUTO(gb18030_destroy) struct gb18030 *g = gb18030_create();
    gb18030_read(g, b->scratch, in->text, &out);
    arena_reset(b->scratch);
    return (struct done){.bytes = in->text.n};
}

static struct done quote(struct bench *b, const struct input *in)
{
    (void)b;
    AUTO_BUF(out, (size_t)FILE_BYTES_MAX * 6);
    json_quote(&out, in->text);
    return (struct done){.bytes = in->text.n};
}

static const struct {
    const char *name;
    struct done (*run)(struct bench *b, const struct input *in);
} steps[] = {
    {"csv: a row cut into fields", cut},
    {"reader: a row with its items found", read_only},
    {"judge: a row read, judged and rendered", read_and_judge},
    {"gb18030: text made UTF-8", convert},
    {"json: text quoted", quote},
};

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static struct input input_of(struct bench *b, const char *path)
{
    const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    const char *dot = strchr(name, '.');
    CHECK(dot);
    struct input in = {.is_csv = strcmp(dot, ".csv") == 0,
                       .theme = catalogue_theme_at(
                           b->catalogue, slice_make(name, (size_t)(dot - name)), b->received)};
    CHECK(in.theme);
    char *bytes = malloc(FILE_BYTES_MAX);
    FILE *f = fopen(path, "rb");
    CHECK(bytes && f);
    in.text = slice_make(bytes, fread(bytes, 1, FILE_BYTES_MAX, f));
    fclose(f);
    return in;
}

int main(int argc, char **argv)
{
    static const uint8_t master[32] = {3};
    struct bench b = {.memory = arena_create(CATALOGUE_ARENA_BYTES),
                      .scratch = arena_create(ARENA_BYTES),
                      .keys = keys_fixed(master)};
    struct reason why;
    CHECK(catalogue_load(b.memory, CREDENCE_CATALOGUE_DIR, &b.catalogue, &why) == 0);
    CHECK(utc_parse(SLICE("2027-01-01T10:00:00+08:00"), &b.received) &&
          day_from_civil(1800, 1, 1, &b.born_min));
    struct input *inputs = calloc((size_t)argc, sizeof *inputs);
    CHECK(inputs);
    for (int i = 1; i < argc; i++)
        inputs[i - 1] = input_of(&b, argv[i]);
    for (size_t s = 0; s < ARRAY_LEN(steps); s++) {
        int64_t least = INT64_MAX;
        struct done sum = {0};
        for (int round = 0; round < ROUNDS; round++) {
            sum = (struct done){0};
            int64_t began = now_ns();
            for (int i = 0; i < argc - 1; i++) {
                struct done d = steps[s].run(&b, &inputs[i]);
                sum.rows += d.rows;
                sum.bytes += d.bytes;
            }
            int64_t took = now_ns() - began;
            least = took < least ? took : least;
        }
        if (sum.rows)
            printf("%-40s %8" PRIi64 " ns a row, %" PRIu64 " rows\n", steps[s].name,
                   least / (int64_t)sum.rows, sum.rows);
        else if (sum.bytes)
            printf("%-40s %8.3f ns a byte\n", steps[s].name, (double)least / (double)sum.bytes);
    }
    for (int i = 0; i < argc - 1; i++)
        free((char *)(uintptr_t)inputs[i].text.p);
    free(inputs);
    keys_destroy(b.keys);
    arena_destroy(b.scratch);
    arena_destroy(b.memory);
    return 0;
}
