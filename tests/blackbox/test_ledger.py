"""The account of a department as a clerk sees it: signing in with the department's key, the page, its files."""
import re
import urllib.parse

import pytest

from register import REGISTRATION, as_csv, registration, registrations, uscc, wrong

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
OWN = FORM | {"Sec-Fetch-Site": "same-origin"}
PARTS = ("stored", "changed", "duplicate", "stale", "rejected")


@pytest.fixture
def filled(creditd):
    creditd.submit(REGISTRATION, registrations(20))
    creditd.submit(REGISTRATION, registrations(20))
    creditd.submit(REGISTRATION, as_csv([registration(30), registration(31, 统一社会信用代码=wrong(uscc(31)))]))
    return creditd


def sign_in(register, key, headers=OWN):
    body = urllib.parse.urlencode({"key": key}).encode()
    return register.request("POST", "/ledger/sign-in", body=body, headers=headers)


def cookie_of(answer):
    return {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}


def test_a_clerk_signs_in_sees_the_account_takes_the_rejected_rows_and_signs_out(filled):
    assert 'type="password"' in filled.get("/ledger").text
    answer = sign_in(filled, filled.key("amr"))
    assert (answer.status, answer.headers["Location"]) == (303, "/ledger")
    assert re.fullmatch(r"credence-session=[a-z2-7]{52}; Path=/ledger; Max-Age=28800; HttpOnly; SameSite=Strict",
                        answer.headers["Set-Cookie"])
    cookie = cookie_of(answer)
    page = filled.get("/ledger", headers=cookie)
    assert page.status == 200 and page.headers["Cache-Control"] == "no-store"
    for text in ("市市场监督管理局", "<dd>42</dd>", "<svg", "uscc.check", "Administration for Market Regulation"):
        assert text in page.text
    assert filled.key("amr") not in page.text
    file = re.search(r'href="(/ledger/submissions/[^"]+rejects)"', page.text).group(1)
    rows = filled.get(file, headers=cookie)
    assert rows.status == 200 and "样例市第31号贸易有限公司" in rows.text
    assert 'type="password"' in filled.get(file).text
    answer = filled.request("POST", "/ledger/sign-out", headers=cookie | {"Sec-Fetch-Site": "same-origin"})
    assert answer.status == 303 and "Max-Age=0" in answer.headers["Set-Cookie"]
    assert 'type="password"' in filled.get("/ledger", headers=cookie).text


def test_the_key_of_one_department_shows_no_other_one(filled):
    ours = cookie_of(sign_in(filled, filled.key("amr")))
    theirs = cookie_of(sign_in(filled, filled.key("tax")))
    page = filled.get("/ledger", headers=theirs).text
    assert "税务局" in page and "尚未收到本部门的数据" in page and "市市场监督管理局" not in page
    file = re.search(r'href="(/ledger/submissions/[^"]+rejects)"', filled.get("/ledger", headers=ours).text).group(1)
    assert filled.get(file, headers=theirs).status == 404


def test_a_key_that_was_taken_back_ends_its_sessions_and_so_does_a_restart(filled):
    cookie = cookie_of(sign_in(filled, filled.key("amr")))
    [key] = filled.get_json("/v1/operator/keys", over_socket=True)["items"]
    assert filled.ctl("key", "remove", key["id"]).returncode == 0
    assert 'type="password"' in filled.get("/ledger", headers=cookie).text
    cookie = cookie_of(sign_in(filled, filled.key("tax")))
    filled.restart()
    assert 'type="password"' in filled.get("/ledger", headers=cookie).text


def test_what_other_sites_post_and_keys_that_nobody_has_sign_nobody_in(register):
    key = register.key("amr")
    host = f"http://127.0.0.1:{register.port}"
    assert sign_in(register, key, FORM | {"Sec-Fetch-Site": "cross-site"}).status == 403
    assert sign_in(register, key, FORM | {"Origin": "https://evil.example"}).status == 403
    assert sign_in(register, key, FORM | {"Origin": host}).status == 303
    behind_proxy = FORM | {"X-Forwarded-For": "192.0.2.200", "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin"}
    for _ in range(10):
        answer = sign_in(register, "crd_nobody", behind_proxy)
        assert answer.status == 403 and "Set-Cookie" not in answer.headers and "crd_nobody" not in answer.text
    assert sign_in(register, key, behind_proxy).status == 429
    answer = sign_in(register, key, behind_proxy | {"X-Forwarded-For": "192.0.2.201"})
    assert answer.headers["Set-Cookie"].endswith("; Secure")
    assert key not in register.log() and "crd_nobody" not in register.log()


def test_the_account_adds_up_by_theme_day_and_rule(filled):
    account = filled.get_json("/v1/departments/amr/ledger", key=filled.key("amr"))
    for sums in (account["totals"], *account["by_theme"], *account["by_day"], *account["items"]):
        assert sums["received"] == sum(sums[part] for part in PARTS)
    for part in ("received", *PARTS):
        assert account["totals"][part] == sum(day[part] for day in account["by_day"])
        assert account["totals"][part] == sum(theme[part] for theme in account["by_theme"])
    assert (account["totals"]["received"], account["totals"]["duplicate"]) == (42, 20)
    [rule] = account["rules"]
    assert (rule["rule"], rule["item"], rule["rows"]) == ("uscc.check", "USCC", 1)
    assert 0 <= account["freshness"]["age_s"] < 3600
