#pragma once
#include <stdint.h>
#include <string.h>

#include "base/civil.h"
#include "base/wire.h"

/* The order of versions of one record (design §3): the provider's number, then the received time,
 * then the position. 28 bytes, big-endian, so that byte order is version order. Where the provider
 * gives no version its slot holds the received time. */
struct version {
    uint8_t b[28];
};

static inline struct version version_make(uint64_t provider, struct utc_ms received,
                                          uint32_t partition, uint64_t position)
{
    struct version v;
    be64_put(v.b, provider);
    be64_put(v.b + 8, (uint64_t)received.v);
    be32_put(v.b + 16, partition);
    be64_put(v.b + 20, position);
    return v;
}

static inline int version_cmp(const struct version *a, const struct version *b)
{
    return memcmp(a->b, b->b, sizeof a->b);
}

static inline uint64_t version_provider(const struct version *v)
{
    return be64_get(v->b);
}

static inline struct utc_ms version_received(const struct version *v)
{
    return (struct utc_ms){(int64_t)be64_get(v->b + 8)};
}
