#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/civil.h"
#include "base/err.h"
#include "base/slice.h"
#include "record/category.h"
#include "record/subject_id.h"
#include "record/tables.h"

/* The catalogue (目录): which themes there are, who is responsible for each (一数一源), and how a
 * row of each is judged. Files in YAML under one folder:
 *
 *   departments.yaml            who there is
 *   tables/NAME.yaml, .csv       facts for judging (record/tables.h)
 *   code-sets/NAME.yaml         values an item may take
 *   archetypes/NAME.yaml        what several themes share
 *   themes/NAME.yaml            one theme; `archetype: NAME` brings in the rest
 *
 * A theme in force is an entry version. Resolved (archetype and code sets put in) it is one JSON
 * text, which is also YAML: that text is what the store keeps for ever and what /v1/catalogue
 * shows. Immutable once loaded. */

enum visibility { VIS_PUBLIC = 'P', VIS_AUTHORISED = 'A', VIS_GOVERNMENT = 'G', VIS_NONE = 'N' };

enum item_type {
    ITEM_TEXT,
    ITEM_NAME,  /* of a subject or a person: U+FFFD is damage */
    ITEM_CODE,  /* one value of a code set */
    ITEM_CODES, /* several, separated by ; ； 、 or | */
    ITEM_DATE,
    ITEM_AMOUNT,  /* decimal number */
    ITEM_CAPITAL, /* text kept; number, unit and currency read where that is without doubt */
    ITEM_INTEGER,
    ITEM_USCC,
    ITEM_ORGCODE,
    ITEM_REGNO,
    ITEM_NUMBER,    /* another number or certificate: text_code */
    ITEM_PERSON_ID, /* identity number or another document: always sealed */
    ITEM_CONTACT,   /* telephone, e-mail, home address: always sealed */
    ITEM_DOCUMENT,  /* document number (文号) */
};

enum item_role {
    ROLE_NONE,
    ROLE_NAME, /* the subject's name */
    ROLE_USCC, /* the subject's identifiers */
    ROLE_REGISTRATION,
    ROLE_ORGANISATION,
    ROLE_TAX,
    ROLE_INSTITUTION,
    ROLE_SOCIAL,
    ROLE_PERSON,      /* the subject's identity number (natural person) */
    ROLE_COUNTERPART, /* class of the counterpart: its code set says which kind */
    ROLE_DOCUMENT,    /* the document number that is shown */
    ROLE_AUTHORITY,   /* the deciding authority's code */
    ROLE_STATUS,      /* status of the subject (registrations) */
    ROLE_DISTRICT,    /* district of the subject */
    ROLE_UNTIL,       /* the provider's end of publication */
    ROLE_SEVERITY,    /* the text by which severity is found */
    ROLE_SEX,         /* of the person: its code set says which */
    ROLE_BIRTH,       /* the person's day of birth */
    ROLE_ENDED, /* when behaviour, performance or sentence ended: retention runs from then on */
    ROLE_AUTHORITY_NAME, /* the deciding authority's name */
    ROLE_OWN_LABOUR,     /* whether a young person lives on own labour: its code set says yes */
};

enum required {
    REQUIRED_NO,
    REQUIRED_YES,
    REQUIRED_ORGANISATION, /* when the subject is no natural person */
    REQUIRED_PERSON,       /* when the subject is a natural person */
    REQUIRED_SHOULD,       /* of organisations: stored without it, with a warning */
};

enum sex { SEX_NONE, SEX_MALE, SEX_FEMALE };

struct code_value {
    struct slice code;
    struct slice zh, en;
    struct slice *aliases; /* other spellings that are read as this */
    size_t alias_count;
    int kind;              /* enum subject_kind for a counterpart's class, else 0 */
    bool is_identity_card; /* of a set of documents: its number is a citizen identity number */
    enum sex sex;          /* of a set of sexes */
    bool is_yes;           /* of a set of answers */
};
struct code_word {
    struct slice text;
    unsigned value; /* index in values */
};
struct code_set {
    struct slice name;
    struct slice source;
    struct code_value *values;
    size_t count;
    const struct code_word *words; /* codes, Chinese names and aliases as written, ascending */
    size_t word_count;
    const struct code_word *folded; /* the same after text_code, ascending */
    size_t folded_count;
};

/* Holds when an item has one of these values. */
struct condition {
    unsigned item;           /* index in theme->items */
    const struct slice *any; /* of a code set: codes; else words that occur in the text */
    size_t any_count;
};

struct item {
    struct slice code;
    struct slice member; /* the code as it begins a member of JSON: "CF_WSH": */
    struct slice zh, en;
    struct slice *aliases; /* other column names */
    size_t alias_count;
    enum item_type type;
    int chars_max;
    enum required required;
    const struct condition *required_when; /* required when it holds; NULL for none */
    const struct code_set *code_set;
    enum visibility visibility;
    const struct mask *mask; /* applied where the public sees it; NULL for none */
    enum item_role role;
    bool happened;     /* a date of something that has happened: never after the day of receipt */
    bool open_ended;   /* an end date: fillers mean open-ended */
    int not_before;    /* index of the item that must not be later than this date, or -1 */
    int document_type; /* of a person's number: index of the item that says which document it is, or
                          -1 */
    struct slice unit; /* of an amount: what it counts, "万元"; may be empty */
    int stated_in;     /* of a sum of money: index of the text that says it in words, or -1 */
    unsigned index;    /* in theme->items */
};

enum polarity { POLARITY_NEUTRAL, POLARITY_POSITIVE, POLARITY_NEGATIVE, POLARITY_MIXED };
enum publication { PUBLISH_NEVER, PUBLISH_ALWAYS, PUBLISH_TERM };
enum identity_rule { IDENTITY_RECORD_ID, IDENTITY_ITEMS };

enum { THEME_ITEMS_MAX = 200, THEME_ROLES = 21, THEME_FORMATS_MAX = 8, FORMAT_NAMES_MAX = 256 };

/* A spelling of an item's code, name or alias, after text_code. */
struct item_name {
    struct slice text;
    unsigned item; /* index in theme->items */
};

/* An older or foreign set of columns of a theme. A row is of it when one of its columns is a mark.
 * In such a row the names below go before those of the theme. */
enum column_meaning { COLUMN_UNKNOWN, COLUMN_ITEM, COLUMN_RESERVED, COLUMN_IGNORED, COLUMN_TIME };
struct format_name {
    struct slice text; /* after text_code */
    enum column_meaning meaning;
    unsigned item; /* of COLUMN_ITEM: index in theme->items */
};
struct format_column {
    struct slice name;
    unsigned item;
};
enum fill_kind { FILL_TEXT, FILL_DEPARTMENT_CODE, FILL_DEPARTMENT_NAME };
struct format_fill {
    unsigned item;
    enum fill_kind kind; /* what an item gets that is not there: a text, or of the department */
    struct slice text;   /* as written in the catalogue */
};
struct format_word {
    unsigned item;
    struct slice word;
    struct slice code; /* of the item's code set */
};
struct format {
    struct slice name;
    struct slice zh, en;
    const struct slice *marks;
    size_t mark_count;
    const struct format_column *columns;
    size_t column_count;
    const struct slice *ignored; /* columns that are read past */
    size_t ignored_count;
    const unsigned *without; /* items that such a row need not have */
    size_t without_count;
    const struct format_fill *fills;
    size_t fill_count;
    const struct format_word *words; /* what stood for a code in that format; by item */
    size_t word_count;
    struct slice time; /* the column that says when the row was written; may be empty */
    unsigned index;    /* in theme->formats */
    /* Made from these. */
    const struct slice *mark_forms;  /* after text_code */
    const struct format_name *names; /* of columns, ignored and time, ascending */
    size_t name_count;
    const struct code_set **sets; /* by item: the set with the words of the format, or NULL */
    const bool *is_without;       /* by item */
};

/* Rows that may not be collected at all. */
enum whom { WHOM_ALL, WHOM_PERSON, WHOM_ORGANISATION };
struct not_collected {
    struct condition when;
    enum whom subject;
    struct slice law;
};

struct theme {
    uint16_t number;      /* stable; part of record ids */
    uint8_t kinds;        /* bit 1 << enum subject_kind: classes of subjects it lists */
    bool is_registration; /* its names, status, district and links are the subject's own */
    uint32_t version;
    struct utc_ms valid_from;
    struct slice code;
    struct slice zh, en;
    struct slice basis;      /* legal basis */
    struct slice department; /* id of the responsible department */
    struct slice archetype;  /* name, may be empty */
    struct slice national_class;
    struct slice severity_default; /* class when no word matches, "ordinary" */
    struct slice retention_start;  /* "decision", "behaviour-end", …, "permanent" */
    struct slice cycle;            /* update cycle: "real-time", "day", "week", … */
    struct slice terms;            /* set of terms in tables/terms.yaml, "general" */
    int retention_years;           /* 0 with "permanent" */
    enum category category;
    enum subject_kind counterpart; /* kind when nothing in the row says it */
    enum polarity polarity;
    enum visibility visibility;
    enum publication publication;
    enum identity_rule identity;
    int day_item;                   /* index of the item that is the record's day */
    const unsigned *identity_items; /* indexes */
    size_t identity_count;
    struct item *items;
    size_t item_count;
    int role_item[THEME_ROLES];    /* index of the item with that role, or -1 */
    const unsigned *by_code;       /* item indexes in ascending order of code */
    const struct item_name *names; /* ascending */
    size_t name_count;
    const struct format *formats; /* the first whose mark a row bears counts */
    size_t format_count;
    const struct not_collected *not_collected;
    size_t not_collected_count;
    struct slice json; /* the resolved entry */
};

struct department {
    struct slice id; /* "amr" */
    struct slice uscc;
    struct slice zh, en;
};

/* Departments and tables: what all themes share, versioned as one entry. */
struct common {
    uint32_t version;
    struct utc_ms valid_from;
    struct department *departments; /* ascending by id */
    size_t department_count;
    struct tables tables;
    struct slice json; /* the entry */
};

struct catalogue {
    struct common **commons; /* every version, ascending; at least one */
    size_t common_count;
    struct theme **themes; /* every version, ascending by (code, version) */
    size_t theme_count;
    struct theme **by_number;  /* the same, ascending by (number, version) */
    struct theme **archetypes; /* of files: what themes share, each with its name as `archetype`, by
                                  name; what is left to themes is empty */
    size_t archetype_count;
};

/* Enough for the arena of a catalogue of a city with its history. */
enum { CATALOGUE_ARENA_BYTES = 512 * 1024 * 1024 };

/* One entry as the store keeps it. number 0, code "common": departments and tables, with a version
 * of their own. */
struct catalogue_entry {
    uint16_t number;
    uint32_t version;
    struct slice json;
};

/* Loads the folder and checks everything. CE_INVALID with "FILE:LINE: what; remedy" in the reason.
 */
int catalogue_load(struct arena *a, const char *dir, struct catalogue **ret,
                   struct reason *reterr_why);
/* The same for whoever mends the files: reads on behind a mistake and tells the first one of each
 * file, but for those that may follow from another file's. CE_INVALID when there was any. */
int catalogue_check(struct arena *a, const char *dir, void (*say)(void *ctx, const char *mistake),
                    void *ctx, struct catalogue **ret);
/* Builds a catalogue from stored entries only. CE_FORMAT when one cannot be read. */
int catalogue_restore(struct arena *a, const struct catalogue_entry *entries, size_t count,
                      struct catalogue **ret, struct reason *reterr_why);
/* Joins what was ever in force (`old`, may be NULL) with freshly loaded files. Refuses
 * (CE_CONFLICT) an entry version that is stored with another content, one whose instant is not
 * later than `newest_applied` (0: nothing was applied yet), a theme whose number, category or
 * identity changed (its records could not be found again), and versions whose instants do not rise.
 * *ret_new lists what must be stored. *ret points into `old` and `files`: their arenas must live as
 * long. What is no longer among the files stays in force. */
int catalogue_join(struct arena *a, const struct catalogue *old, const struct catalogue *files,
                   struct utc_ms newest_applied, struct catalogue **ret,
                   struct catalogue_entry **ret_new, size_t *ret_new_count,
                   struct reason *reterr_why);

/* The version in force at that instant; NULL when there is no such theme, or none yet. */
const struct theme *catalogue_theme_at(const struct catalogue *c, struct slice code,
                                       struct utc_ms t);
const struct theme *catalogue_number_at(const struct catalogue *c, uint16_t number,
                                        struct utc_ms t);
/* Exactly that version. */
const struct theme *catalogue_version(const struct catalogue *c, uint16_t number, uint32_t version);
/* As the newest version that has it says. */
const struct department *catalogue_department(const struct catalogue *c, struct slice id);
/* As it was at that instant; when it was not yet there, as catalogue_department. */
const struct department *catalogue_department_at(const struct catalogue *c, struct slice id,
                                                 struct utc_ms t);
/* Departments in the newest version. */
const struct common *catalogue_newest_common(const struct catalogue *c);
/* The tables in force at that instant; the oldest ones when none were yet. Never NULL. */
const struct tables *catalogue_tables_at(const struct catalogue *c, struct utc_ms t);
/* Item by code, or by any of its names (compared after text_code); NULL for none. */
const struct item *theme_item(const struct theme *t, struct slice code);
const struct item *theme_item_by_name(const struct theme *t, struct arena *scratch,
                                      struct slice name);
/* Columns that no theme may use for an item (design §8); see reserved.def. */
enum reserved {
    RESERVED_NONE,
#define RESERVED(id, code, zh) RESERVED_##id,
#include "record/reserved.def"
#undef RESERVED
};

/* What a column means. */
struct column_means {
    enum column_meaning meaning;
    const struct item *item; /* of COLUMN_ITEM */
    enum reserved reserved;  /* of COLUMN_RESERVED */
    int joins; /* of a format's column for an item of several codes: its index in the format's
                  names; such columns go together. Else -1 */
};
/* In a row of that format; NULL: of none. */
struct column_means theme_column(const struct theme *t, const struct format *f,
                                 struct arena *scratch, struct slice name);
/* The format of which a column of that name is a mark, or NULL. */
const struct format *theme_format_marked(const struct theme *t, struct arena *scratch,
                                         struct slice name);
/* Value by code, Chinese name or alias: as written first, then compared after text_code. NULL for
 * none. */
const struct code_value *code_set_find(const struct code_set *set, struct arena *scratch,
                                       struct slice text);
const char *item_type_code(enum item_type t);
/* The stricter of two. */
enum visibility visibility_stricter(enum visibility a, enum visibility b);

/* Which reserved column a header names, by code or Chinese name (compared after text_code). */
enum reserved reserved_column(struct arena *scratch, struct slice name);
