#pragma once
/* What the parts of the stream share: the thread with its rounds (stream.c), the opening of what is
 * closed (stream_open.c) and one partition on its way (stream_lane.c). Not for others. */
#include <pthread.h>
#include <stdatomic.h>

#include "broker/consumer.h"
#include "ingest/message.h"
#include "ingest/partition.h"
#include "ingest/stream.h"

enum lane_step {
    LANE_CLOSED,   /* is opened with the next round, or later (retry_ms) */
    LANE_COMPARES, /* the message taken last is read again */
    LANE_TAKES,
    LANE_STOPPED, /* until an operator has decided */
    LANE_FOREIGN, /* a topic of nobody we know */
};

struct lane {
    struct lane *after;
    char *topic;
    int32_t partition;
    struct slice department; /* in `topic` */
    enum lane_step step;
    unsigned missed;   /* rounds in which the brokers did not name it */
    int32_t leader;    /* the broker that speaks for it; -1: none */
    int64_t retry_ms;  /* not before */
    int64_t retry_gap; /* doubles */
    bool is_assigned;
    struct open_partition *op; /* NULL while it is closed */
    struct parcel *parcel;     /* being filled; NULL when there is nothing */
    uint64_t next;             /* behind what was taken so far */
    uint64_t given;            /* behind what the writer got */
    bool is_under_way;         /* the writer has some of it, or has not committed all of it */
    /* As last known, under the lock of the stream, for those who ask. */
    struct {
        bool is_ours; /* was opened once */
        uint64_t next, high;
        struct utc_ms last_time;
        enum stop stop;
        uint64_t gap;
    } shown;
    uint64_t shown_to_tools;
};

struct stream {
    struct stream_options o;
    char group[32];
    pthread_t thread;
    bool has_thread;
    atomic_bool is_stopping;
    struct consumer *consumer;
    struct message_judge *judge;
    struct arena *scratch; /* of one round */
    struct lane *lanes;
    struct parcel *spare[8];
    unsigned spare_count;
    unsigned parcels;   /* that exist but for the spare ones */
    int64_t filling_ms; /* since when a parcel has rows that wait */
    unsigned filling;   /* parcels that have rows */
    int64_t next_round_ms, next_tools_ms;

    pthread_mutex_t lock; /* guards what follows, and what lanes show */
    int broker;           /* 0, or why it cannot be reached */
    struct reason broker_why;
};

/* Opens what the brokers named in this round, is closed and need not wait longer. */
void lanes_open(struct stream *s);
/* Opens a closed one and begins to read, at `first` if the store does not know it. Failures are
 * logged and tried again later. */
void lane_open(struct stream *s, struct lane *l, uint64_t first);
/* Could not be opened, nor others, so many in all, for the same reason: logged. */
void lane_not_opened(const struct lane *l, const char *why, size_t count);
/* It is opened again after a while, which doubles. */
void lane_later(struct lane *l);
/* What is under way is committed, or given up; the rest comes again. */
void lane_close(struct stream *s, struct lane *l);
/* What came of it. */
void lane_take(struct stream *s, struct lane *l, const struct consumed *piece);
/* Gives the rows at hand to the writer. */
void lane_flush(struct stream *s, struct lane *l);
/* Takes parcels back that are done, and begins anew when one was lost. */
void lane_tend(struct stream *s, struct lane *l);
/* Stops it with everything in front of it committed, and closes it. */
void lane_stop(struct stream *s, struct lane *l, enum stop why, uint64_t gap);
