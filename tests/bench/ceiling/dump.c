/* dump DB PAIRS: writes the current records of a store that nobody holds, in the order in which
 * they came (by record number), as tests/bench/ceiling/pairs.h says. Prints one JSON object: how
 * many there are, bytes of values, how many belong to natural persons.
 *
 * The store lies by subject. So the records go into one file for each 100,000 record numbers first,
 * and each of these is sorted in memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rocksdb/c.h>

#include "tests/bench/ceiling/pairs.h"

enum { BUCKET = 100 * 1000, BUCKETS_MAX = 2000, FAMILIES_MAX = 64, KEY_PERSON = 0x80 };

struct place {
    uint64_t number;
    size_t at, n;
};

static struct {
    const char *path;
    FILE *buckets[BUCKETS_MAX];
    uint64_t records, value_bytes, persons;
} d;

static uint64_t number_of(const uint8_t *key)
{
    uint64_t v = 0;
    for (int i = PAIR_KEY - 8; i < PAIR_KEY; i++)
        v = v << 8 | key[i];
    return v;
}

static FILE *bucket_of(uint64_t number)
{
    uint64_t i = number / BUCKET;
    if (i >= BUCKETS_MAX)
        give_up("dump", "too many records");
    if (!d.buckets[i]) {
        char path[4096];
        snprintf(path, sizeof path, "%s.%u", d.path, (unsigned)i);
        d.buckets[i] = fopen(path, "w+b");
        if (!d.buckets[i])
            give_up(path, "cannot be written");
        unlink(path);
    }
    return d.buckets[i];
}

static void record_add(const uint8_t *key, size_t key_n, const uint8_t *value, size_t value_n)
{
    if (key_n != PAIR_KEY || value_n < VALUE_HEADER)
        give_up("dump", "this is no record of the format that the bench knows");
    uint8_t head[PAIR_HEAD];
    uint32_t n = (uint32_t)value_n;
    memcpy(head, &n, 4);
    memcpy(head + 4, key, PAIR_KEY);
    memcpy(head + 4 + PAIR_KEY, value + VALUE_THEME, 2);
    memcpy(head + 4 + PAIR_KEY + 2, value + VALUE_HASH, 16);
    FILE *f = bucket_of(number_of(key));
    if (fwrite(head, sizeof head, 1, f) != 1 || fwrite(value, value_n, 1, f) != 1)
        give_up("dump", "no room on the disk");
    d.records++;
    d.value_bytes += value_n;
    d.persons += (key[1] & KEY_PERSON) != 0;
}

static int place_compare(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->number > y->number) - (x->number < y->number);
}

static void bucket_write(FILE *in, FILE *out)
{
    long n = ftell(in);
    char *bytes = malloc((size_t)n);
    struct place *places = calloc(BUCKET, sizeof *places);
    if (!bytes || !places)
        give_up("dump", "no memory");
    rewind(in);
    if (fread(bytes, (size_t)n, 1, in) != 1)
        give_up("dump", "cannot read what was written");
    size_t count = 0;
    for (size_t at = 0; at < (size_t)n; count++) {
        uint32_t value_n;
        memcpy(&value_n, bytes + at, 4);
        places[count] =
            (struct place){number_of((uint8_t *)bytes + at + 4), at, PAIR_HEAD + value_n};
        at += PAIR_HEAD + value_n;
    }
    qsort(places, count, sizeof *places, place_compare);
    for (size_t i = 0; i < count; i++)
        if (fwrite(bytes + places[i].at, places[i].n, 1, out) != 1)
            give_up("dump", "no room on the disk");
    free(places);
    free(bytes);
    fclose(in);
}

static void records_read(const char *dir)
{
    char *message = NULL;
    size_t families;
    rocksdb_options_t *options = rocksdb_options_create();
    char **names = rocksdb_list_column_families(options, dir, &families, &message);
    if (message || families > FAMILIES_MAX)
        give_up(dir, message);
    const rocksdb_options_t *each[FAMILIES_MAX];
    rocksdb_column_family_handle_t *handles[FAMILIES_MAX], *record = NULL;
    for (size_t i = 0; i < families; i++)
        each[i] = options;
    rocksdb_t *db = rocksdb_open_for_read_only_column_families(
        options, dir, (int)families, (const char *const *)names, each, handles, 0, &message);
    if (!db)
        give_up(dir, message);
    for (size_t i = 0; i < families; i++)
        if (strcmp(names[i], "record") == 0)
            record = handles[i];
    if (!record)
        give_up(dir, "it has no family `record`");
    rocksdb_readoptions_t *reading = rocksdb_readoptions_create();
    rocksdb_readoptions_set_fill_cache(reading, 0);
    rocksdb_iterator_t *it = rocksdb_create_iterator_cf(db, reading, record);
    for (rocksdb_iter_seek_to_first(it); rocksdb_iter_valid(it); rocksdb_iter_next(it)) {
        size_t key_n, value_n;
        const char *key = rocksdb_iter_key(it, &key_n), *value = rocksdb_iter_value(it, &value_n);
        record_add((const uint8_t *)key, key_n, (const uint8_t *)value, value_n);
    }
    rocksdb_iter_get_error(it, &message);
    if (message)
        give_up(dir, message);
    rocksdb_iter_destroy(it);
    rocksdb_readoptions_destroy(reading);
    for (size_t i = 0; i < families; i++)
        rocksdb_column_family_handle_destroy(handles[i]);
    rocksdb_list_column_families_destroy(names, families);
    rocksdb_close(db);
    rocksdb_options_destroy(options);
}

int main(int argc, char **argv)
{
    if (argc != 3)
        give_up("dump DB PAIRS", NULL);
    d.path = argv[2];
    FILE *out = fopen(argv[2], "wb");
    if (!out)
        give_up(argv[2], "cannot be written");
    records_read(argv[1]);
    for (int i = 0; i < BUCKETS_MAX; i++)
        if (d.buckets[i])
            bucket_write(d.buckets[i], out);
    if (fclose(out) != 0)
        give_up("dump", "no room on the disk");
    printf("{\"records\":%llu,\"value_bytes\":%llu,\"persons\":%llu}\n",
           (unsigned long long)d.records, (unsigned long long)d.value_bytes,
           (unsigned long long)d.persons);
    return 0;
}
