#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "store/names.h"

/* The postings of one gram, gone through in ascending order by leaps. For store/names*.c. */
struct names_list {
    struct walk *walk; /* borrowed */
    uint8_t key[NAMES_GRAM_KEY];
    uint64_t number; /* where it stands */
    bool has_ended;
};

/* The number that ends a key of a posting or of an 'i' row: its last 5 bytes. */
uint64_t names_number_of(const char *at);
/* Stands at the first number not below `from`. The walk goes over all postings and may serve one
 * list after the other. */
void names_list_open(struct names_list *l, struct walk *w, const uint8_t gram[NAMES_GRAM_BYTES],
                     uint64_t from);
/* On to the first number not below `number`. Returns how many postings it looked at. */
unsigned names_list_to(struct names_list *l, uint64_t number);
