/* An external merge sort. The file is a sequence of runs, each sorted by key; a pair in it is the
 * key's length 2, the value's length 4 (both as this machine has them: no other one reads them),
 * the key, the value. A pen fills its memory with pairs from below and with places of pairs from
 * above, sorts the places, and writes. */
#include "base/sorter.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"

enum {
    HEAD_BYTES = 6,
    WRITE_BYTES = 1 << 20,
    READ_BYTES_MIN = 16 << 10,
    SORTING_BYTES = 16, /* for each pair, while qsort works */
};

struct run {
    uint64_t from, to; /* in the file */
    char *ahead;       /* what was read: n bytes, of which `at` are used */
    size_t cap, n, at;
    uint64_t prefix; /* the first 8 bytes of the key that comes */
    struct slice key, value;
};

struct sorter {
    int fd;
    pthread_mutex_t lock; /* guards what follows, while pens write */
    uint64_t end;
    struct run *runs;
    size_t run_count, run_cap;
    /* While it is read: a heap of runs by the key that comes. */
    size_t *heap;
    size_t heap_count;
    bool has_given; /* the pair at the top of the heap was given out */
    int err;
};

struct place {
    uint64_t prefix;
    const char *at;
};

struct sorter_pen {
    struct sorter *sorter;
    char *memory;
    size_t cap, used;
    struct place *places; /* behind the last one; the newest stands lowest */
    size_t count;
    int err;
};

static uint64_t prefix_of(struct slice key)
{
    unsigned char b[8] = {0};
    memcpy(b, key.p, key.n < 8 ? key.n : 8);
    uint64_t v = 0;
    for (int i = 0; i < 8; i++)
        v = v << 8 | b[i];
    return v;
}

int sorter_create(const char *path, struct sorter **ret, struct reason *reterr_why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return reason_set(reterr_why, CE_IO, "%s cannot be made: %s", path, strerror(errno));
    unlink(path);
    struct sorter *s = calloc(1, sizeof *s);
    CHECK(s);
    s->fd = fd;
    pthread_mutex_init(&s->lock, NULL);
    *ret = s;
    return 0;
}

void sorter_destroy(struct sorter *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->run_count; i++)
        free(s->runs[i].ahead);
    close(s->fd);
    free(s->runs);
    free(s->heap);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

struct sorter_pen *sorter_pen_create(struct sorter *s, size_t memory_bytes)
{
    struct sorter_pen *p = calloc(1, sizeof *p);
    CHECK(p);
    p->sorter = s;
    p->cap = (memory_bytes - (memory_bytes > 2 * WRITE_BYTES ? WRITE_BYTES : 0)) &
             ~(sizeof(struct place) - 1);
    p->memory = malloc(p->cap);
    CHECK(p->memory);
    p->places = (struct place *)(void *)(p->memory + p->cap);
    return p;
}

void sorter_pen_drop(struct sorter_pen *p)
{
    if (!p)
        return;
    free(p->memory);
    free(p);
}

static size_t pair_bytes(const char *at)
{
    uint16_t key;
    uint32_t value;
    memcpy(&key, at, sizeof key);
    memcpy(&value, at + 2, sizeof value);
    return HEAD_BYTES + (size_t)key + value;
}

static int place_order(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    if (x->prefix != y->prefix)
        return x->prefix < y->prefix ? -1 : 1;
    uint16_t xn, yn;
    memcpy(&xn, x->at, sizeof xn);
    memcpy(&yn, y->at, sizeof yn);
    return slice_cmp(slice_make(x->at + HEAD_BYTES, xn), slice_make(y->at + HEAD_BYTES, yn));
}

static int write_all(int fd, const char *p, size_t n, uint64_t at)
{
    while (n) {
        ssize_t done = pwrite(fd, p, n, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return CE_IO;
        p += done;
        n -= (size_t)done;
        at += (uint64_t)done;
    }
    return 0;
}

/* A place in the file for the run, so that pens write side by side. */
static uint64_t run_reserve(struct sorter *s, size_t bytes)
{
    pthread_mutex_lock(&s->lock);
    if (s->run_count == s->run_cap) {
        s->run_cap = s->run_cap ? s->run_cap * 2 : 16;
        s->runs = realloc(s->runs, s->run_cap * sizeof *s->runs);
        CHECK(s->runs);
    }
    uint64_t from = s->end;
    s->end += bytes;
    s->runs[s->run_count++] = (struct run){.from = from, .to = s->end};
    pthread_mutex_unlock(&s->lock);
    return from;
}

static int pen_write(struct sorter_pen *p)
{
    if (p->count == 0)
        return 0;
    qsort(p->places, p->count, sizeof *p->places, place_order);
    uint64_t at = run_reserve(p->sorter, p->used);
    char *out = malloc(WRITE_BYTES);
    CHECK(out);
    size_t n = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < p->count; i++) {
        const char *pair = p->places[i].at;
        for (size_t rest = pair_bytes(pair); r == 0 && rest;) {
            size_t k = rest < WRITE_BYTES - n ? rest : WRITE_BYTES - n;
            memcpy(out + n, pair, k);
            n += k;
            pair += k;
            rest -= k;
            if (n == WRITE_BYTES) {
                r = write_all(p->sorter->fd, out, n, at);
                at += n;
                n = 0;
            }
        }
    }
    if (r == 0)
        r = write_all(p->sorter->fd, out, n, at);
    free(out);
    p->used = 0;
    p->count = 0;
    p->places = (struct place *)(void *)(p->memory + p->cap);
    return r;
}

int sorter_pen_put(struct sorter_pen *p, struct slice key, struct slice value)
{
    CHECK(key.n > 0 && key.n <= UINT16_MAX);
    size_t pair = HEAD_BYTES + key.n + value.n;
    size_t most = sizeof(struct place) + SORTING_BYTES + 8;
    if (p->err == 0 && (value.n > UINT32_MAX || pair + most > p->cap))
        p->err = CE_TOO_LARGE;
    size_t places = (p->count + 1) * (sizeof(struct place) + SORTING_BYTES);
    if (p->err == 0 && p->used + pair + places > p->cap)
        p->err = pen_write(p);
    if (p->err < 0)
        return p->err;
    char *at = p->memory + p->used;
    uint16_t key_n = (uint16_t)key.n;
    uint32_t value_n = (uint32_t)value.n;
    memcpy(at, &key_n, sizeof key_n);
    memcpy(at + 2, &value_n, sizeof value_n);
    memcpy(at + HEAD_BYTES, key.p, key.n);
    if (value.n)
        memcpy(at + HEAD_BYTES + key.n, value.p, value.n);
    p->used += pair;
    p->count++;
    *--p->places = (struct place){prefix_of(key), at};
    return 0;
}

int sorter_pen_end(struct sorter_pen *p)
{
    if (!p)
        return 0;
    int r = p->err < 0 ? p->err : pen_write(p);
    sorter_pen_drop(p);
    return r;
}

/* At least `want` bytes of the run in memory, behind `at`. */
static int run_fill(struct sorter *s, struct run *r, size_t want)
{
    if (r->n - r->at >= want)
        return 0;
    if (r->n > r->at)
        memmove(r->ahead, r->ahead + r->at, r->n - r->at);
    r->n -= r->at;
    r->at = 0;
    if (want > r->cap) {
        r->cap = want;
        r->ahead = realloc(r->ahead, r->cap);
        CHECK(r->ahead);
    }
    while (r->n < want) {
        size_t room = r->cap - r->n;
        size_t k = r->to - r->from < room ? (size_t)(r->to - r->from) : room;
        ssize_t got = pread(s->fd, r->ahead + r->n, k, (off_t)r->from);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return CE_IO;
        r->n += (size_t)got;
        r->from += (uint64_t)got;
    }
    return 0;
}

/* The run's next pair. 1, 0 at its end, CE_IO. */
static int run_next(struct sorter *s, struct run *r)
{
    if (r->at == r->n && r->from == r->to) {
        free(r->ahead);
        r->ahead = NULL;
        return 0;
    }
    int e = run_fill(s, r, HEAD_BYTES);
    if (e == 0)
        e = run_fill(s, r, pair_bytes(r->ahead + r->at));
    if (e < 0)
        return e;
    const char *at = r->ahead + r->at;
    uint16_t key;
    uint32_t value;
    memcpy(&key, at, sizeof key);
    memcpy(&value, at + 2, sizeof value);
    r->key = slice_make(at + HEAD_BYTES, key);
    r->value = slice_make(at + HEAD_BYTES + key, value);
    r->prefix = prefix_of(r->key);
    r->at += HEAD_BYTES + (size_t)key + value;
    return 1;
}

static bool run_is_before(const struct run *a, const struct run *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix;
    return slice_cmp(a->key, b->key) < 0;
}

static void heap_sink(struct sorter *s, size_t i)
{
    size_t moved = s->heap[i];
    for (size_t child; (child = 2 * i + 1) < s->heap_count; i = child) {
        if (child + 1 < s->heap_count &&
            run_is_before(&s->runs[s->heap[child + 1]], &s->runs[s->heap[child]]))
            child++;
        if (!run_is_before(&s->runs[s->heap[child]], &s->runs[moved]))
            break;
        s->heap[i] = s->heap[child];
    }
    s->heap[i] = moved;
}

int sorter_read(struct sorter *s, size_t memory_bytes)
{
    CHECK(!s->heap);
    s->heap = calloc(s->run_count + 1, sizeof *s->heap);
    CHECK(s->heap);
    size_t each = memory_bytes / (s->run_count + 1);
    for (size_t i = 0; i < s->run_count; i++) {
        struct run *r = &s->runs[i];
        uint64_t bytes = r->to - r->from;
        r->cap = each > READ_BYTES_MIN ? each : READ_BYTES_MIN;
        r->cap = bytes < r->cap ? (size_t)bytes : r->cap;
        r->ahead = malloc(r->cap);
        CHECK(r->ahead);
        int e = run_next(s, r);
        if (e < 0)
            return s->err = e;
        if (e)
            s->heap[s->heap_count++] = i;
    }
    for (size_t i = s->heap_count / 2; i-- > 0;)
        heap_sink(s, i);
    return 0;
}

int sorter_next(struct sorter *s, struct slice *ret_key, struct slice *ret_value)
{
    CHECK(s->heap);
    if (s->err < 0)
        return s->err;
    if (s->has_given && s->heap_count) {
        int e = run_next(s, &s->runs[s->heap[0]]);
        if (e < 0)
            return s->err = e;
        if (e == 0)
            s->heap[0] = s->heap[--s->heap_count];
        if (s->heap_count)
            heap_sink(s, 0);
    }
    s->has_given = true;
    if (s->heap_count == 0)
        return 0;
    *ret_key = s->runs[s->heap[0]].key;
    *ret_value = s->runs[s->heap[0]].value;
    return 1;
}

uint64_t sorter_bytes(const struct sorter *s)
{
    return s->end;
}
