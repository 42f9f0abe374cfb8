/* write PAIRS DB [ROWS]: the ceiling of ingest. RocksDB alone: three puts a record, batches of ROWS
 * records (1000 unless given) sorted by family and key, the log on, one fsync a batch, one thread.
 * Nothing is parsed, judged or looked up. Prints one JSON object.
 *
 * The value in `by_source` is as long as ours (77 bytes), the key in `by_day` as in `by_term`: day
 * 4, record id 18 → 2 bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/ceiling/pairs.h"
#include "tests/bench/ceiling/rocks.h"

enum { ROWS = 1000, ROWS_MAX = 100 * 1000, DAY_KEY = 4 + PAIR_ID, SOURCE_VALUE = 77 };

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct pair *)a)->key, ((const struct pair *)b)->key, PAIR_KEY);
}

static int by_id(const void *a, const void *b)
{
    return memcmp(((const struct pair *)a)->id, ((const struct pair *)b)->id, PAIR_ID);
}

static int by_day(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;
    int c = memcmp(x->value + VALUE_DAY, y->value + VALUE_DAY, 4);
    return c ? c : by_id(a, b);
}

static void batch_fill(rocksdb_writebatch_t *batch, const struct rocks *r, struct pair *rows,
                       size_t n)
{
    qsort(rows, n, sizeof *rows, by_key);
    for (size_t i = 0; i < n; i++)
        rocksdb_writebatch_put_cf(batch, r->cf[ROCKS_RECORD], (const char *)rows[i].key, PAIR_KEY,
                                  (const char *)rows[i].value, rows[i].value_n);
    qsort(rows, n, sizeof *rows, by_id);
    for (size_t i = 0; i < n; i++) {
        char value[SOURCE_VALUE] = {1};
        memcpy(value + SOURCE_VALUE - PAIR_KEY, rows[i].key, PAIR_KEY);
        memcpy(value + 1, rows[i].value + 8,
               44); /* version and hash: nothing that compresses well */
        rocksdb_writebatch_put_cf(batch, r->cf[ROCKS_SOURCE], (const char *)rows[i].id, PAIR_ID,
                                  value, sizeof value);
    }
    qsort(rows, n, sizeof *rows, by_day);
    for (size_t i = 0; i < n; i++) {
        char key[DAY_KEY];
        memcpy(key, rows[i].value + VALUE_DAY, 4);
        memcpy(key + 4, rows[i].id, PAIR_ID);
        rocksdb_writebatch_put_cf(batch, r->cf[ROCKS_DAY], key, sizeof key, "\1\1", 2);
    }
}

int main(int argc, char **argv)
{
    if (argc != 3 && argc != 4)
        give_up("write PAIRS DB [ROWS]", NULL);
    size_t rows_max = argc == 4 ? strtoul(argv[3], NULL, 10) : ROWS;
    if (rows_max == 0 || rows_max > ROWS_MAX)
        give_up("write", "ROWS is a number from 1 to 100000");
    struct pairs pairs = pairs_open(argv[1]);
    struct rocks r = rocks_open(argv[2]);
    rocksdb_writeoptions_t *writing = rocksdb_writeoptions_create();
    rocksdb_writeoptions_set_sync(writing, 1);
    rocksdb_writebatch_t *batch = rocksdb_writebatch_create();
    struct pair *rows = calloc(rows_max, sizeof *rows);
    if (!rows)
        give_up("write", "no memory");
    uint64_t records = 0;
    double began = now_s();
    for (bool is_last = false; !is_last;) {
        size_t n = 0;
        while (n < rows_max && !is_last) {
            is_last = !pairs_next(&pairs, &rows[n]);
            n += !is_last;
        }
        char *message = NULL;
        batch_fill(batch, &r, rows, n);
        rocksdb_write(r.db, writing, batch, &message);
        if (message)
            give_up("write", message);
        rocksdb_writebatch_clear(batch);
        records += n;
    }
    double took = now_s() - began;
    printf("{\"records\":%" PRIu64 ",\"seconds\":%.4f}\n", records, took);
    fflush(stdout);
    free(rows);
    rocksdb_writebatch_destroy(batch);
    rocksdb_writeoptions_destroy(writing);
    rocks_close(&r);
    return 0;
}
