/* Look-ups in the tables of facts. */
#include "record/tables.h"

/* Where the division stands, or division_count. */
static size_t division_at(const struct tables *t, unsigned division)
{
    size_t low = 0, high = t->division_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->divisions[middle] < division)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->division_count && t->divisions[low] == division ? low : t->division_count;
}

bool tables_division_known(const struct tables *t, unsigned division)
{
    return division_at(t, division) < t->division_count;
}

static struct slice division_name(const struct tables *t, unsigned division)
{
    size_t at = division_at(t, division);
    return t->division_names && at < t->division_count ? t->division_names[at] : SLICE("");
}

/* Names that only say where in the list the divisions below stand. */
static bool says_nothing(struct slice name)
{
    return name.n == 0 || slice_eq(name, SLICE("市辖区")) || slice_eq(name, SLICE("县")) ||
           slice_find(name, SLICE("直辖"), 0) >= 0;
}

struct slice tables_division_name(const struct tables *t, struct arena *a, struct slice code)
{
    uint64_t v = 0;
    if (code.n != 6 || !slice_all_digits(code) || !slice_u64(code, &v))
        return SLICE("");
    unsigned division = (unsigned)v, city = division / 100 * 100;
    struct slice name = division_name(t, division);
    if (name.n == 0 || division == city)
        return name;
    struct slice above = division_name(t, city);
    if (says_nothing(above))
        above = division_name(t, division / 10000 * 10000);
    return says_nothing(name) ? above
                              : arena_printf(a, "%.*s%.*s", FMT_SLICE(above), FMT_SLICE(name));
}

static struct former_divisions former_coded(const struct tables *t, unsigned code)
{
    size_t low = 0, high = t->former.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->former.list[middle].code < code)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < t->former.count && t->former.list[low].code == code;
    return (struct former_divisions){t->former.list + low, found ? 1 : 0};
}

static struct former_divisions former_named(const struct tables *t, struct slice name)
{
    size_t low = 0, high = t->by_name.count, count = 0;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (slice_cmp(t->by_name.list[middle].name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < t->by_name.count && slice_eq(t->by_name.list[low + count].name, name))
        count++;
    return (struct former_divisions){t->by_name.list + low, count};
}

/* 新区, 郊区: too short to be told from the end of a longer name. */
enum { NAME_CHARS_MIN = 3, PLACE_BYTES_MAX = 120 };

struct former_divisions tables_former(const struct tables *t, struct slice text)
{
    uint64_t code = 0;
    if (text.n == 6 && slice_all_digits(text) && slice_u64(text, &code))
        return former_coded(t, (unsigned)code);
    struct former_divisions found = {NULL, 0};
    if (text.n > PLACE_BYTES_MAX || t->by_name.count == 0)
        return found;
    for (size_t i = 0; i < text.n && found.count == 0; utf8_next(text, &i)) {
        struct slice name = slice_from(text, i);
        if (i == 0 || utf8_count(name) >= NAME_CHARS_MIN)
            found = former_named(t, name);
    }
    return found;
}

static bool is_harmless(struct slice text, const struct forbidden_word *w)
{
    for (size_t i = 0; i < w->unless_count; i++)
        if (slice_find(text, w->unless[i], 0) >= 0)
            return true;
    return false;
}

const struct forbidden_word *tables_forbidden(const struct tables *t, struct slice name,
                                              bool persons)
{
    for (size_t i = 0; i < t->forbidden_count; i++) {
        const struct forbidden_word *w = &t->forbidden[i];
        if ((persons || !w->persons_only) && slice_find(name, w->word, 0) >= 0 &&
            !is_harmless(name, w))
            return w;
    }
    return NULL;
}

/* NFKC and capital letters, of what stands in such words: full-width characters and blanks. */
static char narrow(uint32_t c)
{
    if (c >= 0xFF01 && c <= 0xFF5E)
        c -= 0xFEE0;
    if (c == 0x3000 || c == 0xA0)
        c = ' ';
    if (c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    return c < 0x80 ? (char)c : 0;
}

/* Whether the text is that word, in any width and case. */
static bool is_spelt(struct slice text, struct slice word)
{
    size_t at = 0;
    for (size_t i = 0, from = 0; i < text.n; from = i) {
        char c = narrow(utf8_next(text, &i));
        struct slice form = c ? slice_make(&c, 1) : slice_make(text.p + from, i - from);
        if (!slice_starts(slice_from(word, at), form))
            return false;
        at += form.n;
    }
    return at == word.n;
}

/* Every value is asked, and nearly none begins as one of the words does. A full-width character has
 * three bytes where the word has one. */
bool tables_is_missing(const struct tables *t, struct slice text)
{
    if (text.n == 0)
        return true;
    unsigned char lead = (unsigned char)text.p[0];
    size_t i = 0;
    bool is_han = lead >= 0xE4 && lead <= 0xE9;
    char c = is_han ? 0 : narrow(lead < 0x80 ? lead : utf8_next(text, &i));
    char first = c ? c : text.p[0];
    for (size_t k = 0; k < t->missing_count; k++) {
        struct slice word = t->missing[k];
        if (word.n && word.p[0] == first && text.n <= 3 * word.n && is_spelt(text, word))
            return true;
    }
    return false;
}

const struct mask *tables_mask(const struct tables *t, struct slice name)
{
    for (size_t i = 0; i < t->mask_count; i++)
        if (slice_eq(t->masks[i].name, name))
            return &t->masks[i];
    return NULL;
}

const struct deadline *tables_deadline(const struct tables *t, struct slice archetype)
{
    for (size_t i = 0; i < t->deadline_count; i++)
        if (slice_eq(t->deadlines[i].archetype, archetype))
            return &t->deadlines[i];
    return NULL;
}
