/* Rejected rows on their way into the store. Sealing is done here, on the submission's thread, so
 * that the writer has only bytes to put. */
#include "ingest/keeper.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/check.h"
#include "store/kept.h"

enum { SEALED_BYTES_MAX = 1 << 20, MEMORY_BYTES_MAX = 1 << 20 };

struct keeper {
    const struct keys *keys;
    struct arena *memory; /* names of columns */
    struct kept_columns columns;
    struct buf sealed_columns; /* of the first `sealed_count` */
    size_t sealed_count;
    struct buf plain, sealed;
};

int keeper_create(const struct keys *keys, struct slice columns, struct keeper **ret)
{
    struct keeper *k = calloc(1, sizeof *k);
    CHECK(k);
    k->keys = keys;
    k->memory = arena_create(MEMORY_BYTES_MAX);
    buf_init(&k->sealed_columns, SEALED_BYTES_MAX);
    buf_init(&k->plain, KEPT_ROW_BYTES_MAX);
    buf_init(&k->sealed, SEALED_BYTES_MAX);
    int r = columns.n ? kept_columns_open(keys, k->memory, columns, &k->columns) : 0;
    if (r < 0) {
        keeper_destroy(k);
        return r;
    }
    *ret = k;
    return 0;
}

void keeper_destroy(struct keeper *k)
{
    if (!k)
        return;
    buf_fini(&k->sealed_columns);
    buf_fini(&k->plain);
    buf_fini(&k->sealed);
    arena_destroy(k->memory);
    free(k);
}

int keeper_row(struct keeper *k, struct arena *a, const struct raw_row *row, struct slice *ret)
{
    *ret = (struct slice){NULL, 0};
    size_t place = 0;
    buf_clear(&k->plain);
    for (size_t i = 0; i < row->count; i++) {
        const struct raw_value *v = &row->values[i];
        if (!kept_columns_place(&k->columns, k->memory, i ? place + 1 : 0, v->column, &place))
            return 0;
        kept_row_put(&k->plain, place, v->value);
    }
    if (k->plain.err || k->plain.n == 0)
        return 0;
    buf_clear(&k->sealed);
    int r = kept_row_seal(k->keys, buf_slice(&k->plain), &k->sealed);
    if (r == 0)
        *ret = arena_dup(a, buf_slice(&k->sealed));
    return r;
}

int keeper_columns(struct keeper *k, struct arena *a, struct slice *ret)
{
    *ret = (struct slice){NULL, 0};
    if (k->columns.count == 0)
        return 0;
    if (k->sealed_count < k->columns.count) {
        buf_clear(&k->sealed_columns);
        int r = kept_columns_seal(k->keys, &k->columns, &k->sealed_columns);
        if (r < 0)
            return r;
        k->sealed_count = k->columns.count;
    }
    *ret = arena_dup(a, buf_slice(&k->sealed_columns));
    return 0;
}
