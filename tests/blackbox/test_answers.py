"""What anybody may ask, and what nobody is told."""
import re
import urllib.parse

import pytest

from register import PENALTY, REGISTRATION, as_csv, penalty, registration, uscc

CATEGORIES = {"registration", "supervision", "qualification", "default", "enforcement", "administration", "public-benefit",
              "judgment"}
PERSON = "440106185001010016"


def enterprise(n, name):
    return registration(n, 企业名称=name, 注册日期="2001-02-03", 企业类型="有限责任公司", 注册资金="1,000.0000(万人民币元)",
                        经营范围="批发；零售", 所在省份="广东", 地区="广州", 注册地址="广州市天河区某路1号", 法定代表人="某甲",
                        法定代表人证件号码=PERSON)


@pytest.fixture(scope="module")
def register(register):
    names = ["广州白云山制药有限公司", "白云山（广州）商贸有限公司", "广州市白云山饭店", "广州红棉商贸有限公司"]
    register.submit(REGISTRATION, as_csv([enterprise(n, name) for n, name in enumerate(names, 1)]))
    register.submit(PENALTY, as_csv([penalty(f"穗处〔2026〕{n}号", names[0], uscc(1), record=f"A{n}", version=1,
                                             day=f"2026-01-{n:02}") for n in range(1, 26)]))
    return register


def test_search_finds_every_name_that_holds_the_words_the_exact_one_first(register):
    hits = register.all("/v1/search", q="白云山")
    assert {h["name"] for h in hits} == {"广州白云山制药有限公司", "白云山（广州）商贸有限公司", "广州市白云山饭店"}
    assert {"code", "name", "kind", "status", "district", "matched"} <= set(hits[0])
    assert hits[0]["kind"] == "enterprise" and hits[0]["kind_name"] == {"zh": "企业", "en": "Enterprise"}
    assert register.get("/v1/search", q="广州市白云山饭店").json["items"][0]["name"] == "广州市白云山饭店"


def test_brackets_and_width_make_no_difference(register):
    wide = register.get("/v1/search", q="白云山（广州）").json["items"]
    assert wide == register.get("/v1/search", q="白云山(广州)").json["items"] == register.get("/v1/search", q="白云山广州").json["items"]
    assert len(wide) == 1


def test_a_code_is_found_however_it_is_typed(register):
    code = uscc(4)
    full_width = "".join(chr(ord(c) + 0xFEE0) for c in code)
    for text in (code, code.lower(), full_width, f" {code[:8]} {code[8:]} ", f"{code[:8]}-{code[8:]}"):
        assert [h["code"] for h in register.get("/v1/search", q=text).json["items"]] == [code], text
        assert register.get("/v1/subjects/" + urllib.parse.quote(text)).json["code"] == code


def test_a_query_of_one_character_says_what_is_missing(register):
    answer = register.get("/v1/search", q="白")
    assert answer.status == 400
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_subject_has_counters_that_are_those_of_its_list(register):
    subject = register.get(f"/v1/subjects/{uscc(1)}").json
    assert {"code", "name", "kind", "counters", "as_of"} <= set(subject)
    assert set(subject["counters"]) == CATEGORIES
    assert subject["counters"]["supervision"] == 25 and subject["counters"]["registration"] == 1
    records = register.all(f"/v1/subjects/{uscc(1)}/records", limit=7)
    assert len(records) == len({r["id"] for r in records}) == 26
    days = [r["decided"] for r in records]
    assert days == sorted(days, reverse=True)
    for category, count in subject["counters"].items():
        assert len(register.all(f"/v1/subjects/{uscc(1)}/records", category=category)) == count


def test_records_are_filtered_by_theme_category_and_days(register):
    path = f"/v1/subjects/{uscc(1)}/records"
    assert len(register.all(path, theme=PENALTY)) == 25
    assert len(register.all(path, theme="amr-licence")) == 0
    assert [r["decided"] for r in register.all(path, **{"from": "2026-01-10", "to": "2026-01-12"})] == [
        "2026-01-12", "2026-01-11", "2026-01-10"]
    assert register.get(path, limit=101).status == 400
    assert register.get(path, category="nonsense").status == 400
    assert register.get(path, cursor="abcdef").status == 400


def test_a_record_shows_public_items_only_and_loses_no_column(register):
    answer = register.get(f"/v1/subjects/{uscc(4)}/records").json
    record = answer["items"][0]
    assert {"id", "theme", "subject", "document", "decided", "received", "version", "public_until", "items"} <= set(record)
    theme = answer["themes"][record["theme"]]
    assert {"name", "category", "category_name", "polarity", "department", "department_name", "basis", "items"} == set(theme)
    assert {s["code"] for s in theme["items"]} == set(record["items"])
    assert {"企业名称", "经营范围", "法定代表人"} <= {s["zh"] for s in theme["items"]}
    values = set(record["items"].values())
    for value in ("有限责任公司", "1,000.0000(万人民币元)", "批发；零售", "广东", "广州", "广州市天河区某路1号", "2001-02-03", "某甲"):
        assert value in values
    assert PERSON not in str(record)
    one = register.get(f"/v1/records/{record['id']}").json
    assert one == record | {"themes": {record["theme"]: theme}}


def test_history_tells_that_versions_existed_and_never_what_they_said(register):
    register.submit(PENALTY, as_csv([penalty("变1号", "广州变更商贸有限公司", uscc(30), record="H1", version=1, fact="旧的说法")]))
    register.submit(PENALTY, as_csv([penalty("变1号", "广州变更商贸有限公司", uscc(30), record="H1", version=2, fact="新的说法")]))
    record = register.all(f"/v1/subjects/{uscc(30)}/records")[0]
    history = register.get(f"/v1/records/{record['id']}/history")
    assert len(history.json["items"]) == 2
    assert "旧的说法" not in history.text
    assert "新的说法" in str(record["items"])


def test_a_revoked_record_is_gone_and_an_unknown_one_is_unknown(register):
    register.submit(PENALTY, as_csv([penalty("撤1号", "广州撤销商贸有限公司", uscc(31), record="G1", version=1)]))
    record = register.all(f"/v1/subjects/{uscc(31)}/records")[0]
    register.submit(PENALTY, as_csv([penalty("撤1号", "广州撤销商贸有限公司", uscc(31), record="G1", version=2, op="revoke")]))
    gone = register.get(f"/v1/records/{record['id']}")
    assert gone.status == 410 and "撤1号" not in gone.text
    unknown = record["id"][:-2] + ("aa" if record["id"][-2:] != "aa" else "ba")
    assert register.get(f"/v1/records/{unknown}").status == 404
    assert register.get(f"/v1/subjects/{uscc(31)}").status == 404
    assert register.get("/v1/search", q="撤销商贸").json["items"] == []


def person(number, record):
    row = penalty("人1号", "欧阳某某", "", record=record, version=1)
    row.update({"CF_XDR_LB": "自然人", "CF_FRDB": "", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": number})
    return row


def test_natural_persons_are_nowhere_and_known_or_unknown_is_the_same_answer(register):
    receipt = register.submit(PENALTY, as_csv([person(PERSON, "P1")]))
    assert receipt["stored"] == 1
    known = register.get(f"/v1/subjects/{PERSON}")
    unknown = register.get("/v1/subjects/440106185202290026")
    assert known.status == unknown.status and known.body.replace(PERSON.encode(), b"") == unknown.body
    assert register.get("/v1/search", q=PERSON).status == register.get("/v1/search", q="440106185202290026").status == 400
    assert register.get("/v1/search", q="欧阳某某").json["items"] == []


def test_errors_are_problems_with_a_stable_type(register):
    for answer in (register.get("/v1/subjects/" + uscc(999)), register.get("/v1/nothing"), register.get("/v1/search"),
                   register.request("DELETE", "/v1/search")):
        assert 400 <= answer.status < 500
        assert answer.headers["Content-Type"].startswith("application/problem+json")
        problem = answer.json
        assert problem["status"] == answer.status and problem["type"] and problem["title"]


def test_the_catalogue_can_be_read(register):
    themes = {t["code"]: t for t in register.all("/v1/catalogue")}
    assert {REGISTRATION, "amr-licence", PENALTY} <= set(themes)
    entry = register.get(f"/v1/catalogue/{REGISTRATION}").json
    assert {"code", "version", "department", "category", "items"} <= set(entry)
    assert register.get("/v1/catalogue/no-such-theme").status == 404


def test_statistics_count_what_is_public(creditd):
    creditd.submit(REGISTRATION, as_csv([enterprise(1, "广州一号商贸有限公司"), enterprise(2, "广州二号商贸有限公司")]))
    creditd.submit(PENALTY, as_csv([person(PERSON, "P1")]))
    text = creditd.get("/v1/statistics").text
    figures = creditd.get("/v1/statistics").json
    assert figures["subjects"]["enterprise"] == 2, text
    assert figures["records"]["registration"] == 2 and figures["records"]["supervision"] == 0
    assert creditd.stop() == 0


def test_health_readiness_and_metrics(register):
    assert register.get("/healthz").status == 200
    assert register.get("/readyz").status == 200
    assert register.get("/metrics").status in (404, 403), "metrics are for the Unix socket and listed addresses"


def test_the_page_shows_a_subject_without_script(register):
    home = register.get("/")
    assert home.status == 200 and "<form" in home.text and home.headers["Content-Type"].startswith("text/html")
    found = register.get("/search", q="红棉")
    assert "广州红棉商贸有限公司" in found.text
    page = register.get(f"/subjects/{uscc(1)}")
    assert page.status == 200
    for text in ("广州白云山制药有限公司", uscc(1), "行政处罚", "穗处〔2026〕25号"):
        assert text in page.text
    assert PERSON not in page.text and "<script" not in page.text
    assert register.get(f"/subjects/{PERSON}").status == register.get("/subjects/440106185202290026").status
    assert register.get("/search", q="<b>'\"&红棉").text.count("<b>'") == 0


def test_an_answer_is_kept_until_something_of_it_changes_and_the_metrics_tell(register):
    def kept():
        return int(re.search(r'^credence_answers_total\{from="kept"\} (\d+)$',
                             register.get("/metrics", over_socket=True).text, re.M).group(1))

    register.submit(PENALTY, as_csv([penalty("留1号", "广州留存商贸有限公司", uscc(40), record="K1", version=1, fact="旧的说法")]))
    path = f"/v1/subjects/{uscc(40)}/records"
    first, before = register.get(path), kept()
    again = register.get(path)
    assert (again.text, again.headers["ETag"]) == (first.text, first.headers["ETag"])
    assert kept() == before + 1
    same = register.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (same.status, same.text) == (304, "")
    register.submit(PENALTY, as_csv([penalty("留1号", "广州留存商贸有限公司", uscc(40), record="K1", version=2, fact="新的说法")]))
    changed = register.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status == 200 and "新的说法" in changed.text and "旧的说法" not in changed.text
