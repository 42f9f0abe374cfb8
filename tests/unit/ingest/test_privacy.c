/* Ways by which an identity number could leave the judge in clear although its item is sealed:
 * through forms that are made of a value (identity, names in the index), and through what is told
 * to the department. Numbers are those of persons who cannot be alive. */
#include "base/text.h"
#include "record/docno.h"
#include "record/identifier.h"
#include "record/mask.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "tests/support/trial.h"

#define TRIAL(name, theme) AUTO(trial_close) struct trial *name = trial_open(theme)
#define PERSON "440106185001010016"

static bool holds(struct slice text, const char *what)
{
    return slice_find(text, slice_of(what), 0) >= 0;
}

static bool holds_person(struct slice text)
{
    size_t at, bytes;
    return idnum_in_text(text, 0, &at, &bytes) || holds(text, PERSON);
}

/* Values, hints and columns of all findings. */
static bool told(struct trial *t)
{
    const struct judged *j = trial_judge(t);
    for (unsigned i = 0; j->findings && i < j->findings->count; i++) {
        const struct finding *f = &j->findings->list[i];
        const struct slice texts[] = {f->value, f->hint, f->item};
        for (size_t k = 0; k < 3; k++)
            if (holds_person(texts[k]) || holds_person(text_code(trial_arena(t), texts[k])))
                return true;
    }
    return false;
}

TEST(an_identity_is_sealed_when_folding_glues_a_number_to_other_digits)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_WSH", "穗处 2024 " PERSON " 号");
    struct record r = trial_record(t);
    EXPECT_EQ(r.identity.n, 0);
    EXPECT(!holds(trial_judge(t)->bytes, PERSON));
    EXPECT(holds(trial_sealed(t), PERSON));
    /* a wrong check character, which alone would not be found within a longer group */
    trial_set(t, "CF_WSH", "穗处 2024 440106185001010017 号");
    EXPECT_EQ(trial_record(t).identity.n, 0);
    EXPECT(!holds(trial_judge(t)->bytes, "440106185001010017"));
}

TEST(an_identity_is_sealed_when_one_of_its_items_is_personal)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_XDR_MC", "某某（" PERSON "）");
    EXPECT_EQ(trial_record(t).identity.n, 0);
}

TEST(a_name_in_which_folding_finds_a_number_is_masked_before_it_is_indexed)
{
    static const char *const names[] = {
        "某某4401061850（0101）0016",
        "某某440106     18500101     0016",
        "某某4401061850\"0101\"0016",
    };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        TRIAL(t, "penalty");
        trial_set(t, "CF_XDR_MC", names[i]);
        struct record r = trial_record(t);
        EXPECT_EQ(r.about.name_count, 1);
        EXPECT(!holds_person(text_fold(trial_arena(t), r.about.names[0].text)));
    }
}

TEST(a_document_number_that_is_shown_holds_no_number_under_blanks_and_brackets)
{
    TRIAL(t, "penalty");
    trial_set(t, "CF_WSH", "440106     18500101     0016");
    struct record r = trial_record(t);
    EXPECT(!holds_person(docno_fold(trial_arena(t), r.document)));
}

TEST(nothing_that_is_told_holds_a_number_under_blanks_or_dashes)
{
    static const char *const wrong[] = {
        "440106     18500101     0016", /* more blanks than belong between groups */
        "440106〜18500101〜0016",
        "４４０１０６     １８５００１０１     ００１６",
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        TRIAL(t, "penalty");
        trial_set(t, "CF_XDR_SHXYM", wrong[i]);
        EXPECT(trial_judge(t)->rejected);
        EXPECT(!told(t));
        trial_set(t, "CF_XDR_SHXYM", "91440106YY00000288");
        trial_set(t, "_id", wrong[i]);
        EXPECT(trial_judge(t)->rejected);
        EXPECT(!told(t));
        trial_set(t, "_id", NULL);
        trial_set(t, wrong[i], "列名");
        EXPECT(!told(t));
    }
}

TEST(masking_numbers_in_front_brings_no_part_of_a_later_one_into_what_is_told)
{
    /* Each number with three blanks between its digits shrinks when it is masked. */
    AUTO_BUF(b, 4096);
    for (int n = 0; n < 3; n++) {
        for (const char *p = PERSON; *p; p++)
            buf_printf(&b, "%s%c", p == (const char *)PERSON ? "" : n < 2 ? "   " : "", *p);
        buf_add_char(&b, ',');
    }
    for (int shift = 0; shift < 40; shift++) {
        TRIAL(t, "penalty");
        AUTO_BUF(v, 4096);
        for (int i = 0; i < shift; i++)
            buf_add_char(&v, 'a');
        buf_add_slice(&v, buf_slice(&b));
        trial_set_slice(t, "CF_JDRQ", buf_slice(&v));
        const struct judged *j = trial_judge(t);
        EXPECT(j->rejected);
        for (unsigned i = 0; i < j->findings->count; i++)
            EXPECT(!holds(j->findings->list[i].value, "44010618"));
    }
}

/* An item of the theme, for changing it; the theme is made anew for the next test. */
static struct item *item_of(const char *theme, const char *code)
{
    const struct theme *t = theme_named(theme);
    return (struct item *)(uintptr_t)theme_item(t, slice_of(code));
}

TEST(what_is_not_public_in_a_public_theme_does_not_leave_the_record)
{
    TRIAL(t, "penalty");
    item_of("penalty", "CF_WSH")->visibility = VIS_AUTHORISED;
    item_of("penalty", "CF_XDR_MC")->visibility = VIS_GOVERNMENT;
    struct record r = trial_record(t);
    EXPECT_EQ(r.document.n, 0);
    EXPECT_EQ(r.about.name_count, 0);
}

TEST(what_the_public_sees_masked_leaves_the_record_masked)
{
    TRIAL(t, "penalty");
    item_of("penalty", "CF_XDR_MC")->mask = &MASK_PERSON;
    struct record r = trial_record(t);
    EXPECT_EQ(r.about.name_count, 1);
    EXPECT_SAME(r.about.names[0].text, SLICE("广********司"));
}
