/* `catalogue page`: the catalogue for people. */
#include <stdio.h>

#include "daemon/ctl_catalogue.h"
#include "record/catalogue_page.h"

enum { PAGE_BYTES_MAX = 64 << 20 };

int ctl_catalogue_page(struct ctl *c)
{
    struct catalogue *catalogue;
    AUTO(arena_destroy) struct arena *a = NULL;
    int code = ctl_catalogue_read(c, c->words[0], &a, &catalogue);
    if (code != EXIT_CODE_OK)
        return code;
    AUTO_BUF(page, PAGE_BYTES_MAX);
    const struct theme *one = NULL;
    for (size_t i = 0; c->word_count > 1 && i < catalogue->theme_count; i++)
        if (slice_eq(catalogue->themes[i]->code, slice_of(c->words[1])))
            one = catalogue->themes[i]; /* the newest version stands last */
    if (c->word_count > 1 && !one)
        return ctl_fail(EXIT_CODE_FAILED, "the catalogue in %s has no theme %s", c->words[0],
                        c->words[1]);
    if (one)
        catalogue_page_theme(a, catalogue, one, &page);
    else
        catalogue_page(a, catalogue, &page);
    if (page.err)
        return ctl_fail(EXIT_CODE_FAILED, "the page is larger than %d bytes", PAGE_BYTES_MAX);
    if (fwrite(page.p, 1, page.n, stdout) != page.n)
        return ctl_fail(EXIT_CODE_FAILED, "writing to standard output failed");
    return EXIT_CODE_OK;
}
