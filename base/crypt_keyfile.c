/* The key file: where the installation's master key rests, and how it gets there once.
 *
 *     credence-keys 1
 *     000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
 *
 * Without it nothing sealed can be read and no record found by its identity, so it is never written
 * over. What keys do is for crypt.c. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/crypt.h"

static const char head[] = "credence-keys 1\n";
enum { HEAD = sizeof head - 1, MASTER = 32, WHOLE = HEAD + 2 * MASTER + 1 };

static int file_error(struct reason *why, const char *doing, const char *path)
{
    int e = errno;
    int r = e == ENOENT ? CE_NOT_FOUND : e == EACCES || e == EPERM ? CE_DENIED : CE_IO;
    return reason_set(why, r, "%s %s: %s", doing, path, strerror(e));
}

static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        p += done;
        n -= (size_t)done;
    }
    return true;
}

/* Up to n bytes; -1 with errno when reading failed. */
static ssize_t read_all(int fd, char *p, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, p + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static int sync_directory_of(const char *path, struct reason *why)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(dir, sizeof dir, ".");
    else
        snprintf(dir, sizeof dir, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return file_error(why, "opening", dir);
    int r = fsync(fd) == 0 ? 0 : file_error(why, "syncing", dir);
    close(fd);
    return r;
}

/* Puts a whole, synced file at `path`, or leaves the one that another process put there meanwhile:
 * link(2) never replaces anything, which rename(2) would. */
static int put_file(const char *path, struct slice text, struct reason *why)
{
    char temp[PATH_MAX];
    int n = snprintf(temp, sizeof temp, "%s.XXXXXX", path);
    if (n < 0 || (size_t)n >= sizeof temp)
        return reason_set(why, CE_INVALID, "%s: the path is too long", path);
    int fd = mkostemp(temp, O_CLOEXEC);
    if (fd < 0)
        return file_error(why, "creating", temp);
    int r = 0;
    if (fchmod(fd, 0600) < 0 || !write_all(fd, text.p, text.n) || fsync(fd) < 0)
        r = file_error(why, "writing", temp);
    close(fd);
    if (r == 0 && link(temp, path) < 0 && errno != EEXIST)
        r = file_error(why, "creating", path);
    unlink(temp);
    return r < 0 ? r : sync_directory_of(path, why);
}

static int keyfile_make(const char *path, struct reason *why)
{
    uint8_t master[MASTER];
    char text[WHOLE + 1];
    crypt_random(master, MASTER);
    memcpy(text, head, HEAD);
    hex_print(master, MASTER, text + HEAD);
    text[WHOLE - 1] = '\n';
    int r = put_file(path, slice_make(text, WHOLE), why);
    explicit_bzero(master, sizeof master);
    explicit_bzero(text, sizeof text);
    return r;
}

static int keyfile_read(const char *path, uint8_t ret_master[MASTER], struct reason *why)
{
    char text[WHOLE + 1];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return file_error(why, "opening", path);
    int r = 0;
    ssize_t n = 0;
    if (fstat(fd, &st) < 0)
        r = file_error(why, "looking at", path);
    else if (!S_ISREG(st.st_mode))
        r = reason_set(why, CE_INVALID, "%s is not a file", path);
    else if (st.st_mode & (S_IRWXG | S_IRWXO))
        r = reason_set(why, CE_DENIED,
                       "%s is open to others (mode %03o); `chmod 600` it, and ask who has read it",
                       path, st.st_mode & 0777);
    else if ((n = read_all(fd, text, sizeof text)) < 0)
        r = file_error(why, "reading", path);
    else if (n != WHOLE || memcmp(text, head, HEAD) != 0 || text[WHOLE - 1] != '\n' ||
             !hex_parse(slice_make(text + HEAD, 2 * MASTER), ret_master, MASTER))
        r = reason_set(why, CE_INVALID, "%s is not a whole key file", path);
    close(fd);
    explicit_bzero(text, sizeof text);
    return r;
}

int keys_open(const char *path, bool make, struct keys **ret, struct reason *reterr_why)
{
    uint8_t master[MASTER];
    int r = keyfile_read(path, master, reterr_why);
    if (r == CE_NOT_FOUND && make) {
        r = keyfile_make(path, reterr_why);
        if (r == 0)
            r = keyfile_read(path, master, reterr_why);
    }
    if (r == 0)
        *ret = keys_fixed(master);
    explicit_bzero(master, sizeof master);
    return r;
}
