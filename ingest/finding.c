/* Findings go into receipts, which are stored in clear and read by others than the subject: no
 * identity number may get into one, in whatever column it came. */
#include "ingest/finding.h"

#include "base/text.h"
#include "record/identifier.h"
#include "record/mask.h"

/* Masking takes the gaps out of a number, so that what is shown reaches farther into the text than
 * it is long: to four times that, and then one whole number more. */
enum { SHOWN_CHARS = 60, HINT_CHARS = 100, LOOK_CHARS = 4 * HINT_CHARS + 70 };

/* The first characters. */
static struct slice first_chars(struct slice s, size_t chars)
{
    size_t i = 0;
    for (; chars && i < s.n; chars--)
        utf8_next(s, &i);
    s.n = i;
    return s;
}

/* Masks before it cuts, for half a number could not be told; but looks no farther than a number
 * that begins within the part shown can reach. A number that shows only when blanks and dashes are
 * left out is shown without them, and masked: what comes here is often a code that broke a rule. */
static struct slice shown(struct arena *a, struct slice s, size_t chars)
{
    size_t at, bytes;
    struct slice masked = idnum_mask_text(a, first_chars(s, LOOK_CHARS));
    struct slice packed = text_code(a, masked);
    if (idnum_in_text(packed, 0, &at, &bytes))
        masked = idnum_mask_text(a, packed);
    return arena_dup(a, first_chars(masked, chars));
}

static void tell(struct sink *s, struct finding one)
{
    if (!s->findings)
        s->findings = ARENA_NEW(s->a, struct findings);
    findings_add(s->findings, one);
    s->forbids = s->forbids || rule_forbids_keeping(one.rule);
    s->rejects = s->rejects || rule_severity(one.rule) == SEVERITY_REJECT;
}

void sink_item(struct sink *s, enum rule rule, const struct item *item, struct slice value,
               struct slice hint)
{
    bool personal = item->type == ITEM_PERSON_ID || item->type == ITEM_CONTACT;
    struct slice text = personal ? mask_text(s->a, &MASK_PERSON, first_chars(value, SHOWN_CHARS))
                                 : shown(s->a, value, SHOWN_CHARS);
    tell(s, (struct finding){rule, item->code, text, shown(s->a, hint, HINT_CHARS)});
}

void sink_column(struct sink *s, enum rule rule, struct slice column, struct slice value,
                 struct slice hint)
{
    tell(s, (struct finding){rule, shown(s->a, column, SHOWN_CHARS),
                             shown(s->a, value, SHOWN_CHARS), shown(s->a, hint, HINT_CHARS)});
}
