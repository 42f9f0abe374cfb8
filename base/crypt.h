#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Keys, keyed hashes and sealing; the only file that knows OpenSSL. All functions are thread-safe.
 */

/* The installation's keys: one master from the key file, from which a key for each use is derived
 * by HMAC-SHA-256 of the use's name. */
struct keys;

enum key_use {
    KEY_IDENTITY, /* record ids */
    KEY_SUBJECT,  /* subject keys of natural persons and long numbers */
    KEY_CONTENT,  /* content hashes */
    KEY_ITEMS,    /* master of sealed items */
    KEY_CURSOR,   /* page cursors */
    KEY_BATCH,    /* submission ids */
    KEY_KEPT,     /* master of sealed rows that were rejected */
    KEY_USE_COUNT,
};

/* Reads the key file ("credence-keys 1\n" + 64 hex digits + "\n"). When it is not there and `make`
 * holds, makes one with mode 0600 (synced, then put into place, never over another). CE_NOT_FOUND
 * when it is not there, CE_INVALID for a damaged one, CE_DENIED when others may read it. */
int keys_open(const char *path, bool make, struct keys **ret, struct reason *reterr_why);
/* For tests: keys from 32 given bytes. */
struct keys *keys_fixed(const uint8_t master[32]);
/* Accepts NULL; wipes the memory. */
void keys_destroy(struct keys *k);
DEFINE_AUTO(struct keys, keys_destroy)

/* The first 16 bytes of HMAC-SHA-256 under the key of that use. */
void crypt_hash16(const struct keys *k, enum key_use use, struct slice data, uint8_t out[16]);

/* Streaming SHA-256. */
struct sha256;
struct sha256 *sha256_create(void);
void sha256_destroy(struct sha256 *h);
DEFINE_AUTO(struct sha256, sha256_destroy)
void sha256_add(struct sha256 *h, struct slice data);
/* The digest of what was added so far; more may be added after it. */
void sha256_now(const struct sha256 *h, uint8_t out[32]);
void sha256_restart(struct sha256 *h);
void crypt_sha256(struct slice data, uint8_t out[32]);

/* AES-256-GCM. Each sealing draws 16 random bytes; key = HMAC-SHA-256(key of `use`, random bytes),
 * nonce 0. Appends random(16) + ciphertext + tag(16). Fault point "crypt.plain" appends the plain
 * text instead, with 32 bytes of zeros in the same places. */
int crypt_seal(const struct keys *k, enum key_use use, struct slice plain, struct buf *ret);
/* CE_CRYPT when it was altered or sealed with other keys. */
int crypt_open(const struct keys *k, enum key_use use, struct slice sealed, struct buf *ret_plain);
enum { CRYPT_SEAL_EXTRA = 32 };

void crypt_random(void *out, size_t n);
/* Same time for every content. */
bool crypt_equal(struct slice a, struct slice b);
/* out has room for 2 n + 1. */
void hex_print(const void *p, size_t n, char *out);
bool hex_parse(struct slice s, void *out, size_t n);
/* RFC 4648 base32, lower case, no padding; out has room for (8 n + 4) / 5 + 1. */
void base32_print(const void *p, size_t n, char *out);
/* Exactly n bytes; false for another length, other characters (upper case is accepted), or spare
 * bits set. */
bool base32_parse(struct slice s, void *out, size_t n);
