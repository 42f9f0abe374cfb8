/* Judging a row may take many times what the row does, and more threads than processors at it only
 * hold that memory for longer. Turns go in the order in which they were asked for, so that a large
 * file does not keep a small one waiting. */
#include "ingest/turn.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct turn {
    pthread_cond_t given;
    bool is_mine;
    struct turn *next;
};
static struct {
    pthread_mutex_t lock;
    unsigned taken;
    struct turn *first, *last; /* who waits */
} turns = {PTHREAD_MUTEX_INITIALIZER, 0, NULL, NULL};

void turn_take(unsigned most)
{
    struct turn mine = {.given = PTHREAD_COND_INITIALIZER};
    pthread_mutex_lock(&turns.lock);
    if (!turns.first && turns.taken < most) {
        turns.taken++;
    } else {
        if (turns.first)
            turns.last->next = &mine;
        else
            turns.first = &mine;
        turns.last = &mine;
        while (!mine.is_mine)
            pthread_cond_wait(&mine.given, &turns.lock);
    }
    pthread_mutex_unlock(&turns.lock);
}

/* Handed on to whoever waits longest. */
void turn_give(void)
{
    pthread_mutex_lock(&turns.lock);
    struct turn *next = turns.first;
    if (next) {
        turns.first = next->next;
        next->is_mine = true;
        pthread_cond_signal(&next->given);
    } else {
        turns.taken--;
    }
    pthread_mutex_unlock(&turns.lock);
}
