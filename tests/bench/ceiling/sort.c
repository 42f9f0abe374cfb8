/* sort PAIRS FOLDER [MIB]: the ceiling of a first fill. The same three pairs a record as
 * tests/bench/ceiling/write.c puts, sorted, written as files of RocksDB and taken in at once: no
 * log, no compaction. Nothing is parsed, judged or compared. Prints one JSON object.
 *
 * It is held to what `creditctl load` is held to: MIB of memory for sorting (512 unless given),
 * beyond which sorted runs go to the disk and are merged; two threads, one for the records and one
 * for the two indexes; the options of a family, its compression and its filter, as in a store. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/bench/ceiling/pairs.h"
#include "tests/bench/ceiling/rocks.h"

enum { SOURCE_VALUE = 77, DAY_KEY = 4 + PAIR_ID, RUNS_MAX = 1000, MIB_DEFAULT = 512 };

struct entry {
    const uint8_t *key, *value;
    uint32_t value_n;
};

/* A run on the disk: each entry the length of its value, its key, its value. */
struct run {
    FILE *file;
    struct entry at;
    uint8_t *bytes;
    size_t cap;
};

struct sorting {
    enum rocks_family family;
    const char *pairs, *dir;
    char file[4096];
    size_t key_n, memory;
    uint8_t *bytes; /* keys and values of those that wait */
    size_t bytes_n;
    struct entry *entries;
    size_t count;
    struct run runs[RUNS_MAX];
    size_t run_count;
    uint64_t records;
};

static _Thread_local size_t compared_n;

static int by_key(const void *a, const void *b)
{
    return memcmp(((const struct entry *)a)->key, ((const struct entry *)b)->key, compared_n);
}

static void run_write(struct sorting *s)
{
    char path[4096];
    if (s->run_count == RUNS_MAX)
        give_up("sort", "too little memory");
    snprintf(path, sizeof path, "%s.run%d", s->dir, (int)s->family);
    FILE *f = fopen(path, "w+b");
    if (!f)
        give_up(path, "cannot be written");
    unlink(path);
    qsort(s->entries, s->count, sizeof *s->entries, by_key);
    for (size_t i = 0; i < s->count; i++) {
        const struct entry *e = &s->entries[i];
        if (fwrite(&e->value_n, sizeof e->value_n, 1, f) != 1 ||
            fwrite(e->key, s->key_n, 1, f) != 1 || fwrite(e->value, e->value_n, 1, f) != 1)
            give_up("sort", "no room on the disk");
    }
    rewind(f);
    s->runs[s->run_count++].file = f;
    s->count = s->bytes_n = 0;
}

static void add(struct sorting *s, const uint8_t *key, const uint8_t *value, size_t value_n)
{
    size_t n = s->key_n + value_n;
    if (s->bytes_n + n + (s->count + 1) * sizeof *s->entries > s->memory)
        run_write(s);
    uint8_t *at = s->bytes + s->bytes_n;
    memcpy(at, key, s->key_n);
    memcpy(at + s->key_n, value, value_n);
    s->entries[s->count++] = (struct entry){at, at + s->key_n, (uint32_t)value_n};
    s->bytes_n += n;
}

static void add_pair(struct sorting *s, const struct pair *row)
{
    uint8_t key[DAY_KEY], value[SOURCE_VALUE] = {1};
    switch (s->family) {
    case ROCKS_RECORD:
        add(s, row->key, row->value, row->value_n);
        break;
    case ROCKS_SOURCE:
        memcpy(value + 1, row->value + 8, 44);
        memcpy(value + SOURCE_VALUE - PAIR_KEY, row->key, PAIR_KEY);
        add(s, row->id, value, sizeof value);
        break;
    case ROCKS_DAY:
        memcpy(key, row->value + VALUE_DAY, 4);
        memcpy(key + 4, row->id, PAIR_ID);
        add(s, key, (const uint8_t *)"\1\1", 2);
        break;
    case ROCKS_FAMILIES:
        break;
    }
}

/* False behind the last entry of the run. */
static bool run_next(const struct sorting *s, struct run *r)
{
    uint32_t value_n;
    if (fread(&value_n, sizeof value_n, 1, r->file) != 1)
        return false;
    size_t n = s->key_n + value_n;
    if (n > r->cap && !(r->bytes = realloc(r->bytes, r->cap = 2 * n)))
        give_up("sort", "no memory");
    if (fread(r->bytes, n, 1, r->file) != 1)
        give_up("sort", "a run cannot be read");
    r->at = (struct entry){r->bytes, r->bytes + s->key_n, value_n};
    return true;
}

static void put(rocksdb_sstfilewriter_t *out, const struct sorting *s, const struct entry *e)
{
    char *message = NULL;
    rocksdb_sstfilewriter_put(out, (const char *)e->key, s->key_n, (const char *)e->value,
                              e->value_n, &message);
    if (message)
        give_up("sort", message);
}

static void merge(struct sorting *s, rocksdb_sstfilewriter_t *out)
{
    size_t n = s->run_count;
    for (size_t i = 0; i < n; i++)
        run_next(s, &s->runs[i]); /* a run is never empty */
    while (n) {
        struct run *least = &s->runs[0];
        for (size_t i = 1; i < n; i++)
            if (memcmp(s->runs[i].at.key, least->at.key, s->key_n) < 0)
                least = &s->runs[i];
        put(out, s, &least->at);
        if (run_next(s, least))
            continue;
        fclose(least->file);
        free(least->bytes);
        *least = s->runs[--n];
    }
}

static void family_sort(struct sorting *s)
{
    struct pairs pairs = pairs_open(s->pairs);
    struct pair row;
    s->key_n = s->family == ROCKS_RECORD ? PAIR_KEY : s->family == ROCKS_SOURCE ? PAIR_ID : DAY_KEY;
    compared_n = s->key_n;
    s->bytes = malloc(s->memory);
    s->entries =
        malloc(s->memory); /* together they are kept below it; pages not used cost nothing */
    if (!s->bytes || !s->entries)
        give_up("sort", "no memory");
    for (; pairs_next(&pairs, &row); s->records++)
        add_pair(s, &row);
    if (s->run_count && s->count)
        run_write(s);

    char *message = NULL;
    rocksdb_options_t *options = rocks_family_options(s->family, NULL);
    rocksdb_envoptions_t *env = rocksdb_envoptions_create();
    rocksdb_sstfilewriter_t *out = rocksdb_sstfilewriter_create(env, options);
    snprintf(s->file, sizeof s->file, "%s.%d.sst", s->dir, (int)s->family);
    rocksdb_sstfilewriter_open(out, s->file, &message);
    if (message)
        give_up(s->file, message);
    qsort(s->entries, s->count, sizeof *s->entries, by_key);
    for (size_t i = 0; i < s->count; i++)
        put(out, s, &s->entries[i]);
    merge(s, out);
    rocksdb_sstfilewriter_finish(out, &message);
    if (message)
        give_up(s->file, message);
    rocksdb_sstfilewriter_destroy(out);
    rocksdb_envoptions_destroy(env);
    rocksdb_options_destroy(options);
    free(s->bytes);
    free(s->entries);
}

static void *sort_records(void *each)
{
    family_sort(&((struct sorting *)each)[ROCKS_RECORD]);
    return NULL;
}

static uint64_t take_in(const struct rocks *r, const struct sorting *s)
{
    struct stat st;
    char *message = NULL;
    const char *files[] = {s->file};
    if (stat(s->file, &st) < 0)
        give_up(s->file, "is not there");
    rocksdb_ingestexternalfileoptions_t *taking = rocksdb_ingestexternalfileoptions_create();
    rocksdb_ingestexternalfileoptions_set_move_files(taking, 1);
    rocksdb_ingest_external_file_cf(r->db, r->cf[s->family], files, 1, taking, &message);
    if (message)
        give_up("sort", message);
    rocksdb_ingestexternalfileoptions_destroy(taking);
    return (uint64_t)st.st_size;
}

int main(int argc, char **argv)
{
    size_t mib = argc == 4 ? strtoul(argv[3], NULL, 10) : MIB_DEFAULT;
    if ((argc != 3 && argc != 4) || mib == 0)
        give_up("sort PAIRS FOLDER [MIB]", NULL);
    struct rocks r = rocks_open(argv[2]);
    double began = now_s();
    struct sorting *each = calloc(ROCKS_FAMILIES, sizeof *each);
    if (!each)
        give_up("sort", "no memory");
    for (int i = 0; i < ROCKS_FAMILIES; i++) {
        each[i] =
            (struct sorting){.family = (enum rocks_family)i, .pairs = argv[1], .dir = argv[2]};
        each[i].memory = (mib << 20) / 4 * (i == ROCKS_RECORD ? 3 : 1);
    }
    pthread_t records;
    if (pthread_create(&records, NULL, sort_records, each) != 0)
        give_up("sort", "no thread");
    family_sort(&each[ROCKS_SOURCE]);
    family_sort(&each[ROCKS_DAY]);
    pthread_join(records, NULL);
    uint64_t bytes = 0;
    size_t runs = 0;
    for (int i = 0; i < ROCKS_FAMILIES; i++) {
        bytes += take_in(&r, &each[i]);
        runs += each[i].run_count;
    }
    printf("{\"records\":%llu,\"seconds\":%.4f,\"bytes\":%llu,\"runs\":%zu}\n",
           (unsigned long long)each[ROCKS_RECORD].records, now_s() - began,
           (unsigned long long)bytes, runs);
    fflush(stdout);
    free(each);
    rocks_close(&r);
    return 0;
}
