/* Partitions of Apache Kafka: what their rows say must agree with itself, with their part of the
 * log, and (verify_accounts.c) with the ledger. */
#include <stdlib.h>

#include "base/check.h"
#include "base/err.h"
#include "store/offsets.h"
#include "store/receipts.h"
#include "store/verify_parts.h"

struct fed *verify_fed(struct verifier *v, struct slice department)
{
    for (size_t i = 0; i < v->fed_count; i++)
        if (slice_eq(v->fed[i].department, department))
            return &v->fed[i];
    return NULL;
}

/* Departments are a few dozens. */
static void feed(struct verifier *v, const struct partition_state *s)
{
    struct fed *f = verify_fed(v, s->department);
    if (!f) {
        if (v->fed_count == v->fed_cap) {
            v->fed_cap = v->fed_cap ? v->fed_cap * 2 : 64;
            v->fed = realloc(v->fed, v->fed_cap * sizeof *v->fed);
            CHECK(v->fed);
        }
        f = &v->fed[v->fed_count++];
        *f = (struct fed){.department = arena_dup(v->keep, s->department)};
    }
    totals_add(&f->totals, &s->totals);
}

static void check_state(struct verifier *v, const struct partition_state *s)
{
    unsigned long long number = s->number;
    const struct totals *t = &s->totals;
    if (number == 0 || number >= v->counters.next_batch)
        verify_mistake(v, "partition %llu: the counter stands at %llu", number,
                       (unsigned long long)v->counters.next_batch);
    if (!bitmap_add(&v->batches, number))
        verify_mistake(v, "partition %llu: its number is there twice", number);
    if (t->received != t->stored + t->changed + t->duplicate + t->stale + t->rejected)
        verify_mistake(v, "partition %llu: its verdicts do not add up to the messages received",
                       number);
    if (s->has_last && s->last_time.v > v->counters.newest_received.v)
        verify_mistake(v, "partition %llu: its last message came after the newest received time",
                       number);
    if (s->has_last && s->last_offset >= s->next)
        verify_mistake(v, "partition %llu: its last message lies behind the next one", number);
}

/* The packs tell of every offset from the first to the next one, but for what was swept. */
static int check_log(struct verifier *v, const struct partition_state *s)
{
    struct totals t;
    uint64_t from, end;
    int r = receipts_totals(v->view, s->number, &t);
    if (r == 0)
        r = receipts_extent(v->view, s->number, &from, &end);
    if (r == CE_FORMAT) {
        verify_mistake(v, "log: the receipt of partition %llu cannot be read",
                       (unsigned long long)s->number);
        return 0;
    }
    if (r < 0)
        return r;
    bool is_whole = from == s->first && end == s->next;
    const struct totals *all = &s->totals;
    if (end && end != s->next)
        verify_mistake(v, "log: the receipt of partition %llu does not end at its next offset",
                       (unsigned long long)s->number);
    if (is_whole ? t.received != all->received || t.stored != all->stored ||
                       t.changed != all->changed || t.duplicate != all->duplicate ||
                       t.stale != all->stale || t.rejected != all->rejected
                 : t.received > all->received)
        verify_mistake(v, "log: the receipt of partition %llu does not add up to its counts",
                       (unsigned long long)s->number);
    return 0;
}

static int each_partition(struct verifier *v, struct slice key, struct slice value)
{
    struct partition_state s;
    if (partition_state_decode(key, value, &s) < 0) {
        verify_mistake(v, "state: a partition cannot be read");
        return 0;
    }
    check_state(v, &s);
    feed(v, &s);
    return check_log(v, &s);
}

int verify_offsets(struct verifier *v)
{
    return verify_walk(v, CF_STATE, SLICE("offset/"), each_partition);
}
