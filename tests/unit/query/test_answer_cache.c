/* Answers that are kept, for as long as they hold and there is room. */
#include <stdio.h>
#include <stdlib.h>

#include "query/answer_cache.h"
#include "query/query.h"
#include "tests/support/test.h"
#include "tests/support/theme.h"

enum { BYTES = 1 << 20, NOON = 12 * 3600 * 1000 };

static unsigned destroyed;

static void destroy(void *what)
{
    free(what);
    destroyed++;
}

static struct subject_id subject(unsigned n)
{
    char code[19];
    snprintf(code, sizeof code, "91440100YY%08u", n);
    return subject_id_make(NULL, SUBJECT_ENTERPRISE, ID_USCC, slice_of(code));
}

/* A question that has read the rows of these subjects. */
static struct query question(struct answer_cache *c, const struct query_source *s, unsigned from,
                             unsigned count)
{
    struct query q = {.source = s, .now = {NOON}, .today = day_of((struct utc_ms){NOON})};
    q.cache_epoch = answer_cache_epoch(c);
    for (unsigned i = 0; i < count; i++) {
        struct subject_id id = subject(from + i);
        reads_add(&q.reads, id.b + 1);
    }
    return q;
}

static void put(struct answer_cache *c, const struct query *q, const char *text, size_t bytes)
{
    struct kept_answer *k = answer_cache_put(c, q, slice_of(text), calloc(1, 16), bytes, destroy);
    kept_answer_release(k);
}

static bool has(struct answer_cache *c, const struct query *q, const char *text, int64_t now)
{
    struct kept_answer *k =
        answer_cache_get(c, q->source->catalogue, (struct utc_ms){now}, slice_of(text));
    kept_answer_release(k);
    return k;
}

TEST(an_answer_is_kept_until_something_changes_that_was_read_for_it)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query q = question(c, &s, 0, 3), other = question(c, &s, 10, 1);
    put(c, &q, "/a", 100);
    put(c, &other, "/b", 100);
    EXPECT(has(c, &q, "/a", NOON) && has(c, &q, "/b", NOON));
    EXPECT(!has(c, &q, "/c", NOON));
    struct subject_id id = subject(2);
    id.b[0] = SUBJECT_SOCIAL; /* the number counts, not the kind */
    answer_cache_forget(c, &id, 1);
    EXPECT(!has(c, &q, "/a", NOON));
    EXPECT(has(c, &q, "/b", NOON));
    answer_cache_forget(c, NULL, 0);
    EXPECT(!has(c, &q, "/b", NOON));
    answer_cache_destroy(c);
    theme_catalogue_drop();
}

TEST(an_answer_from_a_view_of_before_a_change_is_not_kept_however_late_it_comes)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query before = question(c, &s, 0, 1);
    struct subject_id id = subject(0);
    answer_cache_forget(c, &id, 1);
    struct query after = question(c, &s, 0, 1);
    put(c, &before, "/a", 100);
    EXPECT(!has(c, &before, "/a", NOON));
    put(c, &after, "/a", 100);
    EXPECT(has(c, &after, "/a", NOON));
    /* nor does it take the place of a later one */
    put(c, &before, "/a", 100);
    EXPECT(has(c, &after, "/a", NOON));
    answer_cache_destroy(c);
    theme_catalogue_drop();
}

TEST(an_answer_is_one_of_its_day_its_catalogue_and_the_versions_in_force)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct catalogue later = *theme_catalogue(), another = later;
    struct theme *list[64], changed = *later.themes[0];
    EXPECT(later.theme_count < ARRAY_LEN(list));
    memcpy(list, later.themes, later.theme_count * sizeof list[0]);
    list[0] = &changed;
    later.themes = list;
    changed.valid_from.v = NOON + 3600000;
    struct query_source s = {.catalogue = &later, .cache = c}, s2 = {.catalogue = &another};
    struct query q = question(c, &s, 0, 1), q2 = question(c, &s2, 0, 1);
    put(c, &q, "/a", 100);
    EXPECT(has(c, &q, "/a", NOON + 3599999));
    EXPECT(!has(c, &q, "/a", NOON + 3600000)); /* an entry version began */
    put(c, &q, "/a", 100);
    EXPECT(!has(c, &q2, "/a", NOON));
    put(c, &q2, "/a", 100);
    int64_t midnight = day_start((struct day){q2.today.v + 1}).v;
    EXPECT(has(c, &q2, "/a", midnight - 1));
    EXPECT(!has(c, &q2, "/a", midnight));
    answer_cache_destroy(c);
    theme_catalogue_drop();
}

TEST(there_is_never_more_than_fits_and_what_was_asked_for_longest_ago_goes_first)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query q = question(c, &s, 0, 1);
    char text[20];
    destroyed = 0;
    put(c, &q, "/first", 5000);
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "/%u", i);
        put(c, &q, text, 5000);
        EXPECT(has(c, &q, "/first", NOON));
        EXPECT(answer_cache_bytes(c) <= BYTES);
    }
    /* Each eighth of them has taken a place. */
    unsigned late = 0;
    for (unsigned i = 900; i < 1000; i++) {
        snprintf(text, sizeof text, "/%u", i);
        late += has(c, &q, text, NOON);
    }
    EXPECT(late == 12 || late == 13);
    EXPECT(!has(c, &q, "/0", NOON));
    put(c, &q, "/large", BYTES / 4);
    EXPECT(!has(c, &q, "/large", NOON));
    /* who has one keeps it */
    struct kept_answer *k =
        answer_cache_get(c, s.catalogue, (struct utc_ms){NOON}, SLICE("/first"));
    answer_cache_destroy(c);
    EXPECT_EQ(destroyed, 1001);
    EXPECT(kept_answer_what(k));
    kept_answer_release(k);
    EXPECT_EQ(destroyed, 1002);
    theme_catalogue_drop();
}

/* Asks for so many in turn, as a program does that walks through all subjects, and keeps what it
 * had to make. Returns how many were there. */
static unsigned walk_through(struct answer_cache *c, const struct query *q, const char *folder,
                             unsigned count)
{
    char text[20];
    unsigned hits = 0;
    for (unsigned i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s/%u", folder, i);
        if (has(c, q, text, NOON))
            hits++;
        else
            put(c, q, text, 5000);
    }
    return hits;
}

TEST(who_walks_through_more_than_fits_does_not_push_out_all_of_it)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query q = question(c, &s, 0, 1);
    unsigned fit = BYTES / 5000;
    walk_through(c, &q, "", fit / 2 * 3);
    for (unsigned times = 0; times < 5; times++)
        EXPECT(walk_through(c, &q, "", fit / 2 * 3) > fit / 4 * 3);
    EXPECT(answer_cache_bytes(c) <= BYTES);
    answer_cache_destroy(c);
    theme_catalogue_drop();
}

TEST(what_many_ask_for_now_takes_the_place_of_what_was_asked_for_before)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query q = question(c, &s, 0, 1);
    unsigned fit = BYTES / 5000;
    walk_through(c, &q, "", fit);
    for (unsigned times = 0; times < 20; times++)
        walk_through(c, &q, "/new", fit / 4 * 3);
    EXPECT(walk_through(c, &q, "/new", fit / 4 * 3) > fit / 2);
    /* What does not hold any more makes room at once. */
    answer_cache_forget(c, NULL, 0);
    struct query fresh = question(c, &s, 0, 1);
    put(c, &fresh, "/fresh", 50000);
    EXPECT(has(c, &fresh, "/fresh", NOON));
    answer_cache_destroy(c);
    theme_catalogue_drop();
}

TEST(an_answer_that_has_read_more_than_can_be_noted_is_not_kept)
{
    struct answer_cache *c = answer_cache_create(BYTES);
    struct query_source s = {.catalogue = theme_catalogue(), .cache = c};
    struct query many = question(c, &s, 0, READS_MAX), more = question(c, &s, 0, READS_MAX + 1);
    struct query again = question(c, &s, 0, READS_MAX);
    struct subject_id id = subject(0);
    reads_add(&again.reads, id.b + 1);
    put(c, &many, "/many", 100);
    put(c, &more, "/more", 100);
    put(c, &again, "/again", 100);
    EXPECT(has(c, &many, "/many", NOON) && has(c, &many, "/again", NOON));
    EXPECT(!has(c, &many, "/more", NOON));
    answer_cache_destroy(c);
    theme_catalogue_drop();
}
