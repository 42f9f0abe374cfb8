/* Sorting more than fits into memory. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/sorter.h"
#include "base/wire.h"
#include "tests/support/test.h"

static struct sorter *fresh(void)
{
    struct sorter *s;
    char path[256];
    snprintf(path, sizeof path, "%s/runs", test_tempdir());
    EXPECT_OK(sorter_create(path, &s, NULL));
    EXPECT_EQ(access(path, F_OK), -1); /* it goes with the process */
    return s;
}

/* The numbers from `from` to below `to` in a scattered order; the value has the number's text and
 * up to a thousand bytes behind it. */
static void scatter(struct sorter_pen *p, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        unsigned n = from + (unsigned)((uint64_t)(i - from) * 7919 % (to - from));
        char key[16], value[1200] = "";
        memset(key, 'k', 8); /* the first bytes say nothing */
        be64_put(key + 8, n);
        int text = snprintf(value, sizeof value, "%u", n);
        EXPECT_OK(sorter_pen_put(p, slice_make(key, sizeof key),
                                 slice_make(value, (size_t)text + n % 1000)));
    }
}

static void expect_all(struct sorter *s, unsigned count)
{
    struct slice key, value;
    for (unsigned n = 0; n < count; n++) {
        char text[16];
        int digits = snprintf(text, sizeof text, "%u", n);
        EXPECT_EQ(sorter_next(s, &key, &value), 1);
        EXPECT_EQ(be64_get(key.p + 8), n);
        EXPECT_EQ(value.n, (size_t)digits + n % 1000);
        EXPECT(memcmp(value.p, text, (size_t)digits) == 0);
    }
    EXPECT_EQ(sorter_next(s, &key, &value), 0);
    EXPECT_EQ(sorter_next(s, &key, &value), 0);
}

TEST(what_is_a_hundred_times_its_memory_comes_back_in_order)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    struct sorter_pen *p = sorter_pen_create(s, 100 * 1024);
    scatter(p, 0, 20000);
    EXPECT_OK(sorter_pen_end(p));
    EXPECT(sorter_bytes(s) > 10 * 1024 * 1024);
    EXPECT_OK(sorter_read(s, 64 * 1024));
    expect_all(s, 20000);
}

TEST(what_fits_into_memory_comes_back_in_order_too)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    struct sorter_pen *p = sorter_pen_create(s, 8 << 20);
    scatter(p, 0, 1000);
    EXPECT_OK(sorter_pen_end(p));
    EXPECT_OK(sorter_read(s, 1 << 20));
    expect_all(s, 1000);
}

struct share {
    struct sorter *s;
    unsigned from, to;
};

static void *fill(void *ctx)
{
    struct share *one = ctx;
    struct sorter_pen *p = sorter_pen_create(one->s, 64 * 1024);
    scatter(p, one->from, one->to);
    EXPECT_OK(sorter_pen_end(p));
    return NULL;
}

TEST(several_threads_fill_one_order)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    pthread_t threads[4];
    struct share shares[4];
    for (unsigned i = 0; i < 4; i++) {
        shares[i] = (struct share){s, i * 2000, (i + 1) * 2000};
        EXPECT_EQ(pthread_create(&threads[i], NULL, fill, &shares[i]), 0);
    }
    for (unsigned i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    EXPECT_OK(sorter_read(s, 1 << 20));
    expect_all(s, 8000);
}

TEST(a_shorter_key_stands_before_those_that_go_on_from_it)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    struct sorter_pen *p = sorter_pen_create(s, 1 << 20);
    static const char zeros[3] = {'a', 0, 0};
    EXPECT_OK(sorter_pen_put(p, slice_make(zeros, 3), SLICE("3")));
    EXPECT_OK(sorter_pen_put(p, slice_make(zeros, 1), SLICE("1")));
    EXPECT_OK(sorter_pen_put(p, slice_make(zeros, 2), SLICE("2")));
    EXPECT_OK(sorter_pen_end(p));
    EXPECT_OK(sorter_read(s, 1 << 20));
    struct slice key, value;
    for (char n = '1'; n <= '3'; n++) {
        EXPECT_EQ(sorter_next(s, &key, &value), 1);
        EXPECT_SAME(value, slice_make(&n, 1));
    }
}

TEST(a_pair_larger_than_what_is_read_ahead_comes_whole)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    size_t n = 3 << 20;
    char *large = malloc(n);
    memset(large, 'x', n);
    large[n - 1] = 'y';
    struct sorter_pen *p = sorter_pen_create(s, 8 << 20);
    for (char c = 'e'; c >= 'a'; c--)
        EXPECT_OK(sorter_pen_put(p, slice_make(&c, 1), slice_make(large, n)));
    EXPECT_OK(sorter_pen_end(p));
    EXPECT_OK(sorter_read(s, 0));
    struct slice key, value;
    for (char c = 'a'; c <= 'e'; c++) {
        EXPECT_EQ(sorter_next(s, &key, &value), 1);
        EXPECT_SAME(key, slice_make(&c, 1));
        EXPECT(value.n == n && memcmp(value.p, large, n) == 0);
    }
    free(large);
}

TEST(a_pair_that_no_pen_holds_is_told_and_nothing_is_taken_behind_it)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    static const char large[70000];
    struct sorter_pen *p = sorter_pen_create(s, 64 * 1024);
    EXPECT_ERR(sorter_pen_put(p, SLICE("k"), slice_make(large, sizeof large)), CE_TOO_LARGE);
    EXPECT_ERR(sorter_pen_put(p, SLICE("k"), SLICE("v")), CE_TOO_LARGE);
    EXPECT_ERR(sorter_pen_end(p), CE_TOO_LARGE);
}

TEST(a_sorter_without_pairs_is_at_its_end)
{
    AUTO(sorter_destroy) struct sorter *s = fresh();
    struct slice key, value;
    EXPECT_OK(sorter_pen_end(sorter_pen_create(s, 1 << 20)));
    EXPECT_OK(sorter_pen_end(NULL));
    EXPECT_OK(sorter_read(s, 1 << 20));
    EXPECT_EQ(sorter_next(s, &key, &value), 0);
}

TEST(a_folder_that_is_not_there_is_told_by_its_path)
{
    struct sorter *s;
    struct reason why;
    EXPECT_ERR(sorter_create("/nowhere/runs", &s, &why), CE_IO);
    EXPECT(strstr(why.text, "/nowhere/runs"));
}
