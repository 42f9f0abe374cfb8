/* judge FILE...: reads and judges the rows of each file, which is named for its theme, and prints
 * how many there were. What valgrind counts is the second round: in the first one buffers grow. */
#include "ingest/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <valgrind/callgrind.h>

#include "base/check.h"

enum { FILE_BYTES_MAX = 1 << 20, ARENA_BYTES = 64 << 20 };

struct rows {
    struct reader *reader;
    struct judge *judge;
    struct arena *row, *parcel;
};

static unsigned judge_all(struct rows *rows, struct slice text)
{
    struct raw_row row;
    struct judged judged;
    unsigned count = 0;
    reader_feed(rows->reader, text);
    arena_reset(rows->parcel);
    for (;;) {
        arena_reset(rows->row);
        switch (reader_next(rows->reader, rows->row, &row)) {
        case READER_ROW:
            CHECK(judge_row(rows->judge, rows->parcel, &row, &judged) == 0);
            count++;
            break;
        case READER_MORE:
            return count;
        case READER_END:
        case READER_REFUSED:
            CHECK(false);
        }
    }
}

static void file_count(const struct catalogue *catalogue, const struct keys *keys, const char *path)
{
    static char bytes[FILE_BYTES_MAX];
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strchr(name, '.');
    FILE *f = fopen(path, "rb");
    CHECK(f && dot);
    struct slice text = {bytes, fread(bytes, 1, sizeof bytes, f)};
    fclose(f);
    struct judge_options o = {.keys = keys, .catalogue = catalogue};
    CHECK(utc_parse(SLICE("2027-01-01T10:00:00+08:00"), &o.received) &&
          day_from_civil(1800, 1, 1, &o.born_min));
    o.theme = catalogue_theme_at(catalogue, slice_make(name, (size_t)(dot - name)), o.received);
    CHECK(o.theme);
    bool is_csv = strcmp(dot, ".csv") == 0;
    struct rows rows = {
        .reader = reader_create(is_csv ? READER_CSV : READER_NDJSON, ENCODING_AUTO, o.theme),
        .judge = judge_create(&o),
        .row = arena_create(ARENA_BYTES),
        .parcel = arena_create(ARENA_BYTES),
    };
    judge_all(&rows, text);
    if (is_csv) /* the header does not come again */
        text = slice_from(text, (size_t)(slice_find(text, SLICE("\n"), 0) + 1));
    CALLGRIND_START_INSTRUMENTATION;
    unsigned count = judge_all(&rows, text);
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
    printf("%s %u\n", name, count);
    reader_destroy(rows.reader);
    judge_destroy(rows.judge);
    arena_destroy(rows.row);
    arena_destroy(rows.parcel);
}

int main(int argc, char **argv)
{
    static const uint8_t master[32] = {3};
    struct arena *memory = arena_create(CATALOGUE_ARENA_BYTES);
    struct keys *keys = keys_fixed(master);
    struct catalogue *catalogue;
    struct reason why;
    CHECK(catalogue_load(memory, CREDENCE_CATALOGUE_DIR, &catalogue, &why) == 0);
    for (int i = 1; i < argc; i++)
        file_count(catalogue, keys, argv[i]);
    keys_destroy(keys);
    arena_destroy(memory);
    return 0;
}
