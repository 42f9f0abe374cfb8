/* What may be seen where is decided here once, when a row is judged; readers copy bytes (design
 * §5). Two promises hold for everything that leaves this file: an identity number, and every value
 * of a person's number or contact, stands in clear in the sealed part only; and the same row gives
 * the same bytes, but for the random part of the sealed one.
 *
 * A penalty whose fact (CF_SY) holds a number, and whose counterpart's number (CF_XDR_ZJHM) is for
 * the government:
 *
 *   P       "CF_WSH":"穗…〔2024〕1号","CF_SY":"当事人（4****************6）…"
 *   G       "CF_XDR_ZJHM":"4****************6"
 *   sealed  {"c":{"CF_SY":"当事人（440106…）…","CF_XDR_ZJHM":"440106…"}} */
#include "ingest/render.h"

#include "base/check.h"
#include "base/err.h"
#include "base/json.h"
#include "base/wire.h"
#include "record/capital.h"
#include "record/identifier.h"
#include "record/mask.h"
#include "record/name.h"

/* Why a row was handed in: an item that every theme has. */
static const struct item reason_item = {.code = {"_reason", 7},
                                        .member = {"\"_reason\":", 10},
                                        .type = ITEM_TEXT,
                                        .visibility = VIS_GOVERNMENT};

void renderer_init(struct renderer *r)
{
    struct buf *all[] = {&r->pub,     &r->aut,      &r->gov,   &r->none,
                         &r->amounts, &r->received, &r->clear, &r->sealed_received};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_init(all[i], RENDER_BYTES_MAX);
    buf_init(&r->plain, RENDER_BYTES_MAX);
    buf_init(&r->sealed, RENDER_BYTES_MAX + CRYPT_SEAL_EXTRA);
    buf_init(&r->bytes, 8 * RENDER_BYTES_MAX);
}

void renderer_fini(struct renderer *r)
{
    struct buf *all[] = {&r->pub,     &r->aut,      &r->gov,   &r->none,
                         &r->amounts, &r->received, &r->clear, &r->sealed_received,
                         &r->plain,   &r->sealed,   &r->bytes};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_fini(all[i]);
}

static void clear_all(struct renderer *r)
{
    struct buf *all[] = {&r->pub,     &r->aut,      &r->gov,   &r->none,
                         &r->amounts, &r->received, &r->clear, &r->sealed_received,
                         &r->plain,   &r->sealed,   &r->bytes};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        buf_clear(all[i]);
}

/* The first failure of the buffers that are rendered into. */
static int first_error(const struct renderer *r)
{
    const struct buf *all[] = {&r->pub,     &r->aut,      &r->gov,   &r->none,
                               &r->amounts, &r->received, &r->clear, &r->sealed_received,
                               &r->plain,   &r->sealed,   &r->bytes};
    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        if (all[i]->err)
            return all[i]->err;
    return 0;
}

static void content_cell(struct buf *b, const struct item *item, const struct cell *cell)
{
    if (cell->state != CELL_GOOD)
        return;
    wire_put_bytes(b, item->code);
    wire_put_bytes(b, cell->value);
}

/* Of the items by code, those from `from` to before `end`. */
static void content_items(struct buf *b, const struct judging *j, size_t from, size_t end)
{
    for (size_t i = from; i < end; i++) {
        unsigned item = j->theme->by_code[i];
        content_cell(b, &j->theme->items[item], &j->cells[item]);
    }
}

size_t render_reason_at(const struct theme *t)
{
    size_t at = 0;
    while (at < t->item_count && slice_cmp(t->items[t->by_code[at]].code, reason_item.code) <= 0)
        at++;
    return at;
}

void render_content(struct renderer *r, const struct judging *j, uint8_t out[16])
{
    struct buf *b = &r->bytes;
    buf_clear(b);
    if (j->operation == OPERATION_REVOKE) {
        wire_put_bytes(b, SLICE("revoke"));
    } else {
        wire_put_bytes(b, SLICE("upsert"));
        content_items(b, j, 0, j->reason_at);
        content_cell(b, &reason_item, &j->reason);
        content_items(b, j, j->reason_at, j->theme->item_count);
    }
    CHECK(b->err == 0); /* a row is no longer than the buffer, and cleaning adds little */
    crypt_hash16(j->o.keys, KEY_CONTENT, buf_slice(b), out);
}

static void member(struct buf *b, const struct item *item, struct slice value)
{
    if (b->n)
        buf_add_char(b, ',');
    buf_add_slice(b, item->member);
    json_quote(b, value);
}

static struct buf *group_of(struct renderer *r, enum visibility v)
{
    switch (v) {
    case VIS_PUBLIC:
        return &r->pub;
    case VIS_AUTHORISED:
        return &r->aut;
    case VIS_GOVERNMENT:
        return &r->gov;
    case VIS_NONE:
        return &r->none;
    }
    UNREACHABLE();
}

/* The value without the numbers in it. */
static struct slice masked(struct arena *a, const struct cell *cell)
{
    if (!cell->seals_value)
        return cell->value;
    return cell->open.n ? cell->open : idnum_mask_text(a, cell->value);
}

/* The value as its group shows it. */
static struct slice shown(struct arena *a, const struct item *item, const struct cell *cell)
{
    if (item->type == ITEM_PERSON_ID || item->type == ITEM_CONTACT)
        return mask_text(a, item->mask ? item->mask : &MASK_PERSON, cell->value);
    struct slice text = masked(a, cell);
    return item->visibility == VIS_PUBLIC && item->mask ? mask_text(a, item->mask, text) : text;
}

static struct slice unit_text(int unit)
{
    return unit == 100000000 ? SLICE("亿") : unit == 10000 ? SLICE("万") : SLICE("1");
}

/* A sum that everybody sees in clear, taken apart as far as there is no doubt. An item of type
 * amount is a bare number: what it counts stands in its name. */
static void render_amount(struct renderer *r, const struct item *item, const struct cell *cell)
{
    struct capital c;
    bool is_amount = item->type == ITEM_AMOUNT, is_capital = !is_amount;
    if (item->visibility != VIS_PUBLIC || item->mask || cell->seals_value ||
        (is_capital && !capital_read(cell->value, &c)))
        return;
    struct json_out o = json_out_of(&r->amounts);
    if (r->amounts.n)
        buf_add_char(&r->amounts, ',');
    json_key_slice(&o, item->code);
    json_object_begin(&o);
    json_put_string(&o, "number", is_amount ? cell->value : decimal_slice(&c.number));
    if (is_capital)
        json_put_string(&o, "unit", unit_text(c.unit));
    if (is_capital && c.currency[0])
        json_put_cstr(&o, "currency", c.currency);
    json_object_end(&o);
}

static void render_cell(struct renderer *r, struct arena *scratch, const struct item *item,
                        const struct cell *cell)
{
    if (cell->state != CELL_GOOD)
        return;
    struct slice text = shown(scratch, item, cell);
    member(group_of(r, item->visibility), item, text);
    if (item->type == ITEM_AMOUNT || item->type == ITEM_CAPITAL)
        render_amount(r, item, cell);
    if (cell->seals_value)
        member(&r->clear, item, cell->value);
    else if (item->visibility == VIS_PUBLIC && item->mask)
        member(&r->aut, item, cell->value);
    if (cell->received.n)
        member(cell->seals_received ? &r->sealed_received : &r->received, item, cell->received);
}

/* Identity bytes are folded, which may glue a number to other digits; so the items are asked too. A
 * unified code that passed its check is no such number, and most identities are one. */
static bool hides_identity(const struct judging *j)
{
    size_t at, bytes;
    bool by_id = j->identity.n && j->identity.p[0] == '\1', is_code = !by_id;
    for (size_t i = 0; !by_id && i < j->theme->identity_count; i++) {
        const struct item *item = &j->theme->items[j->theme->identity_items[i]];
        if (j->cells[item->index].seals_value)
            return true;
        is_code = is_code && item->type == ITEM_USCC;
    }
    return !is_code && idnum_in_text(j->identity, 0, &at, &bytes);
}

static void part(struct buf *plain, const char *name, struct slice members)
{
    if (members.n == 0)
        return;
    buf_add_slice(plain, plain->n > 1 ? SLICE(",\"") : SLICE("\""));
    buf_add_slice(plain, slice_of(name));
    buf_add_slice(plain, SLICE("\":{"));
    buf_add_slice(plain, members);
    buf_add_char(plain, '}');
}

/* Nothing is sealed when there is nothing to hide. */
static int seal(struct renderer *r, const struct judging *j, struct slice identity)
{
    if (identity.n == 0 && r->clear.n == 0 && r->sealed_received.n == 0)
        return 0;
    buf_add_char(&r->plain, '{');
    if (identity.n) {
        buf_add_slice(&r->plain, SLICE("\"i\":"));
        json_quote(&r->plain, identity);
    }
    part(&r->plain, "c", buf_slice(&r->clear));
    part(&r->plain, "r", buf_slice(&r->sealed_received));
    buf_add_char(&r->plain, '}');
    if (r->plain.err)
        return r->plain.err;
    return crypt_seal(j->o.keys, KEY_ITEMS, buf_slice(&r->plain), &r->sealed);
}

/* Text that leaves the record for subject rows, indexes and lists, as the public sees it: of a
 * code, what it stands for. What is not public in a public theme does not leave the record. */
static struct slice open_text(const struct judging *j, enum item_role role)
{
    const struct cell *cell = judging_role(j, role);
    if (!cell)
        return SLICE("");
    const struct item *item = &j->theme->items[j->theme->role_item[role]];
    if (j->theme->visibility == VIS_PUBLIC && item->visibility != VIS_PUBLIC)
        return SLICE("");
    return cell->code ? cell->code->zh : shown(j->scratch, item, cell);
}

struct number_role {
    enum item_role role;
    enum id_type type;
};
static const struct number_role number_roles[] = {
    {ROLE_REGISTRATION, ID_REGISTRATION},
    {ROLE_ORGANISATION, ID_ORGANISATION},
    {ROLE_TAX, ID_TAX},
    {ROLE_INSTITUTION, ID_INSTITUTION},
    {ROLE_SOCIAL, ID_SOCIAL},
};

/* A number that looks like a person's links nothing: masked it would link strangers. */
static void about_numbers(const struct judging *j, struct record_about *about)
{
    for (size_t i = 0; i < ARRAY_LEN(number_roles) && about->number_count < RECORD_NUMBERS_MAX;
         i++) {
        const struct cell *cell = judging_role(j, number_roles[i].role);
        if (cell && !cell->seals_value)
            about->numbers[about->number_count++] =
                (struct record_number){number_roles[i].type, cell->value};
    }
}

static void about_fill(const struct judging *j, struct record_about *about)
{
    struct slice name = open_text(j, ROLE_NAME);
    about->is_registration = j->theme->is_registration;
    if (!about->is_registration) {
        if (name.n)
            about->names[about->name_count++] = (struct record_name){RECORD_NAME_MAIN, name};
        return;
    }
    if (name.n)
        about->name_count = name_split(j->scratch, name, about->names);
    about->status = open_text(j, ROLE_STATUS);
    about->district = open_text(j, ROLE_DISTRICT);
    const struct cell *code = judging_role(j, ROLE_USCC);
    if (about->district.n == 0 && code)
        about->district = slice_make(code->value.p + 2, 6);
    about_numbers(j, about);
}

static int finish(struct renderer *r, const struct record *record, struct arena *a,
                  struct slice *ret)
{
    int e = first_error(r);
    if (e < 0)
        return e;
    record_encode(record, &r->bytes);
    if (r->bytes.err)
        return r->bytes.err;
    if (r->bytes.n > RECORD_BYTES_MAX)
        return CE_TOO_LARGE;
    *ret = arena_dup(a, buf_slice(&r->bytes));
    return 0;
}

int render_record(struct renderer *r, const struct judging *j, const struct record_head *head,
                  struct arena *a, struct slice *ret)
{
    clear_all(r);
    for (size_t i = 0; i < j->theme->item_count; i++)
        render_cell(r, j->scratch, &j->theme->items[i], &j->cells[i]);
    render_cell(r, j->scratch, &reason_item, &j->reason);
    bool hides = hides_identity(j);
    int e = seal(r, j, hides ? j->identity : SLICE(""));
    if (e < 0)
        return e;
    struct record record = {
        .head = *head,
        .identity = hides ? SLICE("") : j->identity,
        .document = open_text(j, ROLE_DOCUMENT),
        .pub = buf_slice(&r->pub),
        .aut = buf_slice(&r->aut),
        .gov = buf_slice(&r->gov),
        .none = buf_slice(&r->none),
        .amounts = buf_slice(&r->amounts),
        .received = buf_slice(&r->received),
        .sealed = buf_slice(&r->sealed),
    };
    about_fill(j, &record.about);
    return finish(r, &record, a, ret);
}

int render_waiting(struct renderer *r, const struct judging *j, const struct record_head *head,
                   struct arena *a, struct slice *ret)
{
    clear_all(r);
    int e = seal(r, j, j->identity);
    if (e < 0)
        return e;
    struct record record = {.head = *head, .sealed = buf_slice(&r->sealed)};
    return finish(r, &record, a, ret);
}
