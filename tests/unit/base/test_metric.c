/* Counting, also from several threads, and the text that a scraper reads. */
#include <pthread.h>

#include "base/metric.h"
#include "tests/support/test.h"

static size_t count_of(struct slice text, const char *what)
{
    size_t n = 0;
    for (ptrdiff_t at = 0; (at = slice_find(text, slice_of(what), (size_t)at)) >= 0; at++)
        n++;
    return n;
}

TEST(a_counter_adds_and_a_gauge_is_set)
{
    int64_t before = metric_get(METRIC_COMMITS);
    metric_add(METRIC_COMMITS, 3);
    metric_add(METRIC_COMMITS, 4);
    EXPECT_EQ(metric_get(METRIC_COMMITS), before + 7);
    metric_set(METRIC_QUEUE_PARCELS, 12);
    metric_set(METRIC_QUEUE_PARCELS, 5);
    metric_add(METRIC_QUEUE_PARCELS, -1);
    EXPECT_EQ(metric_get(METRIC_QUEUE_PARCELS), 4);
}

static void *add_many(void *unused)
{
    (void)unused;
    for (int i = 0; i < 10000; i++)
        metric_add(METRIC_ROWS_STORED, 1);
    return NULL;
}

TEST(nothing_is_lost_when_threads_count_together)
{
    metric_set(METRIC_ROWS_STORED, 0);
    pthread_t threads[4];
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        EXPECT_EQ(pthread_create(&threads[i], NULL, add_many, NULL), 0);
    for (size_t i = 0; i < ARRAY_LEN(threads); i++)
        pthread_join(threads[i], NULL);
    EXPECT_EQ(metric_get(METRIC_ROWS_STORED), 40000);
}

TEST(a_family_is_explained_once_and_its_samples_stand_together)
{
    metric_set(METRIC_ROWS_STORED, 11);
    metric_set(METRIC_ROWS_CHANGED, 22);
    AUTO_BUF(b, 64 * 1024);
    metric_expose(&b);
    EXPECT_OK(b.err);
    struct slice text = buf_slice(&b);
    EXPECT_EQ(count_of(text, "# HELP credence_rows_total "), 1);
    EXPECT_EQ(count_of(text, "# TYPE credence_rows_total counter\n"), 1);
    EXPECT_EQ(count_of(text, "\ncredence_rows_total{verdict=\"stored\"} 11\n"
                             "credence_rows_total{verdict=\"changed\"} 22\n"),
              1);
    EXPECT_EQ(count_of(text, "# TYPE credence_writer_queue_parcels gauge\n"), 1);
}

TEST(every_metric_is_exposed_with_its_value)
{
    for (int m = 0; m < METRIC_COUNT; m++)
        metric_set((enum metric)m, 1000 + m);
    AUTO_BUF(b, 64 * 1024);
    metric_expose(&b);
    for (int m = 0; m < METRIC_COUNT; m++) {
        char value[32];
        snprintf(value, sizeof value, " %d\n", 1000 + m);
        EXPECT_EQ(count_of(buf_slice(&b), value), 1);
    }
    EXPECT(slice_ends(buf_slice(&b), SLICE("\n")));
}

TEST(the_rows_of_a_family_agree_in_kind_and_help)
{
    static const struct {
        const char *name, *kind, *help;
    } rows[] = {
#define METRIC(id, name, kind, help) {name, #kind, help},
#include "base/metric.def"
#undef METRIC
    };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        for (size_t j = 0; j < i; j++) {
            struct slice a = slice_of(rows[i].name), b = slice_of(rows[j].name);
            EXPECT(!slice_eq(a, b));
            if (!slice_eq(slice_cut(&a, '{'), slice_cut(&b, '{')))
                continue;
            EXPECT_STR(rows[i].kind, rows[j].kind);
            EXPECT_STR(rows[i].help, rows[j].help);
        }
    }
}
