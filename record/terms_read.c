/* Terms and severity: tables/terms.yaml and tables/severity.yaml, which must go with each other. */
#include "base/check.h"
#include "record/catalogue_read.h"
#include "record/term.h"

static const char *const TERM_KEYS[] = {"set",  "class",        "months_min", "months_max",
                                        "from", "applied_from", "source",     NULL};
static const char *const SEVERITY_KEYS[] = {"word", "class", NULL};
enum { MONTHS_MAX = 1200 };

static void read_line(struct reading *r, const struct fields *f, struct term *ret)
{
    fields_known(r, f, TERM_KEYS);
    ret->set = take_text(r, f, "set");
    if (ret->set.n == 0)
        ret->set = TERMS_GENERAL;
    code_shape(r, fields_where(f, "set"), ret->set, false);
    ret->class_code = want_text(r, f, "class");
    code_shape(r, fields_where(f, "class"), ret->class_code, false);
    ret->months_min = (int)take_int(r, f, "months_min", 0, MONTHS_MAX, 0);
    ret->months_max = (int)want_int(r, f, "months_max", 0, MONTHS_MAX);
    ret->from = want_day(r, f, "from");
    ret->applied_from = fields_get(f, "applied_from") ? want_day(r, f, "applied_from") : DAY_NONE;
    ret->source = want_text(r, f, "source");
    if (ret->months_min > ret->months_max)
        refuse(r, fields_where(f, "months_min"),
               "at least %d months and at most %d: publication would end before it may; correct "
               "months_min or months_max",
               ret->months_min, ret->months_max);
}

/* Two lines of one set and class may not overlap: each holds from its day to that of the next. */
static void check_order(struct reading *r, const struct fields *f, const struct term *earlier,
                        const struct term *t)
{
    if (!slice_eq(earlier->class_code, t->class_code) || !slice_eq(earlier->set, t->set))
        return;
    bool both = !day_is_none(earlier->applied_from) && !day_is_none(t->applied_from);
    bool by_decision = earlier->from.v >= t->from.v;
    if (by_decision || (both && earlier->applied_from.v >= t->applied_from.v))
        refuse(r, fields_where(f, by_decision ? "from" : "applied_from"),
               "the terms of class \"%.*s\" in the set %.*s do not rise in time and overlap; write "
               "the older one first, each with a later day",
               FMT_SLICE(t->class_code), FMT_SLICE(t->set));
}

static bool class_is_known(const struct tables *t, struct slice code)
{
    for (size_t i = 0; i < t->term_count; i++)
        if (slice_eq(t->terms[i].class_code, code))
            return true;
    return false;
}

static void read_words(struct reading *r, const struct fields *f, struct tables *t)
{
    struct fields *list = take_maps(r, f, "severity_words", &t->severity_word_count);
    struct severity_word *words =
        ARENA_ARRAY(r->a, struct severity_word, t->severity_word_count + 1);
    for (size_t i = 0; i < t->severity_word_count && !r->err; i++) {
        fields_known(r, &list[i], SEVERITY_KEYS);
        words[i].word = want_text(r, &list[i], "word");
        words[i].class_code = want_text(r, &list[i], "class");
        if (!r->err && !class_is_known(t, words[i].class_code))
            refuse(r, fields_where(&list[i], "class"),
                   "no term is given for the class \"%.*s\"; correct it or add it to "
                   "tables/terms.yaml",
                   FMT_SLICE(words[i].class_code));
        for (size_t k = 0; k < i; k++)
            if (slice_eq(words[k].word, words[i].word) &&
                slice_eq(words[k].class_code, words[i].class_code))
                refuse(r, fields_where(&list[i], "word"),
                       "the word \"%.*s\" stands twice; take one out", FMT_SLICE(words[i].word));
    }
    t->severity_words = words;
}

/* A class that no word leads to is a slip of the pen. */
static void check_classes(struct reading *r, const struct fields *lines, const struct tables *t)
{
    for (size_t i = 0; i < t->term_count && !r->err; i++) {
        bool found = false;
        for (size_t k = 0; k < t->severity_word_count; k++)
            found = found || slice_eq(t->severity_words[k].class_code, t->terms[i].class_code);
        if (!found)
            refuse(r, fields_where(&lines[i], "class"),
                   "no word of tables/severity.yaml leads to the class \"%.*s\"; correct it or add "
                   "a word there",
                   FMT_SLICE(t->terms[i].class_code));
    }
}

void terms_read(struct reading *r, const struct fields *f, struct tables *ret)
{
    size_t count = 0;
    struct fields *list = take_maps(r, f, "terms", &count);
    struct term *terms = ARENA_ARRAY(r->a, struct term, count + 1);
    for (size_t i = 0; i < count && !r->err; i++) {
        read_line(r, &list[i], &terms[i]);
        for (size_t k = 0; k < i && !r->err; k++)
            check_order(r, &list[i], &terms[k], &terms[i]);
    }
    ret->terms = terms;
    ret->term_count = count;
    read_words(r, f, ret);
    if (!r->is_stored)
        check_classes(r, list, ret);
}
