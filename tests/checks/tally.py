"""Counts the cases of one stage and prints "passed failed skipped".

    tally.py ctest LOG    a log of `ctest -V`; cases are those that cmocka announced
    tally.py pytest XML   a JUnit file of pytest
    tally.py bench JSON   a list of figures of tests/bench/run.sh --small; cases are the floors
    tally.py check CODE   one check and its exit status
    tally.py show LOG     instead of counts: what the tests in a log of `ctest -V` said that failed
    tally.py names KIND FILE
                          instead of counts: a line for each case of a stage that failed

A test program that dies takes its remaining cases along: they were never announced, so its end counts
as one failure. So does a stage that left nothing to count.
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

LINE = re.compile(r"^(\d+): (.*)")
STARTED = re.compile(r"^(\d+): \[ RUN      \] ")
ENDED_WELL = re.compile(r"^(\d+): \[       OK \] ")
SKIPPED = re.compile(r"^(\d+): \[  SKIPPED \] ")
FAILED = re.compile(r"^(\d+): \[  FAILED  \] ([a-z]\w+)$")
RESULT = re.compile(r"^ *\d+/\d+ Test +#(\d+): (\S+) [. ]*(?:\*\*\*)?(\S+)")
LINES_SHOWN = 120


def of_ctest(text):
    started, well, skipped, results = {}, {}, {}, {}
    for line in text.splitlines():
        for pattern, counts in ((STARTED, started), (ENDED_WELL, well), (SKIPPED, skipped)):
            m = pattern.match(line)
            if m:
                counts[m[1]] = counts.get(m[1], 0) + 1
        m = RESULT.match(line)
        if m:
            results[m[1]] = m[3] == "Passed"
    passed = failed = left_out = 0
    for test, is_good in results.items():
        # A program that is not of cmocka (a replayed corpus) is one case.
        cases = started.get(test, 0)
        left_out += skipped.get(test, 0)
        good = well.get(test, 0) if cases else int(is_good)
        bad = max(cases - well.get(test, 0) - skipped.get(test, 0), 0)
        if not is_good and bad == 0:
            bad = 1
        passed += good
        failed += bad
    if not results:
        failed = 1
    return passed, failed, left_out


def of_pytest(path):
    if not path.exists():
        return 0, 1, 0
    total = bad = left_out = 0
    for suite in xml.parse(path).getroot().iter("testsuite"):
        total += int(suite.get("tests", 0))
        bad += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        left_out += int(suite.get("skipped", 0))
    return max(total - bad - left_out, 0), bad, left_out


def of_bench(path):
    if not path.exists():
        return 0, 1, 0
    held = [floor["holds"] for figure in json.loads(path.read_text(encoding="utf-8")) for floor in figure.get("floors", ())]
    return sum(held), len(held) - sum(held) if held else 1, 0


def show(text):
    said, bad = {}, {}
    for line in text.splitlines():
        m = LINE.match(line)
        if m:
            said.setdefault(m[1], []).append(m[2])
        m = RESULT.match(line)
        if m and m[3] != "Passed":
            bad[m[1]] = f"{m[2]}: {m[3]}"
    for test, name in bad.items():
        print(f"-- {name}")
        lines = said.get(test, [])
        start = next((i for i, s in enumerate(lines) if s.startswith("[=====")), 0)
        lines = [s for s in lines[start:] if not s.startswith(("[ RUN      ]", "[       OK ]"))]
        print(*lines[-LINES_SHOWN:], sep="\n")


def names(kind, path):
    """What failed in a stage, a name each; nothing when the stage left no file."""
    if not path.exists():
        return []
    text = path.read_text(encoding="utf-8", errors="replace")
    if kind == "ctest":
        programs = {m[1]: m[2] for m in map(RESULT.match, text.splitlines()) if m and m[3] != "Passed"}
        cases = [(m[1], m[2]) for m in map(FAILED.match, text.splitlines()) if m and m[1] in programs]
        died = [name for test, name in programs.items() if test not in dict(cases)]
        return died + sorted({f"{programs[test]} {case}" for test, case in cases})
    if kind == "pytest":
        return [f"{case.get('classname')}::{case.get('name')}" for case in xml.fromstring(text).iter("testcase")
                if case.find("failure") is not None or case.find("error") is not None]
    return [figure["name"] for figure in json.loads(text)
            if not all(floor["holds"] for floor in figure.get("floors", ()))]


def main(kind, what, path=None):
    if kind == "names":
        print(*names(what, pathlib.Path(path)), sep="\n")
        return
    if kind == "show":
        show(pathlib.Path(what).read_text(encoding="utf-8", errors="replace"))
        return
    if kind == "ctest":
        counts = of_ctest(pathlib.Path(what).read_text(encoding="utf-8", errors="replace"))
    elif kind == "pytest":
        counts = of_pytest(pathlib.Path(what))
    elif kind == "bench":
        counts = of_bench(pathlib.Path(what))
    else:
        counts = (1, 0, 0) if what == "0" else (0, 1, 0)
    print(*counts)


if __name__ == "__main__":
    main(*sys.argv[1:])
