/* Rows before the judge. */
#include "tests/support/trial.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

enum { VALUES_MAX = 128, ARENA_BYTES = 512 * 1024 * 1024 };

struct trial {
    struct arena *a;
    struct keys *keys;
    const struct catalogue *catalogue;
    const struct theme *theme;
    struct raw_row row;
    struct raw_value values[VALUES_MAX];
    struct utc_ms received;
    struct judged out;
};

static const char *const registration_row[][2] = {
    {"NAME", "广州某某贸易有限公司"},
    {"CODE", "91440106YY00000288"},
    {"REGDATE", "2003-05-06"},
    {"TYPE", "有限责任公司"},
    {"CAPITAL", "100(万人民币元)"},
    {"SCOPE", "商品批发贸易"},
    {"ADDRESS", "广州市天河区某某路1号"},
};
static const char *const penalty_row[][2] = {
    {"CF_XDR_MC", "广州某某贸易有限公司"},
    {"CF_XDR_LB", "法人及非法人组织"},
    {"CF_XDR_SHXYM", "91440106YY00000288"},
    {"CF_FRDB", "某某"},
    {"CF_WSH", "穗天市监罚〔2024〕1号"},
    {"CF_SY", "未按规定公示"},
    {"CF_CFLB", "罚款"},
    {"CF_NR_FK", "0.2"},
    {"CF_JDRQ", "2024-03-05"},
    {"CF_CFJG", "某某市场监督管理局"},
    {"CF_CFJGDM", "11440106YY000001XG"},
};
static const char *const memo_row[][2] = {
    {"_id", "memo-1"},
    {"M_CODE", "91440106YY00000288"},
    {"M_DAY", "2024-03-05"},
    {"M_TEXT", "内容"},
};

static void fill(struct trial *t, const char *const (*rows)[2], size_t count)
{
    for (size_t i = 0; i < count; i++)
        trial_set(t, rows[i][0], rows[i][1]);
}

static struct trial *open_empty(void)
{
    static const uint8_t master[32] = {7};
    struct trial *t = calloc(1, sizeof *t);
    CHECK(t);
    t->a = arena_create(ARENA_BYTES);
    t->keys = keys_fixed(master);
    t->row = (struct raw_row){.row = 1, .end_bytes = 100, .values = t->values};
    trial_receive(t, "2024-06-01T10:00:00+08:00");
    return t;
}

struct trial *trial_open_text(const char *common, const char *theme)
{
    struct trial *t = open_empty();
    struct catalogue_entry entries[] = {{0, 1, slice_of(common)}, {1, 1, slice_of(theme)}};
    struct catalogue *c = NULL;
    struct reason why = {{0}};
    if (catalogue_restore(t->a, entries, ARRAY_LEN(entries), &c, &why) < 0)
        FAIL("not restored: %s", why.text);
    t->catalogue = c;
    t->theme = c->themes[0];
    return t;
}

struct trial *trial_open(const char *theme)
{
    struct trial *t = open_empty();
    t->catalogue = theme_catalogue();
    t->theme = theme_named(theme);
    if (strcmp(theme, "registration") == 0)
        fill(t, registration_row, ARRAY_LEN(registration_row));
    else if (strcmp(theme, "penalty") == 0)
        fill(t, penalty_row, ARRAY_LEN(penalty_row));
    else
        fill(t, memo_row, ARRAY_LEN(memo_row));
    return t;
}

void trial_close(struct trial *t)
{
    if (!t)
        return;
    keys_destroy(t->keys);
    arena_destroy(t->a);
    free(t);
    theme_catalogue_drop();
}

static struct slice *reserved_slot(struct trial *t, enum reserved reserved)
{
    switch (reserved) {
    case RESERVED_NONE:
        return NULL;
    case RESERVED_ID:
        return &t->row.id;
    case RESERVED_VERSION:
        return &t->row.version;
    case RESERVED_TIME:
        return &t->row.time;
    case RESERVED_OP:
        return &t->row.op;
    case RESERVED_REASON:
        return &t->row.reason;
    case RESERVED_ROW:
    case RESERVED_RULE:
    case RESERVED_REMEDY:
        return NULL;
    }
    UNREACHABLE();
}

void trial_set_slice(struct trial *t, const char *column, struct slice value)
{
    struct slice name = slice_of(column);
    struct slice *slot = reserved_slot(t, reserved_column(t->a, name));
    if (slot) {
        *slot = value;
        return;
    }
    size_t at = 0;
    while (at < t->row.count && !slice_eq(t->values[at].column, name))
        at++;
    if (!value.p && at < t->row.count)
        t->values[at] = t->values[--t->row.count];
    if (!value.p)
        return;
    CHECK(at < VALUES_MAX);
    if (at == t->row.count)
        t->row.count++;
    t->values[at] = (struct raw_value){.column = name, .value = value};
}

void trial_set(struct trial *t, const char *column, const char *value)
{
    trial_set_slice(t, column, slice_of(value));
}

void trial_receive(struct trial *t, const char *instant)
{
    CHECK(utc_parse(slice_of(instant), &t->received));
}

/* What each column means: by code or other name, and by the format that one of them is a mark of.
 */
static void resolve_columns(struct trial *t)
{
    t->row.format = NULL;
    t->row.format_time = (struct slice){NULL, 0};
    for (size_t i = 0; i < t->row.count && !t->row.format; i++)
        t->row.format = theme_format_marked(t->theme, t->a, t->values[i].column);
    for (size_t i = 0; i < t->row.count; i++) {
        struct raw_value *v = &t->values[i];
        struct column_means m = theme_column(t->theme, t->row.format, t->a, v->column);
        v->item = m.item;
        v->is_ignored = m.meaning == COLUMN_IGNORED || m.meaning == COLUMN_TIME;
        if (m.meaning == COLUMN_TIME)
            t->row.format_time = v->value;
    }
}

const struct judged *trial_judge(struct trial *t)
{
    resolve_columns(t);
    struct day born_min;
    CHECK(day_from_civil(1800, 1, 1, &born_min));
    AUTO(judge_destroy)
    struct judge *j = judge_create(&(struct judge_options){
        .keys = t->keys,
        .catalogue = t->catalogue,
        .theme = t->theme,
        .received = t->received,
        .born_min = born_min,
    });
    EXPECT_OK(judge_row(j, t->a, &t->row, &t->out));
    return &t->out;
}

const struct finding *trial_finding(struct trial *t, enum rule rule)
{
    const struct findings *f = trial_judge(t)->findings;
    for (unsigned i = 0; f && i < f->count; i++)
        if (f->list[i].rule == rule)
            return &f->list[i];
    return NULL;
}

struct record trial_record(struct trial *t)
{
    const struct judged *j = trial_judge(t);
    if (j->rejected)
        FAIL("the row was rejected by %s", rule_id(j->findings->list[0].rule));
    struct record r;
    EXPECT_OK(record_decode(j->bytes, &r));
    return r;
}

struct slice trial_item(struct trial *t, const char *code)
{
    struct record r = trial_record(t);
    struct record_item *items;
    struct slice identity;
    size_t count;
    EXPECT_OK(record_items(t->a, t->keys, &r, &identity, &items, &count));
    for (size_t i = 0; i < count; i++)
        if (slice_eq(items[i].code, slice_of(code)))
            return items[i].value;
    return (struct slice){NULL, 0};
}

struct slice trial_sealed(struct trial *t)
{
    struct record r = trial_record(t);
    if (r.sealed.n == 0)
        return SLICE("");
    AUTO_BUF(plain, 1024 * 1024);
    EXPECT_OK(crypt_open(t->keys, KEY_ITEMS, r.sealed, &plain));
    return arena_dup(t->a, buf_slice(&plain));
}

const struct theme *trial_theme(const struct trial *t)
{
    return t->theme;
}

struct arena *trial_arena(struct trial *t)
{
    return t->a;
}

const struct keys *trial_keys(struct trial *t)
{
    return t->keys;
}
