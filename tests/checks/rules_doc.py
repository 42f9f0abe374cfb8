"""Prints record/rules.def into the table of rules in docs/formats/submission.md; with --check fails when they differ."""
import pathlib
import re
import sys

RULES = pathlib.Path("record/rules.def")
DOCUMENT = pathlib.Path("docs/formats/submission.md")
BEGIN, END = "<!-- rules: begin -->\n", "<!-- rules: end -->\n"
KINDS = {"REJECT": "rejected", "WARN": "warning", "NOTE": "note"}

TEXT = r'\s*((?:"(?:[^"\\]|\\.)*"\s*)+)'
ROW = re.compile(rf"^RULE\(\s*\w+\s*,\s*(\d+)\s*,{TEXT},\s*(\w+)\s*,{TEXT},{TEXT},{TEXT}\)", re.MULTILINE)


def text_of(literals):
    """The text of C string literals that stand one behind the other."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', literals)
    return re.sub(r"\\(.)", r"\1", "".join(parts)).replace("|", "\\|").strip()


def table():
    source = RULES.read_text(encoding="utf-8")
    rows = ROW.findall(source)
    if len(rows) != len(re.findall(r"^RULE\(", source, re.MULTILINE)):
        sys.exit(f"{RULES}: some rows could not be read; tests/checks/rules_doc.py has to learn their form")
    lines = ["| no. | rule | kind | source | what to do · 处理 |", "| --- | --- | --- | --- | --- |"]
    for number, rule, severity, law, zh, en in rows:
        lines.append(f"| {number} | `{text_of(rule)}` | {KINDS[severity]} | {text_of(law)} "
                     f"| {text_of(zh)} {text_of(en)} |")
    return "\n".join(lines) + "\n"


def main():
    document = DOCUMENT.read_text(encoding="utf-8")
    head, begin, rest = document.partition(BEGIN)
    old, end, tail = rest.partition(END)
    if not begin or not end:
        sys.exit(f"{DOCUMENT}: the lines {BEGIN.strip()} and {END.strip()} are missing")
    new = table()
    if new == old:
        return 0
    if sys.argv[1:] == ["--check"]:
        print(f"{DOCUMENT}: the table of rules is not that of {RULES}; run tests/checks/rules_doc.py")
        return 1
    DOCUMENT.write_text(head + begin + new + end + tail, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
