/* Submissions: a file cut into any pieces gives the rows that it gives in one, rows are numbered
 * without a gap, offsets only grow, and a field that was written is read back as it was. */
#include "base/check.h"
#include "base/csv.h"
#include "base/wire.h"
#include "tests/fuzz/fuzz.h"

enum { ROW_BYTES = 400, FIELDS = 20 };

static void split(struct slice text, size_t piece, struct buf *ret)
{
    struct csv *c = csv_create(ROW_BYTES, FIELDS);
    uint64_t rows = 0, end = 0;
    size_t at = 0;
    char *copy = NULL;
    struct csv_row row;
    for (enum csv_step step = csv_next(c, &row); step != CSV_END; step = csv_next(c, &row)) {
        if (step == CSV_ROW) {
            CHECK(row.number == rows++ && row.count <= FIELDS);
            CHECK(row.end_bytes > end && row.end_bytes <= at);
            end = row.end_bytes;
            wire_put_var(ret, row.end_bytes);
            wire_put_u8(ret, (uint8_t)(row.too_long << 1 | row.open_quote));
            for (size_t i = 0; i < row.count; i++)
                wire_put_bytes(ret, row.fields[i]);
            continue;
        }
        /* The piece was borrowed until now. The next is exactly as long as it says, so that a
         * sanitizer sees the first byte behind it. */
        free(copy);
        copy = NULL;
        if (at == text.n) {
            csv_finish(c);
            continue;
        }
        size_t n = text.n - at < piece ? text.n - at : piece;
        copy = malloc(n);
        CHECK(copy);
        memcpy(copy, text.p + at, n);
        at += n;
        csv_feed(c, slice_make(copy, n));
    }
    free(copy);
    csv_destroy(c);
}

/* Writes the text as the second field of a line and reads it back. */
static void round_trip(struct slice text)
{
    AUTO_BUF(line, 1 << 16);
    csv_put(&line, SLICE("a"), true);
    csv_put(&line, text, false);
    buf_add_char(&line, '\n');
    struct csv *c = csv_create(1 << 16, 2);
    struct csv_row row;
    csv_feed(c, buf_slice(&line));
    csv_finish(c);
    CHECK(csv_next(c, &row) == CSV_ROW);
    CHECK(row.count == 2 && !row.too_long && !row.open_quote);
    struct slice got = row.fields[1];
    if (got.n == text.n + 1 && got.p[0] == '\'')
        got = slice_from(got, 1);
    CHECK(slice_eq(got, text));
    csv_destroy(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 4096)
        return 0;
    struct slice text = slice_make(data + 1, n - 1);
    AUTO_BUF(whole, 1 << 20);
    AUTO_BUF(pieces, 1 << 20);
    split(text, text.n, &whole);
    split(text, data[0] % 16 + 1u, &pieces);
    CHECK(slice_eq(buf_slice(&whole), buf_slice(&pieces)));
    round_trip(text);
    return 0;
}
