"""Fails when record/rules.def and tests/data/rules.txt differ: numbers and ids of rules are stored and published.

A new rule gets a line at the end of the list. A rule that is given up keeps its line, with `retired` for the severity,
so that neither its number nor its id is used again.
"""
import pathlib
import sys

from rules_doc import ROW, RULES, text_of

GOLDEN = pathlib.Path("tests/data/rules.txt")


def golden():
    lines = [line.split() for line in GOLDEN.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(int(number), rule, severity) for number, rule, severity in lines]


def main():
    rows = {int(number): (text_of(rule), severity.lower())
            for number, rule, severity, *_ in ROW.findall(RULES.read_text(encoding="utf-8"))}
    faults = []
    listed = golden()
    for what, values in (("number", [n for n, _, _ in listed]), ("id", [rule for _, rule, _ in listed])):
        faults += [f"{GOLDEN}: the {what} {v} stands twice" for v in sorted(set(values)) if values.count(v) > 1]
    for number, rule, severity in listed:
        is_there = rows.pop(number, None)
        if severity == "retired":
            if is_there:
                faults.append(f"{RULES}: {number} was {rule}, which is retired; take a new number")
        elif not is_there:
            faults.append(f"{RULES}: {number} {rule} is gone; write `retired` for its severity in {GOLDEN}")
        elif is_there != (rule, severity):
            faults.append(f"{RULES}: {number} is {' '.join(is_there)}, but {rule} {severity} was published")
    used = {rule for _, rule, _ in listed}
    for number, (rule, severity) in sorted(rows.items()):
        again = ", and this id was used before" if rule in used else ""
        faults.append(f"{GOLDEN}: lacks the line `{number} {rule} {severity}`{again}")
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
