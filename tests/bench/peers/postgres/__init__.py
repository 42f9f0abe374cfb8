"""The peer: PostgreSQL, of Debian, on a cluster of its own, does the same with the same rows, on the same disk. It is spared
reading the files and judging by rules: rows come to it parsed, cleaned and hashed. Where ours was measured in the same run
each figure has an aim, held against ours in parts of the peer's."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

import load
import rows_life
import rows_reading
from figures import Figure, percentile
from place import HEAD
from process import holds_memory

HERE = pathlib.Path(__file__).parent
BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
PATIENCE = 300          # seconds until it must have started
CHUNK = 20_000          # rows of a transaction
VALUE_HEADER = 77
MANY = 5_000_000        # records, from which on more is asked of ours
SAMPLED = 300           # answers of which the records are counted
CHANGED_EACH, AGAIN_EACH = 25, 60  # about what the sample city has
SETTINGS = {
    "shared_buffers": "1GB", "effective_cache_size": "8GB", "work_mem": "64MB", "maintenance_work_mem": "256MB",
    "max_wal_size": "4GB", "checkpoint_timeout": "15min", "wal_compression": "lz4", "synchronous_commit": "on",
    "random_page_cost": "1.1", "jit": "off", "listen_addresses": "", "fsync": "on",
}


# ---- rows ----

def sections(value):
    """tag → bytes, of a stored record (docs/formats/stored.md)."""
    at, found = VALUE_HEADER, {}
    while at < len(value):
        tag, n, shift = value[at], 0, 0
        at += 1
        while True:
            byte = value[at]
            at += 1
            n |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        found[tag] = value[at:at + n]
        at += n
    return found


def signed(four):
    return int.from_bytes(four, "big", signed=True)


def write_chunks(p, folder):
    """Files for COPY, for each of two connections a list: all rows of a record go to the same one."""
    chunks, out, counts = ([], []), [None, None], [0, 0]

    def put(part, head, slot, content, body):
        if counts[part] % CHUNK == 0:
            if out[part]:
                out[part].close()
            chunks[part].append(folder / f"rows-{part}-{len(chunks[part])}")
            out[part] = open(chunks[part][-1], "wb")
        counts[part] += 1
        out[part].write(b"%d\t%s\t%d\t%s\t%s\n" % (counts[part], head[0], slot, head[1], content + b"\t" + body))

    with open(p.pairs, "rb") as pairs:
        number = 0
        while got := pairs.read(HEAD.size):
            n, key, rid = HEAD.unpack(got)
            value = pairs.read(n)
            if key[0] == 0:
                continue
            number += 1
            subject = key[1:19]
            code = subject if subject[0] < 0x80 and 0 not in subject else subject.hex().encode()
            body = b"{" + sections(value).get(ord("P"), b"").replace(b"\\", b"\\\\") + b"}"
            slot = int.from_bytes(value[8:16], "big") & (2**63 - 1)
            head = (b"\\\\x%s\t%d\t%s\t%d\t%d" % (rid.hex().encode(), int.from_bytes(rid[:2], "big"), code, key[19],
                                               signed(value[60:64])), b"%d" % signed(value[64:68]))
            content = b"\\\\x" + hashlib.sha256(body).hexdigest()[:32].encode()
            part = rid[17] & 1
            put(part, head, slot, content, body)
            if number % AGAIN_EACH == 0:
                put(part, head, slot, content, body)
            if number % CHANGED_EACH == 0:
                put(part, head, slot + 1, content[:-1] + (b"0" if content[-1:] != b"0" else b"1"), body)
    for file in out:
        file.close()
    return chunks, sum(counts)


# ---- the cluster ----

class Cluster:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pg-"))
        self.as_user = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.as_user = ["runuser", "-u", "postgres", "--"]
        self.data, self.process = self.folder / "data", None
        self.run(BIN / "initdb", "-D", self.data, "-A", "trust", "--no-locale", "-E", "UTF8")

    def run(self, *command, **options):
        done = subprocess.run([*self.as_user, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              cwd=self.folder, **options)
        if done.returncode != 0:
            raise SystemExit(f"bench: {command[0]}: {done.stderr}")
        return done.stdout

    def start(self):
        settings = [x for k, v in SETTINGS.items() for x in ("-c", f"{k}={v}")]
        self.process = subprocess.Popen([*self.as_user, BIN / "postgres", "-D", self.data, "-k", self.folder, *settings],
                                        stdout=subprocess.DEVNULL, stderr=open(self.folder / "log", "wb"),
                                        cwd=self.folder)
        return self.wait_ready()

    def wait_ready(self):
        """Seconds until a query is answered."""
        began = time.monotonic()
        while subprocess.run([*self.as_user, "psql", "-h", self.folder, "-d", "postgres", "-Atqc", "SELECT 1"],
                             capture_output=True, cwd=self.folder).returncode != 0:
            if self.process.poll() is not None or time.monotonic() - began > PATIENCE:
                raise SystemExit(f"bench: PostgreSQL does not start\n{(self.folder / 'log').read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - began

    def psql(self, *arguments):
        return self.run("psql", "-h", self.folder, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-XAtq", *arguments)

    @property
    def postmaster(self):
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def pids(self):
        """The postmaster's and those of its children."""
        first = self.postmaster
        children = pathlib.Path(f"/proc/{first}/task/{first}/children").read_text().split()
        return [first, *map(int, children)]

    def kill(self):
        """And waits until they are gone: as long as one of them holds the shared memory, no other server starts. Taking a
        gigabyte of it apart lasts longer than the postmaster's own end."""
        killed = self.pids()
        for pid in killed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        while any(holds_memory(pid) for pid in killed):
            time.sleep(0.002)

    def close(self):
        if self.process and self.process.poll() is None:
            os.kill(self.postmaster, signal.SIGINT)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def hand_in(cluster, lists):
    """Seconds: each list of chunks on a connection of its own, a chunk a transaction."""
    judge = (HERE / "judge.sql").read_text()
    scripts = []
    for part, chunks in enumerate(lists):
        script = cluster.folder / f"script-{part}"
        lines = []
        for number, chunk in enumerate(chunks):
            lines += ["BEGIN;", f"TRUNCATE staging_{part};", f"\\copy staging_{part} FROM '{chunk}'",
                      f"ANALYZE staging_{part};", judge.replace(":staging", f"staging_{part}").replace(
                          ":batch", str(part * 1_000_000 + number)), "COMMIT;"]
        script.write_text("\n".join(lines))
        scripts.append(script)
    began = time.monotonic()
    running = [subprocess.Popen([*cluster.as_user, "psql", "-h", cluster.folder, "-d", "postgres", "-v", "ON_ERROR_STOP=1",
                                 "-Xq", "-f", script], stdout=subprocess.DEVNULL, cwd=cluster.folder) for script in scripts]
    if any([one.wait() for one in running]):
        raise SystemExit("bench: PostgreSQL refused a batch")
    return time.monotonic() - began


def empty(cluster):
    cluster.psql("-c", "TRUNCATE record, history, verdict, ledger")
    cluster.psql("-c", "CHECKPOINT")


def written(cluster):
    return int(cluster.psql("-c", "SELECT count(*) FROM verdict WHERE verdict IN (1, 2)"))


# ---- the service ----

@contextlib.contextmanager
def serving(p, cluster):
    """The address of the Go service."""
    program, themes = cluster.folder / "service", cluster.folder / "themes"
    built = subprocess.run(["go", "build", "-o", program, "."], cwd=HERE / "service", capture_output=True, text=True)
    if built.returncode != 0:
        raise SystemExit(f"bench: go build: {built.stderr}")
    codes = [t["theme"] for t in p.summary["files"]]
    themes.write_text(json.dumps([p.register.get_json(f"/v1/catalogue/{code}") for code in codes], ensure_ascii=False))
    with subprocess.Popen([program, themes, f"host={cluster.folder} user=postgres dbname=postgres pool_max_conns=4"],
                          stdout=subprocess.PIPE, text=True) as service:
        try:
            yield f"http://127.0.0.1:{int(service.stdout.readline())}"
        finally:
            service.kill()


def fill_names(p, cluster):
    """Every name that our register finds, with its pairs of characters."""
    connection = http.client.HTTPConnection("127.0.0.1", p.register.port, timeout=60)
    lines = []
    for code in dict.fromkeys(p.draw_codes(p.summary["organisations"] * 20)):
        connection.request("GET", f"/v1/subjects/{code}")
        name = json.loads(connection.getresponse().read()).get("name")
        if name:
            grams = ",".join(sorted({f'"{name[i:i + 2]}"' for i in range(len(name) - 1)}))
            lines.append(f"{code}\t{name}\t{{{grams}}}\n")
    connection.close()
    file = cluster.folder / "names"
    file.write_text("".join(lines))
    cluster.psql("-c", f"\\copy subject FROM '{file}'")
    cluster.psql("-c", "VACUUM ANALYZE")


# ---- rows of the table ----

class Ours:
    """What was measured of ours in this run; `aimed` gives a figure its aim where there is something to hold it against."""

    def __init__(self, found):
        self.found = {f.name: f for f in found if not f.peer}

    def aimed(self, figure, aim, ours=None):
        """`ours` in place of the value, where both say it of something else."""
        if figure.name in self.found:
            figure.aim, figure.ours = aim, self.found[figure.name].value if ours is None else ours
        return figure


def figures(p, names, found):
    """`found` are ours."""
    p.ensure_pairs()
    p.say("PostgreSQL: writing the rows for COPY")
    ours, cluster = Ours(found), Cluster()
    if os.stat(cluster.folder).st_dev != os.stat(p.register.data).st_dev:
        raise SystemExit(f"bench: PostgreSQL's cluster in {cluster.folder} is on another disk than the register in {p.register.data}")
    try:
        chunks, rows = write_chunks(p, cluster.folder)
        cluster.start()
        cluster.psql("-f", HERE / "schema.sql")
        found = ingest(p, cluster, chunks, rows, names, ours)
        if "disk" in names:
            found.append(disk(cluster, ours))
        if {"subject", "search"} & set(names):
            found += reading(p, cluster, names, ours)
        if "restart" in names:
            found += restart(p, cluster, chunks, ours)
        return found
    finally:
        cluster.close()


def ingest(p, cluster, chunks, rows, names, ours):
    if "ingest-file" not in names:
        hand_in(cluster, chunks)
        return []
    one = Figure("ingest-file", "records/s", peer="PostgreSQL, 1 connection")
    two = Figure("ingest-file", "records/s", peer="PostgreSQL, 2 connections",
                 detail=f"{rows:,} rows, parsed beforehand, {CHUNK:,} in a transaction")
    for figure, lists, rounds in ((one, [chunks[0]], 1), (two, chunks, p.long_rounds)):
        for n in range(1, rounds + 1):
            empty(cluster)
            took = hand_in(cluster, lists)
            figure.add(written(cluster) / took)
            p.say(f"PostgreSQL, {len(lists)} connections {n}/{rounds}: {figure.rounds[-1]['value']:,.0f} records/s")
    one.detail = "half of the rows"
    return [one, ours.aimed(two, ">= 3" if p.records >= MANY else ">= 2")]


def disk(cluster, ours):
    """Without the log on both sides: RocksDB's is of one size at most, PostgreSQL's of what max_wal_size says."""
    records = int(cluster.psql("-c", "SELECT count(*) FROM record"))
    size = Figure("disk", "B/record", peer="PostgreSQL")
    size.add(int(cluster.psql("-c", "SELECT pg_database_size('postgres')")) / records)
    log = sum(f.stat().st_size for f in (cluster.data / "pg_wal").glob("*") if f.is_file())
    size.detail = f"tables and indexes; the log of {log / 1e6:,.0f} MB is left out, and so is ours where they are compared"
    if "disk" in ours.found:
        ours.aimed(size, "<= 0.25", ours.found["disk"].without_log)
    return size


def records_of(url, paths):
    """How many records an answer has at the mean, of some that are spread over all paths."""
    lines = paths.read_text().splitlines()
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=60)
    counts = []
    for path in lines[::max(1, len(lines) // SAMPLED)]:
        connection.request("GET", path)
        counts.append(len(json.loads(connection.getresponse().read())["items"]))
    connection.close()
    return sum(counts) / len(counts)


def subject(p, url, asked, ours):
    """By records in answers, so that whose answers hold fewer does not win by it."""
    f = Figure("subject", "requests/s", peer="PostgreSQL, Go")
    load.flood(url, asked.file, rows_reading.CONNECTIONS, 2)
    for _ in range(p.rounds):
        told = load.flood(url, asked.file, rows_reading.CONNECTIONS, p.seconds)
        f.add(told["rate"])
    records = records_of(url, asked.file)
    f.detail = (f"an answer has {records:.1f} records, {told['bytes'] / 1000:.1f} kB; p50 {told['p50']:.2f} ms, p99 {told['p99']:.2f} "
                f"ms; the ratio is that of records a second, of which ours gave {asked.records:.1f} an answer")
    p.say(f"PostgreSQL and Go: {f.value:,.0f} requests/s")
    if "subject" in ours.found:
        ours.aimed(f, ">= 3", ours.found["subject"].value * asked.records / records)
    return f


def reading(p, cluster, names, ours):
    found, asked = [], rows_reading.asked(p)
    fill_names(p, cluster)
    with serving(p, cluster) as url:
        if "subject" in names:
            found.append(subject(p, url, asked, ours))
        if "search" in names:
            f, times = Figure("search", "ms p99", peer="PostgreSQL, Go"), {}
            for _ in range(p.rounds):
                together = []
                for kind, file in rows_reading.search_files(p).items():
                    got = load.timed(url, file, 1, requests=p.seconds * rows_reading.NAMES // 3, log=p.folder / "log")
                    times.setdefault(kind, []).extend(got)
                    together += got
                f.add(percentile(together, 0.99))
            f.detail = "p50 / p99: " + ", ".join(f"{kind} {percentile(t, 0.5):.2f} / {percentile(t, 0.99):.2f}"
                                                 for kind, t in times.items())
            p.say(f"PostgreSQL and Go: search p99 {f.value:.2f} ms")
            found.append(ours.aimed(f, "<= 1"))
    return found


def restart(p, cluster, chunks, ours):
    """Killed behind as many seconds of handing in as ours; until a query is answered."""
    f = Figure("restart", "s", peer="PostgreSQL")
    judge = (HERE / "judge.sql").read_text()
    for _ in range(p.rounds):
        empty(cluster)
        script = cluster.folder / "script-0"
        script.write_text("\n".join(
            line for number, chunk in enumerate(chunks[0]) for line in (
                "BEGIN;", "TRUNCATE staging_0;", f"\\copy staging_0 FROM '{chunk}'",
                judge.replace(":staging", "staging_0").replace(":batch", str(number)), "COMMIT;")))
        with subprocess.Popen([*cluster.as_user, "psql", "-h", cluster.folder, "-d", "postgres", "-Xq", "-f", script],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=cluster.folder) as loading:
            with contextlib.suppress(subprocess.TimeoutExpired):
                loading.wait(rows_life.LOAD_S)
            log = sum(file.stat().st_size for file in (cluster.data / "pg_wal").glob("*") if file.is_file())
            cluster.kill()
            loading.wait()
        f.add(cluster.start())
    f.detail = f"killed after {rows_life.LOAD_S} s on one connection, with {log / 1e6:,.0f} MB of log, of which a part is to be read"
    p.say(f"PostgreSQL restart: {f.value:.2f} s")
    return [ours.aimed(f, "<= 0.25")]
