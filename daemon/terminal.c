/* Making foreign text and large numbers fit to be shown. */
#include "daemon/terminal.h"

#include <stdbool.h>
#include <string.h>

#include "base/buf.h"

static bool steers(uint32_t c)
{
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

const char *terminal_text(struct arena *a, struct slice s)
{
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n;) {
        size_t from = i;
        uint32_t c = utf8_next(s, &i);
        if (steers(c))
            continue;
        memcpy(out + n, s.p + from, i - from);
        n += i - from;
    }
    return out;
}

const char *terminal_number(struct arena *a, int64_t v)
{
    struct slice digits = arena_printf(a, "%lld", (long long)v);
    AUTO_BUF(b, 64);
    for (size_t i = 0; i < digits.n; i++) {
        if (i && (digits.n - i) % 3 == 0 && digits.p[i - 1] != '-')
            buf_add_char(&b, ',');
        buf_add_char(&b, digits.p[i]);
    }
    return arena_dup(a, buf_slice(&b)).p;
}

static bool is_wide(uint32_t c)
{
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
           (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
           (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x20000 && c <= 0x3FFFD);
}

const char *terminal_column(struct arena *a, struct slice s, unsigned columns)
{
    struct slice text = slice_of(terminal_text(a, s));
    unsigned used = 0;
    for (size_t i = 0; i < text.n;)
        used += is_wide(utf8_next(text, &i)) ? 2 : 1;
    return arena_printf(a, "%s%*s", text.p, used < columns ? (int)(columns - used) : 1, "").p;
}

const char *terminal_shell_word(struct arena *a, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
    if (*text && text[strspn(text, plain)] == 0)
        return text;
    struct slice word = SLICE("'");
    for (const char *p = text; *p; p++)
        word =
            *p == '\'' ? arena_printf(a, "%s'\\''", word.p) : arena_printf(a, "%s%c", word.p, *p);
    return arena_printf(a, "%s'", word.p).p;
}
