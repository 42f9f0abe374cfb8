/* Handing in over HTTP, and what a department sees of it. */
#include <string.h>

#include "tests/support/front.h"

static struct front *front;
static struct world *world;

#define TARGET "/v1/submissions?theme=amr-enterprise-registration"
#define CSV "Content-Type: text/csv"

static void open_all(void)
{
    world = world_open();
    front = front_open(world);
    front->headers = CSV;
    front->key = front_key(front, "amr");
}

static void close_all(void)
{
    front_close(front);
    world_close(world);
}

/* So many registrations from `first` on, the last one with a wrong code when `spoilt`. */
static struct slice rows(unsigned first, unsigned count, bool spoilt)
{
    AUTO_BUF(b, 64 << 20);
    buf_add_slice(&b, SLICE("企业名称,统一社会信用代码,注册日期\n"));
    for (unsigned i = 0; i < count; i++) {
        char code[19];
        world_uscc(first + i, "91", code);
        if (spoilt && i + 1 == count)
            code[17] = code[17] == '1' ? '2' : '1';
        buf_printf(&b, "广州%u商行,%s,2001-02-03\n", first + i, code);
    }
    return arena_dup(front->arena, buf_slice(&b));
}

TEST(the_answer_of_a_submission_is_its_receipt_and_stays_readable)
{
    open_all();
    struct answer a = front_send(front, TARGET, rows(0, 20, true));
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(json_get_int(a.json, "received"), 20);
    EXPECT_EQ(json_get_int(a.json, "stored"), 19);
    EXPECT_EQ(json_get_int(a.json, "rejected"), 1);
    const struct json *row = &json_get(a.json, "rows")->items[0];
    EXPECT_EQ(json_get_int(row, "row"), 20);
    EXPECT_SLICE(json_get_string(row, "rule"), "uscc.check");
    const char *there = arena_dup(front->arena, answer_header(&a, "Content-Location")).p;
    struct answer again = front_get(front, there);
    EXPECT_SAME(again.body, a.body);
    front->headers = "Accept: text/csv";
    again = front_get(front, there);
    EXPECT(slice_starts(again.body, SLICE("\xEF\xBB\xBF")));
    EXPECT(slice_find(again.body, SLICE("uscc.check"), 0) > 0);
    EXPECT_SLICE(answer_header(&again, "Content-Type"), "text/csv; charset=utf-8");
    again = front_get(front, "/v1/submissions");
    EXPECT_EQ(answer_count(&again), 1);
    again = front_get(front, "/v1/departments/amr/ledger?from=2026-06-01&to=2026-06-01");
    EXPECT_EQ(json_get_int(json_get(again.json, "totals"), "received"), 20);
    EXPECT_EQ(json_get_int(answer_item(&again, 0), "stored"), 19);
    EXPECT_SLICE(json_get_string(answer_item(&again, 0), "theme"), "amr-enterprise-registration");
    again = front_get(front, "/v1/departments/amr/ledger?from=2026-06-02");
    EXPECT_EQ(answer_count(&again), 0);
    close_all();
}

TEST(the_rejected_rows_come_back_to_their_department_alone)
{
    open_all();
    struct answer a = front_send(front, TARGET, rows(0, 20, true));
    struct slice id = arena_dup(front->arena, json_get_string(a.json, "id"));
    const char *there =
        arena_printf(front->arena, "/v1/submissions/%.*s?format=rejects", FMT_SLICE(id)).p;
    a = front_get(front, there);
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(answer_header(&a, "Content-Type"), "text/csv; charset=utf-8");
    EXPECT(slice_starts(answer_header(&a, "Content-Disposition"),
                        SLICE("attachment; filename=\"rejects-")));
    EXPECT(slice_starts(a.body, SLICE("\xEF\xBB\xBF企业名称,统一社会信用代码,注册日期,_row,_rule,"
                                      "_remedy\r\n广州19商行,\"\t91440106YY")));
    EXPECT(slice_find(a.body, SLICE("\"\t20\",uscc.check,"), 0) > 0);
    front->key = front_key(front, "ecology");
    EXPECT_EQ(front_get(front, there).status, 404);
    front->key = NULL;
    EXPECT_EQ(front_get(front, there).status, 401);
    front->key = front_key(front, "amr");
    there = arena_printf(front->arena, "/v1/submissions/%.*s?format=xlsx", FMT_SLICE(id)).p;
    a = front_get(front, there);
    EXPECT_EQ(a.status, 400);
    EXPECT_SLICE(json_get_string(a.json, "field"), "format");
    close_all();
}

TEST(a_large_upload_waits_for_room_and_goes_on)
{
    open_all();
    struct answer a = front_send(front, TARGET, rows(0, 30000, false));
    EXPECT_EQ(a.status, 200);
    EXPECT_EQ(json_get_int(a.json, "stored"), 30000);
    close_all();
}

TEST(a_batch_repeated_gives_the_first_receipt_and_with_other_bytes_a_conflict)
{
    open_all();
    front->headers = CSV "\nBatch-Id: day.1";
    struct answer first = front_send(front, TARGET, rows(0, 5, false));
    struct answer again = front_send(front, TARGET, rows(0, 5, false));
    EXPECT_SAME(again.body, first.body);
    struct answer other = front_send(front, TARGET, rows(1, 5, false));
    EXPECT_EQ(other.status, 409);
    EXPECT_SLICE(answer_problem(&other), "batch-conflict");
    EXPECT_SAME(json_get_string(other.json, "id"), json_get_string(first.json, "id"));
    close_all();
}

TEST(who_may_not_hand_in_is_told_before_the_body)
{
    open_all();
    const char *amr = front->key;
    front->key = NULL;
    struct answer a = front_send(front, TARGET, rows(0, 1, false));
    EXPECT_EQ(a.status, 401);
    EXPECT_SLICE(answer_problem(&a), "key-missing");
    EXPECT(answer_header(&a, "WWW-Authenticate").n);
    front->key = "crd_nonsense";
    a = front_send(front, TARGET, rows(0, 1, false));
    EXPECT_EQ(a.status, 401);
    EXPECT_SLICE(answer_problem(&a), "key-unknown");
    front->key = front_key(front, "ecology");
    a = front_send(front, TARGET, rows(0, 1, false));
    EXPECT_EQ(a.status, 403);
    EXPECT_SLICE(answer_problem(&a), "department.theme");
    EXPECT_SLICE(json_get_string(a.json, "rule"), "department.theme");
    front->key = amr;
    a = front_send(front, TARGET "&department=ecology", rows(0, 1, false));
    EXPECT_EQ(a.status, 403);
    a = front_send(front, "/v1/submissions?theme=none", rows(0, 1, false));
    EXPECT_EQ(a.status, 404);
    a = front_get(front, "/v1/statistics");
    EXPECT_EQ(json_get_int(a.json, "records_total"), 0);
    close_all();
}

TEST(an_operator_hands_in_for_the_responsible_department_and_no_other)
{
    open_all();
    front->key = NULL;
    front->origin = ORIGIN_OPERATOR;
    struct answer a = front_send(front, TARGET, rows(0, 1, false));
    EXPECT_EQ(a.status, 200);
    EXPECT_SLICE(json_get_string(a.json, "department"), "amr");
    a = front_send(front, TARGET "&department=amr", rows(0, 1, false));
    EXPECT_EQ(a.status, 200);
    a = front_send(front, TARGET "&department=ecology", rows(0, 1, false));
    EXPECT_EQ(a.status, 403);
    a = front_get(front, "/v1/submissions");
    EXPECT_EQ(answer_count(&a), 2);
    a = front_get(front, "/v1/submissions?department=ecology");
    EXPECT_EQ(answer_count(&a), 0);
    a = front_get(front, "/v1/submissions?department=nobody");
    EXPECT_SLICE(answer_problem(&a), "department-unknown");
    close_all();
}

TEST(a_theme_that_does_not_exist_is_refused_with_those_that_may_have_been_meant)
{
    open_all();
    front->origin = ORIGIN_OPERATOR;
    struct answer a = front_send(front, "/v1/submissions?theme=amr-penalti", rows(0, 1, false));
    EXPECT_SLICE(answer_problem(&a), "theme-unknown");
    EXPECT_SLICE(json_get_string(a.json, "field"), "theme");
    struct slice detail = json_get_string(a.json, "detail");
    EXPECT(slice_find(detail,
                      SLICE("您要找的是不是 Did you mean: amr-penalty（市场监管行政处罚信息）"),
                      0) == 0);
    a = front_send(front, "/v1/submissions?theme=xyzzy", rows(0, 1, false));
    EXPECT(slice_find(json_get_string(a.json, "detail"), SLICE("Did you mean"), 0) < 0);
    EXPECT(slice_find(a.body, SLICE("xyzzy"), 0) < 0);
    close_all();
}

TEST(formats_and_batch_ids_that_do_not_do_are_refused)
{
    static const char *const bad_types[] = {
        "",
        "Content-Type: application/json",
        "Content-Type: text/csv; charset=utf-16",
        "Content-Type: text/csv; charset=big5",
        CSV "\nContent-Encoding: gzip",
    };
    static const char *const bad_batches[] = {
        CSV "\nBatch-Id: a b",
        CSV "\nBatch-Id: 440106198001011234",
        CSV "\nBatch-Id:",
        CSV "\nBatch-Id: "
            "0123456789012345678901234567890123456789012345678901234567890123456789",
    };
    open_all();
    for (size_t i = 0; i < ARRAY_LEN(bad_types); i++) {
        front->headers = bad_types[i];
        struct answer a = front_send(front, TARGET, rows(0, 1, false));
        EXPECT_EQ(a.status, 415);
    }
    for (size_t i = 0; i < ARRAY_LEN(bad_batches); i++) {
        front->headers = bad_batches[i];
        struct answer a = front_send(front, TARGET, rows(0, 1, false));
        EXPECT_SLICE(answer_problem(&a), "batch-id");
    }
    front->headers = "Content-Type: Text/CSV; Charset=\"UTF-8\"";
    struct answer a = front_send(front, TARGET, rows(0, 1, false));
    EXPECT_EQ(a.status, 200);
    close_all();
}

TEST(a_charset_is_declared_by_any_of_its_names)
{
    static const char *const names[] = {"gb18030", "GBK", "\"gb2312\""};
    open_all();
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        front->headers = arena_printf(front->arena, CSV ";charset=%s", names[i]).p;
        char code[19];
        world_uscc((unsigned)i, "91", code);
        struct answer a = front_send(
            front, TARGET,
            arena_printf(front->arena,
                         "\xC6\xF3\xD2\xB5\xC3\xFB\xB3\xC6,USCC,\xD7\xA2\xB2\xE1\xC8\xD5\xC6\xDA\n"
                         "\xB9\xE3\xD6\xDD\xC9\xCC\xD0\xD0,%s,2001-02-03\n",
                         code));
        EXPECT_EQ(a.status, 200);
        EXPECT_EQ(json_get_int(a.json, "stored"), 1);
    }
    close_all();
}

TEST(the_same_batch_with_another_declared_encoding_is_a_conflict)
{
    open_all();
    front->headers = CSV "\nBatch-Id: one";
    struct slice body = rows(0, 3, false);
    EXPECT_EQ(front_send(front, TARGET, body).status, 200);
    front->headers = CSV ";charset=utf-8\nBatch-Id: one";
    struct answer a = front_send(front, TARGET, body);
    EXPECT_EQ(a.status, 409);
    EXPECT_SLICE(answer_problem(&a), "batch-conflict");
    EXPECT(slice_find(json_get_string(a.json, "detail"), SLICE("encoding"), 0) > 0);
    close_all();
}

TEST(a_header_that_cannot_be_used_is_a_problem_of_the_body)
{
    open_all();
    struct answer a = front_send(front, TARGET, SLICE("x,y\n1,2\n"));
    EXPECT_EQ(a.status, 400);
    EXPECT_SLICE(answer_problem(&a), "body-refused");
    close_all();
}

TEST(who_does_not_want_to_wait_gets_an_address)
{
    open_all();
    front->headers = CSV "\nPrefer: respond-async\nBatch-Id: later";
    struct answer a = front_send(front, TARGET, rows(0, 20000, false));
    if (a.status == 202) { /* it may also have been quick */
        EXPECT_SLICE(json_get_string(a.json, "state"), "open");
        EXPECT_SAME(json_get_string(a.json, "location"), answer_header(&a, "Location"));
    }
    const char *id = arena_dup(front->arena, json_get_string(a.json, "id")).p;
    front->headers = CSV "\nBatch-Id: later";
    struct answer again = front_send(front, TARGET, rows(0, 20000, false));
    EXPECT_EQ(again.status, 200);
    EXPECT_SAME(json_get_string(again.json, "id"), slice_of(id));
    EXPECT_EQ(json_get_int(again.json, "stored"), 20000);
    close_all();
}

TEST(another_departments_receipts_and_account_are_not_shown)
{
    open_all();
    struct answer a = front_send(front, TARGET, rows(0, 1, false));
    const char *there = arena_dup(front->arena, answer_header(&a, "Content-Location")).p;
    front->key = front_key(front, "ecology");
    a = front_get(front, there);
    EXPECT_EQ(a.status, 404);
    struct answer unknown = front_get(front, "/v1/submissions/aaaaaaaaaaaaaaaa");
    EXPECT_SAME(a.body, unknown.body);
    a = front_get(front, "/v1/submissions");
    EXPECT_EQ(answer_count(&a), 0);
    a = front_get(front, "/v1/departments/amr/ledger");
    EXPECT_EQ(a.status, 403);
    a = front_get(front, "/v1/departments/nobody/ledger");
    EXPECT_EQ(a.status, 403);
    front->key = NULL;
    a = front_get(front, there);
    EXPECT_EQ(a.status, 401);
    close_all();
}
