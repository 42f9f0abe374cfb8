#pragma once
#include "base/arena.h"
#include "base/http_client.h"
#include "base/json.h"
#include "base/slice.h"
#include "daemon/exit_code.h"
#include "daemon/options.h"

/* One call of creditctl: where the daemon is, and what was asked on the command line. Commands say
 * on standard error what went wrong and what to do, and return an exit code. */
struct ctl {
    struct arena *arena;
    const char *data; /* the data folder */
    struct options options;
    const char *const *words; /* arguments behind the command's name */
    size_t word_count;
    const struct ctl_command *command;
};

struct ctl_command {
    const char *name;      /* "key add" */
    const char *arguments; /* "--department D [--name N]" */
    const char *summary;   /* one line, for the list of commands */
    const char *about;     /* paragraphs, for its own help */
    const struct option_row *options;
    size_t option_count;
    size_t words_min, words_max;
    int (*run)(struct ctl *c);
};
/* The commands by group, each list ended by a row without a name. */
extern const struct ctl_command ctl_submit_commands[], ctl_catalogue_commands[], ctl_key_commands[],
    ctl_store_commands[], ctl_search_commands[], ctl_terms_commands[], ctl_findings_commands[],
    ctl_own_commands[], ctl_sample_commands[], ctl_load_commands[], ctl_offsets_commands[],
    ctl_rebuild_commands[], ctl_topics_commands[];

/* The option's value, or NULL. */
const char *ctl_option(const struct ctl *c, const char *name);

/* "creditctl: " and the message and a line end, on standard error. */
void ctl_say(const char *fmt, ...) PRINTF(1, 2);
/* The same, and returns the code, for `return ctl_fail(...)`. */
int ctl_fail(int exit_code, const char *fmt, ...) PRINTF(2, 3);
/* Nobody answers on the socket: says how to start the daemon. */
int ctl_no_daemon(const struct ctl *c);
/* Per cent encoding of a value in an address. */
const char *ctl_escape(struct ctl *c, const char *value);

/* The daemon's socket; for http_request.unix_socket. */
const char *ctl_socket(const struct ctl *c);
/* Asks the daemon and says nothing: what http_fetch returns. The body lives in the arena. */
int ctl_fetch(struct ctl *c, const char *method, const char *path, int *ret_status,
              struct slice *ret_body, struct reason *reterr_why);
/* Asks the daemon. 0 and the answer as JSON (NULL when it is empty) for a status below 300, else an
 * exit code, having said why; EXIT_CODE_REFUSED for 409 and 422. */
int ctl_ask(struct ctl *c, const char *method, const char *path, const struct json **ret);
/* The same with a JSON body, by POST; also the answer's text. */
int ctl_send(struct ctl *c, const char *path, struct slice body, const struct json **ret,
             struct slice *ret_text);
/* Asks for a list page by page (`path` has a query already) and calls `each` for every item, or
 * with NULL copies the pages to standard output, one a line. The memory that `each` takes from the
 * arena is given back with every page. `ret_items` counts. */
int ctl_pages(struct ctl *c, const char *path,
              void (*each)(struct ctl *c, void *ctx, const struct json *item), void *ctx,
              uint64_t *ret_items);
/* Asks the daemon and copies the answer to standard output as it comes. */
int ctl_copy(struct ctl *c, const char *path);
/* "amr-penalty 市场监管行政处罚信息": a code of an answer's item and the Chinese name beside it, as
 * far as it has one. */
struct slice ctl_named(struct ctl *c, const struct json *item, const char *code, const char *name);
/* Says what an answer of 300 and above says. */
void ctl_say_problem(struct ctl *c, int status, struct slice body);
