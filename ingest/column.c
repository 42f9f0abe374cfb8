/* What columns mean is the catalogue's to say (theme_column); here it is kept beside the name, and
 * compared: two columns may lead to one item only where a format joins them. */
#include "ingest/column.h"

#include "base/check.h"
#include "record/identifier.h"

enum { LOOK_BYTES_MAX = 4096, SHOWN_BYTES_MAX = 120 };

struct column column_of(const struct theme *theme, const struct format *format,
                        struct arena *scratch, struct slice name)
{
    struct column c = {.name = name, .joins = -1};
    if (name.n == 0 || name.n > COLUMN_NAME_BYTES_MAX)
        return c;
    struct column_means m = theme_column(theme, format, scratch, name);
    c.item = m.item;
    c.reserved = m.reserved;
    c.joins = m.joins;
    c.is_time = m.meaning == COLUMN_TIME;
    c.is_ignored = c.is_time || m.meaning == COLUMN_IGNORED;
    c.mark = theme_format_marked(theme, scratch, name);
    return c;
}

bool column_same(const struct column *a, const struct column *b)
{
    bool join = a->joins >= 0 && b->joins >= 0 && a->joins != b->joins;
    return (a->item && a->item == b->item && !join) || (a->is_time && b->is_time) ||
           (a->reserved != RESERVED_NONE && a->reserved == b->reserved);
}

/* A long one is not looked through to its end. */
struct slice column_name_shown(struct arena *a, struct slice name)
{
    if (name.n > LOOK_BYTES_MAX) {
        name.n = LOOK_BYTES_MAX;
        name.n = utf8_valid_prefix(name);
    }
    struct slice s = idnum_mask_text(a, name);
    if (s.n <= SHOWN_BYTES_MAX)
        return s;
    s.n = SHOWN_BYTES_MAX;
    s.n = utf8_valid_prefix(s);
    return s;
}

struct column column_beyond(struct arena *a, size_t place)
{
    return (struct column){.name = arena_printf(a, "#%zu", place + 1), .joins = -1};
}

/* Sets a bit; whether it was set. */
static bool bit_set(uint64_t *words, unsigned bit)
{
    uint64_t mask = UINT64_C(1) << bit % 64;
    bool was = words[bit / 64] & mask;
    words[bit / 64] |= mask;
    return was;
}

static bool bit_is_set(const uint64_t *words, unsigned bit)
{
    return words[bit / 64] >> bit % 64 & 1;
}

bool columns_named_twice(struct columns_named *n, const struct column *c)
{
    if (c->is_time) {
        bool again = n->time;
        n->time = true;
        return again;
    }
    if (c->reserved != RESERVED_NONE) {
        bool again = n->reserved & 1u << c->reserved;
        n->reserved |= 1u << c->reserved;
        return again;
    }
    if (!c->item)
        return false;
    CHECK(c->item->index < THEME_ITEMS_MAX);
    bool again = bit_set(n->items, c->item->index);
    if (c->joins >= 0)
        return bit_set(n->joining, (unsigned)c->joins) || bit_is_set(n->plain, c->item->index);
    bit_set(n->plain, c->item->index);
    return again;
}
