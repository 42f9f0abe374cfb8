/* Stored form of a record.
 *
 *   offset  bytes  what (integers big-endian)
 *        0      1  format, 2
 *        1      1  flags (enum record_flag)
 *        2      2  theme number
 *        4      4  entry version
 *        8     28  version: provider's, received ms, partition, position
 *       36     16  identity hash; with the theme number it is the record id
 *       52      8  current from, ms
 *       60      4  day
 *       64      4  public until (INT32_MAX for ever, INT32_MIN never)
 *       68      4  ended (INT32_MIN: nothing says so)
 *       72      4  retain until (INT32_MAX for ever)
 *       76      1  visibility of the theme: P, A, G, N
 *       77         sections: tag, LEB128 length, bytes; an empty section is left out
 *
 * Tags: i identity, d document, S about the subject, P A G N item groups, Q amounts, r received
 * texts, X sealed. */
#include "record/record.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "base/json.h"
#include "base/wire.h"

enum { FORMAT = 2, HEAD_BYTES = 77 };
enum { ABOUT_BYTES_MAX = 64 * 1024, CLEAR_BYTES_MAX = 1024 * 1024 };

static void head_put(uint8_t *at, const struct record_head *h)
{
    at[0] = FORMAT;
    at[1] = h->flags;
    be16_put(at + 2, h->theme);
    be32_put(at + 4, h->entry);
    memcpy(at + 8, h->version.b, 28);
    memcpy(at + 36, h->id.b + 2, 16);
    be64_put(at + 52, (uint64_t)h->current_from.v);
    be32_put(at + 60, (uint32_t)h->day.v);
    be32_put(at + 64, (uint32_t)h->public_until.v);
    be32_put(at + 68, (uint32_t)h->ended.v);
    be32_put(at + 72, (uint32_t)h->retain_until.v);
    at[76] = h->visibility;
}

static void section(struct buf *b, char tag, struct slice s)
{
    if (s.n == 0)
        return;
    buf_add_char(b, tag);
    wire_put_bytes(b, s);
}

void record_numbers_put(struct buf *b, const struct record_number *numbers, unsigned count)
{
    wire_put_var(b, count);
    for (unsigned i = 0; i < count; i++) {
        wire_put_u8(b, (uint8_t)numbers[i].type);
        wire_put_bytes(b, numbers[i].number);
    }
}

int record_numbers_read(struct wire *w, struct record_number *ret, unsigned *ret_count)
{
    uint64_t count = wire_var(w);
    if (count > RECORD_NUMBERS_MAX)
        return CE_FORMAT;
    *ret_count = (unsigned)count;
    for (unsigned i = 0; i < *ret_count; i++) {
        ret[i].type = (enum id_type)wire_u8(w);
        ret[i].number = wire_bytes(w);
    }
    return 0;
}

bool record_numbers_equal(const struct record_number *a, unsigned a_count,
                          const struct record_number *b, unsigned b_count)
{
    if (a_count != b_count)
        return false;
    for (unsigned i = 0; i < a_count; i++)
        if (a[i].type != b[i].type || !slice_eq(a[i].number, b[i].number))
            return false;
    return true;
}

static void about_encode(const struct record_about *about, struct buf *b)
{
    wire_put_u8(b, about->is_registration);
    wire_put_var(b, about->name_count);
    for (unsigned i = 0; i < about->name_count; i++) {
        wire_put_u8(b, (uint8_t)about->names[i].kind);
        wire_put_bytes(b, about->names[i].text);
    }
    wire_put_bytes(b, about->status);
    wire_put_bytes(b, about->district);
    record_numbers_put(b, about->numbers, about->number_count);
}

/* Written behind its place, and moved there once its length is known. */
static void about_section(struct buf *b, const struct record_about *about)
{
    enum { BEFORE_MAX = 4 }; /* tag, and a length below ABOUT_BYTES_MAX */
    size_t start = b->n;
    if (!buf_grow(b, BEFORE_MAX))
        return;
    about_encode(about, b);
    size_t from = start + BEFORE_MAX, n = b->n - from;
    if (b->err || n > ABOUT_BYTES_MAX) {
        b->err = CE_TOO_LARGE;
        return;
    }
    b->n = start;
    buf_add_char(b, 'S');
    wire_put_var(b, n);
    memmove(b->p + b->n, b->p + from, n);
    b->n += n;
}

static int about_decode(struct slice bytes, struct record_about *ret)
{
    struct wire w = wire_of(bytes);
    ret->is_registration = wire_u8(&w) != 0;
    uint64_t names = wire_var(&w);
    if (names > RECORD_NAMES_MAX)
        return CE_FORMAT;
    ret->name_count = (unsigned)names;
    for (unsigned i = 0; i < ret->name_count; i++) {
        ret->names[i].kind = (enum record_name_kind)wire_u8(&w);
        ret->names[i].text = wire_bytes(&w);
    }
    ret->status = wire_bytes(&w);
    ret->district = wire_bytes(&w);
    int r = record_numbers_read(&w, ret->numbers, &ret->number_count);
    return r < 0 ? r : wire_end(&w);
}

void record_encode(const struct record *r, struct buf *ret)
{
    char *head = buf_grow(ret, HEAD_BYTES);
    if (!head)
        return;
    head_put((uint8_t *)head, &r->head);
    section(ret, 'i', r->identity);
    section(ret, 'd', r->document);
    about_section(ret, &r->about);
    section(ret, 'P', r->pub);
    section(ret, 'A', r->aut);
    section(ret, 'G', r->gov);
    section(ret, 'N', r->none);
    section(ret, 'Q', r->amounts);
    section(ret, 'r', r->received);
    section(ret, 'X', r->sealed);
}

int record_decode_head(struct slice bytes, struct record_head *ret)
{
    if (bytes.n < HEAD_BYTES || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    const uint8_t *at = (const uint8_t *)bytes.p;
    *ret = (struct record_head){
        .flags = at[1],
        .theme = be16_get(at + 2),
        .entry = be32_get(at + 4),
        .current_from = {(int64_t)be64_get(at + 52)},
        .day = {(int32_t)be32_get(at + 60)},
        .public_until = {(int32_t)be32_get(at + 64)},
        .ended = {(int32_t)be32_get(at + 68)},
        .retain_until = {(int32_t)be32_get(at + 72)},
        .visibility = at[76],
    };
    memcpy(ret->version.b, at + 8, 28);
    memcpy(ret->id.b, at + 2, 2);
    memcpy(ret->id.b + 2, at + 36, 16);
    return 0;
}

void record_patch_head(char *bytes, const struct record_head *head)
{
    head_put((uint8_t *)bytes, head);
}

/* The header, and where the sections begin. */
static int decode_begin(struct slice bytes, struct record *ret, struct wire *ret_sections)
{
    *ret = (struct record){0};
    int r = record_decode_head(bytes, &ret->head);
    if (r == 0)
        *ret_sections = wire_of(slice_from(bytes, HEAD_BYTES));
    return r;
}

static bool next_section(struct wire *w, char *ret_tag, struct slice *ret)
{
    if (!w->rest.n || w->failed)
        return false;
    *ret_tag = (char)wire_u8(w);
    *ret = wire_bytes(w);
    return true;
}

int record_decode(struct slice bytes, struct record *ret)
{
    struct wire w;
    struct slice s;
    char tag;
    int r = decode_begin(bytes, ret, &w);
    if (r < 0)
        return r;
    while (next_section(&w, &tag, &s)) {
        switch (tag) {
        case 'i':
            ret->identity = s;
            break;
        case 'd':
            ret->document = s;
            break;
        case 'S':
            if ((r = about_decode(s, &ret->about)) < 0)
                return r;
            break;
        case 'P':
            ret->pub = s;
            break;
        case 'A':
            ret->aut = s;
            break;
        case 'G':
            ret->gov = s;
            break;
        case 'N':
            ret->none = s;
            break;
        case 'Q':
            ret->amounts = s;
            break;
        case 'r':
            ret->received = s;
            break;
        case 'X':
            ret->sealed = s;
            break;
        default:
            return CE_FORMAT;
        }
    }
    return wire_end(&w);
}

/* Sections before the one about the subject are few, those behind it many. */
int record_decode_about(struct slice bytes, struct record *ret)
{
    struct wire w;
    struct slice s;
    char tag;
    int r = decode_begin(bytes, ret, &w);
    if (r < 0)
        return r;
    while (next_section(&w, &tag, &s)) {
        if (tag == 'S')
            return w.failed ? CE_FORMAT : about_decode(s, &ret->about);
        if (tag != 'i' && tag != 'd')
            break;
    }
    return w.failed ? CE_FORMAT : 0;
}

/* Later groups hold an item in clear where earlier ones hold it masked, so a later value replaces.
 */
static void items_add(struct record_item *items, size_t *count, struct slice code,
                      struct slice value)
{
    for (size_t i = 0; i < *count; i++) {
        if (slice_eq(items[i].code, code)) {
            items[i].value = value;
            return;
        }
    }
    items[(*count)++] = (struct record_item){code, value};
}

static int by_code(const void *a, const void *b)
{
    const struct record_item *x = a, *y = b;
    return slice_cmp(x->code, y->code);
}

static int parse_members(struct arena *a, struct slice members, struct json **ret)
{
    AUTO_BUF(text, CLEAR_BYTES_MAX);
    buf_add_char(&text, '{');
    buf_add_slice(&text, members);
    buf_add_char(&text, '}');
    if (text.err)
        return text.err;
    int r = json_parse(a, buf_slice(&text), CLEAR_BYTES_MAX, ret, NULL);
    return r < 0 || (*ret)->kind != JSON_OBJECT ? CE_FORMAT : 0;
}

int record_items(struct arena *a, const struct keys *k, const struct record *r,
                 struct slice *ret_identity, struct record_item **ret_items, size_t *ret_count)
{
    struct json *groups[5] = {0};
    const struct slice text[4] = {r->pub, r->aut, r->gov, r->none};
    size_t most = 0;
    for (int i = 0; i < 4; i++) {
        int e = parse_members(a, text[i], &groups[i]);
        if (e != 0)
            return e;
        most += groups[i]->count;
    }
    struct slice identity = r->identity;
    const struct json *clear = NULL;
    if (r->sealed.n) {
        AUTO_BUF(plain, CLEAR_BYTES_MAX);
        int e = crypt_open(k, KEY_ITEMS, r->sealed, &plain);
        if (e < 0)
            return e;
        e = json_parse(a, buf_slice(&plain), CLEAR_BYTES_MAX, &groups[4], NULL);
        if (e < 0 || groups[4]->kind != JSON_OBJECT)
            return CE_FORMAT;
        clear = json_get(groups[4], "c");
        if (json_get(groups[4], "i"))
            identity = json_get_string(groups[4], "i");
        most += clear ? clear->count : 0;
    }
    struct record_item *items = ARENA_ARRAY(a, struct record_item, most + 1);
    size_t count = 0;
    for (int i = 0; i < 4; i++)
        for (size_t m = 0; m < groups[i]->count; m++)
            items_add(items, &count, groups[i]->keys[m], groups[i]->items[m].string);
    for (size_t m = 0; clear && m < clear->count; m++)
        items_add(items, &count, clear->keys[m], clear->items[m].string);
    qsort(items, count, sizeof *items, by_code);
    *ret_identity = identity;
    *ret_items = items;
    *ret_count = count;
    return 0;
}
