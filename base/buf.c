/* Growable bytes with a maximum. Small allocations abort when memory is out; the maximum bounds
 * what input can make us allocate. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"

void buf_init(struct buf *b, size_t max_bytes)
{
    *b = (struct buf){.max = max_bytes};
}

void buf_fini(struct buf *b)
{
    free(b->p);
    *b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
    b->n = 0;
    b->err = 0;
}

char *buf_grow_more(struct buf *b, size_t n)
{
    if (b->err)
        return NULL;
    if (n > b->max - b->n) {
        b->err = CE_TOO_LARGE;
        return NULL;
    }
    if (b->n + n > b->cap) {
        size_t cap = b->cap ? b->cap : 256;
        while (cap < b->n + n)
            cap *= 2;
        if (cap > b->max)
            cap = b->max;
        b->p = realloc(b->p, cap);
        CHECK(b->p);
        b->cap = cap;
    }
    char *at = b->p + b->n;
    b->n += n;
    return at;
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    char small[256];
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(small, sizeof small, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    if ((size_t)n < sizeof small) {
        buf_add(b, small, (size_t)n);
    } else {
        char *large = malloc((size_t)n + 1);
        CHECK(large);
        vsnprintf(large, (size_t)n + 1, fmt, again);
        buf_add(b, large, (size_t)n);
        free(large);
    }
    va_end(again);
}

void buf_consume(struct buf *b, size_t n)
{
    CHECK(n <= b->n);
    memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

void buf_trim(struct buf *b)
{
    if (b->n == b->cap || !b->n)
        return;
    b->p = realloc(b->p, b->n);
    CHECK(b->p);
    b->cap = b->n;
}
