/* Catalogue files: any text is read or refused with a reason, and every node knows a line of the
 * text. */
#include "base/check.h"
#include "base/yaml.h"
#include "tests/fuzz/fuzz.h"

static void walk(const struct yaml *y, int lines)
{
    CHECK(y->line >= 1 && y->line <= lines);
    for (size_t i = 0; i < y->count; i++) {
        if (y->kind == YAML_MAP) {
            walk(y->keys[i], lines);
            CHECK(y->keys[i]->kind == YAML_SCALAR);
        }
        walk(y->list[i], lines);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n > 64 * 1024)
        return 0;
    AUTO(arena_destroy) struct arena *a = arena_create(64 * 1024 * 1024);
    struct yaml *y = NULL;
    struct reason why = {.text = ""};
    int r = yaml_parse(a, slice_make(data, n), &y, &why);
    /* CR, LF, NEL, LS and PS end lines in YAML; there cannot be more of them than bytes. */
    if (r == 0)
        walk(y, (int)n + 2);
    else
        CHECK(r == CE_INVALID && why.text[0]);
    return 0;
}
