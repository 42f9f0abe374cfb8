/* Memory of one message: alignment, zeroes, reset, limit. */
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "tests/support/test.h"

TEST(pieces_are_zeroed_and_aligned_whatever_their_size)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    for (size_t n = 0; n < 300; n++) {
        char *p = arena_alloc(a, n);
        EXPECT_EQ((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            EXPECT_EQ(p[i], 0);
        if (n)
            memset(p, 0xFF, n);
    }
}

TEST(pieces_do_not_overlap_across_blocks)
{
    enum { PIECES = 200, BYTES = 1000 };
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    char *piece[PIECES];
    for (int i = 0; i < PIECES; i++) {
        piece[i] = arena_alloc(a, BYTES);
        memset(piece[i], i, BYTES);
    }
    for (int i = 0; i < PIECES; i++) {
        EXPECT_EQ((unsigned char)piece[i][0], i);
        EXPECT_EQ((unsigned char)piece[i][BYTES - 1], i);
    }
}

TEST(a_piece_larger_than_a_block_gets_a_block_of_its_own)
{
    AUTO(arena_destroy) struct arena *a = arena_create(4 * 1024 * 1024);
    char *p = arena_alloc(a, 3 * 1024 * 1024);
    p[3 * 1024 * 1024 - 1] = 'x';
    EXPECT(arena_used(a) >= 3 * 1024 * 1024);
}

TEST(a_reset_takes_everything_back_and_gives_zeroes_again)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    char *p = arena_alloc(a, 64);
    memset(p, 'x', 64);
    arena_alloc(a, 100000);
    arena_reset(a);
    EXPECT_EQ(arena_used(a), 0);
    char *again = arena_alloc(a, 64);
    EXPECT_EQ(again[0], 0);
    EXPECT_EQ(again[63], 0);
}

TEST(a_copy_ends_in_nul_and_no_longer_needs_its_source)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    char source[] = "广州";
    struct slice s = arena_dup(a, slice_of(source));
    source[0] = '?';
    EXPECT_SLICE(s, "广州");
    EXPECT_EQ(s.p[s.n], 0);
    EXPECT_SLICE(arena_dup(a, (struct slice){0}), "");
}

TEST(formatted_text_has_its_exact_length)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1024 * 1024);
    EXPECT_SLICE(arena_printf(a, "%s-%04d", "row", 7), "row-0007");
    EXPECT_EQ(arena_printf(a, "%05000d", 1).n, 5000);
}

TEST(going_over_the_limit_is_a_bug_and_aborts)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        struct arena *a = arena_create(1000);
        fclose(stderr);
        arena_alloc(a, 500);
        arena_alloc(a, 600);
        _exit(0);
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGABRT);
}

TEST(destroying_nothing_is_allowed)
{
    arena_destroy(NULL);
}

TEST(a_mark_takes_back_what_was_given_out_since_and_keeps_what_was_before)
{
    AUTO(arena_destroy) struct arena *a = arena_create(1 << 20);
    struct slice kept = arena_dup(a, SLICE("kept"));
    size_t used = arena_used(a);
    struct arena_mark mark = arena_set_mark(a);
    for (int i = 0; i < 100; i++) {
        arena_alloc(a, 3000);
        EXPECT(arena_used(a) > used);
        if (i % 10 == 9)
            arena_rewind(a, mark);
    }
    EXPECT_EQ(arena_used(a), used);
    EXPECT_SLICE(kept, "kept");
    EXPECT_EQ(((const char *)arena_alloc(a, 16))[0], 0);
}
