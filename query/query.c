/* Opening a question. */
#include "query/query.h"

int query_open(const struct query_source *s, struct arena *a, struct query *ret)
{
    struct utc_ms now = clock_now(s->clock);
    *ret = (struct query){.source = s, .arena = a, .now = now, .today = day_of(now)};
    /* Before the view is: what is committed in between is then in the view, and counts as newer. */
    ret->cache_epoch = s->cache ? answer_cache_epoch(s->cache) : 0;
    return view_open(s->store, &ret->view);
}

void query_close(struct query *q)
{
    view_close(q->view);
    q->view = NULL;
}

/* Within a day an entry version may come into force, and what was kept holds no more. */
struct utc_ms query_rules_since(const struct query *q)
{
    const struct catalogue *c = q->source->catalogue;
    struct utc_ms since = {INT64_MIN};
    for (size_t i = 0; i < c->theme_count; i++) {
        struct utc_ms from = c->themes[i]->valid_from;
        if (from.v <= q->now.v && from.v > since.v)
            since = from;
    }
    return since;
}

const struct theme *query_theme_now(const struct query *q, struct theme_now *last, uint16_t number)
{
    if (!last->theme || last->number != number)
        *last =
            (struct theme_now){number, catalogue_number_at(q->source->catalogue, number, q->now)};
    return last->theme;
}
