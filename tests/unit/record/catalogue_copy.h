#pragma once
/* A copy of the real catalogue in a directory of its own, for tests that change files. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/slice.h"
#include "record/catalogue.h"
#include "tests/support/test.h"

struct copy {
    char dir[256];
};

static inline void copy_path(const struct copy *c, const char *file, char out[512])
{
    EXPECT(snprintf(out, 512, "%s/%s", c->dir, file) < 512);
}

static inline void file_get(const char *path, struct buf *ret)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        FAIL("cannot open %s", path);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        buf_add(ret, piece, n);
    fclose(f);
    EXPECT_EQ(ret->err, 0);
}

static inline void file_put(const char *path, struct slice text)
{
    FILE *f = fopen(path, "wb");
    if (!f)
        FAIL("cannot write %s", path);
    EXPECT_EQ(fwrite(text.p, 1, text.n, f), text.n);
    EXPECT_EQ(fclose(f), 0);
}

static inline void copy_folder(const char *from, const char *to)
{
    EXPECT(mkdir(to, 0755) == 0);
    DIR *d = opendir(from);
    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        char a[512], b[512];
        struct stat st;
        if (e->d_name[0] == '.')
            continue;
        EXPECT(snprintf(a, sizeof a, "%s/%s", from, e->d_name) < (int)sizeof a);
        EXPECT(snprintf(b, sizeof b, "%s/%s", to, e->d_name) < (int)sizeof b);
        EXPECT(stat(a, &st) == 0);
        if (S_ISDIR(st.st_mode)) {
            copy_folder(a, b);
            continue;
        }
        AUTO_BUF(text, 16 * 1024 * 1024);
        file_get(a, &text);
        file_put(b, buf_slice(&text));
    }
    closedir(d);
}

static inline struct copy copy_make(void)
{
    static unsigned count;
    struct copy c;
    EXPECT(snprintf(c.dir, sizeof c.dir, "%s/catalogue-%u", test_tempdir(), ++count) <
           (int)sizeof c.dir);
    copy_folder(test_source("catalogue"), c.dir);
    return c;
}

/* All of it but the themes: small, however many the project has. */
static inline struct copy copy_bare(void)
{
    static unsigned count;
    static const char *const files[] = {"common.yaml", "departments.yaml"};
    static const char *const folders[] = {"tables", "archetypes", "code-sets"};
    struct copy c;
    char from[512], to[512];
    EXPECT(snprintf(c.dir, sizeof c.dir, "%s/bare-%u", test_tempdir(), ++count) <
           (int)sizeof c.dir);
    EXPECT(mkdir(c.dir, 0755) == 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        AUTO_BUF(text, 16 * 1024 * 1024);
        EXPECT(snprintf(from, sizeof from, "%s/%s", test_source("catalogue"), files[i]) < 512);
        copy_path(&c, files[i], to);
        file_get(from, &text);
        file_put(to, buf_slice(&text));
    }
    for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
        EXPECT(snprintf(from, sizeof from, "%s/%s", test_source("catalogue"), folders[i]) < 512);
        copy_path(&c, folders[i], to);
        copy_folder(from, to);
    }
    copy_path(&c, "themes", to);
    EXPECT(mkdir(to, 0755) == 0);
    return c;
}

static inline void copy_put(const struct copy *c, const char *file, const char *text)
{
    char path[512];
    copy_path(c, file, path);
    file_put(path, slice_of(text));
}

static inline void copy_remove(const struct copy *c, const char *file)
{
    char path[512];
    copy_path(c, file, path);
    EXPECT(remove(path) == 0);
}

/* Replaces the first `find` by `put`; an empty `find` means the end of the file. */
static inline void copy_edit(const struct copy *c, const char *file, const char *find,
                             const char *put)
{
    char path[512];
    copy_path(c, file, path);
    AUTO_BUF(text, 16 * 1024 * 1024);
    file_get(path, &text);
    struct slice all = buf_slice(&text);
    ptrdiff_t at = *find ? slice_find(all, slice_of(find), 0) : (ptrdiff_t)all.n;
    if (at < 0)
        FAIL("%s does not hold: %s", file, find);
    AUTO_BUF(edited, 16 * 1024 * 1024);
    buf_add(&edited, all.p, (size_t)at);
    buf_add(&edited, put, strlen(put));
    buf_add_slice(&edited, slice_from(all, (size_t)at + strlen(find)));
    EXPECT_EQ(edited.err, 0);
    file_put(path, buf_slice(&edited));
}

/* The line in which `text` first stands. */
static inline int copy_line(const struct copy *c, const char *file, const char *text)
{
    char path[512];
    copy_path(c, file, path);
    AUTO_BUF(all, 16 * 1024 * 1024);
    file_get(path, &all);
    ptrdiff_t at = slice_find(buf_slice(&all), slice_of(text), 0);
    if (at < 0)
        FAIL("%s does not hold: %s", file, text);
    int line = 1;
    for (ptrdiff_t i = 0; i < at; i++)
        line += all.p[i] == '\n';
    return line;
}

static inline struct catalogue *load_dir(struct arena *a, const char *dir)
{
    struct catalogue *c = NULL;
    struct reason why = {{0}};
    if (catalogue_load(a, dir, &c, &why) < 0)
        FAIL("not loaded: %s", why.text);
    return c;
}

static inline struct utc_ms instant(const char *text)
{
    struct utc_ms t = {0};
    EXPECT(utc_parse(slice_of(text), &t));
    return t;
}
