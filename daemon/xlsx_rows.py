#!/usr/bin/python3
"""Rows of an XLSX workbook as CSV (UTF-8) on standard output: what `creditctl submit FILE.xlsx` sends.

    xlsx_rows.py NAME [SHEET] <workbook

NAME is only for messages. The workbook is standard input and must be a file, for its table of contents stands at its end;
whoever started this sees by the file's offset how far it has been read. One sheet, the first unless named. Its first row
that is not empty is the header; empty rows and columns behind the header are left out. Rows are streamed.

Nothing is repaired here: values are written so that the rules of the register see what the spreadsheet holds.

    text            as it is, line breaks as LF
    date, time      2023-01-05, 2023-01-05T09:30:00, 09:30:00
    number          as few digits as say it, at most 15, without .0; whole numbers of 16 digits and more
                    as 9.14403001922038E+17, for a spreadsheet keeps 15: the rule number.rounded rejects them
    true, false     TRUE, FALSE
    formula         its value as last calculated; #CALC! when it never was, which the rule cell.error tells
    error           #N/A, #REF! and so on, likewise

Exit status: 0; 1 when the workbook cannot be read; 2 when it has no such sheet. Standard error then says why, in one
line, and what to do.
"""
import csv
import datetime
import decimal
import io
import os
import sys
import warnings

DIGITS_MAX = 15  # what a spreadsheet keeps of a number
ROWS_MAX = 1_048_576  # of a sheet
OLD_FORMAT = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"


def fail(code, zh, en):
    sys.stderr.write(f"{sys.argv[1]}: {zh} / {en}\n")
    sys.exit(code)


def damaged(error):
    fail(1, "工作簿已损坏或不是 XLSX；请在电子表格软件中打开后另存为 .xlsx",
         f"the workbook is damaged or no XLSX ({type(error).__name__}): open it in a spreadsheet and save it as .xlsx")


def refuse_old_format(file):
    """The container of .xls is also that of an .xlsx with a password."""
    if file.read(len(OLD_FORMAT)) != OLD_FORMAT:
        file.seek(0)
        return
    if "EncryptedPackage".encode("utf-16-le") in file.read():
        fail(1, "工作簿设有打开密码；请去掉密码后保存", "the workbook has a password: take it off and save it again")
    fail(1, "这是旧格式（.xls）；请另存为 .xlsx", "this is the old format (.xls): save it as .xlsx")


def whole(value):
    """Digits of a whole number, or what a spreadsheet shows of one that it has rounded."""
    if abs(value) < 10 ** DIGITS_MAX:
        return str(value)
    digits, _, exponent = f"{float(value):.{DIGITS_MAX - 1}E}".partition("E")
    return f"{digits.rstrip('0').rstrip('.')}E{exponent}"


def number(value):
    if value != value or value in (float("inf"), float("-inf")):
        return "#NUM!"
    if value.is_integer():
        return whole(int(value))
    return format(decimal.Decimal(f"{value:.{DIGITS_MAX}g}"), "f")


def instant(value):
    value += datetime.timedelta(microseconds=500_000)  # days are counted in fractions
    value = value.replace(microsecond=0)
    return value.date().isoformat() if value.time() == datetime.time() else value.isoformat()


def text_of(value):
    if value is None:
        return ""
    if isinstance(value, str):
        text = unescape(value) if "_x" in value else value
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return whole(value)
    if isinstance(value, float):
        return number(value)
    if isinstance(value, datetime.datetime):
        return instant(value)
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, datetime.time):
        return value.replace(microsecond=0).isoformat()
    return str(value)


def amend_parser():
    """openpyxl gives nothing for a formula that was never calculated, as for an empty cell; and it would fill in empty
    rows up to whatever number the next one says that it has."""
    class Parser(_reader.WorkSheetParser):
        def parse_row(self, row):
            number, cells = super().parse_row(row)
            if number > ROWS_MAX:
                raise ValueError(f"row {number}")
            return number, cells

        def parse_cell(self, element):
            cell = super().parse_cell(element)
            if cell["value"] is None and element.get("t") != "str" and element.find(_reader.FORMULA_TAG) is not None:
                cell["value"] = "#CALC!"
            return cell
    _read_only.WorkSheetParser = Parser


def choose(book, name):
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        fail(1, "工作簿里没有工作表", "there is no sheet in the workbook")
    if name is None:
        return next(iter(sheets.values()))
    if name not in sheets:
        fail(2, f"没有工作表“{name}”", f"there is no sheet \"{name}\", but: {', '.join(sheets)[:200]}")
    return sheets[name]


def rows_of(sheet):
    """The header, then each row: filled up to the header's width, and longer where it holds more."""
    width = None
    for cells in sheet.iter_rows(values_only=True):
        row = [text_of(value) for value in cells]
        while row and not row[-1].strip():
            row.pop()
        if not row:
            continue
        if width is None:
            width = len(row)
        yield row + [""] * (width - len(row))


def convert(file, name, out):
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    sheet = choose(book, name)
    sheet.reset_dimensions()  # what the file says of its size is often wrong
    writer = csv.writer(out, lineterminator="\n")
    for row in rows_of(sheet):
        writer.writerow(row)
    out.flush()


def main():
    file = open(0, "rb", closefd=False)
    if not file.seekable():
        fail(1, "XLSX 不能经管道读取；请给出文件名", "an XLSX workbook cannot come through a pipe: name the file")
    refuse_old_format(file)
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="replace", newline="", write_through=False)
    try:
        convert(file, sys.argv[2] if len(sys.argv) > 2 else None, out)
    except BrokenPipeError:  # nobody wants the rest
        os._exit(1)
    except MemoryError:
        fail(1, "内存不足；请另存为“CSV UTF-8”后报送", "out of memory: save it as \"CSV UTF-8\" and hand that in")
    except Exception as error:  # a damaged workbook can make the reader fail anywhere
        damaged(error)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    try:
        import openpyxl
        from openpyxl.utils.escape import unescape
        from openpyxl.worksheet import _read_only, _reader
    except ImportError:
        fail(1, "读取 XLSX 需要 python3-openpyxl（apt-get install python3-openpyxl），或另存为“CSV UTF-8”后报送",
             "reading XLSX needs python3-openpyxl (apt-get install python3-openpyxl); or save it as \"CSV UTF-8\"")
    amend_parser()
    main()
