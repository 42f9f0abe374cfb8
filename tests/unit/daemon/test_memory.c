/* One figure divided: sums, bounds, and plans that must not change by accident. */
#include <string.h>

#include "daemon/memory.h"
#include "tests/support/test.h"

#define MIB (INT64_C(1) << 20)

static struct memory_plan plan(int64_t mib)
{
    struct memory_plan p;
    struct reason why = {""};
    if (memory_plan_make(mib * MIB, 2, 4, false, &p, &why) < 0)
        FAIL("%s", why.text);
    return p;
}

TEST(the_parts_are_the_whole)
{
    for (int64_t mib = memory_least(2, 4, false) / MIB; mib < 40000; mib += 97) {
        struct memory_plan p = plan(mib);
        int64_t sum = 0;
        for (int i = 0; i < MEMORY_PARTS; i++) {
            EXPECT(p.parts[i] > 0 || i == MEMORY_STREAM);
            sum += p.parts[i];
        }
        EXPECT_EQ(sum, mib * MIB);
        EXPECT_EQ(p.total, mib * MIB);
    }
}

TEST(with_more_memory_no_part_has_less)
{
    int64_t first = memory_least(2, 4, false) / MIB;
    struct memory_plan before = plan(first);
    for (int64_t mib = first + 64; mib < 40000; mib += 64) {
        struct memory_plan p = plan(mib);
        for (int i = 0; i < MEMORY_PARTS; i++)
            EXPECT(p.parts[i] >= before.parts[i]);
        EXPECT(p.uploads >= before.uploads && p.connections >= before.connections);
        before = p;
    }
}

TEST(what_modules_are_told_fits_into_their_parts)
{
    static const int64_t sizes[] = {256, 384, 1024, 2048, 16384, 262144};
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        struct memory_plan p = plan(sizes[i]);
        EXPECT(p.cache_bytes < p.parts[MEMORY_CACHE]);
        EXPECT(p.buffer_bytes * 3 / 2 <= p.parts[MEMORY_BUFFERS]);
        EXPECT(p.commit_bytes * 2 < p.parts[MEMORY_COMMIT]);
        EXPECT(p.run_bytes / 3 * 4 <= p.parts[MEMORY_COMMIT]);
        EXPECT(p.queue_bytes <= p.parts[MEMORY_QUEUE]);
        EXPECT(p.parcel_bytes <= p.queue_bytes);
        EXPECT(memory_uploads_bytes(p.uploads) < p.parts[MEMORY_UPLOADS]);
        EXPECT(p.uploads * p.parcel_bytes < p.parts[MEMORY_UPLOADS]);
        EXPECT(memory_connections_bytes(p.connections) <= p.parts[MEMORY_CONNECTIONS]);
        EXPECT(p.unsent_bytes + 2 * p.check_bytes < p.parts[MEMORY_ANSWERS]);
        EXPECT(p.kept_bytes <= p.parts[MEMORY_KEPT]);
        EXPECT(p.turns >= 1 && p.turns <= p.uploads && p.uploads <= 64);
    }
}

TEST(plans_do_not_change_by_accident)
{
    static const struct {
        int64_t mib, cache, buffers, commit, run, queue, kept;
        unsigned uploads, connections, files;
    } golden[] = {
        {256, 18, 12, 3, 0, 7, 0, 3, 100, 128},
        {2048, 235, 168, 52, 293, 64, 175, 56, 1347, 842},
        {16384, 10394, 192, 64, 384, 64, 1024, 64, 10000, 7114},
    };
    for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
        struct memory_plan p = plan(golden[i].mib);
        EXPECT_EQ(p.cache_bytes / MIB, golden[i].cache);
        EXPECT_EQ(p.buffer_bytes / MIB, golden[i].buffers);
        EXPECT_EQ(p.commit_bytes / MIB, golden[i].commit);
        EXPECT_EQ(p.run_bytes / MIB, golden[i].run);
        EXPECT_EQ(p.queue_bytes / MIB, golden[i].queue);
        EXPECT_EQ(p.kept_bytes / MIB, golden[i].kept);
        EXPECT_EQ(p.uploads, golden[i].uploads);
        EXPECT_EQ(p.connections, golden[i].connections);
        EXPECT_EQ(p.open_files, golden[i].files);
    }
}

TEST(too_little_is_refused_with_the_least_that_works)
{
    struct memory_plan p;
    struct reason why = {""};
    char least[40];
    EXPECT_ERR(memory_plan_make(memory_least(2, 4, false) - MIB, 2, 4, false, &p, &why),
               CE_INVALID);
    snprintf(least, sizeof least, "the least is %lld MiB",
             (long long)(memory_least(2, 4, false) / MIB));
    EXPECT(strstr(why.text, least) != NULL);
    EXPECT(strstr(why.text, "catalogue") != NULL);
    EXPECT_OK(memory_plan_make(memory_least(2, 4, false), 2, 4, false, &p, &why));
}

TEST(more_threads_need_more)
{
    EXPECT(memory_least(4, 8, false) > memory_least(2, 4, false));
    EXPECT(memory_least(64, 64, false) < 1536 * MIB);
}

TEST(the_plan_is_printed_with_a_line_for_each_part)
{
    AUTO_BUF(text, 16 * 1024);
    struct memory_plan p = plan(2048);
    memory_plan_print(&p, &text);
    EXPECT(slice_starts(buf_slice(&text), SLICE("memory   2048.0 MiB\n  program ")));
    for (int i = 0; i < MEMORY_PARTS; i++)
        EXPECT(slice_find(buf_slice(&text), slice_of(memory_part_code((enum memory_part)i)), 0) >
               0);
}

TEST(a_broker_takes_its_share)
{
    struct memory_plan p, without;
    struct reason why;
    EXPECT_OK(memory_plan_make(2048 * MIB, 2, 4, false, &without, &why));
    EXPECT_OK(memory_plan_make(2048 * MIB, 2, 4, true, &p, &why));
    EXPECT_EQ(without.parts[MEMORY_STREAM], 0);
    EXPECT(p.parts[MEMORY_STREAM] > p.fetch_bytes && p.fetch_bytes >= 4 * MIB && p.parcels >= 4);
    int64_t sum = 0;
    for (int i = 0; i < MEMORY_PARTS; i++)
        sum += p.parts[i];
    EXPECT_EQ(sum, 2048 * MIB);
    EXPECT(memory_least(2, 4, true) > memory_least(2, 4, false));
}
