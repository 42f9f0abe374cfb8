/* Files that are handed in. The beginning is read ahead, to tell CSV, NDJSON and XLSX. What the
 * rows mean is for the daemon. */
#include "daemon/delivery.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"

static const char csv[] = "csv", ndjson[] = "ndjson", xlsx[] = "xlsx";

static bool has_ending(struct slice path, struct slice ending)
{
    return path.n > ending.n && slice_eq_nocase(slice_from(path, path.n - ending.n), ending);
}

static const char *format_of_name(struct slice path)
{
    if (has_ending(path, SLICE(".csv")))
        return csv;
    if (has_ending(path, SLICE(".xlsx")) || has_ending(path, SLICE(".xlsm")))
        return xlsx;
    return has_ending(path, SLICE(".ndjson")) || has_ending(path, SLICE(".jsonl")) ? ndjson : NULL;
}

/* A workbook is an archive, or (old, or with a password) a compound file; the name does not count,
 * for many a ".csv" or ".xls" is one. */
static bool is_workbook(struct slice s)
{
    return slice_starts(s, SLICE("PK\x03\x04")) ||
           slice_starts(s, SLICE("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"));
}

/* A line of NDJSON begins with a brace, and no header of a CSV file does. */
static const char *format_of_content(struct slice s)
{
    if (slice_starts(s, SLICE("\xEF\xBB\xBF")))
        s = slice_from(s, 3);
    return slice_starts(slice_trim(s), SLICE("{")) ? ndjson : csv;
}

static const char *format_named(const char *name)
{
    static const char *const all[] = {csv, ndjson, xlsx};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (strcmp(name, all[i]) == 0)
            return all[i];
    return NULL;
}

static ssize_t read_some(struct delivery *d, char *at, size_t n)
{
    ssize_t got = d->has_ended ? 0 : read(d->fd, at, n);
    if (got < 0 && errno == EINTR)
        return -1;
    if (got < 0)
        d->err = reason_set(&d->why, CE_IO, "reading %s: %s", d->path, strerror(errno));
    if (got == 0 && !d->has_ended && d->is_workbook)
        d->err = workbook_end(&d->workbook, &d->why);
    d->has_ended = got <= 0;
    if (d->err < 0)
        errno = EIO; /* for good: half a workbook must not look whole */
    return d->err < 0 ? -1 : got;
}

/* Until there is a whole first line, the end, or no more room: a slow sender's rows are not held
 * back for more than that. */
static int read_ahead(struct delivery *d, struct reason *why)
{
    while (!d->has_ended && d->peek_n < sizeof d->peek && !memchr(d->peek, '\n', d->peek_n)) {
        ssize_t n = read_some(d, d->peek + d->peek_n, sizeof d->peek - d->peek_n);
        if (n < 0)
            return reason_set(why, d->err < 0 ? d->err : CE_IO, "%s",
                              d->err < 0 ? d->why.text : strerror(errno));
        d->peek_n += (size_t)n;
    }
    return 0;
}

static int open_workbook(struct delivery *d, const char *sheet, struct reason *why)
{
    int file = d->fd;
    d->is_workbook = true;
    d->peek_n = 0;
    int r = workbook_open(&d->workbook, file, d->path, sheet, why);
    if (r < 0)
        return r;
    d->fd = d->workbook.rows;
    d->has_ended = false;
    return read_ahead(d, why);
}

int delivery_open(struct delivery *d, const char *path, const char *format, const char *sheet,
                  struct reason *reterr_why)
{
    struct stat st;
    memset(d, 0, sizeof *d);
    d->path = path;
    d->fd = -1;
    d->workbook = (struct workbook){.file = -1, .rows = -1, .errors = -1};
    d->format = format ? format_named(format) : format_of_name(slice_of(path));
    if (format && !d->format)
        return reason_set(reterr_why, CE_INVALID, "--format is csv, ndjson or xlsx, not %.60s",
                          format);
    d->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (d->fd < 0 || fstat(d->fd, &st) < 0)
        return reason_set(reterr_why, CE_IO, "%s cannot be read: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return reason_set(reterr_why, CE_IO, "%s is a folder; name a file in it", path);
    off_t at = S_ISREG(st.st_mode) ? lseek(d->fd, 0, SEEK_CUR) : -1;
    d->size = at >= 0 && st.st_size >= at ? (int64_t)(st.st_size - at) : -1;
    d->start = at;
    int r = read_ahead(d, reterr_why);
    if (r < 0)
        return r;
    struct slice beginning = slice_make(d->peek, d->peek_n);
    if (d->format == xlsx || (!format && is_workbook(beginning))) {
        d->format = csv;
        return open_workbook(d, sheet, reterr_why);
    }
    if (sheet)
        return reason_set(reterr_why, CE_INVALID, "--sheet is for XLSX workbooks, and %s is none",
                          path);
    if (!d->format)
        d->format = format_of_content(beginning);
    return 0;
}

void delivery_close(struct delivery *d)
{
    int file = d->is_workbook ? d->workbook.file : d->fd;
    if (d->is_workbook)
        workbook_close(&d->workbook);
    if (file > STDIN_FILENO)
        close(file);
    d->fd = -1;
}

bool delivery_rewind(struct delivery *d)
{
    if (!d->is_taken)
        return true;
    if (d->is_workbook || d->size < 0 || lseek(d->fd, (off_t)d->start, SEEK_SET) < 0)
        return false;
    d->peek_n = d->peek_at = 0;
    d->has_ended = d->is_taken = false;
    return true;
}

ssize_t delivery_read(struct delivery *d, char *at, size_t n)
{
    d->is_taken = true;
    if (d->peek_at == d->peek_n)
        return read_some(d, at, n);
    size_t k = d->peek_n - d->peek_at < n ? d->peek_n - d->peek_at : n;
    memcpy(at, d->peek + d->peek_at, k);
    d->peek_at += k;
    return (ssize_t)k;
}

const char *delivery_content_type(const struct delivery *d, struct arena *a, const char *encoding)
{
    const char *type = strcmp(d->format, "csv") == 0 ? "text/csv" : "application/x-ndjson";
    const char *charset = d->is_workbook ? "utf-8" : encoding;
    if (!charset)
        return arena_printf(a, "Content-Type: %s", type).p;
    return arena_printf(a, "Content-Type: %s; charset=%s", type, charset).p;
}

int64_t delivery_length(const struct delivery *d)
{
    return d->is_workbook ? -1 : d->size;
}

int64_t delivery_done(const struct delivery *d, int64_t sent)
{
    return d->is_workbook ? workbook_position(&d->workbook) : sent;
}
