/* Identity numbers: all are synthetic (born before 1880) or published. */
#include "record/identifier.h"
#include "tests/support/test.h"

static struct day day(int y, int m, int d)
{
    struct day ret = DAY_NONE;
    EXPECT(day_from_civil(y, m, d, &ret));
    return ret;
}

static struct idnum_result check(const char *number)
{
    return idnum_check(slice_of(number), day(1800, 1, 1), day(2025, 3, 8));
}

static void expect_born(const char *number, int y, int m, int d)
{
    struct idnum_result r = check(number);
    if (r.rejected)
        FAIL("%s is rejected by %s", number, rule_id(r.rejected));
    EXPECT_EQ(r.born.v, day(y, m, d).v);
    if (strlen(number) == 18)
        EXPECT_SAME(slice_make(r.number, 18), slice_of(number));
}

static void expect_rejected(const char *number, enum rule wanted)
{
    enum rule r = check(number).rejected;
    if (r != wanted)
        FAIL("%s is judged by '%s', not by %s", number, rule_id(r), rule_id(wanted));
}

TEST(synthetic_and_published_numbers_are_right)
{
    expect_born("440106185001010016", 1850, 1, 1);
    expect_born("440106185202290026", 1852, 2, 29);
    expect_born("44010618500101018X", 1850, 1, 1);
    expect_born("810000185001010011", 1850, 1, 1);
    expect_born("820000185001010021", 1850, 1, 1);
    expect_born("830000185001010031", 1850, 1, 1);
    expect_born("440199199001010017", 1990, 1, 1); /* no such county */
    expect_born("11010519491231002X", 1949, 12, 31);
    expect_born("440524188001010014", 1880, 1, 1);
    expect_born("360426199101010071", 1991, 1, 1);
}

TEST(the_birth_date_is_a_day_that_was)
{
    expect_rejected("440106185002290013", RULE_IDNUM_DATE); /* the check is right */
    expect_rejected("44010619000229001X", RULE_IDNUM_DATE); /* 1900 was no leap year */
    expect_born("440106200002290016", 2000, 2, 29);
    expect_rejected("440106185000010014", RULE_IDNUM_DATE);
    expect_rejected("440106185013010013", RULE_IDNUM_DATE);
    expect_rejected("440106185001000010", RULE_IDNUM_DATE);
    expect_rejected("440106185001320014", RULE_IDNUM_DATE);
    expect_rejected("000000000000000001", RULE_IDNUM_PROVINCE);
}

TEST(nobody_is_born_tomorrow_or_too_long_ago)
{
    expect_born("440106202503080016", 2025, 3, 8); /* today */
    expect_rejected("440106202503090011", RULE_IDNUM_DATE);
    struct idnum_result r =
        idnum_check(SLICE("440106185001010016"), day(1880, 1, 1), day(2025, 3, 8));
    EXPECT_EQ(r.rejected, RULE_IDNUM_DATE);
    r = idnum_check(SLICE("440524188001010014"), day(1880, 1, 1), day(2025, 3, 8));
    EXPECT_EQ(r.rejected, RULE_NONE);
    r = idnum_check(SLICE("440524188001010014"), day(1880, 1, 2), day(2025, 3, 8));
    EXPECT_EQ(r.rejected, RULE_IDNUM_DATE);
}

TEST(a_number_begins_with_a_province)
{
    expect_rejected("000106185001010014", RULE_IDNUM_PROVINCE);
    expect_rejected("160106185001010019", RULE_IDNUM_PROVINCE);
    expect_rejected("840000185001010033", RULE_IDNUM_PROVINCE);
    /* A foreigner's card: 9, the province, the country. */
    expect_born("914156185001010016", 1850, 1, 1);
    expect_rejected("900106185001010017", RULE_IDNUM_PROVINCE);
}

TEST(the_check_character_is_right)
{
    expect_rejected("440106185001010017", RULE_IDNUM_CHECK);
    expect_rejected("44010618500101001X", RULE_IDNUM_CHECK);
    expect_rejected("440106185001010180", RULE_IDNUM_CHECK);
    char number[] = "440106185001010016";
    for (char c = '0'; c <= '9'; c++) {
        number[16] = c;
        EXPECT_EQ(check(number).rejected == RULE_NONE, c == '1');
    }
}

TEST(length_and_characters)
{
    expect_rejected("", RULE_IDNUM_LENGTH);
    expect_rejected("44010618500101001", RULE_IDNUM_LENGTH);
    expect_rejected("4401061850010100166", RULE_IDNUM_LENGTH);
    expect_rejected("E1234567", RULE_IDNUM_LENGTH);
    expect_rejected("44010618500101018x", RULE_IDNUM_ALPHABET); /* text_code makes it X */
    expect_rejected("4401061850010100A6", RULE_IDNUM_ALPHABET);
    expect_rejected("4401061850010X0016", RULE_IDNUM_ALPHABET);
    expect_rejected("11010549123100X", RULE_IDNUM_ALPHABET);
    expect_rejected("4401********0016**", RULE_IDNUM_ALPHABET);
    expect_rejected("四四零一零六", RULE_IDNUM_ALPHABET); /* 18 bytes */
}

TEST(fifteen_digits_are_lengthened)
{
    struct idnum_result r = check("110105491231002");
    EXPECT_EQ(r.rejected, RULE_NONE);
    EXPECT_SAME(slice_make(r.number, 18), SLICE("11010519491231002X"));
    EXPECT_EQ(r.born.v, day(1949, 12, 31).v);
    /* Sequences 996 to 999 were for those born before 1900. */
    r = check("110105491231996");
    EXPECT_EQ(r.rejected, RULE_NONE);
    EXPECT_SAME(slice_make(r.number, 18), SLICE("110105184912319965"));
    expect_rejected("110105490229002", RULE_IDNUM_DATE);
    expect_rejected("160105491231002", RULE_IDNUM_PROVINCE);
}

static bool is_shaped(const char *digits)
{
    return idnum_is_shaped(slice_of(digits));
}

TEST(the_shape_does_not_ask_for_the_check)
{
    EXPECT(is_shaped("440106185001010016") && is_shaped("440106185001010019"));
    EXPECT(is_shaped("44010618500101001X"));
    EXPECT(is_shaped("440106500101001"));
    EXPECT(!is_shaped("440106179912310016") && !is_shaped("440106210101010016"));
    EXPECT(!is_shaped("440106185002290013") && !is_shaped("160106185001010019"));
    EXPECT(!is_shaped("44010618500101001") && !is_shaped("4401065001010"));
    /* Nearly all unified codes begin with 9 too. */
    EXPECT(is_shaped("914156185001010016") && !is_shaped("914156185001010017"));
    /* The check of a registration number is right; 440118 and 1845 within a unified code. */
    EXPECT(!is_shaped("440106500101009"));
    EXPECT(uscc_is_valid(SLICE("114401184501010014")) && !is_shaped("114401184501010014"));
    EXPECT(is_shaped("114401184501010015"));
}

TEST(an_identity_number_instead_of_a_code_has_a_right_check)
{
    EXPECT(idnum_is_instead(SLICE("440106185001010016")));
    EXPECT(idnum_is_instead(SLICE("44010618500101018X")));
    EXPECT(!idnum_is_instead(SLICE("440106185001010017")));
    EXPECT(!idnum_is_instead(SLICE("114401184501010014")));
    EXPECT(!idnum_is_instead(SLICE("91440106YY00000288")));
    EXPECT(!idnum_is_instead(SLICE("440106500101001")));
    EXPECT(!idnum_is_instead(SLICE("")));
}
