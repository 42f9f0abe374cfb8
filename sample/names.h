#pragma once
#include "base/slice.h"
#include "sample/population.h"

/* Names of organisations and persons. They read like real ones and say what they are: the city is
 * called 样例市 (sample). */

extern const char NAMES_CITY[];

/* Writes the name of an organisation and returns its bytes, below ORG_NAME_BYTES. */
unsigned name_of_organisation(enum org_class c, unsigned district, struct dice d, char *out);
/* Writes the name of a person and returns its bytes, below PERSON_NAME_BYTES. */
unsigned name_of_person(struct dice d, char *out);
