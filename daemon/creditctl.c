/* The operator's and the clerk's tool: hands in files, makes keys, proves a store. It speaks to the
 * creditd that holds the data folder over a socket in it, so whoever may use the folder may use the
 * tool. This file finds the command and shows the help; the commands are in ctl_*.c. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "daemon/ctl.h"

enum { ARENA_BYTES = 768 << 20 };

static const struct ctl_command *const groups[] = {
    ctl_submit_commands, ctl_catalogue_commands, ctl_key_commands,      ctl_store_commands,
    ctl_search_commands, ctl_terms_commands,     ctl_findings_commands, ctl_own_commands,
    ctl_sample_commands, ctl_load_commands,      ctl_offsets_commands,  ctl_rebuild_commands,
    ctl_topics_commands,
};

static const struct option_row common_options[] = {
    {"data", "DIR", "The data folder; default CREDENCE_DATA, else /var/lib/credence."},
    {"help", NULL, "Shows help on the command and ends."},
    {"version", NULL, "Prints the version and ends."},
};

static void print_overview(FILE *to)
{
    fputs("creditctl: what operators and clerks do with a credit register\n\n"
          "  creditctl [--data DIR] COMMAND [ARGUMENT...]\n\n"
          "It speaks to the creditd that holds DIR. Commands:\n\n",
          to);
    for (size_t g = 0; g < ARRAY_LEN(groups); g++)
        for (const struct ctl_command *c = groups[g]; c->name; c++)
            fprintf(to, "  %-22s %s\n", c->name, c->summary);
    fputs(
        "  help COMMAND           Help on one command; `creditctl COMMAND --help` is the same.\n\n",
        to);
    options_print(common_options, ARRAY_LEN(common_options), to);
    fputc('\n', to);
    exit_codes_print(to);
    fputs("\nExample: creditctl submit --theme amr-enterprise-registration companies.csv\n", to);
}

static void print_command(const struct ctl_command *c, FILE *to)
{
    fprintf(to, "creditctl %s %s\n\n%s\n\n", c->name, c->arguments, c->about);
    options_print(c->options, c->option_count, to);
    options_print(common_options, ARRAY_LEN(common_options), to);
}

/* The command whose name is the longest beginning of the words; how many words it took. */
static const struct ctl_command *find_command(const char *const *words, size_t count,
                                              size_t *ret_taken)
{
    char two[100];
    for (size_t taken = count < 2 ? count : 2; taken > 0; taken--) {
        snprintf(two, sizeof two, "%s%s%s", words[0], taken == 2 ? " " : "",
                 taken == 2 ? words[1] : "");
        for (size_t g = 0; g < ARRAY_LEN(groups); g++)
            for (const struct ctl_command *c = groups[g]; c->name; c++)
                if (strcmp(c->name, two) == 0) {
                    *ret_taken = taken;
                    return c;
                }
    }
    return NULL;
}

/* Commands that begin with the word: "key" alone is none, "key add" is. */
static bool say_group(const char *word)
{
    bool found = false;
    size_t n = strlen(word);
    for (size_t g = 0; g < ARRAY_LEN(groups); g++)
        for (const struct ctl_command *c = groups[g]; c->name; c++)
            if (strncmp(c->name, word, n) == 0 && c->name[n] == ' ') {
                if (!found)
                    ctl_say("%s what? There is:", word);
                fprintf(stderr, "  creditctl %s %s\n", c->name, c->arguments);
                found = true;
            }
    return found;
}

static int unknown(const char *word)
{
    if (!say_group(word))
        ctl_say("there is no command %.60s; `creditctl --help` lists them", word);
    return EXIT_CODE_USAGE;
}

static int help(const struct options *o)
{
    size_t taken;
    if (o->word_count < 2) {
        print_overview(stdout);
        return EXIT_CODE_OK;
    }
    const struct ctl_command *c = find_command(o->words + 1, o->word_count - 1, &taken);
    if (!c)
        return unknown(o->words[1]);
    print_command(c, stdout);
    return EXIT_CODE_OK;
}

/* The rows of all commands: options may stand before the command's name, which says which are
 * right. */
static size_t all_options(struct arena *a, const struct ctl_command *c,
                          const struct option_row **ret)
{
    size_t count = ARRAY_LEN(common_options) + (c ? c->option_count : 0);
    struct option_row *rows = ARENA_ARRAY(a, struct option_row, count);
    memcpy(rows, common_options, sizeof common_options);
    if (c && c->option_count)
        memcpy(rows + ARRAY_LEN(common_options), c->options,
               c->option_count * sizeof(struct option_row));
    *ret = rows;
    return count;
}

/* Words of the command line without options, enough to find the command's name: an option's value
 * may be among them only when it stands before the name, as in `creditctl --data DIR check`. */
static size_t leading_words(int argc, char *const *argv, const char **ret)
{
    size_t n = 0;
    for (int i = 1; i < argc && n < 2; i++) {
        if (strcmp(argv[i], "--data") == 0)
            i++;
        else if (argv[i][0] != '-')
            ret[n++] = argv[i];
    }
    return n;
}

static const char *data_folder(const struct options *o)
{
    const char *given = options_get(o, "data");
    if (!given)
        given = getenv("CREDENCE_DATA");
    return given && *given ? given : "/var/lib/credence";
}

static int run(struct arena *a, int argc, char *const *argv)
{
    const char *words[2];
    size_t taken = 0, word_count = leading_words(argc, argv, words);
    const struct ctl_command *command = word_count ? find_command(words, word_count, &taken) : NULL;
    if (word_count && !command && strcmp(words[0], "help") != 0)
        return unknown(words[0]);

    struct ctl c = {.arena = a, .command = command};
    struct reason why;
    const struct option_row *rows;
    size_t row_count = all_options(a, command, &rows);
    if (options_parse(a, rows, row_count, argc - 1, argv + 1, &c.options, &why) < 0)
        return ctl_fail(EXIT_CODE_USAGE, "%s; see `creditctl %s--help`", why.text,
                        command ? arena_printf(a, "%s ", command->name).p : "");
    if (options_get(&c.options, "version")) {
        puts("creditctl " CREDENCE_VERSION);
        return EXIT_CODE_OK;
    }
    if (!command) {
        if (options_get(&c.options, "help") || word_count)
            return help(&c.options);
        print_overview(stderr);
        return EXIT_CODE_USAGE;
    }
    if (options_get(&c.options, "help")) {
        print_command(command, stdout);
        return EXIT_CODE_OK;
    }
    c.data = data_folder(&c.options);
    c.words = c.options.words + taken;
    c.word_count = c.options.word_count - taken;
    if (c.word_count < command->words_min || c.word_count > command->words_max)
        return ctl_fail(EXIT_CODE_USAGE, "expected is: creditctl %s %s", command->name,
                        command->arguments);
    return command->run(&c);
}

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    AUTO(arena_destroy) struct arena *a = arena_create(ARENA_BYTES);
    int code = run(a, argc, argv);
    if (fflush(stdout) == EOF && code == EXIT_CODE_OK)
        code = ctl_fail(EXIT_CODE_FAILED, "writing to standard output failed");
    return code;
}
