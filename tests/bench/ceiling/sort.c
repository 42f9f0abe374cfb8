/* sort PAIRS FOLDER: the ceiling of a first fill. The same three pairs a record as
 * tests/bench/ceiling/write.c puts, but sorted whole, written as files of RocksDB and taken in at
 * once: no log, no compaction, one thread. Nothing is parsed, judged or compared. Prints one JSON
 * object.
 *
 * Sorting is in memory, which a city of a thousand million records would not allow. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/ceiling/pairs.h"
#include "tests/bench/ceiling/rocks.h"

enum { SOURCE_VALUE = 77, DAY_KEY = 4 + PAIR_ID };

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

static int (*const orders[])(const void *, const void *) = {
    [ROCKS_RECORD] = by_key, [ROCKS_SOURCE] = by_id, [ROCKS_DAY] = by_day};

static void put(rocksdb_sstfilewriter_t *out, enum rocks_family family, const struct pair *row)
{
    char key[DAY_KEY], value[SOURCE_VALUE] = {1}, *message = NULL;
    switch (family) {
    case ROCKS_RECORD:
        rocksdb_sstfilewriter_put(out, (const char *)row->key, PAIR_KEY, (const char *)row->value,
                                  row->value_n, &message);
        break;
    case ROCKS_SOURCE:
        memcpy(value + 1, row->value + 8, 44);
        memcpy(value + SOURCE_VALUE - PAIR_KEY, row->key, PAIR_KEY);
        rocksdb_sstfilewriter_put(out, (const char *)row->id, PAIR_ID, value, sizeof value,
                                  &message);
        break;
    case ROCKS_DAY:
        memcpy(key, row->value + VALUE_DAY, 4);
        memcpy(key + 4, row->id, PAIR_ID);
        rocksdb_sstfilewriter_put(out, key, sizeof key, "\1\1", 2, &message);
        break;
    case ROCKS_FAMILIES:
        break;
    }
    if (message)
        give_up("sort", message);
}

static void family_write(struct rocks *r, const char *dir, enum rocks_family family,
                         struct pair *rows, size_t n)
{
    char path[4096], *message = NULL;
    snprintf(path, sizeof path, "%s.%d.sst", dir, (int)family);
    qsort(rows, n, sizeof *rows, orders[family]);
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_options_set_compression(options, rocksdb_lz4_compression);
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_sstfilewriter_t *out = rocksdb_sstfilewriter_create(env, options);
    rocksdb_sstfilewriter_open(out, path, &message);
    for (size_t i = 0; i < n && !message; i++)
        put(out, family, &rows[i]);
    if (!message)
        rocksdb_sstfilewriter_finish(out, &message);
    rocksdb_ingestexternalfileoptions_t *taking = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(taking, 1);
    const char *files[] = {path};
    if (!message)
        rocksdb_ingest_external_file_cf(r->db, r->cf[family], files, 1, taking, &message);
    if (message)
        give_up("sort", message);
    rocksdb_ingestexternalfileoptions_destroy(taking);
    rocksdb_sstfilewriter_destroy(out);
    rocksdb_envoptions_destroy(env);
    rocksdb_options_destroy(options);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        give_up("sort PAIRS FOLDER", NULL);
    struct pairs pairs = pairs_open(argv[1]);
    struct rocks r = rocks_open(argv[2]);
    double began = now_s();
    size_t n = 0, cap = 1 << 16;
    struct pair *rows = malloc(cap * sizeof *rows);
    for (;;) {
        if (rows && n == cap)
            rows = realloc(rows, (cap *= 2) * sizeof *rows);
        if (!rows)
            give_up("sort", "no memory");
        if (!pairs_next(&pairs, &rows[n]))
            break;
        n++;
    }
    for (int i = 0; i < ROCKS_FAMILIES; i++)
        family_write(&r, argv[2], (enum rocks_family)i, rows, n);
    printf("{\"records\":%zu,\"seconds\":%.4f}\n", n, now_s() - began);
    fflush(stdout);
    free(rows);
    rocks_close(&r);
    return 0;
}
