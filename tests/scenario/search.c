/* Search beside a plain look at every name of every subject, in registers of random rows: the same
 * subjects in the same order. */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "base/wire.h"
#include "query/subjects.h"
#include "query/union.h"
#include "store/names.h"
#include "tests/support/asked.h"

enum { SUBJECTS = 24, ROWS = 160, QUESTIONS = 80, PAGE = 100, TEXT_MAX = 1 << 16 };

struct random {
    uint64_t state;
};

static unsigned below(struct random *r, unsigned n)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(r->state >> 33) % n;
}

static const char *words(struct random *r, struct arena *a, unsigned least, unsigned most)
{
    static const char *const chars[] = {"明", "德", "江", "海", "广", "商"};
    struct slice text = {0};
    for (unsigned n = least + below(r, most - least + 1); n; n--)
        text = arena_printf(a, "%.*s%s", FMT_SLICE(text), chars[below(r, ARRAY_LEN(chars))]);
    return text.p;
}

/* Two subjects share three names, so that one of them may be known by a name in several ways. */
static const char *name_of(struct random *r, struct arena *a, unsigned subject)
{
    struct random own = {subject / 2 * 3 + below(r, 3)};
    return words(&own, a, 1, 4);
}

/* A register number in clear; one of them in four belongs to the subject before as well. */
static const char *register_number(struct random *r, struct arena *a, unsigned subject)
{
    return arena_printf(a, "440301%09u", subject - (subject && !below(r, 4))).p;
}

static void add_registration(struct world *w, struct random *r, unsigned subject, unsigned version)
{
    char code[19];
    world_uscc(subject, "91", code);
    struct slice text =
        arena_printf(w->arena,
                     "企业名称,统一社会信用代码,注册日期,工商注册号,登记状态,_version\n%s%s,%s,"
                     "2001-02-03,%s,存续,%u\n",
                     name_of(r, w->arena, subject), below(r, 2) ? "（商）行" : "", code,
                     below(r, 3) ? register_number(r, w->arena, subject) : "", version);
    EXPECT_EQ(world_submit(w, "amr-enterprise-registration", NULL, text).rejected, 0);
}

/* Some under the unified code and some under the register number alone; some are public for ten
 * days only, some are revoked. */
static void add_penalty(struct world *w, struct random *r, unsigned subject, unsigned version)
{
    char code[19];
    world_uscc(subject, "91", code);
    bool is_alone = below(r, 3) == 0;
    struct slice text = arena_printf(
        w->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,"
        "CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op,%s\n"
        "处1号,%s商行,法人及非法人组织,某甲,无照经营,事实,条例,罚款,罚款二千元,0.2,2026-05-02,"
        "2027-05-01,%s,某局,11440106YY000001XG,某局,11440106YY000001XG,P%u,%u,%s,%s\n",
        is_alone ? "CF_XDR_GSZC" : "CF_XDR_SHXYM", name_of(r, w->arena, subject),
        below(r, 3) ? "2027-01-01" : "2026-06-11", subject * 4 + below(r, 4), version,
        below(r, 6) ? "add" : "revoke", is_alone ? register_number(r, w->arena, subject) : code);
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, text).rejected, 0);
}

static struct world *random_world(struct random *r)
{
    struct world *w = world_open();
    for (unsigned i = 1; i <= ROWS; i++) {
        unsigned subject = below(r, SUBJECTS);
        if (below(r, 3))
            add_penalty(w, r, subject, i);
        else
            add_registration(w, r, subject, i);
    }
    return w;
}

static unsigned rank_of(struct slice name, struct slice query)
{
    long at = slice_find(name, query, 0);
    return at < 0              ? NAMES_END
           : at > 0            ? NAMES_CONTAINS
           : name.n == query.n ? NAMES_EXACT
                               : NAMES_PREFIX;
}

/* By all rows and all records of whoever is united with it. */
static bool counts(struct query *q, const struct subject_id *id, struct slice folded,
                   struct subject_union *u, struct slice *ret_matched)
{
    struct subject_answer answer;
    if (union_of(q, id, u) < 0 || query_subject_by_id(q, id, false, &answer) < 0)
        return false;
    for (unsigned i = 0; i < u->count; i++) {
        struct subject row = u->rows[i];
        EXPECT_OK(query_row_seen(q, &u->ids[i], &row));
        for (unsigned k = 0; k < row.name_count; k++) {
            struct subject_name *n = &row.names[k];
            *ret_matched = n->text;
            if (!day_is_none(n->public_until) && q->today.v < n->public_until.v &&
                slice_eq(text_fold(q->arena, n->text), folded))
                return true;
        }
    }
    return false;
}

static bool is_told(const char *told, const char *code)
{
    return strstr(told, code) != NULL;
}

/* One name of the index under one rank. */
static void look(struct query *q, const struct subject_id *id, struct slice folded, char *told)
{
    struct subject_union *u = ARENA_NEW(q->arena, struct subject_union);
    struct slice matched;
    char code[40];
    if (!counts(q, id, folded, u, &matched))
        return;
    subject_id_print(&u->ids[0], code);
    size_t n = strlen(told);
    if (!is_told(told, code))
        snprintf(told + n, TEXT_MAX - n, "%s %.*s\n", code, FMT_SLICE(matched));
}

static void look_at_all(struct query *q, struct slice folded, char *told)
{
    told[0] = '\0';
    for (unsigned rank = NAMES_EXACT; rank < NAMES_END; rank++) {
        struct walk *w = walk_open(q->view, CF_NAME, SLICE("i"), SLICE("i"));
        for (; walk_valid(w); walk_next(w)) {
            struct subject_id id;
            struct slice names[SUBJECT_NAMES_MAX];
            unsigned count;
            EXPECT_OK(names_row_decode(walk_value(w), &id, names, &count));
            for (unsigned i = 0; i < count; i++)
                if (rank_of(names[i], folded) == rank)
                    look(q, &id, names[i], told);
        }
        EXPECT_OK(walk_close(w));
    }
}

static void search(struct query *q, struct slice text, char *told)
{
    struct search_hit *hits;
    unsigned count;
    struct slice next;
    size_t n = 0;
    EXPECT_OK(query_search(q, text, PAGE, (struct slice){0}, &hits, &count, &next, NULL));
    told[0] = '\0';
    for (unsigned i = 0; i < count; i++)
        n += (size_t)snprintf(told + n, TEXT_MAX - n, "%s %.*s\n", hits[i].subject.code,
                              FMT_SLICE(hits[i].matched));
    EXPECT_EQ(next.n, 0);
}

static unsigned compare(struct world *w, struct random *r)
{
    static char wanted[TEXT_MAX], found[TEXT_MAX];
    unsigned hits = 0;
    for (unsigned i = 0; i < QUESTIONS; i++) {
        struct slice text = slice_of(words(r, w->arena, 2, 5));
        struct asked a;
        ask(w, &a);
        look_at_all(&a.q, text, wanted);
        search(&a.q, text, found);
        EXPECT_STR(found, wanted);
        hits += *found != '\0';
        asked_end(&a);
    }
    return hits;
}

TEST(search_finds_what_a_look_at_every_name_finds_in_the_same_order)
{
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct random r = {seed};
        struct world *w = random_world(&r);
        EXPECT(compare(w, &r) > QUESTIONS / 8);
        world_go_to(w, "2026-06-20");
        EXPECT(compare(w, &r) > 0);
        world_close(w);
    }
}
