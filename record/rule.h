#pragma once
#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

/* The rules of rules.def as values. A rule that is broken is a finding: data that goes back to the
 * department, never an error. */
enum rule {
    RULE_NONE = 0,
#define RULE(id, number, text, severity, law, zh, en) RULE_##id = (number),
#include "record/rules.def"
#undef RULE
};

enum severity { SEVERITY_REJECT, SEVERITY_WARN, SEVERITY_NOTE }; /* worst first */

/* One broken rule in one row. `value` is already masked; `hint` fills the "{}" of the remedy.
 * Slices are borrowed from the row's arena. */
struct finding {
    enum rule rule;
    struct slice
        item; /* item code, or the column's name for an unknown one; empty for the whole row */
    struct slice value;
    struct slice hint;
};

enum { FINDINGS_MAX = 32 };
struct findings {
    struct finding list[FINDINGS_MAX]; /* further ones only raise `more` */
    unsigned count;
    unsigned more;
};

/* Adds a finding; beyond FINDINGS_MAX a worse one takes the place of the last of the least bad, so
 * that what the two below say stays true. */
void findings_add(struct findings *f, struct finding one);
bool findings_rejects(const struct findings *f);
bool findings_warns(const struct findings *f);

/* Whether the number is a rule at all (stored bytes may come from a newer program). */
bool rule_is_known(unsigned number);
const char *rule_id(enum rule r);
const char *rule_law(enum rule r);
enum severity rule_severity(enum rule r);
/* Whether nothing of a row that broke it may be kept, not even to send it back: it was not to be
 * collected. */
bool rule_forbids_keeping(enum rule r);
/* "中文 English" with the hint put in. */
void rule_remedy(enum rule r, struct slice hint, struct buf *ret);
