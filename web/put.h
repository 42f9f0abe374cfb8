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

/* code, name, kind, status, district. */
void put_subject_head(struct json_out *o, const struct subject_answer *s);
/* All of a subject: the head, further names and numbers, counters and their day. */
void put_subject(struct json_out *o, const struct subject_answer *s, struct day today);
/* A record as an object. */
void put_record(struct json_out *o, const struct catalogue *c, const struct record_answer *r);
/* "unified-code", "registration-number", …; "" for numbers of persons. */
const char *number_type_code(enum id_type type);
