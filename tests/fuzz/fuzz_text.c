/* Text forms: well-formed input gives well-formed output, and a form of a form is the form itself.
 */
#include "base/check.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

static void judge(struct arena *a, struct slice (*form)(struct arena *, struct slice),
                  struct slice s)
{
    struct slice once = form(a, s);
    CHECK(utf8_valid_prefix(once) == once.n);
    CHECK(slice_eq(form(a, once), once));
}

static struct slice clean(struct arena *a, struct slice s)
{
    return text_clean(a, s).text;
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
    return 0;
}
