/* Threads and their names. A thread takes its name before it does anything else: one that had none
 * would go by that of whoever started it. */
#include "base/thread.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"

struct beginning {
    char name[16];
    void *(*run)(void *ctx);
    void *ctx;
};

static void *begin(void *ctx)
{
    struct beginning b = *(struct beginning *)ctx;
    free(ctx);
    pthread_setname_np(pthread_self(), b.name);
    return b.run(b.ctx);
}

pthread_t thread_start(const char *name, void *(*run)(void *ctx), void *ctx)
{
    pthread_t ret;
    struct beginning *b = calloc(1, sizeof *b);
    CHECK(b && *name && strlen(name) < sizeof b->name);
    memcpy(b->name, name, strlen(name));
    b->run = run;
    b->ctx = ctx;
    CHECK(pthread_create(&ret, NULL, begin, b) == 0);
    return ret;
}
