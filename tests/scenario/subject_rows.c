/* The rows of subjects follow from their records, in whatever order and in whatever batches these
 * come: random rows of registrations and penalties, then what `check` computes anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/world.h"

enum { ROUNDS = 12, BATCHES = 12, ROWS_MAX = 30 };

/* A generator of its own, so that a failure can be told by its seed. */
static uint64_t state;

static unsigned below(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static const char *const names[] = {
    "广州甲乙丙商店",
    "广州丁戊己商贸有限公司",
    "广州丁戊己商贸有限公司（原广州旧名商贸有限公司）",
    "广州庚辛商店（曾用名：广州甲乙丙商店、广州壬癸商店）",
    "广州壬癸商店（增挂：广州第二名称商店）",
    "李阿福",
};

/* Few names, or so many that some must give way. */
static const char *a_name(bool many, char out[128])
{
    if (!many)
        return names[below(sizeof names / sizeof *names)];
    snprintf(out, 128, "广州第%u号样例商店", below(45));
    return out;
}

static const char *an_operation(void)
{
    static const char *const operations[] = {"add", "change", "change", "revoke"};
    return operations[below(4)];
}

static void a_version(char out[16])
{
    unsigned v = below(9);
    out[0] = 0;
    if (v)
        snprintf(out, 16, "%u", v);
}

static void a_subject(char out[19])
{
    world_uscc(1 + below(3), below(3) ? "91" : "92", out);
}

static const char PENALTY_HEAD[] = "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,"
                                   "CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,"
                                   "CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op\n";

static void penalty_rows(struct buf *b, unsigned count, bool many)
{
    buf_add_slice(b, slice_of(PENALTY_HEAD));
    for (unsigned i = 0; i < count; i++) {
        char code[19], version[16], name[128];
        a_subject(code);
        a_version(version);
        buf_printf(b,
                   "处%u号,%s,法人及非法人组织,%s,某甲,无照经营,事实%u,条例,%s,罚款二千元,0.2,"
                   "2026-03-%02u,2027-01-01,%s,某局,11440106YY000001XG,某局,"
                   "11440106YY000001XG,P%u,%s,%s\n",
                   below(3), a_name(many, name), code, below(3), below(3) ? "罚款" : "警告",
                   1 + below(20), below(3) ? "2099-01-01" : "2027-05-01", below(many ? 90 : 8),
                   version, an_operation());
    }
}

static void registration_rows(struct buf *b, unsigned count, bool many)
{
    buf_add_slice(b, SLICE("名称,统一社会信用代码,注册日期,登记状态,行政区划,地址,税务登记号,"
                           "_version,_op\n"));
    for (unsigned i = 0; i < count; i++) {
        char code[19], version[16], name[128];
        a_subject(code);
        a_version(version);
        buf_printf(b, "%s,%s,2020-01-02,%s,%s,某路%u号,%s,%s,%s\n", a_name(many, name), code,
                   below(2) ? "存续" : "注销", below(2) ? "天河区" : "", below(3),
                   below(3) ? "" : "440100123456789", version, an_operation());
    }
}

/* Persons, of whose registrations nothing may be known but that they are there. */
static void person_rows(struct buf *b, unsigned count)
{
    static const char *const persons[] = {"440106186001050012", "440704181511157212"};
    buf_add_slice(b, SLICE("姓名,证件号码,登记日期,DISTRICT,_version,_op\n"));
    for (unsigned i = 0; i < count; i++) {
        char version[16];
        a_version(version);
        buf_printf(b, "%s,%s,2026-01-0%u,%s,%s,%s\n",
                   below(2) ? "李阿福440106186001050012" : "李阿福", persons[below(2)],
                   1 + below(3), below(2) ? "天河区" : "", version, an_operation());
    }
}

static void a_batch(struct world *w, bool many)
{
    static const struct {
        const char *theme;
        void (*rows)(struct buf *b, unsigned count, bool many);
    } kinds[] = {
        {"amr-penalty", penalty_rows},
        {"housing-penalty", penalty_rows},
        {"amr-enterprise-registration", registration_rows},
        {"amr-sole-trader-registration", registration_rows},
        {"tax-registration", registration_rows},
        {"police-household", NULL},
        {"police-residence-permit", NULL},
    };
    AUTO_BUF(b, 1 << 20);
    unsigned kind = below(7), count = 1 + below(ROWS_MAX);
    if (kinds[kind].rows)
        kinds[kind].rows(&b, count, many);
    else
        person_rows(&b, count);
    (void)world_submit(w, kinds[kind].theme, NULL, buf_slice(&b));
}

static void penalty_row(struct buf *b, const char *code, const char *fact, unsigned version,
                        const char *operation)
{
    buf_printf(b,
               "处1号,广州甲乙丙商店,法人及非法人组织,%s,某甲,无照经营,%s,条例,罚款,罚款二千元,0.2,"
               "2026-03-02,2027-01-01,2099-01-01,某局,11440106YY000001XG,某局,"
               "11440106YY000001XG,R1,%u,%s\n",
               code, fact, version, operation);
}

TEST(a_record_may_change_again_in_the_commit_that_brought_it_to_a_new_subject)
{
    struct world *w = world_open();
    char a[19], b[19];
    world_uscc(1, "91", a);
    world_uscc(2, "91", b);
    AUTO_BUF(moved, 1 << 16);
    buf_add_slice(&moved, slice_of(PENALTY_HEAD));
    penalty_row(&moved, a, "事实", 1, "add");
    penalty_row(&moved, b, "事实", 2, "change");
    penalty_row(&moved, b, "别的事实", 3, "change");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&moved)).changed, 2);
    world_check(w);
    world_close(w);
}

TEST(a_record_may_change_in_the_commit_in_which_it_follows_its_revoke)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(1, "91", code);
    AUTO_BUF(back, 1 << 16);
    buf_add_slice(&back, slice_of(PENALTY_HEAD));
    penalty_row(&back, code, "事实", 1, "revoke");
    penalty_row(&back, code, "事实", 2, "add");
    penalty_row(&back, code, "别的事实", 3, "change");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&back)).changed, 2);
    world_check(w);
    world_close(w);
}

static void penalties_begin(struct buf *b)
{
    buf_clear(b);
    buf_add_slice(b, slice_of(PENALTY_HEAD));
}

/* A penalty by number, with the subject's name and how long it may be shown. */
static void numbered_row(struct buf *b, const char *code, const char *name, const char *until,
                         unsigned number, unsigned version, const char *operation)
{
    buf_printf(b,
               "处%u号,%s,法人及非法人组织,%s,某甲,无照经营,事实,条例,罚款,罚款二千元,0.2,"
               "2026-03-02,2027-01-01,%s,某局,11440106YY000001XG,某局,11440106YY000001XG,N%u,%u,"
               "%s\n",
               number, name, code, until, number, version, operation);
}

static void revoke(struct world *w, const char *code, const char *name, const char *until,
                   unsigned number)
{
    AUTO_BUF(b, 1 << 16);
    penalties_begin(&b);
    numbered_row(&b, code, name, until, number, 9, "revoke");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&b)).changed, 1);
    world_check(w);
}

TEST(of_many_records_any_may_be_revoked_whether_it_is_missed_or_not)
{
    static const char same[] = "广州甲乙丙商店", wrong[] = "广州甲乙丁商店";
    struct world *w = world_open();
    char code[19];
    world_uscc(1, "91", code);
    AUTO_BUF(b, 1 << 20);
    penalties_begin(&b);
    for (unsigned i = 0; i < 200; i++)
        numbered_row(&b, code, same, i == 150 ? "2026-09-01" : "2026-08-01", i, 1, "add");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&b)).stored, 200);
    world_check(w);
    revoke(w, code, same, "2026-08-01", 3);
    revoke(w, code, same, "2026-09-01", 150); /* the only one that was public for so long */
    revoke(w, code, same, "2026-08-01", 199);
    penalties_begin(&b);
    numbered_row(&b, code, wrong, "2026-08-01", 300, 1, "add");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&b)).stored, 1);
    world_check(w);
    revoke(w, code, same, "2026-08-01", 4);
    revoke(w, code, wrong, "2026-08-01", 300); /* the only one that gave that name */
    /* And back, for longer. */
    penalties_begin(&b);
    numbered_row(&b, code, same, "2026-10-01", 3, 10, "add");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&b)).changed, 1);
    world_check(w);
    world_close(w);
}

TEST(of_two_names_that_is_shown_which_is_the_newer_one_behind_a_revoke_too)
{
    static const char first[] = "广州甲乙丙商店", second[] = "广州甲乙丁商店";
    struct world *w = world_open();
    char code[19];
    world_uscc(1, "91", code);
    AUTO_BUF(b, 1 << 16);
    penalties_begin(&b);
    numbered_row(&b, code, first, "2099-01-01", 1, 1, "add");
    numbered_row(&b, code, second, "2099-01-01", 2, 3, "add");
    numbered_row(&b, code, first, "2099-01-01", 3, 5, "add");
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, buf_slice(&b)).stored, 3);
    revoke(w, code, first, "2099-01-01", 3);
    world_close(w);
}

TEST(all_records_of_a_subject_may_be_revoked_at_one_time)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(1, "91", code);
    for (int revokes = 0; revokes < 2; revokes++) {
        AUTO_BUF(b, 1 << 20);
        penalties_begin(&b);
        for (unsigned i = 0; i < 80; i++)
            numbered_row(&b, code, "广州甲乙丙商店", "2099-01-01", i, revokes ? 2 : 1,
                         revokes ? "revoke" : "add");
        struct totals t = world_submit(w, "amr-penalty", NULL, buf_slice(&b));
        EXPECT_EQ(revokes ? t.changed : t.stored, 80);
        world_check(w);
    }
    world_close(w);
}

TEST(random_rows_in_random_batches_leave_the_rows_of_subjects_that_their_records_make)
{
    for (unsigned seed = 1; seed <= ROUNDS; seed++) {
        state = seed;
        struct world *w = world_open();
        for (int i = 0; i < BATCHES; i++)
            a_batch(w, seed % 4 == 0);
        fprintf(stderr, "seed %u\n", seed);
        world_check(w);
        world_close(w);
    }
}
