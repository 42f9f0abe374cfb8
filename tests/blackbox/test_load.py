"""`creditctl load`: an empty store is filled without a daemon, and answers as one to which the same files were handed
in. That both hold the same rows is shown by tests/scenario/load.c; here are whole cities and the command."""
import json
import shutil
import signal
import subprocess

import pytest

from register import KIND, REGISTRATION, peak_mib, registrations, run, uscc, wait_for

# A city that needs several runs of every sort, and is small enough for sanitizers.
SUBJECTS, ROWS = {"release": (10_000, 10), "asan": (200, 5)}.get(KIND, (1_000, 8))
BORN = ("--set", "born.earliest=1800-01-01")
# What differs: when it was received, when it was current, and cursors, which hold a store's own numbers.
TIMES = {"received", "received_at", "finished_at", "as_of", "from", "until", "next"}


def load(register, folder, *more, **options):
    return run("creditctl", "--data", register.data, "load", folder, *BORN, "--quiet", *more, **options)


def write_city(folder, seed=1, subjects=SUBJECTS, rows=ROWS):
    done = run("creditctl", "sample", "--subjects", subjects, "--rows-per-subject", rows, "--seed", seed, "--out", folder,
               "--quiet")
    assert done.returncode == 0, done.stderr


def without_times(value):
    if isinstance(value, dict):
        # Where the provider gives no version it is the received time.
        mine = TIMES | {"version"} if value.get("version") == value.get("received") else TIMES
        return {k: without_times(v) for k, v in value.items() if k not in mine}
    return [without_times(v) for v in value] if isinstance(value, list) else value


def receipts(register):
    """Batch name → the receipt of every row of it."""
    listed = register.all("/v1/submissions", over_socket=True, limit=100)
    return {s["batch"]: without_times(register.get_json(f"/v1/submissions/{s['id']}", over_socket=True)) for s in listed}


def subjects_of(folder):
    """Codes of organisations that a city's files name, as the register prints them."""
    files = json.loads((folder / "summary.json").read_text())["files"]
    return sorted({f["subject"] for f in files if "subject" in f})


def answers(register, folder):
    told = {}
    for word in ("有限公司", "贸易", "中心", "商店", "科技", "云岭", "合作社", "第一"):
        told[word] = [[item.get("code"), item.get("name")] for item in register.all("/v1/search", q=word, limit=50)]
    for code in subjects_of(folder):
        for path in (f"/v1/subjects/{code}", f"/v1/subjects/{code}/records"):
            answer = register.get(path)
            told[path] = answer.status, without_times(answer.json)
            for record in answer.json.get("items", [])[:3]:
                history = register.get(f"/v1/records/{record['id']}/history")
                told[record["id"]] = history.status, without_times(history.json)
    told["statistics"] = without_times(register.get_json("/v1/statistics"))
    told["stores"] = register.ctl("stores").stdout
    return told


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_city_that_was_loaded_answers_as_one_that_was_handed_in(new_creditd, tmp_path, seed):
    city = tmp_path / "city"
    write_city(city, seed)
    loaded = new_creditd()
    done = load(loaded, city)
    assert done.returncode == 3, done.stderr  # rows were rejected
    assert done.stderr == ""
    handed_in = new_creditd()
    handed_in.data.mkdir()
    shutil.copy(loaded.data / "keys", handed_in.data / "keys")  # the same ids
    handed_in.start()
    submitted = handed_in.ctl("submit", "--dir", city, "--quiet", "--at-once", 1)
    assert submitted.returncode == 3, submitted.stderr
    assert done.stdout == submitted.stdout  # each file with its counts and its receipt
    assert "content" in loaded.check()
    assert loaded.digest() == handed_in.digest()
    assert loaded.ctl("digest", "--ledger").stdout == handed_in.ctl("digest", "--ledger").stdout
    loaded.start()
    mine, theirs = receipts(loaded), receipts(handed_in)
    assert mine == theirs and len(mine) > 300
    mine, theirs = answers(loaded, city), answers(handed_in, city)
    assert mine.keys() == theirs.keys()
    for question, answer in theirs.items():
        assert mine[question] == answer, question
    assert any(found for word, found in mine.items() if isinstance(found, list))
    # What was loaded is known as handed in, and what comes then counts on from there.
    again = loaded.ctl("submit", "--dir", city, "--quiet")
    assert again.stdout == submitted.stdout
    loaded.submit(REGISTRATION, registrations(3))
    assert loaded.stop() == 0 and handed_in.stop() == 0
    loaded.check()


def test_a_department_s_key_stays_when_the_empty_store_is_filled(new_creditd, tmp_path):
    register = new_creditd().start()
    key = register.key("amr")
    assert register.stop() == 0
    (tmp_path / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    done = load(register, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    register.start()
    assert register.post(REGISTRATION, registrations(2, first=10), key=key).status == 200
    assert register.get_json(f"/v1/subjects/{uscc(1)}/records")["items"]


def test_a_store_that_holds_something_is_not_filled(new_creditd, tmp_path):
    register = new_creditd().start()
    (tmp_path / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    running = load(register, tmp_path)
    assert running.returncode == 6 and "held by process" in running.stderr
    register.submit(REGISTRATION, registrations(1, first=50))
    digest = register.digest()
    assert register.stop() == 0
    done = load(register, tmp_path)
    assert done.returncode == 1 and "submit --dir" in done.stderr
    assert register.digest() == digest
    assert not (register.data / "db.loading").exists()


def test_a_second_load_is_refused(new_creditd, tmp_path):
    register = new_creditd()
    (tmp_path / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    assert load(register, tmp_path).returncode == 0
    assert load(register, tmp_path).returncode == 1
    assert "content" in register.check()


def test_a_file_that_is_refused_is_told_and_the_others_are_there(new_creditd, tmp_path):
    register = new_creditd()
    (tmp_path / "no-such-theme.csv").write_bytes(registrations(2))
    (tmp_path / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    (tmp_path / "notes.txt").write_text("no file of records")
    done = load(register, tmp_path)
    assert done.returncode == 1
    assert "no-such-theme.csv" in done.stderr and "1 files were refused" in done.stderr
    assert "received 3" in done.stdout
    assert "content" in register.check()


@pytest.mark.parametrize("arguments, code, says", [
    (["--memory", "1 MiB"], 2, "memory"),
    (["--memory", "much"], 2, "memory"),
    (["--set", "nothing"], 5, "NAME=VALUE"),
    (["--set", "no.such=1"], 5, "no.such"),
    (["--catalogue", "/nowhere"], 5, "/nowhere"),
    (["--config", "/nowhere"], 5, "/nowhere"),
])
def test_load_says_what_is_wrong_and_leaves_no_store(new_creditd, tmp_path, arguments, code, says):
    register = new_creditd()
    (tmp_path / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    done = run("creditctl", "--data", register.data, "load", tmp_path, *arguments)
    assert done.returncode == code
    assert says in done.stderr
    assert not (register.data / "db").exists()


def test_a_folder_without_files_makes_no_store(new_creditd, tmp_path):
    register = new_creditd()
    done = load(register, tmp_path)
    assert done.returncode == 2 and "holds no file" in done.stderr
    assert not register.data.exists()


def test_an_interrupted_load_says_that_the_store_is_empty(new_creditd, tmp_path):
    city = tmp_path / "city"
    write_city(city, subjects=SUBJECTS * 5)
    register = new_creditd()
    with register.launch_ctl("load", city, *BORN, "--quiet", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             text=True) as ctl:
        wait_for((register.data / "db.loading").exists, "the load begins")
        ctl.send_signal(signal.SIGINT)
        error = ctl.stderr.read()
    assert ctl.returncode == 1
    assert "interrupted" in error and "empty" in error
    assert not (register.data / "db").exists() and not (register.data / "db.loading").exists()


@pytest.mark.skipif(KIND == "asan", reason="sanitizers keep freed memory")
def test_a_load_holds_no_more_memory_than_it_was_given(new_creditd, tmp_path):
    city = tmp_path / "city"
    write_city(city, subjects=50_000 if KIND == "release" else 10_000)
    register = new_creditd()
    held, code = peak_mib("creditctl", "--data", register.data, "load", city, *BORN, "--quiet", "--memory", "224 MiB")
    assert code == 3
    assert held < 224
    assert "content" in register.check()
