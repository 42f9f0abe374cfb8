/* Answers that are kept are the answers that would be made: whatever was handed in, whatever the
 * clock says, and however many ask at the same time. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/fault.h"
#include "base/metric.h"
#include "query/subjects.h"
#include "tests/support/asked.h"
#include "tests/support/front.h"
#include "web/server.h"

enum { STEPS = 120, READERS = 3, VERSIONS = 150 };

/* Numbers by which subjects are known beside their codes. */
static const char *const numbers[] = {"440101000012345", "440101000054321", "440101000099999"};

static void registration(struct world *w, unsigned n, const char *number, unsigned version,
                         const char *op)
{
    char code[19];
    world_uscc(n, "91", code);
    struct slice text = arena_printf(
        w->arena,
        "企业名称,统一社会信用代码,注册号,注册日期,登记状态,_version,_op\n"
        "广州第%u商行,%s,%s,2001-02-03,%s,%u,%s\n",
        n * 10 + version % 3, code, number, version % 2 ? "存续" : "注销", version, op);
    EXPECT_EQ(world_submit(w, "amr-enterprise-registration", NULL, text).rejected, 0);
}

/* About a code, or about a registration number alone. */
static void penalty(struct world *w, const char *id, const char *code, const char *number,
                    const char *fact, const char *until, unsigned version, const char *op)
{
    struct slice text =
        arena_printf(w->arena,
                     "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_XDR_GSZC,CF_FRDB,CF_WFXW,CF_SY,"
                     "CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,"
                     "CF_SJLY,CF_SJLYDM,_id,_version,_op\n"
                     "处%s号,广州某某商行,法人及非法人组织,%s,%s,某甲,无照经营,%s,条例,罚款,罚款"
                     "二千元,0.2,2026-05-02,2027-05-01,%s,某局,11440106YY000001XG,某局,"
                     "11440106YY000001XG,%s,%u,%s\n",
                     id, code, number, fact, until, id, version, op);
    struct totals t = world_submit(w, "amr-penalty", NULL, text);
    EXPECT_EQ(t.rejected, 0);
}

static struct front *without_cache(struct world *w)
{
    struct front *f = front_open(w);
    f->web->o.source.cache = NULL;
    return f;
}

/* All but the cursor, which is sealed anew whenever an answer is made. */
static struct slice before_cursor(struct slice body)
{
    ptrdiff_t at = slice_find(body, SLICE("\"next\":\""), 0);
    return at < 0 ? body : slice_make(body.p, (size_t)at);
}

static void expect_same(struct front *kept, struct front *made, const char *target)
{
    struct arena_mark here = arena_set_mark(kept->arena), there = arena_set_mark(made->arena);
    struct answer a = front_get(kept, target), b = front_get(made, target);
    EXPECT_EQ(a.status, b.status);
    EXPECT_SAME(before_cursor(a.body), before_cursor(b.body));
    if (before_cursor(a.body).n == a.body.n)
        EXPECT_SAME(answer_header(&a, "ETag"), answer_header(&b, "ETag"));
    EXPECT_SAME(answer_header(&a, "Content-Type"), answer_header(&b, "Content-Type"));
    arena_rewind(kept->arena, here);
    arena_rewind(made->arena, there);
}

static void compare(struct front *kept, struct front *made)
{
    char code[19], target[100];
    static const char *const forms[][2] = {{"/v1/subjects/", ""},
                                           {"/v1/subjects/", "/records"},
                                           {"/v1/subjects/", "/records?limit=2"},
                                           {"/v1/subjects/", "/records?category=supervision"},
                                           {"/subjects/", ""}};
    for (unsigned n = 0; n < 4 + ARRAY_LEN(numbers); n++) {
        if (n < 4)
            world_uscc(60 + n, "91", code);
        for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
            snprintf(target, sizeof target, "%s%s%s", forms[i][0], n < 4 ? code : numbers[n - 4],
                     forms[i][1]);
            expect_same(kept, made, target);
        }
    }
}

static unsigned drawn;
static unsigned below(unsigned n)
{
    drawn = drawn * 1103515245u + 12345u;
    return (drawn >> 16) % n;
}

static void something_happens(struct world *w, unsigned step)
{
    static const char *const untils[] = {"2026-06-02", "2026-06-04", "2027-01-01"};
    char code[19], id[8], time[40];
    unsigned n = 60 + below(4);
    const char *op = below(4) ? "add" : "revoke";
    world_uscc(n, "91", code);
    snprintf(id, sizeof id, "P%u", below(6));
    switch (below(8)) {
    case 0:
    case 1:
        registration(w, n, below(3) ? numbers[below(3)] : "", step + 1, op);
        break;
    case 2:
    case 3:
        penalty(w, id, "", numbers[below(3)], "事实", untils[below(3)], step + 1, op);
        break;
    case 4:
        /* a day later, at most twice */
        snprintf(time, sizeof time, "2026-06-0%uT%02u:%02u:00+08:00", 1 + step / 50, 9 + step / 60,
                 step % 60);
        world_go_to(w, time);
        break;
    default:
        penalty(w, id, code, below(2) ? "" : numbers[below(3)], below(2) ? "事实" : "别的事实",
                untils[below(3)], step + 1, op);
    }
}

TEST(whatever_happens_a_kept_answer_is_the_one_that_would_be_made)
{
    struct world *w = world_open();
    struct front *kept = front_open(w), *made = without_cache(w);
    int64_t before = metric_get(METRIC_ANSWERS_KEPT);
    drawn = 7;
    for (unsigned step = 0; step < STEPS; step++) {
        something_happens(w, step);
        compare(kept, made);
        compare(kept, made);
    }
    EXPECT(metric_get(METRIC_ANSWERS_KEPT) - before > 500);
    front_close(kept);
    front_close(made);
    world_check(w);
    world_close(w);
}

TEST(a_code_is_answered_anew_when_a_number_leads_to_it_or_no_longer_or_has_a_new_record)
{
    struct world *w = world_open();
    struct front *f = front_open(w);
    char code[19], other[19], target[100], by_number[100];
    world_uscc(71, "91", code);
    world_uscc(72, "91", other);
    snprintf(target, sizeof target, "/v1/subjects/%s/records", code);
    snprintf(by_number, sizeof by_number, "/v1/subjects/%s/records", numbers[0]);
    registration(w, 71, numbers[0], 1, "add");
    for (int turn = 0; turn < 2; turn++) {
        struct answer a = front_get(f, target);
        EXPECT_EQ(answer_count(&a), 1);
        a = front_get(f, by_number);
        EXPECT_EQ(answer_count(&a), 1);
    }
    penalty(w, "N1", "", numbers[0], "事实", "2027-01-01", 1, "add"); /* a subject of its own */
    struct answer a = front_get(f, target);
    EXPECT_EQ(answer_count(&a), 2);
    penalty(w, "N1", "", numbers[0], "别的事实", "2027-01-01", 2, "add");
    a = front_get(f, target);
    EXPECT(slice_find(a.body, SLICE("别的事实"), 0) > 0);
    registration(w, 72, numbers[0], 1, "add"); /* two have the number: it leads to neither */
    a = front_get(f, target);
    EXPECT_EQ(answer_count(&a), 1);
    registration(w, 72, "", 2, "add");
    a = front_get(f, target);
    EXPECT_EQ(answer_count(&a), 2);
    front_close(f);
    world_close(w);
}

TEST(an_answer_that_was_begun_before_a_commit_is_not_kept_behind_it)
{
    struct world *w = world_open();
    struct front *f = front_open(w);
    struct subject_answer s;
    struct asked slow;
    char code[19], target[100];
    world_uscc(73, "91", code);
    snprintf(target, sizeof target, "/v1/subjects/%s", code);
    registration(w, 73, "", 1, "add");
    ask(w, &slow);
    EXPECT_OK(query_subject(&slow.q, slice_of(code), true, &s));
    penalty(w, "R1", code, "", "事实", "2027-01-01", 1, "add");
    kept_answer_release(answer_cache_put(w->cache, &slow.q, slice_of(target), malloc(1), 1, free));
    struct answer a = front_get(f, target);
    EXPECT_EQ(json_get_int(a.json, "total"), 2);
    asked_end(&slow);
    front_close(f);
    world_close(w);
}

TEST(nothing_is_kept_of_what_is_not_found_refused_or_asked_for_oneself)
{
    struct world *w = world_open();
    struct front *f = front_open(w);
    char code[19], target[100];
    world_uscc(74, "91", code);
    size_t empty = answer_cache_bytes(w->cache);
    snprintf(target, sizeof target, "/v1/subjects/%s/records", code);
    EXPECT_EQ(front_get(f, target).status, 404);
    penalty(w, "H1", code, "", "事实", "2026-06-01", 1, "add"); /* not public any more */
    EXPECT_EQ(front_get(f, target).status, 404);
    EXPECT_EQ(front_get(f, "/v1/subjects/440106185001010016").status, 400);
    EXPECT_EQ(front_get(f, arena_printf(w->arena, "%s?limit=0", target).p).status, 400);
    f->origin = ORIGIN_OPERATOR;
    struct answer own =
        front_send(f, "/v1/operator/own", arena_printf(w->arena, "{\"number\":\"%s\"}", code));
    EXPECT_EQ(own.status, 200);
    EXPECT_EQ(json_get_int(own.json, "total"), 1);
    EXPECT_EQ(answer_cache_bytes(w->cache), empty);
    f->origin = ORIGIN_PUBLIC;
    EXPECT_EQ(front_get(f, target).status, 404);
    front_close(f);
    world_close(w);
}

TEST(who_has_the_answer_is_told_so_whether_it_is_made_or_kept)
{
    struct world *w = world_open();
    struct front *f = front_open(w), *made = without_cache(w);
    char code[19], target[100];
    world_uscc(75, "91", code);
    registration(w, 75, "", 1, "add");
    snprintf(target, sizeof target, "/v1/subjects/%s/records", code);
    struct answer a = front_get(f, target);
    struct slice tag = answer_header(&a, "ETag");
    EXPECT(tag.n > 4);
    made->headers = f->headers = arena_printf(w->arena, "If-None-Match: %.*s", FMT_SLICE(tag)).p;
    for (int turn = 0; turn < 2; turn++) {
        a = front_get(turn ? f : made, target);
        EXPECT_EQ(a.status, 304);
        EXPECT_EQ(a.body.n, 0);
        EXPECT_SAME(answer_header(&a, "ETag"), tag);
    }
    penalty(w, "T1", code, "", "事实", "2027-01-01", 1, "add");
    a = front_get(f, target);
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(answer_count(&a), 2);
    front_close(f);
    front_close(made);
    world_close(w);
}

#ifdef CREDENCE_FAULTS

TEST(nothing_is_kept_over_a_store_that_was_opened_again)
{
    struct world *w = world_open();
    struct front *f = front_open(w);
    struct batch_id id;
    char code[19], target[100];
    world_uscc(76, "91", code);
    registration(w, 76, "", 1, "add");
    snprintf(target, sizeof target, "/v1/subjects/%s", code);
    size_t empty = answer_cache_bytes(w->cache);
    EXPECT_EQ(front_get(f, target).status, 200);
    struct kept_answer *k =
        answer_cache_get(w->cache, w->catalogue, clock_now(&w->clock), slice_of(target));
    EXPECT(k != NULL);
    kept_answer_release(k);
    fault_arm(FAULT_COMMIT_FAILS, 1);
    EXPECT(world_try(w, NULL, "amr-enterprise-registration", NULL,
                     SLICE("企业名称,统一社会信用代码,注册日期\n"), SIZE_MAX,
                     &id) != SUBMISSION_DONE);
    fault_arm(FAULT_COMMIT_FAILS, -1);
    while (!writer_is_well(w->writer))
        continue;
    EXPECT(!answer_cache_get(w->cache, w->catalogue, clock_now(&w->clock), slice_of(target)));
    EXPECT_EQ(answer_cache_bytes(w->cache), empty);
    front_close(f);
    world_close(w);
}

#endif

/* ---- many at one time ---- */

struct race {
    struct world *w;
    const char *target;
    atomic_uint told; /* the newest version of which there is a receipt */
    atomic_bool is_over;
    atomic_uint old, asked;
};

/* "事实00017" is in the answer. */
static unsigned version_in(struct slice body)
{
    ptrdiff_t at = slice_find(body, SLICE("事实0"), 0);
    return at < 0 ? 0 : (unsigned)strtoul(body.p + at + strlen("事实"), NULL, 10);
}

static void *read_on(void *ctx)
{
    struct race *r = ctx;
    while (!atomic_load(&r->is_over)) {
        struct front *f = front_open(r->w);
        for (int i = 0; i < 50; i++) {
            unsigned told = atomic_load(&r->told);
            struct answer a = front_get(f, r->target);
            if (version_in(a.body) < told)
                atomic_fetch_add(&r->old, 1);
            atomic_fetch_add(&r->asked, 1);
        }
        front_close(f);
    }
    return NULL;
}

TEST(nobody_is_given_an_answer_older_than_a_receipt)
{
    struct world *w = world_open();
    struct race r = {.w = w};
    pthread_t readers[READERS];
    char code[19], target[100], fact[20];
    world_uscc(77, "91", code);
    snprintf(target, sizeof target, "/v1/subjects/%s/records", code);
    r.target = target;
    for (int i = 0; i < READERS; i++)
        EXPECT_EQ(pthread_create(&readers[i], NULL, read_on, &r), 0);
    for (unsigned v = 1; v <= VERSIONS; v++) {
        snprintf(fact, sizeof fact, "事实%05u", v);
        penalty(w, "V1", code, "", fact, "2027-01-01", v, "add");
        atomic_store(&r.told, v);
    }
    atomic_store(&r.is_over, true);
    for (int i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    EXPECT_EQ(atomic_load(&r.old), 0);
    EXPECT(atomic_load(&r.asked) > VERSIONS);
    world_close(w);
}
