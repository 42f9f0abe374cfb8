/* Which files a folder holds, and by what name each is known as a batch. */
#include "daemon/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"

enum {
    FILES_MAX = 100000,
    FOLDERS_DEEP = 8,
    BATCH_BYTES = 15, /* of the hash; 24 characters */
};

struct listing {
    struct ctl *c;
    struct tree_file *files;
    size_t count;
};

/* The theme of a file by its name; NULL for what is no file of records. */
static const char *theme_of(struct ctl *c, const char *name)
{
    static const char *const endings[] = {".csv", ".ndjson", ".jsonl", ".xlsx"};
    struct slice s = slice_of(name);
    if (slice_eq(s, SLICE("manifest.ndjson"))) /* of a sample, beside its files */
        return NULL;
    for (size_t i = 0; i < ARRAY_LEN(endings); i++) {
        struct slice ending = slice_of(endings[i]);
        if (s.n > ending.n && slice_eq_nocase(slice_from(s, s.n - ending.n), ending))
            return arena_printf(c->arena, "%.*s", (int)(s.n - ending.n), s.p).p;
    }
    return NULL;
}

static int list_folder(struct listing *t, const char *path, unsigned depth)
{
    struct ctl *c = t->c;
    int code = EXIT_CODE_OK;
    DIR *d = depth > FOLDERS_DEEP ? NULL : opendir(path);
    if (!d)
        return ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", path,
                        depth > FOLDERS_DEEP ? "too many folders in folders" : strerror(errno));
    for (struct dirent *e = readdir(d); e && code == EXIT_CODE_OK; e = readdir(d)) {
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        const char *at = arena_printf(c->arena, "%s/%s", path, e->d_name).p;
        const char *theme = theme_of(c, e->d_name);
        if (stat(at, &st) < 0)
            code = ctl_fail(EXIT_CODE_FAILED, "%s cannot be read: %s", at, strerror(errno));
        else if (S_ISDIR(st.st_mode))
            code = list_folder(t, at, depth + 1);
        else if (theme && t->count == FILES_MAX)
            code = ctl_fail(EXIT_CODE_FAILED, "%s holds more than %d files", path, FILES_MAX);
        else if (theme)
            t->files[t->count++] = (struct tree_file){at, theme, st.st_size};
    }
    closedir(d);
    return code;
}

static int by_path(const void *a, const void *b)
{
    const struct tree_file *x = a, *y = b;
    return strcmp(x->path, y->path);
}

int tree_list(struct ctl *c, const char *dir, struct tree_file **ret, size_t *ret_count,
              int64_t *ret_bytes)
{
    struct listing t = {.c = c, .files = ARENA_ARRAY(c->arena, struct tree_file, FILES_MAX)};
    int code = list_folder(&t, dir, 0);
    if (code != EXIT_CODE_OK)
        return code;
    if (t.count == 0)
        return ctl_fail(EXIT_CODE_USAGE, "%s holds no file THEME.csv or THEME.ndjson", dir);
    qsort(t.files, t.count, sizeof t.files[0], by_path);
    *ret = t.files;
    *ret_count = t.count;
    *ret_bytes = 0;
    for (size_t i = 0; i < t.count; i++)
        *ret_bytes += t.files[i].size;
    return EXIT_CODE_OK;
}

void tree_batch(const struct sha256 *h, char ret[TREE_BATCH_BYTES])
{
    uint8_t hash[32];
    sha256_now(h, hash);
    memcpy(ret, "dir-", 4);
    base32_print(hash, BATCH_BYTES, ret + 4);
}
