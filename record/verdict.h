#pragma once

/* What became of a row. The numbers are stored in receipts and never changed. */
enum verdict {
    VERDICT_STORED = 1,    /* a new record */
    VERDICT_CHANGED = 2,   /* a later version with other content */
    VERDICT_DUPLICATE = 3, /* the same content as the current version */
    VERDICT_STALE = 4,     /* an earlier version with other content: history only */
    VERDICT_REJECTED = 5,  /* breaks a rule */
};
enum { VERDICT_LAST = 5 };

const char *verdict_code(enum verdict v);
const char *verdict_zh(enum verdict v);

/* Counts of rows; `received` is the sum of the five. */
struct totals {
    unsigned long long received, stored, changed, duplicate, stale, rejected;
    unsigned long long warned; /* rows with at least one warning, whatever their verdict */
    unsigned long long noted;  /* rows with at least one note */
};
/* So many rows with that verdict; and how many have it. */
void totals_add_rows(struct totals *t, enum verdict v, unsigned long long rows);
unsigned long long totals_of(const struct totals *t, enum verdict v);
void totals_add_row(struct totals *t, enum verdict v, int has_warning, int has_note);
void totals_add(struct totals *t, const struct totals *other);
