#pragma once
#include "ingest/judging.h"

/* Rules about a natural person who is the subject: of age on the day of the record, and of the sex
 * and birth date that the identity number says. Nothing for other subjects. */
void person_check(struct judging *j);
