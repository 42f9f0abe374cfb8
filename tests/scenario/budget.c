/* How many rows a record costs (design §6). Counted on the batch that the writer would commit. */
#include <stdio.h>

#include "ingest/apply.h"
#include "ingest/reader.h"
#include "store/batch.h"
#include "tests/support/world.h"

/* Judges and applies one CSV row on a batch of its own, commits it, and returns the rows put for
 * each family. */
static void apply_one(struct world *w, const char *theme, struct slice csv,
                      size_t ret_rows[CF_COUNT])
{
    const struct theme *t = catalogue_theme_at(w->catalogue, slice_of(theme), clock_now(&w->clock));
    EXPECT(t != NULL);
    struct day born_min;
    EXPECT(day_from_civil(1800, 1, 1, &born_min));
    struct judge_options jo = {.keys = w->keys,
                               .catalogue = w->catalogue,
                               .theme = t,
                               .received = clock_now(&w->clock),
                               .born_min = born_min};
    struct judge *j = judge_create(&jo);
    struct reader *reader = reader_create(READER_CSV, ENCODING_AUTO, t);
    struct arena *a = arena_create(64 << 20);
    struct raw_row raw;
    struct judged row;
    reader_feed(reader, csv);
    EXPECT_EQ(reader_next(reader, a, &raw), READER_ROW);
    EXPECT_OK(judge_row(j, a, &raw, &row));
    EXPECT(!row.rejected);

    struct view *v;
    struct counters counters;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(counters_get(v, a, &counters));
    struct slice known = {0};
    view_get(v, a, CF_BY_SOURCE, KEY_SLICE(row.id), &known);
    view_close(v);
    struct batch *b = batch_create(w->store);
    AUTO_BUF(events, 1 << 20);
    struct apply ap;
    apply_init(&ap, b, w->keys, &counters, &events);
    ap.tables = catalogue_tables_at(w->catalogue, clock_now(&w->clock));
    struct gate_result gate;
    EXPECT_OK(apply_row(&ap, &row, &gate));
    EXPECT_OK(apply_finish(&ap));
    EXPECT_EQ(gate.verdict, VERDICT_STORED);
    for (int cf = 0; cf < CF_COUNT; cf++)
        ret_rows[cf] = batch_rows(b, (enum cf)cf);
    counters_put(b, &counters);
    EXPECT_OK(batch_commit(b, NULL));
    apply_fini(&ap);
    batch_destroy(b);
    reader_destroy(reader);
    judge_destroy(j);
    arena_destroy(a);
}

static size_t sum(const size_t rows[CF_COUNT])
{
    size_t n = 0;
    for (int cf = 0; cf < CF_COUNT; cf++)
        n += rows[cf];
    return n;
}

static struct slice penalty(struct world *w, const char *number, const char *code)
{
    return arena_printf(w->arena,
                        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_"
                        "CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,"
                        "CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM\n"
                        "%s,广州甲乙丙有限公司,法人及非法人组织,%s,某甲,无照经营,事实,条例,罚款,"
                        "罚款二千元,0.2,2026-05-02,2027-05-01,2027-05-01,"
                        "某局,11440106YY000001XG,某局,11440106YY000001XG\n",
                        number, code);
}

static struct slice registration(struct world *w, const char *code)
{
    return arena_printf(
        w->arena,
        "企业名称,统一社会信用代码,注册日期,地区\n广州甲乙丙有限公司,%s,2001-02-03,广州\n", code);
}

TEST(a_penalty_on_a_known_subject_costs_at_most_four_rows)
{
    struct world *w = world_open();
    size_t rows[CF_COUNT];
    char code[19];
    world_uscc(7, "91", code);
    apply_one(w, "amr-enterprise-registration", registration(w, code), rows);
    apply_one(w, "amr-penalty", penalty(w, "穗处〔2026〕1号", code), rows);
    EXPECT_EQ(rows[CF_RECORD], 1);
    EXPECT_EQ(rows[CF_BY_SOURCE], 1);
    EXPECT_EQ(rows[CF_BY_TERM], 2); /* its publication ends, and years later its retention */
    /* The first penalty brings its days to the name that is not the registration's own; further
     * ones bring nothing new. */
    apply_one(w, "amr-penalty", penalty(w, "穗处〔2026〕2号", code), rows);
    EXPECT_EQ(sum(rows), 4);
    EXPECT_EQ(rows[CF_SUBJECT], 0);
    EXPECT_EQ(rows[CF_NAME], 0);
    world_check(w);
    world_close(w);
}

TEST(a_registration_costs_its_record_its_subject_one_link_and_a_posting_for_each_distinct_bigram)
{
    struct world *w = world_open();
    size_t rows[CF_COUNT];
    char code[19];
    world_uscc(8, "91", code);
    apply_one(w, "amr-enterprise-registration", registration(w, code), rows);
    EXPECT_EQ(rows[CF_RECORD], 1);
    EXPECT_EQ(rows[CF_BY_SOURCE], 1);
    EXPECT_EQ(rows[CF_SUBJECT], 1);
    EXPECT_EQ(rows[CF_LINK], 1); /* the organisation code within the unified code */
    EXPECT_EQ(rows[CF_BY_TERM], 0);
    EXPECT_EQ(rows[CF_HISTORY], 0);
    /* 广州甲乙丙有限公司: nine characters, eight pairs and the two ends; and the row that leads
     * back to the subject */
    EXPECT_EQ(rows[CF_NAME], 10 + 1);
    world_check(w);
    world_close(w);
}
