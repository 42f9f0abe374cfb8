#pragma once
/* What the two halves of apply share: records (apply.c) and the rows of subjects (apply_subject.c).
 * Not for others. */
#include "ingest/apply.h"

enum { VALUE_BYTES_MAX = 8 * 1024 * 1024 };

/* Answers about the subject change with this commit. */
void apply_touch(struct apply *ap, const struct subject_id *id);
/* Its row must be computed anew before the commit. */
void apply_mark(struct apply *ap, const struct subject_id *id);
/* A record of it was revoked, which `was` has: it must be, if the record is missed. */
void apply_lose(struct apply *ap, const struct subject_id *id, const struct history_key *was);
/* The row as it will be after this commit, so far. CE_NOT_FOUND. */
int apply_subject_read(struct apply *ap, const struct subject_id *id, struct subject *ret);
/* A record was added to the subject. */
int apply_join(struct apply *ap, const struct subject_id *id, const struct record *r);
