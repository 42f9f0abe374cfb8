#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Writing: straight into a buf, commas by themselves. Text must be UTF-8. Members may stand outside
 * any object: that is a fragment for json_members. At most 63 levels. (json_object, json_string and
 * the like are jansson's names; a program that has them too breaks jansson.) */
struct json_out {
    struct buf *b;
    uint64_t has_member; /* one bit a level: something was written there already */
    unsigned depth;
};

struct json_out json_out_of(struct buf *b);
void json_object_begin(struct json_out *o);
void json_object_end(struct json_out *o);
void json_array_begin(struct json_out *o);
void json_array_end(struct json_out *o);
/* Within an object: the key; a value must follow. */
void json_key(struct json_out *o, const char *key);
void json_key_slice(struct json_out *o, struct slice key);
void json_slice(struct json_out *o, struct slice s);
void json_cstr(struct json_out *o, const char *s);
void json_u64(struct json_out *o, uint64_t v);
void json_i64(struct json_out *o, int64_t v);
void json_bool(struct json_out *o, bool v);
void json_nil(struct json_out *o);
/* Bytes that are JSON already: inside an object one or more members ("a":1,"b":2), or one value
 * after a key. An empty fragment writes nothing (only inside an object). */
void json_members(struct json_out *o, struct slice fragment);
void json_raw(struct json_out *o, struct slice value);
/* Key and value in one. */
void json_put_string(struct json_out *o, const char *key, struct slice s);
void json_put_cstr(struct json_out *o, const char *key, const char *s);
void json_put_u64(struct json_out *o, const char *key, uint64_t v);
void json_put_bool(struct json_out *o, const char *key, bool v);
/* The string with its quotes and escapes, into any buf. */
void json_quote(struct buf *b, struct slice s);

/* Reading: a tree in the arena, for answers and configuration (records are read by base/scan).
 * A number is JSON_INT when it was written as one; an integer beyond int64_t is refused. */
enum json_kind { JSON_NULL, JSON_BOOL, JSON_INT, JSON_REAL, JSON_STRING, JSON_ARRAY, JSON_OBJECT };
struct json {
    enum json_kind kind;
    bool boolean;
    int64_t integer;
    double real;
    struct slice string;
    struct json *items; /* members of an array, values of an object */
    struct slice *keys; /* of an object */
    size_t count;
};
/* CE_INVALID with the reason; keys that stand twice, depth over 64 and text over bytes_max are
 * refused. */
int json_parse(struct arena *a, struct slice text, size_t bytes_max, struct json **ret,
               struct reason *reterr_why);
/* Member of an object, or NULL. */
const struct json *json_get(const struct json *object, const char *key);
struct slice json_get_string(const struct json *object, const char *key);
int64_t json_get_int(const struct json *object, const char *key);
