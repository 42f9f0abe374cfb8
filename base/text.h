#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/slice.h"

/* What Unicode asks of us; the only file that knows ICU. All input is well-formed UTF-8; results
 * live in the arena, or are the input itself when nothing changed. NFKC makes text at most 11 times
 * as long; a form of a form is the form itself. */

/* Full NFKC. ASCII input is returned as it is. */
struct slice text_nfkc(struct arena *a, struct slice s);
/* NFKC, upper case, and every blank, hyphen, dash, zero-width character and BOM out: how a code is
 * compared and stored (docs/formats/submission.md, "Values"). */
struct slice text_code(struct arena *a, struct slice s);
/* How search compares: NFKC, case folded, without blanks, brackets of any kind, quotation marks and
 * zero-width characters. */
struct slice text_fold(struct arena *a, struct slice s);

struct text_cleaned {
    struct slice text;
    uint32_t controls; /* control characters taken out (C0 without tab, LF, CR; DEL; NUL; C1) */
    bool damaged;      /* holds U+FFFD */
    bool altered;      /* text differs from the input */
};
/* Takes control characters out and blanks of all kinds (also U+3000, U+00A0, U+FEFF) off the ends.
 * Width and case stay as they are. */
struct text_cleaned text_clean(struct arena *a, struct slice s);
/* Digits of any width and script to ASCII digits, full-width ASCII (and its blank, U+3000) to
 * ASCII; nothing else changes. */
struct slice text_digits(struct arena *a, struct slice s);
bool text_is_han(uint32_t c);
