/* The uploader's side of a published batch; what its messages do is in writer_messages.c. Nobody is
 * told anything before the store has it: each wait here is for the offset of a message to lie below
 * the partition's next offset, which is committed with whatever the message did. */
#include "ingest/published.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "broker/topic.h"
#include "ingest/row_message.h"
#include "store/offsets.h"

enum {
    ARENA_BYTES = 1 << 20,
    WAIT_MS = 200, /* for a commit, until it is looked again whether something stopped */
    PATIENCE_MS = 30 * 1000,
    NAME_BYTES_MAX = 64,
};

struct published {
    struct published_options o;
    struct arena *arena; /* of what lives as long */
    struct arena *look;  /* of one look at the store */
    struct batch_id id;
    struct batch_state state;
    bool is_known; /* the store has it */
    const struct theme *theme;
    const char *topic;
    int32_t partition;
    uint8_t upload[UPLOAD_BYTES];
    char upload_text[2 * UPLOAD_BYTES];
    char body[96];
    struct row_message message;
    struct sending *sending;
};

/* How the store has the batch, and how far its partition was taken. */
static int look(struct published *p, uint64_t *ret_next, enum stop *ret_stop)
{
    struct view *v;
    struct batch_state state;
    struct partition_state at;
    arena_reset(p->look);
    int r = view_open(p->o.store, &v);
    if (r < 0)
        return r;
    r = batch_state_get(v, p->look, &p->id, &state);
    p->is_known = r == 0;
    if (r == 0) {
        p->state = state;
        p->state.department = p->o.department;
        p->state.name = p->o.batch;
    }
    *ret_next = 0;
    *ret_stop = STOP_NONE;
    if (r == CE_NOT_FOUND)
        r = 0;
    if (r == 0 && p->topic) {
        r = partition_state_get(v, p->look, slice_of(p->topic), (uint32_t)p->partition, &at);
        if (r == 0) {
            *ret_next = at.next;
            *ret_stop = at.stop;
        }
        r = r == CE_NOT_FOUND ? 0 : r;
    }
    view_close(v);
    return r;
}

static int stands_still(struct published *p, enum stop stop, struct reason *why)
{
    return reason_set(why, CE_UNAVAILABLE,
                      "Kafka 分区 %s[%d] 已停止：%s the partition has stopped (%s): %s", p->topic,
                      p->partition, stop_zh(stop), stop_code(stop), stop_en(stop));
}

/* Until the message at that offset was applied. What lies behind a stop that an operator has to
 * decide may be another topic's, and its offsets mean nothing. */
static int await(struct published *p, uint64_t offset, struct reason *why)
{
    int patience = p->o.patience_ms ? p->o.patience_ms : PATIENCE_MS;
    int64_t moved_ms = clock_mono_ms();
    uint64_t before = 0, commits = writer_commits(p->o.writer, 0, 0);
    for (;;) {
        uint64_t next;
        enum stop stop;
        int r = look(p, &next, &stop);
        if (r < 0)
            return reason_set(why, r, "the store cannot be read");
        if (next > offset && (!stop_stays(stop) || p->state.finished.v))
            return 0;
        int64_t now = clock_mono_ms();
        if (next != before)
            moved_ms = now;
        before = next;
        bool is_over = now - moved_ms > patience;
        if (stop_stays(stop) || (is_over && stop != STOP_NONE))
            return stands_still(p, stop, why);
        if (is_over)
            return reason_set(why, CE_TIMEOUT,
                              "已发布的行尚未入库，请以相同 Batch-Id 重新提交同一文件 "
                              "what was published is not applied yet; send the same file with "
                              "the same Batch-Id again");
        commits = writer_commits(p->o.writer, commits, WAIT_MS);
    }
}

/* What the client of the brokers says of it is told with what can be done. */
static int not_taken(struct published *p, int r, struct reason *why)
{
    struct reason said = *why;
    if (r == CE_BUSY)
        return r;
    if (r == CE_TOO_LARGE)
        return reason_set(why, r,
                          "Kafka 主题不接受这样长的消息，请运维人员执行 creditctl topics check "
                          "the topic %s does not take a message that long: `creditctl topics "
                          "check` says which setting it lacks (%s)",
                          p->topic, said.text);
    return reason_set(why, r,
                      "Kafka 暂时无法接收，请稍后以相同 Batch-Id 重新提交同一文件 Apache Kafka "
                      "does not take it at the moment: send the same file with the same Batch-Id "
                      "again later (%s)",
                      said.text);
}

/* ---- beginning ---- */

/* Whether what the store has of the batch is of the same theme and kind. */
static int check_same(struct published *p, struct reason *why)
{
    const struct batch_state *s = &p->state;
    const struct theme *t = catalogue_number_at(p->o.catalogue, s->theme, s->received);
    if (!t)
        return reason_set(why, CE_NOT_FOUND, "the catalogue has no such theme");
    if (!slice_eq(t->code, p->o.theme) || s->format != p->o.kind.format)
        return reason_set(why, CE_CONFLICT, "this batch id was begun for another theme or format");
    if (s->encoding != p->o.kind.encoding)
        return reason_set(
            why, CE_CONFLICT,
            "此批次以另一种编码声明开始 this batch id was begun with another declared "
            "encoding; declare it as the first time, or choose another Batch-Id");
    p->theme = t;
    return 0;
}

static int find_partition(struct published *p, struct reason *why)
{
    int32_t count;
    p->topic = arena_printf(p->arena, TOPIC_SUBMISSIONS "%.*s", FMT_SLICE(p->o.department)).p;
    int r = outbox_partitions(p->o.outbox, p->topic, &count, why);
    if (r == CE_NOT_FOUND)
        return reason_set(
            why, CE_UNAVAILABLE,
            "没有 Kafka 主题 there is no topic %s; `creditctl topics create` makes it", p->topic);
    if (r < 0)
        return not_taken(p, r, why);
    bool stays = p->is_known && p->state.partition < (uint32_t)count;
    p->partition = stays ? (int32_t)p->state.partition : row_message_partition(p->o.batch, count);
    return 0;
}

/* Nothing is sent to where nobody takes it. */
static int check_takes(struct published *p, struct reason *why)
{
    uint64_t next;
    enum stop stop;
    int r = look(p, &next, &stop);
    if (r < 0)
        return reason_set(why, r, "the store cannot be read");
    return stop_stays(stop) ? stands_still(p, stop, why) : 0;
}

static int send_step(struct published *p, const char *step, struct reason *why)
{
    int r;
    row_message_header(&p->message, "upload", slice_of(p->upload_text));
    row_message_header(&p->message, "step", slice_of(step));
    while ((r = published_again(p, why)) == CE_BUSY)
        published_wait(p);
    return r;
}

static int settle(struct published *p, uint64_t *ret_offset, struct reason *why)
{
    int r = sending_settle(p->sending, ret_offset, why);
    return r < 0 ? not_taken(p, r, why) : 0;
}

static void message_begin(struct published *p, uint64_t rows)
{
    row_message_begin(&p->message, slice_of(p->topic), p->o.theme, p->o.batch);
    row_message_header(&p->message, "row", arena_printf(p->look, "%llu", (unsigned long long)rows));
}

static int begin(struct published *p, struct reason *why)
{
    uint64_t offset = 0;
    char kind[] = {p->o.kind.format, p->o.kind.encoding};
    crypt_random(p->upload, sizeof p->upload);
    base32_print(p->upload, sizeof p->upload, p->upload_text);
    message_begin(p, 0);
    row_message_header(&p->message, "kind", slice_make(kind, sizeof kind));
    int r = send_step(p, "begin", why);
    if (r == 0)
        r = settle(p, &offset, why);
    if (r == 0)
        r = await(p, offset, why);
    return r;
}

/* What is behind the beginning: this attempt goes on with the batch, or why it does not. */
static int check_begun(struct published *p, struct reason *why)
{
    if (!p->is_known)
        return reason_set(why, CE_UNAVAILABLE,
                          "上传的开头未被接收，请重新提交 the beginning of this upload was not "
                          "taken, for the theme or the topic is another one by now; send it again");
    int r = check_same(p, why);
    if (r < 0)
        return r;
    if (!p->state.is_published)
        return reason_set(why, CE_CONFLICT, "this batch id was begun by messages");
    if (!p->state.finished.v && memcmp(p->state.upload, p->upload, sizeof p->upload) != 0)
        return reason_set(why, CE_BUSY, "another upload holds this batch");
    return 0;
}

static int open_held(struct published *p, struct reason *why)
{
    uint64_t next;
    enum stop stop;
    int r = look(p, &next, &stop);
    if (r < 0)
        return reason_set(why, r, "the store cannot be read");
    if (p->is_known && !p->state.is_published)
        return CE_EXISTS;
    if (p->is_known)
        r = check_same(p, why);
    if (r < 0 || (p->is_known && p->state.finished.v))
        return r;
    r = find_partition(p, why);
    if (r == 0)
        r = check_takes(p, why);
    if (r == 0)
        r = begin(p, why);
    return r < 0 ? r : check_begun(p, why);
}

int published_open(const struct published_options *o, struct published **ret,
                   struct reason *reterr_why)
{
    if (!o->batch.n || o->batch.n > NAME_BYTES_MAX)
        return reason_set(reterr_why, CE_INVALID, "a batch id has 1 to %d bytes", NAME_BYTES_MAX);
    struct batch_id id = batch_id_make(o->keys, o->department, o->batch);
    int r = writer_hold_batch(o->writer, &id, o->busy_wait_ms);
    if (r < 0)
        return reason_set(reterr_why, r, "another upload holds this batch");
    struct published *p = calloc(1, sizeof *p);
    CHECK(p);
    p->o = *o;
    p->id = id;
    p->arena = arena_create(ARENA_BYTES);
    p->look = arena_create(ARENA_BYTES);
    row_message_init(&p->message);
    p->sending = sending_begin(o->outbox);
    r = open_held(p, reterr_why);
    if (r < 0) {
        published_close(p);
        return r;
    }
    *ret = p;
    return 0;
}

void published_close(struct published *p)
{
    if (!p)
        return;
    sending_end(p->sending);
    writer_let_go(p->o.writer, &p->id);
    row_message_fini(&p->message);
    arena_destroy(p->look);
    arena_destroy(p->arena);
    free(p);
}

const struct batch_state *published_state(const struct published *p)
{
    return &p->state;
}

const struct theme *published_theme(const struct published *p)
{
    return p->theme;
}

/* ---- rows ---- */

int published_again(struct published *p, struct reason *reterr_why)
{
    int r = sending_send(p->sending, &p->message.message, p->partition, reterr_why);
    return r < 0 ? not_taken(p, r, reterr_why) : 0;
}

void published_wait(struct published *p)
{
    sending_wait(p->sending);
}

static void put_body(struct published *p, uint64_t bytes, const uint8_t hash[32])
{
    int n = snprintf(p->body, sizeof p->body, "%llu:", (unsigned long long)bytes);
    hex_print(hash, 32, p->body + n);
    row_message_header(&p->message, "body", slice_of(p->body));
}

int published_row(struct published *p, struct arena *a, const struct raw_row *row,
                  const uint8_t hash[32], struct reason *reterr_why)
{
    row_message_make(&p->message, a, slice_of(p->topic), p->o.theme, p->o.batch, row);
    row_message_header(&p->message, "upload", slice_of(p->upload_text));
    put_body(p, row->end_bytes, hash);
    return published_again(p, reterr_why);
}

/* ---- the end ---- */

int published_settle(struct published *p, struct reason *reterr_why)
{
    uint64_t offset;
    return settle(p, &offset, reterr_why);
}

int published_finish(struct published *p, uint64_t rows, uint64_t bytes, const uint8_t hash[32],
                     struct reason *reterr_why)
{
    uint64_t offset = 0;
    arena_reset(p->look);
    message_begin(p, rows);
    put_body(p, bytes, hash);
    int r = send_step(p, "end", reterr_why);
    if (r == 0)
        r = settle(p, &offset, reterr_why);
    if (r == 0)
        r = await(p, offset, reterr_why);
    if (r < 0)
        return r;
    if (!p->state.finished.v)
        return reason_set(reterr_why, CE_BUSY, "another upload took this batch over");
    /* By this attempt, or by another one behind it: of the same bytes, or it is not this body's. */
    if (p->state.rows_done != rows || memcmp(p->state.hash, hash, sizeof p->state.hash) != 0)
        return reason_set(reterr_why, CE_CONFLICT,
                          "此批次已由另一次上传以不同内容完成，请改用新的 Batch-Id another upload "
                          "finished this batch with other bytes; choose another Batch-Id");
    return 0;
}
