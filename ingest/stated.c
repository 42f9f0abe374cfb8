/* Amounts and the same sums in words. The most frequent mistake in real files is a fine in yuan
 * where the item is in 万元: 罚款2000元 handed in as 2000. It shows only when the text says the
 * sum, and is certain only when the very number stands there with another unit: then it is told,
 * with the number that would be right, and never changed. */
#include "ingest/stated.h"

#include <inttypes.h>

#include "record/money.h"

enum { SUMS_MAX = 64 };

static const int64_t units[] = {1, 10000, 100000000};

/* A sum as a number of units, without zeros that say nothing. */
static struct slice in_unit(struct arena *a, struct money sum, int64_t unit)
{
    int64_t whole = sum.micro / (unit * MONEY_MICRO), rest = sum.micro % (unit * MONEY_MICRO);
    struct slice text = arena_printf(a, "%" PRId64 ".", whole);
    for (int64_t place = unit * MONEY_MICRO / 10; rest && place; place /= 10) {
        text = arena_printf(a, "%.*s%" PRId64, FMT_SLICE(text), rest / place);
        rest %= place;
    }
    return slice_ends(text, SLICE(".")) ? slice_make(text.p, text.n - 1) : text;
}

/* Whether the text states the number as it is; if not, *ret_sum is one that it states with another
 * unit (0: none). */
static bool is_stated(struct slice text, struct slice number, int64_t unit, struct money *ret_sum)
{
    struct money sum, as_given;
    size_t at = 0;
    *ret_sum = (struct money){0};
    if (!money_of(number, unit, &as_given) || as_given.micro <= 0)
        return true;
    for (int n = 0; n < SUMS_MAX && money_in_text(text, at, &sum, &at); n++) {
        if (sum.micro == as_given.micro)
            return true;
        for (size_t i = 0; i < ARRAY_LEN(units); i++) {
            struct money other;
            if (units[i] != unit && money_of(number, units[i], &other) && other.micro == sum.micro)
                *ret_sum = sum;
        }
    }
    return false;
}

void stated_check(struct judging *j)
{
    for (size_t i = 0; i < j->theme->item_count; i++) {
        const struct item *item = &j->theme->items[i];
        if (item->stated_in < 0 || j->cells[i].state != CELL_GOOD ||
            j->cells[item->stated_in].state != CELL_GOOD)
            continue;
        struct money sum;
        int64_t unit = money_unit(item->unit);
        if (!is_stated(j->cells[item->stated_in].value, j->cells[i].value, unit, &sum) && sum.micro)
            sink_item(&j->sink, RULE_AMOUNT_UNIT, item, j->cells[i].value,
                      in_unit(j->scratch, sum, unit));
    }
}
