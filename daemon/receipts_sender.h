#pragma once
#include "broker/settings.h"
#include "ingest/publish.h"

/* Brings receipts to Apache Kafka: what ingest/publish.h calls `deliver`. One producer, made at the
 * first call and anew when it can do nothing any more. */
struct receipts_sender;

/* `s` must outlive it. */
struct receipts_sender *receipts_sender_create(const struct broker_settings *s);
/* Accepts NULL. Not while a call runs. */
void receipts_sender_destroy(struct receipts_sender *r);

/* For struct publish_options, with the sender as `ctx`. CE_NOT_FOUND: a department has no topic of
 * receipts yet. CE_CLOSED: it was stopped. */
int receipts_sender_deliver(void *sender, const struct publish_message *list, size_t count,
                            bool *ret_done, struct reason *reterr_why);
/* From any thread: a call that waits for the broker comes back soon. */
void receipts_sender_stop(void *sender);
