/* The same content has the same digest, in whatever order it came (design §3, §7). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/world.h"

enum { ROWS_MAX = 64, SHUFFLES = 100 };

static char lines[ROWS_MAX][512];
static unsigned line_count;
static const char *const header = "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_FR_ZJHM,CF_"
                                  "WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,"
                                  "CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op\n";

/* Version 0: none. */
static void row(const char *id, int version, const char *op, const char *code, const char *fact)
{
    char number[16] = "";
    if (version)
        snprintf(number, sizeof number, "%d", version);
    snprintf(lines[line_count++], sizeof lines[0],
             "穗处〔2025〕%s号,广州甲乙丙商店,法人及非法人组织,%s,某甲,,无照经营,%s,条例第一条,"
             "罚款,罚款二千元,0.2,2025-03-02,2026-03-01,"
             "2026-03-01,某局,11440106YY000001XG,某局,11440106YY000001XG,%s,%s,%s\n",
             id, code, fact, id, number, op);
}

static void make_rows(void)
{
    char a[19], b[19];
    line_count = 0;
    world_uscc(1, "91", a);
    world_uscc(2, "91", b);
    /* v1=X v3=X v2=Y ends in X */
    row("R1", 1, "add", a, "X");
    row("R1", 3, "change", a, "X");
    row("R1", 2, "change", a, "Y");
    /* a revoke first, last, in the middle */
    row("R2", 1, "add", a, "X");
    row("R2", 2, "revoke", a, "");
    row("R3", 1, "add", a, "X");
    row("R3", 2, "revoke", a, "");
    row("R3", 3, "add", a, "Z");
    row("R4", 5, "revoke", a, "");
    row("R4", 4, "add", b, "X");
    row("R4", 6, "revoke", a, "");
    /* a record that moves between subjects, and back */
    row("R5", 1, "add", a, "X");
    row("R5", 2, "change", b, "X");
    row("R6", 1, "add", a, "X");
    row("R6", 2, "change", b, "X");
    row("R6", 3, "change", a, "Q");
    /* plain ones */
    row("R7", 1, "add", b, "X");
    row("R8", 1, "add", b, "X");
    row("R8", 2, "change", b, "W");
    /* rows with and without a version: the received time stands above any number */
    row("R9", 5, "add", a, "X");
    row("R9", 0, "change", a, "X");
    row("R9", 7, "change", a, "Y");
    row("R10", 0, "revoke", a, "");
    row("R10", 3, "add", a, "X");
    row("R10", 4, "revoke", a, "");
    /* revoked twice, between an add and a reinstatement */
    row("R11", 2, "revoke", a, "");
    row("R11", 4, "revoke", a, "");
    row("R11", 3, "add", a, "X");
    row("R12", 1, "add", a, "X");
    row("R12", 2, "revoke", b, "");
    row("R12", 4, "revoke", a, "");
    row("R12", 5, "add", b, "X");
    row("R12", 3, "change", b, "Y");
    /* the same row three times, and back to an earlier content */
    row("R13", 2, "add", a, "X");
    row("R13", 2, "add", a, "X");
    row("R13", 2, "change", a, "X");
    row("R13", 3, "change", a, "Y");
    row("R13", 4, "change", a, "X");
}

static struct slice text_of(struct world *w, const unsigned *order, unsigned from, unsigned to)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, slice_of(header));
    for (unsigned i = from; i < to; i++)
        buf_add_slice(&b, slice_of(lines[order[i]]));
    return arena_dup(w->arena, buf_slice(&b));
}

static void registration(struct world *w)
{
    char code[19], text[512];
    world_uscc(1, "91", code);
    snprintf(text, sizeof text,
             "企业名称,统一社会信用代码,注册日期\n广州甲乙丙商店,%s,2001-02-03\n", code);
    EXPECT_EQ(world_submit(w, "amr-enterprise-registration", NULL, slice_of(text)).rejected, 0);
}

TEST(a_hundred_orders_of_adds_changes_and_revokes_give_one_digest)
{
    char *first = NULL;
    srand(7);
    make_rows();
    for (int round = 0; round < SHUFFLES; round++) {
        struct world *w = world_open();
        unsigned order[ROWS_MAX];
        for (unsigned i = 0; i < line_count; i++)
            order[i] = i;
        for (unsigned i = line_count - 1; round > 0 && i > 0; i--) {
            unsigned j = (unsigned)rand() % (i + 1), t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        /* in one batch, or in two with the registration between them: before or after its penalties
         */
        unsigned cut = round % 3 == 0 ? line_count : (unsigned)rand() % (line_count + 1);
        if (round % 2)
            registration(w);
        struct totals t = world_submit(w, "amr-penalty", NULL, text_of(w, order, 0, cut));
        EXPECT_EQ(t.rejected, 0);
        if (round % 2 == 0)
            registration(w);
        t = world_submit(w, "amr-penalty", NULL, text_of(w, order, cut, line_count));
        EXPECT_EQ(t.rejected, 0);
        const char *digest = world_digest(w);
        if (!first)
            first = strdup(digest);
        EXPECT_STR(digest, first);
        if (round % 10 == 0)
            world_check(w);
        world_close(w);
    }
    free(first);
}

TEST(a_record_that_moves_to_a_new_subject_and_changes_again_in_one_batch_is_that_subjects)
{
    struct world *w = world_open();
    unsigned order[] = {0, 1, 2};
    char from[19], to[19];
    world_uscc(1, "91", from);
    world_uscc(3, "91", to);
    line_count = 0;
    row("M1", 1, "add", from, "X");
    row("M1", 2, "change", to, "X");
    row("M1", 3, "change", to, "Y");
    struct totals t = world_submit(w, "amr-penalty", NULL, text_of(w, order, 0, 3));
    EXPECT_EQ(t.stored, 1);
    EXPECT_EQ(t.changed, 2);
    world_check(w);
    world_close(w);
}
