#pragma once
#include <stddef.h>
#include <string.h>

#include "base/attr.h"
#include "base/slice.h"

/* Growable bytes, born with the most they may hold. The first failure sticks in `err`
 * (CE_TOO_LARGE) and later additions do nothing, so a long straight line of additions needs one
 * look at the end. */
struct buf {
    char *p;
    size_t n;
    size_t cap;
    size_t max;
    int err;
};

void buf_init(struct buf *b, size_t max_bytes);
void buf_fini(struct buf *b);
/* Empties it and forgets its error; keeps the memory. */
void buf_clear(struct buf *b);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
/* buf_grow where there may be too little room, or an error. */
char *buf_grow_more(struct buf *b, size_t n);
/* Gives back the memory behind the end. */
void buf_trim(struct buf *b);
/* Removes the first n bytes. */
void buf_consume(struct buf *b, size_t n);

/* Room for n more bytes behind the end, or NULL; b->n grows by n, the caller fills them. Here and
 * not in buf.c, because an answer is made of thousands of small additions. */
static inline char *buf_grow(struct buf *b, size_t n)
{
    if (b->err || n > b->cap - b->n)
        return buf_grow_more(b, n);
    char *at = b->p + b->n;
    b->n += n;
    return at;
}

static inline void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    char *at = buf_grow(b, n);
    if (at)
        memcpy(at, p, n);
}

static inline void buf_add_slice(struct buf *b, struct slice s)
{
    buf_add(b, s.p, s.n);
}

static inline void buf_add_char(struct buf *b, char c)
{
    char *at = buf_grow(b, 1);
    if (at)
        *at = c;
}

static inline struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->p, b->n};
}

static inline void buf_fini_auto(struct buf *b)
{
    buf_fini(b);
}
/* A local buffer that is released at the end of its scope. */
#define AUTO_BUF(name, max_bytes)                                                                  \
    __attribute__((cleanup(buf_fini_auto))) struct buf name;                                       \
    buf_init(&name, (max_bytes))
