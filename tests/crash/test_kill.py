"""kill -9 at random moments of a submission: after restart and repetition the store is that of a daemon that was never
killed, and check is content."""
import json
import os
import random
import subprocess
import time

import pytest
from register import PENALTY, as_csv, penalty, uscc, wrong

KILLS = int(os.environ.get("CREDENCE_KILLS", "30"))
ROWS = 2000
COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")


def penalty_files(count):
    """Adds, changes, revokes, repetitions and defects, with providers' versions, spread over files of ROWS rows."""
    rng = random.Random(5)
    files = []
    for part in range(count):
        rows = []
        for i in range(ROWS):
            record = rng.randrange(ROWS * count // 3)
            code = uscc(record % 500)
            rows.append(penalty(f"处{record}号", f"广州第{record % 500}商店", wrong(code) if rng.random() < 0.02 else code,
                                record=f"R{record}", version=rng.randrange(1000),
                                op="revoke" if rng.random() < 0.05 else "change", fact=f"事实{rng.randrange(3)}"))
        files.append(as_csv(rows))
    return files


def submit(register, n, file):
    done = register.ctl("submit", "--theme", PENALTY, "--batch", f"b{n}", "--json", file)
    assert done.returncode in (0, 3), done.stderr
    receipt = json.loads(done.stdout)
    assert receipt["received"] == ROWS == sum(receipt[k] for k in COUNTS[1:6])
    return [receipt[k] for k in COUNTS]


# Of the writer: small batches, and everything as runs.
@pytest.mark.parametrize("gear", [{"writer_gears": "1"}, {"writer_shift": "1"}], ids=["batches", "runs"])
def test_a_killed_daemon_ends_like_one_that_was_never_killed(new_creditd, gear):
    calm = new_creditd().start()
    files = [calm.file(f"penalties-{n}.csv", text) for n, text in enumerate(penalty_files(KILLS))]
    wanted, takes = [], []
    for n, file in enumerate(files):
        started = time.monotonic()
        wanted.append(submit(calm, n, file))
        takes.append(time.monotonic() - started)
    digest = calm.digest()
    assert calm.stop() == 0

    rng = random.Random(11)
    register = new_creditd(**gear).start()
    interrupted = 0
    for n, file in enumerate(files):
        client = register.launch_ctl("submit", "--theme", PENALTY, "--batch", f"b{n}", "--json", file,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * takes[n])
        register.kill()
        client.wait(timeout=120)
        interrupted += client.returncode not in (0, 3)
        register.start()
        assert submit(register, n, file) == wanted[n]
    assert interrupted >= KILLS // 3, f"only {interrupted} of {KILLS} kills came in time to mean anything"
    register.check()
    assert register.digest() == digest
    assert register.stop() == 0
    register.check()
