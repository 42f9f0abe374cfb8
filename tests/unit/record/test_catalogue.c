/* The real catalogue of the repository: what its themes say, how they are looked up, and that an
 * entry survives being stored. */
#include "base/json.h"
#include "record/catalogue.h"
#include "record/category.h"
#include "record/identifier.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static struct arena *arena;
static struct catalogue *real;

/* Loaded once: no test changes it. */
static const struct catalogue *catalogue(void)
{
    if (!real) {
        arena = arena_create(CATALOGUE_ARENA_BYTES);
        real = load_dir(arena, test_source("catalogue"));
    }
    return real;
}

__attribute__((destructor)) static void release(void)
{
    arena_destroy(arena);
}

static const struct theme *theme(const char *code)
{
    const struct theme *t = catalogue_theme_at(catalogue(), slice_of(code), instant("2026-01-01"));
    if (!t)
        FAIL("no theme %s", code);
    return t;
}

static const struct item *item(const struct theme *t, const char *code)
{
    const struct item *it = theme_item(t, slice_of(code));
    if (!it)
        FAIL("no item %s", code);
    return it;
}

static const struct item *by_role(const struct theme *t, enum item_role role)
{
    return t->role_item[role] < 0 ? NULL : &t->items[t->role_item[role]];
}

TEST(the_real_catalogue_has_registration_licences_and_penalties)
{
    static const char *const CODES[] = {"amr-enterprise-registration",
                                        "amr-licence",
                                        "amr-penalty",
                                        "ecology-licence",
                                        "ecology-penalty",
                                        "transport-licence",
                                        "transport-penalty"};
    for (size_t i = 0; i < ARRAY_LEN(CODES); i++) {
        const struct theme *t = theme(CODES[i]);
        EXPECT(catalogue_department(catalogue(), t->department) != NULL);
        EXPECT(t->zh.n > 0 && t->en.n > 0 && t->basis.n > 0);
        for (size_t k = 0; k < t->item_count; k++)
            EXPECT(t->items[k].zh.n > 0 && t->items[k].en.n > 0);
    }
    EXPECT_EQ(theme("amr-enterprise-registration")->number, 101);
    EXPECT_EQ(catalogue_newest_common(catalogue())->department_count, 51);
}

TEST(an_item_has_its_code_as_a_member_of_json_begins)
{
    AUTO_BUF(quoted, 256);
    for (size_t t = 0; t < catalogue()->theme_count; t++)
        for (size_t i = 0; i < catalogue()->themes[t]->item_count; i++) {
            const struct item *it = &catalogue()->themes[t]->items[i];
            buf_clear(&quoted);
            json_quote(&quoted, it->code);
            buf_add_char(&quoted, ':');
            EXPECT_SAME(it->member, buf_slice(&quoted));
        }
}

TEST(departments_have_valid_synthetic_codes)
{
    const struct common *c = catalogue_newest_common(catalogue());
    for (size_t i = 0; i < c->department_count; i++) {
        EXPECT(uscc_is_valid(c->departments[i].uscc));
        EXPECT(orgcode_is_valid(slice_make(c->departments[i].uscc.p + 8, 9)));
        EXPECT(slice_starts(c->departments[i].uscc, SLICE("11440100YY")));
    }
    EXPECT_SLICE(catalogue_department(catalogue(), SLICE("amr"))->zh, "市市场监督管理局");
    EXPECT(catalogue_department(catalogue(), SLICE("nobody")) == NULL);
}

TEST(every_column_of_a_plain_register_file_has_its_item)
{
    static const struct {
        const char *column, *code;
        int longest; /* seen in a real file of 17,196 rows */
    } COLUMNS[] = {{"企业名称", "ENT_NAME", 40}, {"统一社会信用代码", "USCC", 18},
                   {"注册日期", "REG_DATE", 10}, {"企业类型", "ENT_TYPE", 14},
                   {"注册资金", "REG_CAP", 21},  {"经营范围", "SCOPE", 1024},
                   {"所在省份", "PROVINCE", 2},  {"地区", "CITY", 2},
                   {"注册地址", "ADDRESS", 119}, {"成立日期", "REG_DATE", 10},
                   {"名称", "ENT_NAME", 40},     {"注册资本", "REG_CAP", 21},
                   {"住所", "ADDRESS", 119},     {"城市", "CITY", 2}};
    const struct theme *t = theme("amr-enterprise-registration");
    for (size_t i = 0; i < ARRAY_LEN(COLUMNS); i++) {
        const struct item *it = theme_item_by_name(t, arena, slice_of(COLUMNS[i].column));
        if (!it)
            FAIL("no item for %s", COLUMNS[i].column);
        EXPECT_SAME(it->code, slice_of(COLUMNS[i].code));
        EXPECT(it->chars_max >= COLUMNS[i].longest);
    }
}

TEST(a_registration_is_known_by_its_unified_code_and_dated_by_its_registration)
{
    const struct theme *t = theme("amr-enterprise-registration");
    EXPECT(t->is_registration);
    EXPECT_EQ(t->category, CATEGORY_REGISTRATION);
    EXPECT_EQ(t->kinds, 1 << SUBJECT_ENTERPRISE);
    EXPECT_EQ(t->publication, PUBLISH_ALWAYS);
    EXPECT_EQ(t->identity, IDENTITY_ITEMS);
    EXPECT_EQ(t->identity_count, 1);
    EXPECT_SLICE(t->items[t->identity_items[0]].code, "USCC");
    EXPECT_SLICE(t->items[t->day_item].code, "REG_DATE");
    EXPECT(t->items[t->day_item].happened);
    EXPECT_SLICE(by_role(t, ROLE_NAME)->code, "ENT_NAME");
    EXPECT_SLICE(by_role(t, ROLE_REGISTRATION)->code, "REG_NO");
    EXPECT_SLICE(by_role(t, ROLE_STATUS)->code, "STATUS");
    EXPECT_SLICE(by_role(t, ROLE_DISTRICT)->code, "DISTRICT");
    EXPECT_EQ(item(t, "REG_CAP")->type, ITEM_CAPITAL);
    EXPECT_EQ(item(t, "OP_TO")->not_before, (int)item(t, "OP_FROM")->index);
    EXPECT(item(t, "OP_TO")->open_ended);
}

TEST(a_penalty_is_known_by_number_authority_and_name_and_ends_by_term)
{
    const struct theme *t = theme("ecology-penalty");
    EXPECT_EQ(t->publication, PUBLISH_TERM);
    EXPECT_SLICE(t->severity_default, "ordinary");
    EXPECT_EQ(t->category, CATEGORY_SUPERVISION);
    EXPECT_EQ(t->kinds, 0x3e);
    EXPECT_EQ(t->identity_count, 3);
    EXPECT_SLICE(t->items[t->identity_items[0]].code, "CF_WSH");
    EXPECT_SLICE(t->items[t->identity_items[1]].code, "CF_CFJGDM");
    EXPECT_SLICE(t->items[t->identity_items[2]].code, "CF_XDR_MC");
    EXPECT_SLICE(t->items[t->day_item].code, "CF_JDRQ");
    EXPECT_SLICE(by_role(t, ROLE_UNTIL)->code, "CF_GSJZQ");
    EXPECT_SLICE(by_role(t, ROLE_SEVERITY)->code, "CF_CFLB");
    EXPECT_SLICE(by_role(t, ROLE_AUTHORITY)->code, "CF_CFJGDM");
    EXPECT_SLICE(by_role(t, ROLE_DOCUMENT)->code, "CF_WSH");
    EXPECT_EQ(item(t, "CF_CFLB")->type, ITEM_CODES);
    EXPECT_EQ(item(t, "CF_XDR_SHXYM")->required, REQUIRED_ORGANISATION);
    EXPECT_EQ(item(t, "CF_XDR_ZJHM")->required, REQUIRED_PERSON);
    EXPECT_EQ(item(t, "CF_FR_ZJHM")->required, REQUIRED_SHOULD);
}

TEST(every_identifier_of_the_counterpart_has_its_role)
{
    static const struct {
        enum item_role role;
        const char *code;
    } ROLES[] = {{ROLE_NAME, "XK_XDR_MC"},           {ROLE_COUNTERPART, "XK_XDR_LB"},
                 {ROLE_USCC, "XK_XDR_SHXYM"},        {ROLE_REGISTRATION, "XK_XDR_GSZC"},
                 {ROLE_ORGANISATION, "XK_XDR_ZZJG"}, {ROLE_TAX, "XK_XDR_SWDJ"},
                 {ROLE_INSTITUTION, "XK_XDR_SYDW"},  {ROLE_SOCIAL, "XK_XDR_SHZZ"},
                 {ROLE_PERSON, "XK_XDR_ZJHM"}};
    const struct theme *t = theme("transport-licence");
    for (size_t i = 0; i < ARRAY_LEN(ROLES); i++)
        EXPECT_SAME(by_role(t, ROLES[i].role)->code, slice_of(ROLES[i].code));
    EXPECT_EQ(t->publication, PUBLISH_ALWAYS);
    EXPECT_EQ(t->category, CATEGORY_QUALIFICATION);
}

TEST(persons_numbers_and_contacts_are_never_public)
{
    const struct catalogue *c = catalogue();
    unsigned seen = 0;
    for (size_t i = 0; i < c->theme_count; i++) {
        for (size_t k = 0; k < c->themes[i]->item_count; k++) {
            const struct item *it = &c->themes[i]->items[k];
            if (it->type != ITEM_PERSON_ID && it->type != ITEM_CONTACT)
                continue;
            seen++;
            EXPECT(it->visibility == VIS_GOVERNMENT ||
                   (it->visibility == VIS_AUTHORISED && it->mask));
        }
    }
    EXPECT(seen >= 300);
    const struct theme *t = theme("amr-penalty");
    EXPECT_EQ(item(t, "CF_FR_ZJHM")->document_type, (int)item(t, "CF_FR_ZJLX")->index);
}

TEST(columns_are_found_by_code_name_and_older_spelling_however_typed)
{
    const struct theme *t = theme("amr-licence");
    static const char *const SPELLINGS[] = {"XK_FRDB",      "xk_frdb", "ＸＫ＿ＦＲＤＢ",
                                            " 法定代表人 ", "XK_FDDB", "法定 代表人"};
    for (size_t i = 0; i < ARRAY_LEN(SPELLINGS); i++) {
        const struct item *it = theme_item_by_name(t, arena, slice_of(SPELLINGS[i]));
        if (!it)
            FAIL("not found: %s", SPELLINGS[i]);
        EXPECT_SLICE(it->code, "XK_FRDB");
    }
    EXPECT_SLICE(theme_item_by_name(t, arena, SLICE("行政相对人代码_1(统一社会信用代码)"))->code,
                 "XK_XDR_SHXYM");
    EXPECT_SLICE(theme_item_by_name(t, arena, SLICE("XK_FR_SFZH"))->code, "XK_FR_ZJHM");
    EXPECT_SLICE(theme_item_by_name(theme("amr-penalty"), arena, SLICE("cf_fr_sfzh"))->code,
                 "CF_FR_ZJHM");
    EXPECT(theme_item_by_name(t, arena, SLICE("CF_FRDB")) == NULL);
    EXPECT(theme_item_by_name(t, arena, SLICE("")) == NULL);
    EXPECT(theme_item(t, SLICE("xk_frdb")) == NULL);
    for (size_t i = 0; i < t->item_count; i++)
        EXPECT(theme_item(t, t->items[i].code) == &t->items[i]);
}

TEST(reserved_columns_are_known_in_both_languages)
{
    catalogue();
    EXPECT_EQ(reserved_column(arena, SLICE("_id")), RESERVED_ID);
    EXPECT_EQ(reserved_column(arena, SLICE("_ID ")), RESERVED_ID);
    EXPECT_EQ(reserved_column(arena, SLICE("记录编号")), RESERVED_ID);
    EXPECT_EQ(reserved_column(arena, SLICE("_version")), RESERVED_VERSION);
    EXPECT_EQ(reserved_column(arena, SLICE("更新时间")), RESERVED_TIME);
    EXPECT_EQ(reserved_column(arena, SLICE("操作")), RESERVED_OP);
    EXPECT_EQ(reserved_column(arena, SLICE("_reason")), RESERVED_REASON);
    EXPECT_EQ(reserved_column(arena, SLICE("列入原因")), RESERVED_NONE);
}

TEST(values_of_a_code_set_are_found_by_code_name_and_alias)
{
    const struct code_set *kinds = item(theme("amr-penalty"), "CF_CFLB")->code_set;
    EXPECT_SLICE(code_set_find(kinds, arena, SLICE("罚款"))->code, "罚款");
    EXPECT_SLICE(code_set_find(kinds, arena, SLICE("吊销营业执照"))->code, "吊销许可证件");
    EXPECT_SLICE(code_set_find(kinds, arena, SLICE("责令 停产停业"))->code, "责令停产停业");
    EXPECT(code_set_find(kinds, arena, SLICE("死刑")) == NULL);
    EXPECT(code_set_find(kinds, arena, SLICE("")) == NULL);

    const struct code_set *status = item(theme("amr-licence"), "XK_ZT")->code_set;
    EXPECT_SLICE(code_set_find(status, arena, SLICE("0"))->code, "1");
    EXPECT_SLICE(code_set_find(status, arena, SLICE("２"))->code, "2");
    EXPECT_SLICE(code_set_find(status, arena, SLICE("有效"))->code, "1");

    const struct code_set *classes = item(theme("amr-licence"), "XK_XDR_LB")->code_set;
    EXPECT_EQ(code_set_find(classes, arena, SLICE("自然人"))->kind, SUBJECT_INDIVIDUAL);
    EXPECT_EQ(code_set_find(classes, arena, SLICE("法人及其他组织"))->kind, SUBJECT_ENTERPRISE);
    EXPECT_EQ(code_set_find(classes, arena, SLICE("个体户"))->kind, SUBJECT_ENTERPRISE);

    const struct code_set *papers = item(theme("amr-licence"), "XK_XDR_ZJLX")->code_set;
    EXPECT(code_set_find(papers, arena, SLICE("居民身份证"))->is_identity_card);
    EXPECT(!code_set_find(papers, arena, SLICE("护照"))->is_identity_card);
}

TEST(tables_hold_what_judging_needs)
{
    const struct tables *t = catalogue_tables_at(catalogue(), instant("2026-01-01"));
    EXPECT_EQ(t->open_end_year_min, 2099);
    EXPECT_EQ(t->filler_count, 2);
    EXPECT(tables_is_missing(t, SLICE("\\N")));
    EXPECT(tables_is_missing(t, SLICE("n/a")));
    EXPECT(tables_is_missing(t, SLICE("— —")));
    EXPECT(!tables_is_missing(t, SLICE("无锡")));
    EXPECT(tables_division_known(t, 440106));
    EXPECT(!tables_division_known(t, 440199));
    struct arena *a = arena_create(1 << 16);
    EXPECT_SLICE(tables_division_name(t, a, SLICE("440106")), "广州市天河区");
    EXPECT_SLICE(tables_division_name(t, a, SLICE("110101")), "北京市东城区");
    arena_destroy(a);
    EXPECT_EQ(tables_mask(t, SLICE("person-number"))->keep_first, 1);
    EXPECT(tables_mask(t, SLICE("nothing")) == NULL);
    for (size_t i = 1; i < t->division_count; i++)
        EXPECT(t->divisions[i - 1] < t->divisions[i]);
    EXPECT_SLICE(t->severity_words[0].class_code, "serious");
    EXPECT_SLICE(t->severity_words[t->severity_word_count - 1].class_code, "minor");
    for (size_t i = 0; i < t->term_count; i++)
        if (slice_eq(t->terms[i].class_code, SLICE("minor")))
            EXPECT_EQ(t->terms[i].months_max, 0);
}

static void restore_all(struct arena *a, const struct catalogue *c, struct catalogue **ret)
{
    struct catalogue_entry *entries =
        ARENA_ARRAY(a, struct catalogue_entry, c->theme_count + c->common_count);
    size_t n = 0;
    for (size_t i = 0; i < c->theme_count; i++)
        entries[n++] = (struct catalogue_entry){c->themes[i]->number, c->themes[i]->version,
                                                c->themes[i]->json};
    for (size_t i = 0; i < c->common_count; i++)
        entries[n++] = (struct catalogue_entry){0, c->commons[i]->version, c->commons[i]->json};
    struct reason why = {{0}};
    int r = catalogue_restore(a, entries, n, ret, &why);
    if (r < 0)
        FAIL("not restored: %s", why.text);
}

static void same_item(const struct item *x, const struct item *y)
{
    EXPECT_SAME(x->code, y->code);
    EXPECT_SAME(x->zh, y->zh);
    EXPECT_SAME(x->en, y->en);
    EXPECT_EQ(x->alias_count, y->alias_count);
    EXPECT_EQ(x->type, y->type);
    EXPECT_EQ(x->chars_max, y->chars_max);
    EXPECT_EQ(x->required, y->required);
    EXPECT_EQ(x->visibility, y->visibility);
    EXPECT_EQ(x->role, y->role);
    EXPECT_EQ(x->happened, y->happened);
    EXPECT_EQ(x->open_ended, y->open_ended);
    EXPECT_EQ(x->not_before, y->not_before);
    EXPECT_EQ(x->document_type, y->document_type);
    EXPECT_EQ(x->index, y->index);
    EXPECT_EQ(x->code_set != NULL, y->code_set != NULL);
    if (x->code_set) {
        EXPECT_SAME(x->code_set->name, y->code_set->name);
        EXPECT_EQ(x->code_set->count, y->code_set->count);
        EXPECT_EQ(x->code_set->word_count, y->code_set->word_count);
    }
    EXPECT_EQ(x->mask != NULL, y->mask != NULL);
    if (x->mask)
        EXPECT_EQ(x->mask->keep_last, y->mask->keep_last);
}

TEST(an_entry_written_and_read_again_is_the_same_entry)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = copy_make();
    /* A mask, so that every key occurs. */
    copy_edit(&copy, "archetypes/registration.yaml",
              "type: contact\n    length: 64\n    visibility: G",
              "type: contact\n    length: 64\n    visibility: A\n    mask: telephone");
    copy_edit(&copy, "themes/amr-licence.yaml", "zh: 市场监管行政许可信息",
              "zh: '引号 \" 反斜杠 \\ 𠮷 {\"a\": [1]}, # x'");
    const struct catalogue *c = load_dir(a, copy.dir);
    struct catalogue *again = NULL;
    restore_all(a, c, &again);
    EXPECT_EQ(again->theme_count, c->theme_count);
    EXPECT_EQ(again->common_count, 1);
    EXPECT_SAME(again->commons[0]->json, c->commons[0]->json);
    EXPECT_EQ(again->commons[0]->tables.division_count, c->commons[0]->tables.division_count);
    EXPECT_SAME(again->commons[0]->tables.division_names[9],
                c->commons[0]->tables.division_names[9]);
    EXPECT_EQ(again->commons[0]->tables.class_count, c->commons[0]->tables.class_count);
    EXPECT_EQ(again->commons[0]->tables.missing_count, c->commons[0]->tables.missing_count);
    const struct tables *t = &c->commons[0]->tables, *u = &again->commons[0]->tables;
    EXPECT_EQ(u->workdays.off_count, t->workdays.off_count);
    EXPECT_EQ(u->workdays.work_count, t->workdays.work_count);
    EXPECT_EQ(u->workdays.known_to.v, t->workdays.known_to.v);
    EXPECT_EQ(u->deadline_count, t->deadline_count);
    EXPECT_EQ(u->term_count, t->term_count);
    for (size_t i = 0; i < t->term_count; i++) {
        EXPECT_SAME(u->terms[i].set, t->terms[i].set);
        EXPECT_SAME(u->terms[i].class_code, t->terms[i].class_code);
        EXPECT_EQ(u->terms[i].months_min, t->terms[i].months_min);
        EXPECT_EQ(u->terms[i].months_max, t->terms[i].months_max);
        EXPECT_EQ(u->terms[i].from.v, t->terms[i].from.v);
        EXPECT_EQ(u->terms[i].applied_from.v, t->terms[i].applied_from.v);
    }
    for (size_t i = 0; i < c->theme_count; i++) {
        const struct theme *x = c->themes[i], *y = again->themes[i];
        EXPECT_SAME(x->zh, y->zh);
        EXPECT_EQ(x->number, y->number);
        EXPECT_EQ(x->version, y->version);
        EXPECT_EQ(x->valid_from.v, y->valid_from.v);
        EXPECT_EQ(x->kinds, y->kinds);
        EXPECT_EQ(x->counterpart, y->counterpart);
        EXPECT_EQ(x->category, y->category);
        EXPECT_EQ(x->publication, y->publication);
        EXPECT_EQ(x->retention_years, y->retention_years);
        EXPECT_EQ(x->identity_count, y->identity_count);
        EXPECT_EQ(x->is_registration, y->is_registration);
        EXPECT_EQ(x->day_item, y->day_item);
        EXPECT_EQ(x->name_count, y->name_count);
        EXPECT_EQ(x->item_count, y->item_count);
        for (size_t k = 0; k < x->item_count; k++)
            same_item(&x->items[k], &y->items[k]);
        for (size_t k = 0; k < THEME_ROLES; k++)
            EXPECT_EQ(x->role_item[k], y->role_item[k]);
    }
    /* What was restored renders to the same bytes: joined with the files it brings nothing new. */
    struct catalogue *joined = NULL;
    struct catalogue_entry *fresh = NULL;
    size_t count = 99;
    EXPECT_OK(catalogue_join(a, again, c, instant("2026-01-01"), &joined, &fresh, &count, NULL));
    EXPECT_EQ(count, 0);
    arena_destroy(a);
}

TEST(the_text_of_an_entry_is_stable)
{
    const struct theme *t = theme("amr-licence");
    EXPECT(slice_starts(
        t->json,
        SLICE("{\"number\":201,\"code\":\"amr-licence\",\"version\":1,"
              "\"valid_from\":\"2024-01-01T00:00:00.000+08:00\",\"zh\":\"市场监管行政许可信息\"")));
    EXPECT(
        slice_find(t->json,
                   SLICE("{\"code\":\"XK_XDR_MC\",\"zh\":\"行政相对人名称\",\"en\":\"Name of the "
                         "counterpart\","
                         "\"aliases\":[\"相对人名称\"],\"type\":\"name\",\"length\":200,"
                         "\"required\":\"yes\",\"visibility\":\"P\",\"role\":\"name\"}"),
                   0) > 0);
    EXPECT(slice_find(
               t->json,
               SLICE("{\"code\":\"自然人\",\"zh\":\"自然人\",\"en\":\"Natural person\",\"aliases\":"
                     "[\"个人\",\"公民\"],\"kind\":\"individual\"}"),
               0) > 0);
}

TEST(damaged_stored_entries_are_told_from_mistakes)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct common *common = catalogue_newest_common(catalogue());
    struct catalogue_entry entries[2] = {{0, common->version, common->json},
                                         {201, 1, SLICE("{\"number\":201}")}};
    struct catalogue *c = NULL;
    struct reason why = {{0}};
    EXPECT_ERR(catalogue_restore(a, entries, 2, &c, &why), CE_FORMAT);
    EXPECT(strstr(why.text, "stored entry 201 version 1") != NULL);
    entries[1].json = SLICE("{\"number\":201");
    EXPECT_ERR(catalogue_restore(a, entries, 2, &c, &why), CE_FORMAT);
    entries[1] = (struct catalogue_entry){201, 2, theme("amr-licence")->json};
    EXPECT_ERR(catalogue_restore(a, entries, 2, &c, &why), CE_FORMAT);
    EXPECT_ERR(catalogue_restore(a, entries + 1, 0, &c, &why), CE_FORMAT);
    entries[1].version = 1;
    EXPECT_OK(catalogue_restore(a, entries, 2, &c, &why));
    EXPECT_EQ(c->theme_count, 1);
    arena_destroy(a);
}

TEST(a_theme_changes_adds_and_leaves_out_items_of_its_archetype)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = copy_make();
    copy_edit(&copy, "themes/ecology-licence.yaml", "",
              "visibility: A\npublication: never\nwithout: [BZ, ADD_TIME]\nitems:\n"
              "  - {code: XK_WSH, length: 40}\n"
              "  - {code: XK_RIVER, zh: 排入水体, en: Receiving water, type: text, length: 30}\n");
    const struct catalogue *c = load_dir(a, copy.dir);
    const struct theme *changed =
        catalogue_theme_at(c, SLICE("ecology-licence"), instant("2026-01-01"));
    const struct theme *plain = catalogue_theme_at(c, SLICE("amr-licence"), instant("2026-01-01"));
    EXPECT_EQ(changed->item_count, plain->item_count - 1);
    EXPECT_EQ(item(changed, "XK_WSH")->chars_max, 40);
    EXPECT_EQ(item(plain, "XK_WSH")->chars_max, 128);
    EXPECT_EQ(item(changed, "XK_WSH")->index, item(plain, "XK_WSH")->index);
    EXPECT_SLICE(item(changed, "XK_WSH")->zh, "行政许可决定文书号");
    EXPECT_SLICE(changed->items[changed->item_count - 1].code, "XK_RIVER");
    EXPECT(theme_item(changed, SLICE("BZ")) == NULL);
    /* The stricter of theme and item holds. */
    EXPECT_EQ(item(changed, "XK_NR")->visibility, VIS_AUTHORISED);
    EXPECT_EQ(item(changed, "XK_SYFW")->visibility, VIS_GOVERNMENT);
    EXPECT_EQ(item(plain, "XK_NR")->visibility, VIS_PUBLIC);
    arena_destroy(a);
}

TEST(the_stricter_of_two_visibilities_is_the_one_that_fewer_see)
{
    EXPECT_EQ(visibility_stricter(VIS_PUBLIC, VIS_AUTHORISED), VIS_AUTHORISED);
    EXPECT_EQ(visibility_stricter(VIS_GOVERNMENT, VIS_AUTHORISED), VIS_GOVERNMENT);
    EXPECT_EQ(visibility_stricter(VIS_NONE, VIS_PUBLIC), VIS_NONE);
    EXPECT_EQ(visibility_stricter(VIS_PUBLIC, VIS_PUBLIC), VIS_PUBLIC);
}
