/* Record ids: made from an identity, printed, read back. */
#include "record/record_id.h"

#include "base/wire.h"

struct record_id record_id_make(const struct keys *k, uint16_t theme, struct slice identity)
{
    struct record_id id;
    be16_put(id.b, theme);
    crypt_hash16(k, KEY_IDENTITY, identity, id.b + 2);
    return id;
}

uint16_t record_id_theme(const struct record_id *id)
{
    return be16_get(id->b);
}

void record_id_print(const struct record_id *id, char out[RECORD_ID_TEXT + 1])
{
    base32_print(id->b, sizeof id->b, out);
}

bool record_id_parse(struct slice text, struct record_id *ret)
{
    return base32_parse(text, ret->b, sizeof ret->b);
}
