#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/crypt.h"
#include "daemon/ctl.h"

/* A folder of files as departments have sent them, or as `creditctl sample` writes them: each is
 * named for its theme, and they count in the order of their paths. */
struct tree_file {
    const char *path, *theme;
    int64_t size;
};

/* Every file THEME.csv, .ndjson, .jsonl or .xlsx of the folder and of the folders in it, in the
 * arena of `c`; what they hold together in *ret_bytes. EXIT_CODE_OK, or an exit code, having said
 * why: also when there is none. */
int tree_list(struct ctl *c, const char *dir, struct tree_file **ret, size_t *ret_count,
              int64_t *ret_bytes);

/* The batch id of a file: theme and content make it, so that the same file is the same delivery and
 * one that was changed is another. `h` was given the theme and then the file's bytes. */
enum { TREE_BATCH_BYTES = 32 };
void tree_batch(const struct sha256 *h, char ret[TREE_BATCH_BYTES]);
