/* The name index: bytes, what a change writes, ranks, pages, limits, damage. */
#include "base/text.h"
#include "store/names.h"
#include "tests/unit/store/temp_store.h"

static struct subject_id subject(uint64_t number)
{
    struct subject_id id = {{1}};
    be64_put(id.b + 1, number);
    return id;
}

static void name(struct batch *b, uint64_t number, const char *text)
{
    struct subject_id id = subject(number);
    struct slice fresh = slice_of(text);
    names_put(b, number, &id, NULL, 0, &fresh, 1);
}

static const char *grams(const char *folded)
{
    static char text[1024];
    AUTO_BUF(b, 4096);
    names_grams(slice_of(folded), &b);
    hex_print(b.p, b.n, text);
    return b.n ? text : "";
}

TEST(grams_have_these_bytes)
{
    EXPECT_STR(grams("广州甲"), "005dde007532"
                                "005dde807532"
                                "005e7f005dde"
                                "805e7f005dde");
    EXPECT_STR(grams("a𠀀"), "000061020000"
                             "000061820000"
                             "800061020000");
    EXPECT_STR(grams("甲"), "");
    EXPECT_STR(grams(""), "");
}

TEST(a_gram_that_comes_twice_is_written_once)
{
    EXPECT_STR(grams("aaaa"), "000061000061"
                              "000061800061"
                              "800061000061");
    struct slice both[2] = {SLICE("ab"), SLICE("abc")};
    AUTO_BUF(b, 4096);
    buf_add_slice(&b, SLICE("something else"));
    names_grams_all(both, 2, &b);
    EXPECT_HEX(buf_slice(&b), "000061000062 000061800062 000062000063 000062800063 800061000062");
}

TEST(index_rows_have_these_bytes)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct subject_id id = {"\x01"
                            "91440106YY00000288"};
    struct slice names[2] = {SLICE("甲乙"), SLICE("ab")};
    names_put(b, 0x102030405, &id, NULL, 0, names, 2);
    commit(b);
    EXPECT_HEX(row_of(s, a, CF_NAME, SLICE("i\1\2\3\4\5")),
               "01 01393134343031303659593030303030323838 02 06E794B2E4B999 026162");
    EXPECT_EQ(rows_of(s, CF_NAME, (struct slice){0}), 1 + 3 + 3);
    EXPECT_HEX(row_of(s, a, CF_NAME, SLICE("g\0\x75\x32\0\x4E\x59\1\2\3\4\5")), "01");
    EXPECT_HEX(row_of(s, a, CF_NAME, SLICE("g\x80\x75\x32\0\x4E\x59\1\2\3\4\5")), "01");
    EXPECT_HEX(row_of(s, a, CF_NAME, SLICE("g\0\x75\x32\x80\x4E\x59\1\2\3\4\5")), "01");
}

TEST(a_row_is_read_back_and_damage_is_refused)
{
    struct subject_id id = subject(9), back;
    struct slice names[2] = {SLICE("甲乙"), SLICE("ab")}, read[SUBJECT_NAMES_MAX];
    unsigned n;
    AUTO_BUF(b, 4096);
    names_row_encode(&id, names, 2, &b);
    EXPECT_OK(names_row_decode(buf_slice(&b), &back, read, &n));
    EXPECT_EQ(n, 2);
    EXPECT_SLICE(read[0], "甲乙");
    EXPECT_SLICE(read[1], "ab");
    EXPECT_EQ(memcmp(&back, &id, sizeof id), 0);
    for (size_t cut = 0; cut < b.n; cut++)
        EXPECT_ERR(names_row_decode(slice_make(b.p, cut), &back, read, &n), CE_FORMAT);
    b.p[20] = SUBJECT_NAMES_MAX + 1;
    EXPECT_ERR(names_row_decode(buf_slice(&b), &back, read, &n), CE_FORMAT);
    b.p[0] = 2;
    EXPECT_ERR(names_row_decode(buf_slice(&b), &back, read, &n), CE_FORMAT);
}

TEST(a_subject_is_found_by_each_folded_name_once)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct subject s = {.name_count = 5};
    s.names[0].text = SLICE("甲乙（广州）有限公司");
    s.names[1].text = SLICE("甲乙(广州)有限公司");
    s.names[2].text = SLICE("丙");
    s.names[3].text = SLICE("ＡＢ");
    s.names[4].text = SLICE("");
    struct slice names[SUBJECT_NAMES_MAX];
    EXPECT_EQ(names_of_subject(a, &s, names), 2);
    EXPECT_SLICE(names[0], "甲乙广州有限公司");
    EXPECT_SLICE(names[1], "ab");
}

TEST(a_change_writes_only_what_differs)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct subject_id id = subject(1);
    struct slice old[2] = {SLICE("abcd"), SLICE("xy")};
    struct slice fresh[2] = {SLICE("abce"), SLICE("xy")};
    names_put(b, 1, &id, NULL, 0, old, 2);
    EXPECT_EQ(batch_rows(b, CF_NAME), 1 + 5 + 3);
    commit(b);
    names_put(b, 1, &id, old, 2, old, 2);
    EXPECT_EQ(batch_rows(b, CF_NAME), 0);
    names_put(b, 1, &id, old, 2, fresh, 2);
    EXPECT_EQ(batch_rows(b, CF_NAME), 1 + 2 + 2); /* cd, also at the end, out; ce in */
    commit(b);
    EXPECT_EQ(rows_of(s, CF_NAME, (struct slice){0}), 9);
    names_put(b, 1, &id, fresh, 2, fresh + 1, 1);
    commit(b);
    EXPECT_EQ(rows_of(s, CF_NAME, (struct slice){0}), 4);
    names_put(b, 1, &id, fresh + 1, 1, NULL, 0);
    commit(b);
    EXPECT_EQ(rows_of(s, CF_NAME, (struct slice){0}), 0);
    names_put(b, 1, &id, NULL, 0, NULL, 0);
    EXPECT_EQ(batch_rows(b, CF_NAME), 0);
}

/* Hits as "number rank" in the order in which they come. */
struct asked {
    const char *refused; /* this name may not be seen */
    unsigned earlier;    /* how often it was asked about earlier ranks */
};

static bool accept(void *ctx, const struct names_hit *hit)
{
    struct asked *q = ctx;
    q->earlier += hit->is_earlier;
    return !q->refused || !slice_eq(hit->folded, slice_of(q->refused));
}

static const char *page(struct store *s, const char *query, struct names_cursor *c, struct asked *q,
                        unsigned limit, unsigned postings_max, bool *ret_cut)
{
    static char text[4096];
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct names_hit *hits = ARENA_ARRAY(a, struct names_hit, limit);
    unsigned count = 0;
    bool cut = false;
    EXPECT_OK(view_open(s, &v));
    EXPECT_OK(names_search(v, a, slice_of(query), c, q ? accept : NULL, q, limit, postings_max,
                           hits, &count, &cut));
    EXPECT(count <= limit);
    text[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        size_t n = strlen(text);
        EXPECT(!hits[i].is_earlier);
        struct subject_id id = subject(hits[i].number);
        EXPECT_EQ(memcmp(&id, &hits[i].subject, sizeof id), 0);
        snprintf(text + n, sizeof text - n, "%llu%c ", (unsigned long long)hits[i].number,
                 "=<~"[hits[i].rank]);
    }
    if (ret_cut)
        *ret_cut = cut;
    return text;
}

static const char *search(struct store *s, const char *query)
{
    struct names_cursor c = {0};
    bool cut;
    const char *hits = page(s, query, &c, NULL, 100, 100000, &cut);
    EXPECT(!cut);
    EXPECT_EQ(c.rank, NAMES_END);
    return hits;
}

/* The same hits whatever the page's size and however few postings one call may look at. */
static void expect_pages(struct store *s, const char *query)
{
    char whole[4096];
    snprintf(whole, sizeof whole, "%s", search(s, query));
    static const unsigned limits[] = {1, 2, 3, 100}, most[] = {1, 2, 5, 100000};
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        for (size_t m = 0; m < ARRAY_LEN(most); m++) {
            char pages[4096] = "";
            struct names_cursor c = {0};
            for (unsigned calls = 0; c.rank < NAMES_END; calls++) {
                bool cut;
                struct names_cursor before = c;
                const char *more = page(s, query, &c, NULL, limits[i], most[m], &cut);
                size_t n = strlen(pages);
                snprintf(pages + n, sizeof pages - n, "%s", more);
                EXPECT(c.rank > before.rank || c.after > before.after);
                EXPECT(calls < 10000);
            }
            EXPECT_STR(pages, whole);
        }
    }
}

static struct store *sample(void)
{
    struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    name(b, 1, "广州甲科技有限公司");
    name(b, 2, "甲科技");
    name(b, 3, "甲科技广州");
    name(b, 4, "深圳甲科技有限公司");
    name(b, 5, "甲科");
    name(b, 6, "技科甲");   /* has the characters, not the order */
    name(b, 7, "甲科科技"); /* has the grams, not the text */
    name(b, 8, "甲科技有限公司");
    commit(b);
    return s;
}

TEST(exact_matches_come_first_then_beginnings_then_parts)
{
    AUTO(store_close) struct store *s = sample();
    EXPECT_STR(search(s, "甲科技"), "2= 3< 8< 1~ 4~ ");
    EXPECT_STR(search(s, "甲科"), "5= 2< 3< 7< 8< 1~ 4~ ");
    EXPECT_STR(search(s, "科技"), "1~ 2~ 3~ 4~ 7~ 8~ ");
    EXPECT_STR(search(s, "广州甲科技有限公司"), "1= ");
    EXPECT_STR(search(s, "广州"), "1< 3~ ");
    EXPECT_STR(search(s, "公司"), "1~ 4~ 8~ ");
    EXPECT_STR(search(s, "司甲"), "");
    EXPECT_STR(search(s, "丁丁"), "");
    EXPECT_STR(search(s, "甲科技有限公司之后"), "");
}

TEST(pages_go_on_exactly_where_the_last_one_ended)
{
    AUTO(store_close) struct store *s = sample();
    expect_pages(s, "甲科技");
    expect_pages(s, "甲科");
    expect_pages(s, "科技");
    expect_pages(s, "公司");
    expect_pages(s, "丁丁");
}

TEST(a_query_of_one_character_is_refused)
{
    AUTO(store_close) struct store *s = sample();
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct names_cursor c = {0};
    struct names_hit hit;
    unsigned n;
    bool cut;
    EXPECT_OK(view_open(s, &v));
    EXPECT_ERR(names_search(v, a, SLICE("甲"), &c, NULL, NULL, 1, 1, &hit, &n, &cut), CE_INVALID);
    EXPECT_ERR(names_search(v, a, SLICE(""), &c, NULL, NULL, 1, 1, &hit, &n, &cut), CE_INVALID);
    char long_query[8192];
    memset(long_query, 'a', sizeof long_query);
    EXPECT_ERR(names_search(v, a, slice_make(long_query, sizeof long_query), &c, NULL, NULL, 1, 1,
                            &hit, &n, &cut),
               CE_INVALID);
}

TEST(a_subject_with_several_names_comes_once_at_its_best)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct subject_id id = subject(1);
    struct slice names[3] = {SLICE("新甲乙丙"), SLICE("甲乙"), SLICE("甲乙丁")};
    names_put(b, 1, &id, NULL, 0, names, 3);
    name(b, 2, "甲乙丁");
    commit(b);
    EXPECT_STR(search(s, "甲乙"), "1= 2< ");
    EXPECT_STR(search(s, "甲乙丁"), "1= 2= ");
    EXPECT_STR(search(s, "乙丙"), "1~ ");
    EXPECT_STR(search(s, "新甲"), "1< ");
    /* No name of its own holds this, though their grams together do. */
    EXPECT_STR(search(s, "新甲乙丁"), "");
    expect_pages(s, "甲乙");
}

TEST(a_name_that_may_not_be_seen_neither_hides_nor_moves_another)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    struct subject_id id = subject(1);
    struct slice names[3] = {SLICE("甲乙"), SLICE("东甲乙"), SLICE("西甲乙")};
    names_put(b, 1, &id, NULL, 0, names, 3);
    name(b, 2, "南甲乙");
    commit(b);
    struct names_cursor c = {0};
    struct asked q = {.refused = "甲乙"};
    EXPECT_STR(page(s, "甲乙", &c, &q, 9, 1000, NULL), "1~ 2~ ");
    EXPECT_EQ(c.rank, NAMES_END);
    c = (struct names_cursor){0};
    q = (struct asked){.refused = "东甲乙"};
    EXPECT_STR(page(s, "甲乙", &c, &q, 9, 1000, NULL), "1= 2~ ");
    EXPECT_EQ(q.earlier, 1);
    /* Two of one rank: the second is asked about when the first is refused. */
    c = (struct names_cursor){NAMES_CONTAINS, 0};
    q = (struct asked){.refused = "甲乙"};
    EXPECT_STR(page(s, "甲乙", &c, &q, 1, 1000, NULL), "1~ ");
    EXPECT_STR(page(s, "甲乙", &c, &q, 1, 1000, NULL), "2~ ");
    /* Alone it is not found at all. */
    c = (struct names_cursor){0};
    q = (struct asked){.refused = "南甲乙"};
    EXPECT_STR(page(s, "南甲", &c, &q, 9, 1000, NULL), "");
}

TEST(a_call_that_looked_at_enough_says_where_to_go_on)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (uint64_t i = 1; i <= 500; i++)
        name(b, i, i == 400 ? "aab" : i % 2 ? "aa" : "ab");
    commit(b);
    struct names_cursor c = {0};
    bool cut;
    unsigned calls = 0;
    while (*page(s, "aab", &c, NULL, 10, 50, &cut) == '\0') {
        EXPECT(cut);
        EXPECT(++calls < 100);
    }
    EXPECT(calls > 3);
    c = (struct names_cursor){0};
    EXPECT_STR(page(s, "aab", &c, NULL, 10, 100000, &cut), "400= ");
    EXPECT(!cut);
    /* A page that is full is no cut. */
    c = (struct names_cursor){0};
    EXPECT_STR(page(s, "aa", &c, NULL, 2, 100000, &cut), "1= 3= ");
    EXPECT(!cut);
    EXPECT_EQ(c.rank, NAMES_EXACT);
    EXPECT_EQ(c.after, 3);
}

TEST(the_greatest_numbers_are_found_too)
{
    AUTO(store_close) struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    uint64_t last = (1ull << 40) - 1;
    name(b, last, "甲乙");
    name(b, last - 1, "甲乙丙");
    commit(b);
    struct names_cursor c = {0};
    EXPECT(strstr(page(s, "甲乙", &c, NULL, 9, 100, NULL), "1099511627775= 1099511627774<"));
    EXPECT_EQ(c.rank, NAMES_END);
    c = (struct names_cursor){NAMES_EXACT, UINT64_MAX};
    EXPECT(strstr(page(s, "甲乙", &c, NULL, 9, 100, NULL), "1099511627774<"));
}

enum { ALL_NAMES = 600, ALL_CHARS = 3, FOUND_MAX = 16384 };

/* Subject i has the names 2i and 2i+1, the second one at times empty; some may not be seen. */
struct all_names {
    char text[2 * ALL_NAMES + 2][16];
    uint32_t seed;
};

static char drawn(struct all_names *all)
{
    all->seed = all->seed * 1664525u + 1013904223u;
    return (char)('a' + (all->seed >> 16) % ALL_CHARS);
}

static void draw(struct all_names *all, char *text, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        text[k] = drawn(all);
}

/* Names in which every fourth character is the last of the alphabet. */
static bool may_be_seen(struct slice name)
{
    return name.n < 4 || name.p[3] != 'a' + ALL_CHARS - 1;
}

static bool accept_seen(void *ctx, const struct names_hit *hit)
{
    (void)ctx;
    return may_be_seen(hit->folded);
}

static struct store *draw_names(struct all_names *all)
{
    struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (unsigned i = 1; i <= ALL_NAMES; i++) {
        /* Many begin alike, as the names of a city do. */
        memcpy(all->text[2 * i], "abc", i % 2 ? 3 : 0);
        draw(all, all->text[2 * i] + strlen(all->text[2 * i]), 2 + i % 6);
        if (i % 5 == 0)
            draw(all, all->text[2 * i + 1], 3 + i % 4);
        struct slice names[2] = {slice_of(all->text[2 * i]), slice_of(all->text[2 * i + 1])};
        struct subject_id id = subject(i);
        bool has_second = names[1].n && !slice_eq(names[0], names[1]);
        names_put(b, i, &id, NULL, 0, names, has_second ? 2 : 1);
        if (i == ALL_NAMES / 2) {
            commit(b);
            EXPECT_OK(store_flush(s));
        }
    }
    commit(b);
    return s;
}

static unsigned best_rank(const struct all_names *all, unsigned subject, const char *query)
{
    unsigned best = NAMES_END;
    for (unsigned i = 2 * subject; i < 2 * subject + 2; i++) {
        const char *name = all->text[i], *at = strstr(name, query);
        unsigned rank = !at                   ? NAMES_END
                        : at != name          ? NAMES_CONTAINS
                        : name[strlen(query)] ? NAMES_PREFIX
                                              : NAMES_EXACT;
        if (*name && may_be_seen(slice_of(name)) && rank < best)
            best = rank;
    }
    return best;
}

static void find_all(struct store *s, const char *query, unsigned limit, unsigned postings_max,
                     char *ret)
{
    AUTO(view_close) struct view *v = NULL;
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 24);
    struct names_hit *hits = ARENA_ARRAY(a, struct names_hit, limit);
    struct names_cursor c = {0};
    size_t n = 0;
    EXPECT_OK(view_open(s, &v));
    while (c.rank < NAMES_END) {
        unsigned count;
        bool cut;
        EXPECT_OK(names_search(v, a, slice_of(query), &c, accept_seen, NULL, limit, postings_max,
                               hits, &count, &cut));
        for (unsigned i = 0; i < count; i++)
            n += (size_t)snprintf(ret + n, FOUND_MAX - n, "%u%c ", (unsigned)hits[i].number,
                                  "=<~"[hits[i].rank]);
    }
    ret[n] = '\0';
}

TEST(every_search_agrees_with_a_look_at_all_names)
{
    static struct all_names all = {.seed = 1};
    AUTO(store_close) struct store *s = draw_names(&all);
    for (unsigned q = 0; q < 120; q++) {
        char query[10] = "", wanted[FOUND_MAX], found[FOUND_MAX];
        size_t w = 0;
        memcpy(query, "abc", q % 3 ? 0 : 3);
        draw(&all, query + strlen(query), 2 + q % 5);
        for (unsigned rank = NAMES_EXACT; rank < NAMES_END; rank++)
            for (unsigned i = 1; i <= ALL_NAMES; i++)
                if (best_rank(&all, i, query) == rank)
                    w += (size_t)snprintf(wanted + w, FOUND_MAX - w, "%u%c ", i, "=<~"[rank]);
        wanted[w] = '\0';
        find_all(s, query, 50, 40, found);
        EXPECT_STR(found, wanted);
        find_all(s, query, 7, 50000, found);
        EXPECT_STR(found, wanted);
    }
}

TEST(damaged_index_rows_are_refused)
{
    AUTO(store_close) struct store *s = sample();
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct names_cursor c = {0};
    struct names_hit hits[9];
    unsigned n;
    bool cut;
    put_row(s, CF_NAME, SLICE("i\0\0\0\0\2"), SLICE("\1x"));
    struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    EXPECT_ERR(names_search(v, a, SLICE("甲科技"), &c, NULL, NULL, 9, 100, hits, &n, &cut),
               CE_FORMAT);
    view_close(v);
    delete_row(s, CF_NAME, SLICE("i\0\0\0\0\2"));
    EXPECT_OK(view_open(s, &v));
    EXPECT_ERR(names_search(v, a, SLICE("甲科技"), &c, NULL, NULL, 9, 100, hits, &n, &cut),
               CE_FORMAT);
    view_close(v);
    /* Posting keys of another length end the list and nothing else. */
    put_row(s, CF_NAME, SLICE("g\0\x75\x32\0\x79\xD1\0"), SLICE("\1"));
    EXPECT_OK(view_open(s, &v));
    int r = names_search(v, a, SLICE("甲科技"), &c, NULL, NULL, 9, 100, hits, &n, &cut);
    EXPECT(r == 0 || r == CE_FORMAT);
    view_close(v);
}
