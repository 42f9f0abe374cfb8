#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/* When RocksDB writes what lies in level 0 to the levels below, as the writing thread wants it
 * (docs/adr/0028): not while runs come, but when nobody waits. All functions are that thread's. */

/* Whether level 0 of some family has at least so many files. */
bool compaction_is_crowded(struct store *s, uint64_t files);
/* None begins until `hold` is false again. */
void compaction_hold(struct store *s, bool hold);
/* Behind a run that is in: they are put off, or not, if too much has been put off. */
void compaction_follow(struct store *s);

/* Something is left to be done in a pause: call compaction_rest until nothing is. */
bool compaction_is_owed(const struct store *s);
/* After each commit: begins what was put off if that has become too much, and notices when level 0
 * has been written down. */
void compaction_look(struct store *s);
/* No run comes next: begins what was put off. */
void compaction_begin(struct store *s);
/* Nobody sends: begins what was put off, and has level 0 written down once, however few files a
 * backlog has left there. Again and again until nothing is owed. */
void compaction_rest(struct store *s);

/* For store.c, when the database is closed: nothing is held, nothing owed. */
void compaction_forget(struct store *s);
