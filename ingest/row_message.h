#pragma once
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "broker/message.h"
#include "ingest/reader.h"

/* A row that was read from a file as a message of Apache Kafka (docs/formats/message.md): one way
 * for an upload that creditd publishes and for `creditctl submit --kafka`. What could not be read
 * is a message too, for it is a verdict. */
enum { ROW_MESSAGE_HEADERS = 8 };
struct row_message {
    struct message message; /* points into what follows, and into the arena it was made with */
    struct message_header headers[ROW_MESSAGE_HEADERS];
    struct buf text;
};
void row_message_init(struct row_message *m);
void row_message_fini(struct row_message *m);

/* One without a value: headers theme and batch. A NUL stands behind the topic. */
void row_message_begin(struct row_message *m, struct slice topic, struct slice theme,
                       struct slice batch);
/* The row, with headers theme, batch, row, and unread where it could not be read. */
void row_message_make(struct row_message *m, struct arena *a, struct slice topic,
                      struct slice theme, struct slice batch, const struct raw_row *row);
/* One more header. The value must live as long as the message. */
void row_message_header(struct row_message *m, const char *name, struct slice value);

/* All rows of a batch go to one partition: whoever publishes it again finds the same one. */
int32_t row_message_partition(struct slice batch, int32_t count);
