#include <string.h>

#include "ingest/gate.h"
#include "tests/support/test.h"

static struct judged row_of(uint64_t provider, bool has_provider, int64_t received, uint8_t content)
{
    struct judged row = {.has_provider = has_provider};
    row.version =
        version_make(has_provider ? provider : (uint64_t)received, (struct utc_ms){received}, 0, 1);
    memset(row.content, content, sizeof row.content);
    return row;
}

static struct source known_of(const struct judged *row)
{
    struct source s = {.version = row->version,
                       .flags = row->has_provider ? RECORD_HAS_PROVIDER : 0};
    memcpy(s.content, row->content, sizeof s.content);
    return s;
}

/* What `next` is after `first`. */
static struct gate_result after(struct judged first, struct judged next, bool has_kafka)
{
    struct source known = known_of(&first);
    return gate_judge(&next, &known, has_kafka);
}

TEST(a_row_of_an_unknown_record_is_stored)
{
    struct judged row = row_of(1, true, 100, 'x');
    struct gate_result r = gate_judge(&row, NULL, false);
    EXPECT_EQ(r.verdict, VERDICT_STORED);
    EXPECT_EQ(r.action, GATE_STORE);
}

TEST(a_later_version_with_other_content_replaces)
{
    struct gate_result r = after(row_of(1, true, 100, 'x'), row_of(2, true, 200, 'y'), false);
    EXPECT_EQ(r.verdict, VERDICT_CHANGED);
    EXPECT_EQ(r.action, GATE_REPLACE);
    EXPECT(!r.version_reused);
}

TEST(an_earlier_version_with_other_content_is_stale_whenever_it_comes)
{
    struct gate_result r = after(row_of(3, true, 100, 'x'), row_of(2, true, 900, 'y'), false);
    EXPECT_EQ(r.verdict, VERDICT_STALE);
    EXPECT_EQ(r.action, GATE_KEEP_STALE);
}

TEST(the_same_content_is_a_duplicate_and_a_greater_provider_version_rises)
{
    struct gate_result same = after(row_of(1, true, 100, 'x'), row_of(1, true, 200, 'x'), false);
    EXPECT_EQ(same.verdict, VERDICT_DUPLICATE);
    EXPECT_EQ(same.action, GATE_NOTHING);
    struct gate_result rises = after(row_of(1, true, 100, 'x'), row_of(3, true, 200, 'x'), false);
    EXPECT_EQ(rises.verdict, VERDICT_DUPLICATE);
    EXPECT_EQ(rises.action, GATE_RISE);
    struct gate_result falls = after(row_of(3, true, 100, 'x'), row_of(1, true, 200, 'x'), false);
    EXPECT_EQ(falls.verdict, VERDICT_DUPLICATE);
    EXPECT_EQ(falls.action, GATE_NOTHING);
}

TEST(a_rise_by_received_time_alone_is_written_only_with_kafka)
{
    EXPECT_EQ(after(row_of(0, false, 100, 'x'), row_of(0, false, 200, 'x'), false).action,
              GATE_NOTHING);
    EXPECT_EQ(after(row_of(0, false, 100, 'x'), row_of(0, false, 200, 'x'), true).action,
              GATE_RISE);
    EXPECT_EQ(after(row_of(1, true, 100, 'x'), row_of(1, true, 200, 'x'), true).action, GATE_RISE);
}

/* v5=X, then X without a version, then v7=Y must end in X: a received time stands above any number
 * of the provider's. */
TEST(the_same_content_without_a_version_rises_over_a_provider_version_and_takes_it_away)
{
    struct gate_result r = after(row_of(5, true, 100, 'x'), row_of(0, false, 200, 'x'), false);
    EXPECT_EQ(r.verdict, VERDICT_DUPLICATE);
    EXPECT_EQ(r.action, GATE_RISE);
    EXPECT_EQ(after(row_of(900, true, 100, 'x'), row_of(0, false, 200, 'x'), false).action,
              GATE_NOTHING);
}

TEST(the_same_provider_version_with_other_content_is_told_and_the_later_position_holds)
{
    struct gate_result later = after(row_of(1, true, 100, 'x'), row_of(1, true, 200, 'y'), false);
    EXPECT_EQ(later.verdict, VERDICT_CHANGED);
    EXPECT(later.version_reused);
    struct gate_result earlier = after(row_of(1, true, 200, 'x'), row_of(1, true, 100, 'y'), true);
    EXPECT_EQ(earlier.verdict, VERDICT_STALE);
    EXPECT(earlier.version_reused);
}

TEST(rows_without_a_version_follow_their_received_time_and_reuse_nothing)
{
    struct gate_result r = after(row_of(0, false, 100, 'x'), row_of(0, false, 200, 'y'), false);
    EXPECT_EQ(r.verdict, VERDICT_CHANGED);
    EXPECT(!r.version_reused);
}
