#pragma once
#include "ingest/judge.h"

/* One row before the judge, by the themes of tests/support/theme.h. It begins as a good row; a test
 * changes what it is about and looks at what becomes of it. */
struct trial;

/* A good row of that theme, received on 2024-06-01 10:00 (UTC+8). */
struct trial *trial_open(const char *theme);
/* The same by a theme and tables that are written as YAML, in the form of a stored entry; begins as
 * an empty row. */
struct trial *trial_open_text(const char *common, const char *theme);
void trial_close(struct trial *t);
DEFINE_AUTO(struct trial, trial_close)
/* A value by item code, reserved column or any other name; NULL takes the column away. */
void trial_set(struct trial *t, const char *column, const char *value);
void trial_set_slice(struct trial *t, const char *column, struct slice value);
/* A later instant than the usual one. */
void trial_receive(struct trial *t, const char *instant);
const struct theme *trial_theme(const struct trial *t);
/* Judges; lives until the trial is closed. */
const struct judged *trial_judge(struct trial *t);
/* Judges; the first finding by that rule, or NULL. */
const struct finding *trial_finding(struct trial *t, enum rule rule);
/* Judges; the row must be accepted. Its decoded bytes. */
struct record trial_record(struct trial *t);
/* Judges; one item's value in clear, by record_items; {NULL, 0} when it is not there. */
struct slice trial_item(struct trial *t, const char *code);
/* The plain text of the sealed part; empty when there is none. */
struct slice trial_sealed(struct trial *t);
struct arena *trial_arena(struct trial *t);
const struct keys *trial_keys(struct trial *t);
