/* Links as unions at reading: from a number to the subject whose registration names it, and from a
 * subject to the records that came with nothing but such a number. A number that two subjects share
 * leads nowhere. */
#include "query/union.h"

#include <string.h>

#include "base/err.h"
#include "store/keys.h"

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

/* Adds the records that came with this number alone, if it leads to this subject and to no other.
 * Few subjects have such records, and a missing row is told quickly, so the rows are looked up
 * before the links. */
static int add_number(struct query *q, enum id_type type, struct slice number,
                      struct subject_union *u)
{
    unsigned before = u->count;
    for (unsigned i = 0; i < ARRAY_LEN(organisations) && u->count < UNION_MAX; i++) {
        struct subject_id id = subject_id_make(q->source->keys, organisations[i], type, number);
        int r = row_get(q, &id, &u->rows[u->count]);
        if (r == 0)
            u->ids[u->count++] = id;
        else if (r != CE_NOT_FOUND)
            return r;
    }
    if (u->count == before)
        return 0;
    struct subject_id owner;
    int r = union_linked(q, type, number, &owner);
    if (r < 0 && r != CE_NOT_FOUND)
        return r;
    if (r < 0 || memcmp(owner.b, u->ids[0].b, sizeof owner.b) != 0)
        u->count = before;
    return 0;
}

static int add_all(struct query *q, struct subject_union *u)
{
    enum id_type type;
    struct slice number;
    struct subject row = u->rows[0];
    int r = 0;
    for (unsigned i = 0; r == 0 && i < row.number_count; i++)
        r = add_number(q, row.numbers[i].type, row.numbers[i].number, u);
    bool has_inner = false;
    if (!subject_id_number(&u->ids[0], &type, &number) || type != ID_USCC)
        return r;
    struct slice inner = {number.p + 8, 9};
    for (unsigned i = 0; i < row.number_count; i++)
        has_inner |=
            row.numbers[i].type == ID_ORGANISATION && slice_eq(row.numbers[i].number, inner);
    return r < 0 || has_inner ? r : add_number(q, ID_ORGANISATION, inner, u);
}

int union_of(struct query *q, const struct subject_id *id, struct subject_union *ret)
{
    ret->count = 0;
    struct subject_id first = *id;
    enum id_type type;
    struct slice number;
    /* A key by another number leads to the subject that is registered with it. */
    if (subject_id_number(id, &type, &number) && type != ID_USCC) {
        int r = union_linked(q, type, number, &first);
        if (r == CE_NOT_FOUND)
            first = *id;
        else if (r < 0)
            return r;
    }
    int r = row_get(q, &first, &ret->rows[0]);
    if (r < 0)
        return r;
    ret->ids[ret->count++] = first;
    return add_all(q, ret);
}
