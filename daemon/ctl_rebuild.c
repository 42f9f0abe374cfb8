/* A new store from its base and the topics of Apache Kafka (design §9): the base is copied, and
 * then the parts of a creditd that take messages run on the copy until they have taken all that was
 * there when it began. Nothing is told to anybody meanwhile: no receipts, no answers. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "broker/consumer.h"
#include "broker/topic.h"
#include "daemon/ctl.h"
#include "daemon/ctl_settings.h"
#include "daemon/folder_copy.h"
#include "daemon/inspect.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/running.h"
#include "daemon/terminal.h"
#include "ingest/message.h"
#include "store/decisions.h"

enum {
    SETTINGS_MAX = 64,
    ASK_MS = 15000,
    LOOK_MS = 200,
    STILL_MS = 2000, /* without progress, before it is asked whether there is more */
    END_MS = 5000,
    ARENA_BYTES = 64 << 20,
};

/* A partition, and how far it is to be taken. */
struct goal {
    const char *topic;
    struct slice department;
    uint32_t partition;
    uint64_t low, high;
    uint64_t began, next; /* what the store had of it, and has now */
    uint64_t lacks;       /* messages that are not there any more */
    bool is_known, is_done;
    enum stop stop;
};

struct rebuilding {
    struct ctl *c;
    struct config config;
    struct running running;
    bool is_running;
    struct consumer *consumer;
    struct goal *goals;
    size_t goal_count;
    struct progress progress;
    const char *marker; /* a file that stands there until all is done */
};

static int read_settings(struct rebuilding *g, const char *to)
{
    static const struct ctl_setting own[] = {{"catalogue", "catalogue", NULL}};
    int code = ctl_settings_read(g->c, to, own, ARRAY_LEN(own), SETTINGS_MAX, &g->config);
    if (code != EXIT_CODE_OK)
        return code;
    /* The keys belong to the store that is made. */
    g->config.keys = (struct slice){0};
    g->config.kafka_publish = false;
    if (broker_is_configured(&g->config.kafka))
        return EXIT_CODE_OK;
    return ctl_fail(EXIT_CODE_REFUSED,
                    "no Apache Kafka is configured: --set kafka.bootstrap.servers=HOST:PORT, or "
                    "--config FILE of the creditd");
}

static bool is_there(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0;
}

static int write_marker(const char *path)
{
    FILE *f = fopen(path, "we");
    if (!f || fclose(f) != 0)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be written: %s", path, strerror(errno));
    return EXIT_CODE_OK;
}

/* The base must be nobody's at this moment, and whole: opening it proves both. */
static int copy_base(struct rebuilding *g, const char *base, const char *to)
{
    struct arena *a = g->c->arena;
    const char *keys = ctl_option(g->c, "keys");
    struct holding held;
    struct reason why = {""};
    struct holding_options o = {
        .data = base,
        .keys = keys ? keys : arena_printf(a, "%s/keys", base).p,
        .must_exist = true,
    };
    enum exit_code code = holding_open(&o, &held, &why);
    if (code != EXIT_CODE_OK)
        return ctl_fail((int)code, "the base: %s", why.text);
    holding_close(&held);
    if (folder_copy(arena_printf(a, "%s/db", base).p, arena_printf(a, "%s/db", to).p, &why) < 0 ||
        file_copy(o.keys, arena_printf(a, "%s/keys", to).p, &why) < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the base cannot be copied: %s", why.text);
    return EXIT_CODE_OK;
}

/* Makes what it stands on: a copy of the base, or nothing but the keys. What was interrupted behind
 * that goes on where it was. */
static int lay_base(struct rebuilding *g, const char *base, const char *to)
{
    struct arena *a = g->c->arena;
    const char *keys = ctl_option(g->c, "keys");
    const char *copying = arena_printf(a, "%s/rebuild.copying", to).p;
    struct reason why = {""};
    g->marker = arena_printf(a, "%s/rebuild.unfinished", to).p;
    if (mkdir(to, 0700) < 0 && errno != EEXIST)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be made: %s", to, strerror(errno));
    if (is_there(copying))
        return ctl_fail(EXIT_CODE_FAILED,
                        "%s holds a copy that was interrupted; remove the folder and begin anew",
                        to);
    if (is_there(g->marker)) {
        ctl_say("接着上次中断之处继续 / goes on where it was interrupted");
        return EXIT_CODE_OK;
    }
    if (is_there(arena_printf(a, "%s/db", to).p))
        return ctl_fail(EXIT_CODE_FAILED, "%s holds a store already; name another folder", to);
    int code = write_marker(copying);
    if (code == EXIT_CODE_OK && base)
        code = copy_base(g, base, to);
    else if (code == EXIT_CODE_OK && keys &&
             file_copy(keys, arena_printf(a, "%s/keys", to).p, &why) < 0)
        code = ctl_fail(EXIT_CODE_FAILED, "the keys: %s", why.text);
    if (code == EXIT_CODE_OK && rename(copying, g->marker) < 0)
        code = ctl_fail(EXIT_CODE_FAILED, "%s: %s", g->marker, strerror(errno));
    return code;
}

/* ---- what there is to take ---- */

static int add_goals(struct rebuilding *g, const struct topic_found *t, struct reason *why)
{
    struct slice department = message_department(t->name);
    const struct catalogue *c = atomic_load(&g->running.holding.in_force.now);
    if (!department.n || !catalogue_department(c, department))
        return 0;
    for (int32_t i = 0; i < t->partition_count; i++) {
        struct watermarks w;
        int r = consumer_watermarks(g->consumer, t->name.p, i, ASK_MS, &w, why);
        if (r < 0)
            return r;
        g->goals[g->goal_count++] = (struct goal){.topic = t->name.p,
                                                  .department = department,
                                                  .partition = (uint32_t)i,
                                                  .low = (uint64_t)w.low,
                                                  .high = (uint64_t)w.high};
    }
    return 0;
}

static int find_goals(struct rebuilding *g)
{
    struct consumer_options o = {.group = "credence-rebuild", .queue_bytes = 4 << 20};
    struct reason why = {""};
    struct topic_found *topics;
    size_t count, partitions = 0;
    int r = consumer_create(&g->config.kafka, &o, &g->consumer, &why);
    if (r == 0)
        r = consumer_topics(g->consumer, g->c->arena, slice_of(TOPIC_SUBMISSIONS), ASK_MS, &topics,
                            &count, &why);
    for (size_t i = 0; r == 0 && i < count; i++)
        partitions += (size_t)topics[i].partition_count;
    g->goals = ARENA_ARRAY(g->c->arena, struct goal, partitions + 1);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = add_goals(g, &topics[i], &why);
    if (r < 0)
        return ctl_fail(EXIT_CODE_FAILED, "the brokers do not say what there is: %s", why.text);
    return EXIT_CODE_OK;
}

static struct goal *goal_of(struct rebuilding *g, const struct partition_state *s)
{
    for (size_t i = 0; i < g->goal_count; i++)
        if (g->goals[i].partition == s->partition &&
            slice_eq(slice_of(g->goals[i].topic), s->topic))
            return &g->goals[i];
    return NULL;
}

/* How far the store has each. */
static int look(struct rebuilding *g)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct view *v;
    struct partition_state *list;
    size_t count;
    int r = view_open(g->running.holding.store, &v);
    if (r < 0)
        return r;
    r = partition_state_list(v, a, &list, &count);
    for (size_t i = 0; r == 0 && i < count; i++) {
        struct goal *goal = goal_of(g, &list[i]);
        if (!goal)
            continue;
        goal->is_known = true;
        goal->next = list[i].next;
        goal->stop = list[i].stop;
    }
    view_close(v);
    return r;
}

/* What was there once and is not any more: in front of a partition that the base does not know, or
 * between it and what is kept. */
static void note_lacks(struct rebuilding *g)
{
    for (size_t i = 0; i < g->goal_count; i++) {
        struct goal *goal = &g->goals[i];
        goal->began = goal->is_known ? goal->next : goal->low;
        goal->lacks = goal->low > (goal->is_known ? goal->next : 0)
                          ? goal->low - (goal->is_known ? goal->next : 0)
                          : 0;
        goal->next = goal->began;
    }
}

/* ---- taking it ---- */

struct skipping {
    struct decision_wanted wanted;
    struct decision made;
    struct arena *arena;
};

static int skip(void *ctx, struct batch *b, struct counters *counters)
{
    struct skipping *s = ctx;
    return decision_make(b, s->arena, counters, &s->wanted, &s->made, NULL);
}

/* What retention took is not here either: the store says so for ever, and so does the end. */
static int skip_gap(struct rebuilding *g, struct goal *goal)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct skipping s = {.arena = a};
    struct reason why = {""};
    s.wanted = (struct decision_wanted){.topic = slice_of(goal->topic),
                                        .partition = goal->partition,
                                        .kind = DECISION_SKIP,
                                        .to = goal->low,
                                        .now = clock_now(&g->running.clock),
                                        .who = SLICE("rebuild")};
    int r = writer_run(g->running.writer, skip, &s, &why);
    if (r < 0)
        return ctl_fail(EXIT_CODE_FAILED, "%s:%u: %s", goal->topic, goal->partition, why.text);
    goal->stop = STOP_NONE;
    return EXIT_CODE_OK;
}

/* Whether only marks of transactions lie in front of the end. */
static bool is_at_end(struct rebuilding *g, const struct goal *goal)
{
    bool is_end = false;
    if (consumer_assign(g->consumer, goal->topic, (int32_t)goal->partition, (int64_t)goal->next,
                        NULL) < 0)
        return false;
    for (int64_t until = clock_mono_ms() + END_MS; !is_end && clock_mono_ms() < until;) {
        struct consumed *piece;
        if (consumer_poll(g->consumer, 1, LOOK_MS, &piece) == 0)
            continue;
        is_end = piece->kind == CONSUMED_END;
        bool is_more = piece->kind == CONSUMED_MESSAGES;
        consumed_destroy(piece);
        if (is_more)
            break;
    }
    consumer_unassign(g->consumer, goal->topic, (int32_t)goal->partition, NULL);
    return is_end;
}

static int64_t done_rows(const struct rebuilding *g)
{
    int64_t sum = 0;
    for (size_t i = 0; i < g->goal_count; i++)
        sum += (int64_t)(g->goals[i].next - g->goals[i].began);
    return sum;
}

/* Which partitions are through. EXIT_CODE_OK, or why it cannot go on. */
static int settle(struct rebuilding *g, bool is_still, size_t *ret_left)
{
    int code = EXIT_CODE_OK;
    *ret_left = 0;
    for (size_t i = 0; code == EXIT_CODE_OK && i < g->goal_count; i++) {
        struct goal *goal = &g->goals[i];
        if (goal->is_done)
            continue;
        if (goal->stop == STOP_GAP)
            code = skip_gap(g, goal);
        goal->is_done =
            goal->next >= goal->high || goal->stop != STOP_NONE || (is_still && is_at_end(g, goal));
        *ret_left += !goal->is_done;
    }
    return code;
}

static int take(struct rebuilding *g)
{
    int64_t total = 0, moved_ms = clock_mono_ms(), before = -1;
    int code = EXIT_CODE_OK;
    size_t left = 1;
    for (size_t i = 0; i < g->goal_count; i++)
        total +=
            (int64_t)(g->goals[i].high > g->goals[i].began ? g->goals[i].high - g->goals[i].began
                                                           : 0);
    progress_begin(&g->progress, "rebuild 重建", total, ctl_option(g->c, "quiet"));
    g->progress.counts_rows = true;
    while (code == EXIT_CODE_OK && left && !interrupt_came()) {
        struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
        int r = look(g);
        if (r < 0 && r != CE_UNAVAILABLE)
            return ctl_fail(EXIT_CODE_STORE, "the store cannot be read: %s", err_text(r));
        int64_t done = done_rows(g), now = clock_mono_ms();
        if (done != before)
            moved_ms = now;
        before = done;
        progress_tell(&g->progress, done < total ? done : total);
        code = settle(g, now - moved_ms >= STILL_MS, &left);
        if (left)
            nanosleep(&pause, NULL);
    }
    progress_clear(&g->progress);
    if (code == EXIT_CODE_OK && left)
        code = ctl_fail(EXIT_CODE_FAILED,
                        "已中断 / interrupted; the same command goes on where it was");
    return code;
}

/* ---- what became of it ---- */

static int print_result(struct rebuilding *g)
{
    struct arena *a = g->c->arena;
    struct inspected in = {.store = g->running.holding.store,
                           .keys = g->running.holding.keys,
                           .catalogue = atomic_load(&g->running.holding.in_force.now),
                           .now = clock_now(&g->running.clock)};
    struct inspect_digest what = {0};
    struct reason why = {""};
    char hex[65];
    int code = EXIT_CODE_OK;
    uint64_t lacks = 0;
    if (inspect_digest(&in, &what, hex, &why) < 0)
        return ctl_fail(EXIT_CODE_STORE, "%s", why.text);
    for (size_t i = 0; i < g->goal_count; i++) {
        const struct goal *goal = &g->goals[i];
        lacks += goal->lacks;
        if (goal->lacks)
            ctl_say("%s:%u 缺 %s 条，已不在主题中 / lacks %s messages that the topic has no more",
                    goal->topic, goal->partition, terminal_number(a, (int64_t)goal->lacks),
                    terminal_number(a, (int64_t)goal->lacks));
        if (goal->stop != STOP_NONE)
            code = ctl_fail(EXIT_CODE_FAILED, "%s:%u: %s %s", goal->topic, goal->partition,
                            stop_zh(goal->stop), stop_en(goal->stop));
    }
    fprintf(stderr, "%s 个位置，%zu 个分区 / %s offsets of %zu partitions taken, %s are lacking\n",
            terminal_number(a, done_rows(g)), g->goal_count, terminal_number(a, done_rows(g)),
            g->goal_count, terminal_number(a, (int64_t)lacks));
    printf("%s\n", hex);
    return code;
}

static int run_rebuild(struct ctl *c)
{
    struct rebuilding *g = ARENA_NEW(c->arena, struct rebuilding);
    const char *base = ctl_option(c, "from"), *to = ctl_option(c, "to");
    struct reason why = {""};
    g->c = c;
    if (!to)
        return ctl_fail(EXIT_CODE_USAGE, "--to DIR says where the new store goes");
    umask(077);
    holding_more_files();
    interrupt_watch();
    log_set_level(LOG_UNUSUAL);
    int code = read_settings(g, to);
    if (code == EXIT_CODE_OK)
        code = lay_base(g, base, to);
    if (code == EXIT_CODE_OK) {
        code = (int)running_begin(&g->config, &g->running, &why);
        if (code != EXIT_CODE_OK)
            ctl_say("%s", why.text);
    }
    if (code != EXIT_CODE_OK)
        return code;
    if (look(g) < 0)
        code = ctl_fail(EXIT_CODE_STORE, "the store cannot be read");
    if (code == EXIT_CODE_OK)
        code = find_goals(g);
    if (code == EXIT_CODE_OK && look(g) < 0)
        code = ctl_fail(EXIT_CODE_STORE, "the store cannot be read");
    if (code == EXIT_CODE_OK) {
        note_lacks(g);
        if (running_take_messages(&g->running, &why) != EXIT_CODE_OK)
            code = ctl_fail(EXIT_CODE_REFUSED, "%s", why.text);
    }
    if (code == EXIT_CODE_OK)
        code = take(g);
    if (code == EXIT_CODE_OK)
        code = print_result(g);
    running_stop(&g->running);
    consumer_destroy(g->consumer);
    if (code == EXIT_CODE_OK)
        unlink(g->marker);
    return code;
}

static const struct option_row rebuild_options[] = {
    {"from", "BASE", "The data folder of the base, which no creditd may hold; default: none."},
    {"to", "DIR", "The folder of the new store."},
    {"keys", "FILE",
     "The key file of the base; default BASE/keys. Without a base: keys to begin "
     "with."},
    {"catalogue", "DIR", "The catalogue by which messages are judged; default: as of creditd."},
    {"config", "FILE", "The settings file of the creditd that will serve the store."},
    {"set", "NAME=VALUE", "Any setting of creditd; may be given many times."},
    {"quiet", NULL, "Shows no progress."},
};

const struct ctl_command ctl_rebuild_commands[] = {
    {"rebuild", "--to DIR [--from BASE]",
     "Makes a new store from its base and the topics of Apache Kafka",
     "Copies the base, which is a store that was made by `load` or saved later, and takes every\n"
     "message behind it that the topics had when it began. The digest, which is printed, is that "
     "of\n"
     "a store that took the same. It says what it lacks: messages that retention took before they\n"
     "could be taken, which the new store keeps as decisions of \"rebuild\". What was handed in "
     "behind\n"
     "the base without Apache Kafka is in no topic. Neither receipts nor anything else is sent.\n\n"
     "The base stays as it is; files that never change are shared with it where that is possible.\n"
     "Interrupted, the same command goes on.",
     rebuild_options, ARRAY_LEN(rebuild_options), 0, 0, run_rebuild},
    {0},
};
