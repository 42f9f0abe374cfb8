#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "record/catalogue.h"

/* The catalogue as a page that a clerk can read, in Markdown, Chinese first: docs/catalogue.md. For
 * a catalogue of files: what themes share is told once, with their archetype. Byte for byte a
 * function of the catalogue. */
void catalogue_page(struct arena *a, const struct catalogue *c, struct buf *ret);
/* One theme of it with all its items, code sets and an example. */
void catalogue_page_theme(struct arena *a, const struct catalogue *c, const struct theme *t,
                          struct buf *ret);

/* A row with which the theme can be handed in: two lines of CSV, a header and synthetic values, of
 * everything that must be there and nothing else. */
struct slice catalogue_example(struct arena *a, const struct catalogue *c, const struct theme *t);
