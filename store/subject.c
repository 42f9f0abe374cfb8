/* The subject row: encoding, what is shown of it, and how it follows from the subject's current
 * records.
 *
 *   format 1, search number LEB128, own public until 4, status, district (counted bytes),
 *   numbers: count, each type 1 and counted bytes; names: count, each flags 1, public until 4,
 * version 28, counted bytes
 *
 * A name's version is kept only while several names compete for the same place: with one it decides
 * nothing, and a row that stays the same need not be written again for every record. */
#include "store/subject.h"

#include <string.h>

#include "base/err.h"
#include "base/wire.h"
#include "store/keys.h"
#include "store/source.h"

enum { FORMAT = 1 };

/* Names of one class compete: a registration's current names, its former ones, unconfirmed ones. */
static bool names_compete(const struct subject *s, uint8_t flags)
{
    unsigned count = 0;
    for (unsigned i = 0; i < s->name_count; i++)
        count += s->names[i].flags == flags;
    return count > 1;
}

void subject_encode(const struct subject *s, struct buf *ret)
{
    wire_put_u8(ret, FORMAT);
    wire_put_var(ret, s->search_number);
    wire_put_u32(ret, (uint32_t)s->own_public_until.v);
    wire_put_bytes(ret, s->status);
    wire_put_bytes(ret, s->district);
    record_numbers_put(ret, s->numbers, s->number_count);
    wire_put_var(ret, s->name_count);
    static const struct version none;
    for (unsigned i = 0; i < s->name_count; i++) {
        const struct subject_name *n = &s->names[i];
        wire_put_u8(ret, n->flags);
        wire_put_u32(ret, (uint32_t)n->public_until.v);
        buf_add(ret, names_compete(s, n->flags) ? n->version.b : none.b, sizeof none.b);
        wire_put_bytes(ret, n->text);
    }
}

int subject_decode(struct slice bytes, struct subject *ret)
{
    *ret = (struct subject){0};
    struct wire w = wire_of(bytes);
    if (wire_u8(&w) != FORMAT)
        return CE_FORMAT;
    ret->search_number = wire_var(&w);
    ret->own_public_until.v = (int32_t)wire_u32(&w);
    ret->status = wire_bytes(&w);
    ret->district = wire_bytes(&w);
    int r = record_numbers_read(&w, ret->numbers, &ret->number_count);
    if (r < 0)
        return r;
    uint64_t names = wire_var(&w);
    if (names > SUBJECT_NAMES_MAX)
        return CE_FORMAT;
    ret->name_count = (unsigned)names;
    for (unsigned i = 0; i < ret->name_count; i++) {
        struct subject_name *n = &ret->names[i];
        n->flags = wire_u8(&w);
        n->public_until.v = (int32_t)wire_u32(&w);
        struct slice version = wire_raw(&w, sizeof n->version.b);
        if (version.n)
            memcpy(n->version.b, version.p, sizeof n->version.b);
        n->text = wire_bytes(&w);
    }
    return wire_end(&w);
}

static bool name_is_public(const struct subject_name *n, struct day today)
{
    return !day_is_none(n->public_until) && today.v < n->public_until.v;
}

const struct subject_name *subject_public_name(const struct subject *s, struct day today)
{
    const struct subject_name *best = NULL;
    for (unsigned i = 0; i < s->name_count; i++) {
        const struct subject_name *n = &s->names[i];
        bool own = n->flags == (SUBJECT_NAME_OWN | SUBJECT_NAME_CURRENT);
        if (!name_is_public(n, today) || !(own || n->flags == 0))
            continue;
        if (!best || (own && best->flags == 0) ||
            (n->flags == best->flags && version_cmp(&n->version, &best->version) > 0))
            best = n;
    }
    return best;
}

static bool holds_now(const struct subject *s, struct slice text)
{
    for (unsigned i = 0; i < s->name_count; i++)
        if ((s->names[i].flags & SUBJECT_NAME_CURRENT) && slice_eq(s->names[i].text, text))
            return true;
    return false;
}

bool subject_name_is_former(const struct subject *s, const struct subject_name *n)
{
    return n->flags == SUBJECT_NAME_OWN && !holds_now(s, n->text);
}

static uint8_t flags_of(const struct record_about *about, enum record_name_kind kind,
                        bool is_superseded)
{
    if (!about->is_registration)
        return 0;
    if (is_superseded)
        return SUBJECT_NAME_OWN;
    switch (kind) {
    case RECORD_NAME_MAIN:
        return SUBJECT_NAME_OWN | SUBJECT_NAME_CURRENT;
    case RECORD_NAME_FORMER:
        return SUBJECT_NAME_OWN;
    case RECORD_NAME_ADDITIONAL:
        return SUBJECT_NAME_OWN | SUBJECT_NAME_CURRENT | SUBJECT_NAME_ADDITIONAL;
    }
    return 0;
}

/* Keeps the list sorted by flags (descending) and text, so that the row does not depend on the
 * order of arrival. */
static struct subject_name *name_place(struct subject *s, struct slice text, uint8_t flags,
                                       const struct version *version, bool *ret_is_new)
{
    unsigned at = 0;
    while (at < s->name_count &&
           (s->names[at].flags > flags ||
            (s->names[at].flags == flags && slice_cmp(s->names[at].text, text) < 0)))
        at++;
    *ret_is_new =
        !(at < s->name_count && s->names[at].flags == flags && slice_eq(s->names[at].text, text));
    if (!*ret_is_new)
        return &s->names[at];
    if (s->name_count == SUBJECT_NAMES_MAX) {
        /* The name that is the least use gives way, and that may be the new one: the lowest version
         * of the last class. So it does not matter in which order they come. */
        unsigned least = s->name_count - 1;
        for (unsigned i = 0; i < s->name_count; i++)
            if (s->names[i].flags == s->names[s->name_count - 1].flags &&
                version_cmp(&s->names[i].version, &s->names[least].version) < 0)
                least = i;
        if (flags < s->names[least].flags ||
            (flags == s->names[least].flags && version_cmp(version, &s->names[least].version) <= 0))
            return NULL;
        memmove(&s->names[least], &s->names[least + 1],
                (s->name_count - least - 1) * sizeof *s->names);
        s->name_count--;
        if (least < at)
            at--;
    }
    memmove(&s->names[at + 1], &s->names[at], (s->name_count - at) * sizeof *s->names);
    s->name_count++;
    s->names[at] = (struct subject_name){.text = text, .flags = flags, .public_until = DAY_NONE};
    return &s->names[at];
}

static struct day until_of(const struct record_head *h)
{
    return h->visibility == VIS_PUBLIC ? h->public_until : DAY_NONE;
}

static bool name_join(struct arena *a, struct subject *s, struct slice text, uint8_t flags,
                      const struct record_head *head)
{
    if (text.n == 0 || (flags == SUBJECT_NAME_OWN && holds_now(s, text)))
        return false;
    bool is_new, changed = false;
    struct day until = until_of(head);
    struct subject_name *n = name_place(s, text, flags, &head->version, &is_new);
    if (!n)
        return false;
    if (is_new) {
        n->text = arena_dup(a, text);
        changed = true;
    }
    if (!day_is_none(until) && (day_is_none(n->public_until) || until.v > n->public_until.v)) {
        n->public_until = until;
        changed = true;
    }
    if (version_cmp(&head->version, &n->version) > 0) {
        n->version = head->version;
        changed = changed || names_compete(s, flags);
    }
    return changed;
}

static bool own_join(struct arena *a, struct subject *s, const struct record *r)
{
    const struct record_about *about = &r->about;
    struct day until = until_of(&r->head);
    bool changed =
        !slice_eq(s->status, about->status) || !slice_eq(s->district, about->district) ||
        s->own_public_until.v != until.v ||
        !record_numbers_equal(s->numbers, s->number_count, about->numbers, about->number_count);
    s->status = arena_dup(a, about->status);
    s->district = arena_dup(a, about->district);
    s->own_public_until = until;
    s->number_count = about->number_count;
    for (unsigned i = 0; i < about->number_count; i++)
        s->numbers[i] =
            (struct record_number){about->numbers[i].type, arena_dup(a, about->numbers[i].number)};
    return changed;
}

bool subject_join(struct arena *a, struct subject *s, const struct record *r, bool is_superseded)
{
    bool changed = false;
    for (unsigned i = 0; i < r->about.name_count; i++) {
        const struct record_name *n = &r->about.names[i];
        changed |= name_join(a, s, n->text, flags_of(&r->about, n->kind, is_superseded), &r->head);
    }
    if (r->about.is_registration && !is_superseded)
        changed |= own_join(a, s, r);
    return changed;
}

bool subject_covers(const struct subject *row, const struct record *other,
                    const struct record *gone)
{
    if (row->name_count == SUBJECT_NAMES_MAX || gone->about.is_registration ||
        gone->about.name_count != 1 || other->about.is_registration ||
        other->about.name_count != 1 || (other->head.flags & RECORD_REVOKED))
        return false;
    return slice_eq(other->about.names[0].text, gone->about.names[0].text) &&
           until_of(&other->head).v >= until_of(&gone->head).v &&
           (!names_compete(row, 0) || version_cmp(&other->head.version, &gone->head.version) >= 0);
}

void subject_sum_begin(struct subject_sum *s, struct arena *a, const struct subject_id *id,
                       struct subject *row)
{
    *row = (struct subject){.search_number = row->search_number, .own_public_until = DAY_NONE};
    *s = (struct subject_sum){.arena = a, .id = id, .subject = row};
}

int subject_sum_record(struct subject_sum *s, struct slice key, struct slice value)
{
    struct record r;
    int e = record_decode_about(value, &r);
    if (e < 0 || (r.head.flags & RECORD_REVOKED))
        return e;
    s->exists = true;
    if (!r.about.is_registration) {
        subject_join(s->arena, s->subject, &r, false);
        return 0;
    }
    /* Of several registrations the one of the highest version speaks for status, district and
     * numbers. */
    struct subject before = *s->subject;
    subject_join(s->arena, s->subject, &r, false);
    if (s->registration_count && version_cmp(&r.head.version, &s->own_version) < 0) {
        s->subject->status = before.status;
        s->subject->district = before.district;
        s->subject->own_public_until = before.own_public_until;
        memcpy(s->subject->numbers, before.numbers, sizeof before.numbers);
        s->subject->number_count = before.number_count;
    } else {
        s->own_version = r.head.version;
    }
    if (s->registration_count < ARRAY_LEN(s->registrations)) {
        struct record_key k;
        memcpy(k.b, key.p, sizeof k.b);
        s->registrations[s->registration_count++] = record_key_number(&k);
    }
    return 0;
}

static bool is_counted(const struct subject_sum *s, uint64_t number)
{
    for (unsigned i = 0; i < s->registration_count; i++)
        if (s->registrations[i] == number)
            return true;
    return false;
}

int subject_sum_version(struct subject_sum *s, struct slice key, struct slice value)
{
    struct history h;
    struct record r = {0};
    if (!is_counted(s, be64_get(key.p)))
        return 0;
    int e = history_decode(value, &h);
    if (e == 0)
        e = record_decode_about(h.record, &r);
    /* A version that was about somebody else leaves nothing behind here. */
    if (e == 0 && !(r.head.flags & RECORD_REVOKED) &&
        memcmp(h.subject.b, s->id->b, sizeof h.subject.b) == 0)
        subject_join(s->arena, s->subject, &r, true);
    return e;
}

struct computing {
    struct subject_sum sum;
    int err;
};

static bool each_record(void *ctx, struct slice key, struct slice value)
{
    struct computing *c = ctx;
    c->err = subject_sum_record(&c->sum, key, value);
    return c->err == 0;
}

static bool each_superseded(void *ctx, struct slice key, struct slice value)
{
    struct computing *c = ctx;
    c->err = subject_sum_version(&c->sum, key, value);
    return c->err == 0;
}

int subject_compute(struct batch *b, struct arena *a, const struct subject_id *id,
                    struct subject *ret, bool *ret_exists)
{
    struct computing c = {.err = 0};
    subject_sum_begin(&c.sum, a, id, ret);
    int r = batch_walk(b, CF_RECORD, slice_make(id->b, sizeof id->b), each_record, &c);
    for (unsigned i = 0; r == 0 && c.err == 0 && i < c.sum.registration_count; i++) {
        uint8_t prefix[8];
        be64_put(prefix, c.sum.registrations[i]);
        r = batch_walk(b, CF_HISTORY, slice_make(prefix, sizeof prefix), each_superseded, &c);
    }
    *ret_exists = c.sum.exists;
    return r < 0 ? r : c.err;
}
