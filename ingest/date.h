#pragma once
#include <stdbool.h>

#include "base/civil.h"
#include "base/slice.h"

/* Reads a day as people and programs write it: 2023-01-05, 2023/1/5, 2023.1.5, 20230105,
 * 2023年1月5日, each also with a time behind it (10:11[:12[.345]], 10时11分, 101112), which must be
 * one; with a zone it is the day in UTC+8. The text went through text_digits. False when it is no
 * such form or no day that exists. */
bool date_read(struct slice text, struct day *ret);
/* The same forms as an instant, to the millisecond: a day without a time is its beginning, a time
 * without a zone is UTC+8. Also 13 digits of milliseconds since 1970. A leap second must be one,
 * and is counted as the second after it. */
bool date_read_instant(struct slice text, struct utc_ms *ret);
