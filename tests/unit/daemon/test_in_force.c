/* Putting catalogues into force: what is refused changes nothing, what is in force survives. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/in_force.h"
#include "store/state.h"
#include "tests/support/test.h"

struct world {
    struct store *store;
    struct keys *keys;
    struct clock clock;
    struct writer *writer;
    struct in_force f;
};

static struct world *open_world(const char *dir)
{
    static struct world w;
    w = (struct world){.clock = clock_real()};
    uint8_t master[32] = {1};
    struct store_options so = {.dir = dir, .cache_bytes = 8 << 20, .buffer_bytes = 16 << 20};
    EXPECT_OK(store_open(&so, &w.store, NULL));
    w.keys = keys_fixed(master);
    in_force_init(&w.f);
    EXPECT_OK(in_force_restore(&w.f, w.store, NULL));
    struct writer_options wo = {
        .store = w.store, .keys = w.keys, .clock = &w.clock, .catalogue = &w.f.now};
    EXPECT_OK(writer_start(&wo, &w.writer, NULL));
    return &w;
}

static void close_world(struct world *w)
{
    writer_stop(w->writer);
    in_force_fini(&w->f);
    keys_destroy(w->keys);
    store_close(w->store);
}

/* A copy of the catalogue in which `sed` changed one file. */
static const char *changed_copy(const char *name, const char *file, const char *script)
{
    static char dir[4200];
    char *command = NULL;
    snprintf(dir, sizeof dir, "%s/%s", test_tempdir(), name);
    EXPECT(asprintf(&command, "rm -rf '%s' && cp -r '%s' '%s' && sed -i '%s' '%s/%s'", dir,
                    test_source("catalogue"), dir, script, dir, file) > 0);
    EXPECT_EQ(system(command), 0);
    free(command);
    return dir;
}

TEST(what_was_put_into_force_is_there_after_a_restart_without_its_files)
{
    const char *dir = test_tempdir();
    struct world *w = open_world(dir);
    size_t fresh = 0;
    EXPECT(!atomic_load(&w->f.now));
    EXPECT_OK(in_force_load(&w->f, w->writer, test_source("catalogue"), &fresh, NULL));
    EXPECT_EQ(fresh, 393);
    EXPECT_EQ(in_force_themes(&w->f, clock_now(&w->clock)), 392);
    close_world(w);
    w = open_world(dir);
    EXPECT_EQ(in_force_themes(&w->f, clock_now(&w->clock)), 392);
    const struct catalogue *before = atomic_load(&w->f.now);
    EXPECT_OK(in_force_load(&w->f, w->writer, test_source("catalogue"), &fresh, NULL));
    EXPECT_EQ(fresh, 0);
    EXPECT(atomic_load(&w->f.now) == before);
    close_world(w);
}

TEST(a_catalogue_with_a_mistake_is_refused_and_the_old_one_stays)
{
    struct world *w = open_world(test_tempdir());
    size_t fresh = 0;
    struct reason why = {""};
    EXPECT_OK(in_force_load(&w->f, w->writer, test_source("catalogue"), &fresh, NULL));
    const struct catalogue *before = atomic_load(&w->f.now);
    const char *dir =
        changed_copy("broken", "themes/amr-licence.yaml", "s/^archetype:.*/archetype: none/");
    EXPECT_ERR(in_force_load(&w->f, w->writer, dir, &fresh, &why), CE_INVALID);
    EXPECT(strstr(why.text, "amr-licence.yaml:"));
    EXPECT(atomic_load(&w->f.now) == before);
    close_world(w);
}

TEST(an_entry_may_not_change_under_its_version)
{
    struct world *w = open_world(test_tempdir());
    size_t fresh = 0;
    struct reason why = {""};
    EXPECT_OK(in_force_load(&w->f, w->writer, test_source("catalogue"), &fresh, NULL));
    const char *dir = changed_copy("changed", "themes/amr-licence.yaml", "s/^en:.*/en: Other/");
    EXPECT_ERR(in_force_load(&w->f, w->writer, dir, &fresh, &why), CE_CONFLICT);
    EXPECT(strstr(why.text, "amr-licence"));
    close_world(w);
}

TEST(a_next_version_is_stored_and_comes_into_force_at_its_time)
{
    struct world *w = open_world(test_tempdir());
    size_t fresh = 0;
    EXPECT_OK(in_force_load(&w->f, w->writer, test_source("catalogue"), &fresh, NULL));
    const char *dir = changed_copy("next", "themes/amr-licence.yaml",
                                   "s/^en:.*/en: Other/;s/^version:.*/version: "
                                   "2/;s/^valid_from:.*/valid_from: 2999-01-01T00:00:00+08:00/");
    EXPECT_OK(in_force_load(&w->f, w->writer, dir, &fresh, NULL));
    EXPECT_EQ(fresh, 1);
    const struct catalogue *c = atomic_load(&w->f.now);
    struct utc_ms later;
    EXPECT(utc_parse(SLICE("2999-06-01"), &later));
    EXPECT_EQ(catalogue_theme_at(c, SLICE("amr-licence"), clock_now(&w->clock))->version, 1);
    EXPECT_EQ(catalogue_theme_at(c, SLICE("amr-licence"), later)->version, 2);
    close_world(w);
}
