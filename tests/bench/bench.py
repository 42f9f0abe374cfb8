"""The bench: which rows there are, in which order, and what is done with their figures. See run.sh --help."""
import argparse
import json
import pathlib
import sys

import figures
import rows_ingest
import rows_life
import rows_reading
from place import Place

# In the order in which they run: the first ones fill the register that the others read.
ROWS = {
    "ingest-file": rows_ingest.ingest_file,
    "ingest-again": rows_ingest.ingest_again,
    "disk": rows_ingest.disk,
    "bulk": rows_ingest.bulk,
    "subject": rows_reading.subject,
    "subject-busy": rows_reading.subject_busy,
    "search": rows_reading.search,
    "visible": rows_life.visible,
    "restart": rows_life.restart,
    "memory": rows_life.memory,
}


def options():
    a = argparse.ArgumentParser(prog="tests/bench/run.sh")
    a.add_argument("--records", type=int, default=1_000_000)
    a.add_argument("--large", action="store_true")
    a.add_argument("--only", action="append", choices=ROWS)
    a.add_argument("--rounds", type=int, default=3)
    a.add_argument("--json")
    a.add_argument("--peers", action="store_true")
    o = a.parse_args()
    if o.large:
        o.records = 10_000_000
    if o.records < 1 or o.rounds < 1:
        a.error("--records and --rounds take a number from 1")
    return o


def main():
    o = options()
    p = Place(o.records, o.rounds)
    found = []
    try:
        p.make_input()
        for name, row in ROWS.items():
            if not o.only or name in o.only:
                found += row(p)
        if o.peers:
            sys.path.insert(0, str(pathlib.Path(__file__).with_name("peers")))
            import postgres
            found += postgres.figures(p, o.only or ROWS)
        shape = p.shape()
    finally:
        p.close()
    text = json.dumps([f.as_json() for f in found], ensure_ascii=False, indent=1) + "\n"
    print("", shape, "", figures.table(found), sep="\n", file=sys.stderr if o.json == "-" else sys.stdout)
    if o.json == "-":
        sys.stdout.write(text)
    elif o.json:
        pathlib.Path(o.json).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
