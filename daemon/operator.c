/* What operators ask of a running creditd over its socket: keys of departments, the catalogue, and
 * looking at the whole store. web/ knows the addresses and the form of answers, this file what is
 * done; that it is an operator who asks has been seen to there. */
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "daemon/department_keys.h"
#include "daemon/inspect.h"
#include "daemon/memory_watch.h"
#include "daemon/operator_offsets.h"
#include "daemon/running.h"
#include "store/state.h"
#include "store/view.h"

enum { ARENA_BYTES = 64 << 20 };

static struct inspected inspected_of(struct running *r)
{
    return (struct inspected){
        .store = r->holding.store,
        .keys = r->holding.keys,
        .catalogue = atomic_load(&r->holding.in_force.now),
        .now = clock_now(&r->clock),
    };
}

static void put_time(struct json_out *o, const char *key, struct utc_ms t)
{
    char text[30];
    utc_print(t, text);
    json_put_cstr(o, key, text);
}

static void put_key(struct json_out *o, const struct department_key *k)
{
    char id[DEPARTMENT_KEY_ID_BYTES];
    department_key_id(k->hash, id);
    json_put_cstr(o, "id", id);
    json_put_string(o, "department", k->department);
    json_put_string(o, "name", k->name);
    put_time(o, "created_at", k->created);
}

static int key_add(void *ctx, struct slice department, struct slice name, struct json_out *o,
                   struct reason *reterr_why)
{
    struct running *r = ctx;
    const struct catalogue *c = atomic_load(&r->holding.in_force.now);
    const struct department *d = c ? catalogue_department(c, department) : NULL;
    if (!d)
        return reason_set(reterr_why, CE_NOT_FOUND,
                          "the catalogue has no department \"%.*s\"; departments.yaml lists them",
                          (int)(department.n < 60 ? department.n : 60), department.p);
    char secret[DEPARTMENT_KEY_SECRET_BYTES];
    struct department_key key;
    int err =
        department_key_make(r->writer, clock_now(&r->clock), d->id, name, secret, &key, reterr_why);
    if (err == 0) {
        put_key(o, &key);
        json_put_cstr(o, "key", secret);
        log_event(LOG_INFO, "key.added", LOG_S("department", d->id));
    }
    explicit_bzero(secret, sizeof secret);
    return err;
}

static int key_list(void *ctx, struct json_out *o, struct reason *reterr_why)
{
    struct running *r = ctx;
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct department_key *keys = NULL;
    size_t count = 0;
    int err = view_open(r->holding.store, &v);
    if (err == 0)
        err = department_key_list(v, a, &keys, &count);
    if (err < 0)
        return reason_set(reterr_why, err, "the keys cannot be read: %s", err_text(err));
    json_key(o, "items");
    json_array_begin(o);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(o);
        put_key(o, &keys[i]);
        json_object_end(o);
    }
    json_array_end(o);
    return 0;
}

static int key_remove(void *ctx, struct slice id, struct reason *reterr_why)
{
    struct running *r = ctx;
    int err = department_key_remove(r->writer, r->holding.store, id, reterr_why);
    if (err == 0)
        log_event(LOG_INFO, "key.removed", LOG_S("id", id));
    return err;
}

static int digest(void *ctx, struct slice theme, bool history, bool ledger, struct json_out *o,
                  struct reason *reterr_why)
{
    struct inspected in = inspected_of(ctx);
    struct inspect_digest what = {theme, history, ledger};
    char hex[65];
    int err = inspect_digest(&in, &what, hex, reterr_why);
    if (err < 0)
        return err;
    json_put_cstr(o, "digest", hex);
    if (theme.n)
        json_put_string(o, "theme", theme);
    json_put_bool(o, "history", history);
    json_put_bool(o, "ledger", ledger);
    return 0;
}

static int check(void *ctx, bool (*say)(void *to, struct slice line), void *to,
                 struct reason *reterr_why)
{
    const struct running *r = ctx;
    struct inspected in = inspected_of(ctx);
    in.numbers_bytes = (size_t)r->memory.check_bytes;
    int err = inspect_check(&in, say, to, reterr_why);
    if (err == CE_FORMAT)
        log_event(LOG_BROKEN, "store.mistakes", LOG_C("why", reterr_why ? reterr_why->text : ""));
    return err;
}

static int catalogue_put_into_force(void *ctx, struct slice dir, struct json_out *o,
                                    struct reason *reterr_why)
{
    struct running *r = ctx;
    size_t fresh = 0;
    int err = running_load_catalogue(r, dir, &fresh, reterr_why);
    if (err < 0)
        return err;
    json_put_u64(o, "new_entries", fresh);
    json_put_u64(o, "themes", in_force_themes(&r->holding.in_force, clock_now(&r->clock)));
    return 0;
}

static int status(void *ctx, struct json_out *o, struct reason *reterr_why)
{
    struct running *r = ctx;
    (void)reterr_why;
    struct store *s = r->holding.store;
    struct utc_ms now = clock_now(&r->clock), newest = writer_newest_received(r->writer);
    json_put_cstr(o, "version", CREDENCE_VERSION);
    json_put_u64(o, "pid", (uint64_t)getpid());
    json_put_string(o, "data", r->config->data);
    json_put_string(o, "listen", r->config->listen);
    put_time(o, "started_at", r->started);
    put_time(o, "now", now);
    json_put_bool(o, "takes_writes", store_is_writable(s) && writer_is_well(r->writer));
    if (newest.v)
        put_time(o, "newest_received", newest);
    json_put_u64(o, "themes", in_force_themes(&r->holding.in_force, now));
    json_put_u64(o, "store_bytes", store_disk_bytes(s));
    json_put_u64(o, "memory_buffers_bytes", store_property(s, "rocksdb.cur-size-all-mem-tables"));
    json_put_u64(o, "filter_bytes", store_filter_bytes(s));
    return 0;
}

static int stores(void *ctx, struct json_out *o, struct reason *reterr_why)
{
    struct inspected in = inspected_of(ctx);
    struct inspect_stores all;
    int err = inspect_stores(&in, &all, reterr_why);
    if (err < 0)
        return err;
    json_key(o, "items");
    json_array_begin(o);
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++) {
        json_object_begin(o);
        json_put_cstr(o, "kind", subject_kind_code((enum subject_kind)k));
        json_put_cstr(o, "name", subject_kind_zh((enum subject_kind)k));
        json_put_u64(o, "subjects", all.kinds[k].subjects);
        json_put_u64(o, "records", all.kinds[k].records);
        json_put_u64(o, "revoked", all.kinds[k].revoked);
        json_object_end(o);
    }
    json_array_end(o);
    json_put_u64(o, "waiting_revokes", all.waiting);
    return 0;
}

static void measure(void *ctx)
{
    memory_watch_now(ctx);
    operator_offsets_measure(ctx);
}

static void expose(void *ctx, struct buf *b)
{
    struct running *r = ctx;
    if (r->stream)
        stream_expose(r->stream, b);
}

static void tell_stream(void *ctx, struct buf *b)
{
    struct running *r = ctx;
    stream_state(r->stream, b);
}

static bool is_ready(void *ctx, const char **ret_why)
{
    struct running *r = ctx;
    if (!store_is_writable(r->holding.store) || !writer_is_well(r->writer)) {
        *ret_why = writer_trouble(r->writer) == CE_NO_ROOM
                       ? "磁盘已满，写入等待空间；查询照常 the disk is full: writes wait for room, "
                         "queries go on"
                       : "the store takes no writes at this moment";
        return false;
    }
    return true;
}

struct web_operator running_operator(struct running *r)
{
    return (struct web_operator){
        .ctx = r,
        .key_add = key_add,
        .key_list = key_list,
        .key_remove = key_remove,
        .digest = digest,
        .check = check,
        .catalogue_load = catalogue_put_into_force,
        .status = status,
        .stores = stores,
        .offsets = operator_offsets,
        .offsets_decide = operator_offsets_decide,
        .watermarks = operator_watermarks,
        .measure = measure,
        .expose = expose,
        .stream_state = r->stream ? tell_stream : NULL,
        .is_ready = is_ready,
    };
}
