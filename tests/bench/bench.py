"""The bench: which rows there are, in which order, and what is done with their figures. See run.sh --help."""
import argparse
import collections
import json
import pathlib
import sys

import compare
import figures
import floors
import rows_ingest
import rows_kafka
import rows_life
import rows_reading
from place import Place, shape

# What a row takes on two quiet cores: seconds of a round, and microseconds of a round for each record. In the order in
# which they run: the first ones fill the register that the others read. A row of the bench is a function of a place that
# returns figures; where a round takes all records it is a long one.
Row = collections.namedtuple("Row", "measure is_long seconds us")
ROWS = {
    "ingest-file": Row(rows_ingest.ingest_file, True, 2, 28),
    "disk": Row(rows_ingest.disk, False, 1, 0),
    "ingest-again": Row(rows_ingest.ingest_again, True, 2, 14),
    "bulk": Row(rows_ingest.bulk, True, 1, 17),
    "subject": Row(rows_reading.subject, False, 14, 0),
    "subject-busy": Row(rows_reading.subject_busy, False, 18, 0),
    "search": Row(rows_reading.search, False, 5, 0),
    "visible": Row(rows_life.visible, False, 2, 0),
    "restart": Row(rows_life.restart, False, 9, 0),
    "memory": Row(rows_life.memory, False, 1, 0),
}
KAFKA_ROWS = {          # with --kafka, in place of those
    "kafka-ingest": Row(rows_kafka.kafka_ingest, True, 5, 80),
    "rebuild": Row(rows_kafka.rebuild, True, 5, 50),
    "kafka-visible-1k": Row(rows_kafka.visible_1k, False, 12, 0),
    "kafka-visible-20k": Row(rows_kafka.visible_20k, False, 25, 0),
    "catch-up": Row(rows_kafka.catch_up, False, 30, 180),
}
KAFKA_S = 20            # until the broker answers
INPUT_US = 20           # writing the city, reading the stored records
PEER_ROUND_US, PEER_S = 14, 90
SIZES = {               # records, rounds, rounds of long rows
    "default": (1_000_000, 3, 3),
    "large": (10_000_000, 3, 2),
    "small": (50_000, 2, 2),
}
SMALL_S = 2             # for which load is held with --small


def options():
    a = argparse.ArgumentParser(prog="tests/bench/run.sh")
    size = a.add_mutually_exclusive_group()
    size.add_argument("--records", type=int)
    size.add_argument("--large", action="store_const", dest="size", const="large", default="default")
    size.add_argument("--small", action="store_const", dest="size", const="small")
    a.add_argument("--only", action="append", choices=ROWS | KAFKA_ROWS)
    a.add_argument("--rounds", type=int)
    a.add_argument("--json")
    a.add_argument("--peers", action="store_true")
    a.add_argument("--kafka", action="store_true")
    a.add_argument("--compare", nargs=2, metavar=("SMALL", "LARGE"))
    o = a.parse_args()
    records, rounds, long_rounds = SIZES[o.size]
    o.records = records if o.records is None else o.records
    o.long_rounds = o.rounds or long_rounds
    o.rounds = rounds if o.rounds is None else o.rounds
    o.is_small = o.size == "small"
    if o.records < 1 or o.rounds < 1:
        a.error("--records and --rounds take a number from 1")
    if o.kafka and o.peers:
        a.error("--kafka and --peers are two runs")
    for name in o.only or ():
        if (name in KAFKA_ROWS) != o.kafka:
            a.error(f"{name} is a row with --kafka" if name in KAFKA_ROWS else f"{name} is a row without --kafka")
    return o


def wanted_rows(o):
    if o.kafka:
        return [name for name in KAFKA_ROWS if not o.only or name in o.only]
    return [name for name in ROWS if (name in o.only if o.only else not o.is_small or floors.of(name))]


def plan(p, names, peers, kafka):
    p.estimate.plan("input", 3 + (KAFKA_S if kafka else 0) + p.records * INPUT_US / 1e6)
    for name in names:
        row = (ROWS | KAFKA_ROWS)[name]
        p.estimate.plan(name, row.seconds + p.records * row.us / 1e6, p.long_rounds if row.is_long else p.rounds)
    if peers:
        p.estimate.plan("peers", PEER_S + p.records * (p.rounds + 2) * PEER_ROUND_US / 1e6)


def measure(p, names, o, found):
    """Adds the figures to `found`, row by row."""
    plan(p, names, o.peers, o.kafka)
    p.make_input()
    p.estimate.done("input")
    for name in names:
        of_row = (ROWS | KAFKA_ROWS)[name].measure(p)
        if o.is_small and floors.missed(of_row):
            p.say(f"{name} is below its floor; measuring it once more, for it may have been disturbed")
            for first, again in zip(of_row, ROWS[name].measure(p)):
                first.rounds += again.rounds
        found += of_row
    if o.peers:
        sys.path.insert(0, str(pathlib.Path(__file__).with_name("peers")))
        import postgres
        found += postgres.figures(p, names, found)


def tell(o, given, found):
    """Prints the table, writes the list, and returns what of a small run its floors say."""
    held = floors.judge(found) if o.is_small else {}
    for f in found if o.is_small else ():
        f.aim = ""  # set for a million records; here floors are held
    told = [f.as_json() | {"input": given} | ({"floors": held[f.name]} if f.name in held else {}) for f in found]
    text = json.dumps(told, ensure_ascii=False, indent=1) + "\n"
    print("", shape(given), "", figures.table(found), sep="\n", file=sys.stderr if o.json == "-" else sys.stdout)
    if o.json == "-":
        sys.stdout.write(text)
    elif o.json:
        pathlib.Path(o.json).write_text(text, encoding="utf-8")
    return held


def main():
    o = options()
    if o.compare:
        print(compare.table(*(json.loads(pathlib.Path(f).read_text(encoding="utf-8")) for f in o.compare)))
        return 0
    p = Place(o.records, o.rounds, o.long_rounds, SMALL_S if o.is_small else 6, o.peers, o.kafka)
    found = []
    try:
        measure(p, wanted_rows(o), o, found)
    finally:
        p.close()
        held = tell(o, p.input(), found) if found else {}  # what was measured before a row failed, too
    return floors.report(held, sys.stderr if o.json == "-" else sys.stdout)


if __name__ == "__main__":
    sys.exit(main())
