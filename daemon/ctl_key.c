/* Keys of departments: `key add`, `key list`, `key remove`. */
#include <stdio.h>

#include "base/attr.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

static const char *text_of(struct ctl *c, const struct json *object, const char *key)
{
    return terminal_text(c->arena, json_get_string(object, key));
}

static int run_add(struct ctl *c)
{
    const char *department = ctl_option(c, "department"), *name = ctl_option(c, "name");
    if (!department)
        return ctl_fail(EXIT_CODE_USAGE,
                        "--department is missing; `creditctl catalogue departments` shows them");
    const char *path =
        arena_printf(c->arena, "/v1/operator/keys?department=%s%s%s", ctl_escape(c, department),
                     name ? "&name=" : "", name ? ctl_escape(c, name) : "")
            .p;
    const struct json *answer;
    int code = ctl_ask(c, "POST", path, &answer);
    if (code != EXIT_CODE_OK)
        return code;
    /* The key alone on standard output, so that a script can take it. */
    fprintf(stderr, "Key %s of department %s. It is shown this once; only its hash is kept.\n",
            text_of(c, answer, "id"), text_of(c, answer, "department"));
    printf("%s\n", text_of(c, answer, "key"));
    return EXIT_CODE_OK;
}

static int run_list(struct ctl *c)
{
    const struct json *answer;
    int code = ctl_ask(c, "GET", "/v1/operator/keys", &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const struct json *items = json_get(answer, "items");
    for (size_t i = 0; items && i < items->count; i++)
        printf("%-16s  %-20s  %s  %s\n", text_of(c, &items->items[i], "id"),
               text_of(c, &items->items[i], "department"),
               text_of(c, &items->items[i], "created_at"), text_of(c, &items->items[i], "name"));
    if (!items || !items->count)
        ctl_say("there are no keys; `creditctl key add --department D` makes one");
    return EXIT_CODE_OK;
}

static int run_remove(struct ctl *c)
{
    const struct json *answer;
    int code = ctl_ask(c, "DELETE",
                       arena_printf(c->arena, "/v1/operator/keys/%s", ctl_escape(c, c->words[0])).p,
                       &answer);
    if (code == EXIT_CODE_OK)
        printf("key %s no longer holds\n", c->words[0]);
    return code;
}

static const struct option_row add_options[] = {
    {"department", "D", "The department's id, as in departments.yaml of the catalogue."},
    {"name", "TEXT", "What the key is for, so that it is known in the list."},
};

const struct ctl_command ctl_key_commands[] = {
    {"key add", "--department D [--name TEXT]",
     "Makes a key with which a department hands in files",
     "Makes a key and prints it, alone on standard output. It is shown this once; only a hash is\n"
     "kept. Whoever has it may hand in and look up what is the department's:\n\n"
     "  curl -H \"Authorization: Bearer KEY\" -H \"Content-Type: text/csv\" \\\n"
     "       --data-binary @FILE \"http://127.0.0.1:8080/v1/submissions?theme=T\"",
     add_options, ARRAY_LEN(add_options), 0, 0, run_add},
    {"key list", "", "Lists keys: id, department, when made, name",
     "Lists the keys of all departments. The keys themselves are not known to anybody but those "
     "who\n"
     "hold them.",
     NULL, 0, 0, 0, run_list},
    {"key remove", "ID", "Takes a key back", "The key with this id no longer holds, from now on.",
     NULL, 0, 1, 1, run_remove},
    {0},
};
