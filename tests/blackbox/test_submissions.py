"""What becomes of what departments hand in, seen from outside."""
import http.client
import json
import threading

import pytest

from register import PENALTY, REGISTRATION, as_csv, penalty, registration, uscc, wrong

VERDICTS = ("stored", "changed", "duplicate", "stale", "rejected")


def rows_of(first, count, **more):
    return [registration(n, **more) for n in range(first, first + count)]


def test_a_receipt_adds_up_and_says_what_to_do_for_every_row_that_was_not_stored(register):
    rows = rows_of(1000, 10)
    rows[3]["统一社会信用代码"] = wrong(rows[3]["统一社会信用代码"])
    rows[5]["企业名称"] = ""
    rows[7]["注册日期"] = "2001-02-30"
    rows[8]["注册日期"] = "2999-01-01"
    receipt = register.submit(REGISTRATION, as_csv(rows))
    assert {"id", "theme", "department", "warned", "rows"} <= set(receipt)
    assert receipt["received"] == 10 == sum(receipt[v] for v in VERDICTS)
    assert receipt["rejected"] == 4
    told = {(r["row"], r["rule"]) for r in receipt["rows"]}
    assert told == {(4, "uscc.check"), (6, "item.missing"), (8, "date.invalid"), (9, "date.future")}
    assert all(r["verdict"] == "rejected" and r["remedy"] and r["item"] for r in receipt["rows"])
    fitting = next(r for r in receipt["rows"] if r["rule"] == "uscc.check")
    assert uscc(1003)[17] in fitting["remedy"]


def test_a_receipt_can_be_read_later_as_json_and_as_csv_by_its_department_only(register):
    key, other = register.key("amr"), register.key("tax")
    answer = register.post(REGISTRATION, as_csv(rows_of(1100, 3)), key=key)
    assert answer.status in (200, 201), answer.text
    path = f"/v1/submissions/{answer.json['id']}"
    assert register.get(path, key=key).json == answer.json
    text = register.get(path, key=key, headers={"Accept": "text/csv"})
    assert text.headers["Content-Type"].startswith("text/csv")
    assert register.get(path).status == 401
    assert register.get(path, key="crd_wrong").status == 401
    assert register.get(path, key=other).status == register.get("/v1/submissions/" + "a" * 16, key=other).status == 404


def test_another_department_may_not_and_nobody_may_without_a_key(register):
    body = as_csv(rows_of(1200, 1))
    assert register.post(REGISTRATION, body).status == 401
    refused = register.post(REGISTRATION, body, key=register.key("tax"))
    assert refused.status == 403
    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail"} <= set(refused.json)
    assert register.post("no-such-theme", body, key=register.key("amr")).status == 404
    assert register.post(REGISTRATION, body, key=register.key("amr"), kind="text/plain").status == 415
    assert register.get(f"/v1/subjects/{uscc(1200)}").status == 404


def test_the_same_batch_again_is_the_first_receipt_and_other_bytes_are_refused(register):
    key = register.key("amr")
    body = as_csv(rows_of(1300, 20))
    first = register.post(REGISTRATION, body, key=key, batch="batch-1")
    again = register.post(REGISTRATION, body, key=key, batch="batch-1")
    assert again.json == first.json
    other = register.post(REGISTRATION, as_csv(rows_of(1300, 21)), key=key, batch="batch-1")
    assert other.status == 409 and other.json["type"]
    repeated = register.post(REGISTRATION, body, key=key, batch="batch-2").json
    assert repeated["duplicate"] == 20
    assert [(r["row"], r.get("to"), r["verdict"]) for r in repeated["rows"]] == [(1, 20, "duplicate")]


def test_two_clients_with_one_batch_id_at_the_same_time_get_one_account(register):
    key = register.key("amr")
    body = as_csv(rows_of(2000, 3000))
    answers = []
    clients = [threading.Thread(target=lambda: answers.append(register.post(REGISTRATION, body, key=key, batch="twice")))
               for _ in range(2)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    done = [a for a in answers if a.status in (200, 201)]
    assert done and all(a.status in (200, 201, 409) for a in answers)
    assert all(a.json["stored"] == 3000 and a.json["id"] == done[0].json["id"] for a in done)
    assert register.post(REGISTRATION, body, key=key, batch="twice").json["stored"] == 3000


def test_an_upload_that_breaks_off_is_taken_up_by_its_repetition(register):
    key = register.key("amr")
    body = as_csv(rows_of(6000, 400))
    for cut in (0, 1, 50, len(body) // 3, len(body) // 2, len(body) - 1):
        client = http.client.HTTPConnection("127.0.0.1", register.port)
        client.putrequest("POST", f"/v1/submissions?theme={REGISTRATION}")
        for name, value in (("Authorization", f"Bearer {key}"), ("Content-Type", "text/csv"), ("Batch-Id", "cut"),
                            ("Content-Length", str(len(body)))):
            client.putheader(name, value)
        client.endheaders()
        client.send(body[:cut])
        client.close()
    receipt = register.post(REGISTRATION, body, key=key, batch="cut")
    assert receipt.status in (200, 201), receipt.text
    assert receipt.json["received"] == receipt.json["stored"] == 400


def test_ndjson_and_csv_give_the_same_record(register):
    row = rows_of(1400, 1)[0]
    register.submit(REGISTRATION, as_csv([row]))
    key = register.key("amr")
    text = json.dumps(row, ensure_ascii=False).encode() + b"\n"
    assert register.post(REGISTRATION, text, key=key, kind="application/x-ndjson").json["duplicate"] == 1


@pytest.mark.parametrize("write", [
    lambda text: "\ufeff".encode() + text, lambda text: text.replace(b"\n", b"\r\n"), lambda text: text.replace(b"\n", b"\r"),
    lambda text: text.rstrip(b"\n"), lambda text: text + b"\n\n\n",
], ids=["bom", "crlf", "cr", "no line end", "blank lines"])
def test_files_are_read_however_they_are_written(register, write):
    rows = rows_of(1500, 3, 经营范围="批发，\"零售\"\n第二行")
    register.submit(REGISTRATION, as_csv(rows))
    receipt = register.submit(REGISTRATION, write(as_csv(rows)))
    assert receipt["duplicate"] + receipt["changed"] == 3 and receipt["rejected"] == 0


def test_a_row_that_cannot_be_read_is_that_rows_verdict(register):
    good = as_csv(rows_of(1600, 2)).splitlines(keepends=True)
    body = good[0] + good[1] + "广州某店,只有两栏\n".encode() + b"\xff\xfe,\"x\",\"2001-01-01\",,\n" + good[2]
    receipt = register.submit(REGISTRATION, body)
    assert (receipt["received"], receipt["stored"], receipt["rejected"]) == (4, 2, 2)
    assert [(r["row"], r["rule"]) for r in receipt["rows"]] == [(2, "csv.fields"), (3, "text.encoding")]


def test_a_header_that_fits_no_item_is_refused_before_any_row(register):
    answer = register.post(REGISTRATION, b"foo,bar\n1,2\n", key=register.key("amr"))
    assert 400 <= answer.status < 500 and answer.status != 409
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_the_ledger_is_the_sum_of_the_receipts_and_needs_the_departments_key(creditd):
    rows = rows_of(1, 10)
    rows[2]["统一社会信用代码"] = wrong(rows[2]["统一社会信用代码"])
    receipts = [creditd.submit(REGISTRATION, as_csv(rows)), creditd.submit(REGISTRATION, as_csv(rows[:5]))]
    receipts.append(creditd.submit(PENALTY, as_csv([penalty("处1号", "样例市第1号贸易有限公司", uscc(1))])))
    key = creditd.key("amr")
    lines = creditd.all("/v1/departments/amr/ledger", key=key)
    assert lines[0]["theme_name"]["zh"] and lines[0]["theme_name"]["en"]
    for name in ("received", "warned", *VERDICTS):
        assert sum(line[name] for line in lines) == sum(r[name] for r in receipts), name
    assert {line["theme"] for line in lines} == {REGISTRATION, PENALTY}
    assert creditd.get("/v1/departments/amr/ledger").status == 401
    assert creditd.get("/v1/departments/amr/ledger", key=creditd.key("tax")).status == 403
    assert creditd.ctl("check").returncode == 0
    assert creditd.stop() == 0
    assert creditd.ctl("check").returncode == 0


def test_creditctl_says_by_its_exit_code_how_it_went(register, tmp_path):
    file = tmp_path / "rows.csv"
    rows = rows_of(1700, 2)
    file.write_bytes(as_csv(rows))
    assert register.ctl("submit", "--theme", REGISTRATION, file).returncode == 0
    rows[0]["统一社会信用代码"] = wrong(rows[0]["统一社会信用代码"])
    file.write_bytes(as_csv(rows))
    assert register.ctl("submit", "--theme", REGISTRATION, file).returncode == 3
    assert register.ctl("submit", "--theme", REGISTRATION, "--department", "tax", file).returncode == 4
    assert register.ctl("submit", "--theme", "no-such-theme", file).returncode not in (0, 3, 4)
    assert register.ctl("submit", "--theme", REGISTRATION, tmp_path / "none.csv").returncode not in (0, 3, 4)


def test_no_log_line_holds_an_identity_number_or_a_query(register):
    number = "440106185001010016"
    row = penalty("处77号", "广州第77商贸有限公司", number)
    register.submit(PENALTY, as_csv([row]))
    register.get("/v1/search", q=number)
    register.get(f"/v1/subjects/{number}")
    register.get("/v1/search", q="查询的内容不得写入日志")
    log = register.log()
    assert number not in log and "查询的内容" not in log
