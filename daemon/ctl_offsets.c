/* Partitions of Apache Kafka: `offsets` shows how far each was taken, and lets the operator decide
 * about one that has stopped. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "broker/topic.h"
#include "daemon/ctl.h"
#include "daemon/terminal.h"

static const char *text_of(struct ctl *c, const struct json *object, const char *key)
{
    return terminal_text(c->arena, json_get_string(object, key));
}

/* "1,234", or "?" where nobody said. */
static const char *number_of(struct ctl *c, const struct json *object, const char *key)
{
    const struct json *v = json_get(object, key);
    return v && v->kind == JSON_INT ? terminal_number(c->arena, v->integer) : "?";
}

/* "amr:0": the usual beginning of the topic's name says nothing new. */
static const char *place_of(struct ctl *c, const struct json *one)
{
    struct slice usual = SLICE(TOPIC_SUBMISSIONS);
    struct slice topic = json_get_string(one, "topic");
    if (slice_starts(topic, usual))
        topic = slice_from(topic, usual.n);
    return arena_printf(c->arena, "%s:%lld", terminal_text(c->arena, topic),
                        (long long)json_get_int(one, "partition"))
        .p;
}

static void print_partition(struct ctl *c, const struct json *one)
{
    const struct json *stop = json_get(one, "stop");
    bool has_stopped = stop && stop->kind == JSON_OBJECT;
    bool has_ended = json_get(one, "ended") && json_get(one, "ended")->boolean;
    const char *when = text_of(c, one, "last_message_at");
    printf("%s%14s%14s%14s%12s%10s  %-19.19s  %s\n",
           terminal_column(c->arena, slice_of(place_of(c, one)), 24),
           number_of(c, one, "next_offset"), has_ended ? "" : number_of(c, one, "low"),
           has_ended ? "" : number_of(c, one, "high"), has_ended ? "" : number_of(c, one, "lag"),
           number_of(c, one, "lost"), *when ? when : "-",
           has_ended     ? "已结束 ended"
           : has_stopped ? "停止 stopped"
                         : "");
    if (has_stopped && !has_ended)
        printf("    %s (gap %s)\n    %s\n", text_of(c, stop, "zh"), number_of(c, stop, "gap"),
               text_of(c, stop, "en"));
}

static void print_decision(struct ctl *c, const struct json *d)
{
    printf("%-19.19s  %s%s: %s -> %s, lost %s, by %s (%s)\n", text_of(c, d, "at"),
           terminal_column(c->arena, slice_of(place_of(c, d)), 24), text_of(c, d, "decision"),
           number_of(c, d, "from"), number_of(c, d, "to"), number_of(c, d, "lost"),
           text_of(c, d, "who"), text_of(c, d, "stop"));
}

static int show(struct ctl *c)
{
    const struct json *answer;
    int code = ctl_ask(c, "GET", "/v1/operator/offsets", &answer);
    if (code != EXIT_CODE_OK)
        return code;
    const struct json *items = json_get(answer, "items"), *made = json_get(answer, "decisions");
    const struct json *kafka = json_get(answer, "kafka");
    if (kafka && !kafka->boolean)
        ctl_say("no Apache Kafka is configured (kafka.bootstrap.servers)");
    if (!items || !items->count) {
        ctl_say("no partition was read yet");
        return EXIT_CODE_OK;
    }
    printf("分区 partition          %14s%14s%14s%12s%10s  %-19s\n", "next", "low", "high", "lag",
           "lost", "last message");
    for (size_t i = 0; i < items->count; i++)
        print_partition(c, &items->items[i]);
    if (made && made->count)
        printf("\n决定 decisions\n");
    for (size_t i = 0; made && i < made->count; i++)
        print_decision(c, &made->items[i]);
    return EXIT_CODE_OK;
}

/* Who sits at the terminal, also behind sudo. */
static const char *who(void)
{
    const char *name = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(geteuid());
    if (name && *name)
        return name;
    return user ? user->pw_name : "?";
}

static int decide(struct ctl *c, const char *decision, const char *place, const char *offset)
{
    const char *colon = strrchr(place, ':');
    if (!colon || colon == place || !colon[1])
        return ctl_fail(EXIT_CODE_USAGE, "which partition? TOPIC:PARTITION, such as amr:0");
    struct slice topic = slice_make(place, (size_t)(colon - place));
    bool is_short = slice_find(topic, SLICE("."), 0) < 0;
    const char *name =
        arena_printf(c->arena, "%s%.*s", is_short ? TOPIC_SUBMISSIONS : "", FMT_SLICE(topic)).p;
    const char *path =
        arena_printf(c->arena,
                     "/v1/operator/offsets?topic=%s&partition=%s&decision=%s&who=%.200s%s%s",
                     ctl_escape(c, name), ctl_escape(c, colon + 1), decision, ctl_escape(c, who()),
                     offset ? "&offset=" : "", offset ? ctl_escape(c, offset) : "")
            .p;
    const struct json *answer;
    int code = ctl_ask(c, "POST", path, &answer);
    if (code == EXIT_CODE_OK)
        print_decision(c, json_get(answer, "decided"));
    return code;
}

static int run_offsets(struct ctl *c)
{
    const char *skip = ctl_option(c, "skip"), *adopt = ctl_option(c, "adopt"),
               *from = ctl_option(c, "from");
    if (!!skip + !!adopt + !!from > 1)
        return ctl_fail(EXIT_CODE_USAGE, "one decision at a time: --skip, --from or --adopt");
    if ((from != NULL) != (c->word_count == 1))
        return ctl_fail(EXIT_CODE_USAGE,
                        "--from OFFSET TOPIC:PARTITION says where that partition goes on");
    if (skip)
        return decide(c, "skip", skip, NULL);
    if (adopt)
        return decide(c, "adopt", adopt, NULL);
    return from ? decide(c, "from", c->words[0], from) : show(c);
}

static const struct option_row offsets_options[] = {
    {"skip", "TOPIC:PARTITION", "Goes on at the first message that the brokers keep."},
    {"from", "OFFSET", "Goes on at that offset of the partition that is named behind it."},
    {"adopt", "TOPIC:PARTITION", "Goes on where it was, whatever the last message is now."},
};

const struct ctl_command ctl_offsets_commands[] = {
    {"offsets",
     "[--skip TOPIC:PARTITION | --from OFFSET TOPIC:PARTITION | --adopt TOPIC:PARTITION]",
     "Shows how far partitions of Apache Kafka were taken; decides about stopped ones",
     "Prints for each partition the next offset, from where to where the brokers keep messages, "
     "how\n"
     "many are to come, how many were left out, when the last message came, and why it stopped if "
     "it\n"
     "did. A partition that stopped is never skipped by itself; who decides says how it goes "
     "on:\n\n"
     "  --skip   retention took messages: leaves them out\n"
     "  --from   the topic was made anew: begins there (in front of the next offset, the "
     "partition\n"
     "           begins anew and what was counted before stays counted)\n"
     "  --adopt  the last message is another one now, and that is as it should be\n\n"
     "Every decision is kept with who, when and how many offsets were left out for it, and shown "
     "to\n"
     "the department. amr:0 is short for credit.submissions.amr:0.",
     offsets_options, ARRAY_LEN(offsets_options), 0, 1, run_offsets},
    {0},
};
