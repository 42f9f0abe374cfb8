/*~ The newcomer's tour begins here. creditd is the public credit information system of a city as
 * one process: departments hand in files of records, each row is judged by the catalogue and stored
 * under its subject, and anybody may look a subject up.
 *
 * This file reads the command line and the settings, starts the parts (daemon/running.c is the next
 * stop) and waits for a signal. The way of a row goes from web/ into ingest/submission.c, through
 * ingest/judge.c and ingest/gate.c to ingest/apply.c, which fills one write batch of store/batch.h;
 * the way of an answer from web/ to query/subjects.h and store/view.h. Steps of the tour are
 * comments that begin like this one. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"
#include "base/log.h"
#include "daemon/config.h"
#include "daemon/options.h"
#include "daemon/running.h"

/* Read by jemalloc, where it is linked: memory that is given back leaves within a second or two and
 * by a thread of its own, and few arenas keep what is in between small (docs/adr/0026). */
extern const char *malloc_conf;
__attribute__((visibility("default"))) const char *malloc_conf =
    "narenas:4,background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

enum { ARENA_BYTES = 16 << 20, OVERRIDES_MAX = 256, CONFIG_BYTES_MAX = 1 << 20 };

static const struct option_row options[] = {
    {"data", "DIR", "The data folder; made when it is not there."},
    {"listen", "ADDRESS:PORT", "Where to answer; port 0 takes a free one."},
    {"config", "FILE", "Settings file; see --print-config."},
    {"catalogue", "DIR", "The catalogue's folder."},
    {"set", "NAME=VALUE", "Any setting; may be given many times."},
    {"check-config", NULL, "Checks settings and catalogue, starts nothing."},
    {"print-config", NULL, "Prints the settings as a file with explanations, starts nothing."},
    {"help", NULL, "Prints this."},
    {"version", NULL, "Prints the version."},
};

static void print_help(FILE *to)
{
    fputs(
        "creditd: a public credit information system\n\n"
        "  creditd [--data DIR] [--listen ADDRESS:PORT] [--config FILE] [--set NAME=VALUE]...\n\n"
        "Holds the data folder DIR, takes departments' files, and answers over HTTP. Stays in the\n"
        "foreground and logs to standard error; it is ready when GET /readyz says 200, and says "
        "so\n"
        "in one line on standard output. creditctl speaks to it over the socket "
        "DIR/creditd.sock.\n\n"
        "SIGTERM or SIGINT: ends requests, commits, closes the store, exits with 0.\n"
        "SIGHUP: reads the catalogue's files anew; a catalogue with a mistake is refused with "
        "file,\n"
        "line and reason in the log, and the old one stays in force.\n\n",
        to);
    options_print(options, ARRAY_LEN(options), to);
    fputs("\nEach setting can stand in the file (\"listen = 0.0.0.0:8080\"), in the environment\n"
          "(CREDENCE_LISTEN) or on the command line (--set listen=0.0.0.0:8080). The command line\n"
          "holds over the environment, the environment over the file.\n\n",
          to);
    exit_codes_print(to);
    fputs("\nExample: creditd --data /var/lib/credence --listen 127.0.0.1:8080\n", to);
}

static int fail(enum exit_code code, const char *what)
{
    fprintf(stderr, "creditd: %s\n", what);
    return (int)code;
}

/* Settings from the command line, in its order: the last one holds. */
static int overrides_of(struct arena *a, const struct options *o, struct config_override *ret,
                        size_t *ret_count, struct reason *why)
{
    size_t count = 0;
    for (size_t i = 0; i < o->given_count; i++) {
        const char *name = o->given[i].row->name, *value = o->given[i].value;
        if (count == OVERRIDES_MAX)
            return reason_set(why, CE_INVALID, "more than %d settings", OVERRIDES_MAX);
        if (strcmp(name, "set") == 0) {
            int r = config_split(a, value, &ret[count++], why);
            if (r < 0)
                return r;
        } else if (config_has(name)) {
            ret[count++] = (struct config_override){name, value};
        }
    }
    *ret_count = count;
    return 0;
}

static int print_config(const struct config *c)
{
    AUTO_BUF(text, CONFIG_BYTES_MAX);
    config_print(c, &text);
    fwrite(text.p, 1, text.n, stdout);
    return fflush(stdout) == 0 ? EXIT_CODE_OK : EXIT_CODE_FAILED;
}

/* What the setting `memory` is divided into. */
static int print_memory(const struct config *c)
{
    struct memory_plan plan;
    struct reason why = {""};
    if (memory_plan_make(c->memory, (unsigned)c->http_threads, (unsigned)c->http_workers,
                         broker_is_configured(&c->kafka), &plan, &why) < 0)
        return fail(EXIT_CODE_REFUSED, why.text);
    AUTO_BUF(text, 16 * 1024);
    memory_plan_print(&plan, &text);
    fwrite(text.p, 1, text.n, stdout);
    return EXIT_CODE_OK;
}

static int check_config(struct arena *a, const struct config *c)
{
    int r = print_memory(c);
    if (r != EXIT_CODE_OK)
        return r;
    AUTO(arena_destroy) struct arena *files = arena_create(CATALOGUE_ARENA_BYTES);
    struct catalogue *catalogue;
    struct reason why = {""};
    const char *dir = config_catalogue_dir(a, c);
    if (catalogue_load(files, dir, &catalogue, &why) < 0)
        return fail(EXIT_CODE_REFUSED, why.text);
    printf("creditd: the settings are right, and so is the catalogue in %s (%zu themes)\n", dir,
           catalogue->theme_count);
    return EXIT_CODE_OK;
}

/* "127.0.0.1:8080" with the port that was really taken. */
static void print_ready(const struct config *c, const struct running *r)
{
    ptrdiff_t colon = -1;
    for (size_t i = 0; i < c->listen.n; i++)
        if (c->listen.p[i] == ':')
            colon = (ptrdiff_t)i;
    printf("creditd: ready on http://%.*s:%u/ with the data in %s\n", (int)colon, c->listen.p,
           web_port(r->web), c->data.p);
    fflush(stdout);
    log_event(LOG_INFO, "daemon.ready", LOG_S("listen", c->listen), LOG_I("port", web_port(r->web)),
              LOG_I("pid", getpid()));
}

/*~ Signals are blocked before the first thread is made, so that every thread blocks them, and taken
 * here one by one: nothing is ever interrupted in the middle of its work. */
static void block_signals(sigset_t *ret)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    CHECK(sigaction(SIGPIPE, &ignore, NULL) == 0);
    sigemptyset(ret);
    sigaddset(ret, SIGTERM);
    sigaddset(ret, SIGINT);
    sigaddset(ret, SIGHUP);
    CHECK(pthread_sigmask(SIG_BLOCK, ret, NULL) == 0);
}

static void wait_for_the_end(struct running *r, const sigset_t *signals)
{
    for (;;) {
        int number = 0;
        CHECK(sigwait(signals, &number) == 0);
        log_event(LOG_INFO, "daemon.signal", LOG_C("name", sigabbrev_np(number)));
        if (number != SIGHUP)
            return;
        size_t fresh;
        running_load_catalogue(r, (struct slice){0}, &fresh, NULL);
    }
}

static int serve(const struct config *c)
{
    sigset_t signals;
    struct running r;
    struct reason why = {""};
    block_signals(&signals);
    /* Names and addresses are nobody's business on a shared machine. */
    umask(077);
    log_set_level(config_log_level(c));
    enum exit_code code = running_start(c, &r, &why);
    if (code != EXIT_CODE_OK)
        return fail(code, why.text);
    print_ready(c, &r);
    wait_for_the_end(&r, &signals);
    /* Whoever cannot wait for requests to end sends the signal again. */
    CHECK(pthread_sigmask(SIG_UNBLOCK, &signals, NULL) == 0);
    running_stop(&r);
    log_event(LOG_INFO, "daemon.stopped", LOG_I("pid", getpid()));
    return EXIT_CODE_OK;
}

int main(int argc, char **argv)
{
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    struct options o;
    struct reason why = {""};
    if (options_parse(a, options, ARRAY_LEN(options), argc - 1, argv + 1, &o, &why) < 0 ||
        (o.word_count && reason_set(&why, CE_INVALID, "\"%.60s\" is no option", o.words[0]))) {
        fprintf(stderr, "creditd: %s; see `creditd --help`\n", why.text);
        return EXIT_CODE_USAGE;
    }
    if (options_get(&o, "help")) {
        print_help(stdout);
        return EXIT_CODE_OK;
    }
    if (options_get(&o, "version")) {
        puts("creditd " CREDENCE_VERSION);
        return EXIT_CODE_OK;
    }
    struct config_override overrides[OVERRIDES_MAX];
    size_t count = 0;
    struct config c;
    int r = overrides_of(a, &o, overrides, &count, &why);
    if (r == 0)
        r = config_read(a, options_get(&o, "config"), overrides, count, &c, &why);
    if (r < 0)
        return fail(EXIT_CODE_REFUSED, why.text);
    if (options_get(&o, "print-config"))
        return print_config(&c);
    if (options_get(&o, "check-config"))
        return check_config(a, &c);
    holding_more_files();
    return serve(&c);
}
