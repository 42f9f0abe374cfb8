/* What passes from stage to stage of a load, in the order of bytes that the sorters know. Nobody
 * keeps these bytes: they have no format number.
 *
 *   row    key    record id 18, file 4, row 8
 *          value  operation 1, whether the provider gave a version 1, version 28, content 16,
 *                 subject 19, category 1, bytes (counted), of a revoke the waiting bytes (to the
 *                 end)
 *   note   value  rejected 1, the kept row (counted bytes), each finding: rule 2, item, value, hint
 *                 (counted bytes) */
#include <string.h>

#include "base/check.h"
#include "base/wire.h"
#include "ingest/load_parts.h"

void load_place(size_t file, uint64_t row, uint8_t out[LOAD_PLACE_BYTES])
{
    be32_put(out, (uint32_t)file);
    be64_put(out + 4, row);
}

void load_row_put(struct buf *b, const struct judged *row)
{
    wire_put_u8(b, (uint8_t)row->operation);
    wire_put_u8(b, row->has_provider);
    buf_add(b, row->version.b, sizeof row->version.b);
    buf_add(b, row->content, sizeof row->content);
    buf_add(b, row->subject.b, sizeof row->subject.b);
    wire_put_u8(b, (uint8_t)row->category);
    wire_put_bytes(b, row->bytes);
    if (row->operation == OPERATION_REVOKE)
        buf_add_slice(b, row->waiting);
}

static void raw(struct wire *w, void *to, size_t n)
{
    struct slice s = wire_raw(w, n);
    if (s.n)
        memcpy(to, s.p, n);
}

int load_row_read(struct slice key, struct slice value, struct judged *ret, size_t *ret_file)
{
    struct wire w = wire_of(value);
    CHECK(key.n == sizeof ret->id.b + LOAD_PLACE_BYTES);
    *ret = (struct judged){0};
    memcpy(ret->id.b, key.p, sizeof ret->id.b);
    *ret_file = be32_get(key.p + sizeof ret->id.b);
    ret->row = be64_get(key.p + sizeof ret->id.b + 4);
    ret->operation = (enum operation)wire_u8(&w);
    ret->has_provider = wire_u8(&w);
    raw(&w, ret->version.b, sizeof ret->version.b);
    raw(&w, ret->content, sizeof ret->content);
    raw(&w, ret->subject.b, sizeof ret->subject.b);
    ret->category = (enum category)wire_u8(&w);
    ret->bytes = wire_bytes(&w);
    if (w.failed)
        return CE_FORMAT;
    if (ret->operation == OPERATION_REVOKE)
        ret->waiting = w.rest;
    return record_decode_head(ret->bytes, &ret->head);
}

void load_note_put(struct buf *b, const struct judged *row)
{
    wire_put_u8(b, row->rejected);
    wire_put_bytes(b, row->kept);
    for (unsigned i = 0; row->findings && i < row->findings->count; i++) {
        const struct finding *f = &row->findings->list[i];
        wire_put_u16(b, (uint16_t)f->rule);
        wire_put_bytes(b, f->item);
        wire_put_bytes(b, f->value);
        wire_put_bytes(b, f->hint);
    }
}

int load_note_read(struct slice value, struct arena *a, struct judged *ret)
{
    struct wire w = wire_of(value);
    *ret = (struct judged){.rejected = wire_u8(&w), .kept = wire_bytes(&w)};
    if (w.rest.n)
        ret->findings = ARENA_NEW(a, struct findings);
    while (!w.failed && w.rest.n) {
        struct finding f = {.rule = (enum rule)wire_u16(&w)};
        f.item = wire_bytes(&w);
        f.value = wire_bytes(&w);
        f.hint = wire_bytes(&w);
        if (!w.failed && ret->findings->count < FINDINGS_MAX)
            ret->findings->list[ret->findings->count++] = f;
    }
    return w.failed ? CE_FORMAT : 0;
}
