/* Taking a data folder. The key file comes first: it is made only where no store is yet, and a
 * store that was written with other keys is refused before anything is done to it. */
#include "daemon/holding.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/check.h"
#include "store/key_mark.h"
#include "store/view.h"

static bool is_there(const char *dir, const char *name)
{
    char path[4096];
    struct stat st;
    int n = snprintf(path, sizeof path, "%s%s", dir, name);
    return n > 0 && (size_t)n < sizeof path && stat(path, &st) == 0;
}

/* The folder above must exist: a wrong --data should not grow a tree somewhere. */
static enum exit_code make_folder(const char *dir, struct reason *why)
{
    if (mkdir(dir, 0700) == 0 || errno == EEXIST)
        return EXIT_CODE_OK;
    reason_set(why, CE_IO, "the data folder %s cannot be made: %s", dir, strerror(errno));
    return EXIT_CODE_FAILED;
}

static enum exit_code open_keys(const struct holding_options *o, bool make, struct holding *h,
                                struct reason *why)
{
    struct reason detail = {""};
    int r = keys_open(o->keys, make, &h->keys, &detail);
    if (r == 0)
        return EXIT_CODE_OK;
    if (r == CE_NOT_FOUND && !make)
        reason_set(why, r,
                   "the key file %s is missing and the store cannot be read without it; put it "
                   "back from its backup (setting `keys`)",
                   o->keys);
    else
        reason_set(why, r, "the key file: %s", detail.text);
    return EXIT_CODE_STORE;
}

static enum exit_code check_keys(const struct holding_options *o, struct holding *h,
                                 struct reason *why)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    int r = view_open(h->store, &v);
    if (r == 0)
        r = key_mark_check(v, a, h->keys);
    h->is_new = r == CE_NOT_FOUND;
    if (r == 0 || h->is_new)
        return EXIT_CODE_OK;
    if (r == CE_CRYPT)
        reason_set(why, r,
                   "the key file %s is not the one that this store was written with; put the right "
                   "one back (setting `keys`)",
                   o->keys);
    else
        reason_set(why, r, "the store cannot be read: %s", err_text(r));
    return EXIT_CODE_STORE;
}

enum exit_code holding_open(const struct holding_options *o, struct holding *ret,
                            struct reason *reterr_why)
{
    *ret = (struct holding){0};
    in_force_init(&ret->in_force);
    bool has_store = is_there(o->data, "/db");
    enum exit_code code = EXIT_CODE_OK;
    if (o->must_exist && !has_store) {
        reason_set(reterr_why, CE_NOT_FOUND,
                   "there is no store in %s; another folder is named by --data or CREDENCE_DATA",
                   o->data);
        code = EXIT_CODE_STORE;
    }
    if (code == EXIT_CODE_OK && !o->must_exist)
        code = make_folder(o->data, reterr_why);
    if (code == EXIT_CODE_OK)
        code = open_keys(o, !has_store, ret, reterr_why);
    struct store_options store = {
        .dir = o->data,
        .cache_bytes = o->cache_bytes,
        .buffer_bytes = o->buffer_bytes,
        .open_files = o->open_files,
        .must_exist = o->must_exist,
    };
    if (code == EXIT_CODE_OK && store_open(&store, &ret->store, reterr_why) < 0)
        code = EXIT_CODE_STORE;
    if (code == EXIT_CODE_OK)
        code = check_keys(o, ret, reterr_why);
    if (code == EXIT_CODE_OK && in_force_restore(&ret->in_force, ret->store, reterr_why) < 0)
        code = EXIT_CODE_STORE;
    if (code != EXIT_CODE_OK)
        holding_close(ret);
    return code;
}

enum { FILES_WANTED = 65536 };
void holding_more_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < FILES_WANTED) {
        files.rlim_cur = files.rlim_max < FILES_WANTED ? files.rlim_max : FILES_WANTED;
        setrlimit(RLIMIT_NOFILE, &files);
    }
}

void holding_close(struct holding *h)
{
    if (!h->keys && !h->store)
        return;
    store_close(h->store);
    keys_destroy(h->keys);
    in_force_fini(&h->in_force);
    *h = (struct holding){0};
}
