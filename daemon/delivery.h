#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

/* The file that a clerk hands in, or standard input: what it is, and its bytes. */
enum { DELIVERY_PEEK_BYTES = 64 * 1024 };
struct delivery {
    const char *path; /* "-": standard input */
    const char *type; /* its content type */
    int fd;
    int64_t size;                   /* -1: not known */
    char peek[DELIVERY_PEEK_BYTES]; /* its beginning, read ahead */
    size_t peek_n, peek_at;
};

/* Opens it and finds out what it is: by `format` ("csv", "ndjson", or NULL), else by the name, else
 * by the beginning. CE_INVALID for another format, CE_IO with the reason. */
int delivery_open(struct delivery *d, const char *path, const char *format,
                  struct reason *reterr_why);
void delivery_close(struct delivery *d);
/* As read(2), from the beginning on. */
ssize_t delivery_read(struct delivery *d, char *at, size_t n);
