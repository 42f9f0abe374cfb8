#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

/* Instants and days. A day of the register is always a day of UTC+8 (design §1.1), whatever the
 * machine's time zone. */
struct utc_ms {
    int64_t v; /* milliseconds since 1970-01-01T00:00:00Z */
};
struct day {
    int32_t v; /* days since 1970-01-01 */
};
#define DAY_NONE ((struct day){INT32_MIN})
#define DAY_FOREVER ((struct day){INT32_MAX})

static inline bool day_is_none(struct day d)
{
    return d.v == INT32_MIN;
}

/* The UTC+8 day in which the instant lies. */
struct day day_of(struct utc_ms t);
/* The instant at which the day begins in UTC+8. */
struct utc_ms day_start(struct day d);
/* False when there is no such day. Years 1 to 9999. */
bool day_from_civil(int year, int month, int day, struct day *ret);
void day_to_civil(struct day d, int *year, int *month, int *day);
/* The same day of the month, `months` later; the last day of the month when it has none such. */
struct day day_add_months(struct day d, int months);
/* Exactly "YYYY-MM-DD", a real day; the form in which days are stored. */
bool day_parse_iso(struct slice s, struct day *ret);
/* "YYYY-MM-DD" into out, NUL-terminated. */
void day_print(struct day d, char out[11]);

/* "2023-01-05T10:11:12.345+08:00": how instants are shown. NUL-terminated. */
void utc_print(struct utc_ms t, char out[30]);
/* RFC 3339 with zone; or a local form without zone ("2023-01-05", "2023-01-05 10:11:12[.345]"),
 * then UTC+8; or 13 digits of milliseconds. */
bool utc_parse(struct slice s, struct utc_ms *ret);
