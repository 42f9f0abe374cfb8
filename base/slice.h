#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Borrowed bytes: owns nothing, need not end in NUL, passed by value. {NULL, 0} is "absent". */
struct slice {
    const char *p;
    size_t n;
};

#define SLICE(lit) ((struct slice){"" lit, sizeof(lit) - 1})
/* For printf("%.*s", FMT_SLICE(s)). */
#define FMT_SLICE(s) (int)(s).n, (s).p

static inline struct slice slice_of(const char *cstr)
{
    return (struct slice){cstr, cstr ? strlen(cstr) : 0};
}

static inline struct slice slice_make(const void *p, size_t n)
{
    return (struct slice){(const char *)p, n};
}

static inline bool slice_eq(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The part from byte `from` on; empty when `from` is behind the end. */
static inline struct slice slice_from(struct slice s, size_t from)
{
    return from >= s.n ? (struct slice){s.p + s.n, 0} : (struct slice){s.p + from, s.n - from};
}

/* Byte order, shorter first when one is the other's beginning. */
int slice_cmp(struct slice a, struct slice b);
/* As slice_eq, ASCII letters alike in either case. */
bool slice_eq_nocase(struct slice a, struct slice b);
bool slice_starts(struct slice s, struct slice head);
bool slice_ends(struct slice s, struct slice tail);
static inline bool slice_has(struct slice s, char byte)
{
    return s.n && memchr(s.p, byte, s.n);
}

/* Position of the first `what` at or after `from`, or -1. An empty `what` is found at `from`. */
ptrdiff_t slice_find(struct slice s, struct slice what, size_t from);
/* ASCII blanks off both ends. */
struct slice slice_trim(struct slice s);
/* Cuts off and returns what stands before the first `sep`; the rest (without it) stays in *s. At
 * the last part *s becomes {NULL, 0}. */
struct slice slice_cut(struct slice *s, char sep);
/* A decimal number that fills the slice; false when it is empty, too large or anything else. */
bool slice_u64(struct slice s, uint64_t *ret);
bool slice_i64(struct slice s, int64_t *ret);
bool slice_all_digits(struct slice s);

/* Length of the longest prefix that is well-formed UTF-8 (no surrogates, no overlong forms, at most
 * U+10FFFF): equal to s.n when all of it is. */
size_t utf8_valid_prefix(struct slice s);
/* Decodes the character at *i and moves *i behind it; an ill-formed byte yields U+FFFD and one
 * step.
 * `*i` must be below s.n. */
uint32_t utf8_next(struct slice s, size_t *i);
/* Writes `c` and returns how many bytes (1 to 4). */
size_t utf8_put(char out[4], uint32_t c);
/* Characters in well-formed text. */
size_t utf8_count(struct slice s);
