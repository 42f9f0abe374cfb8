/* The words that may stand behind the keys of a theme, each with the value it stands for. One list
 * serves the reader, the writer and the refusals that name the words allowed. */
#include <stdio.h>

#include "base/check.h"
#include "record/catalogue_read.h"

#define WORDS(name, ...)                                                                           \
    static const struct word name##_list[] = {__VA_ARGS__};                                        \
    const struct words name = {name##_list, ARRAY_LEN(name##_list)}

WORDS(WORDS_TYPE, {"text", ITEM_TEXT}, {"name", ITEM_NAME}, {"code", ITEM_CODE},
      {"codes", ITEM_CODES}, {"date", ITEM_DATE}, {"amount", ITEM_AMOUNT},
      {"capital", ITEM_CAPITAL}, {"integer", ITEM_INTEGER}, {"uscc", ITEM_USCC},
      {"organisation-code", ITEM_ORGCODE}, {"registration-number", ITEM_REGNO},
      {"number", ITEM_NUMBER}, {"person-id", ITEM_PERSON_ID}, {"contact", ITEM_CONTACT},
      {"document", ITEM_DOCUMENT});

WORDS(WORDS_ROLE, {"none", ROLE_NONE}, {"name", ROLE_NAME}, {"uscc", ROLE_USCC},
      {"registration", ROLE_REGISTRATION}, {"organisation", ROLE_ORGANISATION}, {"tax", ROLE_TAX},
      {"institution", ROLE_INSTITUTION}, {"social", ROLE_SOCIAL}, {"person", ROLE_PERSON},
      {"counterpart", ROLE_COUNTERPART}, {"document", ROLE_DOCUMENT}, {"authority", ROLE_AUTHORITY},
      {"status", ROLE_STATUS}, {"district", ROLE_DISTRICT}, {"until", ROLE_UNTIL},
      {"severity", ROLE_SEVERITY}, {"sex", ROLE_SEX}, {"birth", ROLE_BIRTH}, {"ended", ROLE_ENDED},
      {"authority-name", ROLE_AUTHORITY_NAME}, {"own-labour", ROLE_OWN_LABOUR});

WORDS(WORDS_REQUIRED, {"no", REQUIRED_NO}, {"yes", REQUIRED_YES},
      {"organisation", REQUIRED_ORGANISATION}, {"person", REQUIRED_PERSON},
      {"should", REQUIRED_SHOULD});

WORDS(WORDS_VISIBILITY, {"P", VIS_PUBLIC}, {"A", VIS_AUTHORISED}, {"G", VIS_GOVERNMENT},
      {"N", VIS_NONE});

WORDS(WORDS_POLARITY, {"neutral", POLARITY_NEUTRAL}, {"positive", POLARITY_POSITIVE},
      {"negative", POLARITY_NEGATIVE}, {"mixed", POLARITY_MIXED});

WORDS(WORDS_PUBLICATION, {"never", PUBLISH_NEVER}, {"always", PUBLISH_ALWAYS},
      {"term", PUBLISH_TERM});

#define CATEGORY(id, number, code, zh, en) {code, number},
static const struct word category_list[] = {
#include "record/category.def"
};
#undef CATEGORY
const struct words WORDS_CATEGORY = {category_list, ARRAY_LEN(category_list)};

WORDS(WORDS_KIND, {"enterprise", SUBJECT_ENTERPRISE}, {"individual", SUBJECT_INDIVIDUAL},
      {"institution", SUBJECT_INSTITUTION}, {"social-organisation", SUBJECT_SOCIAL},
      {"government", SUBJECT_GOVERNMENT});

WORDS(WORDS_SEX, {"male", SEX_MALE}, {"female", SEX_FEMALE});

WORDS(WORDS_WHOM, {"all", WHOM_ALL}, {"person", WHOM_PERSON}, {"organisation", WHOM_ORGANISATION});

/* These two are kept as text; the value says nothing. */
WORDS(WORDS_CYCLE, {"real-time", 0}, {"day", 1}, {"week", 2}, {"month", 3}, {"quarter", 4},
      {"year", 5}, {"irregular", 6});
WORDS(WORDS_RETENTION, {"decision", 0}, {"behaviour-end", 1}, {"performance", 2},
      {"sentence-end", 3}, {"permanent", 4});

int words_find(const struct words *w, struct slice text)
{
    for (size_t i = 0; i < w->count; i++)
        if (slice_eq(text, slice_of(w->list[i].text)))
            return w->list[i].value;
    return -1;
}

const char *words_text(const struct words *w, int value)
{
    for (size_t i = 0; i < w->count; i++)
        if (w->list[i].value == value)
            return w->list[i].text;
    UNREACHABLE();
}

void words_list(const struct words *w, char *out, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < w->count && at < n; i++)
        at += (size_t)snprintf(out + at, n - at, "%s%s", i ? ", " : "", w->list[i].text);
}

int take_word(struct reading *r, const struct fields *f, const char *key, const struct words *w,
              int fallback)
{
    struct slice s = fallback < 0 ? want_text(r, f, key) : take_text(r, f, key);
    int least = fallback < 0 ? w->list[0].value : fallback;
    if (s.n == 0)
        return least;
    int v = words_find(w, s);
    if (v >= 0)
        return v;
    char list[300];
    words_list(w, list, sizeof list);
    refuse(r, fields_where(f, key), "\"%s\" is \"%.*s\"; write one of: %s", key, FMT_SLICE(s),
           list);
    return least;
}

const char *item_type_code(enum item_type t)
{
    return words_text(&WORDS_TYPE, (int)t);
}

enum visibility visibility_stricter(enum visibility a, enum visibility b)
{
    static const char ORDER[] = {VIS_PUBLIC, VIS_AUTHORISED, VIS_GOVERNMENT, VIS_NONE};
    for (size_t i = ARRAY_LEN(ORDER); i-- > 0;)
        if (ORDER[i] == (char)a || ORDER[i] == (char)b)
            return (enum visibility)ORDER[i];
    UNREACHABLE();
}
