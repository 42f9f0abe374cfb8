/* A row as a message: a flat object of its values by the names of their columns, as the consumer's
 * reader takes it (ingest/message.c). Of a row that could not be read the fields that could be made
 * out are an object too; a line that is no object goes as it came. */
#include "ingest/row_message.h"

#include "base/check.h"
#include "base/crypt.h"
#include "base/json.h"
#include "broker/producer.h"
#include "record/identifier.h"

enum { KEY_BYTES_MAX = 256 };

void row_message_init(struct row_message *m)
{
    *m = (struct row_message){0};
    buf_init(&m->text, PRODUCER_MESSAGE_BYTES_MAX);
}

void row_message_fini(struct row_message *m)
{
    buf_fini(&m->text);
}

static bool has_name(const struct raw_row *row, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(row->values[i].column, name))
            return true;
    return false;
}

/* An object names a member once, a CSV header may name a column twice that means nothing. */
static struct slice member_name(struct arena *a, const struct raw_row *row, size_t at)
{
    struct slice name = row->values[at].column;
    for (int i = 2; has_name(row, at, name); i++)
        name = arena_printf(a, "%.*s (%d)", FMT_SLICE(row->values[at].column), i);
    return name;
}

static void put_object(struct row_message *m, struct arena *a, const struct raw_row *row)
{
    struct json_out o = json_out_of(&m->text);
    json_object_begin(&o);
    for (size_t i = 0; i < row->count; i++) {
        json_key_slice(&o, member_name(a, row, i));
        if (row->values[i].value.p)
            json_slice(&o, row->values[i].value);
        else
            json_nil(&o);
    }
    json_object_end(&o);
}

/* A line that is no flat object has come as one value of no column. */
static bool is_bare(const struct raw_row *row)
{
    return row->unreadable != RULE_NONE && row->count == 1 &&
           slice_eq(row->values[0].column, SLICE("#1"));
}

/* Identity numbers stay out of keys, whatever a provider numbers its records by. */
static struct slice key_of(const struct raw_row *row)
{
    size_t at, bytes;
    struct slice id = slice_trim(row->id);
    bool is_fit = id.n > 0 && id.n <= KEY_BYTES_MAX && !idnum_in_text(id, 0, &at, &bytes);
    return is_fit ? id : (struct slice){0};
}

void row_message_header(struct row_message *m, const char *name, struct slice value)
{
    CHECK(m->message.header_count < ROW_MESSAGE_HEADERS);
    m->headers[m->message.header_count++] = (struct message_header){slice_of(name), value};
}

void row_message_begin(struct row_message *m, struct slice topic, struct slice theme,
                       struct slice batch)
{
    buf_clear(&m->text);
    m->message = (struct message){.topic = topic, .value = SLICE(""), .headers = m->headers};
    row_message_header(m, "theme", theme);
    row_message_header(m, "batch", batch);
}

void row_message_make(struct row_message *m, struct arena *a, struct slice topic,
                      struct slice theme, struct slice batch, const struct raw_row *row)
{
    enum rule unread = row->unreadable;
    row_message_begin(m, topic, theme, batch);
    if (is_bare(row))
        buf_add_slice(&m->text, row->values[0].value);
    else if (unread == RULE_NONE || row->count)
        put_object(m, a, row);
    bool is_long = m->text.err || m->text.n > READER_ROW_BYTES_MAX;
    if (is_long)
        buf_clear(&m->text);
    if (is_long && unread == RULE_NONE)
        unread = RULE_ROW_SIZE;
    m->message.key = key_of(row);
    if (m->text.n)
        m->message.value = buf_slice(&m->text);
    row_message_header(m, "row", arena_printf(a, "%llu", (unsigned long long)row->row));
    if (unread == RULE_NONE)
        return;
    row_message_header(m, "unread", slice_of(rule_id(unread)));
    if (row->hint.n)
        row_message_header(m, "hint", row->hint);
}

int32_t row_message_partition(struct slice batch, int32_t count)
{
    uint8_t hash[32];
    crypt_sha256(batch, hash);
    uint32_t n =
        (uint32_t)hash[0] << 24 | (uint32_t)hash[1] << 16 | (uint32_t)hash[2] << 8 | hash[3];
    return (int32_t)(n % (uint32_t)count);
}
