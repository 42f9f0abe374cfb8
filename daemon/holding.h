#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/err.h"
#include "daemon/exit_code.h"
#include "daemon/in_force.h"
#include "store/store.h"

/* A data folder that this process holds: keys, store, and the catalogue that the store knows. What
 * creditd builds on, and what creditctl uses when no creditd holds the folder. */
struct holding {
    struct keys *keys;
    struct store *store;
    struct in_force in_force;
    bool is_new; /* the store was made by this opening: it has no mark of its keys yet */
};

struct holding_options {
    const char *data;
    const char *keys;                  /* the key file */
    int64_t cache_bytes, buffer_bytes; /* 0: the store's own defaults */
    int open_files;                    /* at one time; 0: all */
    bool must_exist;
};

/* EXIT_CODE_OK, or how the program should end, with what to do in the reason. */
enum exit_code holding_open(const struct holding_options *o, struct holding *ret,
                            struct reason *reterr_why);
/* Connections and the store's files each take a descriptor: the soft limit of many systems, 1024,
 * is too few. */
void holding_more_files(void);
/* Accepts a holding that was never opened, if it is all zeros. */
void holding_close(struct holding *h);
