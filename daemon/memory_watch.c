/* Who takes how much of the memory budget now. Modules are asked for what they hold; the program's
 * own part is what is resident beyond that: code, libraries, and what the allocator keeps. */
#include "daemon/memory_watch.h"

#include <stdio.h>
#include <string.h>

#include "base/metric.h"
#include "ingest/submission.h"

static const struct {
    enum metric may, now;
} gauges[MEMORY_PARTS] = {
#define PART(id, code, meaning) [MEMORY_##id] = {METRIC_MEMORY_MAY_##id, METRIC_MEMORY_NOW_##id},
#include "daemon/memory.def"
#undef PART
};

void memory_watch_plan(const struct memory_plan *p)
{
    for (int i = 0; i < MEMORY_PARTS; i++)
        metric_set(gauges[i].may, p->parts[i]);
}

/* "VmRSS:      1234 kB" */
static void read_status(int64_t *ret_resident, int64_t *ret_peak)
{
    char line[256];
    long long kib;
    FILE *f = fopen("/proc/self/status", "re");
    *ret_resident = *ret_peak = 0;
    while (f && fgets(line, sizeof line, f)) {
        if (sscanf(line, "VmRSS: %lld", &kib) == 1)
            *ret_resident = kib * 1024;
        else if (sscanf(line, "VmHWM: %lld", &kib) == 1)
            *ret_peak = kib * 1024;
    }
    if (f)
        fclose(f);
}

void memory_watch_now(struct running *r)
{
    int64_t now[MEMORY_PARTS] = {0}, resident, peak;
    struct store_memory store = store_memory(r->holding.store);
    now[MEMORY_CATALOGUE] = (int64_t)in_force_bytes(&r->holding.in_force);
    now[MEMORY_CACHE] = (int64_t)store.cache;
    now[MEMORY_BUFFERS] = (int64_t)store.buffers;
    now[MEMORY_FILES] = (int64_t)store.files;
    now[MEMORY_COMMIT] = (int64_t)writer_commit_bytes(r->writer);
    now[MEMORY_QUEUE] = (int64_t)writer_queue_bytes(r->writer);
    now[MEMORY_UPLOADS] = memory_uploads_bytes(submissions_running());
    now[MEMORY_STREAM] = r->memory.parts[MEMORY_STREAM];
    now[MEMORY_CONNECTIONS] = memory_connections_bytes(web_connections(r->web));
    now[MEMORY_ANSWERS] = web_unsent_bytes(r->web);
    now[MEMORY_KEPT] = (int64_t)answer_cache_bytes(r->cache);
    read_status(&resident, &peak);
    now[MEMORY_PROGRAM] = resident;
    for (int i = 0; i < MEMORY_PARTS; i++)
        if (i != MEMORY_PROGRAM)
            now[MEMORY_PROGRAM] -= now[i];
    if (now[MEMORY_PROGRAM] < 0) /* counted more than is resident: pages not yet touched */
        now[MEMORY_PROGRAM] = 0;
    for (int i = 0; i < MEMORY_PARTS; i++)
        metric_set(gauges[i].now, now[i]);
    metric_set(METRIC_MEMORY_PEAK, peak);
}
