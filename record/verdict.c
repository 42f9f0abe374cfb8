/* Verdicts by name, and the counts of them. */
#include "record/verdict.h"

const char *verdict_code(enum verdict v)
{
    switch (v) {
    case VERDICT_STORED:
        return "stored";
    case VERDICT_CHANGED:
        return "changed";
    case VERDICT_DUPLICATE:
        return "duplicate";
    case VERDICT_STALE:
        return "stale";
    case VERDICT_REJECTED:
        return "rejected";
    }
    return "";
}

const char *verdict_zh(enum verdict v)
{
    switch (v) {
    case VERDICT_STORED:
        return "已入库";
    case VERDICT_CHANGED:
        return "已变更";
    case VERDICT_DUPLICATE:
        return "重复";
    case VERDICT_STALE:
        return "过时";
    case VERDICT_REJECTED:
        return "退回";
    }
    return "";
}

void totals_add_rows(struct totals *t, enum verdict v, unsigned long long rows)
{
    t->received += rows;
    switch (v) {
    case VERDICT_STORED:
        t->stored += rows;
        break;
    case VERDICT_CHANGED:
        t->changed += rows;
        break;
    case VERDICT_DUPLICATE:
        t->duplicate += rows;
        break;
    case VERDICT_STALE:
        t->stale += rows;
        break;
    case VERDICT_REJECTED:
        t->rejected += rows;
        break;
    }
}

unsigned long long totals_of(const struct totals *t, enum verdict v)
{
    switch (v) {
    case VERDICT_STORED:
        return t->stored;
    case VERDICT_CHANGED:
        return t->changed;
    case VERDICT_DUPLICATE:
        return t->duplicate;
    case VERDICT_STALE:
        return t->stale;
    case VERDICT_REJECTED:
        return t->rejected;
    }
    return 0;
}

void totals_add_row(struct totals *t, enum verdict v, int has_warning, int has_note)
{
    totals_add_rows(t, v, 1);
    t->warned += has_warning != 0;
    t->noted += has_note != 0;
}

void totals_add(struct totals *t, const struct totals *other)
{
    t->received += other->received;
    t->stored += other->stored;
    t->changed += other->changed;
    t->duplicate += other->duplicate;
    t->stale += other->stale;
    t->rejected += other->rejected;
    t->warned += other->warned;
    t->noted += other->noted;
}
