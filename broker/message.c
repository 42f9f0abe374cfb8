/* Messages as plain structs. Where they come from and how long they live is for consumer and
 * producer. */
#include "broker/message.h"

const struct message_header *message_header(const struct message *m, const char *name)
{
    struct slice wanted = slice_of(name);
    for (size_t i = m->header_count; i > 0; i--)
        if (slice_eq(m->headers[i - 1].name, wanted))
            return &m->headers[i - 1];
    return NULL;
}
