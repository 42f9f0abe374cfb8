/* Copies of a store's folder: tables are shared, everything else is copied,
 * nothing is written over. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/folder_copy.h"
#include "tests/support/test.h"

static const char *path(const char *name)
{
    static char paths[8][300];
    static const char *dir;
    static unsigned at;
    dir = dir ? dir : test_tempdir();
    char *p = paths[at++ % 8];
    snprintf(p, sizeof paths[0], "%s/%s", dir, name);
    return p;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(path(name), "w");
    EXPECT(f);
    fputs(text, f);
    EXPECT_EQ(fclose(f), 0);
}

static const char *read_file(const char *name)
{
    static char text[100];
    FILE *f = fopen(path(name), "r");
    if (!f)
        return "none";
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

TEST(tables_are_shared_and_other_files_are_copied)
{
    struct stat a, b;
    EXPECT_EQ(mkdir(path("db"), 0700), 0);
    EXPECT_EQ(mkdir(path("db/runs"), 0700), 0);
    write_file("db/000012.sst", "table");
    write_file("db/MANIFEST-000001", "manifest");
    write_file("db/000013.log", "log");
    write_file("db/LOG.old.1", "chatter");
    write_file("db/LOCK", "");
    EXPECT_OK(folder_copy(path("db"), path("copy"), NULL));
    EXPECT_STR(read_file("copy/000012.sst"), "table");
    EXPECT_STR(read_file("copy/MANIFEST-000001"), "manifest");
    EXPECT_STR(read_file("copy/000013.log"), "log");
    EXPECT_STR(read_file("copy/LOG.old.1"), "none");
    EXPECT_STR(read_file("copy/LOCK"), "none");
    EXPECT_EQ(stat(path("db/000012.sst"), &a), 0);
    EXPECT_EQ(stat(path("copy/000012.sst"), &b), 0);
    EXPECT_EQ(a.st_ino, b.st_ino);
    EXPECT_EQ(stat(path("db/000013.log"), &a), 0);
    EXPECT_EQ(stat(path("copy/000013.log"), &b), 0);
    EXPECT(a.st_ino != b.st_ino);
    EXPECT_EQ(b.st_mode & 0777, 0600);
    struct reason why;
    EXPECT_ERR(folder_copy(path("db"), path("copy"), &why), CE_EXISTS);
    EXPECT_ERR(folder_copy(path("nowhere"), path("other"), &why), CE_IO);
}

TEST(a_file_is_never_written_over)
{
    struct reason why;
    write_file("keys", "secret");
    EXPECT_OK(file_copy(path("keys"), path("keys.copy"), NULL));
    EXPECT_STR(read_file("keys.copy"), "secret");
    EXPECT_ERR(file_copy(path("keys"), path("keys.copy"), &why), CE_EXISTS);
    EXPECT_ERR(file_copy(path("no-keys"), path("keys.other"), &why), CE_IO);
}
