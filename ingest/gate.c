/* Stored, changed, duplicate or stale: five outcomes from one comparison. Leaves the writing to
 * apply.c. */
#include "ingest/gate.h"

#include <string.h>

struct gate_result gate_judge(const struct judged *row, const struct source *known, bool has_kafka)
{
    if (!known)
        return (struct gate_result){VERDICT_STORED, GATE_STORE, false};
    bool same_content = memcmp(row->content, known->content, sizeof row->content) == 0;
    int order = version_cmp(&row->version, &known->version);
    uint64_t mine = version_provider(&row->version), theirs = version_provider(&known->version);
    bool known_gave = known->flags & RECORD_HAS_PROVIDER;
    bool both_gave = row->has_provider && known_gave;
    if (same_content) {
        /* Without Kafka received times rise by themselves, but not against a provider's version. */
        bool by_provider = mine != theirs && (row->has_provider || known_gave);
        bool rises = order > 0 && (by_provider || has_kafka);
        return (struct gate_result){VERDICT_DUPLICATE, rises ? GATE_RISE : GATE_NOTHING, false};
    }
    bool reused = both_gave && mine == theirs;
    if (order > 0)
        return (struct gate_result){VERDICT_CHANGED, GATE_REPLACE, reused};
    return (struct gate_result){VERDICT_STALE, GATE_KEEP_STALE, reused};
}
