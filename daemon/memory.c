/* From one figure to the limits of all modules. What everybody needs comes first: the program, the
 * catalogue, and an eighth for the allocator. The rest is shared by fixed fractions, each with the
 * least it works with and the most that is of use; what is left goes to the cache. What a thing
 * costs at most (an upload, a connection) was measured with the worst that may come in, and is held
 * to by tests/blackbox/test_memory.py. */
#include "daemon/memory.h"

#include <stdio.h>

#include "base/check.h"

#define KIB (INT64_C(1) << 10)
#define MIB (INT64_C(1) << 20)

enum {
    SLACK_PART = 8, /* of all: pages the allocator has not given back, and gaps between pieces */
    ERRAND_THREADS = 2, /* of operators, as in web/ */
    OPEN_FILE_BYTES = 32 * 1024,
    CONNECTION_BYTES = 64 * 1024, /* the library's buffer, a request's first block, an exchange */
    PARCELS_IN_QUEUE = 8,
    TURNS_MOST = 4,
    PARCELS_MOST = 32,
    UPLOADS_MOST = 64,
    CONNECTIONS_MOST = 10000,
};
static const int64_t program_bytes =
    40 * MIB; /* half of it code and libraries, the rest compaction */
static const int64_t thread_bytes = MIB / 2; /* a stack, and what its allocator keeps */
static const int64_t catalogue_bytes =
    64 * MIB;                                /* one of 400 themes restored, and one that is read */
static const int64_t walk_bytes = MIB / 2;   /* blocks that the walks of a question hold */
static const int64_t upload_bytes = 5 * MIB; /* pipes, parcels, and parts of a row of 1 MiB */
static const int64_t turn_bytes = 6 * MIB;   /* judging one row of 1 MiB, beyond the upload */
static const int64_t message_parcel_bytes = MIB * 5 / 4; /* one that is filled with messages */
static const int64_t making_bytes = 2 * MIB;             /* one answer while it is made */

/* Of a run. A smaller one is not worth its files; a larger one is not quicker. */
static const int64_t run_least = 64 * MIB, run_most = 384 * MIB;
static const int64_t cache_first = 64 * MIB; /* before there is memory for runs and answers */
static const int64_t kept_least = MIB / 2, kept_most = 1024 * MIB;

static const struct {
    const char *code, *meaning;
} parts[MEMORY_PARTS] = {
#define PART(id, code_, meaning_) [MEMORY_##id] = {code_, meaning_},
#include "daemon/memory.def"
#undef PART
};

const char *memory_part_code(enum memory_part p)
{
    return parts[p].code;
}

static int64_t within(int64_t v, int64_t least, int64_t most)
{
    return v < least ? least : v > most ? most : v;
}

/* What is left for the cache may be less than nothing. */
static struct memory_plan divide(int64_t total, unsigned threads, unsigned workers, bool messages)
{
    struct memory_plan p = {.total = total};
    int64_t *part = p.parts;
    int64_t makers = (int64_t)threads + workers + ERRAND_THREADS;
    part[MEMORY_PROGRAM] = program_bytes + makers * thread_bytes + total / SLACK_PART;
    part[MEMORY_CATALOGUE] = catalogue_bytes;
    int64_t rest = total - part[MEMORY_PROGRAM] - part[MEMORY_CATALOGUE];

    /* Half as much again: half of that while files are written, half for what walks hold. Larger
     * buffers than those of docs/adr/0006 are slower. */
    p.buffer_bytes = within(rest / 10, 12 * MIB, 192 * MIB);
    part[MEMORY_BUFFERS] = p.buffer_bytes / 2 * 3;
    p.open_files = (unsigned)within(rest / 64 / OPEN_FILE_BYTES, 128, 1 << 20);
    part[MEMORY_FILES] = (int64_t)p.open_files * OPEN_FILE_BYTES;
    /* A third: what is gathered, the store's form of it, and gaps in both. */
    p.commit_bytes = within(rest / 32, 3 * MIB, 64 * MIB);
    part[MEMORY_COMMIT] = 3 * p.commit_bytes;
    p.queue_bytes = within(rest / 16, 6 * MIB, 64 * MIB);
    p.parcel_bytes = within(p.queue_bytes / PARCELS_IN_QUEUE, MIB / 2, MIB);
    part[MEMORY_QUEUE] = p.queue_bytes;
    p.turns = (unsigned)within(rest / 32 / turn_bytes, 1, TURNS_MOST);
    p.uploads = (unsigned)within(rest / 6 / upload_bytes, 3, UPLOADS_MOST);
    part[MEMORY_UPLOADS] = p.uploads * upload_bytes + p.turns * turn_bytes;
    if (messages) {
        /* Half as much again for what the client keeps of each message. When so much was fetched,
         * it looks again after up to a second, in which the rest must last for a backlog. */
        p.fetch_bytes = within(rest / 12, 4 * MIB, 96 * MIB);
        p.parcels = (unsigned)within(rest / 64 / message_parcel_bytes, 4, PARCELS_MOST);
        /* The largest message goes whatever the window is. */
        p.outbox_bytes = within(rest / 64, 4 * MIB, 16 * MIB);
        p.window_bytes = p.outbox_bytes / p.uploads;
        part[MEMORY_STREAM] = p.fetch_bytes / 2 * 3 + p.parcels * message_parcel_bytes +
                              turn_bytes + p.outbox_bytes / 2 * 3;
    }
    p.connections = (unsigned)within(rest / 20 / CONNECTION_BYTES, 100, CONNECTIONS_MOST);
    part[MEMORY_CONNECTIONS] = (int64_t)p.connections * CONNECTION_BYTES;
    p.unsent_bytes = within(rest / 16, 6 * MIB, 512 * MIB);
    p.check_bytes = within(rest / 128, MIB, 256 * MIB);
    part[MEMORY_ANSWERS] = p.unsent_bytes + makers * making_bytes + ERRAND_THREADS * p.check_bytes;
    part[MEMORY_CACHE] = total;
    for (int i = 0; i < MEMORY_PARTS; i++)
        if (i != MEMORY_CACHE)
            part[MEMORY_CACHE] -= part[i];
    /* A run is gathered instead of a commit, where the cache can spare it. The quarter is for the
     * lists of its rows and for what writing its files takes. */
    int64_t more = within((part[MEMORY_CACHE] - cache_first) / 5 * 2, 0,
                          run_most / 3 * 4 - part[MEMORY_COMMIT]);
    part[MEMORY_COMMIT] += more;
    part[MEMORY_CACHE] -= more;
    p.run_bytes = part[MEMORY_COMMIT] / 4 * 3;
    if (p.run_bytes < run_least)
        p.run_bytes = 0;
    /* What is kept serves its own question alone, and costs nothing then; blocks serve every one.
     */
    p.kept_bytes = within((part[MEMORY_CACHE] - cache_first) / 2, kept_least, kept_most);
    part[MEMORY_KEPT] = p.kept_bytes;
    part[MEMORY_CACHE] -= p.kept_bytes;
    p.cache_bytes = part[MEMORY_CACHE] - makers * walk_bytes;
    return p;
}

static bool works(const struct memory_plan *p)
{
    return p->cache_bytes >= 12 * MIB;
}

int64_t memory_least(unsigned threads, unsigned workers, bool messages)
{
    int64_t total = MIB;
    struct memory_plan p;
    while (p = divide(total, threads, workers, messages), !works(&p))
        total += MIB;
    return total;
}

int memory_plan_make(int64_t total, unsigned threads, unsigned workers, bool messages,
                     struct memory_plan *ret, struct reason *reterr_why)
{
    *ret = divide(total, threads, workers, messages);
    if (works(ret))
        return 0;
    int64_t least = memory_least(threads, workers, messages);
    struct memory_plan p = divide(least, threads, workers, messages);
    return reason_set(
        reterr_why, CE_INVALID,
        "memory: %lld MiB is too little; the least is %lld MiB with these settings: program and "
        "allocator %lld, catalogue %lld, store %lld, uploads and queue %lld, connections and "
        "answers of %u threads %lld",
        (long long)(total / MIB), (long long)(least / MIB),
        (long long)(p.parts[MEMORY_PROGRAM] / MIB), (long long)(p.parts[MEMORY_CATALOGUE] / MIB),
        (long long)((p.parts[MEMORY_CACHE] + p.parts[MEMORY_BUFFERS] + p.parts[MEMORY_FILES] +
                     p.parts[MEMORY_COMMIT]) /
                    MIB),
        (long long)((p.parts[MEMORY_UPLOADS] + p.parts[MEMORY_QUEUE] + p.parts[MEMORY_STREAM]) /
                    MIB),
        threads + workers,
        (long long)((p.parts[MEMORY_CONNECTIONS] + p.parts[MEMORY_ANSWERS] + p.parts[MEMORY_KEPT]) /
                    MIB));
}

int64_t memory_uploads_bytes(unsigned uploads)
{
    return uploads * upload_bytes;
}

int64_t memory_connections_bytes(unsigned connections)
{
    return (int64_t)connections * CONNECTION_BYTES;
}

static void detail(const struct memory_plan *p, enum memory_part part, char *ret, size_t max)
{
    switch (part) {
    case MEMORY_BUFFERS:
        snprintf(ret, max, " (%lld MiB, and half as much again while they are emptied)",
                 (long long)(p->buffer_bytes / MIB));
        break;
    case MEMORY_FILES:
        snprintf(ret, max, " (%u)", p->open_files);
        break;
    case MEMORY_COMMIT:
        snprintf(ret, max, p->run_bytes ? " (%lld MiB)" : " (too little for runs)",
                 (long long)(p->run_bytes / MIB));
        break;
    case MEMORY_UPLOADS:
        snprintf(ret, max, " (%u at one time)", p->uploads);
        break;
    case MEMORY_STREAM:
        snprintf(ret, max, " (%lld MiB of them fetched ahead)", (long long)(p->fetch_bytes / MIB));
        break;
    case MEMORY_CONNECTIONS:
        snprintf(ret, max, " (%u at one time)", p->connections);
        break;
    case MEMORY_PROGRAM:
    case MEMORY_CATALOGUE:
    case MEMORY_CACHE:
    case MEMORY_QUEUE:
    case MEMORY_ANSWERS:
    case MEMORY_KEPT:
    case MEMORY_PARTS:
        *ret = 0;
    }
}

void memory_plan_print(const struct memory_plan *p, struct buf *b)
{
    buf_printf(b, "memory %8.1f MiB\n", (double)p->total / (double)MIB);
    for (int i = 0; i < MEMORY_PARTS; i++) {
        char more[80];
        detail(p, (enum memory_part)i, more, sizeof more);
        buf_printf(b, "  %-11s %8.1f MiB  %s%s\n", parts[i].code, (double)p->parts[i] / (double)MIB,
                   parts[i].meaning, more);
    }
}
