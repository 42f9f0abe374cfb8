/* Names by templates: {city}{district}{shop name}{trade}{form}, as registries allow them. Each list
 * is one string with a bar between its words, cut once per throw: short lists, no tables to build.
 */
#include "sample/names.h"

#include <string.h>

#include "base/check.h"

const char NAMES_CITY[] = "样例市";

struct words {
    const char *const *list;
    size_t count;
};
#define WORDS_OF(...)                                                                              \
    (struct words)                                                                                 \
    {                                                                                              \
        (const char *const[]){__VA_ARGS__},                                                        \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                      \
    }

/* A name on its way: adds a text. */
struct writing {
    char *out;
    size_t n, max;
};

static void put(struct writing *w, const char *text)
{
    size_t n = strlen(text);
    CHECK(w->n + n <= w->max);
    memcpy(w->out + w->n, text, n);
    w->n += n;
}

static void put_one(struct writing *w, struct dice *d, struct words words)
{
    put(w, words.list[dice_below(d, words.count)]);
}

static const char *const syllables[] = {
    "晨", "星", "云", "岭", "江", "河", "海", "川", "山", "石", "松", "竹", "梅", "兰", "枫", "桐",
    "禾", "穗", "金", "玉", "明", "辉", "恒", "瑞", "安", "泰", "和", "顺", "嘉", "润", "新", "远",
    "博", "通", "达", "信", "诚", "华", "盛", "隆", "丰", "源", "康", "宁", "永", "兴", "德", "祥",
};

static void put_shop_name(struct writing *w, struct dice *d)
{
    unsigned n = dice_chance(d, 70) ? 2 : 3;
    for (unsigned i = 0; i < n; i++)
        put_one(w, d, (struct words){syllables, ARRAY_LEN(syllables)});
}

static void put_place(struct writing *w, struct dice *d, unsigned district)
{
    put(w, NAMES_CITY);
    if (dice_chance(d, 50))
        put(w, district_name(district));
}

static void put_enterprise(struct writing *w, struct dice *d, unsigned district)
{
    bool in_brackets = dice_chance(d, 20);
    if (!in_brackets)
        put_place(w, d, district);
    put_shop_name(w, d);
    if (in_brackets) {
        put(w, "（");
        put(w, NAMES_CITY);
        put(w, "）");
    }
    put_one(w, d,
            WORDS_OF("贸易", "食品", "机械制造", "物流", "环保科技", "建筑工程", "信息技术",
                     "餐饮管理", "电子科技", "生物科技", "汽车服务", "物业管理", "文化传播",
                     "纺织品", "化工", "医疗器械", "农业发展", "房地产开发", "装饰设计", "教育咨询",
                     "人力资源服务", "供应链管理", "新能源", "印刷包装"));
    put_one(w, d,
            WORDS_OF("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司",
                     "集团有限公司", "合伙企业（有限合伙）"));
}

/* One trader in twenty trades under its own name, and is then found by code only. */
static void put_trader(struct writing *w, struct dice *d, unsigned district)
{
    if (dice_chance(d, 5)) {
        w->n += name_of_person((struct dice){dice_next(d)}, w->out + w->n);
        return;
    }
    put(w, NAMES_CITY);
    put(w, district_name(district));
    put_shop_name(w, d);
    put_one(w, d,
            WORDS_OF("小吃店", "便利店", "五金店", "水果店", "理发店", "服装店", "餐厅", "茶庄",
                     "维修部", "建材经营部", "花店", "药店", "早餐店", "书店", "洗衣店",
                     "日用品商行"));
}

static void put_cooperative(struct writing *w, struct dice *d, unsigned district)
{
    put_place(w, d, district);
    put_shop_name(w, d);
    put_one(w, d, WORDS_OF("蔬菜", "水稻", "水产养殖", "荔枝", "花卉", "畜禽养殖", "茶叶"));
    put(w, "农民专业合作社");
}

static const char *ordinal(struct dice *d)
{
    static const char *const n[] = {"第一", "第二", "第三", "第四", "第五", "第六", "第七", "第八"};
    return n[dice_below(d, ARRAY_LEN(n))];
}

static void put_institution(struct writing *w, struct dice *d, unsigned district)
{
    put(w, NAMES_CITY);
    put(w, district_name(district));
    if (dice_chance(d, 50)) {
        put(w, ordinal(d));
        put_one(w, d, WORDS_OF("中学", "小学", "人民医院", "幼儿园", "中医院"));
    } else {
        put_one(w, d,
                WORDS_OF("社区卫生服务中心", "图书馆", "文化馆", "环境监测站", "公路养护所",
                         "农业技术推广站", "档案馆", "政务服务中心"));
    }
}

static void put_society(struct writing *w, struct dice *d, unsigned district)
{
    put_place(w, d, district);
    put_one(w, d,
            WORDS_OF("餐饮行业", "物流行业", "建筑业", "软件行业", "环保产业", "家具", "书法家",
                     "志愿服务", "中小企业", "青年企业家"));
    put_one(w, d, WORDS_OF("协会", "商会", "联合会", "学会", "促进会"));
}

static void put_private_institution(struct writing *w, struct dice *d, unsigned district)
{
    put(w, NAMES_CITY);
    put(w, district_name(district));
    put_shop_name(w, d);
    put_one(w, d,
            WORDS_OF("养老院", "社会工作服务中心", "幼儿园", "职业培训学校", "康复中心",
                     "科普教育中心"));
}

static void put_authority(struct writing *w, struct dice *d, unsigned district)
{
    put(w, NAMES_CITY);
    put(w, district_name(district));
    put_shop_name(w, d);
    put_one(w, d, WORDS_OF("街道办事处", "镇人民政府", "街道办事处"));
}

static void put_collective(struct writing *w, struct dice *d, unsigned district)
{
    put(w, NAMES_CITY);
    put(w, district_name(district));
    put_shop_name(w, d);
    put_one(w, d, WORDS_OF("村股份经济联合社", "村经济合作社"));
}

unsigned name_of_organisation(enum org_class c, unsigned district, struct dice d, char *out)
{
    struct writing w = {.out = out, .max = ORG_NAME_BYTES - PERSON_NAME_BYTES};
    switch (c) {
    case CLASS_ENTERPRISE:
        put_enterprise(&w, &d, district);
        break;
    case CLASS_TRADER:
        put_trader(&w, &d, district);
        break;
    case CLASS_COOPERATIVE:
        put_cooperative(&w, &d, district);
        break;
    case CLASS_INSTITUTION:
        put_institution(&w, &d, district);
        break;
    case CLASS_SOCIETY:
        put_society(&w, &d, district);
        break;
    case CLASS_PRIVATE_INSTITUTION:
        put_private_institution(&w, &d, district);
        break;
    case CLASS_FOUNDATION:
        put_place(&w, &d, district);
        put_shop_name(&w, &d);
        put_one(&w, &d, WORDS_OF("公益基金会", "慈善基金会", "教育基金会"));
        break;
    case CLASS_LAW_FIRM:
        put(&w, NAMES_CITY);
        put_shop_name(&w, &d);
        put(&w, "律师事务所");
        break;
    case CLASS_AUTHORITY:
        put_authority(&w, &d, district);
        break;
    case CLASS_COLLECTIVE:
        put_collective(&w, &d, district);
        break;
    case CLASS_COUNT:
        UNREACHABLE();
    }
    return (unsigned)w.n;
}

unsigned name_of_person(struct dice d, char *out)
{
    static const char *const surnames[] = {
        "赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈",   "褚",   "卫",  "蒋",
        "沈", "韩", "杨", "朱", "秦", "许", "何", "吕", "张", "孔",   "曹",   "严",  "金",
        "魏", "陶", "姜", "梁", "黄", "林", "罗", "谢", "邓", "欧阳", "司徒", "上官"};
    static const char *const given[] = {"文", "明", "德", "仁", "义", "礼", "智", "信", "勤", "俭",
                                        "正", "平", "安", "康", "宁", "远", "志", "宏", "伟", "光",
                                        "辉", "永", "昌", "兴", "隆", "福", "寿", "淑", "贞", "芳"};
    struct writing w = {.out = out, .max = PERSON_NAME_BYTES};
    put_one(&w, &d, (struct words){surnames, ARRAY_LEN(surnames)});
    for (uint64_t n = 1 + dice_below(&d, 2); n; n--)
        put_one(&w, &d, (struct words){given, ARRAY_LEN(given)});
    return (unsigned)w.n;
}
