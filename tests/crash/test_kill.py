"""kill -9 at random moments of a submission: after restart and repetition the store is that of a daemon that was never
killed, and check is content."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.request

BIN = pathlib.Path(os.environ["CREDENCE_BIN"])
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
KILLS = int(os.environ.get("CREDENCE_KILLS", "30"))
ROWS = 6000


def uscc(n, pair="91"):
    """A code of the synthetic range, both check characters right."""
    body = ""
    for _ in range(6):
        body = ALPHABET[n % 31] + body
        n //= 31
    body = "YY" + body
    value = lambda c: int(c) if c.isdigit() else ord(c) - 55
    r = 11 - sum(value(c) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2))) % 11
    code = pair + "440106" + body + ("X" if r == 10 else "0" if r == 11 else str(r))
    s = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + ALPHABET[(31 - s % 31) % 31]


def penalty_rows(count):
    """Adds, changes, revokes, repetitions and defects, with providers' versions."""
    rng = random.Random(5)
    lines = ["CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,"
             "CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op"]
    for i in range(count):
        record = rng.randrange(count // 2)
        code = uscc(record % 500)
        if rng.random() < 0.02:
            code = code[:17] + ("1" if code[17] != "1" else "2")
        op = "revoke" if rng.random() < 0.05 else "change"
        lines.append(f"处{record}号,广州第{record % 500}商店,法人及非法人组织,{code},某甲,无照,事实{rng.randrange(3)},条例,罚款,罚款,0.2,"
                     f"2026-01-02,2027-01-01,2027-01-01,局,11440106YY000001XG,局,11440106YY000001XG,R{record},{i},{op}")
    return "\n".join(lines) + "\n"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Daemon:
    def __init__(self, data):
        self.data = data
        self.port = free_port()
        self.process = None

    def start(self):
        self.process = subprocess.Popen([BIN / "creditd", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, f"creditd ended with {self.process.returncode}"
            try:
                if urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("creditd does not become ready")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0

    def ctl(self, *args, **kw):
        return subprocess.run([BIN / "creditctl", "--data", self.data, *map(str, args)], capture_output=True, text=True, **kw)

    def digest(self):
        answer = self.ctl("digest")
        assert answer.returncode == 0, answer.stderr
        return answer.stdout.split()[0]


def counts(receipt):
    return {k: receipt[k] for k in ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")}


def test_a_killed_daemon_ends_like_one_that_was_never_killed(tmp_path):
    file = tmp_path / "penalties.csv"
    file.write_text(penalty_rows(ROWS), encoding="utf-8")
    calm = Daemon(tmp_path / "calm")
    calm.start()
    started = time.monotonic()
    answer = calm.ctl("submit", "--theme", "amr-penalty", "--batch", "b", "--json", file)
    takes = time.monotonic() - started
    wanted = json.loads(answer.stdout)
    assert wanted["received"] == ROWS
    assert wanted["received"] == sum(wanted[k] for k in ("stored", "changed", "duplicate", "stale", "rejected"))
    digest = calm.digest()
    calm.stop()

    rng = random.Random(11)
    daemon = Daemon(tmp_path / "killed")
    daemon.start()
    interrupted = 0
    for n in range(KILLS):
        client = subprocess.Popen([BIN / "creditctl", "--data", daemon.data, "submit", "--theme", "amr-penalty", "--batch",
                                   f"b{n // 6}", "--json", file], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * takes * 0.9)
        daemon.kill()
        client.communicate(timeout=120)
        interrupted += client.returncode not in (0, 3)
        daemon.start()
        if n % 6 == 5:
            answer = daemon.ctl("submit", "--theme", "amr-penalty", "--batch", f"b{n // 6}", "--json", file)
            assert answer.returncode == 3, answer.stderr
            receipt = json.loads(answer.stdout)
            assert receipt["received"] == ROWS
            if n == 5:
                assert counts(receipt) == counts(wanted)
    assert interrupted >= KILLS // 3, "the kills came too late to mean anything"
    check = daemon.ctl("check")
    assert check.returncode == 0, check.stdout + check.stderr
    assert daemon.digest() == digest
    daemon.stop()
    offline = daemon.ctl("check")
    assert offline.returncode == 0, offline.stdout + offline.stderr
