/* Look-ups in the table of rules, and the list of findings of one row. */
#include "record/rule.h"

#include <string.h>

enum { RULE_MAX = 128 };

static const struct {
    const char *id;
    enum severity severity;
    const char *law, *zh, *en;
} rows[RULE_MAX] = {
#define RULE(id_, number, text, severity_, law_, zh_, en_)                                         \
    [number] = {text, SEVERITY_##severity_, law_, zh_, en_},
#include "record/rules.def"
#undef RULE
};

bool rule_is_known(unsigned number)
{
    return number < RULE_MAX && rows[number].id;
}

const char *rule_id(enum rule r)
{
    return rule_is_known(r) ? rows[r].id : "";
}

const char *rule_law(enum rule r)
{
    return rule_is_known(r) ? rows[r].law : "";
}

enum severity rule_severity(enum rule r)
{
    return rule_is_known(r) ? rows[r].severity : SEVERITY_NOTE;
}

bool rule_forbids_keeping(enum rule r)
{
    return r == RULE_ROW_NOT_COLLECTED || r == RULE_SUBJECT_MINOR || r == RULE_ITEM_FORBIDDEN;
}

static void put(struct buf *b, const char *text, struct slice hint)
{
    for (const char *at = text; *at;) {
        const char *gap = strstr(at, "{}");
        if (!gap) {
            buf_add_slice(b, slice_of(at));
            return;
        }
        buf_add(b, at, (size_t)(gap - at));
        buf_add_slice(b, hint);
        at = gap + 2;
    }
}

void rule_remedy(enum rule r, struct slice hint, struct buf *ret)
{
    if (!rule_is_known(r))
        return;
    put(ret, rows[r].zh, hint);
    buf_add_char(ret, ' ');
    put(ret, rows[r].en, hint);
}

/* Where a finding of that severity may stand when there is no room: in the place of the last of the
 * least bad ones, if they are less bad. */
static struct finding *place_of_less(struct findings *f, enum severity s)
{
    struct finding *least = NULL;
    for (unsigned i = 0; i < f->count; i++) {
        enum severity other = rule_severity(f->list[i].rule);
        if (other > s && (!least || other >= rule_severity(least->rule)))
            least = &f->list[i];
    }
    return least;
}

void findings_add(struct findings *f, struct finding one)
{
    if (f->count < FINDINGS_MAX) {
        f->list[f->count++] = one;
        return;
    }
    f->more++;
    struct finding *place = place_of_less(f, rule_severity(one.rule));
    if (place)
        *place = one;
}

static bool has(const struct findings *f, enum severity s)
{
    for (unsigned i = 0; i < f->count; i++)
        if (rule_severity(f->list[i].rule) == s)
            return true;
    return false;
}

bool findings_rejects(const struct findings *f)
{
    return has(f, SEVERITY_REJECT);
}

bool findings_warns(const struct findings *f)
{
    return has(f, SEVERITY_WARN);
}
