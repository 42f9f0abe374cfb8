/* Lines are the same wherever a stream is cut. */
#include <stdio.h>

#include "base/buf.h"
#include "ingest/lines.h"
#include "tests/support/test.h"

enum { MAX = 8 };

/* "number:end:text|" for each line, "!" for one too long, of the text fed in pieces of `step`
 * bytes. */
static void lines_all(const char *text, size_t step, struct buf *ret)
{
    AUTO(lines_destroy) struct lines *l = lines_create(MAX);
    struct slice rest = slice_of(text);
    struct line line;
    for (;;) {
        enum lines_step s = lines_next(l, &line);
        if (s == LINES_END)
            return;
        if (s == LINES_LINE) {
            buf_printf(ret, "%d:%d:%.*s%s|", (int)line.number, (int)line.end_bytes,
                       FMT_SLICE(line.text), line.too_long ? "!" : "");
            continue;
        }
        struct slice piece = {rest.p, rest.n < step ? rest.n : step};
        rest = slice_from(rest, piece.n);
        if (piece.n)
            lines_feed(l, piece);
        else
            lines_finish(l);
    }
}

static void expect_lines(const char *text, const char *wanted)
{
    for (size_t step = 1; step <= 40; step++) {
        AUTO_BUF(got, 4096);
        lines_all(text, step, &got);
        EXPECT_SAME(buf_slice(&got), slice_of(wanted));
    }
}

TEST(every_line_end_ends_a_line)
{
    expect_lines("a\nbb\r\nc\rd", "1:2:a|2:5:bb|3:8:c|4:9:d|");
}

TEST(blank_lines_do_not_count)
{
    expect_lines("\n\na\n  \n\r\nb\n\n", "1:4:a|2:11:b|");
    expect_lines("", "");
}

TEST(a_mark_at_the_beginning_is_left_out)
{
    expect_lines("\xEF\xBB\xBF{}\nx", "1:6:{}|2:7:x|");
    expect_lines("\xEF\xBB\xBF\nx", "1:5:x|");
}

TEST(a_line_that_is_too_long_is_one_line_and_the_next_is_whole)
{
    expect_lines("12345678\n123456789\nab\n", "1:9:12345678|2:19:!|3:22:ab|");
    expect_lines("1234567890123456789012345", "1:25:!|");
}
