/* GB18030 by ICU, whose tables are part of it: the C library's iconv would look for a module on the
 * disk. The way leads through UTF-16, as ICU's ways do, and is long. So ICU is asked once what each
 * pair of bytes stands for, and text of ASCII and such pairs, which is nearly all, is read by that
 * table; any other text is left to ICU whole. */
#include "base/gb18030.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <unicode/ucnv.h>
#include <unicode/ustring.h>

#include "base/check.h"

struct gb18030 {
    UConverter *converter;
    size_t cap; /* bytes of a text for which there is room below */
    UChar *wide;
    char *narrow;
    bool is_damaged;
};

/* In place of what cannot be read. */
static void on_illegal(const void *ctx, UConverterToUnicodeArgs *args, const char *units, int32_t n,
                       UConverterCallbackReason reason, UErrorCode *err)
{
    (void)units;
    (void)n;
    if (reason > UCNV_IRREGULAR)
        return; /* the converter is reset or closed */
    struct gb18030 *g = (struct gb18030 *)(uintptr_t)ctx;
    g->is_damaged = true;
    *err = U_ZERO_ERROR;
    const UChar replacement = 0xFFFD;
    ucnv_cbToUWriteUChars(args, &replacement, 1, 0, err);
}

/* First bytes are 81 to FE, second ones 40 to FE. 0: not one character of two bytes. */
enum { LEAD_MIN = 0x81, TRAIL_MIN = 0x40, LEADS = 0xFF - LEAD_MIN, TRAILS = 0xFF - TRAIL_MIN };
static uint16_t pairs[LEADS][TRAILS];
static pthread_once_t pairs_once = PTHREAD_ONCE_INIT;

static void pairs_fill(void)
{
    UErrorCode err = U_ZERO_ERROR;
    UConverter *c = ucnv_open("gb18030", &err);
    CHECK(U_SUCCESS(err));
    for (int lead = 0; lead < LEADS; lead++)
        for (int trail = 0; trail < TRAILS; trail++) {
            const char bytes[2] = {(char)(LEAD_MIN + lead), (char)(TRAIL_MIN + trail)};
            UChar unit[4];
            int32_t n = ucnv_toUChars(c, unit, 4, bytes, 2, &err);
            CHECK(U_SUCCESS(err));
            bool is_one = n == 1 && unit[0] >= 0x80 && unit[0] != 0xFFFD;
            pairs[lead][trail] = is_one ? unit[0] : 0;
        }
    ucnv_close(c);
}

/* The text by the table; false when it holds anything else. *ret has three bytes for each of its.
 */
static bool pairs_read(struct slice s, char *ret, size_t *ret_n)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        unsigned char lead = (unsigned char)s.p[i];
        if (lead < 0x80) {
            ret[n++] = s.p[i++];
            continue;
        }
        unsigned char trail = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;
        if (lead < LEAD_MIN || lead == 0xFF || trail < TRAIL_MIN || trail == 0xFF)
            return false;
        uint16_t c = pairs[lead - LEAD_MIN][trail - TRAIL_MIN];
        if (!c)
            return false;
        n += utf8_put(ret + n, c);
        i += 2;
    }
    *ret_n = n;
    return true;
}

struct gb18030 *gb18030_create(void)
{
    CHECK(pthread_once(&pairs_once, pairs_fill) == 0);
    struct gb18030 *g = calloc(1, sizeof *g);
    CHECK(g);
    UErrorCode err = U_ZERO_ERROR;
    g->converter = ucnv_open("gb18030", &err);
    CHECK(U_SUCCESS(err));
    ucnv_setToUCallBack(g->converter, on_illegal, g, NULL, NULL, &err);
    CHECK(U_SUCCESS(err));
    return g;
}

void gb18030_destroy(struct gb18030 *g)
{
    if (!g)
        return;
    ucnv_close(g->converter);
    free(g->wide);
    free(g->narrow);
    free(g);
}

static bool is_ascii(struct slice s)
{
    size_t i = 0;
    for (; s.n - i >= 8; i += 8) {
        uint64_t v;
        memcpy(&v, s.p + i, 8);
        if (v & UINT64_C(0x8080808080808080))
            return false;
    }
    for (; i < s.n; i++)
        if ((unsigned char)s.p[i] >= 0x80)
            return false;
    return true;
}

/* A byte makes at most one unit of UTF-16, and a unit at most three bytes of UTF-8. */
static void make_room(struct gb18030 *g, size_t n)
{
    if (n <= g->cap)
        return;
    g->cap = 2 * n;
    g->wide = realloc(g->wide, (g->cap + 1) * sizeof *g->wide);
    g->narrow = realloc(g->narrow, 3 * g->cap + 1);
    CHECK(g->wide && g->narrow);
}

bool gb18030_read(struct gb18030 *g, struct arena *a, struct slice s, struct slice *ret)
{
    *ret = s;
    if (is_ascii(s))
        return true;
    CHECK(s.n < INT32_MAX / 8);
    make_room(g, s.n);
    size_t by_pairs;
    if (pairs_read(s, g->narrow, &by_pairs)) {
        *ret = arena_dup(a, slice_make(g->narrow, by_pairs));
        return true;
    }
    g->is_damaged = false;
    UErrorCode err = U_ZERO_ERROR;
    int32_t wide =
        ucnv_toUChars(g->converter, g->wide, (int32_t)g->cap + 1, s.p, (int32_t)s.n, &err);
    int32_t n = 0;
    u_strToUTF8WithSub(g->narrow, 3 * (int32_t)g->cap + 1, &n, g->wide, wide, 0xFFFD, NULL, &err);
    CHECK(U_SUCCESS(err));
    *ret = arena_dup(a, slice_make(g->narrow, (size_t)n));
    return !g->is_damaged;
}
