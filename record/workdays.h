#pragma once
#include <stdbool.h>
#include <stddef.h>

#include "base/civil.h"
#include "base/slice.h"

/* Working days (工作日): Monday to Friday, less statutory holidays and the days off around them,
 * plus the Saturdays and Sundays that are worked instead, by year as announced
 * (tables/workdays.yaml). Beyond the years that are known the week alone decides, and whoever
 * counts is told so. */

struct workdays_span {
    struct day first, last; /* both included */
};
struct workdays_year {
    int year;
    struct slice source;
    const struct workdays_span *off;
    size_t off_count;
    const struct day *work;
    size_t work_count;
};
struct workdays {
    const struct workdays_year *years; /* consecutive, ascending */
    size_t year_count;
    struct day known_from, known_to; /* first and last day of these years */
    /* What differs from the week: working days by the week that are off, and the reverse;
     * ascending. */
    const struct day *off, *work;
    size_t off_count, work_count;
};

bool workdays_has(const struct workdays *w, struct day d);
/* Working days behind `a` up to `b`, `b` included; 0 when it is not later. *ret_is_certain (may be
 * NULL): all of them lie in years that are known. */
int workdays_between(const struct workdays *w, struct day a, struct day b, bool *ret_is_certain);
/* The nth working day behind `d`; n from 1. */
struct day workdays_add(const struct workdays *w, struct day d, int n, bool *ret_is_certain);
