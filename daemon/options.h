#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/err.h"

/* Command lines of both programs: options by rows, from which the help is printed too. */
struct option_row {
    const char *name;     /* "listen", written --listen */
    const char *argument; /* what --help calls its value; NULL: it takes none */
    const char *meaning;
};
struct option_given {
    const struct option_row *row;
    const char *value; /* "" of one that takes none */
};
struct options {
    struct option_given *given; /* in the order of the command line */
    size_t given_count;
    const char **words; /* what is no option */
    size_t word_count;
};

/* Reads "--name value", "--name=value" and words; what stands behind "--" is words. CE_INVALID with
 * the reason for an option that no row has, or without its value. */
int options_parse(struct arena *a, const struct option_row *rows, size_t count, int argc,
                  char *const *argv, struct options *ret, struct reason *reterr_why);
/* The value last given; NULL when it was not given. */
const char *options_get(const struct options *o, const char *name);
/* Lines for --help. */
void options_print(const struct option_row *rows, size_t count, FILE *to);
