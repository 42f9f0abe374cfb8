#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "broker/message.h"
#include "broker/settings.h"

/* The one producer of a daemon, shared by all uploads that are published (ingest/published.h). Each
 * has a window of its own: what it sent and no broker has acknowledged. So a department whose topic
 * stands still holds no other one up, and memory has a bound. */
struct outbox;

struct outbox_options {
    const struct broker_settings *settings;
    int64_t queue_bytes;  /* of all windows; 0: 16 MiB */
    int64_t window_bytes; /* of one; 0: 256 KiB. One message goes in any case */
    int give_up_ms;       /* until an unacknowledged message counts as lost; 0: 20 s */
};
/* Does not wait for a broker. CE_INVALID for settings that cannot be used. */
int outbox_start(const struct outbox_options *o, struct outbox **ret, struct reason *reterr_why);
/* Accepts NULL. Nobody may be sending. */
void outbox_stop(struct outbox *o);
/* As producer_partitions; waits some seconds at most, and less while no broker can be reached. */
int outbox_partitions(struct outbox *o, const char *topic, int32_t *ret, struct reason *reterr_why);

/* The messages of one upload, to one partition. After the first that was lost all are refused. */
struct sending;
struct sending *sending_begin(struct outbox *o);
/* Takes a copy. CE_BUSY: the window is full, wait for room and send again. Else as
 * producer_send, or why an earlier one was lost. */
int sending_send(struct sending *s, const struct message *m, int32_t partition,
                 struct reason *reterr_why);
/* Until there may be room, or one was lost. */
void sending_wait(struct sending *s);
/* Until all are acknowledged: 0 with the offset of the last one, or why one was lost: whether it
 * arrived is then not known. */
int sending_settle(struct sending *s, uint64_t *ret_offset, struct reason *reterr_why);
/* What is not acknowledged may still arrive. Accepts NULL. */
void sending_end(struct sending *s);
