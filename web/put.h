#pragma once
#include "base/json.h"
#include "query/records.h"
#include "query/subjects.h"
#include "record/catalogue.h"

/* Writing answers as JSON members of the open object. */

/* "key": {"zh": …, "en": …} */
void put_names(struct json_out *o, const char *key, struct slice zh, struct slice en);
/* null for no day, and for one that never comes. */
void put_day(struct json_out *o, const char *key, struct day d);
void put_instant(struct json_out *o, const char *key, struct utc_ms t);
/* null when it is empty. */
void put_text_or_nil(struct json_out *o, const char *key, struct slice s);
/* The end of a list: "next": cursor or null. */
void put_next(struct json_out *o, struct slice cursor);
/* Chinese and English name of a department; nothing when it is unknown. */
void put_department_name(struct json_out *o, const struct catalogue *c, struct slice department);

/* "kind_names" and "category_names": code → names, for figures that go by codes. */
void put_kind_names(struct json_out *o);
void put_category_names(struct json_out *o);
/* code, name, kind, status and district, with their names. */
void put_subject_head(struct json_out *o, const struct subject_answer *s);
/* Whether its name is confirmed, further and former names, numbers. */
void put_subject_names(struct json_out *o, const struct subject_answer *s);
/* All of a subject: the head, further names and numbers, counters and their day. */
void put_subject(struct json_out *o, const struct subject_answer *s, struct day today);
/* "counters", "category_names" and "total". */
void put_counters(struct json_out *o, const uint64_t counters[CATEGORY_LAST + 1], uint64_t total);
/* A record: its members in the object that is open, or as an object. What its theme says of it
 * stands once in the answer (web/themes.h). */
void put_record_members(struct json_out *o, const struct record_answer *r);
void put_record(struct json_out *o, const struct record_answer *r);
/* What a code of ours is called: a change in a record's history, and what records of a theme say of
 * their subject. */
struct naming {
    const char *code, *zh, *en;
};
const struct naming *change_naming(const char *change);
const struct naming *polarity_naming(enum polarity p);
/* "unified-code", "registration-number", …; "" for numbers of persons. */
const char *number_type_code(enum id_type type);
