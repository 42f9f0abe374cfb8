/* Messages: finding a header. */
#include "broker/message.h"
#include "tests/support/test.h"

TEST(of_two_headers_of_one_name_the_last_counts)
{
    static const struct message_header list[] = {
        {SLICE("theme"), SLICE("a")}, {SLICE("row"), SLICE("1")}, {SLICE("theme"), SLICE("b")}};
    struct message m = {.headers = list, .header_count = 3};
    EXPECT_SLICE(message_header(&m, "theme")->value, "b");
    EXPECT_SLICE(message_header(&m, "row")->value, "1");
    EXPECT(!message_header(&m, "them"));
    EXPECT(!message_header(&m, ""));
}

TEST(a_message_without_headers_has_none)
{
    struct message m = {0};
    EXPECT(!message_header(&m, "theme"));
}
