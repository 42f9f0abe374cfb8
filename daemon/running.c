/* Building the daemon up, floor by floor, and taking it down again. Each part gets what it needs
 * from the settings here; none reads them by itself. */
#include "daemon/running.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "base/metric.h"
#include "daemon/memory_watch.h"
#include "store/key_mark.h"

enum { ARENA_BYTES = 1 << 20 };

/*~ Everything about a folder of data that does not depend on the network: the key file, the store,
 * and the catalogue that the store knows to have been in force. A second process, a damaged store,
 * a lost key file all end here. */
static enum exit_code hold(struct running *r, struct reason *why)
{
    const struct config *c = r->config;
    struct holding_options o = {
        .data = c->data.p,
        .keys = config_keys_path(r->arena, c),
        .cache_bytes = r->memory.cache_bytes,
        .buffer_bytes = r->memory.buffer_bytes,
        .open_files = (int)r->memory.open_files,
    };
    int64_t start = clock_mono_ms();
    enum exit_code code = holding_open(&o, &r->holding, why);
    if (code != EXIT_CODE_OK)
        return code;
    uint64_t filters = store_filter_bytes(r->holding.store);
    log_event(LOG_INFO, "store.opened", LOG_C("dir", o.data), LOG_I("ms", clock_mono_ms() - start),
              LOG_I("bytes", store_disk_bytes(r->holding.store)), LOG_I("filter_bytes", filters));
    /* Filters lie in the cache; when they do not fit, every look-up reads them from disk again. */
    if ((int64_t)filters > r->memory.cache_bytes / 2)
        log_event(LOG_UNUSUAL, "store.filters-crowd-the-cache", LOG_I("filter_bytes", filters),
                  LOG_I("cache_bytes", r->memory.cache_bytes), LOG_I("memory", c->memory));
    return EXIT_CODE_OK;
}

static int put_mark(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    key_mark_put(b, ctx);
    return 0;
}

/*~ The one thread that changes records (ingest/writer.h). Uploads hand it judged rows through a
 * bounded queue; whatever else changes the store runs on it as an errand, between two commits. */
static enum exit_code start_writer(struct running *r, struct reason *why)
{
    struct writer_options o = {
        .store = r->holding.store,
        .keys = r->holding.keys,
        .clock = &r->clock,
        .queue_bytes = (size_t)r->memory.queue_bytes,
        .commit_bytes = (size_t)r->memory.commit_bytes,
        .receipt_days = (int)r->config->receipt_days,
        .gears = r->memory.run_bytes ? (unsigned)r->config->writer_gears : 1,
        .shift_rows = (size_t)r->config->writer_shift_rows,
        .run_bytes = (size_t)r->memory.run_bytes,
        .catalogue = &r->holding.in_force.now,
        .changed = answer_cache_forget,
        .changed_ctx = r->cache,
    };
    if (writer_start(&o, &r->writer, why) < 0)
        return EXIT_CODE_STORE;
    if (r->holding.is_new && writer_run(r->writer, put_mark, r->holding.keys, why) < 0)
        return EXIT_CODE_STORE;
    return EXIT_CODE_OK;
}

/*~ The catalogue says which themes there are and how their rows are judged. What was ever in force
 * stays in the store; files may only add to it. When they are refused, a register that has a
 * catalogue goes on with it, and a new one cannot begin. */
static enum exit_code load_catalogue(struct running *r, struct reason *why)
{
    size_t fresh;
    if (running_load_catalogue(r, (struct slice){0}, &fresh, why) == 0)
        return EXIT_CODE_OK;
    return atomic_load(&r->holding.in_force.now) ? EXIT_CODE_OK : EXIT_CODE_REFUSED;
}

/*~ With a broker configured, departments may send what they have through Apache Kafka
 * (ingest/stream.h): the offsets lie in the store, so that nothing else has to be remembered. */
static enum exit_code start_stream(struct running *r, struct reason *why)
{
    const struct config *c = r->config;
    struct stream_options o = {
        .settings = &c->kafka,
        .writer = r->writer,
        .store = r->holding.store,
        .keys = r->holding.keys,
        .clock = &r->clock,
        .catalogue = (const struct catalogue *const _Atomic *)&r->holding.in_force.now,
        .born_min = c->born_earliest,
        .fetch_bytes = r->memory.fetch_bytes,
        .parcels_max = r->memory.parcels,
    };
    if (!broker_is_configured(&c->kafka))
        return EXIT_CODE_OK;
    int err = stream_start(&o, &r->stream, why);
    if (err == 0)
        return EXIT_CODE_OK;
    return err == CE_INVALID ? EXIT_CODE_REFUSED : EXIT_CODE_STORE;
}

/*~ Uploads go the same way then: their rows are published, and come in with everything else
 * (ingest/published.h). */
static enum exit_code start_outbox(struct running *r, struct reason *why)
{
    struct outbox_options o = {.settings = &r->config->kafka,
                               .queue_bytes = r->memory.outbox_bytes,
                               .window_bytes = r->memory.window_bytes};
    if (!broker_is_configured(&r->config->kafka) || outbox_start(&o, &r->outbox, why) == 0)
        return EXIT_CODE_OK;
    return EXIT_CODE_REFUSED;
}

/*~ What became of messages of Apache Kafka is told behind the commits, by a thread of its own
 * (ingest/publish.h), and by one daemon of an installation alone. */
static void start_publish(struct running *r)
{
    const struct config *c = r->config;
    if (broker_is_configured(&c->kafka))
        r->lag = lag_create(&c->kafka);
    if (!c->kafka_publish || !broker_is_configured(&c->kafka))
        return;
    r->sender = receipts_sender_create(&c->kafka);
    r->publish = publish_start(&(struct publish_options){.store = r->holding.store,
                                                         .writer = r->writer,
                                                         .deliver = receipts_sender_deliver,
                                                         .stop = receipts_sender_stop,
                                                         .ctx = r->sender});
}

/*~ Last comes the network: from here on anybody may ask (web/web.h). The same routes are answered
 * on the Unix socket in the data folder, there with an operator's rights. */
static enum exit_code start_web(struct running *r, struct reason *why)
{
    const struct config *c = r->config;
    struct web_options o = {
        .listen = c->listen.p,
        .unix_socket = config_socket_path(r->arena, c->data.p),
        .metrics_listen = c->metrics_listen.p,
        .source =
            {
                .store = r->holding.store,
                .keys = r->holding.keys,
                .clock = &r->clock,
                .cache = r->cache,
            },
        .catalogue = &r->holding.in_force.now,
        .writer = r->writer,
        .outbox = r->outbox,
        .born_min = c->born_earliest,
        .operator= running_operator(r),
        .threads = (unsigned)c->http_threads,
        .workers = (unsigned)c->http_workers,
        .connections = r->memory.connections,
        .unsent_bytes = r->memory.unsent_bytes,
        .uploads = r->memory.uploads,
        .turns = r->memory.turns,
        .parcel_bytes = (size_t)r->memory.parcel_bytes,
        .idle_ms = (int)c->http_idle_ms,
        .upload_idle_ms = (int)c->upload_idle_ms,
        .upload_busy_ms = (int)c->upload_busy_ms,
    };
    int err = web_start(&o, &r->web, why);
    if (err == 0)
        return EXIT_CODE_OK;
    if (err == CE_BUSY || err == CE_DENIED)
        return EXIT_CODE_ADDRESS;
    return err == CE_INVALID ? EXIT_CODE_REFUSED : EXIT_CODE_FAILED;
}

/*~ The setting `memory` is divided before anything is made (daemon/memory.h): each part below gets
 * its share and keeps to it. */
static enum exit_code plan_memory(struct running *r, struct reason *why)
{
    const struct config *c = r->config;
    if (memory_plan_make(c->memory, (unsigned)c->http_threads, (unsigned)c->http_workers,
                         broker_is_configured(&c->kafka), &r->memory, why) < 0)
        return EXIT_CODE_REFUSED;
    for (int i = 0; i < MEMORY_PARTS; i++)
        log_event(LOG_INFO, "memory.part", LOG_C("part", memory_part_code((enum memory_part)i)),
                  LOG_I("bytes", r->memory.parts[i]));
    log_event(LOG_INFO, "memory.planned", LOG_I("bytes", r->memory.total),
              LOG_I("uploads", r->memory.uploads), LOG_I("connections", r->memory.connections),
              LOG_I("open_files", r->memory.open_files));
    memory_watch_plan(&r->memory);
    return EXIT_CODE_OK;
}

enum exit_code running_begin(const struct config *c, struct running *ret, struct reason *reterr_why)
{
    *ret = (struct running){.config = c, .clock = clock_real()};
    ret->arena = arena_create(ARENA_BYTES);
    ret->started = clock_now(&ret->clock);
    enum exit_code code = plan_memory(ret, reterr_why);
    if (code == EXIT_CODE_OK)
        code = hold(ret, reterr_why);
    if (code == EXIT_CODE_OK) {
        ret->cache = answer_cache_create((size_t)ret->memory.kept_bytes);
        code = start_writer(ret, reterr_why);
    }
    if (code == EXIT_CODE_OK)
        code = load_catalogue(ret, reterr_why);
    if (code != EXIT_CODE_OK)
        running_stop(ret);
    return code;
}

enum exit_code running_take_messages(struct running *r, struct reason *reterr_why)
{
    return start_stream(r, reterr_why);
}

enum exit_code running_start(const struct config *c, struct running *ret, struct reason *reterr_why)
{
    enum exit_code code = running_begin(c, ret, reterr_why);
    if (code != EXIT_CODE_OK)
        return code;
    code = running_take_messages(ret, reterr_why);
    if (code == EXIT_CODE_OK)
        code = start_outbox(ret, reterr_why);
    if (code == EXIT_CODE_OK) {
        start_publish(ret);
        code = start_web(ret, reterr_why);
    }
    if (code != EXIT_CODE_OK)
        running_stop(ret);
    return code;
}

void running_stop(struct running *r)
{
    web_stop(r->web);
    outbox_stop(r->outbox);
    publish_stop(r->publish);
    receipts_sender_destroy(r->sender);
    lag_destroy(r->lag);
    stream_stop(r->stream);
    writer_stop(r->writer);
    answer_cache_destroy(r->cache);
    holding_close(&r->holding);
    arena_destroy(r->arena);
    *r = (struct running){0};
}

int running_load_catalogue(struct running *r, struct slice dir, size_t *ret_new,
                           struct reason *reterr_why)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    const char *path = dir.n ? arena_dup(a, dir).p : config_catalogue_dir(a, r->config);
    size_t fresh = 0;
    struct reason why = {""};
    int err = in_force_load(&r->holding.in_force, r->writer, path, &fresh, &why);
    if (err < 0) {
        metric_add(METRIC_CATALOGUE_REFUSED, 1);
        log_event(LOG_UNUSUAL, "catalogue.refused", LOG_C("dir", path), LOG_C("why", why.text));
        if (reterr_why)
            *reterr_why = why;
        return err;
    }
    log_event(LOG_INFO, "catalogue.loaded", LOG_C("dir", path), LOG_I("new", fresh),
              LOG_I("themes", in_force_themes(&r->holding.in_force, clock_now(&r->clock))));
    *ret_new = fresh;
    return 0;
}
