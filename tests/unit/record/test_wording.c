/* The catalogue in words: whatever word a file may hold is described. */
#include "record/catalogue_read.h"
#include "record/wording.h"
#include "tests/support/test.h"

static void expect_described(const char *key, const struct words *w)
{
    for (size_t i = 0; i < w->count; i++) {
        struct slice word = slice_of(w->list[i].text);
        struct wording says = wording_word(slice_of(key), word);
        if (slice_eq(says.zh, word))
            FAIL("nobody says in wording.def what %s: %s is", key, w->list[i].text);
    }
}

TEST(every_word_is_described_in_both_languages)
{
    expect_described("type", &WORDS_TYPE);
    expect_described("role", &WORDS_ROLE);
    expect_described("required", &WORDS_REQUIRED);
    expect_described("visibility", &WORDS_VISIBILITY);
    expect_described("polarity", &WORDS_POLARITY);
    expect_described("publication", &WORDS_PUBLICATION);
    expect_described("kind", &WORDS_KIND);
    expect_described("cycle", &WORDS_CYCLE);
    expect_described("retention_start", &WORDS_RETENTION);
    expect_described("sex", &WORDS_SEX);
    expect_described("subject", &WORDS_WHOM);
}

TEST(a_key_and_a_word_are_read_in_both_languages)
{
    EXPECT_SLICE(wording_key(SLICE("visibility")).zh, "可见范围");
    EXPECT_SLICE(wording_key(SLICE("visibility")).en, "who may see it");
    EXPECT_SLICE(wording_word(SLICE("visibility"), SLICE("P")).zh, "公众");
}

TEST(what_nobody_described_is_read_as_it_is_written)
{
    EXPECT_SLICE(wording_key(SLICE("later-key")).zh, "later-key");
    EXPECT_SLICE(wording_word(SLICE("visibility"), SLICE("Z")).en, "Z");
}
