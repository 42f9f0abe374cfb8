/* Subject keys: golden bytes, how they are printed, and what is never in clear. */
#include "record/identifier.h"
#include "record/subject_id.h"
#include "tests/support/test.h"

static struct keys *keys_of_test(void)
{
    uint8_t master[32];
    for (size_t i = 0; i < sizeof master; i++)
        master[i] = (uint8_t)i;
    return keys_fixed(master);
}

#define KEYS(name) AUTO(keys_destroy) struct keys *name = keys_of_test()

static struct slice bytes_of(const struct subject_id *id)
{
    return slice_make(id->b, sizeof id->b);
}

TEST(kinds_have_numbers_that_are_stored_and_codes)
{
    static const char *const codes[] = {
        "", "enterprise", "individual", "institution", "social-organisation", "government"};
    for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++) {
        EXPECT_STR(subject_kind_code((enum subject_kind)k), codes[k]);
        EXPECT_EQ(subject_kind_of(slice_of(codes[k])), k);
        EXPECT(subject_kind_zh((enum subject_kind)k)[0]);
    }
    EXPECT_STR(subject_kind_code(SUBJECT_WAITING), "");
    EXPECT_STR(subject_kind_code((enum subject_kind)9), "");
    EXPECT_STR(subject_kind_zh((enum subject_kind) - 1), "");
    EXPECT_EQ(subject_kind_of(SLICE("")), SUBJECT_WAITING);
    EXPECT_EQ(subject_kind_of(SLICE("Enterprise")), SUBJECT_WAITING);
}

TEST(a_unified_code_is_the_key_as_it_is)
{
    KEYS(k);
    struct subject_id id =
        subject_id_make(k, SUBJECT_ENTERPRISE, ID_USCC, SLICE("91440106YY00000288"));
    EXPECT_HEX(bytes_of(&id), "01 39 31 34 34 30 31 30 36 59 59 30 30 30 30 30 32 38 38");
    EXPECT_EQ(subject_id_kind(&id), SUBJECT_ENTERPRISE);
    enum id_type type;
    struct slice number;
    EXPECT(subject_id_number(&id, &type, &number));
    EXPECT_EQ(type, ID_USCC);
    EXPECT_SLICE(number, "91440106YY00000288");
    char text[40];
    subject_id_print(&id, text);
    EXPECT_STR(text, "91440106YY00000288");
}

TEST(another_number_is_padded_with_zeros)
{
    KEYS(k);
    struct subject_id id =
        subject_id_make(k, SUBJECT_ENTERPRISE, ID_REGISTRATION, SLICE("440301103097413"));
    EXPECT_HEX(bytes_of(&id), "01 52 34 34 30 33 30 31 31 30 33 30 39 37 34 31 33 00 00");
    enum id_type type;
    struct slice number;
    EXPECT(subject_id_number(&id, &type, &number));
    EXPECT_EQ(type, ID_REGISTRATION);
    EXPECT_SLICE(number, "440301103097413");
    char text[40];
    subject_id_print(&id, text);
    EXPECT_STR(text, "R-440301103097413");
    id = subject_id_make(k, SUBJECT_INSTITUTION, ID_INSTITUTION, SLICE("12345678901234567"));
    subject_id_print(&id, text);
    EXPECT_STR(text, "I-12345678901234567");
}

TEST(a_long_number_is_hashed)
{
    KEYS(k);
    struct subject_id id =
        subject_id_make(k, SUBJECT_ENTERPRISE, ID_REGISTRATION, SLICE("123456789012345678"));
    EXPECT_HEX(bytes_of(&id), "01 d2 b290c13ae1c9d4c7a791f22f1cfbf440 00");
    enum id_type type;
    struct slice number;
    EXPECT(!subject_id_number(&id, &type, &number));
    char text[40];
    subject_id_print(&id, text);
    EXPECT_EQ(strlen(text), 28);
    EXPECT(slice_starts(slice_of(text), SLICE("R~")));
    uint8_t hash[16];
    EXPECT(base32_parse(slice_of(text + 2), hash, sizeof hash));
    EXPECT(memcmp(hash, id.b + 2, sizeof hash) == 0);
    struct subject_id han = subject_id_make(k, SUBJECT_SOCIAL, ID_SOCIAL, SLICE("粤社证字0001"));
    EXPECT(!subject_id_number(&han, &type, &number));
}

static bool same(struct subject_id x, struct subject_id y)
{
    return memcmp(x.b, y.b, sizeof x.b) == 0;
}

TEST(numbers_that_differ_late_have_different_keys)
{
    KEYS(k);
    char x[600], y[600];
    memset(x, '1', sizeof x);
    memcpy(y, x, sizeof y);
    y[599] = '2';
    for (size_t n = 599; n <= 600; n++)
        EXPECT_EQ(same(subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, slice_make(x, n)),
                       subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, slice_make(y, n))),
                  n == 599);
    EXPECT(!same(subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, slice_make(x, 300)),
                 subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, slice_make(x, 301))));
}

TEST(a_natural_persons_number_is_never_in_clear)
{
    KEYS(k);
    static const enum id_type types[] = {ID_PERSON, ID_PERSON_OTHER, ID_REGISTRATION, ID_TAX,
                                         ID_USCC};
    static const char *const numbers[] = {"44010618500101018X", "E1234567", "1", ""};
    for (size_t i = 0; i < ARRAY_LEN(types); i++) {
        for (size_t n = 0; n < ARRAY_LEN(numbers); n++) {
            struct subject_id id =
                subject_id_make(k, SUBJECT_INDIVIDUAL, types[i], slice_of(numbers[n]));
            char text[40];
            enum id_type type;
            struct slice number;
            subject_id_print(&id, text);
            EXPECT_STR(text, "");
            EXPECT(!subject_id_number(&id, &type, &number));
            EXPECT(strlen(numbers[n]) < 4 ||
                   slice_find(bytes_of(&id), slice_make(numbers[n], 4), 0) < 0);
        }
    }
}

TEST(the_hash_depends_on_type_number_and_installation)
{
    KEYS(k);
    AUTO(keys_destroy) struct keys *other = keys_fixed((const uint8_t[32]){7});
    struct slice n = SLICE("E1234567");
    struct subject_id id = subject_id_make(k, SUBJECT_INDIVIDUAL, ID_PERSON, n);
    EXPECT(same(id, subject_id_make(k, SUBJECT_INDIVIDUAL, ID_PERSON, n)));
    EXPECT(!same(id, subject_id_make(k, SUBJECT_INDIVIDUAL, ID_PERSON_OTHER, n)));
    EXPECT(!same(id, subject_id_make(k, SUBJECT_INDIVIDUAL, ID_PERSON, SLICE("E1234568"))));
    EXPECT(!same(id, subject_id_make(other, SUBJECT_INDIVIDUAL, ID_PERSON, n)));
}

/* A sole trader's tax or registration number may be the owner's identity number. */
TEST(an_organisations_number_that_leads_to_a_person_is_hashed)
{
    KEYS(k);
    enum id_type type;
    struct slice number;
    struct subject_id id = subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, SLICE("440106500101001"));
    EXPECT(!subject_id_number(&id, &type, &number));
    EXPECT(slice_find(bytes_of(&id), SLICE("0101"), 0) < 0);
    id = subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, SLICE("440106185001010016"));
    EXPECT(slice_find(bytes_of(&id), SLICE("1850"), 0) < 0);
}

/* T and R are letters of unified codes too. */
TEST(no_other_number_reads_as_a_unified_code)
{
    KEYS(k);
    char code[19] = "T1440106YY0000028";
    code[17] = uscc_check_char(code);
    enum id_type type;
    struct slice number;
    struct subject_id unified =
        subject_id_make(k, SUBJECT_ENTERPRISE, ID_USCC, slice_make(code, 18));
    struct subject_id tax =
        subject_id_make(k, SUBJECT_ENTERPRISE, ID_TAX, slice_make(code + 1, 17));
    EXPECT(!same(unified, tax));
    EXPECT(subject_id_number(&unified, &type, &number));
    EXPECT_EQ(type, ID_USCC);
    EXPECT(!subject_id_number(&tax, &type, &number));
}

TEST(a_waiting_revoke_has_no_number_and_no_address)
{
    struct subject_id id = {{SUBJECT_WAITING, '9', '1'}};
    enum id_type type;
    struct slice number;
    char text[40];
    EXPECT(!subject_id_number(&id, &type, &number));
    subject_id_print(&id, text);
    EXPECT_STR(text, "");
    id.b[0] = 200;
    EXPECT_EQ(subject_id_kind(&id), SUBJECT_WAITING);
}

TEST(link_keys_are_subject_keys_without_the_kind)
{
    KEYS(k);
    static const char *const numbers[] = {"440301103097413", "123456789012345678", "D2143569X"};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
        uint8_t key[18];
        struct slice number = slice_of(numbers[i]);
        struct subject_id id = subject_id_make(k, SUBJECT_ENTERPRISE, ID_ORGANISATION, number);
        subject_number_key(k, ID_ORGANISATION, number, key);
        EXPECT(memcmp(key, id.b + 1, sizeof key) == 0);
    }
}
