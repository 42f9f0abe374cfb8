/* The wrapper of broker/ for tests in Python: a command a line on standard input, its words
 * separated by tabs; a JSON object a line on standard output. The pages of tests/kafka/probe.py say
 * which commands there are.
 *
 *   kafka_probe BOOTSTRAP GROUP [NAME=VALUE...] */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/json.h"
#include "base/log.h"
#include "broker/admin.h"
#include "broker/consumer.h"
#include "broker/producer.h"

enum { WORDS_MAX = 40, LINE_BYTES_MAX = 4 << 20, OUT_BYTES_MAX = 64 << 20, HEADERS_MAX = 16 };

struct probe {
    struct arena *arena; /* of one command */
    struct broker_settings settings;
    struct consumer *consumer;
    struct producer *producer;
    struct admin *admin;
    const char *group;
    const char *words[WORDS_MAX];
    size_t word_count;
    struct json_out *out;
    uint64_t delivered, failed;
    int last_err;
    int64_t last_offset;
};

static const char *word(const struct probe *p, size_t i)
{
    return i < p->word_count ? p->words[i] : "";
}

static int64_t number(const struct probe *p, size_t i)
{
    int64_t v = 0;
    CHECK(slice_i64(slice_of(word(p, i)), &v));
    return v;
}

static const char *err_name(int err)
{
    switch (err) {
#define ERR(name, no, text)                                                                        \
    case CE_##name:                                                                                \
        return #name;
#include "base/err.def"
#undef ERR
    default:
        return "";
    }
}

static void put_bytes(struct json_out *o, const char *key, struct slice s)
{
    json_key(o, key);
    if (s.p)
        json_slice(o, s);
    else
        json_nil(o);
}

static void put_number(struct json_out *o, const char *key, int64_t v)
{
    json_key(o, key);
    json_i64(o, v);
}

static void put_err(struct json_out *o, int err, const char *why)
{
    json_put_cstr(o, "err", err_name(err));
    json_put_cstr(o, "why", err < 0 ? why : "");
}

static void put_message(struct json_out *o, const struct message *m)
{
    static const char *const kinds[] = {"none", "created", "appended"};
    json_object_begin(o);
    json_put_string(o, "topic", m->topic);
    put_number(o, "partition", m->partition);
    put_number(o, "offset", m->offset);
    put_number(o, "time", m->time.v);
    json_put_cstr(o, "time_kind", kinds[m->time_kind]);
    put_bytes(o, "key", m->key);
    put_bytes(o, "value", m->value);
    json_key(o, "headers");
    json_array_begin(o);
    for (size_t i = 0; i < m->header_count; i++) {
        json_array_begin(o);
        json_slice(o, m->headers[i].name);
        if (m->headers[i].value.p)
            json_slice(o, m->headers[i].value);
        else
            json_nil(o);
        json_array_end(o);
    }
    json_array_end(o);
    json_object_end(o);
}

static void on_delivered(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                         const char *why)
{
    struct probe *p = ctx;
    (void)tag;
    (void)partition;
    (void)why;
    p->delivered += err == 0;
    p->failed += err != 0;
    p->last_err = err;
    p->last_offset = offset;
}

static struct consumer *consumer_of(struct probe *p)
{
    struct consumer_options o = {.group = p->group};
    struct reason why = {""};
    if (!p->consumer && consumer_create(&p->settings, &o, &p->consumer, &why) < 0) {
        fprintf(stderr, "%s\n", why.text);
        exit(2);
    }
    return p->consumer;
}

static struct producer *producer_of(struct probe *p)
{
    struct producer_options o = {.delivered = on_delivered, .ctx = p, .linger_ms = 5};
    struct reason why = {""};
    if (!p->producer && producer_create(&p->settings, &o, &p->producer, &why) < 0) {
        fprintf(stderr, "%s\n", why.text);
        exit(2);
    }
    return p->producer;
}

static struct admin *admin_of(struct probe *p)
{
    struct reason why = {""};
    if (!p->admin && admin_create(&p->settings, &p->admin, &why) < 0) {
        fprintf(stderr, "%s\n", why.text);
        exit(2);
    }
    return p->admin;
}

/* poll MAX MS */
static void poll_once(struct probe *p)
{
    static const char *const kinds[] = {"messages", "end",    "out_of_range",
                                        "gone",     "denied", "unreadable"};
    AUTO(consumed_destroy) struct consumed *got = NULL;
    int r = consumer_poll(consumer_of(p), (size_t)number(p, 1), (int)number(p, 2), &got);
    json_put_cstr(p->out, "kind", r ? kinds[got->kind] : "none");
    if (!r)
        return;
    json_put_string(p->out, "topic", got->topic);
    put_number(p->out, "partition", got->partition);
    put_number(p->out, "next", got->next);
    put_number(p->out, "bytes", (int64_t)got->bytes);
    json_put_cstr(p->out, "why", got->why ? got->why : "");
    json_key(p->out, "messages");
    json_array_begin(p->out);
    for (size_t i = 0; i < got->count; i++)
        put_message(p->out, &got->messages[i]);
    json_array_end(p->out);
}

/* drain MS: everything until nothing came for so long; counts only. */
static void drain(struct probe *p)
{
    int64_t messages = 0, bytes = 0, ends = 0, portions = 0;
    struct consumed *got;
    while (consumer_poll(consumer_of(p), 10000, (int)number(p, 1), &got) == 1) {
        messages += (int64_t)got->count;
        bytes += (int64_t)got->bytes;
        ends += got->kind == CONSUMED_END;
        portions++;
        consumed_destroy(got);
    }
    put_number(p->out, "messages", messages);
    put_number(p->out, "bytes", bytes);
    put_number(p->out, "ends", ends);
    put_number(p->out, "portions", portions);
}

static void topics(struct probe *p)
{
    struct topic_found *list;
    size_t count;
    struct reason why = {""};
    int r = consumer_topics(consumer_of(p), p->arena, slice_of(word(p, 1)), (int)number(p, 2),
                            &list, &count, &why);
    put_err(p->out, r, why.text);
    if (r < 0)
        return;
    json_key(p->out, "topics");
    json_object_begin(p->out);
    for (size_t i = 0; i < count; i++)
        put_number(p->out, list[i].name.p, list[i].partition_count);
    json_object_end(p->out);
}

static void watermarks(struct probe *p)
{
    struct watermarks w;
    struct reason why = {""};
    int r = consumer_watermarks(consumer_of(p), word(p, 1), (int32_t)number(p, 2),
                                (int)number(p, 3), &w, &why);
    put_err(p->out, r, why.text);
    if (r < 0)
        return;
    put_number(p->out, "low", w.low);
    put_number(p->out, "high", w.high);
    bool known = consumer_watermarks_known(p->consumer, word(p, 1), (int32_t)number(p, 2), &w);
    put_number(p->out, "known", known ? w.high : -1);
}

/* first MS (TOPIC PARTITION)...: where each begins, or its error. */
static void first(struct probe *p)
{
    struct first_kept list[WORDS_MAX];
    struct reason why = {""};
    size_t count = (p->word_count - 2) / 2;
    for (size_t i = 0; i < count; i++)
        list[i] = (struct first_kept){.topic = word(p, 2 * i + 2),
                                      .partition = (int32_t)number(p, 2 * i + 3)};
    put_err(p->out, consumer_first_kept(consumer_of(p), list, count, (int)number(p, 1), &why),
            why.text);
    json_key(p->out, "each");
    json_array_begin(p->out);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(p->out);
        put_err(p->out, list[i].err, "");
        put_number(p->out, "first", list[i].first);
        json_object_end(p->out);
    }
    json_array_end(p->out);
}

static void read_at(struct probe *p)
{
    struct message m;
    struct reason why = {""};
    int r = consumer_read_at(consumer_of(p), word(p, 1), (int32_t)number(p, 2), number(p, 3),
                             (int)number(p, 4), p->arena, &m, &why);
    put_err(p->out, r, why.text);
    if (r < 0)
        return;
    json_key(p->out, "message");
    put_message(p->out, &m);
}

/* send TOPIC PARTITION COUNT KEY VALUE [NAME=VALUE...]: the same message COUNT times. */
static void send(struct probe *p)
{
    struct message_header headers[HEADERS_MAX];
    struct message m = {.topic = slice_of(word(p, 1)),
                        .key = slice_of(*word(p, 4) ? word(p, 4) : NULL),
                        .value = slice_of(word(p, 5)),
                        .headers = headers};
    for (size_t i = 6; i < p->word_count; i++) {
        struct slice value = slice_of(word(p, i)), name = slice_cut(&value, '=');
        headers[m.header_count++] = (struct message_header){name, value};
    }
    struct reason why = {""};
    int r = 0;
    for (int64_t i = 0; r == 0 && i < number(p, 3); i++)
        while ((r = producer_send(producer_of(p), &m, (int32_t)number(p, 2), 7, &why)) == CE_BUSY)
            producer_poll(p->producer, 100);
    put_err(p->out, r, why.text);
}

static void flush(struct probe *p)
{
    struct reason why = {""};
    int r = producer_flush(producer_of(p), (int)number(p, 1));
    put_err(p->out, r, "");
    json_put_u64(p->out, "delivered", p->delivered);
    json_put_u64(p->out, "failed", p->failed);
    json_put_cstr(p->out, "last", err_name(p->last_err));
    put_number(p->out, "offset", p->last_offset);
    json_put_u64(p->out, "waiting", producer_waiting(p->producer));
    json_put_cstr(p->out, "health", err_name(producer_health(p->producer, &why)));
}

/* make TOPIC PARTITIONS COPIES [NAME=VALUE...] */
static void make(struct probe *p)
{
    struct conf_pair settings[WORDS_MAX];
    struct topic_wanted w = {.name = slice_of(word(p, 1)),
                             .partition_count = (int32_t)number(p, 2),
                             .replication = (int32_t)number(p, 3),
                             .settings = {settings, 0}};
    for (size_t i = 4; i < p->word_count; i++) {
        struct slice value = slice_of(word(p, i));
        struct slice name = arena_dup(p->arena, slice_cut(&value, '='));
        settings[w.settings.count++] = (struct conf_pair){name, value};
    }
    struct topic_made *made;
    struct reason why = {""};
    int r = admin_make_topics(admin_of(p), &w, 1, 10000, p->arena, &made, &why);
    if (r == 0)
        put_err(p->out, made->err, made->why.p);
    else
        put_err(p->out, r, why.text);
}

/* describe TOPIC MS */
static void describe(struct probe *p)
{
    struct slice name = slice_of(word(p, 1));
    struct topic_state *t;
    struct reason why = {""};
    int32_t brokers = 0;
    int r = admin_describe_topics(admin_of(p), &name, 1, (int)number(p, 2), p->arena, &t, &why);
    if (r == 0)
        r = admin_brokers(p->admin, (int)number(p, 2), &brokers, &why);
    if (r < 0 || t->err < 0) {
        put_err(p->out, r < 0 ? r : t->err, r < 0 ? why.text : t->why.p);
        return;
    }
    put_err(p->out, 0, "");
    put_number(p->out, "brokers", brokers);
    put_number(p->out, "partitions", t->partition_count);
    put_number(p->out, "replication", t->replication);
    put_number(p->out, "leaderless", t->leaderless);
    json_key(p->out, "settings");
    json_object_begin(p->out);
    for (size_t i = 0; i < t->settings.count; i++)
        json_put_string(p->out, t->settings.list[i].name.p, t->settings.list[i].value);
    json_object_end(p->out);
}

static void assign(struct probe *p)
{
    struct reason why = {""};
    int r = consumer_assign(consumer_of(p), word(p, 1), (int32_t)number(p, 2), number(p, 3), &why);
    put_err(p->out, r, why.text);
}

static void unassign(struct probe *p)
{
    struct reason why = {""};
    int r = consumer_unassign(consumer_of(p), word(p, 1), (int32_t)number(p, 2), &why);
    put_err(p->out, r, why.text);
}

static void pause_partition(struct probe *p)
{
    put_err(p->out, consumer_pause(consumer_of(p), word(p, 1), (int32_t)number(p, 2)), "");
}

static void resume_partition(struct probe *p)
{
    put_err(p->out, consumer_resume(consumer_of(p), word(p, 1), (int32_t)number(p, 2)), "");
}

static void commit(struct probe *p)
{
    struct consumer_position at = {word(p, 1), (int32_t)number(p, 2), number(p, 3)};
    consumer_commit(consumer_of(p), &at, 1);
}

static void health(struct probe *p)
{
    struct reason why = {""};
    put_err(p->out, consumer_health(consumer_of(p), &why), why.text);
}

static void check(struct probe *p)
{
    struct reason why = {""};
    put_err(p->out, broker_settings_check(&p->settings, &why), why.text);
}

static const struct {
    const char *name;
    void (*run)(struct probe *p);
} commands[] = {
    {"assign", assign},
    {"check", check},
    {"commit", commit},
    {"describe", describe},
    {"drain", drain},
    {"flush", flush},
    {"first", first},
    {"health", health},
    {"make", make},
    {"pause", pause_partition},
    {"poll", poll_once},
    {"read", read_at},
    {"resume", resume_partition},
    {"send", send},
    {"topics", topics},
    {"unassign", unassign},
    {"watermarks", watermarks},
};

static void run_line(struct probe *p, char *line, size_t n)
{
    arena_reset(p->arena);
    p->word_count = 0;
    for (char *at = line; at < line + n && p->word_count < WORDS_MAX; at += strlen(at) + 1) {
        char *end = strchr(at, '\t');
        if (end)
            *end = '\0';
        p->words[p->word_count++] = at;
    }
    AUTO_BUF(b, OUT_BYTES_MAX);
    struct json_out out = json_out_of(&b);
    p->out = &out;
    json_object_begin(&out);
    for (size_t i = 0; i < ARRAY_LEN(commands); i++)
        if (strcmp(word(p, 0), commands[i].name) == 0)
            commands[i].run(p);
    json_object_end(&out);
    CHECK(!b.err);
    printf("%.*s\n", FMT_SLICE(buf_slice(&b)));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fputs("kafka_probe BOOTSTRAP GROUP [NAME=VALUE...]\n", stderr);
        return 2;
    }
    AUTO(arena_destroy) struct arena *settings = arena_create(1 << 20);
    AUTO(arena_destroy) struct arena *arena = arena_create(OUT_BYTES_MAX);
    struct probe p = {.arena = arena, .group = argv[2]};
    struct conf_pair *pairs = ARENA_ARRAY(settings, struct conf_pair, argc);
    p.settings = (struct broker_settings){slice_of(argv[1]), {pairs, 0}};
    for (int i = 3; i < argc; i++) {
        struct slice value = slice_of(argv[i]);
        struct slice name = arena_dup(settings, slice_cut(&value, '='));
        if (slice_eq(name, SLICE("debug")))
            log_set_level(LOG_DEBUG);
        pairs[p.settings.properties.count++] = (struct conf_pair){name, value};
    }
    static char line[LINE_BYTES_MAX];
    while (fgets(line, sizeof line, stdin)) {
        size_t n = strcspn(line, "\n");
        line[n] = '\0';
        run_line(&p, line, n);
    }
    consumer_destroy(p.consumer);
    producer_destroy(p.producer);
    admin_destroy(p.admin);
    return 0;
}
