#pragma once
#include "base/err.h"

/* The schema of the store, and the ordered steps from one to the next. A step that was interrupted
 * is run again from its beginning, so each must be harmless when repeated. */
struct store;

enum { SCHEMA_NOW = 2 };

/* Brings the store to SCHEMA_NOW; a new store is marked as such. CE_FORMAT for one of a newer
 * program, with the remedy in the reason. Run by store_open before anybody else sees the store. */
int migrate_run(struct store *s, struct reason *reterr_why);
