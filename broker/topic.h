#pragma once

/* The topics of the register: each name is this and the department's id, so that a broker's access
 * control gives a department its own and no other. */
#define TOPIC_SUBMISSIONS "credit.submissions." /* from the department */
#define TOPIC_RECEIPTS "credit.receipts."       /* to the department */
