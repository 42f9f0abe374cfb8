/* Counting a row whose verdict is known. */
#include "ingest/account.h"
#include "tests/support/test.h"

static struct totals batch, ledger;
static struct receipt_pack pack;

static struct account fresh(void)
{
    batch = ledger = (struct totals){0};
    receipt_pack_init(&pack);
    return (struct account){&batch, &ledger, &pack};
}

TEST(a_row_is_counted_in_its_batch_its_ledger_and_its_receipt)
{
    struct account a = fresh();
    account_row(&a, 1, VERDICT_STORED, NULL, (struct slice){0});
    account_row(&a, 2, VERDICT_REJECTED, NULL, SLICE("sealed"));
    EXPECT_EQ(batch.received, 2);
    EXPECT_EQ(batch.stored, 1);
    EXPECT_EQ(batch.rejected, 1);
    EXPECT_EQ(ledger.received, 2);
    EXPECT_EQ(pack.next_row, 3);
    EXPECT(pack.details.n > 0);
    receipt_pack_fini(&pack);
}

TEST(warnings_and_notes_are_counted_once_for_each_row)
{
    struct account a = fresh();
    struct findings f = {0};
    findings_add(&f, (struct finding){.rule = RULE_VERSION_REUSED});
    findings_add(&f, (struct finding){.rule = RULE_VERSION_REUSED});
    account_row(&a, 1, VERDICT_CHANGED, &f, (struct slice){0});
    EXPECT_EQ(batch.warned, 1);
    EXPECT_EQ(ledger.warned, 1);
    EXPECT_EQ(batch.noted, 0);
    receipt_pack_fini(&pack);
}

TEST(a_version_that_was_there_is_told_beside_what_is_told_already)
{
    AUTO(arena_destroy) struct arena *arena = arena_create(1 << 20);
    struct findings *f = NULL;
    account_reused(arena, &f);
    EXPECT_EQ(f->count, 1);
    EXPECT_EQ(f->list[0].rule, RULE_VERSION_REUSED);
    EXPECT_SLICE(f->list[0].item, "_version");
    account_reused(arena, &f);
    EXPECT_EQ(f->count, 2);
}
