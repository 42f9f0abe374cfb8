/* Hands in two files of tests/bench/counts/rows to a new register and asks for the first page of
 * the records of the one who was fined most. What valgrind counts is the second question: after the
 * first one the store has at hand what it needs. */
#include <stdio.h>
#include <valgrind/callgrind.h>

#include "query/records.h"
#include "query/subjects.h"
#include "tests/support/asked.h"

static unsigned records_asked(struct world *w)
{
    struct asked a;
    struct subject_answer subject;
    struct record_answer *records;
    struct records_filter all = {.from = DAY_NONE, .to = DAY_NONE};
    struct slice next;
    unsigned count = 0;
    ask(w, &a);
    EXPECT_OK(query_subject(&a.q, SLICE("91440111YY0A78R10D"), true, &subject));
    EXPECT_OK(query_records(&a.q, &subject.id, &all, 20, (struct slice){0}, &records, &count, &next,
                            NULL));
    asked_end(&a);
    return count;
}

static void hand_in(struct world *w, const char *theme, const char *file)
{
    static char bytes[1 << 20];
    FILE *f = fopen(test_source(file), "rb");
    EXPECT(f != NULL);
    struct slice text = {bytes, fread(bytes, 1, sizeof bytes, f)};
    fclose(f);
    EXPECT(world_submit(w, theme, NULL, text).stored > 0);
}

TEST(a_subjects_first_page_is_made)
{
    struct world *w = world_open();
    world_go_to(w, "2027-01-01");
    hand_in(w, "amr-enterprise-registration",
            "tests/bench/counts/rows/amr-enterprise-registration.csv");
    hand_in(w, "amr-penalty", "tests/bench/counts/rows/amr-penalty.csv");
    EXPECT_EQ(records_asked(w), 20);
    CALLGRIND_START_INSTRUMENTATION;
    unsigned count = records_asked(w);
    CALLGRIND_STOP_INSTRUMENTATION;
    CALLGRIND_DUMP_STATS;
    EXPECT_EQ(count, 20);
    printf("answer 1\n");
    world_close(w);
}
