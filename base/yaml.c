/* Catalogue files and settings are written by people, so every node remembers its line and every
 * error begins with one. What makes a data file hard to read at a glance is refused rather than
 * supported: anchors, aliases, merge keys, tags, a second document, a key that stands twice.
 * Meaning of scalars (numbers, days, yes and no) is left to the reader of the tree. */
#include "base/yaml.h"

#include <stdlib.h>

#include <yaml.h>

#include "base/check.h"

enum { DEPTH_MAX = 16 };

struct reading {
    yaml_parser_t parser;
    struct arena *a;
    struct slice text;
    struct reason *why;
};

/* Nodes of one list or map while its number is not yet known. */
struct growing {
    struct yaml **p;
    size_t n, cap;
};

static int node_read(struct reading *r, const yaml_event_t *event, int depth, struct yaml **ret);

static int line_of(yaml_mark_t mark)
{
    return (int)mark.line + 1;
}

static int invalid(struct reading *r, yaml_mark_t at, const char *what)
{
    return reason_set(r->why, CE_INVALID, "%d: %s", line_of(at), what);
}

/* Bytes that are no UTF-8 text have no mark, only an offset. */
static int unreadable(struct reading *r)
{
    size_t until = r->parser.problem_offset < r->text.n ? r->parser.problem_offset : r->text.n;
    int line = 1;
    for (size_t i = 0; i < until; i++)
        line += r->text.p[i] == '\n';
    return reason_set(r->why, CE_INVALID, "%d: %s", line, r->parser.problem);
}

static int parser_failed(struct reading *r)
{
    const yaml_parser_t *p = &r->parser;
    if (p->error == YAML_MEMORY_ERROR)
        return CE_NOMEM;
    if (p->error == YAML_READER_ERROR)
        return unreadable(r);
    if (p->context && p->context_mark.line != p->problem_mark.line)
        return reason_set(r->why, CE_INVALID, "%d: %s (%s that begins on line %d)",
                          line_of(p->problem_mark), p->problem, p->context,
                          line_of(p->context_mark));
    if (p->context)
        return reason_set(r->why, CE_INVALID, "%d: %s (%s)", line_of(p->problem_mark), p->problem,
                          p->context);
    return invalid(r, p->problem_mark, p->problem);
}

static int event_next(struct reading *r, yaml_event_t *ret)
{
    return yaml_parser_parse(&r->parser, ret) ? 0 : parser_failed(r);
}

static void growing_add(struct arena *a, struct growing *g, struct yaml *node)
{
    if (g->n == g->cap) {
        size_t cap = g->cap ? g->cap * 2 : 8;
        struct yaml **more = ARENA_ARRAY(a, struct yaml *, cap);
        if (g->n)
            memcpy(more, g->p, g->n * sizeof(struct yaml *));
        g->p = more;
        g->cap = cap;
    }
    g->p[g->n++] = node;
}

static struct yaml *node_make(struct reading *r, enum yaml_kind kind, yaml_mark_t at)
{
    struct yaml *node = ARENA_NEW(r->a, struct yaml);
    node->kind = kind;
    node->line = line_of(at);
    return node;
}

static int refuse_extras(struct reading *r, const yaml_event_t *e, const void *anchor,
                         const void *tag)
{
    if (anchor)
        return invalid(r, e->start_mark, "anchors (&name) are not supported");
    if (tag)
        return invalid(r, e->start_mark, "tags (!name) are not supported");
    return 0;
}

static int scalar_read(struct reading *r, const yaml_event_t *e, struct yaml **ret)
{
    int err = refuse_extras(r, e, e->data.scalar.anchor, e->data.scalar.tag);
    if (err < 0)
        return err;
    struct yaml *node = node_make(r, YAML_SCALAR, e->start_mark);
    node->scalar = arena_dup(r->a, slice_make(e->data.scalar.value, e->data.scalar.length));
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    *ret = node;
    return 0;
}

/* The next node inside a list or map; *ret is NULL when `end` came instead. */
static int member_read(struct reading *r, yaml_event_type_t end, int depth, struct yaml **ret)
{
    yaml_event_t e;
    int err = event_next(r, &e);
    if (err < 0)
        return err;
    *ret = NULL;
    if (e.type != end)
        err = node_read(r, &e, depth, ret);
    yaml_event_delete(&e);
    return err;
}

static int list_read(struct reading *r, const yaml_event_t *e, int depth, struct yaml **ret)
{
    int err = refuse_extras(r, e, e->data.sequence_start.anchor, e->data.sequence_start.tag);
    if (err < 0)
        return err;
    struct yaml *node = node_make(r, YAML_LIST, e->start_mark);
    struct growing members = {0};
    for (;;) {
        struct yaml *member;
        err = member_read(r, YAML_SEQUENCE_END_EVENT, depth + 1, &member);
        if (err < 0)
            return err;
        if (!member)
            break;
        growing_add(r->a, &members, member);
    }
    node->list = members.p;
    node->count = members.n;
    *ret = node;
    return 0;
}

static int by_key_then_line(const void *x, const void *y)
{
    const struct yaml *a = *(struct yaml *const *)x, *b = *(struct yaml *const *)y;
    int c = slice_cmp(a->scalar, b->scalar);
    return c ? c : (a->line > b->line) - (a->line < b->line);
}

/* By sorting, because a table of districts is a map of thousands of keys. */
static int refuse_twice(struct reading *r, struct yaml *const *keys, size_t n)
{
    if (n < 2)
        return 0;
    struct yaml **sorted = malloc(n * sizeof *sorted);
    CHECK(sorted);
    memcpy(sorted, keys, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_key_then_line);
    const struct yaml *first = NULL, *again = NULL;
    for (size_t i = 1; i < n; i++)
        if (slice_eq(sorted[i - 1]->scalar, sorted[i]->scalar) &&
            (!again || sorted[i]->line < again->line)) {
            first = sorted[i - 1];
            again = sorted[i];
        }
    free(sorted);
    if (!again)
        return 0;
    int shown = again->scalar.n < 80 ? (int)again->scalar.n : 80;
    return reason_set(r->why, CE_INVALID, "%d: the key \"%.*s\" stands twice, first on line %d",
                      again->line, shown, again->scalar.p, first->line);
}

static int key_check(struct reading *r, const struct yaml *key)
{
    if (key->kind != YAML_SCALAR)
        return reason_set(r->why, CE_INVALID, "%d: a key must be a word, not a list or a map",
                          key->line);
    if (!key->quoted && slice_eq(key->scalar, SLICE("<<")))
        return reason_set(r->why, CE_INVALID, "%d: merge keys (<<) are not supported", key->line);
    return 0;
}

static int map_read(struct reading *r, const yaml_event_t *e, int depth, struct yaml **ret)
{
    int err = refuse_extras(r, e, e->data.mapping_start.anchor, e->data.mapping_start.tag);
    if (err < 0)
        return err;
    struct yaml *node = node_make(r, YAML_MAP, e->start_mark);
    struct growing keys = {0}, values = {0};
    for (;;) {
        struct yaml *key, *value;
        err = member_read(r, YAML_MAPPING_END_EVENT, depth + 1, &key);
        if (err < 0)
            return err;
        if (!key)
            break;
        err = key_check(r, key);
        if (err < 0)
            return err;
        err = member_read(r, YAML_NO_EVENT, depth + 1, &value);
        if (err < 0)
            return err;
        growing_add(r->a, &keys, key);
        growing_add(r->a, &values, value);
    }
    err = refuse_twice(r, keys.p, keys.n);
    if (err < 0)
        return err;
    node->keys = keys.p;
    node->list = values.p;
    node->count = keys.n;
    *ret = node;
    return 0;
}

static int node_read(struct reading *r, const yaml_event_t *e, int depth, struct yaml **ret)
{
    bool nests = e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT;
    if (nests && depth > DEPTH_MAX)
        return invalid(r, e->start_mark, "lists and maps lie more than 16 deep in one another");
    if (e->type == YAML_SCALAR_EVENT)
        return scalar_read(r, e, ret);
    if (e->type == YAML_SEQUENCE_START_EVENT)
        return list_read(r, e, depth, ret);
    if (e->type == YAML_MAPPING_START_EVENT)
        return map_read(r, e, depth, ret);
    if (e->type == YAML_ALIAS_EVENT)
        return invalid(r, e->start_mark, "aliases (*name) are not supported");
    UNREACHABLE();
}

/* Takes the next event away and tells its type. */
static int event_skip(struct reading *r, yaml_event_type_t *ret_type, yaml_mark_t *ret_at)
{
    yaml_event_t e;
    int err = event_next(r, &e);
    if (err < 0)
        return err;
    *ret_type = e.type;
    *ret_at = e.start_mark;
    yaml_event_delete(&e);
    return 0;
}

static int stream_read(struct reading *r, struct yaml **ret)
{
    yaml_event_type_t type;
    yaml_mark_t at;
    int err = event_skip(r, &type, &at); /* the stream's start */
    if (err == 0)
        err = event_skip(r, &type, &at);
    if (err < 0)
        return err;
    if (type == YAML_STREAM_END_EVENT)
        return reason_set(r->why, CE_INVALID, "1: there is nothing in it");
    struct yaml *root = NULL;
    err = member_read(r, YAML_NO_EVENT, 1, &root);
    if (err == 0)
        err = event_skip(r, &type, &at); /* the document's end */
    if (err == 0)
        err = event_skip(r, &type, &at);
    if (err < 0)
        return err;
    if (type != YAML_STREAM_END_EVENT)
        return invalid(r, at, "a second document begins here; one file holds one");
    *ret = root;
    return 0;
}

int yaml_parse(struct arena *a, struct slice text, struct yaml **ret, struct reason *reterr_why)
{
    /* libyaml takes a mark for a character once the encoding is given, and the encoding is given so
     * that it does not guess UTF-16. */
    if (slice_starts(text, SLICE("\xEF\xBB\xBF")))
        text = slice_from(text, 3);
    struct reading r = {.a = a, .text = text, .why = reterr_why};
    if (!yaml_parser_initialize(&r.parser))
        return CE_NOMEM;
    yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)(text.p ? text.p : ""), text.n);
    int err = stream_read(&r, ret);
    yaml_parser_delete(&r.parser);
    return err;
}

const struct yaml *yaml_get(const struct yaml *map, const char *key)
{
    if (!map || map->kind != YAML_MAP)
        return NULL;
    struct slice wanted = slice_of(key);
    for (size_t i = 0; i < map->count; i++)
        if (slice_eq(map->keys[i]->scalar, wanted))
            return map->list[i];
    return NULL;
}
