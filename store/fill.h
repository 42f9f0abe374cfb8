#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/slice.h"
#include "store/store.h"

/* A first fill of an empty store. Everything is written beside it, in DIR/db.loading, as sorted
 * files that RocksDB takes in as they are, and comes into its place by one renaming: whatever
 * interrupts it leaves the store as empty as it was. DIR is held meanwhile, as by a daemon. */
struct fill;

enum fill_found {
    FILL_NOTHING, /* there was no store */
    FILL_EMPTY,   /* there was one without batches: its keys of departments and entries are kept */
};

/* Holds DIR (made when it is not there), sees that its store holds nothing, clears away what an
 * earlier fill left (then *ret_remains), and begins. CE_EXISTS when the store holds something;
 * CE_BUSY, CE_FORMAT, CE_IO as store_open. */
int fill_begin(const char *dir, struct fill **ret, bool *ret_remains, struct reason *reterr_why);
/* What was there before. */
enum fill_found fill_found(const struct fill *f);
/* The new store, for what goes by ordinary batches; it holds the rows of `state` of the old one. */
struct store *fill_store(struct fill *f);
/* A folder for files of passing use, on the same disk; goes with the fill. */
const char *fill_folder(const struct fill *f);
/* The sorted files of one family: keys come strictly ascending, from one thread at a time (another
 * family may have another one). CE_INVALID for a key out of order, CE_IO; the first failure sticks.
 */
int fill_put(struct fill *f, enum cf cf, struct slice key, struct slice value);
/* The family is whole: its last file is closed and its memory given back. */
int fill_end(struct fill *f, enum cf cf);
/* Takes the files in, closes everything, makes it durable, and puts it into its place. The fill is
 * gone, whatever comes of it; when it fails the store is as it was before. */
int fill_finish_take(struct fill *f, struct reason *reterr_why);
/* Clears everything away. Accepts NULL. */
void fill_drop(struct fill *f);
DEFINE_AUTO(struct fill, fill_drop)
