#pragma once
#include <pthread.h>

#include "base/arena.h"
#include "base/err.h"
#include "ingest/writer.h"
#include "record/catalogue.h"
#include "store/store.h"

/* The catalogue in force: what the store knows was ever in force, and what files add to it. Others
 * read `now` at any time; what they read stays valid until in_force_fini, also when a newer one is
 * put into force meanwhile. The writing thread alone changes it (writer_options.catalogue), so that
 * batches opened there are judged by what is in force at their received time. */
struct in_force {
    const struct catalogue *_Atomic now; /* NULL before the first one */
    pthread_mutex_t lock;                /* one change at a time */
    struct arena **arenas;               /* of all that were ever read here */
    size_t arena_count;
};

void in_force_init(struct in_force *f);
void in_force_fini(struct in_force *f);

/* What the store holds. `now` stays NULL when it holds none yet. CE_FORMAT. */
int in_force_restore(struct in_force *f, struct store *s, struct reason *reterr_why);
/* Reads the files, joins them with what is in force, stores what is new, and only then puts it into
 * force. CE_INVALID with "FILE:LINE: what; remedy", or CE_CONFLICT: then the old one stays. */
int in_force_load(struct in_force *f, struct writer *w, const char *dir, size_t *ret_new,
                  struct reason *reterr_why);
/* The same for a store that no writer holds yet. */
int in_force_load_first(struct in_force *f, struct store *s, const char *dir,
                        struct reason *reterr_why);
/* Themes in force at that instant. */
size_t in_force_themes(const struct in_force *f, struct utc_ms now);
/* Memory of all catalogues that were read and are kept. */
size_t in_force_bytes(struct in_force *f);
