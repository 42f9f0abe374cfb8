/* Copying a store's folder file by file. Only tables (.sst) are linked: RocksDB writes them once.
 */
#include "daemon/folder_copy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/slice.h"

enum { PATH_BYTES = 4096, PIECE_BYTES = 64 * 1024 };

static int copy_bytes(int in, int out)
{
    char piece[PIECE_BYTES];
    ssize_t n;
    while ((n = read(in, piece, sizeof piece)) > 0)
        for (ssize_t done = 0; done < n;) {
            ssize_t put = write(out, piece + done, (size_t)(n - done));
            if (put < 0)
                return -1;
            done += put;
        }
    return n < 0 ? -1 : fsync(out);
}

int file_copy(const char *from, const char *to, struct reason *reterr_why)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    if (in < 0)
        return reason_set(reterr_why, CE_IO, "%s: %s", from, strerror(errno));
    int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    int r = out < 0 ? -1 : copy_bytes(in, out);
    int failed = errno;
    close(in);
    if (out >= 0 && close(out) < 0 && r == 0) {
        r = -1;
        failed = errno;
    }
    if (r == 0)
        return 0;
    return reason_set(reterr_why, failed == EEXIST ? CE_EXISTS : CE_IO, "%s: %s", to,
                      strerror(failed));
}

static int copy_one(const char *from, const char *to, struct reason *why)
{
    if (slice_ends(slice_of(from), SLICE(".sst")) && link(from, to) == 0)
        return 0;
    return file_copy(from, to, why);
}

/* Whether the store makes the file anew when it is opened. */
static bool is_left_out(const char *name)
{
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || strcmp(name, "LOCK") == 0 ||
           strncmp(name, "LOG", 3) == 0;
}

int folder_copy(const char *from, const char *to, struct reason *reterr_why)
{
    if (mkdir(to, 0700) < 0)
        return reason_set(reterr_why, errno == EEXIST ? CE_EXISTS : CE_IO, "%s: %s", to,
                          strerror(errno));
    DIR *d = opendir(from);
    if (!d)
        return reason_set(reterr_why, CE_IO, "%s: %s", from, strerror(errno));
    int r = 0;
    for (struct dirent *e; r == 0 && (e = readdir(d));) {
        char source[PATH_BYTES], copy[PATH_BYTES];
        struct stat st;
        if (is_left_out(e->d_name))
            continue;
        int n = snprintf(source, sizeof source, "%s/%s", from, e->d_name);
        int m = snprintf(copy, sizeof copy, "%s/%s", to, e->d_name);
        if (n < 0 || m < 0 || n >= (int)sizeof source || m >= (int)sizeof copy ||
            lstat(source, &st) < 0)
            r = reason_set(reterr_why, CE_IO, "%s/%s: %s", from, e->d_name, strerror(errno));
        else if (S_ISREG(st.st_mode))
            r = copy_one(source, copy, reterr_why);
    }
    closedir(d);
    int fd = r == 0 ? open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    return r;
}
