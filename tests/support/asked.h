#pragma once
#include "base/arena.h"
#include "query/query.h"
#include "tests/support/world.h"

/* A question to a world's register, without the web. Failures to ask fail the test. */
struct asked {
    struct query_source source;
    struct query q;
    struct arena *arena; /* of the answers */
};

/* What the public asks. */
static inline void ask(struct world *w, struct asked *ret)
{
    ret->source = (struct query_source){.store = w->store,
                                        .keys = w->keys,
                                        .clock = &w->clock,
                                        .catalogue = w->catalogue,
                                        .cache = w->cache};
    ret->arena = arena_create(64 << 20);
    EXPECT_OK(query_open(&ret->source, ret->arena, &ret->q));
}

static inline void asked_end(struct asked *a)
{
    query_close(&a->q);
    arena_destroy(a->arena);
}
