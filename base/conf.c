/* Settings by row tables: reading, checking and printing them. Which settings there are is for the
 * modules, where they come from and in which order for daemon/. A setting is checked in one place
 * (conf_set), wherever it was written.
 *
 *     # Where to listen. Default: 127.0.0.1:8080.
 *     listen = 0.0.0.0:8080
 *     motto = " blanks at the ends stay when the value stands in quotes "
 *
 * In a file, one pair of quotes around a value is taken off; nothing is escaped. */
#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/civil.h"

enum { FILE_BYTES_MAX = 1024 * 1024, NAME_MAX_BYTES = 100 };

struct unit {
    const char *name;
    int64_t factor;
};
/* Smallest first. */
static const struct unit byte_units[] = {
    {"B", 1},
    {"KiB", INT64_C(1) << 10},
    {"MiB", INT64_C(1) << 20},
    {"GiB", INT64_C(1) << 30},
    {"TiB", INT64_C(1) << 40},
};
static const struct unit time_units[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000},
};

/* The NAME in "ROW.NAME"; {NULL, 0} for any other setting. */
static struct slice name_within(const struct conf_row *row, struct slice name)
{
    struct slice head = slice_of(row->name);
    bool is_within = row->kind == CONF_PAIRS && name.n > head.n + 1 && slice_starts(name, head) &&
                     name.p[head.n] == '.';
    return is_within ? slice_from(name, head.n + 1) : (struct slice){0};
}

static const struct conf_row *find_row(const struct conf_row *rows, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++) {
        bool is_row = rows[i].kind != CONF_PAIRS && slice_eq(slice_of(rows[i].name), name);
        if (is_row || name_within(&rows[i], name).n)
            return &rows[i];
    }
    return NULL;
}

/* "512 MiB": a whole number, blanks or none, a unit; a bare 0 needs none. */
static bool parse_units(struct slice s, const struct unit *units, size_t count, int64_t *ret)
{
    size_t digits = 0;
    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    int64_t v;
    if (!slice_i64(slice_make(s.p, digits), &v))
        return false;
    struct slice name = slice_trim(slice_from(s, digits));
    if (name.n == 0) {
        *ret = 0;
        return v == 0;
    }
    for (size_t i = 0; i < count; i++)
        if (slice_eq(name, slice_of(units[i].name)))
            return !__builtin_mul_overflow(v, units[i].factor, ret);
    return false;
}

static void print_units(struct buf *b, int64_t v, const struct unit *units, size_t count)
{
    size_t i = count - 1;
    while (i > 0 && (v == 0 || v % units[i].factor))
        i--;
    buf_printf(b, "%lld %s", (long long)(v / units[i].factor), units[i].name);
}

/* A number in the way its kind is written. */
static void print_number(struct buf *b, enum conf_kind kind, int64_t v)
{
    char day[11];
    switch (kind) {
    case CONF_BYTES:
        print_units(b, v, byte_units, ARRAY_LEN(byte_units));
        return;
    case CONF_DURATION:
        print_units(b, v, time_units, ARRAY_LEN(time_units));
        return;
    case CONF_DAY:
        day_print((struct day){(int32_t)v}, day);
        buf_printf(b, "%s", day);
        return;
    case CONF_TEXT:
    case CONF_PAIRS:
    case CONF_BOOL:
    case CONF_INT:
        buf_printf(b, "%lld", (long long)v);
        return;
    }
}

static bool has_bounds(const struct conf_row *row)
{
    return row->kind != CONF_TEXT && row->kind != CONF_PAIRS && row->kind != CONF_BOOL &&
           (row->min || row->max);
}

/* ", from 64 KiB to 2 GiB", or nothing. */
static void print_bounds(struct buf *b, const struct conf_row *row)
{
    if (!has_bounds(row))
        return;
    buf_printf(b, ", from ");
    print_number(b, row->kind, row->min);
    buf_printf(b, " to ");
    print_number(b, row->kind, row->max);
}

static const char *kind_text(enum conf_kind kind)
{
    switch (kind) {
    case CONF_TEXT:
    case CONF_PAIRS:
        return "text in UTF-8 without control characters";
    case CONF_BOOL:
        return "yes or no";
    case CONF_INT:
        return "a whole number";
    case CONF_BYTES:
        return "a size such as 512 MiB (B, KiB, MiB, GiB, TiB)";
    case CONF_DURATION:
        return "a duration such as 5 s (ms, s, min, h, d)";
    case CONF_DAY:
        return "a day such as 2023-01-05";
    }
    UNREACHABLE();
}

static bool is_clean_text(struct slice s)
{
    if (utf8_valid_prefix(s) != s.n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
            return false;
    return true;
}

static int refuse(const struct conf_row *row, struct slice value, struct reason *why)
{
    AUTO_BUF(bounds, 200);
    print_bounds(&bounds, row);
    /* A value may be anything; show only what can be shown. */
    bool shown = is_clean_text(value) && value.n <= 100;
    return reason_set(why, CE_INVALID, "%s: %s%.*s%s does not do; expected is %s%.*s", row->name,
                      shown ? "\"" : "the value", shown ? (int)value.n : 0, value.p,
                      shown ? "\"" : "", kind_text(row->kind), FMT_SLICE(buf_slice(&bounds)));
}

static bool parse_number(const struct conf_row *row, struct slice s, int64_t *ret)
{
    struct day d;
    switch (row->kind) {
    case CONF_INT:
        return slice_i64(s, ret);
    case CONF_BYTES:
        return parse_units(s, byte_units, ARRAY_LEN(byte_units), ret);
    case CONF_DURATION:
        return parse_units(s, time_units, ARRAY_LEN(time_units), ret);
    case CONF_DAY:
        if (!day_parse_iso(s, &d))
            return false;
        *ret = d.v;
        return true;
    case CONF_TEXT:
    case CONF_PAIRS:
    case CONF_BOOL:
        return false;
    }
    UNREACHABLE();
}

static struct conf_pair *find_pair(const struct conf_pairs *pairs, struct slice name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (slice_eq(pairs->list[i].name, name))
            return &pairs->list[i];
    return NULL;
}

/* The value may be a secret, so a refusal does not show it. */
static int set_pair(const struct conf_row *row, struct arena *a, struct slice name,
                    struct slice value, struct conf_pairs *pairs, struct reason *why)
{
    if (!is_clean_text(name) || name.n > NAME_MAX_BYTES)
        return reason_set(why, CE_INVALID, "%s.NAME: the name does not do", row->name);
    if (!is_clean_text(value))
        return reason_set(why, CE_INVALID, "%s.%.*s: the value does not do; expected is %s",
                          row->name, FMT_SLICE(name), kind_text(CONF_PAIRS));
    struct conf_pair *pair = find_pair(pairs, name);
    if (!pair) {
        struct conf_pair *longer = ARENA_ARRAY(a, struct conf_pair, pairs->count + 1);
        for (size_t i = 0; i < pairs->count; i++)
            longer[i] = pairs->list[i];
        pair = &longer[pairs->count++];
        pair->name = arena_dup(a, name);
        pairs->list = longer;
    }
    pair->value = arena_dup(a, value);
    return 0;
}

/* `name` is the whole name of the setting. */
static int set_row(const struct conf_row *row, struct arena *a, struct slice name,
                   struct slice value, void *ret_struct, struct reason *why)
{
    char *at = (char *)ret_struct + row->offset;
    if (row->kind == CONF_PAIRS)
        return set_pair(row, a, name_within(row, name), value, (struct conf_pairs *)(void *)at,
                        why);
    if (row->kind == CONF_TEXT) {
        if (!is_clean_text(value))
            return refuse(row, value, why);
        *(struct slice *)(void *)at = arena_dup(a, value);
        return 0;
    }
    struct slice word = slice_trim(value);
    if (row->kind == CONF_BOOL) {
        bool yes = slice_eq(word, SLICE("yes"));
        if (!yes && !slice_eq(word, SLICE("no")))
            return refuse(row, value, why);
        *(bool *)(void *)at = yes;
        return 0;
    }
    int64_t v;
    if (!parse_number(row, word, &v) || (has_bounds(row) && (v < row->min || v > row->max)))
        return refuse(row, value, why);
    if (row->kind == CONF_DAY)
        *(struct day *)(void *)at = (struct day){(int32_t)v};
    else
        *(int64_t *)(void *)at = v;
    return 0;
}

void conf_defaults(const struct conf_row *rows, size_t count, struct arena *a, void *ret_struct)
{
    for (size_t i = 0; i < count; i++) {
        const struct conf_row *row = &rows[i];
        if (row->kind == CONF_PAIRS)
            *(struct conf_pairs *)(void *)((char *)ret_struct + row->offset) =
                (struct conf_pairs){0};
        else
            CHECK(set_row(row, a, slice_of(row->name), slice_of(row->initial), ret_struct, NULL) ==
                  0);
    }
}

int conf_set(const struct conf_row *rows, size_t count, struct arena *a, const char *name,
             struct slice value, void *ret_struct, struct reason *reterr_why)
{
    const struct conf_row *row = find_row(rows, count, slice_of(name));
    if (!row)
        return reason_set(reterr_why, CE_INVALID, "%.*s: there is no such setting", NAME_MAX_BYTES,
                          name);
    return set_row(row, a, slice_of(name), value, ret_struct, reterr_why);
}

static int read_file(const char *path, struct buf *b, struct reason *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        int r = errno == ENOENT ? CE_NOT_FOUND : errno == EACCES ? CE_DENIED : CE_IO;
        return reason_set(why, r, "opening %s: %s", path, strerror(errno));
    }
    int r = 0;
    for (;;) {
        char piece[4096];
        ssize_t n = read(fd, piece, sizeof piece);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            r = reason_set(why, CE_IO, "reading %s: %s", path, strerror(errno));
        if (n <= 0)
            break;
        buf_add(b, piece, (size_t)n);
        if (b->err) {
            r = reason_set(why, CE_INVALID, "%s is no settings file: it is over %d bytes", path,
                           FILE_BYTES_MAX);
            break;
        }
    }
    close(fd);
    return r;
}

/* What stood in a file so far. */
struct seen {
    bool *rows;              /* a flag for each */
    struct conf_pairs pairs; /* whole names of CONF_PAIRS */
};

static bool seen_before(struct seen *seen, struct arena *a, const struct conf_row *rows,
                        const struct conf_row *row, struct slice name)
{
    bool before = seen->rows[row - rows];
    if (row->kind != CONF_PAIRS)
        seen->rows[row - rows] = true;
    else
        before = find_pair(&seen->pairs, name_within(row, name)) ||
                 set_pair(row, a, name_within(row, name), SLICE(""), &seen->pairs, NULL) < 0;
    return before;
}

static int take_line(const struct conf_row *rows, size_t count, struct arena *a, struct slice line,
                     struct seen *seen, void *ret_struct, struct reason *why)
{
    line = slice_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return 0;
    if (slice_find(line, SLICE("="), 0) < 0)
        return reason_set(why, CE_INVALID, "expected is a line \"name = value\"");
    struct slice name = slice_trim(slice_cut(&line, '='));
    struct slice value = slice_trim(line);
    if (slice_starts(value, SLICE("\""))) {
        if (value.n < 2 || !slice_ends(value, SLICE("\"")))
            return reason_set(why, CE_INVALID, "the value begins with a quote and has no other");
        value = slice_make(value.p + 1, value.n - 2);
    }
    const struct conf_row *row = find_row(rows, count, name);
    if (!row) {
        int shown = is_clean_text(name) && name.n <= NAME_MAX_BYTES ? (int)name.n : 0;
        return reason_set(why, CE_INVALID, "%.*s: there is no such setting", shown, name.p);
    }
    int r = set_row(row, a, name, value, ret_struct, why);
    if (r == 0 && seen_before(seen, a, rows, row, name))
        return reason_set(why, CE_INVALID, "%.*s: stands here for the second time",
                          FMT_SLICE(name));
    return r;
}

int conf_file(const struct conf_row *rows, size_t count, struct arena *a, const char *path,
              void *ret_struct, struct reason *reterr_why)
{
    AUTO_BUF(text, FILE_BYTES_MAX);
    int r = read_file(path, &text, reterr_why);
    struct seen seen = {.rows = ARENA_ARRAY(a, bool, count + 1)};
    struct slice rest = buf_slice(&text);
    if (slice_starts(rest, SLICE("\xEF\xBB\xBF")))
        rest = slice_from(rest, 3);
    for (int line = 1; r == 0 && rest.n; line++) {
        struct reason why;
        r = take_line(rows, count, a, slice_cut(&rest, '\n'), &seen, ret_struct, &why);
        if (r < 0)
            reason_set(reterr_why, r, "%s:%d: %s", path, line, why.text);
    }
    return r;
}

/* "store.cache" becomes CREDENCE_STORE_CACHE. */
static void environment_name(const char *name, char out[NAME_MAX_BYTES + 16])
{
    size_t n = (size_t)snprintf(out, 16, "CREDENCE_");
    CHECK(strlen(name) <= NAME_MAX_BYTES);
    for (; *name; name++) {
        bool joins = *name == '.' || *name == '-';
        out[n++] = joins ? '_' : *name >= 'a' && *name <= 'z' ? (char)(*name - 32) : *name;
    }
    out[n] = '\0';
}

/* CREDENCE_KAFKA_PROPERTY_SASL_PASSWORD for "kafka.property": sasl.password. */
static int pairs_of_environment(const struct conf_row *row, struct arena *a, void *ret_struct,
                                struct reason *why)
{
    char head[NAME_MAX_BYTES + 16];
    environment_name(row->name, head);
    size_t n = strlen(head);
    for (char **e = environ; *e; e++) {
        if (strncmp(*e, head, n) != 0 || (*e)[n] != '_')
            continue;
        struct slice value = slice_of(*e + n + 1), variable = slice_cut(&value, '=');
        if (!value.p || variable.n == 0 || variable.n > NAME_MAX_BYTES)
            continue;
        char name[2 * NAME_MAX_BYTES + 2];
        size_t at = (size_t)snprintf(name, sizeof name, "%s.", row->name);
        for (size_t i = 0; i < variable.n; i++) {
            char c = variable.p[i];
            name[at++] = c == '_' ? '.' : c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
        }
        int r = set_row(row, a, slice_make(name, at), value, ret_struct, why);
        if (r < 0)
            return r;
    }
    return 0;
}

int conf_environment(const struct conf_row *rows, size_t count, struct arena *a, void *ret_struct,
                     struct reason *reterr_why)
{
    for (size_t i = 0; i < count; i++) {
        char name[NAME_MAX_BYTES + 16];
        environment_name(rows[i].name, name);
        const char *value = getenv(name);
        struct reason why;
        if (rows[i].kind == CONF_PAIRS) {
            int r = pairs_of_environment(&rows[i], a, ret_struct, reterr_why);
            if (r < 0)
                return r;
            continue;
        }
        if (!value)
            continue;
        int r = set_row(&rows[i], a, slice_of(rows[i].name), slice_of(value), ret_struct, &why);
        if (r < 0)
            return reason_set(reterr_why, r, "%s: %s", name, why.text);
    }
    return 0;
}

static void print_text(struct buf *b, struct slice s)
{
    bool quotes = s.n == 0 || slice_trim(s).n != s.n || s.p[0] == '"';
    buf_printf(b, quotes ? "\"%.*s\"" : "%.*s", FMT_SLICE(s));
}

static bool is_secret(struct slice name)
{
    static const char *const words[] = {"password", "secret", ".pem", "oauthbearer.config"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (slice_find(name, slice_of(words[i]), 0) >= 0)
            return true;
    return false;
}

static void print_pairs(struct buf *b, const struct conf_row *row, const struct conf_pairs *pairs)
{
    buf_printf(b, "# Default: none.\n");
    for (size_t i = 0; i < pairs->count; i++) {
        const struct conf_pair *pair = &pairs->list[i];
        if (is_secret(pair->name)) {
            buf_printf(b, "# %s.%.*s is set, and not shown here.\n", row->name,
                       FMT_SLICE(pair->name));
            continue;
        }
        buf_printf(b, "%s.%.*s = ", row->name, FMT_SLICE(pair->name));
        print_text(b, pair->value);
        buf_printf(b, "\n");
    }
}

void conf_print(const struct conf_row *rows, size_t count, const void *from_struct, struct buf *b)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = (const char *)from_struct + rows[i].offset;
        buf_printf(b, "%s# %s\n", i ? "\n" : "", rows[i].meaning);
        if (rows[i].kind == CONF_PAIRS) {
            print_pairs(b, &rows[i], (const struct conf_pairs *)(const void *)at);
            continue;
        }
        buf_printf(b, "# Default: %s", *rows[i].initial ? rows[i].initial : "empty");
        print_bounds(b, &rows[i]);
        buf_printf(b, ".\n%s = ", rows[i].name);
        if (rows[i].kind == CONF_TEXT)
            print_text(b, *(const struct slice *)(const void *)at);
        else if (rows[i].kind == CONF_BOOL)
            buf_printf(b, "%s", *(const bool *)(const void *)at ? "yes" : "no");
        else if (rows[i].kind == CONF_DAY)
            print_number(b, CONF_DAY, ((const struct day *)(const void *)at)->v);
        else
            print_number(b, rows[i].kind, *(const int64_t *)(const void *)at);
        buf_printf(b, "\n");
    }
}
