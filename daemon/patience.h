#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/http_client.h"
#include "daemon/delivery.h"
#include "daemon/progress.h"

/* Waiting for a creditd that takes no upload just now. All zero at the beginning:
 *
 *     struct patience p = {0};
 *     do
 *         r = post(...);
 *     while (r == 0 && patience_again(&p, &answer, &delivery, &progress));
 */
struct patience {
    int64_t began_ms; /* of the first answer that said so; 0: there was none */
    int64_t said_ms;
};
/* True when the answer is 503 and says when to come again (Retry-After), ten minutes are not over,
 * and the delivery, which stands at its beginning then, can be sent whole: it has waited for so
 * long, and said so. False at once for every other answer, and when a signal comes. */
bool patience_again(struct patience *p, const struct http_answer *answer, struct delivery *d,
                    struct progress *progress);
