/* Topics: making and describing them. Which there should be, and with what settings, is for the
 * caller. An admin is a producer that sends nothing. */
#include "broker/admin.h"

#include <stdlib.h>

#include "base/check.h"
#include "base/clock.h"
#include "broker/client.h"

enum { LOOK_AGAIN_MS = 50 };

struct admin {
    struct client client; /* first: the library's callbacks get it */
};

int admin_create(const struct broker_settings *s, struct admin **ret, struct reason *reterr_why)
{
    static const struct client_property usual[] = {
        {"client.id", "credence"},
        {"socket.nagle.disable", "true"},
        {"reconnect.backoff.max.ms", "2000"},
    };
    struct admin *a = calloc(1, sizeof *a);
    CHECK(a);
    int r = client_open(&a->client, RD_KAFKA_PRODUCER, s, NULL, NULL, 0, usual, ARRAY_LEN(usual),
                        reterr_why);
    if (r < 0) {
        free(a);
        return r;
    }
    *ret = a;
    return 0;
}

void admin_destroy(struct admin *a)
{
    if (!a)
        return;
    if (client_close(&a->client, CLIENT_CLOSE_MS))
        free(a);
}

/* Everything that the brokers say of themselves and their topics. */
static int ask_metadata(struct admin *a, int timeout_ms, const rd_kafka_metadata_t **ret,
                        struct reason *why)
{
    rd_kafka_resp_err_t e = rd_kafka_metadata(a->client.rk, 1, NULL, ret, timeout_ms);
    if (!e) {
        client_is_well(&a->client);
        return 0;
    }
    return client_fail(&a->client, e, "asking the brokers", why);
}

int admin_brokers(struct admin *a, int timeout_ms, int32_t *ret, struct reason *reterr_why)
{
    const rd_kafka_metadata_t *m;
    int r = ask_metadata(a, timeout_ms, &m, reterr_why);
    if (r < 0)
        return r;
    *ret = m->broker_cnt;
    rd_kafka_metadata_destroy(m);
    return 0;
}

/* Waits for the one event that answers a request; NULL after the time-out. */
static rd_kafka_event_t *wait_event(rd_kafka_queue_t *q, int timeout_ms)
{
    /* The request has a time-out of its own, which ends it with an event. */
    rd_kafka_event_t *event = rd_kafka_queue_poll(q, timeout_ms + 5000);
    rd_kafka_queue_destroy(q);
    return event;
}

static rd_kafka_AdminOptions_t *options_of(struct admin *a, rd_kafka_admin_op_t op, int timeout_ms)
{
    char text[200];
    rd_kafka_AdminOptions_t *o = rd_kafka_AdminOptions_new(a->client.rk, op);
    CHECK(o);
    CHECK(!rd_kafka_AdminOptions_set_request_timeout(o, timeout_ms, text, sizeof text));
    if (op == RD_KAFKA_ADMIN_OP_CREATETOPICS)
        CHECK(!rd_kafka_AdminOptions_set_operation_timeout(o, timeout_ms, text, sizeof text));
    return o;
}

/* The failure of a request as a whole; destroys the event then. */
static int check_event(struct admin *a, rd_kafka_event_t *event, const char *what,
                       struct reason *why)
{
    rd_kafka_resp_err_t e = event ? rd_kafka_event_error(event) : RD_KAFKA_RESP_ERR__TIMED_OUT;
    if (!e)
        return 0;
    int r = client_fail(&a->client, e, what, why);
    if (event)
        rd_kafka_event_destroy(event);
    return r;
}

static rd_kafka_NewTopic_t *new_topic(const struct topic_wanted *w, struct topic_made *ret,
                                      struct arena *arena)
{
    char text[300];
    rd_kafka_NewTopic_t *t =
        rd_kafka_NewTopic_new(w->name.p, w->partition_count, w->replication, text, sizeof text);
    if (!t) {
        *ret = (struct topic_made){CE_INVALID, arena_dup(arena, slice_of(text))};
        return NULL;
    }
    for (size_t i = 0; i < w->settings.count; i++)
        CHECK(!rd_kafka_NewTopic_set_config(t, w->settings.list[i].name.p,
                                            w->settings.list[i].value.p));
    return t;
}

static size_t find_wanted(const struct topic_wanted *topics, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && !slice_eq(topics[i].name, slice_of(name)))
        i++;
    return i;
}

static void read_made(rd_kafka_event_t *event, const struct topic_wanted *topics, size_t count,
                      struct arena *arena, struct topic_made *made)
{
    size_t n = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &n);
    for (size_t k = 0; k < n; k++) {
        size_t i = find_wanted(topics, count, rd_kafka_topic_result_name(results[k]));
        rd_kafka_resp_err_t e = rd_kafka_topic_result_error(results[k]);
        if (i == count)
            continue;
        const char *text = rd_kafka_topic_result_error_string(results[k]);
        made[i].err = client_err(e);
        made[i].why =
            e ? arena_dup(arena, slice_of(text ? text : rd_kafka_err2str(e))) : (struct slice){0};
    }
}

static bool is_served(const rd_kafka_metadata_t *m, struct slice name)
{
    for (int i = 0; i < m->topic_cnt; i++) {
        const rd_kafka_metadata_topic_t *t = &m->topics[i];
        bool is = slice_eq(slice_of(t->topic), name) && t->partition_cnt > 0;
        for (int k = 0; is && k < t->partition_cnt; k++)
            is = t->partitions[k].leader >= 0;
        if (is)
            return true;
    }
    return false;
}

static bool all_are_served(const rd_kafka_metadata_t *m, const struct topic_wanted *topics,
                           const struct topic_made *made, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (made[i].err == 0 && !is_served(m, topics[i].name))
            return false;
    return true;
}

/* The controller has made them; the broker that we ask hears of it, and of who serves them, a
 * little later. */
static int wait_served(struct admin *a, const struct topic_wanted *topics,
                       const struct topic_made *made, size_t count, int timeout_ms,
                       struct reason *why)
{
    int64_t until = clock_mono_ms() + timeout_ms;
    do {
        const rd_kafka_metadata_t *m;
        int r = ask_metadata(a, timeout_ms, &m, why);
        if (r < 0)
            return r;
        bool are_served = all_are_served(m, topics, made, count);
        rd_kafka_metadata_destroy(m);
        if (are_served)
            return 0;
        rd_kafka_poll(a->client.rk, LOOK_AGAIN_MS);
    } while (clock_mono_ms() < until);
    return reason_set(why, CE_TIMEOUT, "the topics were made, and the brokers do not serve them");
}

int admin_make_topics(struct admin *a, const struct topic_wanted *topics, size_t count,
                      int timeout_ms, struct arena *arena, struct topic_made **ret,
                      struct reason *reterr_why)
{
    struct topic_made *made = ARENA_ARRAY(arena, struct topic_made, count + 1);
    rd_kafka_NewTopic_t **list = ARENA_ARRAY(arena, rd_kafka_NewTopic_t *, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        made[i].err = CE_IO; /* until the answer names it */
        list[n] = new_topic(&topics[i], &made[i], arena);
        n += list[n] != NULL;
    }
    int r = 0;
    if (n) {
        rd_kafka_AdminOptions_t *o = options_of(a, RD_KAFKA_ADMIN_OP_CREATETOPICS, timeout_ms);
        rd_kafka_queue_t *q = rd_kafka_queue_new(a->client.rk);
        rd_kafka_CreateTopics(a->client.rk, list, n, o, q);
        rd_kafka_event_t *event = wait_event(q, timeout_ms);
        rd_kafka_AdminOptions_destroy(o);
        r = check_event(a, event, "making topics", reterr_why);
        if (r == 0) {
            read_made(event, topics, count, arena, made);
            rd_kafka_event_destroy(event);
            r = wait_served(a, topics, made, count, timeout_ms, reterr_why);
        }
    }
    rd_kafka_NewTopic_destroy_array(list, n);
    if (r == 0)
        *ret = made;
    return r;
}

/* Partitions and copies of the topic; CE_NOT_FOUND when it is not among them. */
static void read_partitions(const rd_kafka_metadata_t *m, struct slice name,
                            struct topic_state *ret)
{
    *ret = (struct topic_state){.err = CE_NOT_FOUND, .why = SLICE("there is no such topic")};
    for (int i = 0; i < m->topic_cnt; i++) {
        const rd_kafka_metadata_topic_t *t = &m->topics[i];
        if (!slice_eq(slice_of(t->topic), name))
            continue;
        *ret = (struct topic_state){.err = client_err(t->err),
                                    .why = slice_of(t->err ? rd_kafka_err2str(t->err) : ""),
                                    .partition_count = t->partition_cnt};
        for (int k = 0; k < t->partition_cnt; k++) {
            const rd_kafka_metadata_partition_t *p = &t->partitions[k];
            if (k == 0 || p->replica_cnt < ret->replication)
                ret->replication = p->replica_cnt;
            ret->leaderless += p->leader < 0;
        }
    }
}

static struct conf_pairs read_entries(const rd_kafka_ConfigResource_t *resource,
                                      struct arena *arena)
{
    size_t n = 0;
    const rd_kafka_ConfigEntry_t **entries = rd_kafka_ConfigResource_configs(resource, &n);
    struct conf_pairs all = {ARENA_ARRAY(arena, struct conf_pair, n + 1), 0};
    for (size_t i = 0; i < n; i++) {
        const char *value = rd_kafka_ConfigEntry_value(entries[i]);
        if (value)
            all.list[all.count++] = (struct conf_pair){
                arena_dup(arena, slice_of(rd_kafka_ConfigEntry_name(entries[i]))),
                arena_dup(arena, slice_of(value))};
    }
    return all;
}

static void read_settings(rd_kafka_event_t *event, const struct slice *names, size_t count,
                          struct arena *arena, struct topic_state *states)
{
    size_t n = 0;
    const rd_kafka_ConfigResource_t **resources =
        rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event), &n);
    for (size_t k = 0; k < n; k++) {
        struct slice name = slice_of(rd_kafka_ConfigResource_name(resources[k]));
        rd_kafka_resp_err_t e = rd_kafka_ConfigResource_error(resources[k]);
        for (size_t i = 0; i < count; i++) {
            if (!slice_eq(names[i], name) || states[i].err)
                continue;
            if (!e) {
                states[i].settings = read_entries(resources[k], arena);
                continue;
            }
            const char *text = rd_kafka_ConfigResource_error_string(resources[k]);
            states[i].err = client_err(e);
            states[i].why = arena_dup(arena, slice_of(text ? text : rd_kafka_err2str(e)));
        }
    }
}

/* One request for the settings of all topics that there are. */
static int ask_settings(struct admin *a, const struct slice *names, size_t count, int timeout_ms,
                        struct arena *arena, struct topic_state *states, struct reason *why)
{
    rd_kafka_ConfigResource_t **list = ARENA_ARRAY(arena, rd_kafka_ConfigResource_t *, count + 1);
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!states[i].err)
            list[n++] = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, names[i].p);
    if (n == 0)
        return 0;
    rd_kafka_AdminOptions_t *o = options_of(a, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, timeout_ms);
    rd_kafka_queue_t *q = rd_kafka_queue_new(a->client.rk);
    rd_kafka_DescribeConfigs(a->client.rk, list, n, o, q);
    rd_kafka_event_t *event = wait_event(q, timeout_ms);
    rd_kafka_AdminOptions_destroy(o);
    rd_kafka_ConfigResource_destroy_array(list, n);
    int r = check_event(a, event, "asking for settings of topics", why);
    if (r < 0)
        return r;
    read_settings(event, names, count, arena, states);
    rd_kafka_event_destroy(event);
    return 0;
}

int admin_describe_topics(struct admin *a, const struct slice *names, size_t count, int timeout_ms,
                          struct arena *arena, struct topic_state **ret, struct reason *reterr_why)
{
    const rd_kafka_metadata_t *m;
    int r = ask_metadata(a, timeout_ms, &m, reterr_why);
    if (r < 0)
        return r;
    struct topic_state *states = ARENA_ARRAY(arena, struct topic_state, count + 1);
    for (size_t i = 0; i < count; i++)
        read_partitions(m, names[i], &states[i]);
    rd_kafka_metadata_destroy(m);
    r = ask_settings(a, names, count, timeout_ms, arena, states, reterr_why);
    if (r == 0)
        *ret = states;
    return r;
}

struct slice topic_setting(const struct topic_state *t, const char *name)
{
    for (size_t i = 0; i < t->settings.count; i++)
        if (slice_eq(t->settings.list[i].name, slice_of(name)))
            return t->settings.list[i].value;
    return (struct slice){0};
}
