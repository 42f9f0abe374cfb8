#pragma once
#include <stdbool.h>

#include "base/slice.h"
#include "record/decimal.h"

/* A registered capital as registries write it, taken apart: "4,281.5000(万人民币元)". */
struct capital {
    struct decimal number; /* in units; a sum in Chinese numerals is in yuan */
    int unit;              /* 1; 10,000 (万); 100,000,000 (亿) */
    char currency[4];      /* ISO 4217; "" when none is named */
};

/* False unless every character of the text is understood: a number, perhaps a unit, a currency or
 * both in any order; or a sum of yuan in words (伍佰万元整). A bare number has no unit that is
 * certain and is not read either. */
bool capital_read(struct slice text, struct capital *ret);
