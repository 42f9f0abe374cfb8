#pragma once
#include "ingest/judging.h"

/* What a row says of itself rather than of its subject: operation, reason, version, and which
 * record it is. Tells what is wrong; fills operation, reason, provider and has_provider. */
void envelope_read(struct judging *j);
/* Which record: `_id` if the row has one, else the theme's items. After the cells are cleaned.
 * Fills identity:
 *   "\1" + the record id, or "\2" + the items' values with \x1f between them. */
void envelope_identify(struct judging *j);
