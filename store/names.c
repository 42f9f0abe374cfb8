/* Writing the name index. The name "广州甲" of the subject with search number 7 makes, beside its
 * 'i' row, the keys 67 005E7F005DDE 0000000007, 67 005DDE007532 …, 67 805E7F005DDE … (it begins so)
 * and 67 005DDE807532 … (it ends so): 广 is U+5E7F, 州 U+5DDE, 甲 U+7532. Searching is in
 * names_search.c. */
#include "store/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/text.h"
#include "base/wire.h"

enum { FORMAT = 1 };
enum { GRAMS_BYTES_MAX = 64 << 20, ROW_BYTES_MAX = 16 << 20 };

static void number_put(uint8_t *at, uint64_t number)
{
    CHECK(number >> 40 == 0);
    at[0] = (uint8_t)(number >> 32);
    be32_put(at + 1, (uint32_t)number);
}

void names_row_key(uint64_t number, uint8_t out[NAMES_ROW_KEY])
{
    out[0] = 'i';
    number_put(out + 1, number);
}

void names_gram_key(const uint8_t gram[NAMES_GRAM_BYTES], uint64_t number,
                    uint8_t out[NAMES_GRAM_KEY])
{
    out[0] = 'g';
    memcpy(out + 1, gram, NAMES_GRAM_BYTES);
    number_put(out + 1 + NAMES_GRAM_BYTES, number);
}

void names_row_encode(const struct subject_id *subject, const struct slice *names, unsigned count,
                      struct buf *ret)
{
    wire_put_u8(ret, FORMAT);
    buf_add(ret, subject->b, SUBJECT_ID_BYTES);
    wire_put_var(ret, count);
    for (unsigned i = 0; i < count; i++)
        wire_put_bytes(ret, names[i]);
}

int names_row_decode(struct slice bytes, struct subject_id *ret_subject,
                     struct slice ret[SUBJECT_NAMES_MAX], unsigned *ret_count)
{
    struct wire w = wire_of(bytes);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    struct slice subject = wire_raw(&w, SUBJECT_ID_BYTES);
    uint64_t count = wire_var(&w);
    if (w.failed || count > SUBJECT_NAMES_MAX)
        return CE_FORMAT;
    for (uint64_t i = 0; i < count; i++)
        ret[i] = wire_bytes(&w);
    int r = wire_end(&w);
    if (r < 0)
        return r;
    memcpy(ret_subject->b, subject.p, SUBJECT_ID_BYTES);
    *ret_count = (unsigned)count;
    return 0;
}

static bool stands_in(struct slice name, const struct slice *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (slice_eq(list[i], name))
            return true;
    return false;
}

unsigned names_of_subject(struct arena *a, const struct subject *s,
                          struct slice ret[SUBJECT_NAMES_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->name_count; i++) {
        struct slice folded = text_fold(a, s->names[i].text);
        if (utf8_count(folded) >= 2 && !stands_in(folded, ret, count))
            ret[count++] = folded;
    }
    return count;
}

void names_gram(uint32_t first, uint32_t second, uint8_t out[NAMES_GRAM_BYTES])
{
    for (int i = 0; i < 3; i++) {
        out[i] = (uint8_t)(first >> (16 - 8 * i));
        out[3 + i] = (uint8_t)(second >> (16 - 8 * i));
    }
}

static void gram_add(struct buf *b, uint32_t first, uint32_t second)
{
    uint8_t *at = (uint8_t *)buf_grow(b, NAMES_GRAM_BYTES);
    CHECK(at); /* names are bounded far below this */
    names_gram(first, second, at);
}

static void grams_of(struct slice folded, struct buf *ret)
{
    uint32_t before = 0, c = 0;
    unsigned count = 0;
    for (size_t i = 0; i < folded.n; count++) {
        before = c;
        c = utf8_next(folded, &i);
        if (count == 0)
            continue;
        gram_add(ret, before, c);
        if (count == 1)
            gram_add(ret, before | NAMES_EDGE, c);
    }
    if (count >= 2)
        gram_add(ret, before, c | NAMES_EDGE);
}

static int gram_order(const void *a, const void *b)
{
    return memcmp(a, b, NAMES_GRAM_BYTES);
}

/* Sorts the grams from byte `from` on and takes repetitions out. */
static void grams_settle(struct buf *b, size_t from)
{
    size_t count = (b->n - from) / NAMES_GRAM_BYTES, kept = 0;
    if (count == 0)
        return;
    char *at = b->p + from;
    qsort(at, count, NAMES_GRAM_BYTES, gram_order);
    for (size_t i = 0; i < count; i++) {
        if (i && gram_order(at + i * NAMES_GRAM_BYTES, at + (i - 1) * NAMES_GRAM_BYTES) == 0)
            continue;
        memmove(at + kept++ * NAMES_GRAM_BYTES, at + i * NAMES_GRAM_BYTES, NAMES_GRAM_BYTES);
    }
    b->n = from + kept * NAMES_GRAM_BYTES;
}

void names_grams(struct slice folded, struct buf *ret)
{
    size_t from = ret->n;
    grams_of(folded, ret);
    grams_settle(ret, from);
}

void names_grams_all(const struct slice *names, unsigned count, struct buf *ret)
{
    buf_clear(ret);
    for (unsigned i = 0; i < count; i++)
        grams_of(names[i], ret);
    grams_settle(ret, 0);
}

static void gram_write(struct batch *b, const char *gram, uint64_t number, bool is_there)
{
    static const char format[1] = {FORMAT};
    uint8_t key[NAMES_GRAM_KEY];
    names_gram_key((const uint8_t *)gram, number, key);
    if (is_there)
        batch_put(b, CF_NAME, slice_make(key, sizeof key), slice_make(format, 1));
    else
        batch_delete(b, CF_NAME, slice_make(key, sizeof key));
}

static bool lists_equal(const struct slice *a, unsigned a_count, const struct slice *b,
                        unsigned b_count)
{
    if (a_count != b_count)
        return false;
    for (unsigned i = 0; i < a_count; i++)
        if (!slice_eq(a[i], b[i]))
            return false;
    return true;
}

void names_put(struct batch *b, uint64_t number, const struct subject_id *subject,
               const struct slice *old, unsigned old_count, const struct slice *fresh,
               unsigned fresh_count)
{
    if (lists_equal(old, old_count, fresh, fresh_count))
        return;
    uint8_t key[NAMES_ROW_KEY];
    names_row_key(number, key);
    if (fresh_count) {
        AUTO_BUF(row, ROW_BYTES_MAX);
        names_row_encode(subject, fresh, fresh_count, &row);
        CHECK(row.err == 0);
        batch_put(b, CF_NAME, slice_make(key, sizeof key), buf_slice(&row));
    } else {
        batch_delete(b, CF_NAME, slice_make(key, sizeof key));
    }

    AUTO_BUF(was, GRAMS_BYTES_MAX);
    AUTO_BUF(is, GRAMS_BYTES_MAX);
    names_grams_all(old, old_count, &was);
    names_grams_all(fresh, fresh_count, &is);
    size_t w = 0, i = 0;
    while (w < was.n || i < is.n) {
        int c = w == was.n ? 1 : i == is.n ? -1 : gram_order(was.p + w, is.p + i);
        if (c < 0)
            gram_write(b, was.p + w, number, false);
        else if (c > 0)
            gram_write(b, is.p + i, number, true);
        w += c <= 0 ? NAMES_GRAM_BYTES : 0;
        i += c >= 0 ? NAMES_GRAM_BYTES : 0;
    }
}
