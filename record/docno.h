#pragma once
#include "base/arena.h"
#include "base/slice.h"

/* How document numbers (文号) are compared: NFKC, upper case, no blanks, and every kind of bracket
 * 〔〕［］[]（）()【】 as one, since departments write the same number with different ones
 * (docs/formats/submission.md, "Which record, which version"). */
struct slice docno_fold(struct arena *a, struct slice s);
