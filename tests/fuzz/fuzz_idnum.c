/* Identity numbers in text: what is masked holds none any more, is never longer and differs from
 * the text in nothing but the numbers; the checks of codes agree with each other. */
#include "base/check.h"
#include "record/identifier.h"
#include "tests/fuzz/fuzz.h"

static void judge_codes(struct slice s)
{
    static const struct tables none;
    struct uscc_result u = uscc_check(&none, s);
    bool is_valid = uscc_is_valid(s);
    CHECK(is_valid || u.rejected != RULE_NONE);
    CHECK((u.rejected == RULE_USCC_CHECK) == (u.fitting != 0));
    if (u.rejected == RULE_USCC_CHECK) {
        char fits[18];
        memcpy(fits, s.p, 17);
        fits[17] = u.fitting;
        CHECK(uscc_is_valid((struct slice){fits, 18}));
    }
    struct day first = {-100000}, last = {100000};
    struct idnum_result r = idnum_check(s, first, last);
    if (r.rejected == RULE_NONE) {
        CHECK(r.born.v >= first.v && r.born.v <= last.v);
        struct idnum_result again = idnum_check((struct slice){r.number, 18}, first, last);
        CHECK(again.rejected == RULE_NONE && again.born.v == r.born.v);
        CHECK(u.rejected != RULE_NONE || !idnum_is_shaped(s));
    }
}

/* What stands outside of the numbers, each of which is found behind the one before. */
static void judge_finding(struct slice text)
{
    size_t from = 0, at, bytes, found = 0;
    while (idnum_in_text(text, from, &at, &bytes)) {
        CHECK(at >= from && bytes >= 15 && bytes <= text.n && at <= text.n - bytes);
        from = at + bytes;
        found++;
    }
    CHECK(found <= text.n / 15);
}

/* The next byte that belongs to no number, no gap and no sign and is no mask, or -1. */
static int next_other(struct slice s, size_t *i)
{
    while (*i < s.n) {
        char c = s.p[(*i)++];
        if (c > ' ' && c < 0x7F && !(c >= '0' && c <= '9') && !strchr("*-Xx./_", c))
            return c;
    }
    return -1;
}

static void judge_masking(struct arena *a, struct slice text)
{
    size_t at, bytes;
    struct slice masked = idnum_mask_text(a, text);
    CHECK(masked.n <= text.n);
    CHECK(!idnum_in_text(masked, 0, &at, &bytes));
    CHECK(idnum_mask_text(a, masked).p == masked.p);
    if (!idnum_in_text(text, 0, &at, &bytes)) {
        CHECK(masked.p == text.p && masked.n == text.n);
        return;
    }
    for (size_t i = 0, k = 0;;) {
        int other = next_other(text, &i);
        CHECK(next_other(masked, &k) == other);
        if (other < 0)
            break;
    }
    CHECK(utf8_valid_prefix(text) != text.n || utf8_valid_prefix(masked) == masked.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 4096)
        return 0;
    struct slice text = slice_make(data, n);
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    judge_codes(text);
    judge_finding(text);
    judge_masking(a, text);
    return 0;
}
