/* kafka BROKERS TOPIC[,TOPIC…] [MESSAGES]: the ceiling of reading messages. librdkafka alone, as it
 * comes from its maker: all partitions of the topics from their first message on, a thousand at a
 * time from one queue, until MESSAGES were read (all that are there when it begins, unless given).
 * Keys, values and headers are touched, nothing is parsed, stored or committed. Prints one JSON
 * object.
 *
 * Settings of librdkafka are its defaults, but for the size of a fetch and of its queue, which ours
 * may use too; further ones are taken from the environment, KAFKA_PROPERTIES=name=value,name=value.
 */
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/ceiling/pairs.h"

enum { BATCH = 1000, WAIT_MS = 100, ASK_MS = 20 * 1000, SILENT_S = 60 };

struct partition {
    const char *topic;
    int32_t number;
    int64_t end; /* what is there when it begins */
};

static struct {
    rd_kafka_t *kafka;
    rd_kafka_queue_t *queue;
    rd_kafka_topic_partition_list_t *partitions;
    int64_t waiting; /* messages */
    uint64_t messages, bytes, touched;
} k;

static void property_set(rd_kafka_conf_t *conf, const char *name, const char *value)
{
    char why[512];
    if (rd_kafka_conf_set(conf, name, value, why, sizeof why) != RD_KAFKA_CONF_OK)
        give_up(name, why);
}

static void properties_set(rd_kafka_conf_t *conf, const char *brokers)
{
    property_set(conf, "bootstrap.servers", brokers);
    property_set(conf, "group.id", "bench-ceiling");
    property_set(conf, "enable.auto.commit", "false");
    property_set(conf, "enable.partition.eof", "false");
    property_set(conf, "auto.offset.reset", "error");
    property_set(conf, "fetch.message.max.bytes", "4194304");
    property_set(conf, "queued.max.messages.kbytes", "65536");
    char *given = getenv("KAFKA_PROPERTIES"), *rest = NULL;
    for (char *one = given ? strtok_r(given, ",", &rest) : NULL; one;
         one = strtok_r(NULL, ",", &rest)) {
        char *equals = strchr(one, '=');
        if (!equals)
            give_up("KAFKA_PROPERTIES", "wants name=value,name=value");
        *equals = 0;
        property_set(conf, one, equals + 1);
    }
}

/* Adds the partitions of a topic that hold something. */
static void topic_add(const char *topic)
{
    const struct rd_kafka_metadata *m;
    rd_kafka_topic_t *t = rd_kafka_topic_new(k.kafka, topic, NULL);
    rd_kafka_resp_err_t e = rd_kafka_metadata(k.kafka, 0, t, &m, ASK_MS);
    if (e || m->topic_cnt != 1 || m->topics[0].err || m->topics[0].partition_cnt == 0)
        give_up(topic, e ? rd_kafka_err2str(e) : "there is no such topic");
    for (int i = 0; i < m->topics[0].partition_cnt; i++) {
        int32_t number = m->topics[0].partitions[i].id;
        int64_t first, end;
        e = rd_kafka_query_watermark_offsets(k.kafka, topic, number, &first, &end, ASK_MS);
        if (e)
            give_up(topic, rd_kafka_err2str(e));
        if (end > first)
            rd_kafka_topic_partition_list_add(k.partitions, topic, number)->offset = first;
        k.waiting += end - first;
    }
    rd_kafka_metadata_destroy(m);
    rd_kafka_topic_destroy(t);
}

static void message_take(const rd_kafka_message_t *m)
{
    rd_kafka_headers_t *headers;
    const char *name;
    const void *value;
    size_t n;
    if (m->err)
        give_up("kafka", rd_kafka_message_errstr(m));
    k.messages++;
    k.bytes += m->len + m->key_len;
    for (size_t i = 0; i < m->len; i += 64) /* each line of the processor's cache */
        k.touched += ((const uint8_t *)m->payload)[i];
    if (rd_kafka_message_headers(m, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR)
        for (size_t i = 0;
             rd_kafka_header_get_all(headers, i, &name, &value, &n) == RD_KAFKA_RESP_ERR_NO_ERROR;
             i++)
            k.bytes += n;
}

static void read_until(uint64_t wanted)
{
    rd_kafka_message_t *batch[BATCH];
    double heard = now_s();
    while (k.messages < wanted) {
        ssize_t n = rd_kafka_consume_batch_queue(k.queue, WAIT_MS, batch, BATCH);
        if (n < 0)
            give_up("kafka", rd_kafka_err2str(rd_kafka_last_error()));
        for (ssize_t i = 0; i < n; i++) {
            if (k.messages < wanted)
                message_take(batch[i]);
            rd_kafka_message_destroy(batch[i]);
        }
        if (n > 0)
            heard = now_s();
        else if (now_s() - heard > SILENT_S)
            give_up("kafka", "no message came for a minute");
    }
}

int main(int argc, char **argv)
{
    char why[512], *rest = NULL;
    if (argc != 3 && argc != 4)
        give_up("kafka BROKERS TOPIC[,TOPIC] [MESSAGES]", NULL);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    properties_set(conf, argv[1]);
    k.kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why, sizeof why);
    if (!k.kafka)
        give_up("kafka", why);
    rd_kafka_poll_set_consumer(k.kafka);
    k.queue = rd_kafka_queue_get_consumer(k.kafka);
    k.partitions = rd_kafka_topic_partition_list_new(16);
    for (char *topic = strtok_r(argv[2], ",", &rest); topic; topic = strtok_r(NULL, ",", &rest))
        topic_add(topic);
    uint64_t wanted = argc == 4 ? strtoull(argv[3], NULL, 10) : (uint64_t)k.waiting;
    int count = k.partitions->cnt;
    double began = now_s();
    rd_kafka_resp_err_t e = rd_kafka_assign(k.kafka, k.partitions);
    if (e)
        give_up("kafka", rd_kafka_err2str(e));
    read_until(wanted);
    printf("{\"messages\":%llu,\"bytes\":%llu,\"partitions\":%d,\"seconds\":%.4f}\n",
           (unsigned long long)k.messages, (unsigned long long)k.bytes, count, now_s() - began);
    fflush(stdout);
    rd_kafka_topic_partition_list_destroy(k.partitions);
    rd_kafka_queue_destroy(k.queue);
    rd_kafka_consumer_close(k.kafka);
    rd_kafka_destroy(k.kafka);
    return 0;
}
