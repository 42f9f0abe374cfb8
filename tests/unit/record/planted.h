#pragma once
/* Mistakes planted in copies of the real catalogue. Each must be refused with the file and the line
 * in which it stands and with words that say what to do. */
#include "base/err.h"
#include "record/catalogue.h"
#include "tests/support/test.h"
#include "tests/unit/record/catalogue_copy.h"

/* A small theme of its own, without archetype; rows of the table below spoil it. */
static const char SMALL[] =
    "number: 900\n"
    "code: small\n"
    "version: 1\n"
    "valid_from: 2024-01-01T00:00:00+08:00\n"
    "zh: 小主题\n"
    "en: Small theme\n"
    "basis: 无\n"
    "department: amr\n"
    "category: administration\n"
    "national_class: 3.2\n"
    "kinds: all\n"
    "polarity: neutral\n"
    "visibility: P\n"
    "publication: always\n"
    "retention_years: 5\n"
    "retention_start: decision\n"
    "cycle: month\n"
    "identity: record-id\n"
    "day: DAY\n"
    "items:\n"
    "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: yes, role: uscc}\n"
    "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes, happened: yes}\n"
    "  - {code: NUMBER, zh: 证件号码, en: Number, type: person-id, length: 64, visibility: G}\n"
    "  - {code: PHONE, zh: 电话, en: Telephone, type: contact, length: 64, visibility: G}\n"
    "  - {code: WORD, zh: 说明, en: Words, type: text, length: 100}\n";
static const char SMALL_FILE[] = "themes/small.yaml";

struct mistake {
    const char *file, *find, *put;
    const char *line_of; /* text in the line that the refusal names; NULL: the beginning of `put` */
    const char *says;
    const char *refused_in; /* file, when it is another one */
};

static inline void expect_refused(const struct copy *copy, const char *file, int line,
                                  const char *says)
{
    struct arena *a = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *c = NULL;
    struct reason why = {{0}};
    char begin[640];
    EXPECT(snprintf(begin, sizeof begin, "%s/%s:%d: ", copy->dir, file, line) < (int)sizeof begin);
    int r = catalogue_load(a, copy->dir, &c, &why);
    if (r != CE_INVALID)
        FAIL("%s:%d was not refused (%s): result %d %s", file, line, says, r, why.text);
    if (strncmp(why.text, begin, strlen(begin)) != 0 || !strstr(why.text, says))
        FAIL("wanted %s…%s…\n     got %s", begin, says, why.text);
    if (!strchr(why.text, ';'))
        FAIL("says what is wrong but not what to do: %s", why.text);
    arena_destroy(a);
}

/* Plants one after the other in the copy, which is as before afterwards. */
static inline void mistakes_plant(const struct copy *copy, const struct mistake *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct mistake *m = &list[i];
        char path[512];
        copy_path(copy, m->file, path);
        AUTO_BUF(before, 16 * 1024 * 1024);
        bool is_new = access(path, F_OK) != 0;
        if (is_new)
            copy_put(copy, m->file, m->put);
        else
            file_get(path, &before);
        if (!is_new)
            copy_edit(copy, m->file, m->find, m->put);
        const char *refused_in = m->refused_in ? m->refused_in : m->file;
        int line = copy_line(copy, refused_in, m->line_of ? m->line_of : m->put);
        expect_refused(copy, refused_in, line, m->says);
        if (is_new)
            copy_remove(copy, m->file);
        else
            file_put(path, buf_slice(&before));
    }
}
