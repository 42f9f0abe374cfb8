"""A mixed load for an hour, and whether memory stays flat under it. See long.sh --help."""
import argparse
import concurrent.futures
import csv
import pathlib
import random
import shutil
import statistics
import sys
import threading
import time

import load
import rows_reading
from figures import percentile
from incoming import SENDERS, Incoming
from place import KEPT, Place, budget_bytes, folder_bytes
from room import free_bytes

FIRST = 100_000                 # records that are there when it begins: whom the readers ask for
CITY_LEAST, CITY_MOST = 50_000, 600_000
ROW_BYTES = 600                 # of the disk, for a row that comes in
RESERVE_BYTES = 3 << 30         # below which it stops
MINUTE_S = 60
LATE_S = 10                     # of which a sender catches up
CLIENTS = {"subject": 8, "search": 4}
FLAT = 0.05                     # by which the last third's mean may be above the middle third's
SHORT_MINUTES = 30              # below which the cache may still be filling
MIB = 1 << 20


class Supply:
    """Files of cities, one city after the other; the next one is written while one is handed in."""

    def __init__(self, p, rows):
        self.p, self.rows, self.seed = p, min(max(rows, CITY_LEAST), CITY_MOST), 1000
        self.maker = concurrent.futures.ThreadPoolExecutor(1)
        self.coming = self.maker.submit(self.make)
        self.files, self.left, self.lock = [], {}, threading.Lock()

    def make(self):
        self.seed += 1
        folder = self.p.folder / f"long-{self.seed}"
        self.p.make_city(folder, self.rows, self.seed)
        return folder

    def __iter__(self):
        return self

    def __next__(self):
        if not self.files:
            folder = self.coming.result()
            self.coming = self.maker.submit(self.make)
            self.files = self.p.files(folder)
            random.Random(self.seed).shuffle(self.files)  # few rows and many, as they come
            self.left[folder] = len(self.files)
        return self.files.pop()

    def is_spent(self, file):
        folder = file.parent.parent
        with self.lock:
            self.left[folder] -= 1
            if self.left[folder] == 0:
                shutil.rmtree(folder)

    def close(self):
        self.maker.shutdown(cancel_futures=True)


class Watch:
    """The resident memory of a process, each second."""

    def __init__(self, pid):
        self.status, self.samples, self.is_over = pathlib.Path(f"/proc/{pid}/status"), [], threading.Event()
        self.thread = threading.Thread(target=self.work, daemon=True)
        self.thread.start()

    def read(self, name):
        line = next(x for x in self.status.read_text().splitlines() if x.startswith(name))
        return int(line.split()[1]) * 1024

    def work(self):
        while not self.is_over.wait(1):
            self.samples.append(self.read("VmRSS:"))

    def close(self):
        self.is_over.set()
        self.thread.join()
        return self.read("VmHWM:")


def verdict(samples, peak, budget):
    """Whether memory was flat and within its budget, and a sentence that says so."""
    third = len(samples) // 3
    middle, last = statistics.mean(samples[third:2 * third]), statistics.mean(samples[2 * third:])
    rise = last / middle - 1
    is_good = rise <= FLAT and peak <= budget
    flat = "flat" if rise <= FLAT else f"NOT FLAT: at most {FLAT:+.0%}"
    within = "within it" if peak <= budget else "ABOVE IT"
    return is_good, (f"memory: the last third's mean is {last / MIB:,.0f} MiB, {rise:+.1%} beside the middle third's "
                     f"{middle / MIB:,.0f} MiB ({flat}); the peak {peak / MIB:,.0f} MiB of a budget of {budget / MIB:,.0f} MiB ({within})")


def options():
    a = argparse.ArgumentParser(prog="tests/bench/long.sh")
    a.add_argument("--minutes", type=int, default=60)
    a.add_argument("--rate", type=int, default=20_000)
    a.add_argument("--connections", type=int, default=SENDERS)
    a.add_argument("--reads", type=int, default=200)
    a.add_argument("--searches", type=int, default=20)
    a.add_argument("--memory")
    a.add_argument("--csv", type=pathlib.Path, default=KEPT / "long.csv")
    o = a.parse_args()
    if min(o.minutes, o.rate, o.connections, o.reads, o.searches) < 1:
        a.error("--minutes, --rate, --connections, --reads and --searches take a number from 1")
    return o


def check_room(o, folder, free=free_bytes):
    needed = o.minutes * MINUTE_S * o.rate * ROW_BYTES + RESERVE_BYTES
    if (there := free(folder)) < needed:
        fit = max(0, int((there - RESERVE_BYTES) / (MINUTE_S * o.rate * ROW_BYTES)))
        raise SystemExit(f"bench: {o.minutes} minutes with {o.rate:,} rows a second need about {needed / 1e9:.0f} GB in {folder}, "
                         f"and {there / 1e9:.0f} GB are free.\n  Set TMPDIR to a folder on a larger disk, or take --minutes {fit} "
                         "or fewer.")


def gauges(register):
    """What each part of memory takes, by /metrics."""
    text = register.get("/metrics", over_socket=True).text
    return {line.split('"')[1]: int(line.split()[-1]) for line in text.splitlines() if line.startswith("credence_memory_bytes{")}


def read_for(p, paths, rates, seconds):
    """Milliseconds of each answer while subjects are read and names are searched. Rows that come in may take a subject's last
    record that all may see."""
    url = rows_reading.base(p.register)
    with concurrent.futures.ThreadPoolExecutor(len(paths)) as pool:
        running = {kind: pool.submit(load.timed, url, file, CLIENTS[kind], rate=rates[kind], seconds=seconds,
                                     log=p.folder / f"log-{kind}", statuses=("200", "404")) for kind, file in paths.items()}
        return {kind: one.result() for kind, one in running.items()}


def questions(p):
    """Files of paths: subjects, and names of all kinds mixed."""
    lines = [line for file in rows_reading.search_files(p).values() for line in file.read_text().splitlines()]
    random.Random(1).shuffle(lines)
    mixed = p.folder / "search-mixed"
    mixed.write_text("".join(f"{line}\n" for line in lines))
    return {"subject": rows_reading.asked(p).file, "search": mixed}


def minute(p, o, paths, watch, began, n):
    """A line of the table, when the minute is over."""
    before, first = p.counts(p.register), len(watch.samples)
    times = read_for(p, paths, {"subject": o.reads, "search": o.searches}, MINUTE_S - 2)
    time.sleep(max(0, began + n * MINUTE_S - time.monotonic()))
    after, parts = p.counts(p.register), gauges(p.register)
    rss = watch.samples[first:]
    line = {"minute": n, "rows_s": round((sum(after.values()) - sum(before.values())) / MINUTE_S)}
    line |= {verdict_: after[verdict_] - before[verdict_] for verdict_ in after}
    for kind, found in times.items():
        line |= {f"{kind}_p50_ms": f"{percentile(found, 0.5):.2f}", f"{kind}_p99_ms": f"{percentile(found, 0.99):.2f}"}
    line |= {"rss_mib": round(statistics.mean(rss) / MIB), "rss_most_mib": round(max(rss) / MIB)}
    line |= {f"{part}_mib": round(size / MIB, 1) for part, size in parts.items()}
    return line | {"disk_mb": round(folder_bytes(p.register.data) / 1e6), "free_mb": round(free_bytes(p.folder) / 1e6)}


def hold(p, o, paths, watch):
    """Minute after minute; what was written."""
    lines, began = [], time.monotonic()
    o.csv.parent.mkdir(parents=True, exist_ok=True)
    with open(o.csv, "w", newline="", encoding="utf-8") as file:
        for n in range(1, o.minutes + 1):
            line = minute(p, o, paths, watch, began, n)
            if not lines:
                out = csv.DictWriter(file, line.keys(), lineterminator="\n")
                out.writeheader()
            lines.append(line)
            out.writerow(line)
            file.flush()
            p.say(f"minute {n} of {o.minutes}: {line['rows_s']:,} rows/s, subject p99 {line['subject_p99_ms']} ms, search p99 "
                  f"{line['search_p99_ms']} ms, {line['rss_mib']:,} MiB resident, {line['disk_mb'] / 1e3:.1f} GB on the disk")
            if free_bytes(p.folder) < RESERVE_BYTES:
                p.say(f"the disk of {p.folder} runs short: {free_bytes(p.folder) / 1e9:.1f} GB are left. Stopping here.")
                break
    return lines


def main():
    o = options()
    p = Place(FIRST)
    try:
        check_room(o, p.folder)
        p.make_input()
        register = p.fresh_register(**({"memory": o.memory} if o.memory else {}))
        budget = budget_bytes(register)
        p.say("filling a register with what will be asked for")
        p.submit(register, p.city)
        paths = questions(p)
        watch, supply = Watch(register.process.pid), Supply(p, o.rate * MINUTE_S)
        try:
            with Incoming(p, supply, o.rate, o.connections, supply.is_spent, LATE_S) as incoming:
                lines = hold(p, o, paths, watch)
        finally:
            peak = watch.close()
            supply.close()
    finally:
        p.close()
    is_good, text = verdict(watch.samples, peak, budget)
    print(f"{len(lines)} minutes, {incoming.rate:,.0f} rows/s of {o.rate:,} on {o.connections} connections; " +
          ", ".join(f"{sum(line[v] for line in lines):,} {v}" for v in ("stored", "changed", "duplicate", "stale", "rejected")))
    for kind in CLIENTS:
        p99 = [float(line[f"{kind}_p99_ms"]) for line in lines]
        print(f"{kind}: p99 of a minute {statistics.median(p99):.1f} ms at the median, {max(p99):.1f} ms at the most")
    print(text)
    if len(lines) < SHORT_MINUTES:
        print(f"A run of fewer than {SHORT_MINUTES} minutes says little about memory: caches may still be filling.")
    print(f"minute by minute: {o.csv}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
