#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

/* Writing: big-endian integers and counted bytes behind the end of a buf, whose sticky error
 * counts. */
void wire_put_u8(struct buf *b, uint8_t v);
void wire_put_u16(struct buf *b, uint16_t v);
void wire_put_u32(struct buf *b, uint32_t v);
void wire_put_u64(struct buf *b, uint64_t v);
/* LEB128: small numbers in one byte. */
void wire_put_var(struct buf *b, uint64_t v);
/* Length as LEB128, then the bytes. */
void wire_put_bytes(struct buf *b, struct slice s);

/* Reading: a cursor whose first failure sticks; after it everything reads as 0 or empty. */
struct wire {
    struct slice rest;
    bool failed;
};

static inline struct wire wire_of(struct slice s)
{
    return (struct wire){.rest = s};
}

uint8_t wire_u8(struct wire *w);
uint16_t wire_u16(struct wire *w);
uint32_t wire_u32(struct wire *w);
uint64_t wire_u64(struct wire *w);
uint64_t wire_var(struct wire *w);
/* Borrowed from the input. */
struct slice wire_bytes(struct wire *w);
struct slice wire_raw(struct wire *w, size_t n);
/* 0 when everything was read and nothing is left, else CE_FORMAT. */
int wire_end(const struct wire *w);

/* Big-endian at a known place, for keys. */
void be16_put(void *at, uint16_t v);
void be32_put(void *at, uint32_t v);
void be64_put(void *at, uint64_t v);
uint16_t be16_get(const void *at);
uint32_t be32_get(const void *at);
uint64_t be64_get(const void *at);
