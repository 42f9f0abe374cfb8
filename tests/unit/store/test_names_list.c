/* One list of a search: steps and leaps, the ends, numbers that are known. */
#include "store/names_list.h"
#include "tests/unit/store/temp_store.h"

static const uint8_t gram[NAMES_GRAM_BYTES] = {0, 0, 'a', 0, 0, 'b'};

static void put(struct batch *b, const uint8_t g[NAMES_GRAM_BYTES], uint64_t number)
{
    uint8_t key[NAMES_GRAM_KEY];
    names_gram_key(g, number, key);
    batch_put(b, CF_NAME, slice_make(key, sizeof key), SLICE("\1"));
}

/* Postings of `gram` at 10, 20, … 1000, between others. */
static struct store *postings(void)
{
    static const uint8_t before[NAMES_GRAM_BYTES] = {0, 0, 'a', 0, 0, 'a'};
    static const uint8_t behind[NAMES_GRAM_BYTES] = {0, 0, 'a', 0, 0, 'c'};
    struct store *s = temp_store();
    AUTO(batch_destroy) struct batch *b = batch_create(s);
    for (uint64_t i = 10; i <= 1000; i += 10)
        put(b, gram, i);
    put(b, before, 3);
    put(b, behind, 2000);
    commit(b);
    return s;
}

TEST(a_list_goes_to_the_first_number_not_below_near_or_far)
{
    AUTO(store_close) struct store *s = postings();
    AUTO(view_close) struct view *v = NULL;
    EXPECT_OK(view_open(s, &v));
    struct walk *w = walk_open(v, CF_NAME, SLICE("g"), SLICE("g"));
    struct names_list l;
    names_list_open(&l, w, gram, 0);
    EXPECT_EQ(l.number, 10);
    EXPECT_EQ(names_list_to(&l, 10), 0);
    EXPECT_EQ(names_list_to(&l, 11), 1);
    EXPECT_EQ(l.number, 20);
    EXPECT_EQ(names_list_to(&l, 55), 4);
    EXPECT_EQ(l.number, 60);
    EXPECT_EQ(names_list_to(&l, 901), 17); /* steps, and then the leap */
    EXPECT_EQ(l.number, 910);
    names_list_to(&l, 1000);
    EXPECT(!l.has_ended);
    names_list_to(&l, 1001);
    EXPECT(l.has_ended);
    names_list_open(&l, w, gram, 995);
    EXPECT_EQ(l.number, 1000);
    names_list_open(&l, w, gram, 1001);
    EXPECT(l.has_ended);
    EXPECT_OK(walk_close(w));
}
