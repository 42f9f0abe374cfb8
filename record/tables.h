#pragma once
#include <stdbool.h>

#include "base/arena.h"
#include "base/civil.h"
#include "base/slice.h"
#include "record/workdays.h"

/* Facts that judging needs and that are data, not code: catalogue/tables/. Each file names its
 * source. Loaded by catalogue_load; immutable afterwards. */

struct uscc_class {
    char pair[3];      /* "91" */
    int kind;          /* enum subject_kind */
    struct slice name; /* "企业" */
};

/* How a value is masked where the public sees it. */
struct mask {
    struct slice name;         /* "person-number" */
    int keep_first, keep_last; /* characters */
};

/* How long the law lets a decision of a class of severity be public, in months from the decision
 * (record/term.h). */
struct term {
    struct slice set;        /* "general", "market-regulation": themes name one */
    struct slice class_code; /* "minor", "ordinary", "serious" */
    int months_min;          /* repair may not end it earlier */
    int months_max;          /* 0: never public */
    struct day from;         /* holds for decisions from this day on */
    struct day
        applied_from; /* holds for repair applied for from this day on; DAY_NONE: as `from` */
    struct slice source;
};
/* A word in an item that makes the record of that class, where the theme's set of terms has it; the
 * first that matches, in the order of the file. */
struct severity_word {
    struct slice word;
    struct slice class_code;
};

/* A word that no item about persons may bear (tables/forbidden.yaml). */
struct forbidden_word {
    struct slice word;
    struct slice law;
    const struct slice *unless; /* phrases in which the word is harmless */
    size_t unless_count;
    bool persons_only; /* counts only where natural persons are among the subjects */
};

/* A division that is no more. */
struct former_division {
    unsigned code;
    struct slice name;
    unsigned until;       /* last year in whose list it stands */
    bool is_named_so_yet; /* a division in force bears that name, or one that ends in it */
};
struct former_divisions {
    const struct former_division *list;
    size_t count;
};
/* Within how many working days after its day a record of an archetype's themes must come. */
struct deadline {
    struct slice archetype;
    int workdays;
    struct slice law;
};

struct tables {
    const struct uscc_class *classes;
    size_t class_count;
    const unsigned *divisions; /* six-digit codes, current and historical, ascending */
    size_t division_count;
    const struct slice *division_names; /* of each, in the same order; NULL where there are none */
    const struct slice *missing; /* words that mean "missing", after text_nfkc and upper case */
    size_t missing_count;
    const struct day *fillers; /* days that mean "missing" (1899-12-31, 1900-01-01) */
    size_t filler_count;
    int open_end_year_min; /* an end date in this year or later is open-ended (2099, 9999) */
    const struct slice
        *shop_words; /* ends of names that make a shop name (字号) of a sole trader's */
    size_t shop_word_count;
    const struct mask *masks;
    size_t mask_count;
    const struct term *terms;
    size_t term_count;
    const struct severity_word *severity_words;
    size_t severity_word_count;
    struct workdays workdays;
    const struct deadline *deadlines;
    size_t deadline_count;
    struct former_divisions former;  /* ascending by code */
    struct former_divisions by_name; /* those whose name is gone too; ascending by name and code */
    const struct forbidden_word *forbidden;
    size_t forbidden_count;
    const struct slice *authority_short; /* ends of names that are an abbreviation: 区局 */
    size_t authority_short_count;
    int age_full;       /* years from which a person is a subject */
    int age_own_labour; /* the same of those who live on own labour */
};

bool tables_division_known(const struct tables *t, unsigned division);
/* What six digits stand for, with what it belongs to: "广州市天河区". Empty when the table does not
 * have them, or no names. */
struct slice tables_division_name(const struct tables *t, struct arena *a, struct slice code);
/* Divisions that are no more and whose code the text is (440102), or in whose name it ends
 * (广州市东山区). */
struct former_divisions tables_former(const struct tables *t, struct slice text);
/* The word by which no such column may be collected, or NULL. `persons`: natural persons may be its
 * subjects. */
const struct forbidden_word *tables_forbidden(const struct tables *t, struct slice name,
                                              bool persons);
/* The deadline of an archetype's themes, or NULL. */
const struct deadline *tables_deadline(const struct tables *t, struct slice archetype);
bool tables_is_missing(const struct tables *t, struct slice text); /* text_clean'ed */
const struct mask *tables_mask(const struct tables *t, struct slice name);
