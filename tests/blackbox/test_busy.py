"""What the operator's tool does while creditd cannot: it waits where waiting helps, and says what it waits for."""
import contextlib
import json
import signal
import socket
import subprocess
import time

import pytest

from register import KIND, REGISTRATION, registrations, wait_for


@contextlib.contextmanager
def all_uploads_taken(creditd):
    """As many uploads as there may be, each of which has sent a part of its body."""
    key = creditd.key("amr")
    with contextlib.ExitStack() as held:
        def is_full():
            one = held.enter_context(socket.create_connection(("127.0.0.1", creditd.port)))
            one.sendall((f"POST /v1/submissions?theme={REGISTRATION} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n"
                         "Content-Type: text/csv\r\nContent-Length: 100000\r\n\r\n").encode() + registrations(1)[:20])
            return creditd.post(REGISTRATION, registrations(1), key).status == 503
        wait_for(is_full, "all uploads are taken")
        yield


def submit(creditd, *arguments, **options):
    return creditd.launch_ctl("submit", "--theme", REGISTRATION, "--json", *arguments, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, **options)


def told_to_wait(ctl):
    line = ctl.stderr.readline().decode()
    assert "creditd is busy (503); trying again in 5 s" in line and "登记系统正忙" in line
    return line


@pytest.mark.parametrize("through", ["file", "pipe"])
def test_submit_waits_while_too_many_upload_at_one_time(new_creditd, through):
    creditd = new_creditd(memory="256 MiB").start()
    file = creditd.file("rows.csv", registrations(3000, first=100))
    with all_uploads_taken(creditd):
        if through == "file":
            ctl = submit(creditd, file)
        else:
            ctl = submit(creditd, "-", stdin=subprocess.PIPE)
            ctl.stdin.write(file.read_bytes()[:90_000])  # more than is read ahead
            ctl.stdin.flush()
        told_to_wait(ctl)
    if through == "pipe":
        ctl.stdin.write(file.read_bytes()[90_000:])
        ctl.stdin.close()
        ctl.stdin = None
    out, err = ctl.communicate(timeout=60)
    assert ctl.returncode == 0, err
    assert json.loads(out)["stored"] == 3000


def test_submit_that_waits_is_ended_by_a_signal_and_says_how_to_go_on(new_creditd):
    creditd = new_creditd(memory="256 MiB").start()
    file = creditd.file("rows.csv", registrations(3))
    with all_uploads_taken(creditd):
        ctl = submit(creditd, file)
        told_to_wait(ctl)
        began = time.monotonic()
        ctl.send_signal(signal.SIGINT)
        out, err = ctl.communicate(timeout=60)
        assert time.monotonic() - began < 4
        assert ctl.returncode == 1 and not out and "--batch ctl-" in err.decode()


@pytest.mark.skipif(KIND == "release", reason="a release has no fault points")
@pytest.mark.parametrize("through", ["file", "pipe"])
def test_a_file_is_handed_in_anew_behind_a_failed_commit_and_a_pipe_is_to_be_resumed(new_creditd, through):
    creditd = new_creditd()
    creditd.environment["CREDENCE_FAULT"] = "store.commit:8"
    creditd.start()
    rows = registrations(20000)
    file = creditd.file("rows.csv", rows)
    command = ["submit", "--theme", REGISTRATION, "--batch", "b", "--json", file if through == "file" else "-"]
    found = creditd.ctl(*command, input=rows if through == "pipe" else None)
    assert "store.commit-failed" in creditd.log()
    if through == "pipe":
        assert found.returncode == 1 and "--batch b" in found.stderr
        found = creditd.ctl(*command, input=rows)
    else:
        assert "trying again in 10 s" in found.stderr
    receipt = json.loads(found.stdout)
    assert found.returncode == 0 and (receipt["received"], receipt["stored"]) == (20000, 20000)
    creditd.check()


@pytest.mark.skipif(KIND == "release", reason="a release has no fault points")
def test_a_check_of_a_store_that_is_being_reopened_finds_no_mistakes(new_creditd):
    creditd = new_creditd()
    creditd.environment["CREDENCE_FAULT"] = "store.commit:5"  # behind the catalogue and the key
    creditd.start()
    key = creditd.key("amr")
    current = creditd.data / "db" / "CURRENT"
    good = current.read_bytes()
    current.write_bytes(b"unreadable")
    wait_for(lambda: creditd.post(REGISTRATION, registrations(1), key).status == 503, "a commit fails")
    wait_for(lambda: creditd.get("/v1/search", q="样例").status == 503, "the store is closed")
    found = creditd.ctl("check")
    assert found.returncode == 1 and not found.stdout
    assert "the store is being reopened; try again" in found.stderr and "mistakes" not in found.stderr
    current.write_bytes(good)
    wait_for(lambda: creditd.get("/readyz").status == 200, "the store is open again")
    assert "content" in creditd.check()
