#pragma once
#include "ingest/judging.h"

/* Until when a judged row is public: the first day on which it no longer is; DAY_FOREVER, or
 * DAY_NONE for never. The earlier of the provider's date and, where the theme says so, the longest
 * that the law allows for the severity. */
struct day term_public_until(const struct judging *j);
/* The day of the record, DAY_NONE when a revoke came without. */
struct day term_day(const struct judging *j);
