/* What the hand-over between threads promises: order, bounds, nothing lost, and wakers that wake.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include "base/check.h"
#include "base/clock.h"
#include "base/queue.h"
#include "tests/support/test.h"

static void *as_item(uintptr_t v)
{
    return (void *)v;
}

static uintptr_t pop_now(struct queue *q)
{
    void *item;
    EXPECT_OK(queue_pop(q, 0, &item));
    return (uintptr_t)item;
}

TEST(items_leave_in_the_order_in_which_they_came)
{
    AUTO(queue_destroy) struct queue *q = queue_create(3);
    for (uintptr_t round = 0; round < 5; round++) {
        EXPECT_OK(queue_push(q, as_item(round * 10 + 1), 0));
        EXPECT_OK(queue_push(q, as_item(round * 10 + 2), 0));
        EXPECT_EQ(queue_length(q), 2);
        EXPECT_EQ(pop_now(q), round * 10 + 1);
        EXPECT_EQ(pop_now(q), round * 10 + 2);
    }
    EXPECT_EQ(queue_length(q), 0);
}

TEST(a_full_queue_takes_nothing_and_keeps_what_it_has)
{
    AUTO(queue_destroy) struct queue *q = queue_create(2);
    EXPECT_OK(queue_push(q, as_item(1), 0));
    EXPECT_OK(queue_push(q, as_item(2), 0));
    EXPECT_ERR(queue_push(q, as_item(3), 0), CE_TIMEOUT);
    EXPECT_ERR(queue_push(q, as_item(3), 5), CE_TIMEOUT);
    EXPECT_EQ(pop_now(q), 1);
    EXPECT_OK(queue_push(q, as_item(3), 0));
    EXPECT_EQ(pop_now(q), 2);
    EXPECT_EQ(pop_now(q), 3);
}

TEST(waiting_for_an_item_ends_when_the_time_is_up)
{
    AUTO(queue_destroy) struct queue *q = queue_create(1);
    void *item = as_item(77);
    EXPECT_ERR(queue_pop(q, 0, &item), CE_TIMEOUT);
    int64_t start = clock_mono_ms();
    EXPECT_ERR(queue_pop(q, 30, &item), CE_TIMEOUT);
    EXPECT(clock_mono_ms() - start >= 29);
    EXPECT_EQ((uintptr_t)item, 77);
}

TEST(a_closed_queue_gives_what_it_has_and_takes_nothing)
{
    AUTO(queue_destroy) struct queue *q = queue_create(4);
    EXPECT_OK(queue_push(q, as_item(1), 0));
    EXPECT_OK(queue_push(q, as_item(2), 0));
    queue_close(q);
    EXPECT_ERR(queue_push(q, as_item(3), -1), CE_CLOSED);
    EXPECT_EQ(pop_now(q), 1);
    EXPECT_EQ(pop_now(q), 2);
    void *item;
    EXPECT_ERR(queue_pop(q, -1, &item), CE_CLOSED);
    queue_close(q);
    EXPECT_ERR(queue_pop(q, 0, &item), CE_CLOSED);
}

TEST(null_can_be_handed_over_and_no_queue_can_be_destroyed)
{
    queue_destroy(NULL);
    AUTO(queue_destroy) struct queue *q = queue_create(1);
    EXPECT_OK(queue_push(q, NULL, 0));
    void *item = as_item(1);
    EXPECT_OK(queue_pop(q, 0, &item));
    EXPECT(!item);
}

struct waiter {
    pthread_t thread;
    struct queue *q;
    bool pushes;
    int result;
    void *item;
};

static void *wait_for_ever(void *arg)
{
    struct waiter *w = arg;
    w->result = w->pushes ? queue_push(w->q, as_item(9), -1) : queue_pop(w->q, -1, &w->item);
    return NULL;
}

static void waiters_start(struct waiter *w, size_t n, struct queue *q, bool pushes)
{
    for (size_t i = 0; i < n; i++) {
        w[i] = (struct waiter){.q = q, .pushes = pushes, .result = 1};
        EXPECT_EQ(pthread_create(&w[i].thread, NULL, wait_for_ever, &w[i]), 0);
    }
    usleep(5000); /* most of them wait by now; the outcome is the same when one does not */
}

TEST(closing_wakes_all_who_wait_for_an_item)
{
    AUTO(queue_destroy) struct queue *q = queue_create(1);
    struct waiter w[3];
    waiters_start(w, 3, q, false);
    queue_close(q);
    for (int i = 0; i < 3; i++) {
        pthread_join(w[i].thread, NULL);
        EXPECT_ERR(w[i].result, CE_CLOSED);
    }
}

TEST(closing_wakes_all_who_wait_for_room)
{
    AUTO(queue_destroy) struct queue *q = queue_create(1);
    EXPECT_OK(queue_push(q, as_item(1), 0));
    struct waiter w[3];
    waiters_start(w, 3, q, true);
    queue_close(q);
    for (int i = 0; i < 3; i++) {
        pthread_join(w[i].thread, NULL);
        EXPECT_ERR(w[i].result, CE_CLOSED);
    }
    EXPECT_EQ(pop_now(q), 1);
}

TEST(an_item_wakes_one_who_waits_and_room_another)
{
    AUTO(queue_destroy) struct queue *q = queue_create(1);
    struct waiter pops[2];
    waiters_start(pops, 2, q, false);
    EXPECT_OK(queue_push(q, as_item(5), -1));
    EXPECT_OK(queue_push(q, as_item(6), -1));
    for (int i = 0; i < 2; i++) {
        pthread_join(pops[i].thread, NULL);
        EXPECT_OK(pops[i].result);
    }
    EXPECT_EQ((uintptr_t)pops[0].item + (uintptr_t)pops[1].item, 11);
    EXPECT_OK(queue_push(q, as_item(1), 0));
    struct waiter push;
    waiters_start(&push, 1, q, true);
    EXPECT_EQ(pop_now(q), 1);
    pthread_join(push.thread, NULL);
    EXPECT_OK(push.result);
    EXPECT_EQ(pop_now(q), 9);
}

/* Four threads push numbers, three pop them; each number must come out once. */
enum { PUSHERS = 4, POPPERS = 3, EACH = 5000 };

static struct {
    struct queue *q;
    _Atomic unsigned char seen[PUSHERS * EACH];
    _Atomic unsigned next_pusher;
    _Atomic unsigned disorders;
} crowd;

static void *push_many(void *unused)
{
    (void)unused;
    uintptr_t me = atomic_fetch_add(&crowd.next_pusher, 1);
    for (uintptr_t i = 0; i < EACH;) {
        int r = queue_push(crowd.q, as_item(me * EACH + i), i % 3 ? -1 : 1);
        if (r == 0)
            i++;
        else
            CHECK(r == CE_TIMEOUT);
    }
    return NULL;
}

static void *pop_many(void *unused)
{
    (void)unused;
    uintptr_t last[PUSHERS] = {0};
    void *item;
    int r;
    while ((r = queue_pop(crowd.q, 1, &item)) != CE_CLOSED) {
        if (r == CE_TIMEOUT)
            continue;
        uintptr_t v = (uintptr_t)item;
        atomic_fetch_add(&crowd.seen[v], 1);
        /* One popper sees the numbers of one pusher in their order. */
        if (last[v / EACH] > v)
            atomic_fetch_add(&crowd.disorders, 1);
        last[v / EACH] = v;
    }
    return NULL;
}

TEST(in_a_crowd_nothing_is_lost_doubled_or_out_of_order)
{
    crowd.q = queue_create(7);
    pthread_t push[PUSHERS], pop[POPPERS];
    for (int i = 0; i < POPPERS; i++)
        EXPECT_EQ(pthread_create(&pop[i], NULL, pop_many, NULL), 0);
    for (int i = 0; i < PUSHERS; i++)
        EXPECT_EQ(pthread_create(&push[i], NULL, push_many, NULL), 0);
    for (int i = 0; i < PUSHERS; i++)
        pthread_join(push[i], NULL);
    queue_close(crowd.q);
    for (int i = 0; i < POPPERS; i++)
        pthread_join(pop[i], NULL);
    for (size_t i = 0; i < ARRAY_LEN(crowd.seen); i++)
        EXPECT_EQ(crowd.seen[i], 1);
    EXPECT_EQ(crowd.disorders, 0);
    queue_destroy(crowd.q);
}
