/* Rows that come as JSON Lines pass through here, so this is the fast reader and the only C++ in
 * the house; json.c reads everything else. simdjson checks the text and takes the escapes off. What
 * its tree does not keep, how a number was written and what stands inside a nested value, is read
 * from the text again, by a walk that is made only as far as the last such member and may rely on
 * the text being right. No exception is ever raised: simdjson reports errors as values and memory
 * comes from C. */
#include "base/scan.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#define SIMDJSON_EXCEPTIONS 0
#include <simdjson.h>

extern "C" {
#include "base/check.h"
#include "base/err.h"
}

namespace
{

constexpr int DEPTH_MAX = 8;
constexpr size_t FEW = 16; /* members that are compared each with each */

/* Where the walk over the text stands. */
struct walk {
    const char *p;
    size_t pair; /* the pair whose key comes next */
};

const char *skip_blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')
        p++;
    return p;
}

/* Behind the string that begins at p: its end is the first quote with an even number of backslashes
 * before it. */
const char *skip_string(const char *p)
{
    for (;;) {
        p = static_cast<const char *>(rawmemchr(p + 1, '"'));
        size_t backslashes = 0;
        while (p[-1 - static_cast<ptrdiff_t>(backslashes)] == '\\')
            backslashes++;
        if (backslashes % 2 == 0)
            return p + 1;
    }
}

const char *skip_word(const char *p)
{
    while (*p != ',' && *p != '}' && *p != ']' && *p != ' ' && *p != '\t' && *p != '\n' &&
           *p != '\r')
        p++;
    return p;
}

/* Behind the list or object that begins at p; its text without blanks goes to `out` unless that is
 * NULL. `deepest` is how deep it goes, itself counted. */
const char *skip_nested(const char *p, char **out, int *deepest)
{
    int depth = 0;
    do {
        const char *from = p = skip_blanks(p);
        if (*p == '"') {
            p = skip_string(p);
        } else {
            depth += (*p == '{' || *p == '[') - (*p == '}' || *p == ']');
            *deepest = std::max(*deepest, depth);
            bool is_mark = std::strchr("{}[],:", *p) != nullptr;
            p = is_mark ? p + 1 : skip_word(p);
        }
        if (out) {
            std::memcpy(*out, from, static_cast<size_t>(p - from));
            *out += p - from;
        }
    } while (depth > 0);
    return p;
}

/* The value of the pair with this number; the walk never goes back. */
const char *walk_to_value(struct walk *w, size_t pair)
{
    for (;;) {
        const char *p = skip_blanks(skip_string(skip_blanks(w->p)));
        p = skip_blanks(p + 1); /* the colon */
        if (w->pair == pair)
            return p;
        int depth = 0;
        if (*p == '"')
            p = skip_string(p);
        else if (*p == '{' || *p == '[')
            p = skip_nested(p, nullptr, &depth);
        else
            p = skip_word(p);
        w->p = skip_blanks(p) + 1; /* the comma */
        w->pair++;
    }
}

bool by_key(const struct scan_pair *a, const struct scan_pair *b)
{
    return slice_cmp(a->key, b->key) < 0;
}

bool has_key_twice(struct arena *a, const struct scan_pair *pairs, size_t n)
{
    if (n <= FEW) {
        for (size_t i = 1; i < n; i++)
            for (size_t k = 0; k < i; k++)
                if (slice_eq(pairs[i].key, pairs[k].key))
                    return true;
        return false;
    }
    const struct scan_pair **sorted = ARENA_ARRAY(a, const struct scan_pair *, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &pairs[i];
    std::sort(sorted, sorted + n, by_key);
    for (size_t i = 1; i < n; i++)
        if (slice_eq(sorted[i - 1]->key, sorted[i]->key))
            return true;
    return false;
}

const char *why_not(simdjson::error_code e)
{
    if (e == simdjson::UTF8_ERROR)
        return "is not UTF-8";
    if (e == simdjson::NUMBER_ERROR)
        return "holds a number that is malformed or too large";
    if (e == simdjson::DEPTH_ERROR)
        return "lies more than 8 deep in itself";
    if (e == simdjson::STRING_ERROR)
        return "holds a string with a wrong escape";
    if (e == simdjson::UNESCAPED_CHARS)
        return "holds a string with a control character that is not escaped";
    if (e == simdjson::UNCLOSED_STRING)
        return "holds a string that does not end";
    if (e == simdjson::EMPTY)
        return "is empty";
    return "is not well-formed JSON";
}

/* Puts texts one behind the other into one piece of memory: none is longer than it was in the JSON.
 */
struct slice pack(char **out, const char *p, size_t n)
{
    char *at = *out;
    if (n)
        std::memcpy(at, p, n);
    *out += n;
    return slice_make(at, n);
}

} // namespace

struct scan {
    simdjson::dom::parser parser;
    char *padded;
    size_t padded_cap;
};

extern "C" struct scan *scan_create(void)
{
    struct scan *s = new (std::nothrow) scan();
    CHECK(s);
    /* Twice the depth, so that the walk, which counts exactly, is the one to refuse. */
    CHECK(s->parser.allocate(4096, 2 * DEPTH_MAX) == simdjson::SUCCESS);
    return s;
}

extern "C" void scan_destroy(struct scan *s)
{
    if (!s)
        return;
    std::free(s->padded);
    delete s;
}

extern "C" bool scan_is_utf8(struct slice text)
{
    return simdjson::validate_utf8(text.p, text.n);
}

/* A copy with the zeros behind it that simdjson may read. */
static const char *pad(struct scan *s, struct slice json)
{
    size_t need = json.n + simdjson::SIMDJSON_PADDING;
    if (need > s->padded_cap) {
        std::free(s->padded);
        s->padded_cap = std::max(need, size_t{4096});
        s->padded = static_cast<char *>(std::malloc(s->padded_cap));
        CHECK(s->padded);
    }
    if (json.n)
        std::memcpy(s->padded, json.p, json.n);
    std::memset(s->padded + json.n, 0, simdjson::SIMDJSON_PADDING);
    return s->padded;
}

/* False when it nests too deep. */
static bool value_take(simdjson::dom::element value, struct walk *w, size_t pair, char **out,
                       struct scan_pair *ret)
{
    using simdjson::dom::element_type;
    element_type type = value.type();
    if (type == element_type::STRING) {
        std::string_view text = value.get_string().value_unsafe();
        ret->kind = SCAN_STRING;
        ret->value = pack(out, text.data(), text.size());
    } else if (type == element_type::NULL_VALUE) {
        ret->kind = SCAN_NULL;
        ret->value = slice_make(nullptr, 0);
    } else if (type == element_type::ARRAY || type == element_type::OBJECT) {
        int deepest = 0;
        char *from = *out;
        skip_nested(walk_to_value(w, pair), out, &deepest);
        ret->kind = SCAN_NESTED;
        ret->value = slice_make(from, static_cast<size_t>(*out - from));
        return deepest < DEPTH_MAX;
    } else {
        const char *from = walk_to_value(w, pair);
        ret->kind = type == element_type::BOOL ? SCAN_BOOL : SCAN_NUMBER;
        ret->value = pack(out, from, static_cast<size_t>(skip_word(from) - from));
    }
    return true;
}

extern "C" int scan_object(struct scan *s, struct arena *a, struct slice json, size_t pairs_max,
                           struct scan_pair **ret_pairs, size_t *ret_count, const char **reterr_why)
{
    CHECK(pairs_max < 0xFFFFFF); /* beyond it simdjson does not count */
    /* simdjson takes a NUL behind a number for the end of the text. */
    if (json.n && std::memchr(json.p, 0, json.n)) {
        *reterr_why = "holds a NUL";
        return CE_INVALID;
    }
    const char *text = pad(s, json);
    simdjson::dom::element root;
    simdjson::error_code e = s->parser.parse(text, json.n, false).get(root);
    if (e == simdjson::MEMALLOC) {
        *reterr_why = "needs more memory than there is";
        return CE_NOMEM;
    }
    if (e != simdjson::SUCCESS) {
        *reterr_why = why_not(e);
        return CE_INVALID;
    }
    simdjson::dom::object object;
    if (root.get_object().get(object) != simdjson::SUCCESS) {
        *reterr_why = "is no JSON object";
        return CE_INVALID;
    }
    size_t n = object.size(), count = 0;
    if (n > pairs_max) {
        *reterr_why = "has too many members";
        return CE_TOO_LARGE;
    }
    struct scan_pair *pairs = ARENA_ARRAY(a, struct scan_pair, n);
    char *out = static_cast<char *>(arena_alloc(a, json.n));
    struct walk w = {skip_blanks(text) + 1, 0};
    for (auto member : object) {
        pairs[count].key = pack(&out, member.key.data(), member.key.size());
        if (!value_take(member.value, &w, count, &out, &pairs[count])) {
            *reterr_why = why_not(simdjson::DEPTH_ERROR);
            return CE_INVALID;
        }
        count++;
    }
    if (has_key_twice(a, pairs, count)) {
        *reterr_why = "names a member twice";
        return CE_INVALID;
    }
    *ret_pairs = pairs;
    *ret_count = count;
    return 0;
}
