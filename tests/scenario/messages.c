/* Partitions without a broker: parcels of messages as the stream makes them, by the real judge and
 * writer. Times go back between partitions, commits fail, catalogues change, batches run across
 * parcels; records, receipts and ledger are as if nothing had been. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "ingest/partition.h"
#include "store/receipts.h"
#include "tests/support/world.h"

enum { HEADERS_MAX = 8, TEXT_MAX = 1024 };
static const char *const topic = "credit.submissions.amr";

/* One partition on its way. */
struct sender {
    struct world *world;
    struct message_judge *judge;
    struct open_partition *partition;
    const struct catalogue *catalogue; /* by which it judges; NULL: the one in force */
    struct utc_ms time;                /* of the next message */
    uint64_t next;
};

static struct sender sender_open(struct world *w, uint32_t partition)
{
    struct sender s = {.world = w, .time = clock_now(&w->clock)};
    struct day born_min;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    s.judge = message_judge_create(&(struct message_judge_options){w->keys, born_min});
    EXPECT_OK(
        partition_open(w->writer, slice_of(topic), partition, SLICE("amr"), 0, &s.partition, NULL));
    s.next = s.partition->state.next;
    return s;
}

static void sender_close(struct sender *s)
{
    partition_close(s->world->writer, s->partition);
    message_judge_destroy(s->judge);
}

/* "theme=…" and so on, separated by blanks. */
static size_t headers_of(char *text, struct message_header *ret)
{
    size_t count = 0;
    for (char *save = NULL, *at = strtok_r(text, " ", &save); at; at = strtok_r(NULL, " ", &save)) {
        struct slice value = slice_of(at), name = slice_cut(&value, '=');
        EXPECT(count < HEADERS_MAX);
        ret[count++] = (struct message_header){name, value};
    }
    return count;
}

struct one {
    const char *headers, *value;
    int64_t skip; /* offsets in front of it that hold nothing */
    int64_t at;   /* its time against the sender's, in ms */
};

/* Sends the messages as one parcel; what the writer says of it when all is committed. */
static int send_all(struct sender *s, const struct one *list, unsigned count)
{
    struct parcel *p = parcel_create();
    const struct catalogue *c = s->catalogue ? s->catalogue : atomic_load(&s->world->in_force.now);
    struct delivery *d = delivery_begin(p, c, s->next);
    message_judge_by(s->judge, c);
    for (unsigned i = 0; i < count; i++) {
        char text[TEXT_MAX];
        struct message_header headers[HEADERS_MAX];
        snprintf(text, sizeof text, "%s", list[i].headers);
        struct message m = {.topic = slice_of(topic),
                            .partition = (int32_t)s->partition->state.partition,
                            .offset = (int64_t)s->next + list[i].skip,
                            .time = {s->time.v + list[i].at},
                            .time_kind = MESSAGE_TIME_APPENDED,
                            .value = slice_of(list[i].value),
                            .headers = headers,
                            .header_count = headers_of(text, headers)};
        EXPECT_OK(message_judge_row(s->judge, p->arena, SLICE("amr"), &m, &p->rows[p->count],
                                    &d->rows[p->count]));
        p->count++;
        s->next = d->next = (uint64_t)m.offset + 1;
        d->last_time = m.time;
        message_known_by(s->world->keys, &m, d->last_hash);
    }
    EXPECT_OK(partition_give(s->world->writer, s->partition, p));
    EXPECT(partition_take_back(s->world->writer, s->partition, true) == p);
    int r = p->result;
    parcel_destroy(p);
    int settled = partition_settle(s->world->writer, s->partition);
    return r < 0 ? r : settled;
}

/* Begins again at what was committed. */
static void sender_again(struct sender *s)
{
    struct utc_ms time = s->time;
    struct world *w = s->world;
    uint32_t partition = s->partition->state.partition;
    sender_close(s);
    *s = sender_open(w, partition);
    s->time = time;
}

/* A penalty; version 0: none. */
static const char *penalty(struct world *w, const char *id, int version, const char *fact)
{
    char code[19];
    world_uscc(1, "91", code);
    struct slice v = version ? arena_printf(w->arena, ",\"_version\":%d", version) : SLICE("");
    return arena_printf(w->arena,
                        "{\"CF_WSH\":\"穗处〔2025〕%s号\",\"CF_XDR_MC\":\"广州甲乙丙商店\","
                        "\"CF_XDR_LB\":\"法人及非法人组织\",\"CF_XDR_SHXYM\":\"%s\","
                        "\"CF_FRDB\":\"某甲\",\"CF_WFXW\":\"无照经营\",\"CF_SY\":\"%s\","
                        "\"CF_YJ\":\"条例\",\"CF_CFLB\":\"罚款\",\"CF_NR\":\"罚款二千元\","
                        "\"CF_NR_FK\":\"0.2\",\"CF_JDRQ\":\"2025-03-02\",\"CF_YXQ\":\"2026-03-01\","
                        "\"CF_GSJZQ\":\"2026-03-01\",\"CF_CFJG\":\"某局\",\"CF_CFJGDM\":"
                        "\"11440106YY000001XG\",\"CF_SJLY\":\"某局\",\"CF_SJLYDM\":"
                        "\"11440106YY000001XG\",\"_id\":\"%s\"%.*s}",
                        id, code, fact, id, FMT_SLICE(v))
        .p;
}

static struct partition_state state_of(struct world *w, uint32_t partition)
{
    struct partition_state s;
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(partition_state_get(v, w->arena, slice_of(topic), partition, &s));
    view_close(v);
    return s;
}

static struct totals batch_totals(struct world *w, const char *name)
{
    struct batch_id id = batch_id_make(w->keys, SLICE("amr"), slice_of(name));
    return world_totals(w, &id);
}

#define PENALTY "theme=amr-penalty"

TEST(times_may_go_back_between_partitions_and_the_newest_version_holds)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0), b = sender_open(w, 1);
    b.time.v -= 3600 * 1000; /* an hour behind */
    struct one first[] = {{PENALTY, penalty(w, "R1", 0, "X"), 0, 0},
                          {PENALTY, penalty(w, "R2", 1, "X"), 0, 0},
                          {PENALTY, penalty(w, "R3", 1, "X"), 0, 0}};
    EXPECT_OK(send_all(&a, first, 3));
    /* Without a version the earlier time is stale; with one it holds, and was current from when it
     * came, not from before what it took the place of. */
    struct one second[] = {{PENALTY, penalty(w, "R1", 0, "Y"), 0, 0},
                           {PENALTY, penalty(w, "R2", 2, "Y"), 0, 0},
                           {PENALTY " op=revoke", penalty(w, "R3", 2, "Y"), 0, 0}};
    EXPECT_OK(send_all(&b, second, 3));
    struct totals t = state_of(w, 1).totals;
    EXPECT_EQ(t.stale, 1);
    EXPECT_EQ(t.changed, 2);
    world_check(w);
    struct one third[] = {{PENALTY, penalty(w, "R2", 3, "Z"), 0, 0},
                          {PENALTY, penalty(w, "R3", 3, "Z"), 0, 0}};
    EXPECT_OK(send_all(&b, third, 2));
    world_check(w);
    sender_close(&a);
    sender_close(&b);
    world_close(w);
}

TEST(a_rise_by_time_alone_counts_because_what_lies_between_may_still_come)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0), b = sender_open(w, 1);
    struct one x = {PENALTY, penalty(w, "R1", 0, "X"), 0, 0};
    struct one x_later = {PENALTY, penalty(w, "R1", 0, "X"), 0, 2000};
    struct one y_between = {PENALTY, penalty(w, "R1", 0, "Y"), 0, 1000};
    EXPECT_OK(send_all(&a, &x, 1));
    EXPECT_OK(send_all(&a, &x_later, 1));
    EXPECT_EQ(state_of(w, 0).totals.duplicate, 1);
    EXPECT_OK(send_all(&b, &y_between, 1));
    EXPECT_EQ(state_of(w, 1).totals.stale, 1);
    world_check(w);
    sender_close(&a);
    sender_close(&b);
    world_close(w);
}

TEST(the_receipt_of_a_partition_covers_every_offset)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct one list[] = {{PENALTY, penalty(w, "R1", 1, "X"), 3, 0},
                         {"", "{}", 0, 0},
                         {PENALTY, penalty(w, "R1", 1, "X"), 5, 0}};
    EXPECT_OK(send_all(&a, list, 3));
    EXPECT_OK(send_all(&a, list, 1));
    struct partition_state s = state_of(w, 0);
    EXPECT_EQ(s.next, 15);
    EXPECT_EQ(s.totals.received, 4);
    struct view *v;
    uint64_t from, end;
    struct totals t;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(receipts_extent(v, s.number, &from, &end));
    EXPECT_EQ(from, 0);
    EXPECT_EQ(end, 15);
    EXPECT_OK(receipts_totals(v, s.number, &t));
    EXPECT_EQ(t.rejected, 1);
    EXPECT_EQ(t.duplicate, 2);
    view_close(v);
    world_check(w);
    sender_close(&a);
    world_close(w);
}

TEST(rows_of_a_batch_are_counted_in_it_the_first_time_alone)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct one list[] = {{PENALTY " batch=b row=1", penalty(w, "R1", 1, "X"), 0, 0},
                         {PENALTY " batch=b row=2", "{\"x\"", 0, 0},
                         {PENALTY " batch=other row=1 rows=1", penalty(w, "R1", 2, "Y"), 0, 0},
                         {PENALTY " batch=b row=5 rows=5", penalty(w, "R2", 1, "X"), 0, 0}};
    EXPECT_OK(send_all(&a, list, 3));
    EXPECT_OK(send_all(&a, list, 2)); /* a sender that began again */
    EXPECT_OK(send_all(&a, list + 3, 1));
    struct totals b = batch_totals(w, "b"), other = batch_totals(w, "other");
    struct totals all = state_of(w, 0).totals;
    EXPECT_EQ(b.received, 3);
    EXPECT_EQ(b.stored, 2);
    EXPECT_EQ(b.rejected, 1);
    EXPECT_EQ(other.changed, 1);
    EXPECT_EQ(all.received, 6);
    EXPECT_EQ(all.duplicate, 2);
    EXPECT_EQ(all.rejected, 1);
    world_check(w);
    struct batch_id id = batch_id_make(w->keys, SLICE("amr"), SLICE("b"));
    EXPECT(slice_find(world_receipt(w, &id), SLICE("json.invalid"), 0) > 0);
    EXPECT(slice_find(world_rejects(w, &id), SLICE("{\"\"x\"\""), 0) > 0);
    sender_close(&a);
    world_restart(w);
    world_check(w);
    /* A file may not take it over. */
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "b", slice_of("CF_WSH\n1\n"), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    world_close(w);
}

#define ONE PENALTY " batch=u upload=aaaaaaaaaaaaaaaa"
#define TWO PENALTY " batch=u upload=bbbbbbbbbbbbbbbb"
#define BODY "0000000000000000000000000000000000000000000000000000000000000000"

static struct batch_state batch_of(struct world *w, const char *name)
{
    struct batch_id id = batch_id_make(w->keys, SLICE("amr"), slice_of(name));
    struct batch_state s;
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(batch_state_get(v, w->arena, &id, &s));
    view_close(v);
    return s;
}

/* A process dies with rows under way, and its successor begins where the store stands: what still
 * comes of the first is none, wherever commits lie. */
TEST(rows_of_an_attempt_that_is_over_are_no_rows)
{
    enum { MESSAGES = 12 };
    char digest[65] = "";
    for (unsigned cut = 1; cut <= MESSAGES; cut++) {
        struct world *w = world_open();
        struct one list[MESSAGES] = {
            {ONE " step=begin row=0 kind=ca", "", 0, 0},
            {ONE " row=1 body=10:" BODY, penalty(w, "R1", 1, "X"), 0, 0},
            {ONE " row=2 body=20:" BODY, penalty(w, "R2", 1, "X"), 0, 0},
            {TWO " step=begin row=0 kind=ca", "", 0, 0},
            {ONE " row=3 body=30:" BODY, penalty(w, "R3", 1, "late"), 0, 0},
            {ONE " step=end row=3 body=30:" BODY, "", 0, 0},
            {TWO " row=3 body=31:" BODY, penalty(w, "R3", 1, "X"), 0, 0},
            {TWO " row=3 body=31:" BODY, penalty(w, "R3", 2, "again"), 0, 0},
            {TWO " row=5 body=51:" BODY, penalty(w, "R5", 1, "behind a gap"), 0, 0},
            {TWO " step=end row=3 body=40:" BODY, "", 0, 5000},
            {ONE " step=begin row=0 kind=ca", "", 0, 0},
            {ONE " row=4 body=40:" BODY, penalty(w, "R4", 1, "X"), 0, 0},
        };
        struct sender a = sender_open(w, 0);
        for (unsigned at = 0; at < MESSAGES; at += cut)
            EXPECT_OK(send_all(&a, list + at, at + cut < MESSAGES ? cut : MESSAGES - at));
        struct batch_state s = batch_of(w, "u");
        EXPECT_EQ(s.rows_done, 3);
        EXPECT_EQ(s.totals.stored, 3);
        EXPECT_EQ(s.totals.received, 3);
        EXPECT_EQ(s.format, 'c');
        EXPECT_EQ(s.encoding, 'a');
        EXPECT_EQ(s.bytes_done, 40);
        EXPECT_EQ(s.upload[0], 0x08); /* b… */
        EXPECT(s.is_published);
        EXPECT_EQ(s.received.v, a.time.v);
        EXPECT_EQ(s.finished.v, a.time.v + 5000); /* not when it was read */
        EXPECT_EQ(state_of(w, 0).totals.received, 3);
        EXPECT_EQ(state_of(w, 0).next, MESSAGES);
        world_check(w);
        sender_close(&a);
        world_restart(w);
        world_check(w);
        if (digest[0])
            EXPECT_STR(world_digest(w), digest);
        snprintf(digest, sizeof digest, "%s", world_digest(w));
        world_close(w);
    }
}

TEST(an_upload_whose_beginning_is_not_there_is_no_batch)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct one list[] = {{ONE " row=1 body=10:" BODY, penalty(w, "R1", 1, "X"), 0, 0},
                         {ONE " step=end row=1 body=10:" BODY, "", 0, 0},
                         {PENALTY " batch=u upload=short row=1 body=1:" BODY, "{}", 0, 0},
                         {ONE " step=begin row=0 kind=xx", "", 0, 0},
                         {ONE " step=other row=0 body=1:" BODY, "", 0, 0}};
    EXPECT_OK(send_all(&a, list, 5));
    EXPECT_EQ(state_of(w, 0).totals.received, 3); /* those that cannot be understood */
    EXPECT_EQ(state_of(w, 0).totals.rejected, 3);
    struct batch_id id = batch_id_make(w->keys, SLICE("amr"), SLICE("u"));
    struct batch_state s;
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_ERR(batch_state_get(v, w->arena, &id, &s), CE_NOT_FOUND);
    view_close(v);
    world_check(w);
    sender_close(&a);
    world_close(w);
}

/* Without brokers it cannot go on: its rows would be counted another way. */
TEST(an_upload_that_was_published_is_not_taken_over_without_brokers)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct one list[] = {{ONE " step=begin row=0 kind=ca", "", 0, 0},
                         {ONE " step=end row=0 body=0:"
                              "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                          "", 0, 0}};
    struct batch_id id;
    EXPECT_OK(send_all(&a, list, 1));
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "u", SLICE(""), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    EXPECT_OK(send_all(&a, list + 1, 1));
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "u", SLICE(""), SIZE_MAX, &id), SUBMISSION_DONE);
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "u", SLICE("CF_WSH\n"), SIZE_MAX, &id),
              SUBMISSION_CONFLICT);
    world_check(w);
    sender_close(&a);
    world_close(w);
}

TEST(a_batch_that_a_file_began_keeps_its_own_account)
{
    struct world *w = world_open();
    struct batch_id id;
    EXPECT_EQ(world_try(w, NULL, "amr-penalty", "f", slice_of("CF_WSH,_id\n1,2\n"), SIZE_MAX, &id),
              SUBMISSION_DONE);
    struct sender a = sender_open(w, 0);
    struct one one = {PENALTY " batch=f row=1", penalty(w, "R1", 1, "X"), 0, 0};
    EXPECT_OK(send_all(&a, &one, 1));
    EXPECT_EQ(world_totals(w, &id).received, 1);
    EXPECT_EQ(state_of(w, 0).totals.stored, 1);
    world_check(w);
    sender_close(&a);
    world_close(w);
}

TEST(what_another_catalogue_judged_comes_back_unapplied)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct catalogue other = *w->catalogue;
    struct one one = {PENALTY, penalty(w, "R1", 1, "X"), 0, 0};
    a.catalogue = &other;
    EXPECT_ERR(send_all(&a, &one, 1), CE_CONFLICT);
    a.catalogue = NULL;
    EXPECT_ERR(send_all(&a, &one, 1), CE_CONFLICT); /* nor what was given behind it */
    EXPECT_EQ(state_of(w, 0).next, 0);
    sender_again(&a);
    EXPECT_OK(send_all(&a, &one, 1));
    EXPECT_EQ(state_of(w, 0).totals.stored, 1);
    world_check(w);
    sender_close(&a);
    world_close(w);
}

TEST(whichever_commit_fails_the_messages_come_again_and_are_counted_once)
{
    for (int pass = 1; pass <= 3; pass++) {
        struct world *w = world_open();
        w->gear = 1; /* a run has faults of its own */
        world_restart(w);
        struct sender a = sender_open(w, 0);
        struct partition_state now;
        unsigned failed = 0;
        fault_arm(FAULT_COMMIT_FAILS, pass);
        for (unsigned i = 0; i < 4;) {
            char id[8];
            snprintf(id, sizeof id, "R%u", i);
            char headers[64];
            snprintf(headers, sizeof headers, PENALTY " batch=b row=%u", i + 1);
            struct one one = {headers, penalty(w, id, 1, "X"), 0, 0};
            if (send_all(&a, &one, 1) == 0) {
                i++;
                continue;
            }
            failed++;
            EXPECT(partition_now(w->writer, a.partition, &now) < 0);
            while (!writer_is_well(w->writer))
                continue;
            sender_again(&a);
            EXPECT_EQ(a.next, i);
        }
        fault_arm(FAULT_COMMIT_FAILS, -1);
        EXPECT_EQ(failed, 1);
        EXPECT_EQ(batch_totals(w, "b").stored, 4);
        EXPECT_EQ(state_of(w, 0).totals.received, 4);
        world_check(w);
        sender_close(&a);
        world_close(w);
    }
}

TEST(a_stop_is_kept_and_whatever_is_taken_ends_one_that_ends_by_itself)
{
    struct world *w = world_open();
    struct sender a = sender_open(w, 0);
    struct one one = {PENALTY, penalty(w, "R1", 1, "X"), 0, 0};
    EXPECT_OK(send_all(&a, &one, 1));
    EXPECT_OK(partition_stop(w->writer, a.partition, STOP_GONE, 0, NULL));
    sender_again(&a);
    EXPECT_EQ(a.partition->state.stop, STOP_GONE);
    EXPECT(a.partition->state.stopped.v > 0);
    EXPECT_OK(send_all(&a, &one, 1));
    EXPECT_EQ(state_of(w, 0).stop, STOP_NONE);
    EXPECT_OK(partition_stop(w->writer, a.partition, STOP_GAP, 7, NULL));
    EXPECT_EQ(state_of(w, 0).gap, 7);
    EXPECT(stop_stays(STOP_GAP) && !stop_stays(STOP_GONE) && !stop_stays(STOP_NONE));
    world_check(w);
    sender_close(&a);
    world_close(w);
}

TEST(old_receipts_of_a_partition_go_and_its_counts_stay)
{
    struct world *w = world_open();
    w->receipt_days = 30;
    world_restart(w);
    struct sender a = sender_open(w, 0);
    struct one list[] = {{PENALTY " batch=b row=1", penalty(w, "R1", 1, "X"), 0, 0},
                         {PENALTY, "{", 0, 0}};
    EXPECT_OK(send_all(&a, list, 2));
    clock_set(&w->clock, (struct utc_ms){clock_now(&w->clock).v + 31 * INT64_C(86400000)});
    a.time = clock_now(&w->clock);
    EXPECT_OK(send_all(&a, list, 1));
    EXPECT_OK(send_all(&a, list, 1));
    struct partition_state s = state_of(w, 0);
    struct view *v;
    uint64_t from, end;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(receipts_extent(v, s.number, &from, &end));
    EXPECT_EQ(from, 2);
    EXPECT_EQ(end, 4);
    view_close(v);
    EXPECT_EQ(s.totals.received, 4);
    world_check(w);
    sender_close(&a);
    world_close(w);
}
