/* What a subject's row becomes, with its names and links: joined with a new record at once where
 * the row and the record alone show how, else computed from its records once before the commit. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/err.h"
#include "ingest/apply_parts.h"
#include "record/name.h"
#include "store/keys.h"
#include "store/names.h"

/* Records that are looked at for one that makes up for one that is gone. */
enum { OTHERS_MOST = 64 };

/* A list with room for one more. */
static void *with_room(void *list, size_t count, size_t *cap, size_t bytes)
{
    if (count < *cap)
        return list;
    *cap = *cap ? *cap * 2 : 256;
    list = realloc(list, *cap * bytes);
    CHECK(list);
    return list;
}

static bool has_row(const struct apply *ap, const struct subject_id *id)
{
    return subject_id_kind(id) != SUBJECT_WAITING && !ap->leaves_subjects;
}

void apply_touch(struct apply *ap, const struct subject_id *id)
{
    if (!has_row(ap, id))
        return;
    ap->touched = with_room(ap->touched, ap->touched_count, &ap->touched_cap, sizeof *id);
    ap->touched[ap->touched_count++] = *id;
}

void apply_mark(struct apply *ap, const struct subject_id *id)
{
    if (!has_row(ap, id))
        return;
    ap->dirty = with_room(ap->dirty, ap->dirty_count, &ap->dirty_cap, sizeof *id);
    ap->dirty[ap->dirty_count++] = *id;
}

void apply_lose(struct apply *ap, const struct subject_id *id, const struct history_key *was)
{
    if (!has_row(ap, id))
        return;
    ap->losses = with_room(ap->losses, ap->loss_count, &ap->loss_cap, sizeof *ap->losses);
    ap->losses[ap->loss_count++] = (struct apply_loss){*id, *was};
}

static void link_write(struct apply *ap, const struct subject_id *id, enum id_type type,
                       struct slice number, bool is_there)
{
    uint8_t key_number[18];
    subject_number_key(ap->keys, type, number, key_number);
    struct link_key k = link_key_make(key_number, id);
    static const char format[1] = {1};
    if (is_there)
        batch_put(ap->batch, CF_LINK, KEY_SLICE(k), slice_make(format, 1));
    else
        batch_delete(ap->batch, CF_LINK, KEY_SLICE(k));
    /* Others may lead to it by the same number, or no longer. */
    struct subject_id known_by = {.b = {SUBJECT_ENTERPRISE}};
    memcpy(known_by.b + 1, key_number, sizeof key_number);
    apply_touch(ap, &known_by);
}

/* The organisation code lies in characters 9 to 17 of a unified code (GB 32100-2015). */
static bool inner_code(const struct subject_id *id, struct slice *ret)
{
    enum id_type type;
    struct slice number;
    if (!subject_id_number(id, &type, &number) || type != ID_USCC)
        return false;
    *ret = (struct slice){number.p + 8, 9};
    return true;
}

static void links_write(struct apply *ap, const struct subject_id *id, const struct subject *old,
                        const struct subject *fresh)
{
    struct slice inner;
    if (old && fresh &&
        record_numbers_equal(old->numbers, old->number_count, fresh->numbers, fresh->number_count))
        return;
    if (inner_code(id, &inner) && !old != !fresh)
        link_write(ap, id, ID_ORGANISATION, inner, fresh != NULL);
    for (unsigned i = 0; old && i < old->number_count; i++) {
        if (inner_code(id, &inner) && old->numbers[i].type == ID_ORGANISATION && fresh &&
            slice_eq(inner, old->numbers[i].number))
            continue;
        link_write(ap, id, old->numbers[i].type, old->numbers[i].number, false);
    }
    for (unsigned i = 0; fresh && i < fresh->number_count; i++)
        link_write(ap, id, fresh->numbers[i].type, fresh->numbers[i].number, true);
}

/* Whether the subject is, or may be, a sole trader: by the class in a unified code, by the first
 * digit of the sequence in a registration number (GS 15-2006: 6 to 9), and where a tax number is
 * kept as a hash only, because it may be made of its owner's number. */
static bool may_be_trader(const struct subject_id *id)
{
    enum id_type type;
    struct slice number;
    if (subject_id_kind(id) != SUBJECT_ENTERPRISE)
        return false;
    if (!subject_id_number(id, &type, &number))
        return (id->b[1] & 0x7F) == ID_TAX;
    if (type == ID_REGISTRATION)
        return number.n == 15 && number.p[6] >= '6' && number.p[6] <= '9';
    return type == ID_USCC && slice_starts(number, SLICE("92"));
}

/* A sole trader without a shop name (字号) is a person's name: found by code only (design §5). A
 * company (公司) is none, whatever its number looks like. */
static bool may_be_searched(const struct apply *ap, const struct subject_id *id,
                            const struct subject *s)
{
    enum subject_kind kind = subject_id_kind(id);
    if (kind == SUBJECT_INDIVIDUAL || kind == SUBJECT_WAITING)
        return false;
    for (unsigned i = 0; may_be_trader(id) && i < s->name_count; i++)
        if (!name_is_shop(ap->tables, s->names[i].text) &&
            slice_find(s->names[i].text, SLICE("公司"), 0) < 0)
            return false;
    return true;
}

/* Puts the row and what follows from it. `old` NULL: there was none; `fresh` NULL: none remains. */
static int subject_write(struct apply *ap, const struct subject_id *id, const struct subject *old,
                         struct subject *fresh)
{
    struct slice key = KEY_SLICE(*id);
    struct slice was[SUBJECT_NAMES_MAX], is[SUBJECT_NAMES_MAX];
    unsigned was_count = old && old->search_number ? names_of_subject(ap->scratch, old, was) : 0;
    unsigned is_count = 0;
    uint64_t number = old ? old->search_number : 0;
    if (fresh) {
        bool searched = may_be_searched(ap, id, fresh);
        if (searched && !number)
            number = ap->counters->next_search++;
        fresh->search_number = searched ? number : 0;
        is_count = searched ? names_of_subject(ap->scratch, fresh, is) : 0;
    }
    if (number)
        names_put(ap->batch, number, id, was, was_count, is, is_count);
    links_write(ap, id, old, fresh);
    if (!fresh) {
        batch_delete(ap->batch, CF_SUBJECT, key);
        return 0;
    }
    AUTO_BUF(bytes, VALUE_BYTES_MAX);
    subject_encode(fresh, &bytes);
    batch_put(ap->batch, CF_SUBJECT, key, buf_slice(&bytes));
    return bytes.err;
}

int apply_subject(struct apply *ap, const struct subject_id *id, struct subject *fresh)
{
    arena_reset(ap->scratch);
    return subject_write(ap, id, NULL, fresh);
}

int apply_subject_read(struct apply *ap, const struct subject_id *id, struct subject *ret)
{
    struct slice bytes;
    int r = batch_get(ap->batch, ap->scratch, CF_SUBJECT, KEY_SLICE(*id), &bytes);
    return r < 0 ? r : subject_decode(bytes, ret);
}

static bool has_registration(const struct subject *s)
{
    for (unsigned i = 0; i < s->name_count; i++)
        if (s->names[i].flags & SUBJECT_NAME_OWN)
            return true;
    return s->status.n || s->district.n || s->number_count || !day_is_none(s->own_public_until);
}

/* Whether the row and the new record alone say what the row will be. They do not where a name may
 * have to give way, for a second registration, and for a name beside a single unconfirmed one,
 * whose version the row does not keep. */
static bool join_is_exact(const struct subject *s, const struct record *r)
{
    if (s->name_count + r->about.name_count > SUBJECT_NAMES_MAX)
        return false;
    if (r->about.is_registration)
        return !has_registration(s);
    unsigned unconfirmed = 0;
    bool known = r->about.name_count == 0;
    for (unsigned i = 0; i < s->name_count; i++) {
        if (s->names[i].flags != 0)
            continue;
        unconfirmed++;
        known = known || slice_eq(s->names[i].text, r->about.names[0].text);
    }
    return known || unconfirmed != 1;
}

int apply_join(struct apply *ap, const struct subject_id *id, const struct record *r)
{
    struct subject old;
    if (ap->leaves_subjects)
        return 0;
    int e = apply_subject_read(ap, id, &old);
    if (e == CE_NOT_FOUND) {
        struct subject fresh = {.own_public_until = DAY_NONE};
        subject_join(ap->scratch, &fresh, r, false);
        return subject_write(ap, id, NULL, &fresh);
    }
    if (e < 0)
        return e;
    if (!join_is_exact(&old, r)) {
        apply_mark(ap, id);
        return 0;
    }
    struct subject fresh = old;
    return subject_join(ap->scratch, &fresh, r, false) ? subject_write(ap, id, &old, &fresh) : 0;
}

static int id_order(const void *a, const void *b)
{
    return memcmp(a, b, SUBJECT_ID_BYTES);
}

/* What begins with a subject. qsort takes no empty list that was never made. */
static void sort_by_subject(void *list, size_t count, size_t bytes)
{
    if (count)
        qsort(list, count, bytes, id_order);
}

static bool subjects_equal(const struct subject *a, const struct subject *b)
{
    AUTO_BUF(x, VALUE_BYTES_MAX);
    AUTO_BUF(y, VALUE_BYTES_MAX);
    subject_encode(a, &x);
    subject_encode(b, &y);
    return slice_eq(buf_slice(&x), buf_slice(&y));
}

static int compute_marked(struct apply *ap)
{
    for (size_t i = 0; i < ap->dirty_count; i++) {
        if (i && id_order(&ap->dirty[i], &ap->dirty[i - 1]) == 0)
            continue;
        struct subject old, fresh;
        bool exists;
        arena_reset(ap->scratch);
        int e = apply_subject_read(ap, &ap->dirty[i], &old);
        if (e < 0 && e != CE_NOT_FOUND)
            return e;
        bool existed = e == 0;
        fresh.search_number = existed ? old.search_number : 0;
        if ((e = subject_compute(ap->batch, ap->scratch, &ap->dirty[i], &fresh, &exists)) < 0)
            return e;
        if ((!exists && !existed) || (exists && existed && subjects_equal(&old, &fresh)))
            continue;
        if ((e = subject_write(ap, &ap->dirty[i], existed ? &old : NULL, exists ? &fresh : NULL)) <
            0)
            return e;
    }
    return 0;
}

struct search {
    const struct subject *row;
    const struct record *gone;
    unsigned seen;
    bool is_covered;
    int err;
};

static bool each_other(void *ctx, struct slice key, struct slice value)
{
    (void)key;
    struct search *s = ctx;
    struct record other;
    s->err = record_decode_about(value, &other);
    s->is_covered = s->err == 0 && subject_covers(s->row, &other, s->gone);
    return s->err == 0 && !s->is_covered && ++s->seen < OTHERS_MOST;
}

/* Whether the row may be another without it. */
static int is_missed(struct apply *ap, const struct apply_loss *loss, bool *ret)
{
    struct slice bytes;
    struct history h;
    struct record gone;
    struct subject row;
    arena_reset(ap->scratch);
    int e = batch_get(ap->batch, ap->scratch, CF_HISTORY, KEY_SLICE(loss->was), &bytes);
    if (e == 0)
        e = history_decode(bytes, &h);
    if (e == 0)
        e = record_decode_about(h.record, &gone);
    if (e < 0)
        return e;
    *ret = true;
    e = apply_subject_read(ap, &loss->subject, &row);
    if (e < 0)
        return e == CE_NOT_FOUND ? 0 : e; /* it came and went in this very commit */
    struct search s = {.row = &row, .gone = &gone};
    e = batch_walk(ap->batch, CF_RECORD, KEY_SLICE(loss->subject), each_other, &s);
    *ret = !s.is_covered;
    return e < 0 ? e : s.err;
}

/* Most of a subject's records give the same name for as long: of those who have hundreds, one that
 * goes is hardly ever missed, and the first few others show it. One that is missed is enough. */
static int mark_what_is_missed(struct apply *ap)
{
    bool is_marked = false;
    sort_by_subject(ap->losses, ap->loss_count, sizeof *ap->losses);
    for (size_t i = 0; i < ap->loss_count; i++) {
        const struct apply_loss *loss = &ap->losses[i];
        if (is_marked && id_order(loss, loss - 1) == 0)
            continue;
        int e = is_missed(ap, loss, &is_marked);
        if (e < 0)
            return e;
        if (is_marked)
            apply_mark(ap, &loss->subject);
    }
    return 0;
}

int apply_finish(struct apply *ap)
{
    if (!ap->dirty_count && !ap->loss_count)
        return 0;
    batch_sort(ap->batch, CF_RECORD);
    int r = batch_walks_begin(ap->batch);
    if (r < 0)
        return r;
    r = mark_what_is_missed(ap);
    if (r == 0) {
        sort_by_subject(ap->dirty, ap->dirty_count, sizeof *ap->dirty);
        r = compute_marked(ap);
    }
    int e = batch_walks_end(ap->batch);
    return r < 0 ? r : e;
}
