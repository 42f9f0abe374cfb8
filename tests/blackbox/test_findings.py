"""What may be wrong with a department's records: by the API with its key, and by creditctl."""
import csv
import io

import pytest

from register import PENALTY, REGISTRATION, as_csv, penalty, registration, uscc

PERSON = "440106185001010016"
PATH = "/v1/departments/amr/findings"
MEMBERS = {"kind", "theme", "theme_name", "record", "document", "received", "law", "explanation", "remedy"}


@pytest.fixture(scope="module")
def found(register):
    """One record of each kind, one without any, and a person's."""
    register.submit(REGISTRATION, as_csv([registration(i) for i in (1, 2)]))
    good = "样例市第1号贸易有限公司"
    person = penalty(f"穗处{PERSON}号", "欧阳某某", "", record="F5") | {"CF_XDR_LB": "自然人", "CF_XDR_ZJLX": "身份证",
                                                                    "CF_XDR_ZJHM": PERSON, "CF_FRDB": ""}
    # all of them came long after the decision, but for their subjects and names nothing is wrong
    rows = [penalty("穗处1号", good, uscc(1), record="F1"), penalty("穗处2号", "别的名称", uscc(2), record="F2"),
            penalty("穗处3号", "没有登记", uscc(3), record="F3")]
    assert register.submit(PENALTY, as_csv(rows))["stored"] == 3
    assert register.submit(PENALTY, as_csv([person]))["stored"] == 1
    same = penalty("穗处1号", good, uscc(1), record="F4")
    assert register.submit("ecology-penalty", as_csv([same]))["stored"] == 1
    return register


def test_each_kind_is_found_with_an_explanation_and_what_to_do(found):
    items = found.all(PATH, key=found.key("amr"))
    by_kind = {kind: [i for i in items if i["kind"] == kind] for kind in {i["kind"] for i in items}}
    assert {kind: len(list_) for kind, list_ in by_kind.items()} == {
        "late": 4, "subject.unknown": 1, "name.differs": 1, "same-fact": 1}
    for item in items:
        assert item.keys() >= MEMBERS and item["theme"] == PENALTY
        for text in (item["explanation"], item["remedy"]):
            assert text["zh"] and text["en"] and "{}" not in text["zh"] + text["en"]
    assert by_kind["name.differs"][0]["document"] == "穗处2号" and by_kind["name.differs"][0]["former"] is False
    assert "样例市第2号贸易有限公司" in by_kind["name.differs"][0]["explanation"]["zh"]
    assert by_kind["subject.unknown"][0]["document"] == "穗处3号"
    assert by_kind["same-fact"][0]["other_department"] == "ecology"
    late = by_kind["late"][0]
    assert late["workdays"] > late["due"] == 7 and "51号" in late["law"]
    only = found.all(PATH, key=found.key("amr"), kind="late", theme=PENALTY, limit=3)
    assert [i["record"] for i in only] == [i["record"] for i in by_kind["late"]]
    # nothing of it keeps a record from the public
    assert found.get_json(f"/v1/subjects/{uscc(3)}")["total"] == 1


def test_only_the_department_is_told(found):
    assert found.get(PATH).status == 401
    assert found.get(PATH, key=found.key("ecology")).status == 403
    assert found.get("/v1/departments/nowhere/findings", key=found.key("amr")).status == 403
    assert found.get("/v1/departments/nowhere/findings", over_socket=True).status == 404
    assert found.get(PATH, over_socket=True).status == 200
    refused = found.get(PATH, key=found.key("amr"), kind="early")
    assert refused.status == 400 and "same-fact" in refused.json["detail"]


def test_numbers_of_persons_are_in_no_finding(found):
    answer = found.get(PATH, over_socket=True).text
    assert PERSON not in answer and "欧阳" not in answer
    listed = found.ctl("findings", "--department", "amr").stdout
    assert PERSON not in listed and "欧阳" not in listed


def test_creditctl_lists_them_for_people_and_as_a_table(found):
    listed = found.ctl("findings", "--department", "amr", "--kind", "same-fact")
    assert listed.returncode == 0 and "same-fact" in listed.stdout and "市生态环境局" in listed.stdout
    assert "amr-penalty 市场监管行政处罚信息 " in listed.stdout
    table = found.ctl("findings", "--department", "amr", "--csv").stdout
    assert table.startswith("\ufeff类型 kind,")
    rows = list(csv.DictReader(io.StringIO(table.lstrip("\ufeff"))))
    assert len(rows) == 7 and {row["主题 theme"] for row in rows} == {PENALTY}
    assert {row["主题名称 theme_name"] for row in rows} == {"市场监管行政处罚信息"}
    assert all(row["记录编号 record"] and row["处理 remedy"] for row in rows)
    assert found.ctl("findings").returncode == 2
    assert found.ctl("findings", "--department", "nowhere").returncode == 1
