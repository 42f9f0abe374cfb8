/* Ledger lines in the writer's memory. A few hundred lines are in use on any day; when there are
 * many more, all unchanged ones are forgotten. */
#include "ingest/ledger_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum { LINES_MAX = 4096, DEPARTMENT_MAX = 64, BUCKETS = 1024 };

struct line {
    char department[DEPARTMENT_MAX];
    size_t department_n;
    struct ledger_line line;
    bool is_changed;
    int next; /* in the bucket, -1 for none */
};

struct ledger_cache {
    struct line *lines;
    int count;
    int buckets[BUCKETS];
};

void ledger_cache_forget(struct ledger_cache *c)
{
    c->count = 0;
    for (int i = 0; i < BUCKETS; i++)
        c->buckets[i] = -1;
}

struct ledger_cache *ledger_cache_create(void)
{
    struct ledger_cache *c = calloc(1, sizeof *c);
    CHECK(c);
    c->lines = calloc(LINES_MAX, sizeof *c->lines);
    CHECK(c->lines);
    ledger_cache_forget(c);
    return c;
}

void ledger_cache_destroy(struct ledger_cache *c)
{
    if (!c)
        return;
    free(c->lines);
    free(c);
}

static unsigned bucket_of(struct slice department, uint16_t theme, struct day day)
{
    unsigned h = theme * 31u + (unsigned)day.v * 131u;
    for (size_t i = 0; i < department.n; i++)
        h = h * 33u + (unsigned char)department.p[i];
    return h % BUCKETS;
}

struct totals *ledger_cache_touch(struct ledger_cache *c, struct batch *b, struct arena *a,
                                  struct slice department, uint16_t theme, struct day day)
{
    CHECK(department.n <= DEPARTMENT_MAX);
    unsigned bucket = bucket_of(department, theme, day);
    for (int i = c->buckets[bucket]; i >= 0; i = c->lines[i].next) {
        struct line *l = &c->lines[i];
        if (l->line.theme == theme && l->line.day.v == day.v &&
            slice_eq(l->line.department, department)) {
            l->is_changed = true;
            return &l->line.totals;
        }
    }
    struct totals totals;
    if (ledger_get(b, a, department, theme, day, &totals) < 0)
        return NULL;
    if (c->count == LINES_MAX) {
        ledger_cache_put(c, b); /* the batch answers for them from now on */
        ledger_cache_forget(c);
    }
    struct line *l = &c->lines[c->count];
    memcpy(l->department, department.p, department.n);
    l->line = (struct ledger_line){{l->department, department.n}, theme, day, totals};
    l->is_changed = true;
    l->next = c->buckets[bucket];
    c->buckets[bucket] = c->count++;
    return &l->line.totals;
}

void ledger_cache_put(struct ledger_cache *c, struct batch *b)
{
    for (int i = 0; i < c->count; i++) {
        if (!c->lines[i].is_changed)
            continue;
        ledger_put(b, &c->lines[i].line);
        c->lines[i].is_changed = false;
    }
}
