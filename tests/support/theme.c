/* Three themes and the tables they need, as structs: what the catalogue's reader would make of
 * their files. */
#include "tests/support/theme.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

struct item_row {
    const char *code, *zh;
    enum item_type type;
    int chars_max;
    enum required required;
    enum visibility visibility;
    enum item_role role;
    const char *code_set, *mask;
    bool happened, open_ended;
    const char *not_before, *document_type;
};

#define ITEM(code_, zh_, type_, chars_, required_, visibility_, ...)                               \
    {                                                                                              \
        .code = (code_), .zh = (zh_), .type = ITEM_##type_, .chars_max = (chars_),                 \
        .required = REQUIRED_##required_, .visibility = VIS_##visibility_, __VA_ARGS__             \
    }

static const struct item_row registration_rows[] = {
    ITEM("NAME", "企业名称", NAME, 200, YES, PUBLIC, .role = ROLE_NAME),
    ITEM("CODE", "统一社会信用代码", USCC, 64, YES, PUBLIC, .role = ROLE_USCC),
    ITEM("REGDATE", "注册日期", DATE, 40, YES, PUBLIC, .happened = true),
    ITEM("REGNO", "工商注册号", REGNO, 50, NO, PUBLIC, .role = ROLE_REGISTRATION),
    ITEM("ORGNO", "组织机构代码", ORGCODE, 20, NO, PUBLIC, .role = ROLE_ORGANISATION),
    ITEM("TAXNO", "税务登记号", NUMBER, 30, NO, PUBLIC, .role = ROLE_TAX),
    ITEM("TYPE", "企业类型", TEXT, 100, NO, PUBLIC),
    ITEM("CAPITAL", "注册资金", CAPITAL, 100, NO, PUBLIC),
    ITEM("SCOPE", "经营范围", TEXT, 4000, NO, PUBLIC),
    ITEM("STATUS", "登记状态", TEXT, 50, NO, PUBLIC, .role = ROLE_STATUS),
    ITEM("DISTRICT", "地区", TEXT, 50, NO, PUBLIC, .role = ROLE_DISTRICT),
    ITEM("ADDRESS", "注册地址", TEXT, 400, NO, PUBLIC),
    ITEM("LEGAL", "法定代表人", NAME, 50, NO, PUBLIC, .mask = "name"),
    ITEM("LEGALID", "法定代表人证件号码", PERSON_ID, 64, NO, GOVERNMENT),
};
static const struct item_row penalty_rows[] = {
    ITEM("CF_XDR_MC", "行政相对人名称", NAME, 200, YES, PUBLIC, .role = ROLE_NAME),
    ITEM("CF_XDR_LB", "行政相对人类别", CODE, 64, YES, PUBLIC, .role = ROLE_COUNTERPART,
         .code_set = "class"),
    ITEM("CF_XDR_SHXYM", "行政相对人代码_1", USCC, 64, ORGANISATION, PUBLIC, .role = ROLE_USCC),
    ITEM("CF_XDR_GSZC", "行政相对人代码_2", REGNO, 50, NO, PUBLIC, .role = ROLE_REGISTRATION),
    ITEM("CF_XDR_ZZJG", "行政相对人代码_3", ORGCODE, 20, NO, PUBLIC, .role = ROLE_ORGANISATION),
    ITEM("CF_XDR_SWDJ", "行政相对人代码_4", NUMBER, 30, NO, PUBLIC, .role = ROLE_TAX),
    ITEM("CF_XDR_SYDW", "行政相对人代码_5", NUMBER, 30, NO, PUBLIC, .role = ROLE_INSTITUTION),
    ITEM("CF_XDR_SHZZ", "行政相对人代码_6", NUMBER, 50, NO, PUBLIC, .role = ROLE_SOCIAL),
    ITEM("CF_FRDB", "法定代表人", NAME, 50, SHOULD, PUBLIC),
    ITEM("CF_FR_ZJHM", "法定代表人证件号码", PERSON_ID, 64, NO, GOVERNMENT),
    ITEM("CF_XDR_ZJLX", "证件类型", CODE, 64, NO, AUTHORISED, .code_set = "document"),
    ITEM("CF_XDR_ZJHM", "证件号码", PERSON_ID, 64, PERSON, AUTHORISED, .role = ROLE_PERSON,
         .mask = "number", .document_type = "CF_XDR_ZJLX"),
    ITEM("CF_LXDH", "联系电话", CONTACT, 64, NO, GOVERNMENT),
    ITEM("CF_WSH", "行政处罚决定书文号", DOCUMENT, 128, YES, PUBLIC, .role = ROLE_DOCUMENT),
    ITEM("CF_SY", "违法事实", TEXT, 4000, YES, PUBLIC),
    ITEM("CF_CFLB", "处罚类别", CODES, 256, YES, PUBLIC, .role = ROLE_SEVERITY,
         .code_set = "penalty"),
    ITEM("CF_NR_FK", "罚款金额（万元）", AMOUNT, 40, NO, PUBLIC),
    ITEM("CF_CS", "次数", INTEGER, 40, NO, AUTHORISED),
    ITEM("CF_JDRQ", "处罚决定日期", DATE, 40, YES, PUBLIC, .happened = true),
    ITEM("CF_YXQ", "处罚有效期", DATE, 40, NO, PUBLIC, .open_ended = true, .not_before = "CF_JDRQ"),
    ITEM("CF_GSJZQ", "公示截止期", DATE, 40, NO, PUBLIC, .role = ROLE_UNTIL, .open_ended = true),
    ITEM("CF_CFJG", "处罚机关", NAME, 200, NO, PUBLIC),
    ITEM("CF_CFJGDM", "处罚机关统一社会信用代码", USCC, 64, YES, PUBLIC, .role = ROLE_AUTHORITY),
    ITEM("BZ", "备注", TEXT, 4000, NO, AUTHORISED),
    ITEM("NB", "内部编号", NUMBER, 64, NO, NONE),
    ITEM("CF_JSRQ", "违法行为终了日期", DATE, 40, NO, PUBLIC, .role = ROLE_ENDED),
};
static const struct item_row memo_rows[] = {
    ITEM("M_NAME", "单位名称", NAME, 200, NO, AUTHORISED, .role = ROLE_NAME),
    ITEM("M_CODE", "单位代码", USCC, 64, NO, AUTHORISED, .role = ROLE_USCC),
    ITEM("M_DAY", "日期", DATE, 40, YES, AUTHORISED, .happened = true),
    ITEM("M_TEXT", "内容", TEXT, 100, NO, AUTHORISED),
};

static struct code_value class_values[] = {
    {.code = {"1", 1}, .zh = {"法人及非法人组织", 24}, .kind = SUBJECT_ENTERPRISE},
    {.code = {"2", 1}, .zh = {"自然人", 9}, .kind = SUBJECT_INDIVIDUAL},
    {.code = {"3", 1}, .zh = {"个体工商户", 15}, .kind = SUBJECT_ENTERPRISE},
};
static struct code_value document_values[] = {
    {.code = {"ID", 2}, .zh = {"身份证", 9}, .is_identity_card = true},
    {.code = {"PP", 2}, .zh = {"护照", 6}},
};
static struct slice confiscation[] = {{"没收违法所得、没收非法财物", 39}};
static struct code_value penalty_values[] = {
    {.code = {"1", 1}, .zh = {"警告", 6}},
    {.code = {"2", 1}, .zh = {"罚款", 6}},
    {.code = {"3", 1}, .zh = {"没收", 6}, .aliases = confiscation, .alias_count = 1},
    {.code = {"4", 1}, .zh = {"吊销许可证件", 18}},
};
static struct code_set sets[] = {
    {.name = {"class", 5}, .values = class_values, .count = ARRAY_LEN(class_values)},
    {.name = {"document", 8}, .values = document_values, .count = ARRAY_LEN(document_values)},
    {.name = {"penalty", 7}, .values = penalty_values, .count = ARRAY_LEN(penalty_values)},
};

static const struct mask masks[] = {{{"name", 4}, 1, 0}, {{"number", 6}, 3, 4}};
static const struct uscc_class classes[] = {
    {"11", SUBJECT_GOVERNMENT, {"机关", 6}},   {"12", SUBJECT_INSTITUTION, {"事业单位", 12}},
    {"51", SUBJECT_SOCIAL, {"社会团体", 12}},  {"52", SUBJECT_SOCIAL, {"民办非企业单位", 21}},
    {"91", SUBJECT_ENTERPRISE, {"企业", 6}},   {"92", SUBJECT_ENTERPRISE, {"个体工商户", 15}},
    {"93", SUBJECT_ENTERPRISE, {"合作社", 9}},
};
static const unsigned divisions[] = {100000, 440100, 440101, 440106, 440300};
static const struct slice missing[] = {
    {"\\N", 2}, {"NULL", 4}, {"N/A", 3}, {"/", 1},    {"—", 3},
    {"--", 2},  {"— —", 7},  {"无", 3},  {"暂无", 6},
};
static struct day fillers[2];
static struct term terms[] = {
    {.set = {"general", 7}, .class_code = {"minor", 5}},
    {.set = {"general", 7}, .class_code = {"ordinary", 8}, .months_max = 12},
    {.set = {"general", 7}, .class_code = {"serious", 7}, .months_max = 36},
    {.set = {"general", 7}, .class_code = {"serious", 7}, .months_max = 24},
    {.set = {"strict", 6}, .class_code = {"notice", 6}, .months_max = 1},
    {.set = {"strict", 6}, .class_code = {"ordinary", 8}, .months_max = 6},
};
static const struct severity_word severity_words[] = {
    {{"吊销", 6}, {"serious", 7}},
    {{"罚款", 6}, {"ordinary", 8}},
    {{"警告", 6}, {"notice", 6}},
    {{"警告", 6}, {"minor", 5}},
};

static struct arena *memory;
static struct catalogue *made;

static int word_order(const void *x, const void *y)
{
    return slice_cmp(((const struct code_word *)x)->text, ((const struct code_word *)y)->text);
}

static void set_index(struct code_set *set)
{
    struct code_word *words = ARENA_ARRAY(memory, struct code_word, 4 * set->count);
    struct code_word *folded = ARENA_ARRAY(memory, struct code_word, 4 * set->count);
    size_t n = 0;
    for (unsigned i = 0; i < set->count; i++) {
        const struct code_value *v = &set->values[i];
        words[n++] = (struct code_word){v->code, i};
        words[n++] = (struct code_word){v->zh, i};
        for (size_t k = 0; k < v->alias_count; k++)
            words[n++] = (struct code_word){v->aliases[k], i};
    }
    for (size_t i = 0; i < n; i++)
        folded[i] = (struct code_word){text_code(memory, words[i].text), words[i].value};
    qsort(words, n, sizeof *words, word_order);
    qsort(folded, n, sizeof *folded, word_order);
    set->words = words;
    set->folded = folded;
    set->word_count = set->folded_count = n;
}

static int item_index(const struct theme *t, const char *code)
{
    for (size_t i = 0; code && i < t->item_count; i++)
        if (slice_eq(t->items[i].code, slice_of(code)))
            return (int)i;
    CHECK(!code);
    return -1;
}

static const struct code_set *set_named(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(sets); i++)
        if (slice_eq(sets[i].name, slice_of(name)))
            return &sets[i];
    return NULL;
}

static const struct mask *mask_named(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(masks); i++)
        if (slice_eq(masks[i].name, slice_of(name)))
            return &masks[i];
    return NULL;
}

static int code_order(const void *x, const void *y, void *theme)
{
    const struct theme *t = theme;
    return slice_cmp(t->items[*(const unsigned *)x].code, t->items[*(const unsigned *)y].code);
}

static int name_order(const void *x, const void *y)
{
    return slice_cmp(((const struct item_name *)x)->text, ((const struct item_name *)y)->text);
}

static void items_make(struct theme *t, const struct item_row *rows, size_t count)
{
    t->items = ARENA_ARRAY(memory, struct item, count);
    t->item_count = count;
    unsigned *by_code = ARENA_ARRAY(memory, unsigned, count);
    struct item_name *names = ARENA_ARRAY(memory, struct item_name, 2 * count);
    for (size_t i = 0; i < THEME_ROLES; i++)
        t->role_item[i] = -1;
    for (unsigned i = 0; i < count; i++) {
        const struct item_row *r = &rows[i];
        t->items[i] = (struct item){
            .code = slice_of(r->code),
            .member = arena_printf(memory, "\"%s\":", r->code),
            .zh = slice_of(r->zh),
            .en = slice_of(r->code),
            .type = r->type,
            .chars_max = r->chars_max,
            .required = r->required,
            .code_set = set_named(r->code_set),
            .visibility = r->visibility,
            .mask = mask_named(r->mask),
            .role = r->role,
            .happened = r->happened,
            .open_ended = r->open_ended,
            .index = i,
        };
        by_code[i] = i;
        names[2 * i] = (struct item_name){text_code(memory, slice_of(r->code)), i};
        names[2 * i + 1] = (struct item_name){text_code(memory, slice_of(r->zh)), i};
        if (r->role != ROLE_NONE)
            t->role_item[r->role] = (int)i;
    }
    for (unsigned i = 0; i < count; i++) {
        t->items[i].not_before = item_index(t, rows[i].not_before);
        t->items[i].document_type = item_index(t, rows[i].document_type);
        t->items[i].stated_in = -1;
    }
    qsort_r(by_code, count, sizeof *by_code, code_order, t);
    qsort(names, 2 * count, sizeof *names, name_order);
    t->by_code = by_code;
    t->names = names;
    t->name_count = 2 * count;
}

static void identity_make(struct theme *t, const char *const *codes)
{
    unsigned *list = ARENA_ARRAY(memory, unsigned, THEME_ITEMS_MAX);
    t->identity = codes ? IDENTITY_ITEMS : IDENTITY_RECORD_ID;
    for (; codes && codes[t->identity_count]; t->identity_count++)
        list[t->identity_count] = (unsigned)item_index(t, codes[t->identity_count]);
    t->identity_items = list;
}

static struct theme *registration_make(void)
{
    struct theme *t = ARENA_NEW(memory, struct theme);
    *t = (struct theme){
        .number = 1,
        .code = SLICE("registration"),
        .version = 1,
        .zh = SLICE("登记"),
        .en = SLICE("registration"),
        .department = SLICE("amr"),
        .category = CATEGORY_REGISTRATION,
        .kinds = 1 << SUBJECT_ENTERPRISE,
        .counterpart = SUBJECT_ENTERPRISE,
        .visibility = VIS_PUBLIC,
        .publication = PUBLISH_ALWAYS,
        .severity_default = SLICE("ordinary"),
        .terms = SLICE("general"),
        .is_registration = true,
    };
    items_make(t, registration_rows, ARRAY_LEN(registration_rows));
    identity_make(t, (const char *const[]){"CODE", NULL});
    t->day_item = item_index(t, "REGDATE");
    return t;
}

static struct theme *penalty_make(void)
{
    struct theme *t = ARENA_NEW(memory, struct theme);
    *t = (struct theme){
        .number = 2,
        .code = SLICE("penalty"),
        .version = 3,
        .zh = SLICE("行政处罚"),
        .en = SLICE("penalty"),
        .department = SLICE("amr"),
        .category = CATEGORY_SUPERVISION,
        .kinds = 0x3E,
        .counterpart = SUBJECT_ENTERPRISE,
        .polarity = POLARITY_NEGATIVE,
        .visibility = VIS_PUBLIC,
        .publication = PUBLISH_TERM,
        .severity_default = SLICE("ordinary"),
        .terms = SLICE("general"),
        .retention_years = 5,
        .retention_start = SLICE("decision"),
    };
    items_make(t, penalty_rows, ARRAY_LEN(penalty_rows));
    identity_make(t, (const char *const[]){"CF_WSH", "CF_CFJGDM", "CF_XDR_MC", NULL});
    t->day_item = item_index(t, "CF_JDRQ");
    return t;
}

static struct theme *memo_make(void)
{
    struct theme *t = ARENA_NEW(memory, struct theme);
    *t = (struct theme){
        .number = 3,
        .code = SLICE("memo"),
        .version = 1,
        .zh = SLICE("备忘"),
        .en = SLICE("memo"),
        .department = SLICE("amr"),
        .category = CATEGORY_ADMINISTRATION,
        .kinds = 0x3E,
        .counterpart = SUBJECT_ENTERPRISE,
        .visibility = VIS_AUTHORISED,
        .publication = PUBLISH_NEVER,
        .severity_default = SLICE("ordinary"),
        .terms = SLICE("general"),
    };
    items_make(t, memo_rows, ARRAY_LEN(memo_rows));
    identity_make(t, NULL);
    t->day_item = item_index(t, "M_DAY");
    return t;
}

static void tables_make(struct tables *t)
{
    CHECK(day_from_civil(1899, 12, 31, &fillers[0]) && day_from_civil(1900, 1, 1, &fillers[1]));
    for (size_t i = 0; i < ARRAY_LEN(terms); i++) {
        terms[i].applied_from = DAY_NONE;
        CHECK(day_from_civil(i == 3 ? 2026 : 1949, i == 3 ? 4 : 10, 1, &terms[i].from));
    }
    *t = (struct tables){
        .classes = classes,
        .class_count = ARRAY_LEN(classes),
        .divisions = divisions,
        .division_count = ARRAY_LEN(divisions),
        .missing = missing,
        .missing_count = ARRAY_LEN(missing),
        .fillers = fillers,
        .filler_count = ARRAY_LEN(fillers),
        .open_end_year_min = 2099,
        .masks = masks,
        .mask_count = ARRAY_LEN(masks),
        .terms = terms,
        .term_count = ARRAY_LEN(terms),
        .severity_words = severity_words,
        .severity_word_count = ARRAY_LEN(severity_words),
    };
}

const struct catalogue *theme_catalogue(void)
{
    if (made)
        return made;
    memory = arena_create(16 * 1024 * 1024);
    for (size_t i = 0; i < ARRAY_LEN(sets); i++)
        set_index(&sets[i]);
    struct common *common = ARENA_NEW(memory, struct common);
    common->version = 1;
    tables_make(&common->tables);
    made = ARENA_NEW(memory, struct catalogue);
    made->commons = ARENA_ARRAY(memory, struct common *, 1);
    made->commons[0] = common;
    made->common_count = 1;
    made->theme_count = 3;
    made->themes = ARENA_ARRAY(memory, struct theme *, 3);
    made->by_number = ARENA_ARRAY(memory, struct theme *, 3);
    made->by_number[0] = made->themes[2] = registration_make();
    made->by_number[1] = made->themes[1] = penalty_make();
    made->by_number[2] = made->themes[0] = memo_make();
    return made;
}

const struct theme *theme_named(const char *code)
{
    const struct catalogue *c = theme_catalogue();
    for (size_t i = 0; i < c->theme_count; i++)
        if (slice_eq(c->themes[i]->code, slice_of(code)))
            return c->themes[i];
    UNREACHABLE();
}

void theme_catalogue_drop(void)
{
    arena_destroy(memory);
    memory = NULL;
    made = NULL;
}
