/* When compaction is done. Writing all records to the last level takes a third of what a row takes,
 * and senders wait for it in vain: it is done when they pause. Where they do not pause it begins
 * with PUT_OFF_FILES in level 0, and once it has begun it is not put off again before it has come
 * to its end: all levels stay in shape.
 *
 * RocksDB leaves fewer than LEVEL_0_FILES where they are. Of a backlog they may hold a quarter, in
 * the fast compression of a run; so when one has ended level 0 is written down once. That writes
 * the level below anew, which is the whole family while it is small and 256 MB at the most later:
 * it must be worth that. */
#include "store/compaction.h"

#include <stdio.h>

#include <rocksdb/c.h>

#include "base/slice.h"
#include "store/store_db.h"

enum {
    PUT_OFF_FILES = 16, /* until so many lie in level 0 compactions are put off while runs come */
    AT_ONE_TIME = 1,    /* of the two background jobs in store.c one is for flushes */
    WORTH_PART = 8,     /* level 0 is at least this part of the level below */
    WORTH_BYTES = 1 << 20,
};

bool compaction_is_crowded(struct store *s, uint64_t files)
{
    bool crowded = false;
    for (int cf = 0; cf < CF_COUNT && !crowded; cf++) {
        uint64_t count;
        char *text = rocksdb_property_value_cf(s->db, s->cf[cf], "rocksdb.num-files-at-level0");
        crowded = text && slice_u64(slice_of(text), &count) && count >= files;
        rocksdb_free(text);
    }
    return crowded;
}

/* They are the process's threads, and flushes have others. */
void compaction_hold(struct store *s, bool hold)
{
    rocksdb_env_set_background_threads(s->env, hold ? 0 : AT_ONE_TIME);
}

/* Nothing waits for its turn. */
static bool is_done(const struct store *s)
{
    for (int cf = 0; cf < CF_COUNT; cf++) {
        uint64_t pending = 0;
        if (rocksdb_property_int_cf(s->db, s->cf[cf], "rocksdb.compaction-pending", &pending) < 0 ||
            pending)
            return false;
    }
    return true;
}

static void put_off(struct store *s)
{
    if (compaction_is_crowded(s, PUT_OFF_FILES))
        s->is_catching_up = true;
    else if (s->is_catching_up && is_done(s))
        s->is_catching_up = false;
    s->puts_off = !s->is_catching_up;
}

void compaction_follow(struct store *s)
{
    s->has_runs = true;
    put_off(s);
    compaction_hold(s, s->puts_off);
}

bool compaction_is_owed(const struct store *s)
{
    return s->puts_off || s->has_runs || s->joins;
}

void compaction_begin(struct store *s)
{
    if (s->puts_off)
        compaction_hold(s, false);
    s->puts_off = s->is_catching_up = false;
}

/* ---- level 0, once ---- */

static uint64_t level_bytes(rocksdb_column_family_metadata_t *all, size_t i)
{
    rocksdb_level_metadata_t *level = rocksdb_column_family_metadata_get_level_metadata(all, i);
    uint64_t bytes = rocksdb_level_metadata_get_size(level);
    rocksdb_level_metadata_destroy(level);
    return bytes;
}

static bool is_worth_joining(const struct store *s, int cf)
{
    rocksdb_column_family_metadata_t *all = rocksdb_get_column_family_metadata_cf(s->db, s->cf[cf]);
    size_t levels = rocksdb_column_family_metadata_get_level_count(all);
    uint64_t first = level_bytes(all, 0), below = 0;
    for (size_t i = 1; i < levels && !below; i++)
        below = level_bytes(all, i);
    rocksdb_column_family_metadata_destroy(all);
    return first >= WORTH_BYTES && first >= below / WORTH_PART;
}

/* RocksDB looks anew at what there is to do. If it cannot, things stay as they are. */
static void set_trigger(const struct store *s, int cf, int files)
{
    char text[12];
    const char *name = "level0_file_num_compaction_trigger", *value = text;
    char *message = NULL;
    snprintf(text, sizeof text, "%d", files);
    rocksdb_set_options_cf(s->db, s->cf[cf], 1, &name, &value, &message);
    rocksdb_free(message);
}

static void join(struct store *s)
{
    if (store_expect_room(s, 0, NULL) < 0)
        return;
    for (int cf = 0; cf < CF_COUNT; cf++) {
        if (!is_worth_joining(s, cf))
            continue;
        s->joins |= 1U << cf;
        set_trigger(s, cf, 1);
    }
}

static void end_joining_if_done(struct store *s)
{
    if (!s->joins || !is_done(s))
        return;
    for (int cf = 0; cf < CF_COUNT; cf++)
        if (s->joins & 1U << cf)
            set_trigger(s, cf, LEVEL_0_FILES);
    s->joins = 0;
}

void compaction_look(struct store *s)
{
    if (!s->puts_off && !s->joins)
        return;
    pthread_rwlock_rdlock(&s->in_use);
    if (s->puts_off) {
        put_off(s);
        if (!s->puts_off)
            compaction_hold(s, false);
    }
    end_joining_if_done(s);
    pthread_rwlock_unlock(&s->in_use);
}

void compaction_rest(struct store *s)
{
    pthread_rwlock_rdlock(&s->in_use);
    compaction_begin(s);
    end_joining_if_done(s);
    if (s->has_runs && !s->joins)
        join(s);
    s->has_runs = false;
    pthread_rwlock_unlock(&s->in_use);
}

void compaction_forget(struct store *s)
{
    compaction_begin(s);
    s->has_runs = false;
    s->joins = 0;
}
