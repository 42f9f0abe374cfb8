/* What docs/formats/stored.md shows is what a store holds. The document tells the story that is
 * played here, and shows rows of the store that comes out of it, as
 *
 *     ```hex by_source
 *     key   012D 91A2…         ; remarks
 *     value 01 ?? …
 *     ```
 *
 * Each such key must be in the family with that value. "??" stands for any byte, an ellipsis for
 * any rest. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypt.h"
#include "store/key_mark.h"
#include "tests/support/world.h"

enum { DOCUMENT_BYTES_MAX = 1 << 20, ROW_BYTES_MAX = 64 * 1024 };

/* The code and the day are not as they are stored: what was received is kept beside. */
static const char *const registration =
    "企业名称,统一社会信用代码,注册日期,注册资金\n"
    "广州甲乙丙有限公司,91440106yy00000288,2001/2/3,100(万人民币元)\n";

static const char *const penalty_header =
    "_id,_version,CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_FR_ZJHM,CF_WFXW,CF_SY,CF_YJ,"
    "CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM\n";

static struct slice penalty(struct world *w, const char *id, int version, const char *fact,
                            const char *fine)
{
    return arena_printf(w->arena,
                        "%s,%d,穗处〔2026〕1号,广州甲乙丙有限公司,法人及非法人组织,"
                        "91440106YY00000288,某甲,440106185202290026,无照经营,%s,条例,罚款,罚款,%s,"
                        "2026-05-02,2027-05-02,2027-05-02,某局,11440106YY000001XG,某局,"
                        "11440106YY000001XG\n",
                        id, version, fact, fine);
}

static int put_keys(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    struct world *w = ctx;
    struct department_key k = {
        .department = SLICE("amr"), .name = SLICE("office"), .created = clock_now(&w->clock)};
    crypt_sha256(SLICE("the secret of the office"), k.hash);
    department_key_put(b, &k);
    key_mark_put(b, w->keys);
    return 0;
}

static void play(struct world *w)
{
    struct slice first = penalty(w, "P1", 1, "事实一", "0.2");
    struct slice broken = penalty(w, "P2", 1, "事实一", "x");
    struct slice changed = penalty(w, "P1", 2, "事实二", "0.2");
    world_submit(w, "amr-enterprise-registration", "one", slice_of(registration));
    world_submit(
        w, "amr-penalty", "two",
        arena_printf(w->arena, "%s%.*s%.*s", penalty_header, FMT_SLICE(first), FMT_SLICE(broken)));
    world_submit(w, "amr-penalty", "three",
                 arena_printf(w->arena, "%s%.*s", penalty_header, FMT_SLICE(changed)));
    world_submit(w, "amr-penalty", "four", SLICE("_id,_op\nP9,revoke\n"));
    EXPECT_OK(writer_run(w->writer, put_keys, w, NULL));
}

/* Bytes as the document writes them. */
struct pattern {
    uint8_t b[ROW_BYTES_MAX];
    bool any[ROW_BYTES_MAX];
    size_t n;
    bool has_rest; /* an ellipsis came: what follows is not shown */
};

static void pattern_add(struct pattern *p, const char *line)
{
    uint8_t byte;
    for (const char *at = line; *at && *at != ';' && *at != '\n';) {
        if (*at == ' ') {
            at++;
        } else if (strncmp(at, "…", strlen("…")) == 0) {
            p->has_rest = true;
            at += strlen("…");
        } else {
            EXPECT(p->n < ROW_BYTES_MAX && !p->has_rest);
            p->any[p->n] = strncmp(at, "??", 2) == 0;
            if (!p->any[p->n] && !hex_parse(slice_make(at, 2), &byte, 1))
                FAIL("these are no bytes: %s", line);
            p->b[p->n] = p->any[p->n] ? 0 : byte;
            p->n++;
            at += 2;
        }
    }
}

static bool pattern_fits(const struct pattern *p, struct slice bytes)
{
    if (bytes.n < p->n || (bytes.n > p->n && !p->has_rest))
        return false;
    for (size_t i = 0; i < p->n; i++)
        if (!p->any[i] && (uint8_t)bytes.p[i] != p->b[i])
            return false;
    return true;
}

static enum cf family_of(const char *name)
{
    for (int cf = 0; cf < CF_COUNT; cf++)
        if (strcmp(cf_name((enum cf)cf), name) == 0)
            return (enum cf)cf;
    FAIL("there is no family %s", name);
}

static void compare(struct world *w, struct view *v, enum cf cf, const struct pattern *key,
                    const struct pattern *value)
{
    struct slice stored;
    char *hex = arena_alloc(w->arena, 2 * ROW_BYTES_MAX + 1);
    hex_print(key->b, key->n, hex);
    if (view_get(v, w->arena, cf, slice_make(key->b, key->n), &stored) < 0)
        FAIL("%s: the store has no row %s", cf_name(cf), hex);
    if (pattern_fits(value, stored))
        return;
    char *is = arena_alloc(w->arena, 2 * ROW_BYTES_MAX + 1);
    hex_print(stored.p, stored.n < ROW_BYTES_MAX ? stored.n : ROW_BYTES_MAX, is);
    FAIL("%s %s: the store has another value\n%s", cf_name(cf), hex, is);
}

TEST(the_rows_shown_in_the_document_are_those_of_a_store)
{
    struct world *w = world_open();
    struct view *v;
    bool is_shown[CF_COUNT] = {false};
    struct pattern *key = NULL, *value = NULL, *at = NULL;
    char line[4096], name[32];
    enum cf cf = CF_COUNT;
    play(w);
    EXPECT_OK(view_open(w->store, &v));
    FILE *f = fopen(test_source("docs/formats/stored.md"), "r");
    EXPECT(f != NULL);
    while (fgets(line, sizeof line, f)) {
        if (sscanf(line, "```hex %31s", name) == 1) {
            cf = family_of(name);
            key = ARENA_NEW(w->arena, struct pattern);
            value = ARENA_NEW(w->arena, struct pattern);
            at = NULL;
        } else if (cf != CF_COUNT && strncmp(line, "```", 3) == 0) {
            compare(w, v, cf, key, value);
            is_shown[cf] = true;
            cf = CF_COUNT;
        } else if (cf != CF_COUNT) {
            at = strncmp(line, "key ", 4) == 0 ? key : strncmp(line, "value ", 6) == 0 ? value : at;
            EXPECT(at != NULL);
            const char *bytes = line[0] == ' ' ? line : strchr(line, ' ');
            pattern_add(at, bytes);
        }
    }
    fclose(f);
    for (int i = 0; i < CF_COUNT; i++)
        if (!is_shown[i])
            FAIL("the document shows no row of %s", cf_name((enum cf)i));
    view_close(v);
    world_close(w);
}
