#pragma once
#include "ingest/judging.h"

/* Until when a judged row is public: the first day on which it no longer is; DAY_FOREVER, or
 * DAY_NONE for never. The earlier of the provider's date and, where the theme says so, the longest
 * that the law allows for the severity; never later than its retention. */
struct day term_public_until(const struct judging *j);
/* When what the row tells of ended (the item of role ended), DAY_NONE when it does not say so. */
struct day term_ended(const struct judging *j);
/* The first day on which the row may be in no answer any more. */
struct day term_retain_until(const struct judging *j);
/* The day of the record, DAY_NONE when a revoke came without. */
struct day term_day(const struct judging *j);
