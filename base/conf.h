#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Settings by row tables: a module owns a struct and a table that says where each setting goes, its
 * kind, range, default and meaning. Parsing, checking, help and the printed file all come from the
 * table. */
enum conf_kind {
    CONF_TEXT,     /* struct slice */
    CONF_BOOL,     /* bool: yes, no */
    CONF_INT,      /* int64_t */
    CONF_BYTES,    /* int64_t: 512 MiB, 2 GiB, 64 KiB, 100 B */
    CONF_DURATION, /* int64_t milliseconds: 20 ms, 5 s, 3 min, 2 h, 30 d */
    CONF_DAY,      /* struct day: 1880-01-01 */
    CONF_PAIRS, /* struct conf_pairs: the row "kafka.property" is for every kafka.property.NAME */
};

/* Settings that are passed on by names that we do not know. Each NAME once, in the order of their
 * first coming; texts have a NUL behind them. */
struct conf_pair {
    struct slice name, value;
};
struct conf_pairs {
    struct conf_pair *list;
    size_t count;
};

struct conf_row {
    const char *name; /* "listen"; lower case, words joined by dots */
    enum conf_kind kind;
    size_t offset; /* in the struct */
    const char *initial;
    int64_t min, max;    /* of INT, BYTES (bytes), DURATION (ms); both 0: no bounds */
    const char *meaning; /* one sentence for --print-config and the manual */
};

/* Fills the struct with the defaults. */
void conf_defaults(const struct conf_row *rows, size_t count, struct arena *a, void *ret_struct);
/* Lines "name = value", "#" comments; quotes around a value keep the blanks inside. CE_INVALID with
 * "FILE:LINE: why" in the reason: unknown name, wrong value, a name twice. CE_NOT_FOUND, CE_DENIED
 * or CE_IO when the file cannot be read. */
int conf_file(const struct conf_row *rows, size_t count, struct arena *a, const char *path,
              void *ret_struct, struct reason *reterr_why);
/* Takes CREDENCE_<NAME> (upper case; dots become underscores) for every row from the environment;
 * of CONF_PAIRS every CREDENCE_<ROW>_<NAME>, in which underscores become dots. */
int conf_environment(const struct conf_row *rows, size_t count, struct arena *a, void *ret_struct,
                     struct reason *reterr_why);
/* One setting by name, as from the command line. */
int conf_set(const struct conf_row *rows, size_t count, struct arena *a, const char *name,
             struct slice value, void *ret_struct, struct reason *reterr_why);
/* A complete file with meanings as comments and the struct's values; of CONF_PAIRS no secrets. */
void conf_print(const struct conf_row *rows, size_t count, const void *from_struct, struct buf *b);
