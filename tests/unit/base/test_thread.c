/* A thread goes by the name that it was given. */
#include <string.h>

#include "base/check.h"
#include "base/thread.h"
#include "tests/support/test.h"

static void *own_name(void *ctx)
{
    CHECK(pthread_getname_np(pthread_self(), ctx, 16) == 0);
    return ctx;
}

TEST(a_thread_has_its_name_from_its_first_step_on)
{
    char name[16];
    void *ended;
    EXPECT(pthread_join(thread_start("a-longest-name!", own_name, name), &ended) == 0);
    EXPECT(ended == name);
    EXPECT(strcmp(name, "a-longest-name!") == 0);
}
