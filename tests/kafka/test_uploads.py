"""Uploads by file and HTTP while brokers are configured: their rows go through the department's topic, and the clerk sees
what he sees without."""
import csv
import json
import os
import subprocess
import sys
import threading
import time

import pytest

from register import BIN, KIND, PATIENCE, REGISTRATION, SOURCE, Register, as_csv, clean_environment, registration, wait_for, wrong
from test_stream import PREFIX, Fresh, ledger, topics  # noqa: F401 one of them is a fixture

sys.path.insert(0, str(SOURCE / "tests/blackbox"))
# What holds without a broker holds with one: the same tests, by the fixtures below.
from test_submissions import *  # noqa: E402, F401, F403

COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")
ROWS = 2000 if KIND == "asan" else 20000
SUBJECTS = 200 if KIND == "asan" else 1000
KILLS = int(os.environ.get("CREDENCE_KILLS", 6))
csv.field_size_limit(1 << 30)


@pytest.fixture
def new_published(new_creditd, kafka, topics):  # noqa: F811
    """Makes an installation with a broker; topics of two departments are there."""
    for department in ("amr", "tax"):
        topics.make(department, partitions=3)
    return lambda cluster=kafka, **settings: new_creditd(**{"kafka.bootstrap.servers": cluster.bootstrap} | settings)


@pytest.fixture
def creditd(new_published):
    return new_published().start()


@pytest.fixture
def register(creditd):
    return creditd


def told(receipt):
    """All of a receipt that does not say when and where."""
    return {name: receipt[name] for name in (*COUNTS, "rows", "state", "theme", "department", "batch")}


def a_day(first, count):
    """Rows of every kind: stored, rejected for this and that, twice the same."""
    made = [registration(n) for n in range(first, first + count)]
    for at in range(3, count, 17):
        made[at]["统一社会信用代码"] = wrong(made[at]["统一社会信用代码"])
    for at in range(5, count, 19):
        made[at]["企业名称"] = ""
    for at in range(7, count, 23):
        made[at] = made[at - 1]
    return made


def rejects(one, receipt, key):
    answer = one.get(f"/v1/submissions/{receipt['id']}", key=key, format="rejects")
    assert answer.status == 200
    return answer.text


def compare(one, other, theme, body, kind, batch, department="amr"):
    """The same upload here and there: receipts and reject files."""
    receipts = []
    for at in (one, other):
        answer = at.post(theme, body, key=at.key(department), kind=kind, batch=batch)
        assert answer.status == 200, answer.text
        receipts.append(answer.json)
    assert told(receipts[0]) == told(receipts[1])
    files = [rejects(at, receipt, at.key(department)) for at, receipt in zip((one, other), receipts)]
    assert files[0] == files[1]
    return receipts[0]


def test_receipts_and_reject_files_are_as_without_a_broker(creditd, new_creditd):
    direct = new_creditd().start()
    rows = a_day(1, 200)
    lines = as_csv(rows).splitlines(keepends=True)
    bad = lines[0] + lines[1] + "广州某店,只有两栏\n".encode() + b"\xff\xfe,\"x\",\"2001-01-01\",,\n" + b"\"" + lines[2]
    ndjson = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    broken = b'{"a":\n{"x":{"y":1}}\n[]\n{"\xe4\xbc\x81\xe4\xb8\x9a\xe5\x90\x8d\xe7\xa7\xb0":"\xff"}\n' + ndjson
    assert compare(creditd, direct, REGISTRATION, as_csv(rows), "text/csv", "b-1")["rejected"]
    compare(creditd, direct, REGISTRATION, as_csv(rows[:20]).decode().encode("gb18030"), "text/csv", "b-2")
    compare(creditd, direct, REGISTRATION, bad, "text/csv", "b-3")
    compare(creditd, direct, REGISTRATION, ndjson, "application/x-ndjson", "b-4")
    compare(creditd, direct, REGISTRATION, broken, "application/x-ndjson", "b-5")
    compare(creditd, direct, REGISTRATION, lines[0], "text/csv", "b-empty")
    assert creditd.digest() == direct.digest()
    assert ledger(creditd, "amr") == ledger(direct, "amr")
    creditd.check()


def test_a_city_handed_in_as_files_ends_as_without_a_broker(new_creditd, kafka, topics, tmp_path):  # noqa: F811
    folder = tmp_path / "city"
    subprocess.run([BIN / "creditctl", "sample", "--subjects", str(SUBJECTS), "--rows-per-subject", "6", "--out", folder,
                    "--quiet"], check=True, env=clean_environment(), timeout=PATIENCE * 3)
    departments = sorted(p.name for p in folder.iterdir() if p.is_dir())
    for department in departments:
        topics.make(department)
    ends = []
    for settings in ({}, {"kafka.bootstrap.servers": kafka.bootstrap}):
        one = new_creditd(**settings).start()
        done = one.ctl("submit", "--dir", folder, "--quiet")
        assert done.returncode in (0, 3), done.stderr
        receipts = {}
        for department in departments:
            key = one.key(department)
            for item in one.all("/v1/submissions", key=key):
                receipt = one.get_json(f"/v1/submissions/{item['id']}", key=key)
                receipts[receipt["batch"]] = told(receipt)
        ends.append((one.digest(), ledger(one, *departments), receipts))
        one.check()
    assert ends[0][2] == ends[1][2]
    assert ends[0][1] == ends[1][1]
    assert ends[0][0] == ends[1][0]


def hand_in(one, body, batch):
    """As a client that does not give up: repeats the upload, whatever breaks it, until there is a receipt."""
    limit = time.monotonic() + 3 * PATIENCE
    while True:
        try:
            answer = one.post(REGISTRATION, body, key=one.key("amr"), batch=batch)
            if answer.status == 200:
                return answer.json
            assert answer.status in (409, 503), answer.text
        except (OSError, AssertionError) as e:
            if isinstance(e, AssertionError) and "409" not in str(e) and "503" not in str(e):
                raise
        except Exception:  # noqa: BLE001 the connection broke in the middle of a line
            pass
        assert time.monotonic() < limit
        time.sleep(0.2)


def test_killed_again_and_again_an_upload_ends_with_the_receipt_of_an_undisturbed_one(new_published, new_creditd):
    """And so does a store that reads the topics when all is over."""
    rows = a_day(1, ROWS)
    body = as_csv(rows)
    direct = new_creditd().start()
    wanted = direct.post(REGISTRATION, body, key=direct.key("amr"), batch="killed").json
    one = new_published().start()
    one.key("amr")
    found = []
    client = threading.Thread(target=lambda: found.append(hand_in(one, body, "killed")))
    client.start()
    for n in range(KILLS):
        time.sleep(0.15 + 0.17 * (n % 5))
        one.kill()
        one.start()
    client.join(3 * PATIENCE)
    assert found and told(found[0]) == told(wanted)
    again = one.post(REGISTRATION, body, key=one.key("amr"), batch="killed").json
    assert again == found[0]
    assert one.post(REGISTRATION, body + b"x", key=one.key("amr"), batch="killed").status == 409
    assert one.digest() == direct.digest()
    assert ledger(one, "amr") == ledger(direct, "amr")
    one.check()
    replica = new_published().start()
    wait_for(lambda: ledger(replica, "amr") == ledger(direct, "amr"), "the replica has all")
    assert replica.digest() == direct.digest()
    replica.check()


def test_killed_between_publishing_and_the_receipt_nothing_counts_twice(new_published, kafka):
    """Rows of an attempt that is over, and come behind the beginning of the next one, are none."""
    body = as_csv(a_day(1, 50))
    one = new_published().start()
    key = one.key("amr")
    first = one.post(REGISTRATION, body, key=key, batch="late").json
    # What a dead process may still have had under way, once more behind the end.
    producer = kafka.producer()
    for partition, headers, record, value in list(kafka.messages(PREFIX + "amr")):
        producer.produce(PREFIX + "amr", value, key=record, headers=headers, partition=partition)
    assert producer.flush(PATIENCE) == 0
    later = one.post(REGISTRATION, body, key=key, batch="after").json
    assert later["duplicate"] + later["rejected"] == 50
    assert one.get_json(f"/v1/submissions/{first['id']}", key=key) == first
    lines = one.all("/v1/departments/amr/ledger", key=key)
    assert sum(line["received"] for line in lines) == 100
    one.check()


def test_without_its_broker_an_upload_is_refused_and_says_so(new_published, new_cluster, new_creditd):
    cluster = new_cluster()
    fresh = Fresh(cluster)
    fresh.make("amr")
    one = new_creditd(**{"kafka.bootstrap.servers": cluster.bootstrap}).start()
    key = one.key("amr")
    body = as_csv(a_day(1, 30))
    first = one.post(REGISTRATION, body, key=key, batch="a").json
    cluster.signal(1)
    answer = one.post(REGISTRATION, as_csv(a_day(100, 30)), key=key, batch="b")
    assert answer.status == 503 and answer.headers["Retry-After"], answer.text
    assert answer.json["type"] == "urn:credence:problem:broker-away" and answer.json["detail"]
    assert one.post(REGISTRATION, body, key=key, batch="a").json == first
    assert one.get("/v1/search", q="样例").status == 200
    cluster.start()
    receipt = hand_in(one, as_csv(a_day(100, 30)), "b")
    assert receipt["received"] == 30
    one.check()


def test_a_broker_that_is_killed_in_the_middle_loses_nothing_that_was_acknowledged(new_published, new_cluster, new_creditd):
    cluster = new_cluster()
    Fresh(cluster).make("amr", partitions=2)
    body = as_csv(a_day(1, ROWS))
    direct = new_creditd().start()
    wanted = direct.post(REGISTRATION, body, key=direct.key("amr"), batch="m").json
    one = new_creditd(**{"kafka.bootstrap.servers": cluster.bootstrap}).start()
    one.key("amr")
    found = []
    client = threading.Thread(target=lambda: found.append(hand_in(one, body, "m")))
    client.start()
    time.sleep(0.5)
    cluster.signal(1)
    cluster.start()
    client.join(3 * PATIENCE)
    assert found and told(found[0]) == told(wanted)
    assert one.digest() == direct.digest() and ledger(one, "amr") == ledger(direct, "amr")
    one.check()


def test_a_batch_that_was_begun_without_a_broker_goes_on_without_one(new_published):
    body = as_csv(a_day(1, 40))
    one = new_published()
    del one.settings["kafka.bootstrap.servers"]
    one.start()
    first = one.post(REGISTRATION, body, key=one.key("amr"), batch="before").json
    bootstrap = new_published().settings["kafka.bootstrap.servers"]
    one.stop()
    one.settings["kafka.bootstrap.servers"] = bootstrap
    one.start()
    assert one.post(REGISTRATION, body, key=one.key("amr"), batch="before").json == first
    one.check()


def test_a_topic_that_is_not_there_is_named(new_creditd, kafka):
    one = new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    answer = one.post(REGISTRATION, as_csv(a_day(1, 3)), key=one.key("amr"))
    assert answer.status == 503 and PREFIX + "amr" in answer.json["detail"]
