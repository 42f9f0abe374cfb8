"""Files as found in the wild (domain §14, §3.5): each row has its verdict, and the file goes on."""
import itertools
import json

import pytest

from register import PENALTY, REGISTRATION, as_csv, penalty, registration, uscc

CAPITAL = "注册资金"


def submit(register, body, *more, theme=REGISTRATION):
    done = register.ctl("submit", "--theme", theme, "--json", *more, "-", input=body)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def verdicts(receipt):
    """(row, rule) of each finding."""
    return [(row["row"], row.get("rule")) for row in receipt["rows"]]


def lines(rows):
    """The header and the rows of a file, as text with their line ends."""
    header, *rest = as_csv(rows).decode().splitlines(keepends=True)
    return header, rest


numbers = itertools.count(10_000)


@pytest.fixture
def rows():
    """Forty good rows that no other test has."""
    return [registration(next(numbers)) for _ in range(40)]


def stored_names(register, rows):
    return [register.get_json(f"/v1/subjects/{row['统一社会信用代码']}")["name"] for row in rows]


# ---- encodings ----

@pytest.mark.parametrize("how", [(), ("--encoding", "auto"), ("--encoding", "gb18030"), ("--encoding", "GBK")])
def test_a_file_in_gb18030_is_stored_as_the_same_file_in_utf8_is(register, rows, how):
    rows[3]["企业名称"] = "𠮷祥（样例）商行·分店"
    receipt = submit(register, as_csv(rows).decode().encode("gb18030"), *how)
    assert (receipt["stored"] + receipt["duplicate"], receipt["warned"]) == (40, 0)
    assert submit(register, as_csv(rows))["duplicate"] == 40
    assert stored_names(register, rows[3:4]) == ["𠮷祥（样例）商行·分店"]


def test_half_of_the_file_in_the_other_encoding_costs_that_half(register, rows):
    header, rest = lines(rows)
    for first, second in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        body = header.encode(first) + "".join(rest[:20]).encode(first) + "".join(rest[20:]).encode(second)
        receipt = submit(register, body)
        assert receipt["received"] == 40
        assert verdicts(receipt)[-20:] == [(n, "text.encoding") for n in range(21, 41)]
        # The reject file is in one encoding, and goes in as it is.
        file = register.ctl("receipt", receipt["id"], "--rejects").stdout
        again = submit(register, file)
        assert (again["received"], again["stored"] + again["duplicate"], again["warned"]) == (20, 20, 0)
    assert stored_names(register, rows) == [row["企业名称"] for row in rows]


def test_behind_a_header_in_ascii_the_first_telling_row_decides(register, rows):
    _, rest = lines(rows)
    codes = {item["zh"]: item["code"] for item in register.get_json(f"/v1/catalogue/{REGISTRATION}")["items"]}
    header = ",".join(codes[name] for name in rows[0]) + "\n"
    assert header.isascii()
    receipt = submit(register, (header + "".join(rest[:30])).encode("gb18030") + "".join(rest[30:]).encode())
    assert receipt["stored"] == 30
    assert verdicts(receipt) == [(n, "text.encoding") for n in range(31, 41)]


def test_utf16_and_a_wrong_declaration_are_refused_with_a_remedy(register, rows):
    body = as_csv(rows).decode()
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        done = register.ctl("submit", "--theme", REGISTRATION, "-", input=body.replace("企业名称", "USCC2").encode(encoding))
        assert done.returncode == 1 and "CSV UTF-8" in done.stderr, done.stderr
    done = register.ctl("submit", "--theme", REGISTRATION, "--encoding", "utf-8", "-", input=body.encode("gb18030"))
    assert done.returncode == 1 and "GB18030" in done.stderr
    done = register.ctl("submit", "--theme", REGISTRATION, "--encoding", "big5", "-", input=body)
    assert done.returncode == 2 and "gb18030" in done.stderr


def test_over_http_the_charset_says_it(register, rows):
    key = register.key("amr")
    body = as_csv(rows).decode().encode("gb18030")
    refused = register.post(REGISTRATION, body, key=key, kind="text/csv; charset=big5")
    assert refused.status == 415 and refused.json["field"] == "Content-Type" and "gb18030" in refused.json["detail"]
    refused = register.post(REGISTRATION, body, key=key, kind="text/csv; charset=utf-8", batch="declared")
    assert refused.status in (400, 422) and "GB18030" in refused.json["detail"]
    conflict = register.post(REGISTRATION, body, key=key, kind="text/csv; charset=gbk", batch="declared")
    assert conflict.status == 409 and "encoding" in conflict.json["detail"]
    done = register.post(REGISTRATION, body, key=key, kind="text/csv; charset=gb2312")
    assert done.status == 200 and done.json["stored"] == 40
    again = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode("gb18030")
    done = register.post(REGISTRATION, again, key=key, kind="application/x-ndjson; charset=gb18030")
    assert done.json["duplicate"] == 40
    assert register.post(REGISTRATION, again, key=key, kind="application/x-ndjson").json["duplicate"] == 40


# ---- rows ----

def test_every_defect_costs_its_own_row_alone(register, rows):
    name, code = "企业名称", "统一社会信用代码"
    rows[1][name] = "\0" * 1411 + rows[1][name]
    rows[2][name] = "样例\ufffd\ufffd有限公司"
    rows[3]["经营范围"] = "\ufffd" * 5000
    rows[4][name] = "第一行\r\n第二行有限公司"
    rows[5][code] = rows[5][code].lower()
    rows[6][code] = "".join(chr(ord(c) + 0xFEE0) for c in rows[6][code])
    rows[7][code] = " " + "-".join(rows[7][code]) + "\u200b\ufeff"
    rows[8]["登记状态"] = "\\N"
    rows[9]["行政区划"] = "/"
    rows[10]["注册日期"] = "／"
    rows[11][name] = "— —"
    rows[12]["注册日期"] = "２０２０年１月２日"
    rows[13]["注册日期"] = "2020.1.2 00:00:00"
    rows[14][code] = "0" * 17 + "X"
    rows[15]["经营范围"] = "=HYPERLINK(\"x\")"
    rows[16][code] = "9.14403E+17"
    rows[17]["经营范围"] = "#REF!"
    rows = [row | {"经营范围": row.get("经营范围", "批发")} for row in rows]
    receipt = submit(register, as_csv(rows))
    told = dict(verdicts(receipt))
    assert receipt["received"] == 40
    assert {row: rule for row, rule in told.items() if rule.split(".")[0] != "uscc"} == {
        3: "text.damaged", 4: "text.damaged-text", 11: "item.missing", 12: "item.missing", 17: "number.rounded",
        18: "cell.error"}
    assert {row for row, rule in told.items() if rule.startswith("uscc")} == {15}
    assert receipt["rejected"] == 5 and receipt["stored"] == 35
    assert stored_names(register, rows[:2]) == [row["企业名称"].lstrip("\0") for row in rows[:2]]


def test_rows_of_another_length_cost_themselves(register, rows):
    header, rest = lines(rows)
    rest[4] = rest[4].rstrip("\n") + ',"多","余"\n'
    rest[9] = rest[9].replace(",", "", 1)
    rest[14] = "只有一项\n"
    rest[19] = rest[19].rstrip("\n") + "," * 600 + "\n"
    receipt = submit(register, header + "".join(rest))
    assert receipt["stored"] == 36
    assert [(row["row"], row["rule"]) for row in receipt["rows"]] == [
        (5, "csv.fields"), (10, "csv.fields"), (15, "csv.fields"), (20, "row.size")]


def test_a_quote_that_never_closes_costs_what_it_swallows(register, rows):
    header, rest = lines(rows)
    rest[39] = '"' + rest[39].replace('"', "")
    receipt = submit(register, header + "".join(rest))
    assert receipt["stored"] == 39 and verdicts(receipt) == [(40, "csv.fields")]


SPELLINGS = [
    "100万元", "100 万元", "100.0万", "100.000000万元", "100(万元)", "100（万元）", "100万人民币", "100(万人民币元)", "100万元人民币",
    "人民币100万元", "人民币 100 万元", "人民币：100万元", "RMB100万元", "¥100万", "￥1000000", "1000000", "1000000元", "1000000.00",
    "1,000,000", "1,000,000.00元", "１００万元", "１００．００万元", "壹佰万元", "壹佰万元整", "人民币壹佰万元整", "一百万元", "100万美元",
    "100(万美元)", "100万港元", "USD100万", "100万欧元", "0万元", "0", "1.0E6", "100.0000(万元)", "叁仟万", "100万元（实缴50万元）",
]


def test_capital_in_37_spellings_is_kept_as_it_is_told(register):
    assert len(set(SPELLINGS)) == 37
    rows = [registration(200_000 + n) | {CAPITAL: text} for n, text in enumerate(SPELLINGS)]
    receipt = submit(register, as_csv(rows))
    assert (receipt["stored"], receipt["rejected"]) == (37, 0)


def test_documents_of_penalties_with_line_breaks_in_quotes(register):
    code = uscc(210_000)
    register.submit(REGISTRATION, as_csv([registration(210_000)]))
    body = as_csv([penalty(f"样罚〔2026〕{n}号", registration(210_000)["企业名称"], code,
                           fact=f"一、\"无照\"经营；\n二、{n}，逾期\r\n三、其他") for n in range(30)], line_end="\r\n")
    receipt = submit(register, body, theme=PENALTY)
    assert (receipt["received"], receipt["stored"]) == (30, 30)


def test_a_file_of_nothing_but_noise_gives_verdicts_and_no_failure(register, rows):
    header, _ = lines(rows)
    noise = bytes((n * 7919 + n // 251) % 256 for n in range(60_000))
    receipt = submit(register, header.encode() + noise)
    assert receipt["received"] == receipt["rejected"] > 100
    assert register.ctl("receipt", receipt["id"], "--rejects").returncode == 0
    assert "0" in register.check()
