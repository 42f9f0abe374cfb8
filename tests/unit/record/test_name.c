/* Names inside names, and shop names of sole traders. */
#include "record/name.h"
#include "tests/support/test.h"

static char kind_letter(enum record_name_kind kind)
{
    switch (kind) {
    case RECORD_NAME_MAIN:
        return 'M';
    case RECORD_NAME_FORMER:
        return 'F';
    case RECORD_NAME_ADDITIONAL:
        return 'A';
    }
    return '?';
}

/* "M main|A additional" */
static void expect_split(const char *name, const char *wanted)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct record_name parts[RECORD_NAMES_MAX];
    unsigned count = name_split(a, slice_of(name), parts);
    AUTO_BUF(b, 4000);
    for (unsigned i = 0; i < count; i++)
        buf_printf(&b, "%s%c %.*s", i ? "|" : "", kind_letter(parts[i].kind),
                   FMT_SLICE(parts[i].text));
    EXPECT_SAME(buf_slice(&b), slice_of(wanted));
}

static void expect_one(const char *name)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    struct record_name parts[RECORD_NAMES_MAX];
    EXPECT_EQ(name_split(a, slice_of(name), parts), 1);
    EXPECT_EQ(parts[0].kind, RECORD_NAME_MAIN);
    EXPECT_SAME(parts[0].text, slice_of(name));
}

TEST(a_former_name_stands_in_brackets)
{
    expect_split("广州某某有限公司（原广州市某某厂）", "M 广州某某有限公司|F 广州市某某厂");
    expect_split("广州某某有限公司(原：广州市某某厂)", "M 广州某某有限公司|F 广州市某某厂");
    expect_split("广州某某有限公司（原名：广州市某某厂）", "M 广州某某有限公司|F 广州市某某厂");
    expect_split("广州某某有限公司（原名称为广州市某某厂）", "M 广州某某有限公司|F 广州市某某厂");
    expect_split("广州某某有限公司（曾用名 广州市某某厂、广州市某某社）",
                 "M 广州某某有限公司|F 广州市某某厂|F 广州市某某社");
    expect_split("广州某某（原广州市某某厂）有限公司", "M 广州某某有限公司|F 广州市某某厂");
}

TEST(an_additional_name_follows_its_mark)
{
    expect_split("广州市某某局（增挂：广州市某某办公室）", "M 广州市某某局|A 广州市某某办公室");
    expect_split("广州市某某局 增挂：广州市某某办公室；广州市某某中心",
                 "M 广州市某某局|A 广州市某某办公室|A 广州市某某中心");
    expect_split("广州市某某医院（第二名称：广州市某某防治所）",
                 "M 广州市某某医院|A 广州市某某防治所");
    expect_split("广州市某某医院第二名称广州市某某防治所", "M 广州市某某医院|A 广州市某某防治所");
}

/* As two real registrations of the city write it. */
TEST(a_bare_mark_belongs_to_the_word_before_it)
{
    expect_split("广州珠江制药厂 广东水产制品厂（第二名称）", "M 广州珠江制药厂|A 广东水产制品厂");
    expect_split("广州鹰金钱企业集团公司　广东罐头厂(第二名称)",
                 "M 广州鹰金钱企业集团公司|A 广东罐头厂");
    expect_one("广东水产制品厂（第二名称）");
    expect_one("广东水产制品厂（原）");
}

TEST(both_kinds_may_stand_in_one_name)
{
    expect_split("某某中心（原某某站点）（增挂：某某检测所）",
                 "M 某某中心|F 某某站点|A 某某检测所");
}

TEST(other_brackets_are_part_of_the_name)
{
    expect_one("广州某某（集团）有限公司");
    expect_one("广州某某合伙企业（有限合伙）");
    expect_one("上海某某银行广州分行(简称:某某银行广州)");
    expect_one("广州某某公司（原材料加工部）");
    expect_one("广州某某公司（原厂配件销售）");
    expect_one("广州中原房地产代理有限公司");
    expect_one("广州燎原五金机械厂");
    expect_one("广州第二公共汽车公司");
    expect_one("广州某某公司（原");
    expect_one("广州某某公司）原（");
    expect_one("（原广州）");
    expect_one("某某公司（原名称为广州）");
    expect_one("张某");
    expect_one("");
}

TEST(a_name_never_becomes_empty)
{
    expect_split("（原广州市某某厂）", "M （原广州市某某厂）|F 广州市某某厂");
}

TEST(names_beyond_the_limit_stay_where_they_are)
{
    AUTO(arena_destroy) struct arena *a = arena_create(65536);
    AUTO_BUF(b, 4000);
    buf_add_slice(&b, SLICE("某某公司"));
    for (int i = 0; i < 20; i++)
        buf_printf(&b, "（原某某分厂%d）", i);
    struct record_name parts[RECORD_NAMES_MAX];
    EXPECT_EQ(name_split(a, buf_slice(&b), parts), RECORD_NAMES_MAX);
    EXPECT_SLICE(parts[RECORD_NAMES_MAX - 1].text, "某某分厂6");
    EXPECT(slice_find(parts[0].text, SLICE("某某分厂7"), 0) > 0);
}

static const struct slice shop_words[] = {{"店", 3},   {"部", 3},   {"厂", 3},     {"坊", 3},
                                          {"社", 3},   {"超市", 6}, {"工作室", 9}, {"商行", 6},
                                          {"中心", 6}, {"餐厅", 6}};
static const struct tables tables = {.shop_words = shop_words,
                                     .shop_word_count = ARRAY_LEN(shop_words)};

TEST(a_shop_name_ends_with_a_word_for_shops)
{
    static const char *const shops[] = {
        "福来店",
        "广州市天河区某某便利店",
        "广州市天河区某某五金商行",
        "某某经营部（个体工商户）",
        "某某超市(天河分店)",
        "广州市越秀区张三餐厅",
        "某某美发工作室 （个体工商户）",
        "某某小吃店2",
        "某某小吃店（二）（个体工商户）",
    };
    for (size_t i = 0; i < ARRAY_LEN(shops); i++)
        if (!name_is_shop(&tables, slice_of(shops[i])))
            FAIL("%s is a shop", shops[i]);
}

TEST(a_personal_name_is_no_shop_name)
{
    static const char *const persons[] = {
        "张三",
        "欧阳某某",
        "陈坊",
        "店小二",
        "阿卜杜拉·买买提",
        "广州市天河区张三",
        "增城市新塘镇中心路张三",
        "店",
        "超市",
        "张三（个体工商户）",
        "（餐厅）",
        "(店",
        "",
    };
    for (size_t i = 0; i < ARRAY_LEN(persons); i++)
        if (name_is_shop(&tables, slice_of(persons[i])))
            FAIL("%s is no shop", persons[i]);
}
