#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"
#include "daemon/workbook.h"

/* The file that a clerk hands in, or standard input: what it is, and its bytes. */
enum { DELIVERY_PEEK_BYTES = 64 * 1024 };
struct delivery {
    const char *path;   /* "-": standard input */
    const char *format; /* "csv" or "ndjson", as it is sent */
    int fd;
    int64_t size;                   /* of the file; -1: not known */
    int64_t start;                  /* where it begins in the file */
    char peek[DELIVERY_PEEK_BYTES]; /* its beginning, read ahead */
    size_t peek_n, peek_at;
    bool is_workbook;         /* read as CSV in UTF-8 through `workbook` */
    bool has_ended, is_taken; /* `is_taken`: delivery_read was called */
    struct workbook workbook;
    int err; /* of a read that failed, and */
    struct reason why;
};

/* Opens it and finds out what it is: by `format` ("csv", "ndjson", "xlsx", or NULL), else by the
 * name, else by the beginning. `sheet` of a workbook, or NULL. CE_INVALID for another format, or a
 * sheet that is not there; CE_IO, CE_NOT_FOUND with the reason. */
int delivery_open(struct delivery *d, const char *path, const char *format, const char *sheet,
                  struct reason *reterr_why);
void delivery_close(struct delivery *d);
/* As read(2), from the beginning on; of a workbook its rows. When it fails, d->why says so, save
 * for EINTR. */
ssize_t delivery_read(struct delivery *d, char *at, size_t n);
/* Back to the beginning. False for what comes through a pipe and was read already. */
bool delivery_rewind(struct delivery *d);
/* The header that says what is sent; `encoding` as declared, or NULL when the register is to find
 * out. */
const char *delivery_content_type(const struct delivery *d, struct arena *a, const char *encoding);
/* Bytes that will be sent; -1: not known. */
int64_t delivery_length(const struct delivery *d);
/* Of the file's size, how much has been read; of a file that is sent as it is, `sent`. */
int64_t delivery_done(const struct delivery *d, int64_t sent);
