"""What ends on a day, for operators: the list of creditctl, page by page."""
import json

import pytest

from register import PENALTY, as_csv, penalty, uscc

PERSON = "440106185001010016"


def person_penalty(number):
    row = penalty(number, "欧阳某某", "", record=number)
    row |= {"CF_XDR_LB": "自然人", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": PERSON, "CF_FRDB": ""}
    return row


@pytest.fixture(scope="module")
def ending(register):
    rows = [penalty(f"穗处{i}号", f"样例市第{i}号商行", uscc(1000 + i), record=f"E{i}", until="2026-12-31")
            for i in range(1, 126)]
    assert register.submit(PENALTY, as_csv(rows))["stored"] == 125
    assert register.submit(PENALTY, as_csv([person_penalty("P1")]))["stored"] == 1
    return register


def test_every_record_that_ends_is_listed_once_over_all_pages(ending):
    listed = ending.ctl("terms", "--on", "2026-12-31")
    assert listed.returncode == 0
    lines = listed.stdout.splitlines()
    assert len(lines) == len({line.split()[0] for line in lines}) == 125
    assert all("amr-penalty 市场监管行政处罚信息 " in line and "amr 市市场监督管理局 " in line for line in lines)
    assert all("公示 publication" in line and PENALTY in line and "amr" in line for line in lines)
    assert "样例市第125号商行" in listed.stdout and "125 条" in listed.stderr
    assert ending.ctl("terms", "--on", "2026-12-30").stdout == ""
    assert ending.ctl("terms", "--on", "2026-12-31", "--theme", "amr-licence").stdout == ""


def test_pages_can_be_had_as_they_are(ending):
    pages = [json.loads(line) for line in ending.ctl("terms", "--on", "2031-02-03", "--json").stdout.splitlines()]
    assert len(pages) == 2 and pages[0]["next"] and pages[1]["next"] is None
    items = [item for page in pages for item in page["items"]]
    assert len(items) == 126 and all(item["ends"] == ["retention"] for item in items)
    assert {item["decided"] for item in items} == {"2026-02-03"}
    assert sum(item["kind"] == "individual" for item in items) == 1


def test_a_natural_person_is_shown_as_such_and_by_nothing_else(ending):
    listed = ending.ctl("terms", "--on", "2031-02-03", "--theme", PENALTY).stdout
    assert listed.count("自然人") == 1 and "欧阳" not in listed and PERSON not in listed
    # a person's record is never public, so nothing of the public view ends with it
    assert "自然人" not in ending.ctl("terms", "--on", "2026-12-31").stdout


def test_only_operators_are_told_and_mistakes_are_said(ending):
    assert ending.get("/v1/operator/terms", on="2026-12-31", key=ending.key("amr")).status == 404
    assert ending.get("/v1/operator/terms", on="2026-12-31", over_socket=True).status == 200
    assert ending.ctl("terms").returncode == 2
    assert ending.ctl("terms", "--on", "2026-13-01").returncode == 2
    unknown = ending.ctl("terms", "--on", "2026-12-31", "--theme", "nothing")
    assert unknown.returncode == 1 and "nothing" not in unknown.stdout
    near = ending.ctl("terms", "--on", "2026-12-31", "--theme", "amr_penalty")
    assert near.returncode == 1 and "您要找的是不是 Did you mean: amr-penalty" in near.stderr
