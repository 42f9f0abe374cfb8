#pragma once
#include "base/slice.h"

/* The catalogue's keys and words as they are read to people; see wording.def. Texts are static. */
struct wording {
    struct slice zh, en;
};

/* What a key says: "visibility" is 可见范围, "who may see it". A key that nobody described is read
 * as it is written. */
struct wording wording_key(struct slice key);
/* What a word behind a key says: ("visibility", "P") is 公众, "everybody". Likewise. */
struct wording wording_word(struct slice key, struct slice word);
