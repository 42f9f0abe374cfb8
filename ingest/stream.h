#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/crypt.h"
#include "base/err.h"
#include "broker/settings.h"
#include "ingest/writer.h"
#include "record/catalogue.h"
#include "store/store.h"

/* Takes what departments send through Apache Kafka (design §9): every partition of every topic
 * credit.submissions.DEPARTMENT whose department the catalogue has, from the offset that the store
 * has on. Topics and partitions that come later are found within seconds. A thread of its own polls
 * and judges; records and offsets go down in one commit of the writer, which may wait long, while
 * the broker keeps what comes. A partition that cannot be trusted to go on where it was stops and
 * says why (store/stop.def), all others go on; while no broker can be reached all wait. */
struct stream;

struct stream_options {
    const struct broker_settings *settings;
    struct writer *writer;
    struct store *store;
    const struct keys *keys;
    const struct clock *clock;
    const struct catalogue *const _Atomic *catalogue; /* in force; as writer_options.catalogue */
    struct day born_min;
    int64_t fetch_bytes;  /* fetched ahead; 0: 32 MiB */
    size_t parcel_bytes;  /* of judged rows, with which a parcel goes; 0: 1 MiB */
    unsigned parcels_max; /* on their way to the writer; 0: 32 */
};
/* CE_INVALID for settings that cannot be used. Does not wait for a broker. */
int stream_start(const struct stream_options *o, struct stream **ret, struct reason *reterr_why);
/* What was given to the writer is committed, the rest comes again. Accepts NULL. */
void stream_stop(struct stream *s);

/* How all of it stands: "" when every partition is being taken; else what is wrong, for a person:
 * no broker, or how many partitions stopped and why the first one did. */
void stream_state(struct stream *s, struct buf *ret);
/* Lines of metrics by department: messages behind, the time of the last message taken, partitions
 * stopped. */
void stream_expose(struct stream *s, struct buf *ret);
