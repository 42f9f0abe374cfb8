/* A bump allocator over a chain of blocks. A canary behind each block is checked at reset and at
 * the end, so that writing past a piece is found near its cause. */
#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

enum { FIRST_BYTES = 16 * 1024, RED = 16 };

struct block {
    struct block *next;
    size_t cap;
    size_t used;
    _Alignas(16) char at[];
};

struct arena {
    struct block *first;
    struct block *last;
    size_t used;
    size_t limit;
};

static struct block *block_new(size_t cap)
{
    struct block *b = malloc(sizeof *b + cap + RED);
    CHECK(b);
    *b = (struct block){.cap = cap};
    memset(b->at + cap, 0xA5, RED);
    return b;
}

static void block_check(const struct block *b)
{
    for (int i = 0; i < RED; i++)
        CHECK((unsigned char)b->at[b->cap + (size_t)i] == 0xA5);
}

static void free_behind(struct block *b)
{
    struct block *next = b->next;
    b->next = NULL;
    while (next) {
        struct block *dead = next;
        next = dead->next;
        block_check(dead);
        free(dead);
    }
}

struct arena *arena_create(size_t limit_bytes)
{
    struct arena *a = calloc(1, sizeof *a);
    CHECK(a);
    a->limit = limit_bytes;
    a->first = a->last = block_new(FIRST_BYTES);
    return a;
}

void arena_destroy(struct arena *a)
{
    if (!a)
        return;
    free_behind(a->first);
    block_check(a->first);
    free(a->first);
    free(a);
}

void arena_reset(struct arena *a)
{
    free_behind(a->first);
    block_check(a->first);
    a->first->used = 0;
    a->last = a->first;
    a->used = 0;
}

struct arena_mark arena_set_mark(const struct arena *a)
{
    return (struct arena_mark){a->last, a->last->used, a->used};
}

void arena_rewind(struct arena *a, struct arena_mark mark)
{
    struct block *b = mark.block;
    free_behind(b);
    block_check(b);
    b->used = mark.block_used;
    a->last = b;
    a->used = mark.used;
}

/* Not zeroed; in *ret_bytes how much it really is. */
static char *take(struct arena *a, size_t n, size_t *ret_bytes)
{
    size_t need = (n + 15) & ~(size_t)15;
    CHECK(need >= n && need <= a->limit && a->used <= a->limit - need);
    struct block *b = a->last;
    if (b->cap - b->used < need) {
        size_t cap = b->cap < 1024 * 1024 ? b->cap * 2 : b->cap;
        b->next = block_new(cap < need ? need : cap);
        b = a->last = b->next;
    }
    char *p = b->at + b->used;
    b->used += need;
    a->used += need;
    *ret_bytes = need;
    return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
    size_t bytes;
    char *p = take(a, n, &bytes);
    return memset(p, 0, bytes);
}

struct slice arena_dup(struct arena *a, struct slice s)
{
    size_t bytes;
    char *p = take(a, s.n + 1, &bytes);
    if (s.n)
        memcpy(p, s.p, s.n);
    memset(p + s.n, 0, bytes - s.n);
    return (struct slice){p, s.n};
}

struct slice arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    CHECK(n >= 0);
    char *p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct slice){p, (size_t)n};
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
