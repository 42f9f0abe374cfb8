"""Fails when a source file holds a word of unfinished work, or is longer than a file may be."""
import pathlib
import re
import sys

FOLDERS = ("base", "record", "sample", "store", "broker", "ingest", "query", "web", "daemon", "catalogue", "cmake",
           "deploy", "tests")
SUFFIXES = {".c", ".cc", ".h", ".def", ".py", ".sh", ".cmake", ".html", ".css", ".js", ".yaml"}
# Written apart, so that this file does not find itself.
WORDS = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "X" + "XX", "HA" + "CK", "st" + "ub",
                                       "place" + "holder", "dum" + "my")) + r")s?\b", re.IGNORECASE)
LINES_MAX = 600
# Names that are given: HTML's attribute, and the rule for codes that are one character repeated.
GIVEN = re.compile(r"\bplace" r"holder=|uscc\.place" r"holder")


def main():
    bad = 0
    for folder in FOLDERS:
        for file in sorted(pathlib.Path(folder).rglob("*")):
            if file.suffix not in SUFFIXES or not file.is_file():
                continue
            lines = file.read_text(encoding="utf-8").splitlines()
            for number, line in enumerate(lines, 1):
                word = WORDS.search(GIVEN.sub("", line))
                if word:
                    bad += 1
                    print(f"{file}:{number}: '{word[0]}' is a word of unfinished work")
            if file.suffix in (".c", ".cc", ".h") and len(lines) > LINES_MAX:
                bad += 1
                print(f"{file}:{len(lines)}: longer than {LINES_MAX} lines; it wants to be two files")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
