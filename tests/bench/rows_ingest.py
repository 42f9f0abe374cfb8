"""Rows about what comes in: ingest-file, ingest-again, bulk, disk."""
import os
import shutil
import subprocess
import time

from figures import Figure
from place import BIN, clean_environment, folder_bytes


def ingest_file(p):
    """A city's files into an empty register, until the last receipt."""
    f = Figure("ingest-file", "records/s", ">= 1.0")
    for n in p.turns("ingest-file", is_long=True):
        register = p.fresh_register()
        with p.measuring("ingest-file", register):
            took = p.submit(register, p.city)
        counts = p.counts(register)
        written = counts["stored"] + counts["changed"]
        p.settle(register)
        p.ensure_pairs()
        shutil.rmtree(p.folder / "ceiling", ignore_errors=True)
        alone = p.ceiling("write", p.pairs, p.folder / "ceiling")
        f.add(written / took, alone["records"] / alone["seconds"])
        f.detail = (f"stored or changed records of {p.rows:,} rows: " +
                    ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items()))
        p.say(f"ingest-file {p.of(n, True)}: {written / took:,.0f} records/s, RocksDB alone "
              f"{alone['records'] / alone['seconds']:,.0f}")
    return [f]


def ingest_again(p):
    """The same rows once more. A blank line at the end of each file makes it another file for the batch id."""
    f = Figure("ingest-again", "rows/s", ">= 0.6")
    register = p.ensure_filled()
    p.ensure_pairs()
    if not (p.folder / "ceiling").exists():
        p.ceiling("write", p.pairs, p.folder / "ceiling")
    for n in p.turns("ingest-again", is_long=True):
        for file in p.files():
            with open(file, "ab") as out:
                out.write(b"\n")
        p.settle(register)
        before = p.counts(register)
        with p.measuring("ingest-again", register):
            took = p.submit(register, p.city)
        counts = {verdict: count - before[verdict] for verdict, count in p.counts(register).items()}
        rows = sum(counts.values())
        p.settle(register)
        alone = p.ceiling("again", p.city, p.pairs, p.folder / "ceiling")
        f.add(rows / took, rows / alone["seconds"])
        f.detail = (f"{rows:,} rows, each file a line longer than before: " +
                    ", ".join(f"{count / rows:.1%} {verdict}" for verdict, count in counts.items()))
        p.say(f"ingest-again {p.of(n, True)}: {rows / took:,.0f} rows/s, scan and look-up alone "
              f"{rows / alone['seconds']:,.0f}")
    shutil.rmtree(p.folder / "ceiling")  # room for what comes
    return [f]


def bulk(p):
    """`creditctl load` into an empty store, and the three pairs of each of its records as files of RocksDB."""
    f = Figure("bulk", "records/s", ">= 0.5")
    p.ensure_pairs()
    records = p.dumped["records"]
    for n in p.turns("bulk", is_long=True):
        with p.new_register() as register:
            took, held = load(p, register)
            if n == 1 and (found := p.ceiling("dump", register.data / "db", p.folder / "loaded"))["records"] != records:
                raise SystemExit(f"bench: creditctl load stored {found['records']:,} records, and submit {records:,}")
            (p.folder / "loaded").unlink(missing_ok=True)
            size = folder_bytes(register.data)
        alone = p.ceiling("sort", p.pairs, p.folder / "sorted")
        shutil.rmtree(p.folder / "sorted")
        f.add(records / took, alone["records"] / alone["seconds"])
        f.detail = (f"{records:,} records of {p.rows:,} rows; {size / 1e6:,.0f} MB on the disk, and the three pairs of each alone "
                    f"{alone['bytes'] / 1e6:,.0f} MB; {alone['runs']} runs of the ceiling's sort were written; "
                    f"peak RSS {held / 2**20:.0f} MiB of the 512 that a load may hold")
        p.say(f"bulk {p.of(n, True)}: {records / took:,.0f} records/s, files of RocksDB alone "
              f"{alone['records'] / alone['seconds']:,.0f}")
    return [f]


def load(p, register):
    """Seconds that `creditctl load` took, and the most memory that it held."""
    began = time.monotonic()
    program = subprocess.Popen([BIN / "creditctl", "--data", register.data, "load", p.city],
                               env=clean_environment(CREDENCE_BORN_EARLIEST="1800-01-01"),
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    took = time.monotonic() - began
    if program.returncode not in (0, 3):
        raise SystemExit(f"bench: creditctl load ended with status {program.returncode}")
    return took, used.ru_maxrss * 1024


def disk(p):
    """What a stopped register takes, for each current record."""
    f = Figure("disk", "B/record", "< 300")
    p.ensure_pairs()
    register = p.register
    p.settle(register)
    register.stop()
    size = folder_bytes(register.data)
    log = sum(file.stat().st_size for file in (register.data / "db").glob("*.log"))
    f.add(size / p.dumped["records"])
    f.without_log = (size - log) / p.dumped["records"]
    f.detail = f"{size / 1e6:,.0f} MB, of which {log / 1e6:,.0f} MB are RocksDB's log, which does not grow with the store"
    register.start()
    return [f]
