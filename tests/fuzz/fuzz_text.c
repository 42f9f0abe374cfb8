/* Text forms: well-formed input gives well-formed output, a form of a form is the form itself, and
 * the quick path says what the thorough one says. */
#include "base/buf.h"
#include "base/check.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

typedef struct slice form_fn(struct arena *, struct slice);

static void judge(struct arena *a, form_fn *form, struct slice s)
{
    struct slice once = form(a, s);
    CHECK(utf8_valid_prefix(once) == once.n);
    CHECK(slice_eq(form(a, once), once));
}

/* The ligature fi takes a text off the quick path and joins with nothing before it. */
static void compare_paths(struct arena *a, form_fn *form, struct slice s)
{
    AUTO_BUF(b, 1 << 16);
    buf_add_slice(&b, s);
    buf_add_slice(&b, SLICE("\xEF\xAC\x81"));
    struct slice thorough = form(a, buf_slice(&b)), quick = form(a, s);
    CHECK(slice_ends(thorough, SLICE("fi")) || slice_ends(thorough, SLICE("FI")));
    thorough.n -= 2;
    CHECK(slice_eq(thorough, quick));
}

static struct slice clean(struct arena *a, struct slice s)
{
    struct text_cleaned r = text_clean(a, s);
    CHECK(r.altered == !slice_eq(r.text, s));
    CHECK(r.text.n + r.controls <= s.n);
    CHECK(text_clean(a, r.text).controls == 0);
    return r.text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    struct slice s = slice_make(data, n);
    s.n = utf8_valid_prefix(s);
    AUTO(arena_destroy) struct arena *a = arena_create(16 * 1024 * 1024);
    judge(a, text_nfkc, s);
    judge(a, text_code, s);
    judge(a, text_fold, s);
    judge(a, text_digits, s);
    judge(a, clean, s);
    compare_paths(a, text_nfkc, s);
    compare_paths(a, text_code, s);
    compare_paths(a, text_fold, s);
    return 0;
}
