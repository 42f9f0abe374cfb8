"""Prints sample/story.def and sample/defect.def into the tables of docs/sample.md; with --check fails when they differ.
Always fails when a rule of record/rules.def is planted nowhere, when one that is planted does not exist, and when the
verdict does not go with it."""
import pathlib
import re
import sys

DOCUMENT = pathlib.Path("docs/sample.md")
TEXT = r'"((?:[^"\\]|\\.)*)"'

# Rules that no row of a file can break. Notes are not in a manifest and need not be planted.
EXCEPT = {
    "department.theme": "the whole file is refused before its first row is read",
    **{f"message.{what}": "messages break it, files have no headers: tests/unit/ingest/test_message.c"
       for what in ("empty", "theme-missing", "theme-unknown", "header", "batch", "unread")},
    "subject.missing": "every theme of the catalogue requires a number of the subject, which is then told as missing",
}


def rows(file, name, columns):
    """The arguments of each row NAME(…) of a table, texts without their quotes."""
    text = pathlib.Path(file).read_text(encoding="utf-8")
    found = []
    for line in re.findall(rf"^{name}\((.*)\)$", text, re.MULTILINE):
        fields = [plain.strip() or re.sub(r"\\(.)", r"\1", quoted)
                  for quoted, plain in re.findall(rf'{TEXT}|([^,"\s][^,"]*)', line)]
        if len(fields) != columns:
            sys.exit(f"{file}: a row has {len(fields)} columns, not {columns}: {name}({line})")
        found.append(fields)
    return found


def stories():
    """(id, share, [(verdict, rules, zh, en)])"""
    text = pathlib.Path("sample/story.def").read_text(encoding="utf-8")
    found = []
    for line in re.findall(r"^(?:STORY|STEP)\(.*\)$", text, re.MULTILINE):
        if line.startswith("STORY"):
            name, share, _ = re.fullmatch(r"STORY\((\w+), (\d+), (.*)\)", line).groups()
            found.append((name, int(share), []))
        else:
            step = re.fullmatch(rf"STEP\(\w+, \d+, \w+, (\w+), {TEXT}, {TEXT}, {TEXT}\)", line).groups()
            found[-1][2].append(step)
    return found


def cell(text):
    return text.replace("|", "\\|")


def story_table():
    lines = ["| course | share | rows, and what becomes of them |", "| --- | --- | --- |"]
    for name, share, steps in stories():
        told = "; ".join(f"{zh} {en} → **{verdict.lower()}**" + (f" `{rules}`" if rules else "")
                         for verdict, rules, zh, en in steps) or "no row: the subject is in no registration"
        lines.append(f"| `{name}` | {share / 1000:g} % | {cell(told)} |" if share else
                     f"| `{name}` | the rest | {cell(told)} |")
    return "\n".join(lines) + "\n"


def defect_table():
    lines = ["| what | share | verdict | rules | 说明 |", "| --- | --- | --- | --- | --- |"]
    for name, share, _, _, _, _, rules, verdict, zh, en in rows("sample/defect.def", "DEFECT", 10):
        told = " ".join(f"`{rule}`" for rule in rules.split())
        lines.append(f"| `{name}` | {int(share) / 1000:g} % | {verdict.lower()} | {told} | {cell(zh)} {cell(en)} |")
    return "\n".join(lines) + "\n"


def faults():
    severity = dict(re.findall(r'^RULE\(\w+, \d+, "([^"]+)", (\w+)',
                               pathlib.Path("record/rules.def").read_text(encoding="utf-8"), re.MULTILINE))
    planted = set()
    told = [(name, step[0], step[1]) for name, _, steps in stories() for step in steps]
    told += [(row[0], row[7], row[6]) for row in rows("sample/defect.def", "DEFECT", 10)]
    for name, verdict, rules in told:
        for rule in rules.split():
            planted.add(rule)
            if rule not in severity:
                yield f"{name}: there is no rule {rule}"
            elif severity[rule] == "NOTE":
                yield f"{name}: {rule} is a note and stands in no manifest"
        rejects = any(severity.get(rule) == "REJECT" for rule in rules.split())
        if rejects != (verdict == "REJECTED"):
            yield f"{name}: the verdict {verdict} does not go with the rules \"{rules}\""
    for rule, kind in severity.items():
        if kind != "NOTE" and rule not in planted and rule not in EXCEPT:
            yield f"{rule} is planted nowhere; add a row to sample/defect.def, or a reason to EXCEPT"
    for rule in EXCEPT:
        if rule in planted or rule not in severity:
            yield f"{rule} is no exception any more; take it out of EXCEPT"


def main():
    bad = list(faults())
    text = DOCUMENT.read_text(encoding="utf-8")
    new = text
    for name, table in (("stories", story_table()), ("defects", defect_table())):
        begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
        if new.count(begin) != 1 or new.count(end) != 1:
            sys.exit(f"{DOCUMENT}: the lines {begin.strip()} and {end.strip()} are missing")
        head, rest = new.split(begin)
        new = head + begin + table + end + rest.split(end)[1]
    if sys.argv[1:] != ["--check"]:
        DOCUMENT.write_text(new, encoding="utf-8")
    elif new != text:
        bad.append(f"{DOCUMENT}: its tables are not those of sample/*.def; run tests/checks/sample_doc.py")
    for fault in bad:
        print(fault)
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main())
