#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/crypt.h"
#include "base/slice.h"

/* The public name of a record: theme number and 128 bits of a keyed hash of its identity (design
 * §2). */
struct record_id {
    uint8_t b[18];
};
enum { RECORD_ID_TEXT = 29 };

struct record_id record_id_make(const struct keys *k, uint16_t theme, struct slice identity);
uint16_t record_id_theme(const struct record_id *id);
/* Base32, 29 characters and NUL. */
void record_id_print(const struct record_id *id, char out[RECORD_ID_TEXT + 1]);
bool record_id_parse(struct slice text, struct record_id *ret);
