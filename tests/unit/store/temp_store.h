#pragma once
/* A store in a folder of its own, and short ways to look into it. */
#include "store/batch.h"
#include "store/store.h"
#include "store/view.h"
#include "tests/support/test.h"

static inline struct store *store_in(const char *dir)
{
    struct store_options o = {.dir = dir, .cache_bytes = 8 << 20, .buffer_bytes = 16 << 20};
    struct store *s = NULL;
    struct reason why = {""};
    int r = store_open(&o, &s, &why);
    if (r < 0)
        FAIL("store_open: %s (%s)", err_text(r), why.text);
    return s;
}

static inline struct store *temp_store(void)
{
    return store_in(test_tempdir());
}

static inline void commit(struct batch *b)
{
    struct reason why = {""};
    int r = batch_commit(b, &why);
    if (r < 0)
        FAIL("batch_commit: %s (%s)", err_text(r), why.text);
}

/* Puts one row at once. */
static inline void put_row(struct store *s, enum cf cf, struct slice key, struct slice value)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    batch_put(b, cf, key, value);
    commit(b);
}

static inline void delete_row(struct store *s, enum cf cf, struct slice key)
{
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    batch_delete(b, cf, key);
    commit(b);
}

/* The value as the newest view sees it; absent when there is none. */
static inline struct slice row_of(struct store *s, struct arena *a, enum cf cf, struct slice key)
{
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct slice value = {0};
    int r = view_get(v, a, cf, key, &value);
    EXPECT(r == 0 || r == CE_NOT_FOUND);
    return r == 0 ? value : (struct slice){0};
}

static inline size_t rows_of(struct store *s, enum cf cf, struct slice prefix)
{
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    size_t n = 0;
    struct walk *w = walk_open(v, cf, prefix, (struct slice){0});
    for (; walk_valid(w); walk_next(w))
        n++;
    EXPECT_OK(walk_close(w));
    return n;
}
