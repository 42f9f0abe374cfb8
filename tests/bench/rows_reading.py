"""Rows about who asks: subject, subject-busy, search."""
import http.client
import json
import random
import shutil
import struct
import time
import urllib.parse

import load
from figures import Figure, percentile
from incoming import SENDERS, Incoming

DRAWN = 10_000        # codes asked for, in turn
CONNECTIONS = 32
BUSY_ROWS = 20_000    # a second, while others read
NAMES = 1_000
COMMON = ["有限公司", "科技有限公司", "贸易", "样例市", "商店", "合作社"]


class Asked:
    """Paths of subjects' records, and what the register answers to each. `records` is how many an answer has at the mean."""

    def __init__(self, p):
        codes = p.draw_codes(DRAWN)
        self.file, self.answers = p.folder / "paths", p.folder / "answers"
        known = {}
        connection = http.client.HTTPConnection("127.0.0.1", p.ensure_filled().port, timeout=60)
        with open(self.answers, "wb") as out:
            for code in dict.fromkeys(codes):
                path = f"/v1/subjects/{code}/records"
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read()
                if answer.status != 200:
                    continue
                known[code] = len(body), len(json.loads(body)["items"])
                out.write(struct.pack("<I", len(path)) + path.encode() + struct.pack("<I", len(body)) + body)
        connection.close()
        self.codes = [c for c in codes if c in known]
        sizes = [known[c][0] for c in self.codes]
        self.records = sum(known[c][1] for c in self.codes) / len(self.codes)
        self.file.write_text("".join(f"/v1/subjects/{c}/records\n" for c in self.codes))
        self.shape = (f"{len(known):,} organisations in {len(self.codes):,} requests; an answer has {self.records:.1f} records, "
                      f"{percentile(sizes, 0.5) / 1000:.1f} kB at the median, {sum(sizes) / len(sizes) / 1000:.1f} kB at the "
                      f"mean")


def asked(p):
    if not hasattr(p, "asked"):
        p.say("drawing subjects and fetching their answers")
        p.asked = Asked(p)
    return p.asked


def base(register):
    return f"http://127.0.0.1:{register.port}"


def subject(p):
    """A subject's first page of records, as often as the machine can; the load generator is on it too."""
    f = Figure("subject", "requests/s", ">= 0.6")
    a = asked(p)
    p.settle(p.register)
    load.flood(base(p.register), a.file, CONNECTIONS, 2)
    for n in p.turns("subject"):
        with p.answering(a.answers) as url:
            alone = load.flood(url, a.file, CONNECTIONS, p.seconds)
        with p.measuring("subject", p.register):
            ours = load.flood(base(p.register), a.file, CONNECTIONS, p.seconds)
        f.add(ours["rate"], alone["rate"])
        f.detail = f"{a.shape}; p50 {ours['p50']:.2f} ms, p99 {ours['p99']:.2f} ms with {CONNECTIONS} connections"
        p.say(f"subject {p.of(n)}: {ours['rate']:,.0f} requests/s, libmicrohttpd alone {alone['rate']:,.0f}")
    p.subject_max = f.value
    return [f]


def subject_busy(p):
    """The same at half of what it could be, while rows come in; p99 beside p99 without them."""
    f = Figure("subject-busy", "ms p99", "<= 2")
    a = asked(p)
    if not hasattr(p, "subject_max"):
        p.subject_max = load.flood(base(p.register), a.file, CONNECTIONS, p.seconds)["rate"]
    half = p.subject_max / 2
    needed = int((p.seconds + 3) * BUSY_ROWS * p.rounds * 1.1)
    city = p.folder / "busy"
    p.make_city(city, needed, 2)
    files = iter(sorted(p.files(city), key=lambda f: -f.stat().st_size))
    rates = []
    for n in p.turns("subject-busy"):
        p.settle(p.register)
        quiet = load.timed(base(p.register), a.file, CONNECTIONS, rate=half, seconds=p.seconds, log=p.folder / "log")
        with p.measuring("subject-busy", p.register), Incoming(p, files, BUSY_ROWS) as incoming:
            time.sleep(1)
            busy = load.timed(base(p.register), a.file, CONNECTIONS, rate=half, seconds=p.seconds, log=p.folder / "log")
        rates.append(incoming.rate)
        f.add(percentile(busy, 0.99), percentile(quiet, 0.99))
        p.say(f"subject-busy {p.of(n)}: p99 {percentile(busy, 0.99):.2f} ms with {incoming.rate:,.0f} rows/s coming in, "
              f"{percentile(quiet, 0.99):.2f} ms without")
    f.detail = (f"{half:,.0f} requests/s asked for; {sum(rates) / len(rates):,.0f} rows/s of {BUSY_ROWS:,} came in on {SENDERS} "
                "connections")
    shutil.rmtree(city)
    return [f]


def search_files(p):
    """Paths of questions, a file for each kind of them."""
    codes = list(dict.fromkeys(asked(p).codes))[:NAMES]
    connection = http.client.HTTPConnection("127.0.0.1", p.register.port, timeout=60)
    names = []
    for code in codes:
        connection.request("GET", f"/v1/subjects/{code}")
        name = json.loads(connection.getresponse().read()).get("name")
        if name and len(name) >= 4:
            names.append(name)
    connection.close()
    draw = random.Random(1)

    def parts(n):
        found = (name[at:at + n] for name in names for at in [draw.randrange(len(name) - n + 1)])
        return [part for part in found if all("\u4e00" <= c <= "\u9fff" for c in part)]
    files = {}
    for kind, words in {"2": parts(2), "3": parts(3), "4": parts(4), "full": names, "common": COMMON}.items():
        files[kind] = p.folder / f"search-{kind}"
        files[kind].write_text("".join(f"/v1/search?q={urllib.parse.quote(w)}\n" for w in words))
    return files


def search(p):
    """Names by a part of two, three, four characters, whole, and by words that thousands have."""
    f = Figure("search", "ms p99", "< 2")
    files = search_files(p)
    count = p.seconds * NAMES // 3
    times = {kind: [] for kind in files}
    rates = []
    p.settle(p.register)
    for n in p.turns("search"):
        together = []
        for kind, file in files.items():
            began = time.monotonic()
            with p.measuring("search", p.register):
                found = load.timed(base(p.register), file, 1, requests=count, log=p.folder / "log")
            rates.append(count / (time.monotonic() - began))
            times[kind] += found
            together += found
        f.add(percentile(together, 0.99))
        p.say(f"search {p.of(n)}: p50 {percentile(together, 0.5):.2f} ms, p99 {percentile(together, 0.99):.2f} ms")
    f.detail = (f"{p.summary['organisations']:,} organisations have names; {sum(rates) / len(rates):,.0f} queries/s on one connection; "
                "p50 / p99: " + ", ".join(f"{kind} {percentile(t, 0.5):.2f} / {percentile(t, 0.99):.2f}"
                                          for kind, t in times.items()))
    return [f]
