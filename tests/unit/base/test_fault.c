/* Which pass of a fault point fails, armed by a test or by the environment. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/fault.h"
#include "tests/support/test.h"

#ifdef CREDENCE_FAULTS

TEST(a_point_that_is_not_armed_never_fails)
{
    for (int f = 0; f < FAULT_COUNT; f++)
        EXPECT(!fault_hit((enum fault)f));
}

TEST(a_point_armed_for_every_pass_fails_until_disarmed)
{
    fault_arm(FAULT_COMMIT_FAILS, 0);
    EXPECT(fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(!fault_hit(FAULT_COMMIT_DIES));
    fault_arm(FAULT_COMMIT_FAILS, -1);
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
}

TEST(a_point_armed_for_the_nth_pass_fails_there_and_nowhere_else)
{
    fault_arm(FAULT_COMMIT_FAILS, 3);
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
    fault_arm(FAULT_COMMIT_FAILS, 1);
    EXPECT(fault_hit(FAULT_COMMIT_FAILS));
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
}

/* The environment is read once in a process, so each case is a program of its own: this one again,
 * with FAULT_SELF set. Prints a digit for each of four passes through two points. */
__attribute__((constructor)) static void play_the_child(void)
{
    if (!getenv("FAULT_SELF"))
        return;
    char seen[9] = "";
    for (int i = 0; i < 4; i++) {
        seen[i] = fault_hit(FAULT_COMMIT_FAILS) ? '1' : '0';
        seen[4 + i] = fault_hit(FAULT_CRYPT_PLAIN) ? '1' : '0';
    }
    printf("%s\n", seen);
    fflush(stdout);
    _exit(0);
}

static void run_with(const char *value, char out[9], int *status)
{
    int ends[2];
    EXPECT_EQ(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(STDERR_FILENO);
        setenv("FAULT_SELF", "1", 1);
        setenv("CREDENCE_FAULT", value, 1);
        execl("/proc/self/exe", "test_fault", (char *)NULL);
        _exit(127);
    }
    EXPECT(child > 0);
    close(ends[1]);
    size_t n = 0;
    ssize_t got;
    while (n < 8 && (got = read(ends[0], out + n, 8 - n)) > 0)
        n += (size_t)got;
    out[n] = '\0';
    close(ends[0]);
    EXPECT_EQ(waitpid(child, status, 0), child);
}

TEST(the_environment_arms_points_by_name)
{
    char seen[9];
    int status;
    run_with("store.commit", seen, &status);
    EXPECT_STR(seen, "11110000");
    run_with("store.commit:3", seen, &status);
    EXPECT_STR(seen, "00100000");
    run_with(" store.commit:1 , crypt.plain", seen, &status);
    EXPECT_STR(seen, "10001111");
    run_with("", seen, &status);
    EXPECT_STR(seen, "00000000");
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

TEST(a_misspelt_point_stops_the_program)
{
    static const char *const wrong[] = {"store.comit", "store.commit:0", "store.commit:x",
                                        "store.commit:-1", "store.commit:"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        char seen[9];
        int status;
        run_with(wrong[i], seen, &status);
        EXPECT_STR(seen, "");
        EXPECT(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
    }
}

#else

TEST(without_fault_points_nothing_ever_fails)
{
    fault_arm(FAULT_COMMIT_FAILS, 0);
    EXPECT(!fault_hit(FAULT_COMMIT_FAILS));
}

#endif
