#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "record/catalogue.h"
#include "sample/draft.h"
#include "sample/population.h"

/* Good rows of one theme: whom the n-th record is about, and a value for each item by its role,
 * type and name. Record 0 of every theme is about one subject, the first of a kind that the theme
 * lists, is recent, and has all its items: through it a visitor sees the whole city. */
enum need { NEED_ANYONE, NEED_ORGANISATION, NEED_PERSON };

/* What a record is about. */
struct matter {
    uint64_t record;
    struct dice dice; /* for its values */
    bool is_person;
    struct organisation organisation; /* the subject, unless it is a person */
    struct person person;             /* the subject, or its representative */
    struct day day;
    uint64_t yuan; /* a fine, a price */
};

enum make {
#define MAKE(id) MAKE_##id,
#include "sample/make.def"
#undef MAKE
};

struct maker {
    enum make how;
    bool is_there;               /* the file has this column */
    bool for_organisation;       /* empty for a person */
    bool for_person;             /* empty for an organisation */
    bool is_optional;            /* may be left empty */
    bool is_past;                /* a date before today */
    int follows;                 /* a document's kind: the number it belongs to; -1 */
    const struct slice *choices; /* of MAKE_WORDS */
    size_t choice_count;
    const unsigned *values; /* of MAKE_VALUE and MAKE_VALUES: those of the code set that may come */
    size_t value_count;
};

struct deciding {
    const char *id, *mark, *licence, *allows, *act, *law;
};

struct filler {
    const struct population *population;
    const struct theme *theme;
    const struct department *department;
    const struct deciding *deciding;
    const struct tables *tables;
    uint64_t seed; /* of this theme */
    struct maker makers[THEME_ITEMS_MAX];
    unsigned order[THEME_ITEMS_MAX]; /* of filling: what is compared with comes first */
    unsigned classes;                /* bit 1 << enum org_class */
    bool has_organisations, has_persons;
    bool is_unique; /* the items that identify are different in every record */
    int severity;   /* index of the item with the kinds of penalty, or -1 */
};

/* `others` are the classes that other registrations claim by their names. Everything lives in the
 * arena. */
struct filler *filler_create(struct arena *a, const struct population *p, const struct catalogue *c,
                             const struct theme *t, unsigned others);
/* The classes that a theme names in its Chinese name and lists among its kinds, as bits. */
unsigned filler_classes_named(const struct theme *t);
/* How many subjects the theme may be about. */
uint64_t filler_subjects(const struct filler *f);

/* False when the theme knows no such subject, and the record is about any. */
bool filler_matter(const struct filler *f, uint64_t record, enum need need, struct matter *ret);
/* The number that a record goes by in the outer world. Cities of other seeds have others: of one
 * department the same number would be the same record, about somebody else. */
uint64_t filler_record_number(const struct filler *f, uint64_t record);
/* Values only; identity and version of the row are left to the story. */
void filler_fill(const struct filler *f, const struct matter *m, struct draft *d);

/* Whether what the row says makes the condition true. Of several values of a code set each counts.
 */
bool condition_holds(const struct theme *t, const struct condition *c, const struct draft *d);

/* Other codes of the subject, as the register is to find them. */
void matter_organisation_code(const struct matter *m, char ret[9]);
void matter_registration_number(const struct matter *m, char ret[15]);
