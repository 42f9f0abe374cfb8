/* The meeting of a connection that waits and a thread that wakes it. */
#include "tests/support/test.h"
#include "web/flow.h"
#include "web/gate.h"

struct connection {
    int suspended, resumed;
    bool may_not;
};

static bool suspend(void *ctx)
{
    struct connection *c = ctx;
    c->suspended += !c->may_not;
    return !c->may_not;
}

static void resume(void *ctx)
{
    struct connection *c = ctx;
    c->resumed++;
}

TEST(opening_wakes_who_waits)
{
    struct gate g;
    struct connection c = {0};
    gate_init(&g);
    gate_attach(&g, suspend, resume, &c);
    EXPECT_EQ(gate_wait(&g), GATE_WAIT);
    EXPECT_EQ(c.suspended, 1);
    gate_open(&g);
    EXPECT_EQ(c.resumed, 1);
    gate_fini(&g);
}

TEST(opening_before_waiting_is_not_lost)
{
    struct gate g;
    struct connection c = {0};
    gate_init(&g);
    gate_attach(&g, suspend, resume, &c);
    gate_open(&g);
    EXPECT_EQ(gate_wait(&g), GATE_LOOK);
    EXPECT_EQ(c.suspended, 0);
    EXPECT_EQ(gate_wait(&g), GATE_WAIT);
    gate_open(&g);
    gate_open(&g);
    EXPECT_EQ(c.resumed, 1);
    EXPECT_EQ(gate_wait(&g), GATE_LOOK);
    gate_fini(&g);
}

TEST(who_may_not_wait_is_told_to_give_up)
{
    struct gate g;
    struct connection c = {.may_not = true};
    gate_init(&g);
    EXPECT_EQ(gate_wait(&g), GATE_SHUT);
    gate_attach(&g, suspend, resume, &c);
    EXPECT_EQ(gate_wait(&g), GATE_SHUT);
    gate_open(&g);
    EXPECT_EQ(c.resumed, 0);
    gate_fini(&g);
}

TEST(a_connection_that_is_gone_is_not_woken)
{
    struct gate g;
    struct connection c = {0};
    gate_init(&g);
    gate_attach(&g, suspend, resume, &c);
    EXPECT_EQ(gate_wait(&g), GATE_WAIT);
    gate_detach(&g);
    gate_open(&g);
    EXPECT_EQ(c.resumed, 0);
    gate_fini(&g);
}

TEST(text_flows_in_order_and_ends)
{
    struct flow *f = flow_create();
    struct stream s = flow_stream(f);
    AUTO_BUF(b, 1000);
    EXPECT_EQ(s.next(s.ctx, &b), STREAM_WAIT);
    EXPECT(flow_say(f, SLICE("one ")));
    EXPECT(flow_say(f, SLICE("two")));
    EXPECT_EQ(s.next(s.ctx, &b), STREAM_MORE);
    EXPECT_SLICE(buf_slice(&b), "one two");
    EXPECT_EQ(s.next(s.ctx, &b), STREAM_WAIT);
    flow_end(f);
    EXPECT_EQ(s.next(s.ctx, &b), STREAM_END);
    s.close(s.ctx);
}

TEST(who_speaks_learns_that_nobody_listens)
{
    struct flow *f = flow_create();
    struct stream s = flow_stream(f);
    EXPECT(flow_say(f, SLICE("x")));
    s.close(s.ctx);
    EXPECT(!flow_say(f, SLICE("y")));
    flow_end(f);
}
