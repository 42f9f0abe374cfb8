/* Publishing a file: each row becomes a message as docs/formats/message.md has it. The file is read
 * by the same reader as an upload (ingest/reader.c), so that CSV, NDJSON, workbooks and GB18030 are
 * what they are there; what cannot be read is published too, as it came, for it is a verdict.
 *
 * All rows of a batch go to one partition and in their order, without gaps: the consumer counts the
 * rows of a batch, and drops those that it has. So whatever breaks, the same file is published
 * again with the same id. A row waits until the next one is there, for the last one says how many
 * there were. */
#include "daemon/ctl_submit_kafka.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/clock.h"
#include "broker/producer.h"
#include "broker/topic.h"
#include "daemon/ctl_kafka.h"
#include "daemon/ctl_receipt.h"
#include "daemon/delivery.h"
#include "daemon/interrupt.h"
#include "daemon/progress.h"
#include "daemon/terminal.h"
#include "ingest/encoding.h"
#include "ingest/reader.h"
#include "ingest/row_message.h"

enum {
    ASK_MS = 10 * 1000,
    POLL_MS = 100,
    PIECE_BYTES = 256 * 1024,
    ROW_ARENA_BYTES = 64 << 20,
    QUEUE_BYTES = 32 << 20,
    LINGER_MS = 20,
    SILENT_MS = 3000, /* of the brokers, until it is said */
};

/* A row as a message, in its own memory. */
struct waiting {
    struct arena *arena;
    struct row_message as;
    uint64_t row; /* 0: none */
};

struct publishing {
    struct ctl *c;
    struct config config;
    const struct theme *theme;
    const char *batch, *topic;
    int32_t partition;
    struct delivery file;
    int64_t fed; /* bytes of it, read and given to the reader */
    struct reader *reader;
    struct producer *producer;
    struct progress progress;
    struct waiting rows[2]; /* by turns */
    size_t turn;
    uint64_t skipped, sent, delivered, unread; /* rows */
    int err;                                   /* of the first that failed, and */
    char why[300];
    int64_t heard_ms;
    bool says_silence;
};

static void on_delivered(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                         const char *why)
{
    struct publishing *p = ctx;
    (void)tag;
    (void)partition;
    (void)offset;
    p->heard_ms = clock_mono_ms();
    if (err == 0) {
        p->delivered++;
    } else if (p->err == 0) {
        p->err = err;
        snprintf(p->why, sizeof p->why, "%s", why);
    }
}

/* ---- a row as a message ---- */

static void make_message(struct publishing *p, struct waiting *w, const struct raw_row *row)
{
    row_message_make(&w->as, w->arena, slice_of(p->topic), p->theme->code, slice_of(p->batch), row);
    w->row = row->row;
    p->unread += message_header(&w->as.message, "unread") != NULL;
}

/* ---- sending ---- */

/* Says once that nobody answers, and why; it goes on trying by itself. */
static void watch_silence(struct publishing *p)
{
    struct reason why = {""};
    bool is_silent = clock_mono_ms() - p->heard_ms > SILENT_MS && producer_waiting(p->producer);
    if (!is_silent || p->says_silence) {
        p->says_silence = is_silent;
        return;
    }
    p->says_silence = true;
    progress_clear(&p->progress);
    int r = producer_health(p->producer, &why);
    ctl_say("Kafka 代理无应答，继续等待 no broker answers, waiting: %s",
            r < 0 ? why.text : p->config.kafka.bootstrap.p);
}

static bool may_go_on(struct publishing *p)
{
    int health = producer_health(p->producer, NULL);
    if (p->err == 0 && (health == CE_DENIED || health == CE_CLOSED)) {
        struct reason why = {""};
        p->err = producer_health(p->producer, &why);
        snprintf(p->why, sizeof p->why, "%.290s", why.text);
    }
    return p->err == 0 && !interrupt_came();
}

static bool send(struct publishing *p, struct waiting *w)
{
    struct reason why = {""};
    int r;
    if (w->row <= p->skipped) {
        w->row = 0;
        return true;
    }
    while ((r = producer_send(p->producer, &w->as.message, p->partition, w->row, &why)) ==
           CE_BUSY) {
        producer_poll(p->producer, POLL_MS);
        watch_silence(p);
        if (!may_go_on(p))
            return false;
    }
    if (r < 0) {
        p->err = p->err ? p->err : r;
        snprintf(p->why, sizeof p->why, "%.290s", why.text);
        return false;
    }
    p->sent++;
    w->row = 0;
    return true;
}

/* The row that was read waits, and the one before it goes. */
static bool take_row(struct publishing *p, struct waiting *w, const struct raw_row *row)
{
    struct waiting *before = &p->rows[1 - p->turn];
    make_message(p, w, row);
    if (before->row && !send(p, before))
        return false;
    p->turn = 1 - p->turn;
    if ((row->row & 0x3FF) == 0) {
        producer_poll(p->producer, 0);
        progress_tell(&p->progress, delivery_done(&p->file, p->fed));
        return may_go_on(p);
    }
    return true;
}

/* The last row says how many there were. */
static bool send_last(struct publishing *p)
{
    struct waiting *last = &p->rows[1 - p->turn];
    if (!last->row)
        return true;
    row_message_header(&last->as, "rows",
                       arena_printf(last->arena, "%llu", (unsigned long long)last->row));
    return send(p, last);
}

/* Until everything is acknowledged. */
static void wait_delivered(struct publishing *p)
{
    p->heard_ms = clock_mono_ms();
    producer_poll(p->producer, 0);
    while (producer_waiting(p->producer) && may_go_on(p)) {
        producer_flush(p->producer, POLL_MS);
        watch_silence(p);
    }
}

/* ---- reading ---- */

/* 1: rows may come; 0: the end; CE_… */
static int feed(struct publishing *p, char *piece)
{
    ssize_t n;
    do
        n = delivery_read(&p->file, piece, PIECE_BYTES);
    while (n < 0 && errno == EINTR && !interrupt_came());
    if (n < 0)
        return interrupt_came() ? CE_PARTIAL : p->file.err;
    p->fed += n;
    if (n == 0)
        reader_finish(p->reader);
    else
        reader_feed(p->reader, slice_make(piece, (size_t)n));
    return n > 0;
}

/* 0: every row was sent. CE_INVALID: the file cannot be used. CE_PARTIAL and others: not all were,
 * and the reason is set or it was interrupted. */
static int send_rows(struct publishing *p)
{
    char *piece = arena_alloc(p->c->arena, PIECE_BYTES);
    for (;;) {
        struct waiting *w = &p->rows[p->turn];
        struct raw_row row;
        arena_reset(w->arena);
        switch (reader_next(p->reader, w->arena, &row)) {
        case READER_ROW:
            if (!take_row(p, w, &row))
                return CE_PARTIAL;
            break;
        case READER_MORE: {
            int r = feed(p, piece);
            if (r < 0) {
                snprintf(p->why, sizeof p->why, "%.290s", p->file.why.text);
                return r;
            }
            break;
        }
        case READER_END:
            return send_last(p) ? 0 : CE_PARTIAL;
        case READER_REFUSED:
            snprintf(p->why, sizeof p->why, "%.290s", reader_refusal(p->reader));
            return CE_INVALID;
        }
    }
}

/* ---- what it stands on ---- */

/* Rows that the register has of the batch already, if it can be asked; else they are sent again and
 * recognised there. */
static uint64_t rows_done(struct publishing *p)
{
    const struct json *batch =
        ctl_find_batch(p->c, p->theme->department.p, p->batch, p->theme->code.p);
    int64_t done = batch ? json_get_int(batch, "received") : 0;
    return done > 0 ? (uint64_t)done : 0;
}

static int find_theme(struct publishing *p, const char *code)
{
    struct catalogue *catalogue;
    int r = ctl_kafka_catalogue(p->c, &p->config, &catalogue);
    if (r != EXIT_CODE_OK)
        return r;
    /* What is about to come into force reads the file as well as what is. */
    p->theme = catalogue_theme_at(catalogue, slice_of(code), (struct utc_ms){INT64_MAX});
    if (!p->theme)
        return ctl_fail(
            EXIT_CODE_FAILED,
            "目录中没有主题 %.60s the catalogue has no such theme; `creditctl catalogue "
            "list` shows them",
            code);
    const char *department = ctl_option(p->c, "department");
    if (department && !slice_eq(slice_of(department), p->theme->department))
        return ctl_fail(EXIT_CODE_DEPARTMENT,
                        "主题 %s 由 %s 负责 the department %.*s is responsible for this theme, not "
                        "%.60s",
                        code, p->theme->department.p, FMT_SLICE(p->theme->department), department);
    p->topic =
        arena_printf(p->c->arena, TOPIC_SUBMISSIONS "%.*s", FMT_SLICE(p->theme->department)).p;
    return EXIT_CODE_OK;
}

static int open_producer(struct publishing *p)
{
    struct reason why = {""};
    int32_t count = 0;
    struct producer_options o = {.delivered = on_delivered,
                                 .ctx = p,
                                 .queue_bytes = QUEUE_BYTES,
                                 .linger_ms = LINGER_MS,
                                 .is_gapless = true};
    int r = producer_create(&p->config.kafka, &o, &p->producer, &why);
    if (r == 0)
        r = producer_partitions(p->producer, p->topic, ASK_MS, &count, &why);
    if (r == CE_NOT_FOUND)
        return ctl_fail(
            EXIT_CODE_FAILED,
            "没有主题 %s，或无权使用 there is no topic %s, or we may not see it; `creditctl "
            "topics create` makes it",
            p->topic, p->topic);
    if (r < 0)
        return ctl_kafka_fail(r, p->config.kafka.bootstrap.p, why.text);
    p->partition = row_message_partition(slice_of(p->batch), count);
    p->heard_ms = clock_mono_ms();
    return EXIT_CODE_OK;
}

static int open_file(struct publishing *p)
{
    struct ctl *c = p->c;
    struct reason why = {""};
    const char *given = ctl_option(c, "encoding");
    enum encoding encoding = ENCODING_AUTO;
    if (given && strcmp(given, "auto") != 0)
        CHECK(encoding_by_name(slice_of(given), &encoding));
    int r =
        delivery_open(&p->file, c->words[0], ctl_option(c, "format"), ctl_option(c, "sheet"), &why);
    if (r < 0)
        return ctl_fail(r == CE_INVALID ? EXIT_CODE_USAGE : EXIT_CODE_FAILED, "%s", why.text);
    bool is_csv = strcmp(p->file.format, "csv") == 0;
    p->reader = reader_create(is_csv ? READER_CSV : READER_NDJSON,
                              p->file.is_workbook ? ENCODING_UTF8 : encoding, p->theme);
    return EXIT_CODE_OK;
}

/* ---- what became of it ---- */

static void say_how_to_resume(struct publishing *p)
{
    struct arena *a = p->c->arena;
    const char *kafka = ctl_option(p->c, "kafka");
    fprintf(
        stderr,
        "  已发布的行不会重复入库。以同一文件和批次号再次执行 What was published is recognised. Go "
        "on with the same file and batch id:\n"
        "  creditctl submit --kafka %s --theme %s --batch %s %s\n",
        terminal_shell_word(a, kafka), terminal_shell_word(a, p->theme->code.p), p->batch,
        terminal_shell_word(a, p->file.path));
}

static int tell_result(struct publishing *p, int r)
{
    bool is_whole = r == 0 && p->err == 0 && p->delivered == p->sent;
    if (is_whole)
        progress_end(&p->progress);
    else
        progress_clear(&p->progress);
    if (r == CE_INVALID)
        return ctl_fail(EXIT_CODE_FAILED, "%s: %s", p->file.path, p->why);
    if (!is_whole) {
        if (p->err < 0)
            ctl_kafka_fail(p->err, p->config.kafka.bootstrap.p, p->why);
        else
            ctl_say("%s", interrupt_came() ? "interrupted" : p->why);
        ctl_say("已发布 %llu 行 %llu rows were published", (unsigned long long)p->delivered,
                (unsigned long long)p->delivered);
        say_how_to_resume(p);
        return EXIT_CODE_FAILED;
    }
    printf("已发布 %llu 行 published %llu rows\n"
           "  批次 batch      %s\n"
           "  主题 topic      %s [%d]\n",
           (unsigned long long)p->delivered, (unsigned long long)p->delivered, p->batch, p->topic,
           p->partition);
    if (p->unread)
        printf("  无法读取 unread %llu 行 rows; the receipt says why\n",
               (unsigned long long)p->unread);
    if (p->skipped)
        printf("  已入库 done     %llu 行 rows, not sent again\n", (unsigned long long)p->skipped);
    return EXIT_CODE_OK;
}

static int publish(struct publishing *p, bool is_new)
{
    int code = open_producer(p);
    if (code != EXIT_CODE_OK)
        return code;
    if (!is_new)
        p->skipped = rows_done(p);
    const char *slash = strrchr(p->file.path, '/');
    interrupt_watch();
    progress_begin(&p->progress, slash ? slash + 1 : p->file.path, p->file.size,
                   ctl_option(p->c, "quiet"));
    for (size_t i = 0; i < ARRAY_LEN(p->rows); i++) {
        p->rows[i].arena = arena_create(ROW_ARENA_BYTES);
        row_message_init(&p->rows[i].as);
    }
    int r = send_rows(p);
    /* Also what was sent before something went wrong: less to send again. */
    wait_delivered(p);
    progress_tell(&p->progress, delivery_done(&p->file, p->fed));
    code = tell_result(p, r);
    for (size_t i = 0; i < ARRAY_LEN(p->rows); i++) {
        arena_destroy(p->rows[i].arena);
        row_message_fini(&p->rows[i].as);
    }
    return code;
}

int ctl_submit_kafka(struct ctl *c, const char *batch, bool is_new)
{
    struct publishing *p = ARENA_NEW(c->arena, struct publishing);
    p->c = c;
    p->batch = batch;
    p->file.fd = -1;
    int code = ctl_kafka_settings(c, &p->config);
    if (code == EXIT_CODE_OK)
        code = find_theme(p, ctl_option(c, "theme"));
    if (code == EXIT_CODE_OK)
        code = open_file(p);
    if (code == EXIT_CODE_OK)
        code = publish(p, is_new);
    producer_destroy(p->producer);
    reader_destroy(p->reader);
    delivery_close(&p->file);
    return code;
}
