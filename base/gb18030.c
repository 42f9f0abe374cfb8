/* GB18030 by ICU, whose tables are part of it: the C library's iconv would look for a module on the
 * disk. The way leads through UTF-16, as ICU's ways do. */
#include "base/gb18030.h"

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

struct gb18030 *gb18030_create(void)
{
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
