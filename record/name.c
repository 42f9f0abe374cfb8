/* Names inside names. Only the forms that registries use are read; anything else stays part of the
 * name. Whether two names are the same is left to search. */
#include "record/name.h"

#include <string.h>

#include "base/text.h"

/* A shorter text is no name of an organisation but a remark. */
enum { NAME_CHARS_MIN = 4 };

struct form {
    struct slice word;
    enum record_name_kind kind;
};
/* Longer ones before those with which they begin. */
static const struct form forms[] = {
    {{"原名称", 9}, RECORD_NAME_FORMER},        {{"原名", 6}, RECORD_NAME_FORMER},
    {{"曾用名", 9}, RECORD_NAME_FORMER},        {{"原", 3}, RECORD_NAME_FORMER},
    {{"第二名称", 12}, RECORD_NAME_ADDITIONAL}, {{"增挂", 6}, RECORD_NAME_ADDITIONAL},
};
/* What makes a word of its own behind 原 and no former name: 原材料, 原生态, 原址. */
static const char *const never_former[] = {"材", "料", "油", "煤", "木", "始", "创", "生",
                                           "酒", "种", "浆", "点", "址", "装", "厂", "味",
                                           "野", "矿", "色", "价", "则", "地", "子", "件"};

struct split {
    struct arena *a;
    struct record_name *parts;
    unsigned count;
    char *main_text;
    size_t main_bytes;
};

static struct slice trim(struct split *s, struct slice text)
{
    return text_clean(s->a, text).text;
}

/* Bytes of what stands between a form and its name. */
static size_t link_bytes(struct slice s)
{
    static const struct slice links[] = {{"：", 3}, {":", 1}, {"为", 3}};
    for (size_t i = 0; i < ARRAY_LEN(links); i++)
        if (slice_starts(s, links[i]))
            return links[i].n;
    return 0;
}

/* Bytes of what stands between two names. */
static size_t separator_bytes(struct slice s)
{
    static const struct slice separators[] = {{"、", 3}, {"；", 3}, {";", 1}};
    for (size_t i = 0; i < ARRAY_LEN(separators); i++)
        if (slice_starts(s, separators[i]))
            return separators[i].n;
    return 0;
}

static bool add(struct split *s, enum record_name_kind kind, struct slice name)
{
    name = trim(s, name);
    if (s->count == RECORD_NAMES_MAX || utf8_count(name) < NAME_CHARS_MIN)
        return false;
    s->parts[s->count++] = (struct record_name){kind, name};
    return true;
}

/* One name or several. False, and nothing added, when the first is none. */
static bool add_list(struct split *s, enum record_name_kind kind, struct slice list)
{
    bool any = false;
    for (size_t from = 0, i = 0; i <= list.n; i++) {
        size_t n = i < list.n ? separator_bytes(slice_from(list, i)) : 1;
        if (n == 0)
            continue;
        bool added = add(s, kind, (struct slice){list.p + from, i - from});
        if (!added && from == 0)
            return false;
        any = any || added;
        from = i + n;
        i = from - 1;
    }
    return any;
}

static bool is_never_former(struct slice rest)
{
    for (size_t i = 0; i < ARRAY_LEN(never_former); i++)
        if (slice_starts(rest, slice_of(never_former[i])))
            return true;
    return false;
}

/* A name of which only the mark stands in brackets: "… 广东水产制品厂（第二名称）". It is the last
 * word before them, if there is another before it. */
static bool add_word_before(struct split *s, enum record_name_kind kind)
{
    struct slice text = {s->main_text, s->main_bytes};
    size_t word = 0, end = 0;
    bool in_word = false, is_first = true;
    for (size_t i = 0, at = 0; i < text.n; at = i) {
        uint32_t c = utf8_next(text, &i);
        bool is_blank = c == ' ' || c == 0x3000;
        if (!is_blank && !in_word) {
            is_first = end == 0;
            word = at;
        }
        if (!is_blank)
            end = i;
        in_word = !is_blank;
    }
    struct slice name = {text.p + word, end - word};
    if (is_first || !add(s, kind, arena_dup(s->a, name)))
        return false;
    s->main_bytes = word;
    return true;
}

/* Reads a text that begins with one of the forms. */
static bool read_form(struct split *s, struct slice text)
{
    text = trim(s, text);
    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        if (!slice_starts(text, forms[i].word))
            continue;
        struct slice rest = trim(s, slice_from(text, forms[i].word.n));
        size_t link = link_bytes(rest);
        if (rest.n == link && forms[i].kind == RECORD_NAME_ADDITIONAL)
            return add_word_before(s, forms[i].kind);
        bool is_bare = link == 0 && forms[i].word.n == SLICE("原").n;
        if (is_bare && is_never_former(rest))
            return false;
        return add_list(s, forms[i].kind, slice_from(rest, link));
    }
    return false;
}

/* Bytes of an opening or closing bracket in front. */
static size_t bracket_bytes(struct slice s, const char *narrow, const char *wide)
{
    if (slice_starts(s, slice_of(narrow)))
        return strlen(narrow);
    return slice_starts(s, slice_of(wide)) ? strlen(wide) : 0;
}

/* Reads a further name in brackets with which the text begins; returns how many bytes, or 0. */
static size_t read_brackets(struct split *s, struct slice text)
{
    size_t open = bracket_bytes(text, "(", "（");
    for (size_t i = open; open && i < text.n; i++) {
        size_t close = bracket_bytes(slice_from(text, i), ")", "）");
        if (close)
            return read_form(s, (struct slice){text.p + open, i - open}) ? i + close : 0;
    }
    return 0;
}

/* Whether a form that stands without brackets begins here: no name has these words in it. */
static bool is_open_form(struct slice text)
{
    return slice_starts(text, SLICE("增挂")) || slice_starts(text, SLICE("第二名称"));
}

/* Most names hold none, and every registration is asked. */
static bool holds_form(struct slice name)
{
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (slice_find(name, forms[i].word, 0) >= 0)
            return true;
    return false;
}

unsigned name_split(struct arena *a, struct slice name, struct record_name ret[RECORD_NAMES_MAX])
{
    if (!holds_form(name)) {
        struct slice main_name = text_clean(a, name).text;
        ret[0] = (struct record_name){RECORD_NAME_MAIN, main_name.n ? main_name : name};
        return 1;
    }
    struct split s = {.a = a, .parts = ret, .count = 1, .main_text = arena_alloc(a, name.n + 1)};
    for (size_t i = 0; i < name.n;) {
        struct slice rest = slice_from(name, i);
        size_t skipped = read_brackets(&s, rest);
        if (skipped) {
            i += skipped;
            continue;
        }
        if (s.main_bytes && is_open_form(rest) && read_form(&s, rest))
            break;
        s.main_text[s.main_bytes++] = name.p[i++];
    }
    struct slice main_name = trim(&s, (struct slice){s.main_text, s.main_bytes});
    ret[0] = (struct record_name){RECORD_NAME_MAIN, main_name.n ? main_name : name};
    return s.count;
}

/* Without remarks in brackets at the end, as in "…小吃店（个体工商户）", and numbers of branches.
 */
static struct slice without_tail(struct slice name)
{
    for (;;) {
        name = slice_trim(name);
        char last = name.n ? name.p[name.n - 1] : 0;
        bool is_wide = slice_ends(name, SLICE("）"));
        if (last >= '0' && last <= '9') {
            name.n--;
            continue;
        }
        if (last != ')' && !is_wide)
            return name;
        size_t open = name.n;
        while (open > 0 && !bracket_bytes(slice_from(name, open), "(", "（"))
            open--;
        if (open == 0)
            return name;
        name.n = open;
    }
}

bool name_is_shop(const struct tables *t, struct slice name)
{
    name = without_tail(name);
    if (utf8_count(name) < 3) /* a surname and one character, whatever it is */
        return false;
    for (size_t i = 0; i < t->shop_word_count; i++)
        if (slice_ends(name, t->shop_words[i]) && name.n > t->shop_words[i].n)
            return true;
    return false;
}
