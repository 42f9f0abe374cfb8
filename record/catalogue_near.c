/* "Did you mean": from what somebody typed to themes. Compared are pairs of neighbouring
 * characters, as the search for names does: "penalty-amr" shares eight of its ten with
 * "amr-penalty", and 行政处罚 all of its three with 市场监管行政处罚. Looks at the whole catalogue,
 * so it is for refusals only. */
#include "record/catalogue_near.h"

#include "base/arena.h"
#include "base/attr.h"
#include "base/text.h"

enum { PAIRS_MAX = 200, NEAR_PERCENT = 50 };

struct pairs {
    unsigned count;
    uint64_t list[PAIRS_MAX];
};

static void pairs_read(struct arena *a, struct slice text, struct pairs *ret)
{
    struct slice s = text_fold(a, text);
    uint32_t before = 0;
    ret->count = 0;
    for (size_t i = 0; i < s.n && ret->count < PAIRS_MAX;) {
        uint32_t c = utf8_next(s, &i);
        if (before)
            ret->list[ret->count++] = (uint64_t)before << 32 | c;
        before = c;
    }
}

/* How many of x are in y, each of y counted once. */
static unsigned pairs_shared(const struct pairs *x, const struct pairs *y)
{
    bool is_taken[PAIRS_MAX] = {false};
    unsigned n = 0;
    for (unsigned i = 0; i < x->count; i++)
        for (unsigned k = 0; k < y->count; k++)
            if (!is_taken[k] && x->list[i] == y->list[k]) {
                is_taken[k] = true;
                n++;
                break;
            }
    return n;
}

/* 100: the same; a text that is wholly in a longer one is likelier the more of it it is. */
static unsigned percent_near(struct arena *a, const struct pairs *typed, struct slice name)
{
    struct pairs of;
    pairs_read(a, name, &of);
    if (!of.count)
        return 0;
    unsigned shared = pairs_shared(typed, &of);
    unsigned near = 200 * shared / (typed->count + of.count);
    return shared == typed->count ? NEAR_PERCENT + near / 2 : near;
}

static unsigned theme_percent(struct arena *a, const struct pairs *typed, const struct theme *t)
{
    const struct slice names[] = {t->code, t->zh, t->en};
    struct arena_mark mark = arena_set_mark(a);
    unsigned best = 0;
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        unsigned percent = percent_near(a, typed, names[i]);
        best = percent > best ? percent : best;
    }
    arena_rewind(a, mark);
    return best;
}

unsigned catalogue_near(struct arena *a, const struct catalogue *c, struct slice text,
                        struct utc_ms now, const struct theme *ret[CATALOGUE_NEAR_MAX])
{
    struct {
        const struct theme *theme;
        unsigned percent;
    } best[CATALOGUE_NEAR_MAX + 1]; /* the last place is the next one's */
    unsigned count = 0;
    struct pairs typed;
    if (utf8_count(text) > CATALOGUE_NEAR_CHARS_MAX)
        return 0;
    pairs_read(a, text, &typed);
    for (size_t i = 0; typed.count && i < c->theme_count; i++) {
        const struct theme *t = c->themes[i];
        unsigned percent =
            catalogue_theme_at(c, t->code, now) == t ? theme_percent(a, &typed, t) : 0;
        if (percent < NEAR_PERCENT)
            continue;
        unsigned at = count;
        for (; at > 0 && best[at - 1].percent < percent; at--)
            best[at] = best[at - 1];
        best[at].theme = t;
        best[at].percent = percent;
        count += count < CATALOGUE_NEAR_MAX;
    }
    for (unsigned i = 0; i < count; i++)
        ret[i] = best[i].theme;
    return count;
}
