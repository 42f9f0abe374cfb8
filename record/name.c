/* Names inside names. Only the forms that registries use are read; anything else stays part of the
 * name. */
#include "record/name.h"

struct form {
    struct slice word;
    enum record_name_kind kind;
};
static const struct form forms[] = {
    {{"原名称", 9}, RECORD_NAME_FORMER},        {{"原名", 6}, RECORD_NAME_FORMER},
    {{"曾用名", 9}, RECORD_NAME_FORMER},        {{"原", 3}, RECORD_NAME_FORMER},
    {{"第二名称", 12}, RECORD_NAME_ADDITIONAL}, {{"增挂", 6}, RECORD_NAME_ADDITIONAL},
};

static struct slice skip_colon(struct slice s)
{
    static const struct slice wide = {"：", 3};
    s = slice_trim(s);
    if (slice_starts(s, wide))
        return slice_trim(slice_from(s, wide.n));
    return s.n && s.p[0] == ':' ? slice_trim(slice_from(s, 1)) : s;
}

/* A form at the beginning of s: what follows it is a further name of at least four characters. */
static bool form_of(struct slice s, struct record_name *ret)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        if (!slice_starts(s, forms[i].word))
            continue;
        struct slice rest = skip_colon(slice_from(s, forms[i].word.n));
        if (utf8_count(rest) < 4)
            return false;
        *ret = (struct record_name){forms[i].kind, rest};
        return true;
    }
    return false;
}

static bool open_at(struct slice s, size_t i, size_t *ret_after)
{
    static const struct slice wide = {"（", 3};
    if (s.p[i] == '(') {
        *ret_after = i + 1;
        return true;
    }
    if (slice_starts(slice_from(s, i), wide)) {
        *ret_after = i + wide.n;
        return true;
    }
    return false;
}

static bool close_from(struct slice s, size_t i, size_t *ret_at, size_t *ret_after)
{
    ptrdiff_t narrow = slice_find(s, SLICE(")"), i), wide = slice_find(s, SLICE("）"), i);
    if (narrow < 0 && wide < 0)
        return false;
    bool is_wide = narrow < 0 || (wide >= 0 && wide < narrow);
    *ret_at = (size_t)(is_wide ? wide : narrow);
    *ret_after = *ret_at + (is_wide ? 3 : 1);
    return true;
}

unsigned name_split(struct arena *a, struct slice name, struct record_name ret[RECORD_NAMES_MAX])
{
    char *main_text = arena_alloc(a, name.n + 1);
    size_t n = 0;
    unsigned count = 1;
    for (size_t i = 0; i < name.n;) {
        size_t inside, close, after;
        struct record_name part;
        if (count < RECORD_NAMES_MAX && open_at(name, i, &inside) &&
            close_from(name, inside, &close, &after) &&
            form_of((struct slice){name.p + inside, close - inside}, &part)) {
            ret[count++] = part;
            i = after;
            continue;
        }
        struct slice rest = slice_from(name, i);
        if (count < RECORD_NAMES_MAX && n && slice_starts(rest, SLICE("增挂")) &&
            form_of(rest, &part)) {
            ret[count++] = part;
            break;
        }
        main_text[n++] = name.p[i++];
    }
    ret[0] = (struct record_name){RECORD_NAME_MAIN, slice_trim((struct slice){main_text, n})};
    if (ret[0].text.n == 0)
        ret[0].text = name;
    return count;
}

bool name_is_shop(const struct tables *t, struct slice name)
{
    for (size_t i = 0; i < t->shop_word_count; i++)
        if (slice_find(name, t->shop_words[i], 0) > 0 &&
            (slice_ends(name, t->shop_words[i]) || utf8_count(name) > 4))
            return true;
    return false;
}
