/* send BROKERS FILE [RATE [LINGER_MS]]: publishes the lines of a file as a department's own
 * producer would, RATE of them a second (0 or nothing: as fast as they go), and waits until the
 * brokers have all of them. A line is a label, a topic, a theme, a key and a value, with tabs
 * between them.
 *
 * Of a line whose label is not empty, the label and the time are printed when it is handed to the
 * library: seconds of the clock that only goes forward. At the end, or when told to by SIGTERM, one
 * JSON object: messages, bytes, seconds, seconds of CPU, and how many milliseconds went by until
 * the brokers had acknowledged what had a label. Who is late catches up with a second at the most.
 */
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/ceiling/pairs.h"

enum {
    FLUSH_MS = 120 * 1000,
    ASK_MS = 30 * 1000,
    STEP_NS = 500 * 1000,
    LABELS_MAX = 1 << 20,
    TOPICS_MAX = 256,
    TOPIC_BYTES = 256,
    POLL_EACH = 64
};
enum { LABEL, TOPIC, THEME, KEY, VALUE, FIELDS };

static const double LATE_S = 1, WARM_S = 1;

struct field {
    const char *p;
    size_t n;
};

static struct {
    rd_kafka_t *kafka;
    uint64_t messages, bytes, failed;
    double began;
    double *sent; /* of those with a label */
    double *acknowledged_ms;
    size_t sent_count, acknowledged_count;
} s;

static volatile sig_atomic_t is_told;

static void on_signal(int number)
{
    (void)number;
    is_told = 1;
}

static void on_delivered(rd_kafka_t *rk, const rd_kafka_message_t *m, void *opaque)
{
    (void)rk;
    (void)opaque;
    const double *sent = m->_private;
    if (m->err && s.failed++ == 0)
        fprintf(stderr, "send: %s\n", rd_kafka_err2str(m->err));
    if (sent && *sent - s.began > WARM_S && !m->err)
        s.acknowledged_ms[s.acknowledged_count++] = (now_s() - *sent) * 1000;
}

static void producer_open(const char *brokers, const char *linger_ms)
{
    char why[512];
    const char *properties[][2] = {
        {"bootstrap.servers", brokers},
        {"enable.idempotence", "true"},
        {"acks", "all"},
        {"compression.type", "lz4"},
        {"linger.ms", linger_ms},
        {"message.max.bytes", "2097152"},
        {"queue.buffering.max.messages", "1000000"},
        {"queue.buffering.max.kbytes", "131072"},
        {"socket.nagle.disable", "true"},
    };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++)
        if (rd_kafka_conf_set(conf, properties[i][0], properties[i][1], why, sizeof why) !=
            RD_KAFKA_CONF_OK)
            give_up(properties[i][0], why);
    rd_kafka_conf_set_dr_msg_cb(conf, on_delivered);
    s.kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (!s.kafka)
        give_up("send", why);
}

static struct field file_map(const char *path)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st) < 0)
        give_up(path, "cannot be read");
    struct field all = {"", (size_t)st.st_size};
    if (all.n)
        all.p = mmap(NULL, all.n, PROT_READ, MAP_PRIVATE, fd, 0);
    if (all.p == MAP_FAILED)
        give_up(path, "cannot be mapped");
    close(fd);
    return all;
}

/* Cuts one line off; the value may hold tabs. */
static void line_cut(struct field *rest, struct field out[FIELDS])
{
    const char *end = memchr(rest->p, '\n', rest->n);
    struct field line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    rest->p += line.n + (end != NULL);
    rest->n -= line.n + (end != NULL);
    for (int i = 0; i < VALUE; i++) {
        const char *tab = memchr(line.p, '\t', line.n);
        if (!tab)
            give_up("send", "a line has fewer than five fields");
        out[i] = (struct field){line.p, (size_t)(tab - line.p)};
        line.n -= out[i].n + 1;
        line.p = tab + 1;
    }
    out[VALUE] = line;
}

static void topic_text(struct field f, char out[TOPIC_BYTES])
{
    if (f.n >= TOPIC_BYTES)
        give_up("send", "a topic is too long");
    memcpy(out, f.p, f.n);
    out[f.n] = 0;
}

/* A topic that the library hears of for the first time waits up to a second until it looks who
 * leads it, and what has gathered by then goes all at once. A department's producer, which runs for
 * long and has one topic, does not know that: so all are looked up before the first message. */
static void topics_look_up(struct field rest)
{
    rd_kafka_topic_t *topics[TOPICS_MAX];
    size_t count = 0;
    char topic[TOPIC_BYTES];
    struct field fields[FIELDS];
    while (rest.n) {
        size_t i = 0;
        line_cut(&rest, fields);
        topic_text(fields[TOPIC], topic);
        while (i < count && strcmp(rd_kafka_topic_name(topics[i]), topic) != 0)
            i++;
        if (i < count)
            continue;
        if (count == TOPICS_MAX || !(topics[count] = rd_kafka_topic_new(s.kafka, topic, NULL)))
            give_up(topic, "this topic cannot be opened, or there are too many");
        count++;
    }
    const struct rd_kafka_metadata *found;
    rd_kafka_resp_err_t e = rd_kafka_metadata(s.kafka, 0, NULL, &found, ASK_MS);
    if (e)
        give_up("send", rd_kafka_err2str(e));
    rd_kafka_metadata_destroy(found);
    /* They stay open until the producer is destroyed. */
}

static void message_send(const struct field f[FIELDS])
{
    char topic[TOPIC_BYTES];
    double *sent = NULL;
    rd_kafka_resp_err_t e;
    if (s.sent_count == LABELS_MAX)
        give_up("send", "there are too many labels");
    topic_text(f[TOPIC], topic);
    if (f[LABEL].n) {
        sent = &s.sent[s.sent_count++];
        *sent = now_s();
        printf("%.*s %.6f\n", (int)f[LABEL].n, f[LABEL].p, *sent);
        fflush(stdout);
    }
    while ((e = rd_kafka_producev(s.kafka, RD_KAFKA_V_TOPIC(topic),
                                  RD_KAFKA_V_KEY((void *)(uintptr_t)f[KEY].p, f[KEY].n),
                                  RD_KAFKA_V_VALUE((void *)(uintptr_t)f[VALUE].p, f[VALUE].n),
                                  RD_KAFKA_V_HEADER("theme", f[THEME].p, (ssize_t)f[THEME].n),
                                  RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_OPAQUE(sent),
                                  RD_KAFKA_V_END)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
        rd_kafka_poll(s.kafka, 10);
    if (e)
        give_up("send", rd_kafka_err2str(e));
    s.messages++;
    s.bytes += f[KEY].n + f[VALUE].n;
}

static void lines_send(struct field rest, double rate)
{
    double due = now_s();
    while (rest.n && !is_told) {
        struct field fields[FIELDS];
        for (double now = now_s(); rate > 0 && now < due && !is_told; now = now_s()) {
            rd_kafka_poll(s.kafka, 0);
            nanosleep(&(struct timespec){.tv_nsec = STEP_NS}, NULL);
        }
        line_cut(&rest, fields);
        message_send(fields);
        if (rate > 0 && (due += 1 / rate) < now_s() - LATE_S)
            due = now_s() - LATE_S;
        if (s.messages % POLL_EACH == 0)
            rd_kafka_poll(s.kafka, 0);
    }
}

static double cpu_s(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double acknowledged(double share)
{
    size_t at = (size_t)(share * (double)s.acknowledged_count);
    return s.acknowledged_count ? s.acknowledged_ms[at] : 0;
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 5)
        give_up("send BROKERS FILE [RATE [LINGER_MS]]", NULL);
    signal(SIGTERM, on_signal);
    s.sent = calloc(LABELS_MAX, sizeof *s.sent);
    s.acknowledged_ms = calloc(LABELS_MAX, sizeof *s.acknowledged_ms);
    if (!s.sent || !s.acknowledged_ms)
        give_up("send", "no memory");
    producer_open(argv[1], argc > 4 ? argv[4] : "5");
    struct field all = file_map(argv[2]);
    topics_look_up(all);
    s.began = now_s();
    lines_send(all, argc > 3 ? strtod(argv[3], NULL) : 0);
    double ended = now_s();
    if (rd_kafka_flush(s.kafka, FLUSH_MS) || s.failed)
        give_up("send", "the brokers did not take all messages");
    qsort(s.acknowledged_ms, s.acknowledged_count, sizeof *s.acknowledged_ms, by_size);
    printf("{\"messages\":%llu,\"bytes\":%llu,\"seconds\":%.4f,\"flushed\":%.4f,\"cpu\":%.4f,"
           "\"acknowledged_p50\":%.3f,\"acknowledged_p99\":%.3f}\n",
           (unsigned long long)s.messages, (unsigned long long)s.bytes, ended - s.began,
           now_s() - s.began, cpu_s(), acknowledged(0.5), acknowledged(0.99));
    fflush(stdout);
    rd_kafka_destroy(s.kafka);
    return 0;
}
