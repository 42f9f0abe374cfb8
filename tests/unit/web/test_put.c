/* Records as members of an answer. */
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "web/put.h"

static struct slice written(struct buf *b, struct slice words, struct slice amounts)
{
    struct record_answer r = {.theme = theme_named("registration"),
                              .category = CATEGORY_REGISTRATION,
                              .day = DAY_NONE,
                              .public_until = DAY_FOREVER,
                              .items = SLICE("\"CAPITAL\":\"100\""),
                              .words = words,
                              .amounts = amounts};
    buf_clear(b);
    struct json_out o = json_out_of(b);
    put_record(&o, &r);
    return buf_slice(b);
}

TEST(words_and_amounts_stand_beside_the_items_when_there_are_any)
{
    AUTO_BUF(b, 65536);
    struct slice none = {0};
    struct slice text =
        written(&b, SLICE("\"CAPITAL\":\"100万元\""), SLICE("\"CAPITAL\":{\"number\":\"100\"}"));
    EXPECT(slice_ends(text,
                      SLICE("\"items\":{\"CAPITAL\":\"100\"},\"words\":{\"CAPITAL\":\"100万元\"},"
                            "\"amounts\":{\"CAPITAL\":{\"number\":\"100\"}}}")));
    text = written(&b, none, none);
    EXPECT(slice_ends(text, SLICE("\"items\":{\"CAPITAL\":\"100\"}}")));
    theme_catalogue_drop();
}
