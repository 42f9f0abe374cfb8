/* What a store holds: `digest`, `stores`, `status`, and the row of `check`. The creditd that holds
 * the folder is asked; when nobody holds it, the store is opened here. */
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/check.h"
#include "daemon/ctl.h"
#include "daemon/ctl_check.h"
#include "daemon/ctl_here.h"
#include "daemon/terminal.h"

/* Asks quietly. CE_UNAVAILABLE: there is no daemon. Else 0, and an exit code in *ret_code. */
static int ask_if_there(struct ctl *c, const char *path, const struct json **ret, int *ret_code)
{
    int status;
    struct slice body;
    int r = ctl_fetch(c, "GET", "/healthz", &status, &body, NULL);
    if (r == CE_UNAVAILABLE)
        return r;
    *ret_code = ctl_ask(c, "GET", path, ret);
    return 0;
}

static int digest_here(struct ctl *c, const struct inspect_digest *what)
{
    struct holding h;
    struct inspected in;
    struct reason why = {""};
    char hex[65];
    int code = ctl_here_open(c, &h, &in);
    if (code != EXIT_CODE_OK)
        return code;
    int r = inspect_digest(&in, what, hex, &why);
    if (r < 0)
        code = ctl_fail(r == CE_NOT_FOUND ? EXIT_CODE_FAILED : EXIT_CODE_STORE, "%s", why.text);
    else
        printf("%s\n", hex);
    holding_close(&h);
    return code;
}

static int run_digest(struct ctl *c)
{
    const char *theme = ctl_option(c, "theme");
    struct inspect_digest what = {
        .theme = slice_of(theme),
        .with_history = ctl_option(c, "history") != NULL,
        .with_ledger = ctl_option(c, "ledger") != NULL,
    };
    const char *path =
        arena_printf(c->arena, "/v1/operator/digest?history=%s&ledger=%s%s%s",
                     what.with_history ? "yes" : "no", what.with_ledger ? "yes" : "no",
                     theme ? "&theme=" : "", theme ? ctl_escape(c, theme) : "")
            .p;
    const struct json *answer = NULL;
    int code = EXIT_CODE_OK;
    if (ask_if_there(c, path, &answer, &code) == CE_UNAVAILABLE)
        return digest_here(c, &what);
    if (code == EXIT_CODE_OK)
        printf("%s\n", terminal_text(c->arena, json_get_string(answer, "digest")));
    return code;
}

static void print_store(struct ctl *c, struct slice name, struct slice kind, int64_t subjects,
                        int64_t records, int64_t revoked)
{
    printf("%s%s%14s%14s%14s\n", terminal_column(c->arena, name, 16),
           terminal_column(c->arena, kind, 21), terminal_number(c->arena, subjects),
           terminal_number(c->arena, records), terminal_number(c->arena, revoked));
}

static void print_stores_head(void)
{
    printf("主体库          store                %14s%14s%14s\n", "subjects", "records", "revoked");
}

static int stores_here(struct ctl *c)
{
    struct holding h;
    struct inspected in;
    struct inspect_stores all;
    struct reason why = {""};
    int code = ctl_here_open(c, &h, &in);
    if (code != EXIT_CODE_OK)
        return code;
    if (inspect_stores(&in, &all, &why) < 0) {
        code = ctl_fail(EXIT_CODE_STORE, "%s", why.text);
    } else {
        print_stores_head();
        for (int k = SUBJECT_KIND_FIRST; k <= SUBJECT_KIND_LAST; k++)
            print_store(c, slice_of(subject_kind_zh((enum subject_kind)k)),
                        slice_of(subject_kind_code((enum subject_kind)k)),
                        (int64_t)all.kinds[k].subjects, (int64_t)all.kinds[k].records,
                        (int64_t)all.kinds[k].revoked);
        printf("revokes that wait for their record: %llu\n", (unsigned long long)all.waiting);
    }
    holding_close(&h);
    return code;
}

static int run_stores(struct ctl *c)
{
    const struct json *answer = NULL;
    int code = EXIT_CODE_OK;
    if (ask_if_there(c, "/v1/operator/stores", &answer, &code) == CE_UNAVAILABLE)
        return stores_here(c);
    if (code != EXIT_CODE_OK)
        return code;
    const struct json *items = json_get(answer, "items");
    print_stores_head();
    for (size_t i = 0; items && i < items->count; i++) {
        const struct json *one = &items->items[i];
        print_store(c, json_get_string(one, "name"), json_get_string(one, "kind"),
                    json_get_int(one, "subjects"), json_get_int(one, "records"),
                    json_get_int(one, "revoked"));
    }
    printf("revokes that wait for their record: %lld\n",
           (long long)json_get_int(answer, "waiting_revokes"));
    return EXIT_CODE_OK;
}

static int run_status(struct ctl *c)
{
    const struct json *answer = NULL;
    int code = ctl_ask(c, "GET", "/v1/operator/status", &answer);
    if (code != EXIT_CODE_OK)
        return code;
    for (size_t i = 0; answer && i < answer->count; i++) {
        const struct json *v = &answer->items[i];
        printf("%s", terminal_column(c->arena, answer->keys[i], 28));
        if (v->kind == JSON_STRING)
            printf("%s\n", terminal_text(c->arena, v->string));
        else if (v->kind == JSON_BOOL)
            printf("%s\n", v->boolean ? "yes" : "no");
        else
            printf("%lld\n", (long long)v->integer);
    }
    return EXIT_CODE_OK;
}

static int run_check(struct ctl *c)
{
    return ctl_check(c);
}

#define KEYS_OPTION                                                                                \
    {                                                                                              \
        "keys", "FILE", "The key file, when no creditd holds the store; default DATA/keys."        \
    }

static const struct option_row here_options[] = {KEYS_OPTION};
static const struct option_row digest_options[] = {
    {"theme", "T", "Only the records of this theme."},
    {"history", NULL, "With superseded versions; comparable for equal input only."},
    {"ledger", NULL, "With the ledger's totals; comparable for equal input only."},
    KEYS_OPTION,
};

const struct ctl_command ctl_store_commands[] = {
    {"check", "[--keys FILE]", "Proves the store: indexes, receipts, ledger, digest",
     "Reads everything once: every index row has its record and the reverse, receipts add up to\n"
     "batches and ledgers, and the digest is computed anew. Works on the store that a creditd "
     "holds\n"
     "(which goes on serving) and on one that nobody holds.\n\n"
     "Exit status 0: the store is content; 6: it has mistakes, and a line for each of the first "
     "100.",
     here_options, ARRAY_LEN(here_options), 0, 0, run_check},
    {"digest", "[--theme T] [--history] [--ledger]", "Prints the digest of the content",
     "Prints 64 hexadecimal digits. Two stores with the same records have the same digest, in\n"
     "whatever order these came. Works with and without a creditd, as `check`.",
     digest_options, ARRAY_LEN(digest_options), 0, 0, run_digest},
    {"stores", "", "Counts subjects and records in the five stores",
     "Counts what each of the five stores of subjects holds, public or not.", here_options,
     ARRAY_LEN(here_options), 0, 0, run_stores},
    {"status", "", "Says how the creditd that holds the folder is",
     "Prints version, address, times and sizes of the running creditd.", NULL, 0, 0, 0, run_status},
    {0},
};
