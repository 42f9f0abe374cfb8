"""kill -9 while a store is filled: it is as empty as before, or whole, and the same command begins anew."""
import os
import random
import shutil
import subprocess
import time

import pytest

from register import KIND, run, wait_for

KILLS = int(os.environ.get("CREDENCE_KILLS", "30")) // 2
BORN = ("--set", "born.earliest=1800-01-01", "--quiet")


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "city"
    done = run("creditctl", "sample", "--subjects", "1000", "--out", folder, "--quiet")
    assert done.returncode == 0, done.stderr
    return folder


def is_empty(register):
    return not (register.data / "db").exists()


def test_a_load_that_was_killed_leaves_an_empty_store_or_a_whole_one(new_creditd, city):
    calm = new_creditd()
    started = time.monotonic()
    assert calm.ctl("load", city, *BORN).returncode == 3
    takes = time.monotonic() - started
    digest = calm.digest()
    rng = random.Random(17)
    empty = 0
    for _ in range(KILLS):
        register = new_creditd()
        register.data.mkdir()
        shutil.copy(calm.data / "keys", register.data / "keys")
        ctl = register.launch_ctl("load", city, *BORN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.random() * takes)
        ctl.kill()
        ctl.wait(timeout=120)
        if is_empty(register):
            empty += 1
            again = register.ctl("load", city, *BORN)
            assert again.returncode == 3, again.stderr
        assert register.digest() == digest
        assert "content" in register.check()
        # One that was killed behind the renaming may leave a folder, and no files of any size in it.
        assert not list((register.data / "db.loading").glob("*-*"))
    assert empty >= KILLS // 3, f"only {empty} of {KILLS} kills came in time to mean anything"


@pytest.mark.skipif(KIND == "release", reason="no fault points")
@pytest.mark.parametrize("has_store", [False, True])
@pytest.mark.parametrize("point, is_whole", [("store.commit.after:1", False), ("store.commit.before:3", False),
                                             ("store.fill.before", False), ("store.fill.after", True)])
def test_a_load_that_dies_around_its_end_is_not_half_there(new_creditd, city, has_store, point, is_whole):
    register = new_creditd()
    if has_store:
        register.start()
        register.key("amr")
        assert register.stop() == 0
    env = {"CREDENCE_FAULT": point, "LC_ALL": "C.UTF-8", "PATH": os.environ["PATH"]}
    assert register.ctl("load", city, *BORN, env=env).returncode == 9
    if not is_whole:
        assert has_store or is_empty(register)
        again = register.ctl("load", city, *BORN)
        assert again.returncode == 3 and "interrupted load" in again.stderr, again.stderr
    assert "content" in register.check()
    register.start()
    assert register.get_json("/v1/search", q="有限公司")["items"]
    assert register.get("/v1/operator/status", over_socket=True).status == 200


def test_a_daemon_takes_the_folder_of_a_load_that_was_killed(new_creditd, city):
    register = new_creditd()
    ctl = register.launch_ctl("load", city, *BORN, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for((register.data / "db.loading").exists, "the load begins")
    ctl.kill()
    ctl.wait(timeout=120)
    register.start()
    assert register.get_json("/v1/search", q="有限公司")["items"] == []
    assert register.stop() == 0
