/* One list of a search by names. A leap takes RocksDB about as long as sixteen steps, so a number
 * that is near is reached by steps. */
#include "store/names_list.h"

#include <string.h>

#include "base/wire.h"

enum { NEAR_STEPS = 16 };

uint64_t names_number_of(const char *at)
{
    return (uint64_t)(uint8_t)at[0] << 32 | be32_get(at + 1);
}

static void settle(struct names_list *l)
{
    l->has_ended = !walk_valid(l->walk);
    if (l->has_ended)
        return;
    struct slice key = walk_key(l->walk);
    l->has_ended = key.n != NAMES_GRAM_KEY || memcmp(key.p, l->key, 1 + NAMES_GRAM_BYTES) != 0;
    if (!l->has_ended)
        l->number = names_number_of(key.p + 1 + NAMES_GRAM_BYTES);
}

static void leap(struct names_list *l, uint64_t number)
{
    names_gram_key(l->key + 1, number, l->key);
    walk_seek(l->walk, slice_make(l->key, sizeof l->key));
    settle(l);
}

void names_list_open(struct names_list *l, struct walk *w, const uint8_t gram[NAMES_GRAM_BYTES],
                     uint64_t from)
{
    *l = (struct names_list){.walk = w};
    memcpy(l->key + 1, gram, NAMES_GRAM_BYTES);
    leap(l, from);
}

unsigned names_list_to(struct names_list *l, uint64_t number)
{
    unsigned steps = 0;
    for (; steps < NEAR_STEPS && !l->has_ended && l->number < number; steps++) {
        walk_next(l->walk);
        settle(l);
    }
    if (l->has_ended || l->number >= number)
        return steps;
    leap(l, number);
    return steps + 1;
}
