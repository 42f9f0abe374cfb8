/* Files that are handed in. The beginning is read ahead, to tell CSV from NDJSON. What the rows
 * mean is for the daemon. */
#include "daemon/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char csv[] = "text/csv", ndjson[] = "application/x-ndjson";

static bool has_ending(struct slice path, struct slice ending)
{
    return path.n > ending.n && slice_eq_nocase(slice_from(path, path.n - ending.n), ending);
}

static const char *type_of_name(struct slice path)
{
    if (has_ending(path, SLICE(".csv")))
        return csv;
    return has_ending(path, SLICE(".ndjson")) || has_ending(path, SLICE(".jsonl")) ? ndjson : NULL;
}

/* A line of NDJSON begins with a brace, and no header of a CSV file does. */
static const char *type_of_content(struct slice s)
{
    if (slice_starts(s, SLICE("\xEF\xBB\xBF")))
        s = slice_from(s, 3);
    return slice_starts(slice_trim(s), SLICE("{")) ? ndjson : csv;
}

/* Until there is a whole first line, the end, or no more room: a slow sender's rows are not held
 * back for more than that. */
static int read_ahead(struct delivery *d, struct reason *why)
{
    while (d->peek_n < sizeof d->peek && !memchr(d->peek, '\n', d->peek_n)) {
        ssize_t n = read(d->fd, d->peek + d->peek_n, sizeof d->peek - d->peek_n);
        if (n < 0)
            return reason_set(why, CE_IO, "reading %s: %s", d->path, strerror(errno));
        if (n == 0)
            break;
        d->peek_n += (size_t)n;
    }
    return 0;
}

int delivery_open(struct delivery *d, const char *path, const char *format,
                  struct reason *reterr_why)
{
    struct stat st;
    d->path = path;
    d->fd = -1;
    d->peek_n = d->peek_at = 0;
    if (format && strcmp(format, "csv") != 0 && strcmp(format, "ndjson") != 0)
        return reason_set(reterr_why, CE_INVALID, "--format is csv or ndjson, not %.60s", format);
    d->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (d->fd < 0 || fstat(d->fd, &st) < 0)
        return reason_set(reterr_why, CE_IO, "%s cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return reason_set(reterr_why, CE_IO, "%s is a folder; name a file in it", path);
    off_t at = S_ISREG(st.st_mode) ? lseek(d->fd, 0, SEEK_CUR) : -1;
    d->size = at >= 0 && st.st_size >= at ? (int64_t)(st.st_size - at) : -1;
    int r = read_ahead(d, reterr_why);
    if (r < 0)
        return r;
    d->type = format ? (*format == 'c' ? csv : ndjson) : type_of_name(slice_of(path));
    if (!d->type)
        d->type = type_of_content(slice_make(d->peek, d->peek_n));
    return 0;
}

void delivery_close(struct delivery *d)
{
    if (d->fd > STDIN_FILENO)
        close(d->fd);
    d->fd = -1;
}

ssize_t delivery_read(struct delivery *d, char *at, size_t n)
{
    if (d->peek_at == d->peek_n)
        return read(d->fd, at, n);
    size_t k = d->peek_n - d->peek_at < n ? d->peek_n - d->peek_at : n;
    memcpy(at, d->peek + d->peek_at, k);
    d->peek_at += k;
    return (ssize_t)k;
}
