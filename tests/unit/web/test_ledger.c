/* The account of a department: as JSON, and as a page for whoever has signed in. */
#include <stdlib.h>
#include <string.h>

#include "daemon/department_keys.h"
#include "store/decisions.h"
#include "tests/support/front.h"
#include "web/session.h"

static struct front *front;
static struct world *world;
static const char *key;

static bool shows(const struct answer *a, const char *text)
{
    return slice_find(a->body, slice_of(text), 0) >= 0;
}

/* So many registrations from `first` on, the last `spoilt` of them with a wrong code. */
static struct slice rows(unsigned first, unsigned count, unsigned spoilt)
{
    AUTO_BUF(b, 1 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < count; i++) {
        char code[19];
        world_uscc(first + i, "91", code);
        if (i + spoilt >= count)
            code[17] = code[17] == '1' ? '2' : '1';
        buf_printf(&b, "广州%u商行,%s,2001-02-03\n", first + i, code);
    }
    return arena_dup(world->arena, buf_slice(&b));
}

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
    key = front_key(front, "amr");
}

/* Three days: 10 stored and 2 rejected, the same ten again, 5 stored and 1 rejected. */
static void hand_in(void)
{
    world_submit(world, "amr-enterprise-registration", "first", rows(0, 12, 2));
    world_go_to(world, "2026-06-03 10:00:00");
    world_submit(world, "amr-enterprise-registration", "again", rows(0, 10, 0));
    world_go_to(world, "2026-06-10 08:30:00");
    world_submit(world, "amr-enterprise-registration", "third", rows(20, 6, 1));
    world_go_to(world, "2026-06-10 11:30:00");
}

static void close_all(void)
{
    front_close(front);
    world_close(world);
}

static struct answer post(const char *target, const char *headers, struct slice body)
{
    front->headers = headers;
    return front_send(front, target, body);
}

#define FORM "Content-Type: application/x-www-form-urlencoded"

/* The cookie's pair of name and value as a header; NULL: none was set. */
static const char *cookie_of(const struct answer *a)
{
    struct slice set = answer_header(a, "Set-Cookie");
    struct slice pair = slice_cut(&set, ';');
    return pair.n ? arena_printf(front->arena, "Cookie: other=1; %.*s", FMT_SLICE(pair)).p : NULL;
}

static const char *sign_in(void)
{
    struct answer a = post("/ledger/sign-in", FORM, arena_printf(front->arena, "key=%s", key));
    EXPECT_EQ(a.status, 303);
    const char *cookie = cookie_of(&a);
    EXPECT(cookie);
    return cookie;
}

static struct answer page(const char *cookie, const char *target)
{
    front->headers = cookie;
    return front_get(front, target);
}

static uint64_t count(const struct json *o, const char *name)
{
    return (uint64_t)json_get_int(o, name);
}

static void expect_sum(const struct json *o)
{
    EXPECT_EQ(count(o, "received"), count(o, "stored") + count(o, "changed") +
                                        count(o, "duplicate") + count(o, "stale") +
                                        count(o, "rejected"));
}

TEST(the_account_adds_up_by_theme_by_day_and_as_a_whole)
{
    open_all();
    hand_in();
    front->key = key;
    struct answer a = front_get(front, "/v1/departments/amr/ledger");
    EXPECT_EQ(a.status, 200);
    const struct json *totals = json_get(a.json, "totals"), *days = json_get(a.json, "by_day"),
                      *themes = json_get(a.json, "by_theme");
    expect_sum(totals);
    EXPECT_EQ(count(totals, "received"), 28);
    EXPECT_EQ(count(totals, "stored"), 15);
    EXPECT_EQ(count(totals, "duplicate"), 10);
    EXPECT_EQ(count(totals, "rejected"), 3);
    EXPECT_EQ(days->count, 3);
    EXPECT_SLICE(json_get_string(&days->items[1], "day"), "2026-06-03");
    EXPECT_EQ(count(&days->items[1], "duplicate"), 10);
    uint64_t received = 0;
    for (size_t i = 0; i < days->count; i++) {
        expect_sum(&days->items[i]);
        received += count(&days->items[i], "received");
    }
    EXPECT_EQ(received, 28);
    EXPECT_EQ(themes->count, 1);
    EXPECT_SLICE(json_get_string(&themes->items[0], "theme"), "amr-enterprise-registration");
    EXPECT_SLICE(json_get_string(&themes->items[0], "last_day"), "2026-06-10");
    EXPECT_EQ(count(&themes->items[0], "received"), 28);
    a = front_get(front, "/v1/departments/amr/ledger?from=2026-06-02&to=2026-06-03");
    EXPECT_EQ(count(json_get(a.json, "totals"), "received"), 10);
    EXPECT_EQ(json_get(a.json, "by_day")->count, 1);
    close_all();
}

TEST(how_fresh_it_is_does_not_depend_on_the_days_asked_for)
{
    open_all();
    front->key = key;
    struct answer a = front_get(front, "/v1/departments/amr/ledger");
    EXPECT_EQ(json_get(json_get(a.json, "freshness"), "age_s")->kind, JSON_NULL);
    EXPECT_EQ(json_get(json_get(a.json, "freshness"), "last_received_at")->kind, JSON_NULL);
    hand_in();
    a = front_get(front, "/v1/departments/amr/ledger?to=2026-06-01");
    const struct json *fresh = json_get(a.json, "freshness");
    EXPECT_SLICE(json_get_string(fresh, "last_received_at"), "2026-06-10T08:30:00.000+08:00");
    EXPECT_EQ(json_get_int(fresh, "age_s"), 3 * 60 * 60);
    EXPECT_SLICE(json_get_string(&json_get(a.json, "by_theme")->items[0], "last_day"),
                 "2026-06-10");
    close_all();
}

TEST(the_rules_that_most_rows_broke_come_with_their_remedy)
{
    open_all();
    hand_in();
    world_submit(world, "amr-enterprise-registration", "bad",
                 SLICE("企业名称,统一社会信用代码,注册日期\n广州某商行,,2001-02-03\n"));
    front->key = key;
    struct answer a = front_get(front, "/v1/departments/amr/ledger");
    const struct json *rules = json_get(a.json, "rules");
    EXPECT_EQ(rules->count, 2);
    EXPECT_EQ(json_get_int(a.json, "rejected_looked_at"), 4);
    EXPECT_SLICE(json_get_string(&rules->items[0], "rule"), "uscc.check");
    EXPECT_EQ(json_get_int(&rules->items[0], "rows"), 3);
    EXPECT_SLICE(json_get_string(&rules->items[0], "item"), "USCC");
    EXPECT(slice_starts(json_get_string(&rules->items[0], "remedy"),
                        SLICE("校验码不符：按前 17 位应为 …；")));
    EXPECT_EQ(json_get_int(&rules->items[1], "rows"), 1);
    a = front_get(front, "/v1/departments/amr/ledger?from=2026-06-02&to=2026-06-09");
    EXPECT_EQ(json_get(a.json, "rules")->count, 0);
    close_all();
}

TEST(who_has_not_signed_in_sees_the_form_and_nothing_of_any_department)
{
    open_all();
    hand_in();
    front->key = key; /* a key in a header signs nobody in on a page */
    struct answer a = page(NULL, "/ledger");
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "action=\"/ledger/sign-in\" method=\"post\"") &&
           shows(&a, "type=\"password\""));
    EXPECT(!shows(&a, "市场监督管理局"));
    EXPECT_SLICE(answer_header(&a, "Cache-Control"), "no-store");
    a = page("Cookie: credence-session=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
             "/ledger");
    EXPECT(shows(&a, "type=\"password\""));
    close_all();
}

TEST(a_clerk_signs_in_with_the_key_and_sees_the_account)
{
    open_all();
    hand_in();
    struct answer a = post("/ledger/sign-in", FORM, arena_printf(front->arena, "key=%s", key));
    EXPECT_EQ(a.status, 303);
    EXPECT_SLICE(answer_header(&a, "Location"), "/ledger");
    struct slice set = answer_header(&a, "Set-Cookie");
    EXPECT(slice_find(set, SLICE("; HttpOnly"), 0) > 0);
    EXPECT(slice_find(set, SLICE("; SameSite=Strict"), 0) > 0);
    EXPECT(slice_find(set, SLICE("; Path=/ledger"), 0) > 0);
    EXPECT(slice_find(set, SLICE("Secure"), 0) < 0);
    EXPECT(slice_find(set, slice_of(key), 0) < 0);
    a = page(cookie_of(&a), "/ledger");
    EXPECT_EQ(a.status, 200);
    EXPECT(shows(&a, "市市场监督管理局") && shows(&a, "2026-06-10 08:30") && shows(&a, "3 小时前"));
    EXPECT(shows(&a, "<dt>收到 <span lang=\"en\">Received</span></dt><dd>28</dd>"));
    EXPECT(shows(&a, "<svg") && shows(&a, "class=\"duplicate\""));
    EXPECT(shows(&a, "2026-06-03，重复 duplicate 10"));
    EXPECT(shows(&a, "uscc.check") && shows(&a, "校验码不符"));
    EXPECT(shows(&a, "从未收到的主题") && shows(&a, "应每周"));
    EXPECT(!shows(&a, key));
    EXPECT_SLICE(answer_header(&a, "Cache-Control"), "no-store");
    close_all();
}

TEST(behind_tls_the_cookie_is_for_tls_alone)
{
    open_all();
    struct answer a = post("/ledger/sign-in", FORM "\nX-Forwarded-Proto: https",
                           arena_printf(front->arena, "key=%s", key));
    EXPECT(slice_ends(answer_header(&a, "Set-Cookie"), SLICE("; Secure")));
    close_all();
}

TEST(pages_of_the_ledger_need_neither_scripts_nor_styles_of_their_own)
{
    open_all();
    hand_in();
    struct answer a = page(sign_in(), "/ledger");
    struct slice csp = answer_header(&a, "Content-Security-Policy");
    EXPECT(slice_starts(csp, SLICE("default-src 'none'; style-src 'self'; img-src 'self';")));
    EXPECT(!shows(&a, "style=") && !shows(&a, "<script") && !shows(&a, "<style"));
    EXPECT(!shows(&a, "http://") && !shows(&a, "https://"));
    close_all();
}

TEST(days_of_the_picture_can_be_chosen_and_long_spans_share_bars)
{
    open_all();
    hand_in();
    const char *cookie = sign_in();
    struct answer a = page(cookie, "/ledger?from=2026-06-02&to=2026-06-09");
    EXPECT(shows(&a, "<dd>10</dd>") && shows(&a, "没有退回的数据"));
    EXPECT(!shows(&a, "days a bar"));
    a = page(cookie, "/ledger?from=2025-06-11");
    EXPECT(shows(&a, "(4 days a bar)") && shows(&a, "<dd>28</dd>"));
    EXPECT_EQ(page(cookie, "/ledger?from=2026-06-11").status, 400);
    EXPECT_EQ(page(cookie, "/ledger?from=2016-01-01").status, 400);
    EXPECT_EQ(page(cookie, "/ledger?from=yesterday").status, 400);
    a = page(cookie, "/ledger?from=2026-05-01&to=2026-05-02");
    EXPECT(shows(&a, "这段时间没有收到数据") && !shows(&a, "<svg"));
    close_all();
}

TEST(the_reject_file_is_a_link_away_and_its_departments_alone)
{
    open_all();
    hand_in();
    const char *cookie = sign_in();
    struct answer a = page(cookie, "/ledger");
    ptrdiff_t at = slice_find(a.body, SLICE("/ledger/submissions/"), 0);
    EXPECT(at > 0);
    const char *there =
        arena_printf(front->arena, "%.*s", (int)strcspn(a.body.p + at, "\""), a.body.p + at).p;
    a = page(cookie, there);
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(answer_header(&a, "Content-Type"), "text/csv; charset=utf-8");
    EXPECT_SLICE(answer_header(&a, "Cache-Control"), "no-store");
    EXPECT(shows(&a, "uscc.check") && shows(&a, "广州25商行"));
    a = page(NULL, there);
    EXPECT(shows(&a, "type=\"password\"") && !shows(&a, "广州25商行"));
    key = front_key(front, "ecology");
    EXPECT_EQ(page(sign_in(), there).status, 404);
    close_all();
}

static int put_partition(void *ctx, struct batch *b, struct counters *counters)
{
    (void)counters;
    partition_state_put(b, ctx);
    return 0;
}

static int skip(void *ctx, struct batch *b, struct counters *counters)
{
    struct decision_wanted wanted = {.topic = SLICE("credit.submissions.amr"),
                                     .partition = 2,
                                     .kind = DECISION_SKIP,
                                     .to = 50,
                                     .now = clock_now(&world->clock),
                                     .who = SLICE("root")};
    struct decision made;
    (void)ctx;
    return decision_make(b, world->arena, counters, &wanted, &made, NULL);
}

static bool watermarks(void *ctx, struct slice topic, uint32_t partition, uint64_t *ret_low,
                       uint64_t *ret_high)
{
    (void)ctx, (void)topic, (void)partition;
    *ret_low = 50;
    *ret_high = 57;
    return true;
}

TEST(partitions_are_shown_with_what_is_behind_why_they_stop_and_what_was_decided)
{
    open_all();
    struct partition_state s = {.topic = SLICE("credit.submissions.amr"),
                                .partition = 2,
                                .number = 900,
                                .department = SLICE("amr"),
                                .first = 40,
                                .next = 40,
                                .stop = STOP_GAP,
                                .gap = 10,
                                .stopped = clock_now(&world->clock)};
    EXPECT_OK(writer_run(world->writer, put_partition, &s, NULL));
    front->operator->watermarks = watermarks;
    front->key = key;
    struct answer a = front_get(front, "/v1/departments/amr/ledger");
    const struct json *one = &json_get(a.json, "partitions")->items[0];
    EXPECT_EQ(json_get_int(one, "behind"), 17);
    EXPECT_SLICE(json_get_string(json_get(one, "stop"), "code"), "gap");
    EXPECT_EQ(json_get_int(json_get(one, "stop"), "gap"), 10);
    const char *cookie = sign_in();
    a = page(cookie, "/ledger");
    EXPECT(shows(&a, "已停止") && shows(&a, "<td>17</td>"));
    EXPECT_OK(writer_run(world->writer, skip, NULL, NULL));
    front->headers = NULL;
    a = front_get(front, "/v1/departments/amr/ledger");
    one = &json_get(a.json, "partitions")->items[0];
    EXPECT_EQ(json_get_int(one, "behind"), 7);
    EXPECT_EQ(json_get_int(one, "lost"), 10);
    EXPECT_EQ(json_get(one, "stop")->kind, JSON_NULL);
    one = &json_get(a.json, "decisions")->items[0];
    EXPECT_SLICE(json_get_string(one, "who"), "root");
    EXPECT_EQ(json_get_int(one, "lost"), 10);
    a = page(cookie, "/ledger");
    EXPECT(!shows(&a, "已停止") && shows(&a, "略过 10 条"));
    front->key = front_key(front, "ecology");
    a = front_get(front, "/v1/departments/ecology/ledger");
    EXPECT_EQ(json_get(a.json, "partitions")->count, 0);
    EXPECT_EQ(json_get(a.json, "decisions")->count, 0);
    close_all();
}

TEST(who_signs_out_or_lost_the_key_is_asked_again)
{
    open_all();
    const char *cookie = sign_in();
    struct answer a = post("/ledger/sign-out", cookie, SLICE(""));
    EXPECT_EQ(a.status, 303);
    EXPECT(slice_starts(answer_header(&a, "Set-Cookie"),
                        SLICE("credence-session=; Path=/ledger; Max-Age=0;")));
    a = page(cookie, "/ledger");
    EXPECT(shows(&a, "type=\"password\""));
    cookie = sign_in();
    a = page(cookie, "/ledger");
    EXPECT(!shows(&a, "type=\"password\""));
    uint8_t hash[32];
    char id[DEPARTMENT_KEY_ID_BYTES];
    crypt_sha256(slice_of(key), hash);
    department_key_id(hash, id);
    EXPECT_OK(department_key_remove(world->writer, world->store, slice_of(id), NULL));
    a = page(cookie, "/ledger");
    EXPECT(shows(&a, "type=\"password\""));
    close_all();
}

TEST(a_session_that_nobody_used_for_half_an_hour_is_over)
{
    open_all();
    const char *cookie = sign_in();
    world_go_to(world, "2026-06-01 09:29:00");
    EXPECT(!shows(&(struct answer){.body = page(cookie, "/ledger").body}, "type=\"password\""));
    world_go_to(world, "2026-06-01 10:00:00");
    EXPECT(shows(&(struct answer){.body = page(cookie, "/ledger").body}, "type=\"password\""));
    close_all();
}

TEST(a_wrong_key_is_told_and_after_ten_of_them_nothing_is_looked_at)
{
    open_all();
    for (int i = 0; i < TRIES_MOST; i++) {
        struct answer a = post("/ledger/sign-in", FORM, SLICE("key=crd_wrong"));
        EXPECT_EQ(a.status, 403);
        EXPECT(shows(&a, "密钥不存在或已停用") && !shows(&a, "crd_wrong"));
        EXPECT(!answer_header(&a, "Set-Cookie").n);
    }
    struct slice right = arena_printf(front->arena, "key=%s", key);
    struct answer a = post("/ledger/sign-in", FORM, right);
    EXPECT_EQ(a.status, 429);
    EXPECT_SLICE(answer_header(&a, "Retry-After"), "600");
    /* What a client says of itself does not count; only a proxy on this machine is believed. */
    EXPECT_EQ(post("/ledger/sign-in", FORM "\nX-Forwarded-For: 192.0.2.9", right).status, 429);
    world_go_to(world, "2026-06-01 09:11:00");
    EXPECT_EQ(post("/ledger/sign-in", FORM, right).status, 303);
    close_all();
}

TEST(what_another_site_posts_is_refused)
{
    static const char *const others[] = {
        FORM "\nSec-Fetch-Site: cross-site",
        FORM "\nSec-Fetch-Site: same-site",
        FORM "\nHost: credit.example\nOrigin: https://evil.example",
        FORM "\nHost: credit.example\nOrigin: null",
        FORM "\nHost: credit.example\nOrigin: https://credit.example.evil.example",
    };
    static const char *const own[] = {
        FORM "\nSec-Fetch-Site: same-origin\nHost: 127.0.0.1\nOrigin: https://credit.example",
        FORM "\nHost: credit.example:8080\nOrigin: http://credit.example:8080",
        FORM,
    };
    open_all();
    struct slice right = arena_printf(front->arena, "key=%s", key);
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        EXPECT_EQ(post("/ledger/sign-in", others[i], right).status, 403);
        EXPECT_EQ(post("/ledger/sign-out", others[i], SLICE("")).status, 403);
    }
    for (size_t i = 0; i < ARRAY_LEN(own); i++)
        EXPECT_EQ(post("/ledger/sign-in", own[i], right).status, 303);
    close_all();
}

TEST(a_key_in_the_address_or_in_another_kind_of_body_signs_nobody_in)
{
    open_all();
    struct slice right = arena_printf(front->arena, "key=%s", key);
    const char *target = arena_printf(front->arena, "/ledger/sign-in?key=%s", key).p;
    EXPECT_EQ(post(target, FORM, SLICE("")).status, 403);
    EXPECT_EQ(post("/ledger/sign-in", "Content-Type: text/plain", right).status, 403);
    EXPECT_EQ(post("/ledger/sign-in", FORM, SLICE("key=%zz")).status, 403);
    EXPECT_EQ(front_get(front, "/ledger/sign-in").status, 405);
    close_all();
}
