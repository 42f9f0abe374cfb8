/* Reads a template as it renders it. Escaping is here and nowhere else: a page cannot forget it. */
#include "web/template.h"

#include <string.h>

#include "base/check.h"
#include "web/assets.h"

enum { DEPTH_MAX = 12, NAME_BYTES_MAX = 64 };

/* A value or a list under a name. */
struct binding {
    struct binding *next;
    struct slice name;
    struct slice text;
    struct scope *first, *last; /* entries */
};

struct scope {
    struct arena *arena;
    struct scope *next; /* the next entry of the same list */
    const struct scope *around;
    struct binding *bindings;
};

struct scope *scope_create(struct arena *a)
{
    struct scope *s = ARENA_NEW(a, struct scope);
    s->arena = a;
    return s;
}

static struct binding *binding_of(struct scope *s, const char *name)
{
    for (struct binding *b = s->bindings; b; b = b->next)
        if (slice_eq(b->name, slice_of(name)))
            return b;
    struct binding *b = ARENA_NEW(s->arena, struct binding);
    *b = (struct binding){.next = s->bindings, .name = slice_of(name)};
    s->bindings = b;
    return b;
}

void scope_text(struct scope *s, const char *name, struct slice text)
{
    binding_of(s, name)->text = text;
}

void scope_cstr(struct scope *s, const char *name, const char *text)
{
    scope_text(s, name, slice_of(text));
}

void scope_number(struct scope *s, const char *name, uint64_t v)
{
    char digits[32];
    size_t at = sizeof digits;
    for (int n = 0; n == 0 || v; n++, v /= 10) {
        if (n && n % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + v % 10);
    }
    scope_text(s, name, arena_dup(s->arena, slice_make(digits + at, sizeof digits - at)));
}

struct scope *scope_add(struct scope *s, const char *list)
{
    struct binding *b = binding_of(s, list);
    struct scope *entry = scope_create(s->arena);
    entry->around = s;
    if (b->last)
        b->last->next = entry;
    else
        b->first = entry;
    b->last = entry;
    return entry;
}

static const struct binding *find(const struct scope *s, struct slice name)
{
    for (; s; s = s->around)
        for (const struct binding *b = s->bindings; b; b = b->next)
            if (slice_eq(b->name, name))
                return b;
    return NULL;
}

void html_escape(struct slice text, struct buf *b)
{
    size_t from = 0;
    for (size_t i = 0; i < text.n; i++) {
        const char *as = text.p[i] == '&'    ? "&amp;"
                         : text.p[i] == '<'  ? "&lt;"
                         : text.p[i] == '>'  ? "&gt;"
                         : text.p[i] == '"'  ? "&quot;"
                         : text.p[i] == '\'' ? "&#39;"
                                             : NULL;
        if (!as)
            continue;
        buf_add(b, text.p + from, i - from);
        buf_add(b, as, strlen(as));
        from = i + 1;
    }
    buf_add_slice(b, slice_from(text, from));
}

void url_escape(struct slice text, struct buf *b)
{
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain)
            buf_add_char(b, (char)c);
        else
            buf_printf(b, "%%%02X", c);
    }
}

static void render(struct slice text, const struct scope *s, struct buf *b, int depth);

static void render_asset(struct slice name, const struct scope *s, struct buf *b, int depth)
{
    for (unsigned i = 0; i < asset_count; i++) {
        struct slice file = slice_of(assets[i].name);
        if (slice_ends(file, SLICE(".html")) && slice_eq(slice_make(file.p, file.n - 5), name)) {
            render(assets[i].bytes, s, b, depth + 1);
            return;
        }
    }
    check_failed("web/templates", 0, "no such template");
}

/* Cuts the block off whose beginning mark was read: up to {{/name}}. */
static struct slice cut_block(struct slice *text, struct slice name)
{
    char end[NAME_BYTES_MAX + 8];
    CHECK(name.n < NAME_BYTES_MAX);
    int n = snprintf(end, sizeof end, "{{/%.*s}}", FMT_SLICE(name));
    ptrdiff_t at = slice_find(*text, slice_make(end, (size_t)n), 0);
    CHECK(at >= 0);
    struct slice block = slice_make(text->p, (size_t)at);
    *text = slice_from(*text, (size_t)at + (size_t)n);
    /* Marks that have a line for themselves leave none behind. */
    if (slice_starts(block, SLICE("\n"))) {
        block = slice_from(block, 1);
        if (slice_starts(*text, SLICE("\n")))
            *text = slice_from(*text, 1);
    }
    return block;
}

static void render_block(struct slice block, const struct binding *v, bool inverted,
                         const struct scope *s, struct buf *b, int depth)
{
    bool is_empty = !v || (!v->first && !v->text.n);
    if (inverted) {
        if (is_empty)
            render(block, s, b, depth + 1);
        return;
    }
    if (v && v->first)
        for (const struct scope *entry = v->first; entry; entry = entry->next)
            render(block, entry, b, depth + 1);
    else if (!is_empty)
        render(block, s, b, depth + 1);
}

static void render(struct slice text, const struct scope *s, struct buf *b, int depth)
{
    CHECK(depth < DEPTH_MAX);
    for (;;) {
        ptrdiff_t at = slice_find(text, SLICE("{{"), 0);
        if (at < 0)
            break;
        buf_add(b, text.p, (size_t)at);
        text = slice_from(text, (size_t)at + 2);
        ptrdiff_t end = slice_find(text, SLICE("}}"), 0);
        CHECK(end > 0);
        struct slice mark = slice_make(text.p, (size_t)end);
        text = slice_from(text, (size_t)end + 2);
        struct slice name = strchr("#^%>", mark.p[0]) ? slice_from(mark, 1) : mark;
        const struct binding *v = find(s, name);
        switch (mark.p[0]) {
        case '#':
        case '^': {
            struct slice block = cut_block(&text, name);
            render_block(block, v, mark.p[0] == '^', s, b, depth);
            break;
        }
        case '%':
            if (v)
                url_escape(v->text, b);
            break;
        case '>':
            render_asset(name, s, b, depth);
            break;
        default:
            CHECK(mark.p[0] != '/');
            if (v)
                html_escape(v->text, b);
        }
    }
    buf_add_slice(b, text);
}

void template_render(const char *name, const struct scope *s, struct buf *b)
{
    render_asset(slice_of(name), s, b, 0);
}

void template_render_text(struct slice text, const struct scope *s, struct buf *b)
{
    render(text, s, b, 0);
}
