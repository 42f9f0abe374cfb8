/* The configuration of the ceilings that write to RocksDB or look something up in it. */
#include "tests/bench/ceiling/rocks.h"

#include "tests/bench/ceiling/pairs.h"

enum { CACHE_BYTES = 256 << 20, FILTER_BITS = 10 };

rocksdb_options_t *rocks_family_options(enum rocks_family family, rocksdb_cache_t *cache)
{
    rocksdb_options_t *opt = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(opt, 1);
    rocksdb_options_set_create_missing_column_families(opt, 1);
    rocksdb_options_set_max_background_jobs(opt, 2);
    rocksdb_options_set_bytes_per_sync(opt, 1 << 20);
    rocksdb_options_set_wal_bytes_per_sync(opt, 1 << 20);
    rocksdb_options_set_max_total_wal_size(opt, 256 << 20);
    rocksdb_options_set_max_open_files(opt, -1);
    rocksdb_options_set_write_buffer_size(opt, family == ROCKS_RECORD ? 64 << 20 : 16 << 20);
    rocksdb_options_set_max_write_buffer_number(opt, 3);
    rocksdb_options_set_level_compaction_dynamic_level_bytes(opt, 1);
    rocksdb_options_set_compression(opt, rocksdb_lz4_compression);
    rocksdb_options_set_bottommost_compression(opt, rocksdb_zstd_compression);
    rocksdb_block_based_table_options_t *table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_size(table, 8 * 1024);
    rocksdb_block_based_options_set_format_version(table, 5);
    if (cache)
        rocksdb_block_based_options_set_block_cache(table, cache);
    rocksdb_block_based_options_set_cache_index_and_filter_blocks(table, 1);
    rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache(table, 1);
    if (family == ROCKS_SOURCE)
        rocksdb_block_based_options_set_filter_policy(
            table, rocksdb_filterpolicy_create_ribbon(FILTER_BITS));
    rocksdb_options_set_block_based_table_factory(opt, table);
    rocksdb_block_based_options_destroy(table);
    return opt;
}

struct rocks rocks_open(const char *dir)
{
    static const char *const names[] = {"default", "record", "by_source", "by_day"};
    rocksdb_cache_t *cache = rocksdb_cache_create_lru(CACHE_BYTES);
    rocksdb_options_t *options[ROCKS_FAMILIES + 1] = {rocksdb_options_create()};
    for (int i = 0; i < ROCKS_FAMILIES; i++)
        options[i + 1] = rocks_family_options((enum rocks_family)i, cache);
    rocksdb_column_family_handle_t *handles[ROCKS_FAMILIES + 1];
    char *message = NULL;
    struct rocks r = {.db = rocksdb_open_column_families(options[1], dir, ROCKS_FAMILIES + 1, names,
                                                         (const rocksdb_options_t *const *)options,
                                                         handles, &message)};
    if (!r.db)
        give_up(dir, message);
    r.unused = handles[0];
    for (int i = 0; i < ROCKS_FAMILIES; i++)
        r.cf[i] = handles[i + 1];
    for (int i = 0; i <= ROCKS_FAMILIES; i++)
        rocksdb_options_destroy(options[i]);
    rocksdb_cache_destroy(cache);
    return r;
}

void rocks_close(struct rocks *r)
{
    rocksdb_column_family_handle_destroy(r->unused);
    for (int i = 0; i < ROCKS_FAMILIES; i++)
        rocksdb_column_family_handle_destroy(r->cf[i]);
    rocksdb_close(r->db);
}
