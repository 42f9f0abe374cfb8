/* The process's counters and gauges (metric.def) and their text form. Who counts what is for the
 * callers; who may read them is for web/. */
#include "base/metric.h"

#include <stdatomic.h>
#include <stdbool.h>

#include "base/slice.h"

enum kind { COUNTER, GAUGE };

static const struct row {
    const char *name;
    enum kind kind;
    const char *help;
} rows[] = {
#define METRIC(id, name, kind, help) [METRIC_##id] = {name, kind, help},
#include "base/metric.def"
#undef METRIC
};

static _Atomic int64_t values[METRIC_COUNT];

void metric_add(enum metric m, int64_t by)
{
    atomic_fetch_add_explicit(&values[m], by, memory_order_relaxed);
}

void metric_set(enum metric m, int64_t value)
{
    atomic_store_explicit(&values[m], value, memory_order_relaxed);
}

int64_t metric_get(enum metric m)
{
    return atomic_load_explicit(&values[m], memory_order_relaxed);
}

/* The name without its labels. */
static struct slice family_of(int m)
{
    struct slice name = slice_of(rows[m].name);
    return slice_cut(&name, '{');
}

static bool is_first_of_family(int m)
{
    for (int i = 0; i < m; i++)
        if (slice_eq(family_of(i), family_of(m)))
            return false;
    return true;
}

void metric_expose(struct buf *b)
{
    for (int m = 0; m < METRIC_COUNT; m++) {
        if (!is_first_of_family(m))
            continue;
        struct slice family = family_of(m);
        buf_printf(b, "# HELP %.*s %s\n# TYPE %.*s %s\n", FMT_SLICE(family), rows[m].help,
                   FMT_SLICE(family), rows[m].kind == COUNTER ? "counter" : "gauge");
        /* The format wants a family's samples together, wherever their rows stand. */
        for (int i = m; i < METRIC_COUNT; i++)
            if (slice_eq(family_of(i), family))
                buf_printf(b, "%s %lld\n", rows[i].name, (long long)metric_get((enum metric)i));
    }
}
