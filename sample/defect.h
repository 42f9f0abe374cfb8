#pragma once
#include "sample/filler.h"
#include "sample/layout.h"
#include "sample/story.h"

/* Mistakes as departments make them, and spellings that are none: sample/defect.def. What must come
 * of a row is said there when it is planted. */
struct defect {
    const char *id;
    unsigned share; /* of 100,000 records where it can happen */
    enum need need;
    /* The item it happens to, DEFECT_ROW when it is the row, DEFECT_NOWHERE when the file has none.
     */
    int (*find)(const struct layout *l);
    void (*plant)(const struct defect *x, const struct layout *l, const struct matter *m, int at,
                  struct draft *d);
    const char *with;
    struct outcome outcome;
};
enum { DEFECT_NOWHERE = -1, DEFECT_ROW = THEME_ITEMS_MAX };

const struct defect *defect_list(size_t *ret_count);

/* Each find_… of the table. */
#define DEFECT(id, share, need, find, plant, with, rules, verdict, zh, en)                         \
    int find_##find(const struct layout *l);                                                       \
    void plant_##plant(const struct defect *x, const struct layout *l, const struct matter *m,     \
                       int at, struct draft *d);
#include "sample/defect.def"
#undef DEFECT

/* The day of another spelling of the first content: for rows that are the same and look otherwise.
 */
void defect_respell(const struct layout *l, struct draft *d);
/* Changes the content for the n-th time. */
void defect_change(const struct layout *l, int at, int times, struct draft *d);
/* The item that can change: DEFECT_NOWHERE when there is none. */
int find_changeable(const struct layout *l);
