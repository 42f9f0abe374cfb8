/* Values of by_source and history.
 *
 *   by_source: format 1, version 28, content hash 16, flags 1, locator 32
 *   history:   format 1, subject 19, current from 8, current until 8, content hash 16, stored
 * record */
#include "store/source.h"

#include <string.h>

#include "base/err.h"

enum { FORMAT = 1, HISTORY_HEAD = 1 + SUBJECT_ID_BYTES + 32 };

void source_encode(const struct source *s, uint8_t out[SOURCE_BYTES])
{
    out[0] = FORMAT;
    memcpy(out + 1, s->version.b, 28);
    memcpy(out + 29, s->content, 16);
    out[45] = s->flags;
    memcpy(out + 46, s->locator.b, RECORD_KEY_BYTES);
}

int source_decode(struct slice bytes, struct source *ret)
{
    if (bytes.n != SOURCE_BYTES || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    const uint8_t *at = (const uint8_t *)bytes.p;
    memcpy(ret->version.b, at + 1, 28);
    memcpy(ret->content, at + 29, 16);
    ret->flags = at[45];
    memcpy(ret->locator.b, at + 46, RECORD_KEY_BYTES);
    return 0;
}

void history_encode(const struct history *h, struct buf *ret)
{
    wire_put_u8(ret, FORMAT);
    buf_add(ret, h->subject.b, SUBJECT_ID_BYTES);
    wire_put_u64(ret, (uint64_t)h->current_from.v);
    wire_put_u64(ret, (uint64_t)h->current_until.v);
    buf_add(ret, h->content, sizeof h->content);
    buf_add_slice(ret, h->record);
}

int history_decode(struct slice bytes, struct history *ret)
{
    if (bytes.n < HISTORY_HEAD || bytes.p[0] != FORMAT)
        return CE_FORMAT;
    memcpy(ret->subject.b, bytes.p + 1, SUBJECT_ID_BYTES);
    ret->current_from.v = (int64_t)be64_get(bytes.p + 20);
    ret->current_until.v = (int64_t)be64_get(bytes.p + 28);
    memcpy(ret->content, bytes.p + 36, sizeof ret->content);
    ret->record = slice_from(bytes, HISTORY_HEAD);
    return 0;
}
