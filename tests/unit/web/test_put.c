/* Records as members of an answer. */
#include "tests/support/test.h"
#include "tests/support/theme.h"
#include "web/put.h"

static struct slice written(struct buf *b, struct slice amounts)
{
    struct record_answer r = {.theme = theme_named("registration"),
                              .category = CATEGORY_REGISTRATION,
                              .day = DAY_NONE,
                              .public_until = DAY_FOREVER,
                              .items = SLICE("\"CAPITAL\":\"100万元\""),
                              .shown =
                                  &(struct shown){SLICE("CAPITAL"), SLICE("注册资金"),
                                                  SLICE("Capital"), SLICE("100万元"), ROLE_NONE},
                              .shown_count = 1,
                              .amounts = amounts};
    buf_clear(b);
    struct json_out o = json_out_of(b);
    put_record(&o, theme_catalogue(), &r);
    return buf_slice(b);
}

TEST(amounts_stand_beside_the_items_when_there_are_any)
{
    AUTO_BUF(b, 65536);
    struct slice text = written(&b, SLICE("\"CAPITAL\":{\"number\":\"100\"}"));
    EXPECT(slice_find(text, SLICE(",\"amounts\":{\"CAPITAL\":{\"number\":\"100\"}},"), 0) > 0);
    EXPECT(slice_find(text, SLICE("\"items\":{\"CAPITAL\":\"100万元\"},"), 0) > 0);
    EXPECT(slice_find(text,
                      SLICE("\"shown\":[{\"code\":\"CAPITAL\",\"zh\":\"注册资金\",\"en\":"
                            "\"Capital\",\"value\":\"100万元\"}],"),
                      0) > 0);
    EXPECT(slice_find(text,
                      SLICE("\"item_names\":{\"CAPITAL\":{\"zh\":\"注册资金\",\"en\":"
                            "\"Capital\"}}"),
                      0) > 0);
    text = written(&b, SLICE(""));
    EXPECT(slice_find(text, SLICE("amounts"), 0) < 0);
    theme_catalogue_drop();
}
