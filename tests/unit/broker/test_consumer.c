/* The consumer where nobody answers; with a broker it is tested by tests/kafka. */
#include "base/clock.h"
#include "broker/consumer.h"
#include "tests/support/test.h"

enum { GENEROUS_MS = 30000 };

/* Port 1 is nobody's. */
static const struct broker_settings nowhere = {{"127.0.0.1:1", 11}, {NULL, 0}};

static struct consumer *consumer_nowhere(void)
{
    struct consumer_options o = {.group = "test"};
    struct consumer *c;
    EXPECT_OK(consumer_create(&nowhere, &o, &c, NULL));
    return c;
}

TEST(that_no_broker_can_be_reached_is_told_with_the_reason)
{
    AUTO(consumer_destroy) struct consumer *c = consumer_nowhere();
    struct reason why = {""};
    int64_t until = clock_mono_ms() + GENEROUS_MS;
    struct consumed *p;
    while (consumer_health(c, &why) == 0 && clock_mono_ms() < until)
        EXPECT_EQ(consumer_poll(c, 10, 50, &p), 0);
    EXPECT_ERR(consumer_health(c, &why), CE_UNAVAILABLE);
    EXPECT(slice_find(slice_of(why.text), SLICE("refused"), 0) >= 0);
}

TEST(questions_end_with_their_time_when_nobody_answers)
{
    AUTO(consumer_destroy) struct consumer *c = consumer_nowhere();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct topic_found *topics;
    size_t count;
    struct watermarks w;
    struct message m;
    int r = consumer_topics(c, a, SLICE("credit."), 200, &topics, &count, NULL);
    EXPECT(r == CE_UNAVAILABLE || r == CE_TIMEOUT);
    r = consumer_watermarks(c, "credit.x", 0, 200, &w, NULL);
    EXPECT(r == CE_UNAVAILABLE || r == CE_TIMEOUT);
    r = consumer_read_at(c, "credit.x", 0, 5, 200, a, &m, NULL);
    EXPECT(r == CE_UNAVAILABLE || r == CE_TIMEOUT);
}

TEST(a_partition_is_assigned_once)
{
    AUTO(consumer_destroy) struct consumer *c = consumer_nowhere();
    struct reason why = {""};
    EXPECT_OK(consumer_assign(c, "t", 0, 0, &why));
    EXPECT_ERR(consumer_assign(c, "t", 0, 5, &why), CE_EXISTS);
    EXPECT_OK(consumer_assign(c, "t", 1, 0, &why));
    EXPECT_OK(consumer_pause(c, "t", 1));
    EXPECT_OK(consumer_resume(c, "t", 1));
    EXPECT_OK(consumer_unassign(c, "t", 0, &why));
    EXPECT_ERR(consumer_unassign(c, "t", 0, &why), CE_NOT_FOUND);
    EXPECT_ERR(consumer_assign(c, "t", 0, -1, &why), CE_INVALID);
    EXPECT_OK(consumer_assign(c, "t", 0, 5, &why));
}

TEST(it_ends_while_nobody_answers)
{
    struct consumer *c = consumer_nowhere();
    EXPECT_OK(consumer_assign(c, "t", 0, 0, NULL));
    struct consumer_position at = {"t", 0, 3};
    consumer_commit(c, &at, 1);
    int64_t began = clock_mono_ms();
    consumer_destroy(c);
    EXPECT(clock_mono_ms() - began < GENEROUS_MS);
}
