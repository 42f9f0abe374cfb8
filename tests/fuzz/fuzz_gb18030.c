/* GB18030: the result is always UTF-8; text is the same whether it is split at commas first or
 * converted first, as the reader relies on; and UTF-8 that is read so is told by its evidence. */
#include "base/buf.h"
#include "base/check.h"
#include "base/gb18030.h"
#include "ingest/encoding.h"
#include "tests/fuzz/fuzz.h"

static void check_split(struct gb18030 *g, struct arena *a, struct slice s, char at, bool good,
                        struct slice whole)
{
    AUTO_BUF(joined, 1 << 17);
    bool parts_good = true, is_first = true;
    while (s.p) {
        struct slice part;
        parts_good = gb18030_read(g, a, slice_cut(&s, at), &part) && parts_good;
        if (!is_first)
            buf_add_char(&joined, at);
        is_first = false;
        buf_add_slice(&joined, part);
    }
    CHECK(parts_good == good);
    if (good)
        CHECK(slice_eq(buf_slice(&joined), whole));
}

static void check_row(struct arena *a, enum encoding declared, struct slice s)
{
    AUTO(decoder_destroy) struct decoder *d = decoder_create(declared);
    struct slice first, second;
    bool good = decoder_row(d, a, &s, 1, &first);
    CHECK(utf8_valid_prefix(first) == first.n);
    enum encoding found = decoder_encoding(d);
    CHECK(declared == ENCODING_AUTO || found == declared);
    CHECK(decoder_row(d, a, &s, 1, &second) == good && slice_eq(first, second));
    CHECK(decoder_encoding(d) == found);
    if (good && found == ENCODING_GB18030)
        CHECK(encoding_evidence(&s, 1) != EVIDENCE_UTF8);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 4096)
        return 0;
    struct slice s = slice_make(data, n), whole;
    AUTO(arena_destroy) struct arena *a = arena_create(16 * 1024 * 1024);
    AUTO(gb18030_destroy) struct gb18030 *g = gb18030_create();
    bool good = gb18030_read(g, a, s, &whole);
    CHECK(utf8_valid_prefix(whole) == whole.n);
    static const char separators[] = {',', '"', '\n', '\r', '\t', ' '};
    for (size_t i = 0; i < sizeof separators; i++)
        check_split(g, a, s, separators[i], good, whole);
    check_row(a, ENCODING_AUTO, s);
    check_row(a, ENCODING_UTF8, s);
    check_row(a, ENCODING_GB18030, s);
    return 0;
}
