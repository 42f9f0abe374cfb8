/* The records of a subject, whatever way they are leafed through: of several keys, in several
 * categories, and larger than a page may be. */
#include <stdio.h>
#include <string.h>

#include "query/records.h"
#include "query/subjects.h"
#include "tests/support/asked.h"

enum { LIST_MAX = 200, FACT_BYTES = 27000 };

static const char number[] = "440101000012345";

/* A list as it comes: ids and days. */
struct list {
    struct record_id ids[LIST_MAX];
    struct day days[LIST_MAX];
    enum category categories[LIST_MAX];
    unsigned count, pages;
};

static void registration(struct world *w, const char *code)
{
    struct slice text = arena_printf(w->arena,
                                     "企业名称,统一社会信用代码,注册号,注册日期,登记状态\n"
                                     "广州某某商行,%s,%s,2024-02-03,存续\n",
                                     code, number);
    EXPECT_EQ(world_submit(w, "amr-enterprise-registration", NULL, text).stored, 1);
}

/* A penalty about the code, or about the registration number alone. */
static void penalty(struct buf *b, unsigned n, const char *code, const char *by_number,
                    const char *fact)
{
    buf_printf(b,
               "处%u号,广州某某商行,法人及非法人组织,%s,%s,某甲,无照经营,%s,条例,罚款,罚款二千元,"
               "0.2,2026-0%u-%02u,2027-05-01,2027-06-01,某局,11440106YY000001XG,某局,"
               "11440106YY000001XG,L%u\n",
               n, code, by_number, fact, 1 + n % 4, 1 + n * 7 % 25, n);
}

static void penalties(struct world *w, const char *theme, unsigned from, unsigned count,
                      const char *code, const char *by_number, const char *fact)
{
    AUTO_BUF(b, 16 << 20);
    buf_add_slice(&b, SLICE("CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_GSZC,CF_FRDB,CF_WFXW,"
                            "CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,"
                            "CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"));
    for (unsigned i = 0; i < count; i++)
        penalty(&b, from + i, code, by_number, fact);
    EXPECT_EQ(world_submit(w, theme, NULL, buf_slice(&b)).rejected, 0);
}

static void licences(struct world *w, unsigned count, const char *code)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("XK_WSH,XK_XDR_MC,XK_XDR_LB,XK_XDR_SHXYM,XK_FRDB,XK_XKWS,XK_XKLB,XK_NR,"
                            "XK_JDRQ,XK_YXQZ,XK_YXQZI,XK_XKJG,XK_XKJGDM,XK_ZT,XK_LYDW,XK_LYDWDM,"
                            "_id\n"));
    for (unsigned i = 0; i < count; i++)
        buf_printf(
            &b,
            "许%u号,广州某某商行,法人及非法人组织,%s,某甲,决定书,普通,许可某事,2026-0%u-%02u,"
            "2026-05-01,2099-12-31,某局,11440106YY000001XG,1,某局,11440106YY000001XG,X%u\n",
            i, code, 1 + i % 5, 1 + i * 11 % 25, i);
    EXPECT_EQ(world_submit(w, "amr-licence", NULL, buf_slice(&b)).rejected, 0);
}

static void leaf(struct asked *a, const char *code, const struct records_filter *f, unsigned limit,
                 struct list *ret)
{
    struct subject_answer s;
    struct slice next = {0};
    ret->count = ret->pages = 0;
    EXPECT_OK(query_subject(&a->q, slice_of(code), true, &s));
    do {
        struct record_answer *page;
        unsigned count;
        EXPECT_OK(query_records(&a->q, &s.id, f, limit, next, &page, &count, &next, NULL));
        EXPECT(count <= limit && (count == 0 || ret->count + count <= LIST_MAX));
        EXPECT(count > 0 || !next.n);
        for (unsigned i = 0; i < count; i++) {
            ret->ids[ret->count] = page[i].id;
            ret->categories[ret->count] = page[i].category;
            ret->days[ret->count++] = page[i].day;
        }
        ret->pages++;
    } while (next.n);
}

/* What of the whole list the filter lets through, in its order. */
static void expect_part(const struct list *all, const struct records_filter *f,
                        const struct list *part)
{
    unsigned n = 0;
    for (unsigned i = 0; i < all->count; i++) {
        if ((f->category && all->categories[i] != f->category) ||
            (!day_is_none(f->from) && all->days[i].v < f->from.v) ||
            (!day_is_none(f->to) && all->days[i].v > f->to.v))
            continue;
        EXPECT(n < part->count);
        EXPECT(memcmp(part->ids[n++].b, all->ids[i].b, sizeof all->ids[i].b) == 0);
    }
    EXPECT_EQ(part->count, n);
}

TEST(pages_of_any_size_and_any_choice_are_parts_of_one_list_newest_first)
{
    static const unsigned limits[] = {1, 2, 3, 7, 20, 100};
    struct world *w = world_open();
    struct list *all = ARENA_NEW(w->arena, struct list), *part = ARENA_NEW(w->arena, struct list);
    struct subject_answer s;
    struct asked a;
    char code[19];
    world_uscc(91, "91", code);
    registration(w, code);
    penalties(w, "amr-penalty", 0, 25, code, "", "事实");
    penalties(w, "housing-penalty", 25, 12, "", number, "事实"); /* under the number alone */
    licences(w, 30, code);
    ask(w, &a);
    EXPECT_OK(query_subject(&a.q, slice_of(code), true, &s));
    EXPECT_EQ(s.total, 68);
    leaf(&a, code, &(struct records_filter){.from = DAY_NONE, .to = DAY_NONE}, 100, all);
    EXPECT_EQ(all->count, 68);
    EXPECT_EQ(all->pages, 1);
    for (unsigned i = 1; i < all->count; i++)
        EXPECT(all->days[i].v <= all->days[i - 1].v);
    struct day from, to;
    EXPECT(day_from_civil(2026, 2, 3, &from) && day_from_civil(2026, 4, 8, &to));
    const struct records_filter filters[] = {
        {.from = DAY_NONE, .to = DAY_NONE},
        {.category = CATEGORY_SUPERVISION, .from = DAY_NONE, .to = DAY_NONE},
        {.category = CATEGORY_REGISTRATION, .from = DAY_NONE, .to = DAY_NONE},
        {.from = from, .to = to},
        {.category = all->categories[0], .from = DAY_NONE, .to = to},
        {.from = to, .to = from},
    };
    for (size_t i = 0; i < ARRAY_LEN(filters); i++)
        for (size_t k = 0; k < ARRAY_LEN(limits); k++) {
            leaf(&a, code, &filters[i], limits[k], part);
            expect_part(all, &filters[i], part);
        }
    asked_end(&a);
    world_close(w);
}

TEST(a_page_that_would_be_too_large_ends_early_and_goes_on)
{
    struct world *w = world_open();
    struct list *all = ARENA_NEW(w->arena, struct list), *part = ARENA_NEW(w->arena, struct list);
    struct records_filter any = {.from = DAY_NONE, .to = DAY_NONE};
    struct asked a;
    char code[19], *fact = arena_alloc(w->arena, FACT_BYTES + 1);
    memset(fact, 'x', FACT_BYTES);
    for (size_t i = 0; i < FACT_BYTES; i += 3)
        memcpy(fact + i, "实", 3);
    world_uscc(92, "91", code);
    registration(w, code);
    penalties(w, "amr-penalty", 0, 60, code, "", fact);
    licences(w, 30, code);
    ask(w, &a);
    leaf(&a, code, &any, 100, all);
    EXPECT_EQ(all->count, 91);
    EXPECT(all->pages > 1);
    for (unsigned i = 1; i < all->count; i++)
        EXPECT(all->days[i].v <= all->days[i - 1].v);
    leaf(&a, code, &any, 3, part);
    expect_part(all, &any, part);
    asked_end(&a);
    world_close(w);
}
