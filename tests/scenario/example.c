/* The example rows of the catalogue's page: whoever copies one can hand it in. */
#include <stdio.h>

#include "record/catalogue_page.h"
#include "tests/support/world.h"

TEST(the_example_row_of_every_theme_is_stored)
{
    struct world *w = world_open();
    const struct catalogue *c = w->catalogue;
    size_t failed = 0;
    for (size_t i = 0; i < c->theme_count; i++) {
        const struct theme *t = c->themes[i];
        if (t != catalogue_theme_at(c, t->code, clock_now(&w->clock)))
            continue;
        struct slice row = catalogue_example(w->arena, c, t);
        struct batch_id id;
        const char *code = arena_dup(w->arena, t->code).p;
        enum submission_end end = world_try(w, NULL, code, code, row, SIZE_MAX, &id);
        if (end == SUBMISSION_DONE && world_totals(w, &id).stored == 1)
            continue;
        failed++;
        fprintf(stderr, "%s ended with %d\n%.*s%.*s\n", code, (int)end, FMT_SLICE(row),
                FMT_SLICE(end == SUBMISSION_DONE ? world_receipt(w, &id) : row));
    }
    EXPECT_EQ(failed, 0);
    world_check(w);
    world_close(w);
}
