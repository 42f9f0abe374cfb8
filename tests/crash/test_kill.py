"""kill -9 at random moments of a submission: after restart and repetition the store is that of a daemon that was never
killed, and check is content."""
import json
import os
import random
import subprocess
import sys
import time
import pathlib

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "support"))
from register import BIN, Register, csv, penalty, uscc, wrong

KILLS = int(os.environ.get("CREDENCE_KILLS", "30"))
ROWS = 6000
THEME = "amr-penalty"
COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")


def penalty_rows(count):
    """Adds, changes, revokes, repetitions and defects, with providers' versions."""
    rng = random.Random(5)
    rows = []
    for i in range(count):
        record = rng.randrange(count // 2)
        code = uscc(record % 500)
        rows.append(penalty(f"处{record}号", f"广州第{record % 500}商店", wrong(code) if rng.random() < 0.02 else code,
                            record=f"R{record}", version=i, op="revoke" if rng.random() < 0.05 else "change",
                            fact=f"事实{rng.randrange(3)}"))
    return csv(rows)


def submit_in_background(register, batch, file):
    return subprocess.Popen([BIN / "creditctl", "--data", register.data, "submit", "--theme", THEME, "--batch", batch,
                             "--json", file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def test_a_killed_daemon_ends_like_one_that_was_never_killed(tmp_path):
    file = tmp_path / "penalties.csv"
    file.write_bytes(penalty_rows(ROWS))
    calm = Register(tmp_path / "calm").start()
    started = time.monotonic()
    wanted = json.loads(calm.ctl("submit", "--theme", THEME, "--batch", "b", "--json", file).stdout)
    takes = time.monotonic() - started
    assert wanted["received"] == ROWS == sum(wanted[k] for k in COUNTS[1:6])
    digest = calm.digest()
    calm.stop()

    rng = random.Random(11)
    register = Register(tmp_path / "killed").start()
    interrupted = 0
    for n in range(KILLS):
        batch = f"b{n // 6}"
        client = submit_in_background(register, batch, file)
        time.sleep(rng.random() * takes * 0.9)
        register.kill()
        client.wait(timeout=120)
        interrupted += client.returncode not in (0, 3)
        register.start()
        if n % 6 == 5:
            done = register.ctl("submit", "--theme", THEME, "--batch", batch, "--json", file)
            assert done.returncode == 3, done.stderr.decode()
            receipt = json.loads(done.stdout)
            assert receipt["received"] == ROWS
            if n == 5:
                assert [receipt[k] for k in COUNTS] == [wanted[k] for k in COUNTS]
    assert interrupted >= KILLS // 3, "the kills came too late to mean anything"
    check = register.ctl("check")
    assert check.returncode == 0, check.stdout + check.stderr
    assert register.digest() == digest
    register.stop()
    offline = register.ctl("check")
    assert offline.returncode == 0, offline.stdout + offline.stderr
