#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/slice.h"

/* In which encoding a body is, and its texts as UTF-8 (ADR 0019). The numbers are stored with the
 * batch and never changed. */
enum encoding {
    ENCODING_AUTO = 'a',    /* as the first bytes say that are not ASCII */
    ENCODING_UTF8 = 'u',    /* declared, or found */
    ENCODING_GB18030 = 'g', /* likewise */
};
/* By the name of a charset, in any case; GBK, GB2312 and code page 936 are parts of GB18030. */
bool encoding_by_name(struct slice name, enum encoding *ret);
const char *encoding_name(enum encoding e);

/* What is known so far. What it says of a row depends on the rows before it alone, so that a
 * repetition of the body finds the same. */
struct decoder;
struct decoder *decoder_create(enum encoding declared);
/* Accepts NULL. */
void decoder_destroy(struct decoder *d);
DEFINE_AUTO(struct decoder, decoder_destroy)
/* ENCODING_AUTO until it is found. */
enum encoding decoder_encoding(const struct decoder *d);
void decoder_settle(struct decoder *d, enum encoding e);

/* The texts of one row as UTF-8, in the arena or as they are; the first row that says so settles
 * the encoding. False when they are not of the body's encoding: *ret is then what they are
 * otherwise, or has U+FFFD for the bytes that are wrong. */
bool decoder_row(struct decoder *d, struct arena *a, const struct slice *texts, size_t count,
                 struct slice *ret);
/* Whether all of it is UTF-8 in a body of UTF-8, so that decoder_row would leave every part as it
 * is.
 */
bool decoder_leaves(const struct decoder *d, struct slice whole);
/* As if the encoding were `e`; settles nothing. */
bool decoder_as(struct decoder *d, enum encoding e, struct arena *a, const struct slice *texts,
                size_t count, struct slice *ret);

enum evidence {
    EVIDENCE_NONE,     /* ASCII, or too little else to tell */
    EVIDENCE_UTF8,     /* UTF-8, be it with some damage */
    EVIDENCE_NOT_UTF8, /* mostly bytes that are not UTF-8 */
};
enum evidence encoding_evidence(const struct slice *texts, size_t count);
/* Begins like UTF-16, with a mark or by the zeros of its ASCII characters. */
bool encoding_is_utf16(struct slice beginning);
