#pragma once
#include <stdbool.h>

#include "base/slice.h"

/* The eight categories of public credit information; see category.def. */
enum category {
#define CATEGORY(id, number, code, zh, en) CATEGORY_##id = (number),
#include "record/category.def"
#undef CATEGORY
};
enum { CATEGORY_FIRST = 1, CATEGORY_LAST = 8 };

const char *category_code(enum category c);
const char *category_zh(enum category c);
const char *category_en(enum category c);
/* The category of a code such as "default"; 0 for none. */
enum category category_of(struct slice code);
