/* What is in force when: versions of themes and of the tables, and which files may be added to a
 * history. */
#include "base/err.h"
#include "record/catalogue.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

static const char LICENCE[] = "themes/amr-licence.yaml";

struct joined {
    struct arena *a;
    struct catalogue *c;
    struct catalogue_entry *fresh;
    size_t count;
    struct reason why;
    int result;
};

static struct joined join(struct arena *a, const struct catalogue *old,
                          const struct catalogue *files, const char *applied)
{
    struct joined j = {.a = a};
    struct utc_ms t = applied ? instant(applied) : (struct utc_ms){0};
    j.result = catalogue_join(a, old, files, t, &j.c, &j.fresh, &j.count, &j.why);
    return j;
}

static struct joined expect_conflict(struct joined j, const char *says)
{
    EXPECT_EQ(j.result, CE_CONFLICT);
    if (!strstr(j.why.text, says))
        FAIL("wanted …%s…, got %s", says, j.why.text);
    return j;
}

/* The real catalogue as the store would have it. */
static const struct catalogue *stored(struct arena *a, const struct catalogue *files)
{
    struct joined j = join(a, NULL, files, NULL);
    EXPECT_OK(j.result);
    struct catalogue *c = NULL;
    EXPECT_OK(catalogue_restore(a, j.fresh, j.count, &c, &j.why));
    return c;
}

/* A copy whose licence theme is at version 2 from the given instant, with one text changed. */
static const struct catalogue *second_version(struct arena *a, const char *valid_from)
{
    struct copy copy = copy_make();
    char line[128];
    EXPECT(snprintf(line, sizeof line, "version: 2\nvalid_from: %s", valid_from) <
           (int)sizeof line);
    copy_edit(&copy, LICENCE, "version: 1\nvalid_from: 2024-01-01T00:00:00+08:00", line);
    copy_edit(&copy, LICENCE, "", "items:\n  - {code: XK_WSH, length: 50}\n");
    return load_dir(a, copy.dir);
}

TEST(a_new_store_takes_every_entry)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *files = load_dir(a, test_source("catalogue"));
    struct joined j = join(a, NULL, files, NULL);
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, files->theme_count + 1);
    EXPECT_EQ(j.fresh[0].number, 0);
    EXPECT_EQ(j.c->theme_count, files->theme_count);
    arena_destroy(a);
}

TEST(the_same_files_bring_nothing_new)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *files = load_dir(a, test_source("catalogue"));
    struct joined j = join(a, stored(a, files), files, "2026-01-01");
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, 0);
    EXPECT_EQ(j.c->theme_count, files->theme_count);
    arena_destroy(a);
}

TEST(a_later_version_holds_from_its_instant_on_and_the_earlier_one_stays)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct joined j = join(a, old, second_version(a, "2026-07-01T00:00:00+08:00"), "2026-06-01");
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, 1);
    EXPECT_EQ(j.fresh[0].number, 201);
    EXPECT_EQ(j.fresh[0].version, 2);

    struct slice code = SLICE("amr-licence");
    EXPECT(catalogue_theme_at(j.c, code, instant("2023-12-31T23:59:59+08:00")) == NULL);
    EXPECT_EQ(catalogue_theme_at(j.c, code, instant("2024-01-01"))->version, 1);
    EXPECT_EQ(catalogue_theme_at(j.c, code, instant("2026-06-30T23:59:59.999+08:00"))->version, 1);
    EXPECT_EQ(catalogue_theme_at(j.c, code, instant("2026-07-01"))->version, 2);
    EXPECT_EQ(catalogue_number_at(j.c, 201, instant("2026-06-30"))->version, 1);
    EXPECT_EQ(catalogue_number_at(j.c, 201, instant("2027-01-01"))->version, 2);
    EXPECT(catalogue_number_at(j.c, 999, instant("2027-01-01")) == NULL);
    EXPECT(catalogue_theme_at(j.c, SLICE("amr"), instant("2027-01-01")) == NULL);
    EXPECT_EQ(theme_item(catalogue_version(j.c, 201, 1), SLICE("XK_WSH"))->chars_max, 128);
    EXPECT_EQ(theme_item(catalogue_version(j.c, 201, 2), SLICE("XK_WSH"))->chars_max, 50);
    EXPECT(catalogue_version(j.c, 201, 3) == NULL);
    EXPECT(catalogue_version(j.c, 0, 1) == NULL);
    arena_destroy(a);
}

TEST(a_changed_entry_without_a_new_version_is_refused)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct copy copy = copy_make();
    copy_edit(&copy, "archetypes/licence.yaml", "length: 4000", "length: 5000");
    expect_conflict(join(a, old, load_dir(a, copy.dir), NULL), "-licence\" is stored with another");
    struct copy tables = copy_make();
    copy_edit(&tables, "tables/terms.yaml", "months_max: 12", "months_max: 6");
    expect_conflict(join(a, old, load_dir(a, tables.dir), NULL),
                    "departments and tables (common.yaml) is stored with");
    arena_destroy(a);
}

TEST(a_comment_or_another_order_of_keys_is_no_change)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct copy copy = copy_make();
    copy_edit(&copy, LICENCE, "number: 201\ncode: amr-licence\n",
              "# a note\ncode: amr-licence\nnumber: 201\n");
    struct joined j = join(a, old, load_dir(a, copy.dir), "2026-01-01");
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, 0);
    arena_destroy(a);
}

TEST(a_version_that_begins_among_rows_already_judged_is_refused)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    const struct catalogue *files = second_version(a, "2026-07-01T00:00:00+08:00");
    expect_conflict(join(a, old, files, "2026-07-01T00:00:00+08:00"), "still to come");
    expect_conflict(join(a, old, files, "2026-08-01T00:00:00+08:00"), "still to come");
    EXPECT_OK(join(a, old, files, "2026-06-30T23:59:59.999+08:00").result);
    EXPECT_OK(join(a, old, files, NULL).result);
    arena_destroy(a);
}

TEST(instants_of_versions_must_rise)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    expect_conflict(join(a, old, second_version(a, "2023-07-01T00:00:00+08:00"), NULL),
                    "does not begin after");
    expect_conflict(join(a, old, second_version(a, "2024-01-01T00:00:00+08:00"), NULL),
                    "does not begin after");
    arena_destroy(a);
}

TEST(a_theme_keeps_its_number_its_category_and_its_identity)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    static const struct {
        const char *find, *put, *says;
    } CHANGES[] = {
        {"number: 201", "number: 299", "keeps its number"},
        {"archetype: licence", "archetype: licence\ncategory: administration",
         "changes the category"},
        {"archetype: licence", "archetype: licence\nidentity: [XK_WSH, XK_XKJGDM]",
         "changes the identity"},
        {"archetype: licence", "archetype: licence\nidentity: record-id", "changes the identity"},
    };
    for (size_t i = 0; i < ARRAY_LEN(CHANGES); i++) {
        struct copy copy = copy_make();
        copy_edit(&copy, LICENCE, "version: 1\nvalid_from: 2024", "version: 2\nvalid_from: 2027");
        copy_edit(&copy, LICENCE, CHANGES[i].find, CHANGES[i].put);
        expect_conflict(join(a, old, load_dir(a, copy.dir), "2026-01-01"), CHANGES[i].says);
    }
    arena_destroy(a);
}

TEST(a_number_once_given_is_not_given_to_another_theme)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct copy copy = copy_make();
    copy_remove(&copy, LICENCE);
    copy_put(&copy, "themes/tax-other.yaml",
             "number: 201\ncode: tax-other\nversion: 1\nvalid_from: 2027-01-01\nzh: 税\n"
             "en: tax\nbasis: 法\ndepartment: tax\narchetype: licence\n");
    expect_conflict(join(a, old, load_dir(a, copy.dir), "2026-01-01"), "is that of two themes");
    arena_destroy(a);
}

TEST(a_theme_whose_file_is_gone_stays_in_force)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct copy copy = copy_make();
    copy_remove(&copy, LICENCE);
    struct joined j = join(a, old, load_dir(a, copy.dir), "2026-01-01");
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, 0);
    EXPECT_EQ(catalogue_theme_at(j.c, SLICE("amr-licence"), instant("2026-02-01"))->version, 1);
    arena_destroy(a);
}

TEST(tables_change_at_an_instant_too)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    const struct catalogue *old = stored(a, load_dir(a, test_source("catalogue")));
    struct copy copy = copy_make();
    copy_edit(&copy, "common.yaml", "version: 1\nvalid_from: 2024", "version: 2\nvalid_from: 2027");
    copy_edit(&copy, "tables/dates.yaml", "open_end_year_min: 2099", "open_end_year_min: 2098");
    copy_edit(&copy, "departments.yaml", "zh: 市教育局", "zh: 市教育委员会");
    struct joined j = join(a, old, load_dir(a, copy.dir), "2026-01-01");
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, 1);
    EXPECT_EQ(j.fresh[0].number, 0);
    EXPECT_EQ(j.fresh[0].version, 2);
    EXPECT_EQ(catalogue_tables_at(j.c, instant("2026-12-31"))->open_end_year_min, 2099);
    EXPECT_EQ(catalogue_tables_at(j.c, instant("2027-01-01"))->open_end_year_min, 2098);
    /* Before the first version the first one serves. */
    EXPECT_EQ(catalogue_tables_at(j.c, instant("1990-01-01"))->open_end_year_min, 2099);
    EXPECT_SLICE(catalogue_department(j.c, SLICE("edu"))->zh, "市教育委员会");
    EXPECT_EQ(catalogue_newest_common(j.c)->version, 2);

    struct copy early = copy_make();
    copy_edit(&early, "common.yaml", "version: 1\nvalid_from: 2024",
              "version: 2\nvalid_from: 2023");
    expect_conflict(join(a, old, load_dir(a, early.dir), NULL), "common.yaml");
    arena_destroy(a);
}

TEST(two_versions_may_lie_side_by_side_in_the_folder)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct copy copy = copy_make();
    copy_put(&copy, "themes/amr-licence.v2.yaml",
             "number: 201\ncode: amr-licence\nversion: 2\nvalid_from: "
             "2027-01-01T00:00:00+08:00\nzh: 新\nen: new\n"
             "basis: 法\ndepartment: amr\narchetype: licence\n");
    struct catalogue *files = load_dir(a, copy.dir);
    EXPECT_EQ(catalogue_theme_at(files, SLICE("amr-licence"), instant("2026-12-31"))->version, 1);
    EXPECT_EQ(catalogue_theme_at(files, SLICE("amr-licence"), instant("2027-01-01"))->version, 2);
    struct joined j = join(a, NULL, files, NULL);
    EXPECT_OK(j.result);
    EXPECT_EQ(j.count, files->theme_count + 1);
    arena_destroy(a);
}
