"""A full disk is waited out without a broker, too: what is handed in is refused with the reason, questions are answered,
nothing ends, and all goes on by itself when there is room."""
import re
import subprocess
import threading

import pytest

from register import REGISTRATION, registrations, wait_for

BORN = ("--set", "born.earliest=1800-01-01")
SHIFTS = ["30000", "1"]  # one commit for each upload; everything is a run


def metric(register, name):
    found = re.search(rf"^{name} (\S+)$", register.get("/metrics", over_socket=True).text, re.MULTILINE)
    return float(found.group(1))


def as_undisturbed(new_creditd, register, *files):
    quiet = new_creditd().start()
    for file in files:
        quiet.submit(REGISTRATION, file)
    assert register.digest() == quiet.digest()
    register.check()


@pytest.mark.parametrize("shift", SHIFTS)
def test_an_upload_to_a_full_disk_is_refused_with_the_reason_and_its_repetition_is_stored(new_creditd, small_disk, shift):
    register = new_creditd(**{"writer.shift": shift})
    disk = small_disk(register.data, 200)
    key = register.start().key("amr")
    first, second = registrations(50), registrations(2000, first=51)
    assert register.post(REGISTRATION, first, key=key).json["stored"] == 50
    disk.fill()
    for _ in range(3):
        answer = register.post(REGISTRATION, second, key=key, batch="second")
        assert answer.status == 503 and answer.headers["Retry-After"], answer.text
        assert "磁盘已满" in answer.json["detail"] and "hand in again" in answer.json["detail"], answer.text
        assert str(register.data) not in answer.text
        assert register.get_json("/v1/search", q="样例市第7号")["items"]
    answer = register.get("/readyz")
    assert answer.status == 503 and "磁盘已满" in answer.text
    assert metric(register, "credence_store_waits_for_room") == 1
    assert register.log().count("store.waits-for-room") == 1 and "store.commit-failed" not in register.log()
    refused = register.ctl("key", "add", "--department", "tax")
    assert refused.returncode != 0 and "磁盘已满" in refused.stderr, refused.stderr
    # What is kept free for it is enough to start again, and to answer.
    disk.clear()
    disk.fill(but=24 << 20)
    assert register.stop() == 0
    assert " ready on http://" in register.launch().stdout.readline(), register.log()
    assert register.get_json("/v1/search", q="样例市第7号")["items"]
    assert register.post(REGISTRATION, second, key=key, batch="second").status == 503
    disk.clear()
    wait_for(lambda: register.get("/readyz").status == 200, "there is room")
    assert metric(register, "credence_store_waits_for_room") == 0
    assert register.post(REGISTRATION, second, key=key, batch="second").json["stored"] == 2000
    as_undisturbed(new_creditd, register, first, second)
    assert register.stop() == 0


@pytest.mark.parametrize("shift", SHIFTS)
def test_a_disk_that_others_fill_within_commits_costs_nothing(new_creditd, small_disk, shift):
    """RocksDB itself meets the full disk: what was acknowledged is there, and the rest comes with the repetition."""
    register = new_creditd(**{"writer.shift": shift})
    disk = small_disk(register.data, 200)
    key = register.start().key("amr")
    files = [registrations(5000, first=5000 * n + 1) for n in range(6)]
    for n, file in enumerate(files):
        def hand_in(file=file, name=f"batch-{n}"):
            return register.post(REGISTRATION, file, key=key, batch=name)
        answers = []
        upload = threading.Thread(target=lambda hand_in=hand_in: answers.append(hand_in()))
        upload.start()
        disk.fill()
        upload.join()
        assert answers[0].status in (200, 503), answers[0].text
        assert register.get("/v1/search", q="样例").status == 200
        disk.clear()
        # Whoever finds that RocksDB failed behind the last commit is refused once more.
        wait_for(lambda hand_in=hand_in: hand_in().status == 200, "it is taken")
        assert hand_in().json["stored"] == 5000
    as_undisturbed(new_creditd, register, *files)
    assert register.stop() == 0


def test_a_first_fill_of_a_full_disk_says_so_and_can_be_repeated(new_creditd, small_disk):
    register = new_creditd()
    city = register.folder / "city"
    made = register.ctl("sample", "--subjects", 2000, "--rows-per-subject", 8, "--out", city, "--quiet")
    assert made.returncode == 0, made.stderr
    disk = small_disk(register.data, 200)
    command = ["load", city, *BORN, "--quiet"]
    disk.fill(but=4 << 20)
    done = register.ctl(*command)
    assert done.returncode == 1 and re.search(r"has room for \d MiB; make it \d+ MiB", done.stderr), done.stderr
    disk.clear()
    # Others fill it on the way.
    filling = register.launch_ctl(*command, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: (register.data / "db.loading/db/CURRENT").exists() or filling.poll() is not None, "it has begun")
    disk.fill()
    said = filling.communicate()[1]
    assert filling.returncode >= 0, said
    disk.clear()
    if filling.returncode not in (0, 3):
        done = register.ctl(*command)
        assert done.returncode in (0, 3), said + done.stderr
    register.check()
