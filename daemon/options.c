/* Reading a command line by rows. What an option does is for the program. */
#include "daemon/options.h"

#include <string.h>

#include "base/attr.h"

enum { HELP_COLUMN = 28, HELP_WIDTH = 100 };

static const struct option_row *find_row(const struct option_row *rows, size_t count,
                                         const char *name, size_t n)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(rows[i].name) == n && memcmp(rows[i].name, name, n) == 0)
            return &rows[i];
    return NULL;
}

int options_parse(struct arena *a, const struct option_row *rows, size_t count, int argc,
                  char *const *argv, struct options *ret, struct reason *reterr_why)
{
    *ret = (struct options){0};
    ret->given = ARENA_ARRAY(a, struct option_given, argc + 1);
    ret->words = ARENA_ARRAY(a, const char *, argc + 1);
    bool only_words = false;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (only_words || word[0] != '-' || word[1] == 0) {
            ret->words[ret->word_count++] = word;
            continue;
        }
        if (strcmp(word, "--") == 0) {
            only_words = true;
            continue;
        }
        /* The one short option that everybody tries. */
        const char *name = strcmp(word, "-h") == 0 ? "help" : word + 1 + (word[1] == '-');
        const char *equals = strchr(name, '=');
        size_t n = equals ? (size_t)(equals - name) : strlen(name);
        const struct option_row *row = find_row(rows, count, name, n);
        if (!row || (word[1] != '-' && strcmp(word, "-h") != 0))
            return reason_set(reterr_why, CE_INVALID, "there is no option %.60s", word);
        if (!row->argument && equals)
            return reason_set(reterr_why, CE_INVALID, "--%s takes no value", row->name);
        if (row->argument && !equals && i + 1 == argc)
            return reason_set(reterr_why, CE_INVALID, "--%s needs a value: %s", row->name,
                              row->argument);
        const char *value = !row->argument ? "" : equals ? equals + 1 : argv[++i];
        ret->given[ret->given_count++] = (struct option_given){row, value};
    }
    return 0;
}

const char *options_get(const struct options *o, const char *name)
{
    for (size_t i = o->given_count; i > 0; i--)
        if (strcmp(o->given[i - 1].row->name, name) == 0)
            return o->given[i - 1].value;
    return NULL;
}

/* The meaning in lines that begin at the same column. */
static void print_wrapped(const char *text, FILE *to)
{
    size_t column = HELP_COLUMN;
    while (*text) {
        size_t n = strcspn(text, " ");
        if (column > HELP_COLUMN && column + 1 + n > HELP_WIDTH) {
            fprintf(to, "\n%*s", HELP_COLUMN, "");
            column = HELP_COLUMN;
        } else if (column > HELP_COLUMN) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, n, to);
        column += n;
        text += n;
        text += strspn(text, " ");
    }
    fputc('\n', to);
}

void options_print(const struct option_row *rows, size_t count, FILE *to)
{
    for (size_t i = 0; i < count; i++) {
        int n = fprintf(to, "  --%s%s%s", rows[i].name, rows[i].argument ? " " : "",
                        rows[i].argument ? rows[i].argument : "");
        if (n > HELP_COLUMN - 2)
            fprintf(to, "\n%*s", HELP_COLUMN, "");
        else
            fprintf(to, "%*s", HELP_COLUMN - n, "");
        print_wrapped(rows[i].meaning, to);
    }
}
