/* Document numbers, for comparing only: what is shown is what came. */
#include "record/docno.h"

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

static char bracket_of(uint32_t c)
{
    switch (c) {
    case '[':
    case '(':
    case 0x3014: /* 〔 */
    case 0x3010: /* 【 */
    case 0xFF3B:
    case 0xFF08:
        return '(';
    case ']':
    case ')':
    case 0x3015: /* 〕 */
    case 0x3011: /* 】 */
    case 0xFF3D:
    case 0xFF09:
        return ')';
    default:
        return 0;
    }
}

/* Blanks, and what takes no room on paper. */
static bool is_blank(uint32_t c)
{
    return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0xAD ||
           c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
           c == 0x205F || c == 0x2060 || c == 0x3000 || c == 0xFEFF;
}

struct slice docno_fold(struct arena *a, struct slice s)
{
    s = text_nfkc(a, s);
    char *out = arena_alloc(a, s.n + 1);
    size_t n = 0;
    for (size_t i = 0, from = 0; i < s.n; from = i) {
        uint32_t c = utf8_next(s, &i);
        char bracket = bracket_of(c);
        if (is_blank(c))
            continue;
        if (bracket)
            out[n++] = bracket;
        else if (c >= 'a' && c <= 'z')
            out[n++] = (char)(c - 'a' + 'A');
        else
            for (; from < i; from++)
                out[n++] = s.p[from];
    }
    return (struct slice){out, n};
}
