#pragma once
#include "ingest/judging.h"

/* Whose record it is (design §4): unified code, else another number of an
 * organisation, else a person's number; of a natural person always the last. After the cells are
 * cleaned. Fills has_subject, subject and kind; tells what is wrong with a person's number, and a
 * subject of a class that the theme does not list. A row without an identifier is told by the rules
 * for required items. */
void resolve_subject(struct judging *j);
/* Whether the row is about a natural person, by its subject or, when it has none, by what it says
 * of its class. */
bool resolve_is_person(const struct judging *j);
