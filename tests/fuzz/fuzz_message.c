/* Messages of Apache Kafka: whatever headers and value hold, there is one verdict, the same a
 * second time, a rejected one tells why, and an accepted one names its theme.
 *
 *   byte 0        bit 0 a header theme, bits 1-2 headers op, batch and row
 *   up to a 0     header theme (when there is one), op, batch, row, unread
 *   the rest      value */
#include "base/check.h"
#include "ingest/message.h"
#include "ingest/reader.h"
#include "tests/fuzz/fuzz.h"

enum { ARENA_BYTES = 256 << 20 };

struct bench {
    struct arena *memory;
    struct catalogue *catalogue;
    struct keys *keys;
    struct message_judge *judge;
    struct utc_ms received;
};

static struct bench *bench_open(void)
{
    static struct bench b;
    static const uint8_t master[32] = {3};
    struct day born_min;
    struct reason why;
    if (b.memory)
        return &b;
    b.memory = arena_create(CATALOGUE_ARENA_BYTES);
    CHECK(catalogue_load(b.memory, CREDENCE_CATALOGUE_DIR, &b.catalogue, &why) == 0);
    b.keys = keys_fixed(master);
    CHECK(utc_parse(SLICE("2026-06-01T10:00:00+08:00"), &b.received) &&
          day_from_civil(1800, 1, 1, &born_min));
    b.judge = message_judge_create(&(struct message_judge_options){b.keys, born_min});
    message_judge_by(b.judge, b.catalogue);
    return &b;
}

/* Up to the next zero byte. */
static struct slice part(struct slice *rest)
{
    return slice_cut(rest, '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 8192)
        return 0;
    struct bench *b = bench_open();
    struct slice rest = slice_make((const char *)data + 1, n - 1);
    struct message_header headers[6];
    struct message m = {.topic = SLICE("credit.submissions.amr"),
                        .offset = 5,
                        .time = b->received,
                        .time_kind = MESSAGE_TIME_APPENDED,
                        .headers = headers};
    if (data[0] & 1)
        headers[m.header_count++] = (struct message_header){SLICE("theme"), part(&rest)};
    if (data[0] & 2)
        headers[m.header_count++] = (struct message_header){SLICE("op"), part(&rest)};
    if (data[0] & 4) {
        headers[m.header_count++] = (struct message_header){SLICE("batch"), part(&rest)};
        headers[m.header_count++] = (struct message_header){SLICE("row"), part(&rest)};
        headers[m.header_count++] = (struct message_header){SLICE("rows"), part(&rest)};
    }
    if (data[0] & 8)
        headers[m.header_count++] = (struct message_header){SLICE("unread"), part(&rest)};
    m.value = rest;
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct judged row, again;
    struct delivered d, d_again;
    CHECK(message_judge_row(b->judge, a, SLICE("amr"), &m, &row, &d) == 0);
    CHECK(message_judge_row(b->judge, a, SLICE("amr"), &m, &again, &d_again) == 0);
    CHECK(row.row == 5 && row.rejected == again.rejected && d.theme == d_again.theme);
    CHECK(row.rejected == (row.findings && findings_rejects(row.findings)));
    CHECK(slice_eq(d.batch, d_again.batch) && (d.batch.n == 0) == (d.batch_row == 0));
    CHECK(d.received.v == b->received.v && d.tables && d.bytes == m.value.n);
    if (row.rejected)
        return 0;
    CHECK(d.theme && memcmp(row.content, again.content, 16) == 0);
    struct record r;
    CHECK(record_decode(row.bytes, &r) == 0 && r.head.theme == d.theme);
    return 0;
}
