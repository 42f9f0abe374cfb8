/* No identity number that went in can be found in anything that is stored (design §5). The same
 * search over a store without encryption does find them, so it would have. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "store/view.h"
#include "tests/support/world.h"

static const char *const numbers[] = {
    "440106185001010016", "440106185202290026", "44010618500101018X",
    "810000185001010011", "440524188001010014", "11010519491231002X",
};

/* In rows that could not be split, which are kept as they came; and in the name of a column. */
static void submit_unreadable(struct world *w)
{
    world_submit(w, "amr-penalty", NULL,
                 arena_printf(w->arena,
                              "CF_WSH,CF_XDR_ZJHM,证件%s\n短,%s\n长,1,2,%s,%s\n\xFF,%s,\n\"开,%s\n",
                              numbers[0], numbers[1], numbers[2], numbers[3], numbers[4],
                              numbers[5]));
    world_submit(
        w, "amr-penalty", NULL,
        arena_printf(w->arena, "{\"CF_WSH\":\"%s\",\"%s\":1,\"x\":[]}\n", numbers[0], numbers[1]));
}

/* Numbers in every place where a department might put one, the wrong ones included. */
static void submit_all(struct world *w)
{
    char a[19];
    world_uscc(3, "91", a);
    struct slice penalties = arena_printf(
        w->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_FRDB,CF_FR_ZJLX,CF_FR_"
        "ZJHM,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,"
        "CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,BZ,_id,备用列,_"
        "reason\n"
        /* where they belong */
        "处1号,广州甲商店,法人及非法人组织,%s,,,某甲,身份证,%s,无照,事实,条例,罚款,罚款,0.2,2026-"
        "05-02,2027-05-01,2027-05-01,局,"
        "11440106YY000001XG,局,11440106YY000001XG,,P1,,\n"
        "处2号,某乙,自然人,,身份证,%s,,,,无照,事实,条例,罚款,罚款,0.2,2026-05-02,2027-05-01,2027-"
        "05-01,局,11440106YY000001XG,局,"
        "11440106YY000001XG,,P2,,\n"
        /* in free text, in the name, in the document number, in an unknown column, in the reason,
           in the record id */
        "处3号,广州甲商店,法人及非法人组织,%s,,,某甲,,,无照,当事人（身份证%s）自述,条例,罚款,罚款,"
        "0.2,2026-05-02,2027-05-01,2027-05-01,局,"
        "11440106YY000001XG,局,11440106YY000001XG,见%s,P3,%s,因%s\n"
        "处%s号,某丙%s,法人及非法人组织,%s,,,某甲,,,无照,事实,条例,罚款,罚款,0.2,2026-05-02,2027-"
        "05-01,2027-05-01,局,"
        "11440106YY000001XG,局,11440106YY000001XG,,,,\n"
        "处5号,广州甲商店,法人及非法人组织,%s,,,某甲,,,无照,事实,条例,罚款,罚款,0.2,2026-05-02,"
        "2027-05-01,2027-05-01,局,"
        "11440106YY000001XG,局,11440106YY000001XG,,%s,,\n"
        /* in the place of the unified code, and with a wrong check character in a person's place */
        "处6号,广州甲商店,法人及非法人组织,%s,,,某甲,,,无照,事实,条例,罚款,罚款,0.2,2026-05-02,"
        "2027-05-01,2027-05-01,局,"
        "11440106YY000001XG,局,11440106YY000001XG,,P6,,\n",
        a, numbers[0], numbers[1], a, numbers[2], numbers[3], numbers[4], numbers[5], numbers[0],
        numbers[1], a, a, numbers[2], numbers[3]);
    world_submit(w, "amr-penalty", NULL, penalties);
    struct slice json = arena_printf(w->arena,
                                     "{\"CF_WSH\":\"处9号\",\"CF_XDR_MC\":\"某丁\",\"CF_XDR_ZJHM\":"
                                     "\"%s\",\"_op\":\"revoke\",\"_id\":\"Q9\"}\n"
                                     "{\"CF_WSH\":\"处%s号\",\"CF_XDR_MC\":\"某丁\",\"CF_CFJGDM\":"
                                     "\"11440106YY000001XG\",\"_op\":\"revoke\"}\n",
                                     numbers[4], numbers[5]);
    world_submit(w, "amr-penalty", NULL, json);
    submit_unreadable(w);
    /* twice, changed, so that history holds them too */
    world_submit(
        w, "amr-penalty", NULL,
        arena_printf(w->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_ZJLX,CF_XDR_ZJHM,CF_WFXW,CF_SY,CF_YJ,"
                     "CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_"
                     "SJLYDM,_id\n"
                     "处2号,某乙,自然人,身份证,%s,无照,另一事实,条例,罚款,罚款,0.3,2026-05-02,2027-"
                     "05-01,2027-05-01,局,"
                     "11440106YY000001XG,局,11440106YY000001XG,P2\n",
                     numbers[1]));
}

static bool holds_number(struct slice bytes)
{
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
        if (slice_find(bytes, slice_of(numbers[i]), 0) >= 0)
            return true;
    return false;
}

static unsigned in_families(struct world *w)
{
    unsigned found = 0;
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    for (int cf = 0; cf < CF_COUNT; cf++) {
        struct walk *walk = walk_open(v, (enum cf)cf, (struct slice){0}, (struct slice){0});
        for (; walk_valid(walk); walk_next(walk))
            found += holds_number(walk_key(walk)) || holds_number(walk_value(walk));
        EXPECT_OK(walk_close(walk));
    }
    view_close(v);
    return found;
}

/* The write-ahead log and RocksDB's own log, as they lie on disk. */
static unsigned in_files(struct world *w)
{
    unsigned found = 0, files = 0;
    char path[4096];
    snprintf(path, sizeof path, "%s/db", w->dir);
    DIR *d = opendir(path);
    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(path, sizeof path, "%s/db/%s", w->dir, e->d_name);
        FILE *f = fopen(path, "rb");
        AUTO_BUF(bytes, 256 << 20);
        char piece[65536];
        for (size_t n; f && (n = fread(piece, 1, sizeof piece, f)) > 0;)
            buf_add(&bytes, piece, n);
        if (f)
            fclose(f);
        files += bytes.n > 0;
        found += holds_number(buf_slice(&bytes));
    }
    closedir(d);
    EXPECT(files > 2);
    return found;
}

static unsigned in_receipts(struct world *w)
{
    unsigned found = 0, count;
    struct batch_id ids[16];
    struct batch_state states[16];
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(batch_state_list(v, w->arena, (struct slice){0}, 0, 16, ids, states, &count));
    view_close(v);
    EXPECT_EQ(count, 5);
    for (unsigned i = 0; i < count; i++)
        found += holds_number(world_receipt(w, &ids[i]));
    return found;
}

/* The department gets back what it sent. */
static unsigned in_reject_files(struct world *w)
{
    unsigned found = 0, count;
    struct batch_id ids[16];
    struct batch_state states[16];
    struct view *v;
    EXPECT_OK(view_open(w->store, &v));
    EXPECT_OK(batch_state_list(v, w->arena, (struct slice){0}, 0, 16, ids, states, &count));
    view_close(v);
    for (unsigned i = 0; i < count; i++)
        found += holds_number(world_rejects(w, &ids[i]));
    return found;
}

TEST(no_identity_number_lies_in_any_family_log_or_receipt)
{
    struct world *w = world_open();
    submit_all(w);
    EXPECT_EQ(in_families(w), 0);
    EXPECT_EQ(in_files(w), 0);
    EXPECT_EQ(in_receipts(w), 0);
    EXPECT(in_reject_files(w) == 3);
    EXPECT_OK(store_flush(w->store));
    EXPECT_EQ(in_families(w), 0);
    world_check(w);
    world_close(w);
}

#ifdef CREDENCE_FAULTS
TEST(the_same_search_finds_them_when_encryption_is_switched_off)
{
    fault_arm(FAULT_CRYPT_PLAIN, 0);
    struct world *w = world_open();
    submit_all(w);
    EXPECT(in_families(w) >= 5);
    EXPECT(in_files(w) >= 1);
    world_close(w);
    fault_arm(FAULT_CRYPT_PLAIN, -1);
}
#endif
