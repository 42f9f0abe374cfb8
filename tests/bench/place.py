"""Where the bench works: its folder, the cities that it hands in, a register on them, and the ceilings."""
import contextlib
import datetime
import json
import pathlib
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

import city
import room
from estimate import Estimate
from process import cpu_ticks

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/support"))

from register import BIN, Register, clean_environment  # noqa: E402

CEILINGS = BIN.parent / "bench"
KEPT = BIN.parents[1] / "bench"
SETTLED_S = 30          # at the most, for a million records
QUIET_TIMES = 4         # half seconds: what is put off begins half a second after the last receipt
HEAD = struct.Struct("<I32s18s")  # tests/bench/ceiling/pairs.h


def run(*command, **options):
    """Standard output of a program that must succeed."""
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, text=True, env=clean_environment(),
                          **options)
    if done.returncode != 0:
        raise SystemExit(f"bench: {pathlib.Path(str(command[0])).name} ended with status {done.returncode}")
    return done.stdout


def creditctl(*arguments):
    return run(BIN / "creditctl", *arguments)


def folder_bytes(folder):
    return sum(f.stat().st_size for f in pathlib.Path(folder).rglob("*") if f.is_file())


def end_in_order(*_):
    raise SystemExit("bench: ended by a signal")


class Place:
    """`rounds` of ceiling and ours; `long_rounds` where a round takes all records. Load is held for `seconds`."""

    def __init__(self, records, rounds=3, long_rounds=None, seconds=6, peers=False, kafka=False):
        self.records, self.rounds, self.long_rounds, self.seconds = records, rounds, long_rounds or rounds, seconds
        signal.signal(signal.SIGTERM, end_in_order)  # so that what was made is cleared away
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-"))
        self.estimate = Estimate()
        self.register = None    # the one that is filled and running, if any
        self.kafka = None       # rows_kafka.Kafka, once it was needed
        self.closing = contextlib.ExitStack()
        self.memory = {}        # row: the most that creditd held, in bytes
        self.pairs = self.folder / "pairs"
        self.city, self.summary, self.dumped, self.handed_in = None, None, None, None
        try:
            room.check(records, peers, kafka, KEPT, self.folder, (KEPT / f"city-{records}.json").exists())
        except SystemExit:
            self.close()
            raise

    def say(self, text):
        print(f"bench [{self.estimate.text()}] {text}", file=sys.stderr, flush=True)

    def turns(self, row, is_long=False):
        """1, 2, …: the rounds of a row, of which each shortens what is left."""
        for n in range(1, (self.long_rounds if is_long else self.rounds) + 1):
            yield n
            self.estimate.done(row)

    def of(self, n, is_long=False):
        return f"{n}/{self.long_rounds if is_long else self.rounds}"

    def close(self):
        if self.register:
            self.register.__exit__()
        self.closing.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- input ----

    def make_city(self, folder, records, seed):
        return city.write_city(creditctl, folder, max(10, records // city.ROWS_PER_SUBJECT), seed)

    def files(self, folder=None):
        return city.files_of(folder or self.city)

    def make_input(self):
        self.city, self.summary = city.kept_city(creditctl, KEPT, self.records, datetime.date.today(), self.say)
        s, files = self.summary, self.files()
        self.handed_in = {
            "records": self.records, "rows": self.rows, "files": len(files), "ndjson": sum(f.suffix == ".ndjson" for f in files),
            "bytes": sum(f.stat().st_size for f in files), "departments": len(s["departments"]),
            "organisations": s["organisations"], "persons": s["persons"]}

    @property
    def rows(self):
        return self.summary["totals"]["received"]

    def input(self):
        """What was handed in, for the list of figures."""
        return self.handed_in | ({"stored": self.dumped} if self.dumped else {})

    # ---- the register ----

    def new_register(self, **settings):
        """Its settings are the defaults, but for those given and what synthetic persons need."""
        register = Register()
        register.settings = {"born.earliest": "1800-01-01"} | settings
        return register

    def fresh_register(self, **settings):
        """A running one that is empty, in place of the one before: the rows after this one find it."""
        if self.register:
            self.register.__exit__()
        self.register = self.new_register(**settings).start()
        return self.register

    def ensure_filled(self):
        """A running register that holds the city."""
        if not self.register:
            self.say("filling a register")
            self.submit(self.fresh_register(), self.city)
        return self.register

    def submit(self, register, folder):
        """Seconds that `creditctl submit --dir` took."""
        began = time.monotonic()
        with register.launch_ctl("submit", "--dir", folder, "--quiet", stdout=subprocess.DEVNULL) as ctl:
            if ctl.wait() not in (0, 3):
                raise SystemExit(f"bench: creditctl submit failed\n{register.log()[-2000:]}")
        return time.monotonic() - began

    def counts(self, register):
        """Rows by verdict, since it was started."""
        text = register.get("/metrics", over_socket=True).text
        return {line.split('"')[1]: int(line.split()[-1]) for line in text.splitlines()
                if line.startswith("credence_rows_total{")}

    @contextlib.contextmanager
    def measuring(self, name, register):
        """Notes the most memory that creditd holds meanwhile."""
        process = pathlib.Path(f"/proc/{register.process.pid}")
        with contextlib.suppress(OSError):
            (process / "clear_refs").write_text("5")
        yield
        self.note_memory(name, process)

    def note_memory(self, name, process):
        line = next(x for x in (process / "status").read_text().splitlines() if x.startswith("VmHWM:"))
        self.memory[name] = max(self.memory.get(name, 0), int(line.split()[1]) * 1024)

    def settle(self, register):
        """Waits until creditd has nothing to do, so that the next figure is not the last one's compaction."""
        pid = register.process.pid
        end, before, quiet = time.monotonic() + SETTLED_S * max(1, self.records / 1_000_000), cpu_ticks(pid), 0
        while quiet < QUIET_TIMES and time.monotonic() < end:
            time.sleep(0.5)
            now = cpu_ticks(pid)
            quiet = quiet + 1 if now - before < 3 else 0
            before = now

    # ---- ceilings ----

    def ensure_pairs(self):
        """The stored records as a file, for the ceilings."""
        if self.dumped:
            return
        register = self.ensure_filled()
        self.say("taking the stored records out for the ceilings")
        register.stop()
        self.dumped = json.loads(run(CEILINGS / "bench_dump", register.data / "db", self.pairs))
        register.start()
        self.settle(register)

    def ceiling(self, program, *arguments):
        return json.loads(run(CEILINGS / f"bench_{program}", *arguments))

    @contextlib.contextmanager
    def answering(self, answers):
        """The address of a server that answers from memory what the file holds."""
        with subprocess.Popen([CEILINGS / "bench_answer", answers], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              text=True) as server:
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
            server.stdin.close()

    # ---- who is asked for ----

    def draw_codes(self, count):
        """Unified codes of organisations, drawn by their records: who has many is asked for often."""
        self.ensure_pairs()
        draw, seen, codes = random.Random(1), 0, []
        with open(self.pairs, "rb") as file:
            while head := file.read(HEAD.size):
                n, key, _ = HEAD.unpack(head)
                file.seek(n, 1)
                if key[0] == 0 or key[1] >= 0x80 or 0 in key[1:19]:
                    continue  # a revoke that waits, a natural person, another number
                seen += 1
                if len(codes) < count:
                    codes.append(key[1:19])
                elif (at := draw.randrange(seen)) < count:
                    codes[at] = key[1:19]
        draw.shuffle(codes)
        return [c.decode() for c in codes]


def shape(given):
    """One paragraph for people about what Place.input() says."""
    text = (f"input: {given['rows']:,} rows in {given['files']} files of {given['departments']} departments, "
            f"{given['bytes'] / 1e6:,.0f} MB, {given['bytes'] / given['rows']:.0f} B a row, {given['ndjson']} files NDJSON; "
            f"{given['organisations']:,} organisations and {given['persons']:,} persons, {city.ROWS_PER_SUBJECT} rows for each")
    if "stored" in given:
        d = given["stored"]
        text += (f"; stored: {d['records']:,} records, {d['value_bytes'] / d['records']:.0f} B each, "
                 f"{d['persons'] / d['records']:.0%} of natural persons")
    return text


def budget_bytes(register):
    """All memory that a running register may take, by what it says itself."""
    text = register.get("/metrics", over_socket=True).text
    return sum(int(line.split()[-1]) for line in text.splitlines() if line.startswith("credence_memory_limit_bytes{"))
