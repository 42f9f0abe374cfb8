/* Counting rows, one way for whoever gives verdicts: the writer, and a first fill. */
#include "ingest/account.h"

static bool findings_note(const struct findings *f)
{
    for (unsigned i = 0; i < f->count; i++)
        if (rule_severity(f->list[i].rule) == SEVERITY_NOTE)
            return true;
    return false;
}

void account_row(const struct account *a, uint64_t row, enum verdict v,
                 const struct findings *findings, struct slice kept)
{
    bool warns = findings && findings_warns(findings);
    bool notes = findings && findings_note(findings);
    totals_add_row(a->batch, v, warns, notes);
    if (a->ledger)
        totals_add_row(a->ledger, v, warns, notes);
    receipt_pack_row(a->pack, row, v, findings, kept);
}

void account_reused(struct arena *a, struct findings **findings)
{
    if (!*findings)
        *findings = ARENA_NEW(a, struct findings);
    findings_add(*findings,
                 (struct finding){.rule = RULE_VERSION_REUSED, .item = SLICE("_version")});
}
