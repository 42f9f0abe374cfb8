#pragma once
#include "base/json.h"
#include "query/query.h"
#include "store/decisions.h"

/* Partitions of Apache Kafka by which departments deliver, and what operators decided about them.
 */

/* Of one department (empty: all), in the question's arena; those that ended come first. */
int query_partitions(struct query *q, struct slice department, struct partition_life **ret,
                     size_t *ret_count);
int query_decisions(struct query *q, struct slice department, struct decision **ret,
                    size_t *ret_count);

/* As members of the open object: whose and where it is, how far it was taken and why it stopped. */
void partition_json(struct json_out *o, const struct partition_life *life);
void decision_json(struct json_out *o, const struct decision *d);
/* As the member "decisions", a list. */
void decisions_json(struct json_out *o, const struct decision *list, size_t count);
