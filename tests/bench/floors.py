"""Below what no figure of the small variant may fall: tests/bench/floors.txt. Of a row's rounds the best one counts, because
noise only makes them worse."""
import collections
import pathlib

FILE = pathlib.Path(__file__).with_name("floors.txt")
MEASURES = ("ratio", "value")
Floor = collections.namedtuple("Floor", "row measure sign limit reached")


def read(text):
    found = []
    for line in text.splitlines():
        words = line.partition("#")[0].split()
        if not words:
            continue
        row, measure, sign, limit, reached = words
        if measure not in MEASURES or sign not in (">=", "<="):
            raise ValueError(f"floors.txt: {line}")
        found.append(Floor(row, measure, sign, float(limit), float(reached)))
    return found


FLOORS = read(FILE.read_text(encoding="utf-8"))


def of(row):
    return [f for f in FLOORS if f.row == row]


def best(floor, figure):
    values = [r["value"] / (r["ceiling"] if floor.measure == "ratio" else 1) for r in figure.rounds]
    return max(values) if floor.sign == ">=" else min(values)


def holds(floor, figure):
    reached = best(floor, figure)
    return reached >= floor.limit if floor.sign == ">=" else reached <= floor.limit


def missed(figures):
    return [floor for figure in figures for floor in of(figure.name) if not holds(floor, figure)]


def judge(figures):
    """Row: its floors, each with what was reached, for the list of figures."""
    return {figure.name: [floor._asdict() | {"now": best(floor, figure), "holds": holds(floor, figure)}
                          for floor in of(figure.name)] for figure in figures if of(figure.name)}


def report(held, out):
    """Says of each floor whether it holds; the program's exit status."""
    status = 0
    if held:
        print("", file=out)
    for row, floors in held.items():
        for f in floors:
            line = f"{row}: {f['measure']} {f['now']:.3g}, floor {f['sign']} {f['limit']:.3g}"
            if f["holds"]:
                print(f"{line}: holds", file=out)
                continue
            status = 1
            print(f"{line}: MISSED; it was {f['reached']:.3g} when the floor was set\n"
                  f"  Run `tests/bench/run.sh --small --only {row}` in this commit and in the one before, while nothing else runs.\n"
                  "  If this commit made it slower, find out why (docs/performance.md says how). If that is meant, set the floor\n"
                  "  anew in the same commit, as the first lines of tests/bench/floors.txt say, and write why.", file=out)
    return status
