/* Partitions for those who ask: operators see all, a department its own. */
#include "query/partitions.h"

#include "base/check.h"

int query_partitions(struct query *q, struct slice department, struct partition_life **ret,
                     size_t *ret_count)
{
    size_t count = 0, all;
    struct partition_life *list;
    int r = partition_lives(q->view, q->arena, &list, &all);
    for (size_t i = 0; r == 0 && i < all; i++)
        if (!department.n || slice_eq(list[i].state.department, department))
            list[count++] = list[i];
    if (r < 0)
        return r;
    *ret = list;
    *ret_count = count;
    return 0;
}

int query_decisions(struct query *q, struct slice department, struct decision **ret,
                    size_t *ret_count)
{
    size_t count = 0, all, partition_count;
    struct decision *list;
    struct partition_life *partitions;
    int r = decision_list(q->view, q->arena, &list, &all);
    if (r == 0)
        r = query_partitions(q, department, &partitions, &partition_count);
    for (size_t i = 0; r == 0 && i < all; i++) {
        bool is_its_own = false;
        for (size_t k = 0; k < partition_count; k++)
            is_its_own |= partitions[k].state.partition == list[i].partition &&
                          slice_eq(partitions[k].state.topic, list[i].topic);
        if (is_its_own)
            list[count++] = list[i];
    }
    if (r < 0)
        return r;
    *ret = list;
    *ret_count = count;
    return 0;
}

static void put_time(struct json_out *o, const char *key, struct utc_ms t)
{
    char text[30];
    json_key(o, key);
    if (!t.v) {
        json_nil(o);
        return;
    }
    utc_print(t, text);
    json_cstr(o, text);
}

static void put_stop(struct json_out *o, const struct partition_state *s)
{
    json_key(o, "stop");
    if (s->stop == STOP_NONE) {
        json_nil(o);
        return;
    }
    json_object_begin(o);
    json_put_cstr(o, "code", stop_code(s->stop));
    json_put_cstr(o, "zh", stop_zh(s->stop));
    json_put_cstr(o, "en", stop_en(s->stop));
    json_put_u64(o, "gap", s->gap);
    put_time(o, "at", s->stopped);
    json_object_end(o);
}

void partition_json(struct json_out *o, const struct partition_life *life)
{
    const struct partition_state *s = &life->state;
    json_put_string(o, "topic", s->topic);
    json_put_u64(o, "partition", s->partition);
    json_put_u64(o, "generation", life->generation);
    json_put_bool(o, "ended", life->has_ended);
    json_put_string(o, "department", s->department);
    json_put_u64(o, "first_offset", s->first);
    json_put_u64(o, "next_offset", s->next);
    json_put_u64(o, "lost", s->lost);
    json_put_u64(o, "received", s->totals.received);
    put_time(o, "last_message_at", s->has_last ? s->last_time : (struct utc_ms){0});
    put_stop(o, s);
}

void decision_json(struct json_out *o, const struct decision *d)
{
    json_put_string(o, "topic", d->topic);
    json_put_u64(o, "partition", d->partition);
    put_time(o, "at", d->when);
    json_put_string(o, "who", d->who);
    json_put_cstr(o, "decision", decision_code(d->kind));
    json_put_cstr(o, "stop", stop_code(d->stop));
    json_put_u64(o, "gap", d->gap);
    json_put_u64(o, "from", d->from);
    json_put_u64(o, "to", d->to);
    json_put_u64(o, "lost", d->lost);
    json_put_bool(o, "begins_anew", d->ended.n > 0);
}

void decisions_json(struct json_out *o, const struct decision *list, size_t count)
{
    json_key(o, "decisions");
    json_array_begin(o);
    for (size_t i = 0; i < count; i++) {
        json_object_begin(o);
        decision_json(o, &list[i]);
        json_object_end(o);
    }
    json_array_end(o);
}
