/* Subject rows against their records; names and links against the subject rows. */
#include <string.h>

#include "base/err.h"
#include "store/keys.h"
#include "store/names.h"
#include "store/subject.h"
#include "store/verify_parts.h"

enum { TRIES = 3, VALUE_BYTES_MAX = 8 << 20, GRAMS_BYTES_MAX = 64 << 20 };

/* For the operator: a code where the subject has one that may be told. */
static const char *describe(const struct subject_id *id, char out[64])
{
    char text[40];
    subject_id_print(id, text);
    bool is_person = subject_id_kind(id) == SUBJECT_INDIVIDUAL;
    snprintf(out, 64, "subject %s", is_person || !*text ? "of a natural person" : text);
    return out;
}

/* Whether the row is what the records make of it: 1, 0, or CE_.... `view` says which row. */
static int row_fits(struct verifier *v, struct view *view, const struct subject_id *id)
{
    struct slice bytes = {0};
    struct subject stored = {0}, computed = {0};
    bool exists;
    int r = view_get(view, v->arena, CF_SUBJECT, KEY_SLICE(*id), &bytes);
    bool is_there = r == 0;
    if (r < 0 && r != CE_NOT_FOUND)
        return r;
    if (is_there && subject_decode(bytes, &stored) < 0)
        return 0;
    computed.search_number = stored.search_number;
    r = subject_compute(v->batch, v->arena, id, &computed, &exists);
    if (r == CE_FORMAT)
        return 0; /* a record that cannot be read was told already */
    if (r < 0)
        return r;
    if (!exists || !is_there)
        return exists == is_there;
    AUTO_BUF(wanted, VALUE_BYTES_MAX);
    subject_encode(&computed, &wanted);
    return wanted.err ? wanted.err : slice_eq(buf_slice(&wanted), bytes);
}

int verify_subject_row(struct verifier *v, const struct subject_id *id, bool must_exist)
{
    if (must_exist)
        (void)verify_demand(v, DEMAND_SUBJECT, KEY_SLICE(*id), (struct slice){0});
    /* Records are read as they are now: what changed since the view was taken is looked at again.
     */
    int fits = row_fits(v, v->view, id);
    for (int i = 0; fits == 0 && i < TRIES; i++) {
        AUTO(view_close) struct view *now = NULL;
        fits = view_open(v->store, &now);
        if (fits == 0)
            fits = row_fits(v, now, id);
    }
    char text[64];
    if (fits == 0)
        verify_mistake(v, "%s: its row is not what its records make of it", describe(id, text));
    return fits < 0 ? fits : 0;
}

static int demand_names(struct verifier *v, const struct subject_id *id, const struct subject *s)
{
    static const char format[1] = {1};
    struct slice names[SUBJECT_NAMES_MAX];
    unsigned count = names_of_subject(v->arena, s, names);
    if (count == 0)
        return 0;
    uint8_t row_key[NAMES_ROW_KEY], key[NAMES_GRAM_KEY];
    AUTO_BUF(row, VALUE_BYTES_MAX);
    AUTO_BUF(grams, GRAMS_BYTES_MAX);
    names_row_key(s->search_number, row_key);
    names_row_encode(id, names, count, &row);
    int r = verify_demand(v, DEMAND_NAME, slice_make(row_key, sizeof row_key), buf_slice(&row));
    names_grams_all(names, count, &grams);
    for (size_t at = 0; r == 0 && at < grams.n; at += NAMES_GRAM_BYTES) {
        names_gram_key((const uint8_t *)grams.p + at, s->search_number, key);
        r = verify_demand(v, DEMAND_GRAM, slice_make(key, sizeof key), slice_make(format, 1));
    }
    return r;
}

/* Each number once: a registration may name the organisation code that lies in the unified code. */
static int demand_links(struct verifier *v, const struct subject_id *id, const struct subject *s)
{
    static const char format[1] = {1};
    struct link_key keys[RECORD_NUMBERS_MAX + 1];
    unsigned count = 0;
    struct record_number inner = {ID_ORGANISATION, {0}};
    enum id_type type;
    struct slice number;
    if (subject_id_number(id, &type, &number) && type == ID_USCC)
        inner.number = slice_make(number.p + 8, 9);
    int r = 0;
    for (unsigned i = 0; r == 0 && i <= s->number_count; i++) {
        const struct record_number *n = i < s->number_count ? &s->numbers[i] : &inner;
        uint8_t number_key[18];
        if (n->number.n == 0)
            continue;
        subject_number_key(v->keys, n->type, n->number, number_key);
        keys[count] = link_key_make(number_key, id);
        bool is_new = true;
        for (unsigned k = 0; k < count; k++)
            is_new = is_new && memcmp(keys[k].b, keys[count].b, LINK_KEY_BYTES) != 0;
        if (is_new)
            r = verify_demand(v, DEMAND_LINK, KEY_SLICE(keys[count]), slice_make(format, 1));
        count += is_new;
    }
    return r;
}

/* False (and a mistake, unless looking up) when the row cannot be read. */
static bool row_read(struct verifier *v, struct slice key, struct slice value,
                     struct subject_id *ret_id, struct subject *ret)
{
    if (key.n != SUBJECT_ID_BYTES) {
        if (!v->looks_up)
            verify_mistake(v, "subject: a key of %zu bytes", key.n);
        return false;
    }
    memcpy(ret_id->b, key.p, SUBJECT_ID_BYTES);
    if (subject_decode(value, ret) == 0)
        return true;
    char text[64];
    if (!v->looks_up)
        verify_mistake(v, "%s: its row cannot be read", describe(ret_id, text));
    return false;
}

int verify_subject_demands(struct verifier *v, struct slice key, struct slice value)
{
    struct subject_id id;
    struct subject s;
    if (!row_read(v, key, value, &id, &s))
        return 0;
    int r = 0;
    if (s.search_number && s.search_number >> 40 == 0)
        r = demand_names(v, &id, &s);
    return r < 0 ? r : demand_links(v, &id, &s);
}

int verify_subject_claim(struct verifier *v, struct slice key, struct slice value)
{
    (void)value;
    struct subject_id id;
    struct record_head h;
    char text[64];
    bool is_claimed = false;
    if (key.n != SUBJECT_ID_BYTES)
        return 0;
    memcpy(id.b, key.p, SUBJECT_ID_BYTES);
    struct walk *w = walk_open(v->view, CF_RECORD, key, key);
    for (; walk_valid(w) && !is_claimed; walk_next(w))
        is_claimed = record_decode_head(walk_value(w), &h) == 0 && !(h.flags & RECORD_REVOKED);
    int r = walk_close(w);
    if (r == 0 && !is_claimed)
        verify_mistake(v, "%s: it has a row and no current record", describe(&id, text));
    return r;
}

static int each_subject(struct verifier *v, struct slice key, struct slice value)
{
    struct subject_id id;
    struct subject s;
    char text[64];
    v->result->subjects++;
    verify_present(v, DEMAND_SUBJECT, key, (struct slice){0});
    if (!row_read(v, key, value, &id, &s))
        return 0;
    enum subject_kind kind = subject_id_kind(&id);
    if (id.b[0] < SUBJECT_KIND_FIRST || id.b[0] > SUBJECT_KIND_LAST)
        verify_mistake(v, "subject: there is no kind %u", id.b[0]);
    if (kind == SUBJECT_INDIVIDUAL && s.search_number)
        verify_mistake(v, "%s: it stands in the name index", describe(&id, text));
    if (s.search_number >= v->counters.next_search)
        verify_mistake(v, "%s: its search number is not below the counter", describe(&id, text));
    return verify_subject_demands(v, key, value);
}

int verify_subjects(struct verifier *v)
{
    return verify_walk(v, CF_SUBJECT, (struct slice){0}, each_subject);
}
