/* The producer where nobody answers; with a broker it is tested by tests/kafka. */
#include "broker/producer.h"
#include "tests/support/test.h"

enum { GENEROUS_MS = 30000, MESSAGES = 3 };

static const struct broker_settings nowhere = {{"127.0.0.1:1", 11}, {NULL, 0}};

struct told {
    size_t count;
    uint64_t tags;
    int err;
};

static void on_delivered(void *ctx, uint64_t tag, int err, int32_t partition, int64_t offset,
                         const char *why)
{
    struct told *told = ctx;
    (void)partition;
    (void)offset;
    (void)why;
    told->count++;
    told->tags += tag;
    told->err = err;
}

TEST(every_message_that_nobody_takes_is_told)
{
    struct told told = {0};
    struct producer_options o = {.delivered = on_delivered, .ctx = &told, .give_up_ms = 500};
    AUTO(producer_destroy) struct producer *p = NULL;
    EXPECT_OK(producer_create(&nowhere, &o, &p, NULL));
    struct message m = {.topic = SLICE("t"), .value = SLICE("{}")};
    for (uint64_t i = 1; i <= MESSAGES; i++)
        EXPECT_OK(producer_send(p, &m, 0, i, NULL));
    EXPECT(producer_waiting(p) >= MESSAGES);
    EXPECT_ERR(producer_flush(p, 0), CE_TIMEOUT);
    EXPECT_OK(producer_flush(p, GENEROUS_MS));
    EXPECT_EQ(told.count, MESSAGES);
    EXPECT_EQ(told.tags, 6);
    EXPECT_EQ(told.err, CE_TIMEOUT);
}

TEST(a_message_over_the_limit_is_refused_at_once)
{
    struct told told = {0};
    struct producer_options o = {.delivered = on_delivered, .ctx = &told};
    AUTO(producer_destroy) struct producer *p = NULL;
    EXPECT_OK(producer_create(&nowhere, &o, &p, NULL));
    static char big[PRODUCER_MESSAGE_BYTES_MAX];
    struct message m = {.topic = SLICE("t"), .value = slice_make(big, sizeof big)};
    EXPECT_ERR(producer_send(p, &m, 0, 0, NULL), CE_TOO_LARGE);
}

TEST(a_full_queue_says_so)
{
    struct told told = {0};
    struct producer_options o = {
        .delivered = on_delivered, .ctx = &told, .queue_bytes = 1 << 20, .give_up_ms = 500};
    AUTO(producer_destroy) struct producer *p = NULL;
    EXPECT_OK(producer_create(&nowhere, &o, &p, NULL));
    static char big[400 << 10];
    struct message m = {.topic = SLICE("t"), .value = slice_make(big, sizeof big)};
    EXPECT_OK(producer_send(p, &m, 0, 0, NULL));
    EXPECT_OK(producer_send(p, &m, 0, 0, NULL));
    EXPECT_ERR(producer_send(p, &m, 0, 0, NULL), CE_BUSY);
}
