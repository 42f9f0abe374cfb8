/* Partitions of Apache Kafka: what their rows say must agree with itself, with their part of the
 * log, and (verify_accounts.c) with the ledger. */
#include <stdlib.h>

#include "base/check.h"
#include "base/err.h"
#include "store/decisions.h"
#include "store/offsets.h"
#include "store/published.h"
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
    verify_number(v, "partition", number);
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

/* Receipts are told behind the commits, never ahead of them. */
static int check_published(struct verifier *v, const struct partition_state *s)
{
    uint64_t told;
    int r = published_get(v->view, v->arena, s, &told);
    if (r == CE_FORMAT || (r == 0 && (told < s->first || told > s->next)))
        verify_mistake(v, "state: how far receipts of partition %llu were told is out of place",
                       (unsigned long long)s->number);
    return r == CE_FORMAT ? 0 : r;
}

static int check_partition(struct verifier *v, const struct partition_state *s)
{
    check_state(v, s);
    feed(v, s);
    int r = check_log(v, s);
    return r < 0 ? r : check_published(v, s);
}

/* What operators had it leave out, of the decisions since it was begun. */
static int decided_lost(struct verifier *v, const struct partition_state *s, uint64_t *ret)
{
    struct decision *list;
    size_t count;
    int r = decision_list(v->view, v->arena, &list, &count);
    *ret = 0;
    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct decision *d = &list[i];
        if (d->partition == s->partition && slice_eq(d->topic, s->topic))
            *ret = d->ended.n ? 0 : *ret + d->lost;
    }
    return r == CE_FORMAT ? 0 : r;
}

static int each_partition(struct verifier *v, struct slice key, struct slice value)
{
    struct partition_state s;
    uint64_t lost;
    if (partition_state_decode(key, value, &s) < 0) {
        verify_mistake(v, "state: a partition cannot be read");
        return 0;
    }
    int r = decided_lost(v, &s, &lost);
    if (r < 0)
        return r;
    if (lost != s.lost)
        verify_mistake(v, "partition %llu: it left out what nobody decided to leave out",
                       (unsigned long long)s.number);
    return check_partition(v, &s);
}

/* A partition that ended by a decision stays counted. */
static int each_decision(struct verifier *v, struct slice key, struct slice value)
{
    struct decision d;
    struct partition_state ended;
    bool has_ended = false;
    int r = decision_decode(key, value, &d);
    if (r == 0)
        r = decision_ended(v->arena, &d, &has_ended, &ended);
    if (r < 0 || d.lost != (d.to > d.from ? d.to - d.from : 0)) {
        verify_mistake(v, "state: a decision about a partition cannot be read");
        return 0;
    }
    return has_ended ? check_partition(v, &ended) : 0;
}

int verify_offsets(struct verifier *v)
{
    int r = verify_walk(v, CF_STATE, SLICE("offset/"), each_partition);
    return r < 0 ? r : verify_walk(v, CF_STATE, SLICE("decision/"), each_decision);
}
