#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

/* Sums of money in yuan, exact: in millionths, so that 0.123456万元 is whole. */
struct money {
    int64_t micro;
};
enum { MONEY_MICRO = 1000000 };

/* How many yuan a unit of an item is: 元, 万元, 亿元; 0 for anything else. */
int64_t money_unit(struct slice unit);
/* A decimal number (record/decimal.h) of units of so many yuan. False when it is too large, or
 * finer than a millionth. */
bool money_of(struct slice number, int64_t unit, struct money *ret);
/* The next sum that a text states in yuan, from byte `from` on; *ret_end is behind it. Reads digits
 * with or without separators and Chinese numerals, 百 千 万 亿 between, and 角 分 behind:
 * 罚款2,000元, 0.2万元, 贰仟元整, 一万二千三百元五角. Digits of any width. */
bool money_in_text(struct slice text, size_t from, struct money *ret, size_t *ret_end);
/* The whole text is one such sum, perhaps with 整 or 正 at its end. */
bool money_read(struct slice text, struct money *ret);
