/* `creditctl topics create` and `check`: the two topics of every department, as
 * daemon/topic_setting.def wants them. What is there is never altered: a setting that differs may
 * have a reason, and who changes it should see it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "broker/admin.h"
#include "broker/topic.h"
#include "daemon/ctl_kafka.h"
#include "daemon/terminal.h"
#include "record/catalogue.h"

/* FIRST_MS: of the first question, while nobody may be there. */
enum {
    FIRST_MS = 10 * 1000,
    TIMEOUT_MS = 30 * 1000,
    COPIES_USUAL = 3,
    RETENTION_DAYS = 30,
    NUMBER_MAX = 10000
};

enum rule_of_setting { EXACT, AT_LEAST };

struct setting {
    const char *name, *value;
    enum rule_of_setting rule;
    const char *why;
};

static const struct setting settings[] = {
#define TOPIC_SETTING(name, value, rule, why) {name, value, rule, why},
#include "daemon/topic_setting.def"
#undef TOPIC_SETTING
};

struct topics {
    struct ctl *c;
    struct config config;
    struct admin *admin;
    int64_t partitions; /* 0: as it is, 1 for new ones */
    int64_t copies;
    int64_t retention_days;
    struct slice *names;
    size_t count;
    struct conf_pairs wanted; /* settings with their values */
    struct topic_state *states;
    size_t differences, absent;
};

/* --NAME, a number from 1 on. */
static int read_number(struct ctl *c, const char *name, int64_t initial, int64_t *ret)
{
    const char *given = ctl_option(c, name);
    *ret = initial;
    if (given && (!slice_i64(slice_of(given), ret) || *ret < 1 || *ret > NUMBER_MAX))
        return ctl_fail(EXIT_CODE_USAGE, "--%s takes a number from 1 to %d, not %.40s", name,
                        NUMBER_MAX, given);
    return EXIT_CODE_OK;
}

/* One department's topics stand side by side. */
static void name_topics(struct topics *t, const struct catalogue *catalogue)
{
    const struct common *common = catalogue_newest_common(catalogue);
    struct arena *a = t->c->arena;
    t->names = ARENA_ARRAY(a, struct slice, 2 * common->department_count + 1);
    for (size_t i = 0; i < common->department_count; i++) {
        struct slice id = common->departments[i].id;
        t->names[t->count++] = arena_printf(a, TOPIC_SUBMISSIONS "%.*s", FMT_SLICE(id));
        t->names[t->count++] = arena_printf(a, TOPIC_RECEIPTS "%.*s", FMT_SLICE(id));
    }
}

static void compute_settings(struct topics *t)
{
    struct arena *a = t->c->arena;
    t->wanted = (struct conf_pairs){ARENA_ARRAY(a, struct conf_pair, ARRAY_LEN(settings)), 0};
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        struct slice value = slice_of(settings[i].value);
        if (strcmp(settings[i].name, "min.insync.replicas") == 0)
            value = t->copies > 2 ? SLICE("2") : SLICE("1");
        else if (strcmp(settings[i].name, "retention.ms") == 0)
            value = arena_printf(a, "%lld", (long long)t->retention_days * 24 * 3600 * 1000);
        t->wanted.list[t->wanted.count++] = (struct conf_pair){slice_of(settings[i].name), value};
    }
}

/* Options, settings, catalogue, brokers. */
static int begin(struct ctl *c, struct topics *t)
{
    struct catalogue *catalogue;
    struct reason why = {""};
    int32_t brokers;
    *t = (struct topics){.c = c};
    int code = ctl_kafka_settings(c, &t->config);
    if (code == EXIT_CODE_OK)
        code = read_number(c, "partitions", 0, &t->partitions);
    if (code == EXIT_CODE_OK)
        code = read_number(c, "replication", 0, &t->copies);
    if (code == EXIT_CODE_OK)
        code = read_number(c, "retention", RETENTION_DAYS, &t->retention_days);
    if (code == EXIT_CODE_OK)
        code = ctl_kafka_catalogue(c, &t->config, &catalogue);
    if (code != EXIT_CODE_OK)
        return code;
    int r = admin_create(&t->config.kafka, &t->admin, &why);
    if (r == 0)
        r = admin_brokers(t->admin, FIRST_MS, &brokers, &why);
    if (r < 0)
        return ctl_kafka_fail(r, t->config.kafka.bootstrap.p, why.text);
    if (t->copies == 0)
        t->copies = brokers < COPIES_USUAL ? brokers : COPIES_USUAL;
    name_topics(t, catalogue);
    compute_settings(t);
    return EXIT_CODE_OK;
}

static int describe(struct topics *t)
{
    struct reason why = {""};
    int r = admin_describe_topics(t->admin, t->names, t->count, TIMEOUT_MS, t->c->arena, &t->states,
                                  &why);
    return r < 0 ? ctl_kafka_fail(r, t->config.kafka.bootstrap.p, why.text) : EXIT_CODE_OK;
}

/* Without `why` it is explained elsewhere. */
static void print_difference(struct topics *t, struct slice topic, const char *what, const char *is,
                             const char *should_be, const char *why, const char *remedy)
{
    struct arena *a = t->c->arena;
    if (t->differences++ == 0)
        printf("%s%s%s%s\n", terminal_column(a, SLICE("主题 topic"), 40),
               terminal_column(a, SLICE("设置 setting"), 32),
               terminal_column(a, SLICE("现为 is"), 18), "应为 should be");
    printf("%s%s%s%s\n", terminal_column(a, topic, 40), terminal_column(a, slice_of(what), 32),
           terminal_column(a, slice_of(is), 18), should_be);
    if (why)
        printf("    原因 why: %s\n    处理 remedy: %s\n", why, remedy);
}

static bool is_fine(enum rule_of_setting rule, struct slice is, struct slice wanted)
{
    int64_t x, y;
    if (slice_eq(is, wanted))
        return true;
    return rule == AT_LEAST && slice_i64(is, &x) && slice_i64(wanted, &y) && (x == -1 || x >= y);
}

static void check_settings(struct topics *t, struct slice name, const struct topic_state *s)
{
    struct arena *a = t->c->arena;
    for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
        struct slice is = topic_setting(s, settings[i].name), wanted = t->wanted.list[i].value;
        if (is_fine(settings[i].rule, is, wanted))
            continue;
        print_difference(
            t, name, settings[i].name, is.p ? terminal_text(a, is) : "-", wanted.p, settings[i].why,
            arena_printf(a,
                         "kafka-configs.sh --bootstrap-server %s --alter --topic %s "
                         "--add-config %s=%s",
                         t->config.kafka.bootstrap.p, name.p, settings[i].name, wanted.p)
                .p);
    }
}

static void check_topic(struct topics *t, struct slice name, const struct topic_state *s)
{
    struct arena *a = t->c->arena;
    const char *brokers = t->config.kafka.bootstrap.p;
    if (s->err == CE_NOT_FOUND) {
        print_difference(t, name, "-", "无 absent", "有 present", NULL, NULL);
        t->absent++;
        return;
    }
    if (s->err < 0) {
        print_difference(t, name, "-", "不可读 not readable", "可读 readable",
                         terminal_text(a, s->why),
                         "为本程序的用户授予 Describe 与 DescribeConfigs grant it to our user");
        return;
    }
    if (s->partition_count < t->partitions)
        print_difference(
            t, name, "partitions", arena_printf(a, "%d", s->partition_count).p,
            arena_printf(a, "%lld", (long long)t->partitions).p, "分区不足 fewer than --partitions",
            arena_printf(
                a, "kafka-topics.sh --bootstrap-server %s --alter --topic %s --partitions %lld",
                brokers, name.p, (long long)t->partitions)
                .p);
    if (s->replication < t->copies)
        print_difference(t, name, "replication", arena_printf(a, "%d", s->replication).p,
                         arena_printf(a, "%lld", (long long)t->copies).p,
                         "副本不足 a broker that is lost takes messages along",
                         "kafka-reassign-partitions.sh");
    if (s->leaderless)
        print_difference(t, name, "leader", arena_printf(a, "%d -", s->leaderless).p, "0 -",
                         "分区暂无主副本 partitions that nobody serves at the moment",
                         "检查代理 look at the brokers");
    check_settings(t, name, s);
}

/* EXIT_CODE_FAILED when something differs. */
static int check_all(struct topics *t)
{
    int code = describe(t);
    if (code != EXIT_CODE_OK)
        return code;
    for (size_t i = 0; i < t->count; i++)
        check_topic(t, t->names[i], &t->states[i]);
    if (t->absent)
        puts("    没有主题，部门无法报送、收不到回执 without its topics a department neither "
             "delivers "
             "nor gets receipts\n    处理 remedy: creditctl topics create");
    if (t->differences == 0) {
        printf("%zu 个主题，均符合要求 %zu topics, all as they should be\n", t->count, t->count);
        return EXIT_CODE_OK;
    }
    return ctl_fail(EXIT_CODE_FAILED, "%zu 处不同 %zu difference%s", t->differences, t->differences,
                    t->differences == 1 ? "" : "s");
}

static int make_missing(struct topics *t)
{
    struct arena *a = t->c->arena;
    struct topic_wanted *missing = ARENA_ARRAY(a, struct topic_wanted, t->count + 1);
    struct topic_made *made;
    struct reason why = {""};
    size_t count = 0, failed = 0;
    for (size_t i = 0; i < t->count; i++)
        if (t->states[i].err == CE_NOT_FOUND)
            missing[count++] = (struct topic_wanted){
                .name = t->names[i],
                .partition_count = (int32_t)(t->partitions ? t->partitions : 1),
                .replication = (int32_t)t->copies,
                .settings = t->wanted,
            };
    int r = admin_make_topics(t->admin, missing, count, TIMEOUT_MS, a, &made, &why);
    if (r < 0)
        return ctl_kafka_fail(r, t->config.kafka.bootstrap.p, why.text);
    for (size_t i = 0; i < count; i++) {
        /* Somebody else may make them at the same time. */
        if (made[i].err == 0 || made[i].err == CE_EXISTS)
            continue;
        failed++;
        ctl_say("%s: %s", missing[i].name.p, terminal_text(a, made[i].why));
    }
    printf("新建 %zu 个主题，已有 %zu 个 made %zu topics, %zu were there\n", count - failed,
           t->count - count, count - failed, t->count - count);
    return failed ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

static int run_create(struct ctl *c)
{
    struct topics t;
    int code = begin(c, &t);
    if (code == EXIT_CODE_OK)
        code = describe(&t);
    if (code == EXIT_CODE_OK)
        code = make_missing(&t);
    if (code == EXIT_CODE_OK)
        code = check_all(&t);
    admin_destroy(t.admin);
    return code;
}

static int run_check(struct ctl *c)
{
    struct topics t;
    int code = begin(c, &t);
    if (code == EXIT_CODE_OK)
        code = check_all(&t);
    admin_destroy(t.admin);
    return code;
}

static const struct option_row topics_options[] = {
    {"kafka", "HOST:PORT,...", "The brokers; default: those of the settings."},
    {"partitions", "N",
     "How many partitions a topic has at least; default: one for new topics, any for others. Rows "
     "of "
     "one partition keep their order, so take more only for a department whose rows come faster "
     "than "
     "one partition takes them."},
    {"replication", "N",
     "Copies of each partition; default: three, or as many as there are brokers."},
    {"retention", "DAYS",
     "How long messages are kept; default 30. A rebuild needs them back to its base."},
    CTL_KAFKA_OPTIONS,
};

const struct ctl_command ctl_topics_commands[] = {
    {"topics create",
     "[--kafka HOST:PORT,...] [--partitions N] [--replication N] [--retention DAYS]",
     "Makes the topics of every department",
     "Makes credit.submissions.<department> and credit.receipts.<department> for every department "
     "of\n"
     "the catalogue, as far as they are missing, and checks all of them. What is there is not\n"
     "altered.\n\n"
     "Exit status 0: all are as they should be; 1: some are not, or could not be made.",
     topics_options, ARRAY_LEN(topics_options), 0, 0, run_create},
    {"topics check",
     "[--kafka HOST:PORT,...] [--partitions N] [--replication N] [--retention DAYS]",
     "Checks the topics of every department",
     "Compares partitions, copies and settings of every department's topics with what the "
     "register\n"
     "relies on, and says what differs, why it matters and how to mend it.\n\n"
     "Exit status 0: all are as they should be; 1: some are not.",
     topics_options, ARRAY_LEN(topics_options), 0, 0, run_check},
    {0},
};
