/* Two tables read from top to bottom: it is done for a page or a comparison, never for a row. */
#include "record/wording.h"

#include "base/attr.h"

static const struct {
    struct slice key;
    struct wording says;
} KEYS[] = {
#define KEY(k, zh, en) {SLICE(k), {SLICE(zh), SLICE(en)}},
#define WORD(k, w, zh, en)
#include "record/wording.def"
#undef KEY
#undef WORD
};

static const struct {
    struct slice key, word;
    struct wording says;
} WORDS[] = {
#define KEY(k, zh, en)
#define WORD(k, w, zh, en) {SLICE(k), SLICE(w), {SLICE(zh), SLICE(en)}},
#include "record/wording.def"
#undef KEY
#undef WORD
};

struct wording wording_key(struct slice key)
{
    for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
        if (slice_eq(KEYS[i].key, key))
            return KEYS[i].says;
    return (struct wording){key, key};
}

struct wording wording_word(struct slice key, struct slice word)
{
    for (size_t i = 0; i < ARRAY_LEN(WORDS); i++)
        if (slice_eq(WORDS[i].key, key) && slice_eq(WORDS[i].word, word))
            return WORDS[i].says;
    return (struct wording){word, word};
}
