"""Rows about what one waits for once: visible, restart; and what all of it took: memory."""
import http.client
import pathlib
import shutil
import socket
import subprocess
import time

from figures import Figure, percentile
from place import budget_bytes
from register import REGISTRATION, registrations, uscc

SHOWN = 200
LOAD_S = 5      # of handing in before the kill


def visible(p):
    """From the last byte of a submission of one record to the first answer that has it."""
    f = Figure("visible", "ms p99", "<= 10")
    register = p.ensure_filled()
    key = register.key("amr")
    p.settle(register)
    number, together = 10_000_000, []
    for n in p.turns("visible"):
        disk = [us / 1000 for us in p.ceiling("sync", p.folder, SHOWN)]
        times = []
        with p.measuring("visible", register):
            for _ in range(SHOWN):
                number += 1
                times.append(show_one(register, key, number))
        together += times
        f.add(percentile(times, 0.99), percentile(disk, 0.99))
        p.say(f"visible {p.of(n)}: p50 {percentile(times, 0.5):.2f} ms, p99 {percentile(times, 0.99):.2f} ms; fsync p50 "
              f"{percentile(disk, 0.5):.2f} ms, p99 {percentile(disk, 0.99):.2f} ms")
    f.detail = (f"p50 {percentile(together, 0.5):.2f} ms over {len(together)} submissions of one record, "
                f"{len(registrations(1, number))} B each, one after the other")
    return [f]


def show_one(register, key, number):
    """Milliseconds."""
    body = registrations(1, number)
    head = (f"POST /v1/submissions?theme={REGISTRATION} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: text/csv\r\nContent-Length: {len(body)}\r\n\r\n").encode()
    path = f"/v1/subjects/{uscc(number)}"
    reader = http.client.HTTPConnection("127.0.0.1", register.port, timeout=60)
    reader.connect()
    reader.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    with socket.create_connection(("127.0.0.1", register.port)) as sender:
        sender.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sender.sendall(head + body[:-1])
        began = time.monotonic()
        sender.sendall(body[-1:])
        status = 0
        while status != 200:
            reader.request("GET", path)
            answer = reader.getresponse()
            answer.read()
            status = answer.status
            if time.monotonic() - began > 60:
                raise SystemExit("bench: a record that was handed in does not appear")
        took = time.monotonic() - began
        sender.recv(65536)
    reader.close()
    return took * 1000


def restart(p):
    """`kill -9` while rows come in, until /readyz says 200 again."""
    f = Figure("restart", "s", "< 5")
    register = p.ensure_filled()
    for n in p.turns("restart"):
        city = p.folder / f"restart-{n}"
        p.make_city(city, 300_000, 100 + n)
        before = sum(p.counts(register).values())
        with register.launch_ctl("submit", "--dir", city, "--quiet", stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL) as ctl:
            time.sleep(LOAD_S)
            rows = sum(p.counts(register).values()) - before
            log = sum(file.stat().st_size for file in (register.data / "db").glob("*.log"))
            register.kill()
            ctl.kill()
        began = time.monotonic()
        register.start()
        f.add(time.monotonic() - began)
        p.note_memory("restart", pathlib.Path(f"/proc/{register.process.pid}"))
        f.detail = f"with {log / 1e6:,.0f} MB of RocksDB's log to read; {rows:,} rows had come in {LOAD_S} s before the kill"
        p.say(f"restart {p.of(n)}: {f.rounds[-1]['value']:.2f} s")
        shutil.rmtree(city)
    return [f]


def memory(p):
    """The most that creditd held in any row above, beside what its configuration says it may hold."""
    if not p.memory:
        register = p.fresh_register()
        with p.measuring("ingest-file", register):
            p.submit(register, p.city)
    f = Figure("memory", "MiB", "<= 1")
    f.add(max(p.memory.values()) / 2**20, budget_bytes(p.register) / 2**20)
    f.detail = "peak RSS: " + ", ".join(f"{name} {size / 2**20:.0f}" for name, size in p.memory.items())
    return [f]
