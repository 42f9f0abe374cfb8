#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"
#include "base/slice.h"

/* Sorting more than fits into memory: pairs of key and value are gathered in pens of a fixed size,
 * written sorted into one file whenever a pen is full, and merged when they are read.
 *
 *     sorter_create → pens put, from any number of threads, each its own → pens end
 *     → sorter_read → sorter_next until it returns 0
 */
struct sorter;
struct sorter_pen;

/* The file is made at `path`, has no name any more once it is open, and so goes with the process.
 * CE_IO. */
int sorter_create(const char *path, struct sorter **ret, struct reason *reterr_why);
/* All pens have ended. Accepts NULL. */
void sorter_destroy(struct sorter *s);
DEFINE_AUTO(struct sorter, sorter_destroy)

/* A pen holds `memory_bytes` at most, what sorting needs included. */
struct sorter_pen *sorter_pen_create(struct sorter *s, size_t memory_bytes);
/* Copies both. Keys have 1 to 65,535 bytes; a pair that does not fit into a pen is CE_TOO_LARGE.
 * CE_IO when the file cannot be written. The first failure sticks. */
int sorter_pen_put(struct sorter_pen *p, struct slice key, struct slice value);
/* Writes what it holds and gives its memory back. NULL: 0. */
int sorter_pen_end(struct sorter_pen *p);
/* Gives its memory back and drops what it holds. Accepts NULL. */
void sorter_pen_drop(struct sorter_pen *p);
DEFINE_AUTO(struct sorter_pen, sorter_pen_drop)

/* Begins the merge, with that much memory for reading ahead (at least 16 KiB for each time that a
 * pen was full). */
int sorter_read(struct sorter *s, size_t memory_bytes);
/* 1 with the next pair by key (equal keys in any order), borrowed until the next call; 0 at the
 * end; CE_IO. */
int sorter_next(struct sorter *s, struct slice *ret_key, struct slice *ret_value);
/* Bytes written so far. */
uint64_t sorter_bytes(const struct sorter *s);
