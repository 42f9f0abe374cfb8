"""The subject's own answer at the counter: over the operators' socket, with the number in the body, and no trace of it."""
import datetime
import json
import os
import pty
import subprocess

import pytest

from register import BIN, PATIENCE, PENALTY, as_csv, clean_environment, penalty, uscc, wait_for

OWN = "/v1/operator/own"
PERSON = "440106185001010016"
OLD = "440106850101999"


def days_ago(days):
    return (datetime.date.today() - datetime.timedelta(days)).isoformat()


def person(number, record):
    row = penalty(f"人{record}号", "欧阳某某", "", record=record, version=1, day=days_ago(50))
    row.update({"CF_XDR_LB": "自然人", "CF_FRDB": "", "CF_XDR_ZJLX": "身份证", "CF_XDR_ZJHM": number})
    return row


@pytest.fixture(scope="module")
def register(register):
    rows = [penalty("处一号", "广州红棉商贸有限公司", uscc(1), record="A1", version=1, until="2098-01-01", day=days_ago(60)),
            penalty("处二号", "广州红棉商贸有限公司", uscc(1), record="A2", version=1, until=days_ago(300), day=days_ago(600))]
    assert register.submit(PENALTY, as_csv(rows))["stored"] == 2
    rows = [person(PERSON, f"P{n:03}") for n in range(120)] + [person(OLD, "Q1"), person("44010618500101018x", "Q2")]
    assert register.submit(PENALTY, as_csv(rows))["stored"] == 122
    return register


def ask(register, number, **more):
    return register.request("POST", OWN, body=json.dumps({"number": number} | more), over_socket=True)


def test_a_person_gets_its_records_with_the_number_masked(register):
    answer = ask(register, PERSON, limit=100)
    assert answer.status == 200 and answer.json["found"] and answer.json["total"] == 120
    assert answer.json["subject"]["name"] == "欧阳某某" and answer.json["subject"]["code"] is None
    assert PERSON not in answer.text and "4****************6" in answer.text
    rest = ask(register, PERSON, limit=100, cursor=answer.json["next"]).json
    ids = {r["id"] for r in answer.json["items"] + rest["items"]}
    assert len(ids) == 120 and rest["next"] is None
    assert not any(r["is_public"] for r in answer.json["items"])
    for number in (OLD, "44010618500101018x", "44010618500101018X"):
        assert ask(register, number).json["total"] == 1, number


def test_an_organisation_sees_ended_publication_and_the_public_does_not(register):
    own = ask(register, uscc(1)).json
    assert {r["document"]: r["is_public"] for r in own["items"]} == {"处一号": True, "处二号": False}
    assert own["items"][1]["public_until"] is not None
    assert register.get(f"/v1/subjects/{uscc(1)}").json["total"] == 1
    hidden = own["items"][1]["id"]
    assert register.get(f"/v1/records/{hidden}").status == 404
    assert register.get("/v1/statistics").json["records"]["supervision"] == 1


def test_nobody_else_may_ask_and_nothing_is_written_down(register):
    body = json.dumps({"number": PERSON})
    assert register.request("POST", OWN, body=body).status == 404
    assert register.request("POST", OWN, body=body, key=register.key("amr")).status == 404
    assert ask(register, PERSON, category="supervision").status == 200
    assert ask(register, "440106185202290026").json["found"] is False
    assert ask(register, "440106185202290027").status == 400
    wait_for(lambda: "own.asked category=all found=no" in register.log(), "the log's line")
    assert "own.asked category=supervision found=yes" in register.log()
    for number in (PERSON, OLD, "440106185202290026", "440106185202290027", "欧阳"):
        assert number not in register.log()


def test_a_body_that_is_too_long_is_refused(register):
    assert ask(register, "1" * 70_000).status == 413
    assert ask(register, "1" * 60_000).status == 400


def test_creditctl_prints_what_a_person_can_read(register):
    shown = register.ctl("own", input=f"{PERSON}\n")
    assert shown.returncode == 0, shown.stderr
    for text in ("欧阳某某", "个人", "共 120 条记录", "监管 Supervision  120", "120. ", "处罚类别", "罚款", "未公开", "市市场监督管理局"):
        assert text in shown.stdout, text
    assert PERSON not in shown.stdout and "CF_CFLB" not in shown.stdout
    shown = register.ctl("own", "--category", "judgment", input=uscc(1).lower())
    assert shown.returncode == 0 and "广州红棉商贸有限公司" in shown.stdout and "处一号" not in shown.stdout
    pages = [json.loads(line) for line in register.ctl("own", "--json", input=PERSON).stdout.splitlines()]
    assert [len(page["items"]) for page in pages] == [100, 20]


def test_creditctl_says_that_there_is_nothing_or_what_is_wrong(register):
    none = register.ctl("own", input="440106185202290026\n")
    assert none.returncode == 0 and none.stdout == "无记录 no records\n"
    mistyped = register.ctl("own", input="440106185202290027\n")
    assert mistyped.returncode == 1 and "号码有误" in mistyped.stderr and "44010618520229" not in mistyped.stderr
    assert register.ctl("own", input="").returncode == 2
    assert register.ctl("own", "--category", "nonsense", input=PERSON).returncode == 2
    on_the_command_line = register.ctl("own", PERSON, input="")
    assert on_the_command_line.returncode == 2 and PERSON not in on_the_command_line.stderr


def test_what_is_typed_at_the_prompt_is_not_shown(register):
    master, terminal = pty.openpty()
    with subprocess.Popen([BIN / "creditctl", "--data", register.data, "own"], stdin=terminal, stdout=subprocess.PIPE,
                          stderr=terminal, env=clean_environment()) as asking:
        os.close(terminal)
        seen = b""
        while b"identity number (not shown): " not in seen:
            seen += os.read(master, 1000)
        os.write(master, f"{PERSON}\n".encode())
        printed = asking.stdout.read().decode()
        assert asking.wait(PATIENCE) == 0
    os.set_blocking(master, False)
    try:
        while more := os.read(master, 1000):
            seen += more
    except OSError:
        pass
    os.close(master)
    assert "欧阳某某" in printed and PERSON.encode() not in seen
