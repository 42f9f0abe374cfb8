/* Keys: golden bytes, order, and the way back. */
#include "store/keys.h"
#include "tests/support/test.h"

static struct subject_id subject(void)
{
    struct subject_id id;
    memcpy(id.b,
           "\x01"
           "91440106YY00000288",
           sizeof id.b);
    return id;
}

static struct day day(int y, int m, int d)
{
    struct day day;
    EXPECT(day_from_civil(y, m, d, &day));
    return day;
}

TEST(a_record_key_has_these_bytes)
{
    struct subject_id id = subject();
    struct record_key k = record_key_make(&id, CATEGORY_ADMINISTRATION, day(2024, 1, 5), 7);
    uint8_t category = (uint8_t)CATEGORY_ADMINISTRATION;
    EXPECT_EQ(k.b[19], category);
    EXPECT_HEX(slice_make(k.b, 19), "01 393134343031303659593030303030323838");
    EXPECT_HEX(slice_make(k.b + 20, 12), "7FFFB2F0 0000000000000007");
    struct subject_id back = record_key_subject(&k);
    EXPECT_SAME(KEY_SLICE(back), KEY_SLICE(id));
    EXPECT_EQ(record_key_category(&k), CATEGORY_ADMINISTRATION);
    EXPECT_EQ(record_key_day(&k).v, day(2024, 1, 5).v);
    EXPECT_EQ(record_key_number(&k), 7);
}

TEST(records_of_a_subject_come_newest_first)
{
    struct subject_id id = subject();
    static const struct day days[] = {{INT32_MAX}, {19728}, {19727}, {0}, {-1}, {INT32_MIN}};
    for (size_t i = 0; i < ARRAY_LEN(days); i++) {
        struct record_key k = record_key_make(&id, CATEGORY_ADMINISTRATION, days[i], 1);
        EXPECT_EQ(record_key_day(&k).v, days[i].v);
        if (i == 0)
            continue;
        struct record_key before = record_key_make(&id, CATEGORY_ADMINISTRATION, days[i - 1], 9);
        EXPECT(memcmp(before.b, k.b, sizeof k.b) < 0);
    }
}

TEST(a_history_key_has_these_bytes)
{
    struct version v = version_make(3, (struct utc_ms){0x18CD6B8F800}, 0, 12);
    struct history_key k = history_key_make(7, &v);
    EXPECT_HEX(KEY_SLICE(k), "0000000000000007 0000000000000003 0000018CD6B8F800 00000000 "
                             "000000000000000C");
}

TEST(a_link_key_has_these_bytes)
{
    struct subject_id id = subject();
    struct link_key k = link_key_make((const uint8_t *)"R00440106000000288", &id);
    EXPECT_HEX(KEY_SLICE(k), "523030343430313036303030303030323838 "
                             "01393134343031303659593030303030323838");
}

TEST(a_term_key_has_these_bytes_and_days_rise)
{
    struct record_id id = {"\x00\x01"
                           "0123456789abcdef"};
    struct term_key k = term_key_make(day(2024, 1, 5), &id);
    EXPECT_HEX(KEY_SLICE(k), "80004D0F 0001 30313233343536373839616263646566");
    struct term_key early = term_key_make((struct day){-1}, &id);
    EXPECT(memcmp(early.b, k.b, sizeof k.b) < 0);
}

TEST(a_log_key_has_these_bytes)
{
    struct log_key k = log_key_make(258, 1001);
    EXPECT_HEX(KEY_SLICE(k), "0000000000000102 00000000000003E9");
}
