/* Records as people read them: names for codes, whatever became of the catalogue since. */
#include <string.h>

#include "query/records.h"
#include "query/shown.h"
#include "query/subjects.h"
#include "tests/support/asked.h"

static struct record_id penalty(struct world *w, const char *code)
{
    struct slice text = arena_printf(
        w->arena,
        "CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_"
        "FK,CF_NR_WFFF,CF_JDRQ,CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id\n"
        "处1号,广州某某商贸有限公司,法人及非法人组织,%s,某甲,无照经营,\"称\"\"某\"\"字号\",条例,"
        "罚款;"
        "没收违法所得,罚款二千元,0.2,0.1,2026-05-02,长期,2027-01-01,某局,11440106YY000001XG,某局,"
        "11440106YY000001XG,N1\n",
        code);
    EXPECT_EQ(world_submit(w, "amr-penalty", NULL, text).stored, 1);
    const struct theme *t =
        catalogue_theme_at(w->catalogue, SLICE("amr-penalty"), clock_now(&w->clock));
    return record_id_make(w->keys, t->number, SLICE("\1N1"));
}

static const struct shown *shown_of(struct asked *a, const struct record_answer *r,
                                    const char *code)
{
    struct shown *list;
    unsigned count = shown_list(a->arena, r, &list);
    for (unsigned i = 0; i < count; i++)
        if (slice_eq(list[i].code, slice_of(code)))
            return &list[i];
    return NULL;
}

/* The theme's next version, in force from now on. */
static struct theme *next_version(struct world *w)
{
    const struct theme *now =
        catalogue_theme_at(w->catalogue, SLICE("amr-penalty"), clock_now(&w->clock));
    struct theme *next = ARENA_NEW(w->arena, struct theme);
    *next = *now;
    next->version++;
    next->valid_from = clock_now(&w->clock);
    next->items = ARENA_ARRAY(w->arena, struct item, now->item_count);
    memcpy(next->items, now->items, now->item_count * sizeof *now->items);
    struct catalogue *c = ARENA_NEW(w->arena, struct catalogue);
    *c = *w->catalogue;
    struct theme ***lists[] = {&c->themes, &c->by_number};
    for (size_t i = 0; i < 2; i++) {
        struct theme **list = ARENA_ARRAY(w->arena, struct theme *, c->theme_count + 1);
        size_t n = 0;
        for (size_t k = 0; k < c->theme_count; k++) {
            list[n++] = (*lists[i])[k];
            if ((*lists[i])[k] == now)
                list[n++] = next;
        }
        *lists[i] = list;
    }
    c->theme_count++;
    w->catalogue = c;
    return next;
}

static struct item *item_in(struct theme *t, const char *code)
{
    for (size_t i = 0; i < t->item_count; i++)
        if (slice_eq(t->items[i].code, slice_of(code)))
            return &t->items[i];
    FAIL("no item %s", code);
    return NULL;
}

/* As a file would that no longer names the item: its place is taken by one of another code. */
static void drop_item(struct world *w, struct theme *t, const char *code)
{
    item_in(t, code)->code = SLICE("ZZ_OTHER");
    unsigned *order = ARENA_ARRAY(w->arena, unsigned, t->item_count);
    memcpy(order, t->by_code, t->item_count * sizeof *order);
    for (size_t i = 1; i < t->item_count; i++)
        for (size_t k = i; k && slice_cmp(t->items[order[k - 1]].code, t->items[order[k]].code) > 0;
             k--) {
            unsigned swap = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swap;
        }
    t->by_code = order;
}

TEST(items_come_in_the_order_of_the_catalogue_with_names_for_codes)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(31, "91", code);
    struct record_id id = penalty(w, code);
    struct record_answer r;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &r));
    EXPECT(r.is_public);
    EXPECT_SLICE(shown_of(&a, &r, "CF_XDR_LB")->value, "法人及非法人组织");
    EXPECT_SLICE(shown_of(&a, &r, "CF_CFLB")->value, "罚款；没收违法所得");
    EXPECT(shown_of(&a, &r, "CF_CFLB")->en.n > 0);
    EXPECT_SLICE(shown_of(&a, &r, "CF_YXQ")->value, "长期");
    EXPECT_SLICE(shown_of(&a, &r, "CF_SY")->value, "称\"某\"字号");
    EXPECT(!shown_of(&a, &r, "CF_XDR_ZJHM"));
    EXPECT_SLICE(r.words,
                 "\"CF_CFLB\":\"罚款；没收违法所得\","
                 "\"CF_NR_FK\":\"0.2万元\",\"CF_NR_WFFF\":\"0.1万元\",\"CF_YXQ\":\"长期\"");
    struct shown *list;
    unsigned count = shown_list(a.arena, &r, &list);
    EXPECT_EQ(count, r.said_count);
    for (unsigned i = 1; i < count; i++)
        EXPECT(theme_item(r.theme, list[i - 1].code)->index <
               theme_item(r.theme, list[i].code)->index);
    asked_end(&a);
    world_close(w);
}

TEST(an_item_that_the_catalogue_has_no_longer_is_seen_by_the_subject_alone)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(32, "91", code);
    struct record_id id = penalty(w, code);
    drop_item(w, next_version(w), "CF_CFLB");
    struct record_answer r;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &r));
    EXPECT(r.theme != r.judged);
    EXPECT(!shown_of(&a, &r, "CF_CFLB"));
    EXPECT(slice_find(r.items, SLICE("CF_CFLB"), 0) < 0);
    EXPECT(shown_of(&a, &r, "CF_WFXW"));
    a.q.viewer = VIEWER_OWN;
    EXPECT_OK(query_record(&a.q, &id, &r));
    EXPECT(slice_find(r.items, SLICE("\"CF_CFLB\":\"罚款;没收违法所得\""), 0) >= 0);
    EXPECT_SLICE(shown_of(&a, &r, "CF_CFLB")->zh, "处罚类别");
    EXPECT_SLICE(shown_of(&a, &r, "CF_CFLB")->value, "罚款；没收违法所得");
    /* behind those that it still has */
    struct shown *list;
    unsigned count = shown_list(a.arena, &r, &list);
    EXPECT_SLICE(list[count - 1].code, "CF_CFLB");
    asked_end(&a);
    world_close(w);
}

TEST(an_item_has_the_name_that_holds_now_and_hidden_ones_are_not_shown)
{
    struct world *w = world_open();
    char code[19];
    world_uscc(33, "91", code);
    struct record_id id = penalty(w, code);
    struct theme *now = next_version(w);
    item_in(now, "CF_CFLB")->zh = SLICE("处罚种类");
    item_in(now, "CF_FRDB")->visibility = VIS_GOVERNMENT;
    item_in(now, "CF_CFJG")->mask = &(const struct mask){SLICE("name"), 1, 0};
    struct record_answer r;
    struct asked a;
    ask(w, &a);
    EXPECT_OK(query_record(&a.q, &id, &r));
    EXPECT_SLICE(shown_of(&a, &r, "CF_CFLB")->zh, "处罚种类");
    EXPECT(!shown_of(&a, &r, "CF_FRDB"));
    EXPECT_SLICE(shown_of(&a, &r, "CF_CFJG")->value, "某*");
    asked_end(&a);
    world_close(w);
}
