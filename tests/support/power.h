#pragma once
/* A power cut, played: of the store's log only what had an fsync is sure to be there. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/test.h"

/* The log that is written now. */
static inline void power_log(const char *dir, char ret[4096])
{
    char folder[2048], newest[256] = "";
    snprintf(folder, sizeof folder, "%s/db", dir);
    DIR *d = opendir(folder);
    EXPECT(d != NULL);
    for (struct dirent *e; (e = readdir(d));) {
        size_t n = strlen(e->d_name);
        if (n > 4 && strcmp(e->d_name + n - 4, ".log") == 0 && strcmp(e->d_name, newest) > 0)
            snprintf(newest, sizeof newest, "%s", e->d_name);
    }
    closedir(d);
    EXPECT(newest[0]);
    snprintf(ret, 4096, "%s/%s", folder, newest);
}

/* How long it is. */
static inline off_t power_log_bytes(const char *dir)
{
    char path[4096];
    struct stat st;
    power_log(dir, path);
    EXPECT_EQ(stat(path, &st), 0);
    return st.st_size;
}

/* What came behind so many bytes is lost. Of a store that nobody holds. */
static inline void power_cut(const char *dir, off_t bytes)
{
    char path[4096];
    power_log(dir, path);
    EXPECT_EQ(truncate(path, bytes), 0);
}
