#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/slice.h"
#include "record/catalogue.h"

/* Reads several values of a code set out of one text, separated by ; ； | or 、. The result is a
 * set: codes in the order of the code set with ";" between, each once, whatever the order in which
 * they came; empty when the text is nothing but separators. False when a part is no value of the
 * set. */
bool codes_read(struct arena *a, const struct code_set *set, struct slice text, struct slice *ret);
/* The names of the values, as many as fit into a finding. `set` may be NULL. */
struct slice codes_hint(struct arena *a, const struct code_set *set);
