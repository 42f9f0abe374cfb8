/* Links as unions at reading: from a number to the subject whose registration names it, and from a
 * subject to the records that came with nothing but such a number. A number that two subjects share
 * leads nowhere. */
#include "query/union.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "store/keys.h"

enum { NUMBERS_MAX = RECORD_NUMBERS_MAX + 1 };

static const enum subject_kind organisations[] = {SUBJECT_ENTERPRISE, SUBJECT_INSTITUTION,
                                                  SUBJECT_SOCIAL, SUBJECT_GOVERNMENT};

static int row_get(struct query *q, const struct subject_id *id, struct subject *ret)
{
    struct slice bytes;
    reads_add(&q->reads, id->b + 1);
    int r = view_get(q->view, q->arena, CF_SUBJECT, KEY_SLICE(*id), &bytes);
    return r < 0 ? r : subject_decode(bytes, ret);
}

int union_linked(struct query *q, enum id_type type, struct slice number, struct subject_id *ret)
{
    uint8_t key[18];
    subject_number_key(q->source->keys, type, number, key);
    reads_add(&q->reads, key);
    struct slice prefix = slice_make(key, sizeof key);
    unsigned count = 0;
    struct walk *w = walk_open(q->view, CF_LINK, prefix, prefix);
    for (; walk_valid(w) && count < 2; walk_next(w), count++)
        memcpy(ret->b, walk_key(w).p + sizeof key, SUBJECT_ID_BYTES);
    int r = walk_close(w);
    return r < 0 ? r : count == 1 ? 0 : CE_NOT_FOUND;
}

/* The subjects that a number alone would make: one of each kind. */
struct alone {
    struct subject_id ids[ARRAY_LEN(organisations)];
    struct slice rows[ARRAY_LEN(organisations)]; /* empty: there is none */
};

static int id_order(const void *a, const void *b)
{
    return slice_cmp(*(const struct slice *)a, *(const struct slice *)b);
}

/* Looks up the rows of all of them at once. */
static int alone_get(struct query *q, const struct record_number *numbers, unsigned count,
                     struct alone *ret)
{
    struct slice keys[NUMBERS_MAX * ARRAY_LEN(organisations)], rows[ARRAY_LEN(keys)];
    unsigned n = 0;
    for (unsigned i = 0; i < count; i++) {
        uint8_t number[18];
        subject_number_key(q->source->keys, numbers[i].type, numbers[i].number, number);
        reads_add(&q->reads, number);
        for (unsigned k = 0; k < ARRAY_LEN(organisations); k++) {
            ret[i].ids[k].b[0] = (uint8_t)organisations[k];
            memcpy(ret[i].ids[k].b + 1, number, sizeof number);
            keys[n++] = KEY_SLICE(ret[i].ids[k]);
        }
    }
    qsort(keys, n, sizeof *keys, id_order);
    int r = view_get_many(q->view, q->arena, CF_SUBJECT, n, keys, rows);
    for (unsigned i = 0; r == 0 && i < count; i++)
        for (unsigned k = 0; k < ARRAY_LEN(organisations); k++) {
            struct slice key = KEY_SLICE(ret[i].ids[k]);
            const struct slice *at = bsearch(&key, keys, n, sizeof *keys, id_order);
            CHECK(at);
            ret[i].rows[k] = rows[at - keys];
        }
    return r;
}

/* Adds the records that came with this number alone, if it leads to this subject and to no other.
 */
static int add_number(struct query *q, const struct record_number *number,
                      const struct alone *alone, struct subject_union *u)
{
    unsigned before = u->count;
    for (unsigned i = 0; i < ARRAY_LEN(organisations) && u->count < UNION_MAX; i++) {
        if (!alone->rows[i].n)
            continue;
        int r = subject_decode(alone->rows[i], &u->rows[u->count]);
        if (r < 0)
            return r;
        u->ids[u->count++] = alone->ids[i];
    }
    if (u->count == before)
        return 0;
    struct subject_id owner;
    int r = union_linked(q, number->type, number->number, &owner);
    if (r < 0 && r != CE_NOT_FOUND)
        return r;
    if (r < 0 || memcmp(owner.b, u->ids[0].b, sizeof owner.b) != 0)
        u->count = before;
    return 0;
}

/* The numbers that may lead to the subject: those of its row, and the organisation code within its
 * unified code. */
static unsigned numbers_of(const struct subject_union *u, struct record_number ret[NUMBERS_MAX])
{
    enum id_type type;
    struct slice number;
    const struct subject *row = &u->rows[0];
    unsigned count = 0;
    bool has_inner = false;
    bool is_unified = subject_id_number(&u->ids[0], &type, &number) && type == ID_USCC;
    struct slice inner = is_unified ? (struct slice){number.p + 8, 9} : (struct slice){0};
    for (unsigned i = 0; i < row->number_count; i++) {
        ret[count++] = row->numbers[i];
        has_inner |=
            row->numbers[i].type == ID_ORGANISATION && slice_eq(row->numbers[i].number, inner);
    }
    if (is_unified && !has_inner)
        ret[count++] = (struct record_number){ID_ORGANISATION, inner};
    return count;
}

/* Few subjects have such records, and a missing row is told quickly, so the rows are looked up
 * before the links. */
static int add_all(struct query *q, struct subject_union *u)
{
    struct record_number numbers[NUMBERS_MAX];
    struct alone alone[NUMBERS_MAX];
    unsigned count = numbers_of(u, numbers);
    int r = alone_get(q, numbers, count, alone);
    for (unsigned i = 0; r == 0 && i < count; i++)
        r = add_number(q, &numbers[i], &alone[i], u);
    return r;
}

int union_owner(struct query *q, const struct subject_id *id, struct subject_id *ret)
{
    enum id_type type;
    struct slice number;
    *ret = *id;
    if (!subject_id_number(id, &type, &number) || type == ID_USCC)
        return 0;
    int r = union_linked(q, type, number, ret);
    if (r == CE_NOT_FOUND)
        *ret = *id;
    return r == CE_NOT_FOUND ? 0 : r;
}

int union_of(struct query *q, const struct subject_id *id, struct subject_union *ret)
{
    ret->count = 0;
    int r = union_owner(q, id, &ret->ids[0]);
    if (r == 0)
        r = row_get(q, &ret->ids[0], &ret->rows[0]);
    if (r < 0)
        return r;
    ret->count = 1;
    return add_all(q, ret);
}
