/* A walk over by_source by the themes of a department: by_source → record → what follows. The
 * cursor holds where it goes on: the record id and the finding of it that comes next, because a
 * record may have several and a page may end between them:
 *
 *   012D 74A51ACD…  03      the fourth finding of that record is the next to be looked for
 *
 * Each record is looked at with memory that is taken back behind it. */
#include "query/findings.h"

#include <string.h>

#include "base/attr.h"
#include "base/check.h"
#include "base/err.h"
#include "base/text.h"
#include "query/current.h"
#include "query/cursor.h"
#include "query/union.h"
#include "record/docno.h"
#include "record/visibility.h"
#include "store/source.h"

enum {
    LIMIT_MAX = 100,
    SCRATCH_BYTES_MAX = 64 << 20,
    VERSIONS_MAX = 500, /* of one record, the lowest first */
    SAME_DAY_MAX = 500, /* records of a subject on one day with which one is compared */
    POSITION_BYTES = sizeof(struct record_id) + 1,
    DAY_PREFIX_BYTES = RECORD_KEY_CATEGORY_BYTES + 4,
};

static const struct {
    const char *kind, *law, *zh, *en, *todo_zh, *todo_en;
} rows[FINDING_COUNT] = {
#define FINDING(id, kind, law, zh, en, todo_zh, todo_en)                                           \
    [FINDING_##id] = {kind, law, zh, en, todo_zh, todo_en},
#include "query/findings.def"
#undef FINDING
};

bool finding_kind_is_known(struct slice kind)
{
    for (int i = 0; i < FINDING_COUNT; i++)
        if (slice_eq(kind, slice_of(rows[i].kind)))
            return true;
    return false;
}

void finding_kinds(struct buf *ret)
{
    for (int i = 0; i < FINDING_COUNT; i++)
        if (i == 0 || strcmp(rows[i].kind, rows[i - 1].kind) != 0)
            buf_printf(ret, "%s%s", i ? ", " : "", rows[i].kind);
}

const char *finding_kind(enum finding_id id)
{
    return rows[id].kind;
}

static void put(struct buf *b, const char *text, struct slice hint)
{
    const char *gap = strstr(text, "{}");
    size_t before = gap ? (size_t)(gap - text) : strlen(text);
    buf_add(b, text, before);
    if (gap) {
        buf_add_slice(b, hint);
        buf_add_slice(b, slice_of(gap + 2));
    }
}

void finding_zh(const struct finding_answer *f, struct buf *ret)
{
    put(ret, rows[f->id].zh, f->hint);
}

void finding_en(const struct finding_answer *f, struct buf *ret)
{
    put(ret, rows[f->id].en, f->hint);
}

const char *finding_todo_zh(enum finding_id id)
{
    return rows[id].todo_zh;
}

const char *finding_todo_en(enum finding_id id)
{
    return rows[id].todo_en;
}

/* One request. */
struct finder {
    struct query *q;      /* answers live in its arena */
    struct query scratch; /* the same view, with memory that is taken back for each record */
    struct slice department;
    struct slice kind;
    uint8_t registered_kinds; /* of subjects that some theme registers */
    unsigned looked_at;
    struct finding_answer *list;
    unsigned count, limit;
    struct theme_now last;
};

/* The record that is looked at. */
struct looked {
    struct record_id id;
    struct record_key key;
    struct record r;
    const struct theme *theme;
    enum subject_kind kind;
    struct subject_union *u; /* NULL until it is needed */
};

static int union_get(struct finder *f, struct looked *l)
{
    if (l->u)
        return 0;
    struct subject_id subject = record_key_subject(&l->key);
    l->u = ARENA_NEW(f->scratch.arena, struct subject_union);
    int r = union_of(&f->scratch, &subject, l->u);
    if (r == CE_NOT_FOUND)
        l->u->count = 0;
    return r == CE_NOT_FOUND ? 0 : r;
}

/* ---- registrations: subject.unknown, name.differs ---- */

/* What a registration says that the subject is called now. */
static bool is_own(const struct subject_name *n)
{
    uint8_t own = SUBJECT_NAME_OWN | SUBJECT_NAME_CURRENT;
    return (n->flags & own) == own;
}

/* Natural persons have no registration, nor have kinds of which nobody hands one in. */
static bool may_be_registered(const struct finder *f, const struct looked *l)
{
    return !l->theme->is_registration && l->kind != SUBJECT_INDIVIDUAL &&
           (f->registered_kinds & 1u << l->kind);
}

static bool is_registered(const struct subject_union *u)
{
    for (unsigned i = 0; i < u->count; i++)
        for (unsigned k = 0; k < u->rows[i].name_count; k++)
            if (is_own(&u->rows[i].names[k]))
                return true;
    return false;
}

static int find_unknown(struct finder *f, struct looked *l, bool *ret_found)
{
    if (!may_be_registered(f, l))
        return 0;
    int r = union_get(f, l);
    *ret_found = r == 0 && !is_registered(l->u);
    return r;
}

struct registered {
    bool is_current, is_former;
    const struct subject_name *shown; /* the main name that anybody may see */
};

static struct registered compare_names(struct finder *f, const struct looked *l)
{
    struct arena *a = f->scratch.arena;
    struct slice name = text_fold(a, l->r.about.names[0].text);
    struct registered ret = {0};
    for (unsigned i = 0; i < l->u->count; i++)
        for (unsigned k = 0; k < l->u->rows[i].name_count; k++) {
            const struct subject_name *n = &l->u->rows[i].names[k];
            bool is_public = !day_is_none(n->public_until) && f->q->today.v < n->public_until.v;
            bool same = slice_eq(text_fold(a, n->text), name);
            ret.is_current |= same && is_own(n);
            ret.is_former |= same && n->flags == SUBJECT_NAME_OWN;
            if (is_own(n) && !(n->flags & SUBJECT_NAME_ADDITIONAL) && is_public && !ret.shown)
                ret.shown = n;
        }
    return ret;
}

/* `former`: it is a former name; else another one. */
static int find_name(struct finder *f, struct looked *l, bool former, bool *ret_found,
                     struct finding_answer *ret)
{
    if (!may_be_registered(f, l) || l->r.about.name_count == 0)
        return 0;
    int r = union_get(f, l);
    if (r < 0 || !is_registered(l->u))
        return r;
    struct registered names = compare_names(f, l);
    *ret_found = !names.is_current && names.is_former == former;
    ret->hint = names.shown ? names.shown->text : SLICE("不公开 not public");
    return 0;
}

/* ---- late ---- */

/* When the record first came: the earliest of all its versions. A duplicate may have raised the
 * received time of the current one, but not the instant from which it was current. */
static int first_received(struct finder *f, const struct looked *l, struct day *ret)
{
    struct utc_ms first = version_received(&l->r.head.version);
    if (l->r.head.current_from.v < first.v)
        first = l->r.head.current_from;
    uint8_t number[8];
    be64_put(number, record_key_number(&l->key));
    struct slice prefix = slice_make(number, sizeof number);
    int r = 0, versions = 0;
    struct walk *w = walk_open(f->q->view, CF_HISTORY, prefix, prefix);
    for (; r == 0 && walk_valid(w) && versions < VERSIONS_MAX; walk_next(w), versions++) {
        struct history h;
        struct record_head head = {0};
        r = history_decode(walk_value(w), &h);
        if (r == 0)
            r = record_decode_head(h.record, &head);
        struct utc_ms came = version_received(&head.version);
        if (r == 0 && came.v < first.v)
            first = came;
    }
    int closed = walk_close(w);
    f->looked_at += (unsigned)versions;
    *ret = day_of(first);
    return r < 0 ? r : closed;
}

static int find_late(struct finder *f, struct looked *l, bool *ret_found,
                     struct finding_answer *ret)
{
    const struct tables *t = catalogue_tables_at(f->q->source->catalogue, f->q->now);
    const struct deadline *d = tables_deadline(t, l->theme->archetype);
    struct day day = l->r.head.day;
    if (!d || day_is_none(day) ||
        workdays_between(&t->workdays, day, ret->received, NULL) <= d->workdays)
        return 0;
    int r = first_received(f, l, &ret->first_received);
    if (r < 0)
        return r;
    ret->workdays = workdays_between(&t->workdays, day, ret->first_received, &ret->is_certain);
    ret->due = d->workdays;
    ret->law = d->law;
    ret->hint = arena_printf(f->scratch.arena, "%d > %d", ret->workdays, ret->due);
    *ret_found = ret->workdays > d->workdays;
    return 0;
}

/* ---- same-fact ---- */

/* The theme of another department's record, when it tells the same. What never leaves its source is
 * not told of. */
static int compare(struct finder *f, const struct looked *l, struct slice document,
                   struct slice bytes, const struct theme **ret_theme)
{
    struct record other;
    int r = record_decode(bytes, &other);
    if (r < 0)
        return r;
    const struct theme *t =
        catalogue_number_at(f->q->source->catalogue, other.head.theme, f->q->now);
    if (!t || slice_eq(t->department, l->theme->department) ||
        (other.head.flags & RECORD_REVOKED) || other.head.visibility == VIS_NONE ||
        t->visibility == VIS_NONE || !record_is_kept(&other.head, t, f->q->today))
        return 0;
    if (other.document.n && slice_eq(docno_fold(f->scratch.arena, other.document), document))
        *ret_theme = t;
    return 0;
}

static int find_same(struct finder *f, struct looked *l, bool *ret_found,
                     struct finding_answer *ret)
{
    if (l->r.document.n == 0)
        return 0;
    int r = union_get(f, l);
    struct slice document = docno_fold(f->scratch.arena, l->r.document);
    const struct theme *theme = NULL;
    unsigned compared = 0;
    for (unsigned i = 0; r == 0 && !theme && i < l->u->count; i++)
        for (int c = CATEGORY_FIRST; r == 0 && !theme && c <= CATEGORY_LAST; c++) {
            struct record_key k =
                record_key_make(&l->u->ids[i], (enum category)c, l->r.head.day, 0);
            struct slice prefix = slice_make(k.b, DAY_PREFIX_BYTES);
            struct walk *w = walk_open(f->q->view, CF_RECORD, prefix, prefix);
            for (; r == 0 && !theme && walk_valid(w) && compared < SAME_DAY_MAX;
                 walk_next(w), compared++)
                r = compare(f, l, document, walk_value(w), &theme);
            int closed = walk_close(w);
            r = r == 0 ? closed : r;
        }
    f->looked_at += compared;
    if (r < 0 || !theme)
        return r;
    *ret_found = true;
    ret->other_department = theme->department;
    const struct department *d = catalogue_department(f->q->source->catalogue, theme->department);
    ret->hint = d ? d->zh : theme->department;
    return 0;
}

/* ---- the walk ---- */

static int find(struct finder *f, struct looked *l, enum finding_id id, bool *ret_found,
                struct finding_answer *ret)
{
    switch (id) {
    case FINDING_SUBJECT_UNKNOWN:
        return find_unknown(f, l, ret_found);
    case FINDING_NAME_DIFFERS:
        return find_name(f, l, false, ret_found, ret);
    case FINDING_NAME_FORMER:
        return find_name(f, l, true, ret_found, ret);
    case FINDING_LATE:
        return find_late(f, l, ret_found, ret);
    case FINDING_SAME_FACT:
        return find_same(f, l, ret_found, ret);
    case FINDING_COUNT:
        break;
    }
    UNREACHABLE();
}

/* Into the answer's memory. */
static void keep(struct finder *f, const struct finding_answer *found)
{
    struct finding_answer *a = &f->list[f->count++];
    *a = *found;
    a->document = arena_dup(f->q->arena, found->document);
    a->hint = arena_dup(f->q->arena, found->hint);
}

/* Findings of one record from `first` on. 1: the page is full and *ret_next is the finding that is
 * left, 0, or CE_.... */
static int look(struct finder *f, const struct record_id *id, enum finding_id first,
                enum finding_id *ret_next)
{
    struct looked l = {.id = *id};
    arena_reset(f->scratch.arena);
    f->looked_at++;
    int r = current_get(&f->scratch, id, &l.key, &l.r);
    if (r < 0)
        return r == CE_NOT_FOUND ? CE_FORMAT : r;
    struct subject_id subject = record_key_subject(&l.key);
    l.kind = subject_id_kind(&subject);
    l.theme = query_theme_now(f->q, &f->last, l.r.head.theme);
    if ((l.r.head.flags & RECORD_REVOKED) || l.kind == SUBJECT_WAITING ||
        !record_is_kept(&l.r.head, l.theme, f->q->today))
        return 0;
    for (int i = (int)first; i < FINDING_COUNT; i++) {
        struct finding_answer found = {
            .id = (enum finding_id)i,
            .record = *id,
            .theme = l.theme,
            .document = l.r.document,
            .received = day_of(version_received(&l.r.head.version)),
            .law = slice_of(rows[i].law),
        };
        bool is_found = false;
        if (f->kind.n && !slice_eq(f->kind, slice_of(rows[i].kind)))
            continue;
        if ((r = find(f, &l, found.id, &is_found, &found)) < 0)
            return r;
        if (is_found && f->count == f->limit) {
            *ret_next = found.id;
            return 1;
        }
        if (is_found)
            keep(f, &found);
    }
    return 0;
}

/* One theme's records from `from` on. 1: the request ends before the finding in *ret_position. */
static int walk_theme(struct finder *f, uint16_t number, const uint8_t *from,
                      uint8_t ret_position[POSITION_BYTES])
{
    uint8_t prefix[2];
    be16_put(prefix, number);
    struct slice start = from ? slice_make(from, sizeof(struct record_id)) : slice_make(prefix, 2);
    int r = 0;
    struct walk *w = walk_open(f->q->view, CF_BY_SOURCE, slice_make(prefix, 2), start);
    for (; r == 0 && walk_valid(w); walk_next(w)) {
        struct record_id id;
        if (walk_key(w).n != sizeof id.b) {
            r = CE_FORMAT;
            break;
        }
        memcpy(id.b, walk_key(w).p, sizeof id.b);
        bool goes_on = from && memcmp(id.b, from, sizeof id.b) == 0;
        enum finding_id first = goes_on ? (enum finding_id)from[sizeof id.b] : 0, next = first;
        r = f->looked_at >= FINDINGS_LOOKED_AT_MAX ? 1 : look(f, &id, first, &next);
        if (r > 0) {
            memcpy(ret_position, id.b, sizeof id.b);
            ret_position[sizeof id.b] = (uint8_t)next;
        }
    }
    int closed = walk_close(w);
    return r == 0 ? closed : r;
}

static uint8_t registered_kinds(const struct query *q)
{
    uint8_t kinds = 0;
    const struct catalogue *c = q->source->catalogue;
    for (size_t i = 0; i < c->theme_count; i++)
        if (c->themes[i]->is_registration && c->themes[i]->valid_from.v <= q->now.v)
            kinds |= c->themes[i]->kinds;
    return kinds;
}

static int walk_themes(struct finder *f, uint16_t only, const uint8_t *from,
                       uint8_t ret_position[POSITION_BYTES])
{
    const struct catalogue *c = f->q->source->catalogue;
    uint16_t begin = from ? be16_get(from) : 0, before = 0;
    int r = 0;
    for (size_t i = 0; r == 0 && i < c->theme_count; i++) {
        uint16_t number = c->by_number[i]->number;
        if (number == before || number < begin || (only && number != only))
            continue;
        before = number;
        const struct theme *now = catalogue_number_at(c, number, f->q->now);
        if (now && slice_eq(now->department, f->department))
            r = walk_theme(f, number, number == begin ? from : NULL, ret_position);
    }
    return r;
}

int query_findings(struct query *q, struct slice department, const struct findings_filter *filter,
                   unsigned limit, struct slice cursor, struct finding_answer **ret,
                   unsigned *ret_count, struct slice *ret_next)
{
    CHECK(limit > 0 && limit <= LIMIT_MAX);
    struct slice about = arena_printf(q->arena, "findings|%.*s|%.*s|%u", FMT_SLICE(department),
                                      FMT_SLICE(filter->kind), filter->theme);
    struct slice position = {0};
    if (cursor.n && (cursor_read(q->arena, q->source->keys, about, cursor, &position) < 0 ||
                     position.n != POSITION_BYTES))
        return CE_INVALID;
    AUTO(arena_destroy) struct arena *scratch = arena_create(SCRATCH_BYTES_MAX);
    struct finder f = {.q = q,
                       .scratch = *q,
                       .department = department,
                       .kind = filter->kind,
                       .registered_kinds = registered_kinds(q),
                       .list = ARENA_ARRAY(q->arena, struct finding_answer, limit),
                       .limit = limit};
    f.scratch.arena = scratch;
    uint8_t next[POSITION_BYTES];
    int r = walk_themes(&f, filter->theme, position.n ? (const uint8_t *)position.p : NULL, next);
    *ret = f.list;
    *ret_count = f.count;
    *ret_next = r > 0 ? cursor_make(q->arena, q->source->keys, about, slice_make(next, sizeof next))
                      : (struct slice){0};
    return r < 0 ? r : 0;
}
