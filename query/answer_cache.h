#pragma once
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/slice.h"
#include "record/catalogue.h"
#include "record/subject_id.h"

/* Public answers about subjects, kept for whoever asks the same again; bounded in bytes;
 * thread-safe. What is kept is an answer of one day, one catalogue and the entry versions in force,
 * and it is given as long as nothing changed of the subjects and numbers that were read for it. */
struct answer_cache;
struct query;

/* Holds at most so much, what it needs itself included. */
struct answer_cache *answer_cache_create(size_t bytes_max);
/* Answers that are held must have been released. Accepts NULL. */
void answer_cache_destroy(struct answer_cache *c);
/* The writer's `changed` call: answers of these subjects, and of whoever is known by the same
 * number, are given no more. A count of 0: none is. Whatever was given a receipt before this
 * returns is in every answer that is asked for afterwards. Called from one thread. */
void answer_cache_forget(void *cache, const struct subject_id *subjects, size_t count);
/* What it takes of memory now. */
size_t answer_cache_bytes(struct answer_cache *c);

/* An answer that is held by whoever has it, whatever becomes of the cache's own hold. */
struct kept_answer;
/* What it is, as it was put. */
void *kept_answer_what(const struct kept_answer *k);
/* Accepts NULL. */
void kept_answer_release(struct kept_answer *k);

/* The answer to the same question, or NULL. */
struct kept_answer *answer_cache_get(struct answer_cache *c, const struct catalogue *catalogue,
                                     struct utc_ms now, struct slice question);
/* Keeps what the question was answered with, which takes so many bytes and is the answer's from now
 * on, and returns it held. When something of it changed since the question was opened, or there
 * is no room and its turn to take another's place has not come, it is only held. */
struct kept_answer *answer_cache_put(struct answer_cache *c, const struct query *q,
                                     struct slice question, void *what, size_t bytes,
                                     void (*destroy)(void *what));

/* For query/ itself: what the cache had forgotten when a question is opened, before its view is. */
uint64_t answer_cache_epoch(struct answer_cache *c);

/* What a question has read that a subject's answer depends on: rows and links by number, whatever
 * the kind of subject; of those that were missing too. */
enum { READS_MAX = 24 };
struct reads {
    uint64_t marks[READS_MAX];
    unsigned count;
    bool is_over; /* there were more: the answer is not kept */
};
/* `number` is a link's key, or a subject's behind its kind byte: 18 bytes. */
void reads_add(struct reads *r, const uint8_t number[18]);
