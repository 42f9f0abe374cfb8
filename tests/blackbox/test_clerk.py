"""What a clerk does with a spreadsheet: hands in a workbook, gets the rejected rows back, corrects them, hands them in
again. The spreadsheet is LibreOffice."""
import csv
import datetime
import io
import json
import signal
import subprocess
import zipfile

import openpyxl
import pytest

from register import BIN, PATIENCE, REGISTRATION, as_csv, clean_environment, registration, uscc, wrong

CSV_IN = "CSV:44,34,76,1"  # comma, quote, UTF-8, first line
CSV_OUT = "csv:Text - txt - csv (StarCalc):44,34,76,1"


@pytest.fixture(scope="module")
def calc(tmp_path_factory):
    """calc(file, "xlsx") is what LibreOffice Calc makes of the file when it opens and saves it."""
    folder = tmp_path_factory.mktemp("calc")

    def convert(file, to):
        out = folder / "out"
        how = ["--infilter=" + CSV_IN] if file.suffix == ".csv" else []
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", *how, "--convert-to",
                        CSV_OUT if to == "csv" else to, "--outdir", out, file], check=True, capture_output=True,
                       env=clean_environment(HOME=str(folder)), timeout=PATIENCE)
        return out / f"{file.stem}.{to}"
    return convert


def workbook(path, *sheets):
    """An XLSX file of (title, rows) each."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def submit(register, file, *more, theme=REGISTRATION):
    done = register.ctl("submit", "--theme", theme, "--json", *more, file)
    assert done.returncode in (0, 3), done.stderr
    return json.loads(done.stdout)


def rejects(register, receipt):
    done = register.ctl("receipt", receipt["id"], "--rejects")
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text.lstrip("\ufeff"))))


HEADER = ["企业名称", "统一社会信用代码", "注册日期", "登记状态", "行政区划", "经营范围"]


def good_row(n):
    row = registration(n)
    return [row["企业名称"], row["统一社会信用代码"], row["注册日期"], row["登记状态"], row["行政区划"], "批发，\"零售\"\n第二行"]


# A code of digits alone, which a spreadsheet would round: 914403001922038216 is of the test vectors of domain §1.5.
DIGITS = "914403001922038216"


@pytest.fixture
def mistakes(register):
    """A file with mistakes: what was wrong, and how it is corrected, by row."""
    rows = [good_row(n) for n in range(100, 108)]
    rows[1][1], rows[2][2], rows[3][0], rows[4][3] = wrong(rows[1][1]), "2001-02-30", "", "不明"
    rows[5][1], rows[5][2] = DIGITS, "2020年13月1日"
    right = {2: (1, good_row(101)[1]), 3: (2, "2001-02-28"), 4: (0, good_row(103)[0]), 5: (3, "存续"), 6: (2, "2020-03-01")}
    body = as_csv([dict(zip(HEADER, row, strict=True)) for row in rows])
    return body, right


def correct(file, right):
    """Puts the right values into the cells of the reject file, as a clerk would."""
    book = openpyxl.load_workbook(file)
    sheet = book.active
    names = [cell.value for cell in sheet[1]]
    assert names == [*HEADER, "_row", "_rule", "_remedy"]
    for cells in sheet.iter_rows(min_row=2):
        column, value = right[int(cells[names.index("_row")].value.strip())]
        cells[column].value = value
    book.save(file)


@pytest.mark.parametrize("again", ["csv", "xlsx"])
def test_the_reject_file_is_corrected_in_a_spreadsheet_and_goes_in_clean(register, calc, mistakes, tmp_path, again):
    body, right = mistakes
    receipt = register.submit(REGISTRATION, body)
    assert receipt["rejected"] == 5
    text = rejects(register, receipt)
    assert [(row["_row"].strip(), row["_rule"]) for row in rows_of(text)] == [
        ("2", "uscc.check"), ("3", "date.invalid"), ("4", "item.missing"), ("5", "code.unknown"), ("6", "date.invalid")]
    assert all("［" in row["_remedy"] for row in rows_of(text))
    over_http = register.get(f"/v1/submissions/{receipt['id']}?format=rejects", key=register.key("amr"))
    assert over_http.body.decode() == text
    file = tmp_path / "rejects.csv"
    file.write_text(text, encoding="utf-8")
    book = calc(file, "xlsx")
    correct(book, right)
    if again == "csv":
        book = calc(book, "csv")
        saved = rows_of(book.read_text(encoding="utf-8"))
        assert [row["统一社会信用代码"].strip() for row in saved][4] == DIGITS
        assert [row["注册日期"].strip() for row in saved][0] == "2020-01-02"
    receipt = submit(register, book)
    assert (receipt["received"], receipt["rejected"], receipt["warned"]) == (5, 0, 0)
    found = register.get_json(f"/v1/subjects/{DIGITS}")
    assert found["code"] == DIGITS
    again = register.submit(REGISTRATION, as_csv([dict(zip(HEADER, good_row(104), strict=True))]))
    assert again["duplicate"] == 1


def test_a_workbook_is_handed_in(register, tmp_path):
    rows = [good_row(n) for n in range(200, 205)]
    for row in rows:
        row[2] = datetime.datetime(2020, 1, 2)
    rows[1][2] = datetime.datetime(2020, 1, 2, 9, 30)
    rows[2][5] = 4281.5
    rows[3][5] = 12.0
    rows[4][5] = True
    body = [[], [None, ""], HEADER + [None, " "], *rows[:2], [None] * 6, *rows[2:], [], [None]]
    file = workbook(tmp_path / "登记.xlsx", ("名录", body), ("说明", [["不读"]]))
    receipt = submit(register, file)
    assert (receipt["received"], receipt["stored"], receipt["warned"]) == (5, 5, 0)
    same = [dict(zip(HEADER, good_row(n), strict=True)) for n in range(200, 205)]
    same[2]["经营范围"], same[3]["经营范围"], same[4]["经营范围"] = "4281.5", "12", "TRUE"
    assert register.submit(REGISTRATION, as_csv(same))["duplicate"] == 5
    assert register.ctl("submit", "--theme", REGISTRATION, file).stderr.count("登记.xlsx") >= 1


def test_a_workbook_of_libreoffice_is_read_as_its_csv_is(register, calc, tmp_path):
    rows = [dict(zip(HEADER, good_row(n), strict=True)) for n in range(220, 230)]
    file = tmp_path / "plain.csv"
    file.write_bytes(as_csv(rows))
    receipt = submit(register, calc(file, "xlsx"))
    assert (receipt["received"], receipt["stored"]) == (10, 10)
    assert register.submit(REGISTRATION, as_csv(rows))["duplicate"] == 10


def test_numbers_that_the_spreadsheet_has_rounded_cost_their_row_and_no_other(register, tmp_path):
    rows = [good_row(n) for n in range(240, 244)]
    rows[1][1] = int(DIGITS)
    rows[2][1] = float(DIGITS)
    receipt = submit(register, workbook(tmp_path / "numbers.xlsx", ("a", [HEADER, *rows])))
    assert (receipt["stored"], receipt["rejected"]) == (2, 2)
    told = [(row["row"], row["rule"], row["item"]) for row in receipt["rows"]]
    assert told == [(2, "number.rounded", "USCC"), (3, "number.rounded", "USCC")]
    assert all("文本" in row["remedy"] and "9.14403001922038E+17" in row["value"] for row in receipt["rows"])


def test_formulas_have_their_values_and_errors_are_told(register, calc, tmp_path):
    rows = [good_row(n) for n in range(250, 254)]
    rows[0][5] = '="批发"&"零售"'
    rows[1][5] = "=1/0"
    rows[2][5] = "=NA()"
    rows[3][5] = '=IF(TRUE,"","x")'
    file = workbook(tmp_path / "formulas.xlsx", ("a", [HEADER, *rows]))
    receipt = submit(register, calc(file, "xlsx"))
    assert receipt["stored"] == 4
    assert [(row["row"], row["rule"], row["value"]) for row in receipt["rows"]] == [
        (2, "cell.error", "#DIV/0!"), (3, "cell.error", "#N/A")]
    # Nobody has calculated this one yet.
    receipt = submit(register, file)
    assert [row["row"] for row in receipt["rows"] if row.get("rule") == "cell.error"] == [1, 2, 3, 4]


def test_cells_are_written_so_that_the_rules_see_what_the_sheet_holds(tmp_path):
    cells = [
        ("文字", "文字"), ("a,\"b\"\n c", "a,\"b\"\n c"), ("a_x000D_\nb", "a\nb"), (7, "7"), (-12.0, "-12"), (0.1 + 0.2, "0.3"),
        (1e-7, "0.0000001"), (4281.5, "4281.5"), (440301103097413, "440301103097413"), (999999999999999, "999999999999999"),
        (10 ** 15, "1E+15"), (914403001922038216, "9.14403001922038E+17"), (1234567890123456.0, "1.23456789012346E+15"),
        (True, "TRUE"), (False, "FALSE"), (datetime.date(2020, 1, 2), "2020-01-02"),
        (datetime.datetime(2020, 1, 2, 9, 30), "2020-01-02T09:30:00"), (datetime.time(9, 30), "09:30:00"),
        ("#N/A", "#N/A"), ("=1+1", "#CALC!"), (None, ""), ("end", "end")]
    for epoch in (openpyxl.utils.datetime.WINDOWS_EPOCH, openpyxl.utils.datetime.MAC_EPOCH):
        book = openpyxl.Workbook()
        book.epoch = epoch
        book.active.append([value for value, _ in cells])
        book.save(tmp_path / "cells.xlsx")
        with open(tmp_path / "cells.xlsx", "rb") as file:
            done = subprocess.run(["/usr/bin/python3", BIN.parent / "share/credence/xlsx_rows.py", "cells.xlsx"], stdin=file,
                                  capture_output=True, check=True, timeout=PATIENCE)
        [row] = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
        assert row == [text for _, text in cells]


def test_a_sheet_is_chosen_by_its_name(register, tmp_path):
    file = workbook(tmp_path / "two.xlsx", ("说明", [["请填写第二张表"]]), ("数据", [HEADER, good_row(260)]))
    refused = register.ctl("submit", "--theme", REGISTRATION, file)
    assert refused.returncode == 1 and "表头" in refused.stderr
    assert submit(register, file, "--sheet", "数据")["stored"] == 1
    refused = register.ctl("submit", "--theme", REGISTRATION, "--sheet", "没有", file)
    assert refused.returncode == 2 and "数据" in refused.stderr
    plain = register.file("plain.csv", as_csv([registration(261)]))
    assert register.ctl("submit", "--theme", REGISTRATION, "--sheet", "a", plain).returncode == 2


def test_a_row_with_more_cells_than_the_header_is_that_rows_verdict(register, tmp_path):
    rows = [good_row(270), [*good_row(271), None, "多"], good_row(272)]
    receipt = submit(register, workbook(tmp_path / "wide.xlsx", ("a", [HEADER, *rows])))
    assert (receipt["stored"], receipt["rejected"]) == (2, 1)
    assert [(row["row"], row["rule"]) for row in receipt["rows"]] == [(2, "csv.fields")]
    [row] = rows_of(rejects(register, receipt))
    assert row["#8"] == "多" and row["企业名称"] == good_row(271)[0]


def damaged(file, kind):
    data = file.read_bytes()
    if kind == "cut":
        file.write_bytes(data[:len(data) // 2])
    elif kind == "no workbook":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    elif kind in ("broken sheet", "row without end"):
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                text = old.read(name)
                if "sheet1" in name:
                    text = text[:-200] if kind == "broken sheet" else text.replace(b'<row r="3"', b'<row r="3000000000"')
                new.writestr(name, text)
    elif kind == "old":
        file.write_bytes(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + b"Workbook" * 100)
    elif kind == "password":
        file.write_bytes(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + "EncryptedPackage".encode("utf-16-le") * 10)
    else:
        file.write_bytes(b"not a workbook")


@pytest.mark.parametrize("kind, says", [("cut", "save it as .xlsx"), ("no workbook", "save it as .xlsx"),
                                        ("broken sheet", "save it as .xlsx"), ("old", "(.xls)"), ("password", "password"),
                                        ("text", "save it as .xlsx"), ("row without end", "save it as .xlsx")])
def test_a_workbook_that_cannot_be_read_is_refused_with_a_remedy(register, tmp_path, kind, says):
    file = workbook(tmp_path / "damaged.xlsx", ("a", [HEADER, *[good_row(n) for n in range(280, 290)]]))
    damaged(file, kind)
    done = register.ctl("submit", "--theme", REGISTRATION, "--batch", f"damaged-{kind.replace(' ', '-')}", file)
    assert done.returncode == 1
    assert says in done.stderr and "Traceback" not in done.stderr and "damaged.xlsx" in done.stderr
    # Half a workbook never looks like a whole one.
    batches = register.get_json("/v1/submissions", key=register.key("amr"))["items"]
    assert not [b for b in batches if b["batch"].startswith("damaged") and b["state"] == "finished"]


def test_without_the_helper_or_openpyxl_it_is_said_what_to_do(register, tmp_path):
    file = workbook(tmp_path / "one.xlsx", ("a", [HEADER, good_row(290)]))
    hidden = tmp_path / "openpyxl.py"
    hidden.write_text("raise ImportError\n", encoding="utf-8")
    done = register.ctl("submit", "--theme", REGISTRATION, file, env=clean_environment(PYTHONPATH=str(tmp_path)))
    assert done.returncode == 1 and "apt-get install python3-openpyxl" in done.stderr
    piped = register.ctl("submit", "--theme", REGISTRATION, "-", input=file.read_bytes())
    assert piped.returncode == 1 and "name the file" in piped.stderr


def test_one_form_of_a_receipt_is_asked_for_at_a_time(register):
    receipt = register.submit(REGISTRATION, as_csv([registration(310)]))
    assert rejects(register, receipt) == "\ufeff_row,_rule,_remedy\r\n"
    assert register.ctl("receipt", receipt["id"], "--rejects", "--csv").returncode == 2
    assert register.ctl("receipt", "a" * 16, "--rejects").returncode == 1


def test_the_same_workbook_again_gives_the_first_receipt(register, tmp_path):
    file = workbook(tmp_path / "again.xlsx", ("a", [HEADER, *[good_row(n) for n in range(300, 305)]]))
    first = submit(register, file, "--batch", "book")
    assert submit(register, file, "--batch", "book") == first


def test_an_interrupted_workbook_can_be_resumed(register, tmp_path):
    file = workbook(tmp_path / "long.xlsx", ("a", [HEADER, *[good_row(n) for n in range(1000, 9000)]]))
    client = register.launch_ctl("submit", "--theme", REGISTRATION, "--batch", "long", file, stderr=subprocess.PIPE)
    while not any(b["batch"] == "long" for b in register.get_json("/v1/submissions", key=register.key("amr"))["items"]):
        assert client.poll() is None
    client.send_signal(signal.SIGINT)
    said = client.communicate(timeout=PATIENCE)[1].decode()
    assert client.returncode in (0, 1)
    if client.returncode:
        assert "--batch long" in said
    assert submit(register, file, "--batch", "long")["stored"] == 8000
