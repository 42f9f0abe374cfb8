"""Uploads by file and HTTP while brokers are configured: their rows go through the department's topic, and the clerk sees
what he sees without."""
import csv
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from register import BIN, KIND, PATIENCE, REGISTRATION, SOURCE, Register, as_csv, clean_environment, registration, wait_for, wrong
from test_stream import PREFIX, Fresh, ledger, topics, trials_come  # noqa: F401 one of them is a fixture

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
    strange = [{"_theme": "amr-penalty", "备注": "甲"} | row | {"_op": "add", "_row": "7"} for row in rows[:30]]
    compare(creditd, direct, REGISTRATION, as_csv(strange), "text/csv", "b-6")
    compare(creditd, direct, REGISTRATION, json.dumps(strange[3] | {"_theme": REGISTRATION}).encode(), "application/x-ndjson", "b-7")
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


def begun(cluster, batch, department="amr"):
    """The attempts at a batch: where each begins."""
    return [m for m in cluster.messages(PREFIX + department) if m[1].get("batch") == batch and m[1].get("step") == "begin"]


def test_killed_again_and_again_an_upload_ends_with_the_receipt_of_an_undisturbed_one(new_published, new_creditd, kafka):
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
    assert len(begun(kafka, "killed")) > 1  # the kills met it
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


@pytest.mark.skipif(KIND == "release", reason="fault points are not in a release build")
@pytest.mark.parametrize("point", ["store.commit.before", "store.commit.after", "store.commit"])
def test_dead_before_or_behind_any_commit_of_an_upload_the_repetition_ends_as_undisturbed(new_creditd, topics, kafka, point):  # noqa: F811
    """Between publishing and the commit, and between the commit and the receipt; and a commit that fails."""
    topics.make("amr")  # with one partition, for each one has a commit of its own at a start
    direct, one = new_creditd().start(), new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    keys, broken = [at.key("amr") for at in (direct, one)], 0
    for n in range(1, 8):
        body, batch = as_csv(a_day(n * 1000, 120)), f"b-{n}"
        wanted = direct.post(REGISTRATION, body, key=keys[0], batch=batch).json
        assert one.stop() == 0
        one.environment = {"CREDENCE_FAULT": f"{point}:{n}"}
        try:
            one.start()
            first = one.post(REGISTRATION, body, key=keys[1], batch=batch)
            assert first.status in (200, 503) and (first.status == 503 or told(first.json) == told(wanted))
            broken += first.status == 503 and bool(begun(kafka, batch))
        except (OSError, http.client.HTTPException):
            broken += bool(begun(kafka, batch))
        except AssertionError as e:
            assert "did not start" in str(e)  # it has commits of its own to make then
        one.kill()
        one.environment = {}
        one.start()
        assert told(hand_in(one, body, batch)) == told(wanted), batch
    assert broken or point == "store.commit"  # it was met in the middle of an upload
    assert one.digest() == direct.digest() and ledger(one, "amr") == ledger(direct, "amr")
    one.check()


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
    Halves(one, as_csv(a_day(200, 30)), "c", 1000)
    one.restart()  # with an upload under way
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


# ---- one partition stands still ----

@pytest.fixture
def tax_file(tmp_path):
    """A file of another department: theme, body, its kind."""
    folder = tmp_path / "city"
    subprocess.run([BIN / "creditctl", "sample", "--subjects", "60", "--rows-per-subject", "6", "--out", folder, "--quiet"],
                   check=True, env=clean_environment(), timeout=PATIENCE)
    path = max((folder / "tax").iterdir(), key=lambda p: p.stat().st_size)
    return path.stem, path.read_bytes(), {".csv": "text/csv", ".ndjson": "application/x-ndjson"}[path.suffix]


def test_a_partition_that_has_stopped_refuses_uploads_at_once_and_holds_no_other_department_up(new_creditd, topics, kafka,  # noqa: F811
                                                                                              tax_file):
    topics.make("amr", message_timestamp_type="CreateTime")
    topics.make("tax")
    one = new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    body = as_csv(a_day(1, 30))
    for _ in range(3):
        answer = one.post(REGISTRATION, body, key=one.key("amr"), batch="b")
        assert answer.status == 503 and answer.json["type"] == "urn:credence:problem:broker-away", answer.text
        assert PREFIX + "amr[0]" in answer.json["detail"] and "senders-time" in answer.json["detail"]
    assert len(list(kafka.messages(PREFIX + "amr"))) == 1  # nothing more is sent to where nobody takes it
    theme, content, kind = tax_file
    receipt = one.post(theme, content, key=one.key("tax"), kind=kind)
    assert receipt.status == 200 and receipt.json["received"] > 0, receipt.text
    one.check()


def test_an_upload_waits_behind_what_its_department_has_under_way_and_no_other_does(new_published, kafka, tax_file):
    one = new_published().start()
    producer = kafka.producer(**{"transactional.id": "under-way"})
    producer.init_transactions(PATIENCE)
    producer.begin_transaction()
    for partition in range(3):
        producer.produce(PREFIX + "amr", "{}", partition=partition)
    producer.flush(PATIENCE)
    key, found = one.key("amr"), []
    client = threading.Thread(target=lambda: found.append(one.post(REGISTRATION, as_csv(a_day(1, 30)), key=key, batch="b")))
    client.start()
    theme, content, kind = tax_file
    assert one.post(theme, content, key=one.key("tax"), kind=kind).status == 200
    assert client.is_alive()
    producer.abort_transaction(PATIENCE)
    client.join(PATIENCE)
    assert found[0].status == 200 and found[0].json["received"] == 30, found[0].text
    one.check()


def test_a_topic_that_was_made_again_takes_uploads_when_the_operator_has_decided(new_creditd, topics, kafka):  # noqa: F811
    amr = topics.make("amr")
    one = new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    key = one.key("amr")
    first = one.post(REGISTRATION, as_csv(a_day(1, 30)), key=key, batch="a").json
    topics.delete(amr)
    topics.make("amr")
    body = as_csv(a_day(100, 30))

    def is_refused():
        answer = one.post(REGISTRATION, body, key=key, batch="b")
        assert answer.status in (409, 503), answer.text
        return "operator" in answer.text or "decide" in answer.text
    wait_for(is_refused, "the partition has stopped")
    done = one.ctl("offsets", "--from", "0", "amr:0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert hand_in(one, body, "b")["received"] == 30
    assert one.post(REGISTRATION, as_csv(a_day(1, 30)), key=key, batch="a").json == first
    one.check()


def test_a_row_that_the_topic_is_too_narrow_for_is_said_with_the_remedy(new_creditd, topics, kafka):  # noqa: F811
    topics.make("amr", max_message_bytes=100000)
    one = new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    rows = a_day(1, 10)
    assert one.post(REGISTRATION, as_csv(rows), key=one.key("amr")).status == 200
    rows[4] = rows[4] | {"企业名称": os.urandom(150000).hex()}
    answer = one.post(REGISTRATION, as_csv(rows), key=one.key("amr"), batch="long")
    assert answer.status == 503 and "creditctl topics check" in answer.json["detail"], answer.text
    one.check()


# ---- more than one attempt ----

class Halves:
    """An upload whose body comes in two parts."""

    def __init__(self, one, body, batch, at):
        self.body, self.at = body, at
        self.client = http.client.HTTPConnection("127.0.0.1", one.port, timeout=PATIENCE)
        self.client.putrequest("POST", f"/v1/submissions?theme={REGISTRATION}")
        for name, value in (("Authorization", f"Bearer {one.key('amr')}"), ("Content-Type", "text/csv"), ("Batch-Id", batch),
                            ("Content-Length", str(len(body)))):
            self.client.putheader(name, value)
        self.client.endheaders()
        self.client.send(body[:at])

    def rest(self):
        self.client.send(self.body[self.at:])
        answer = self.client.getresponse()
        return answer.status, json.loads(answer.read())


def of_attempt(kafka, batch, count):
    """Waits for so many messages of the batch; the last one's partition and headers."""
    return wait_for(lambda: [m for m in kafka.messages(PREFIX + "amr") if m[1].get("batch") == batch][count - 1:],
                    f"{count} messages")[-1]


def inject(kafka, partition, *messages):
    producer = kafka.producer()
    for headers in messages:
        producer.produce(PREFIX + "amr", "", headers=headers, partition=partition)
    assert producer.flush(PATIENCE) == 0


OTHER = "otherattemptaaaa"


@pytest.mark.parametrize("ends", [False, True])
def test_an_upload_that_another_attempt_took_over_has_no_receipt_of_it(new_published, kafka, ends):
    """Another daemon's, of the same batch: what it ends with other bytes is not this client's body."""
    one = new_published().start()
    body = as_csv(a_day(1, 40))
    upload = Halves(one, body, "b", len(body) // 2)
    partition, headers, *_ = of_attempt(kafka, "b", 10)
    time.sleep(0.3)
    last = [m for m in kafka.messages(PREFIX + "amr")][-1][1]
    common = {"theme": REGISTRATION, "batch": "b", "upload": OTHER}
    inject(kafka, partition, common | {"row": "0", "step": "begin", "kind": "ca"},
           *[common | {"row": last["row"], "step": "end", "body": last["body"]}] * ends)
    status, answer = upload.rest()
    assert status == 409, answer
    assert answer["type"] == f"urn:credence:problem:{'batch-conflict' if ends else 'batch-busy'}"
    again = one.post(REGISTRATION, body, key=one.key("amr"), batch="b")
    if ends:
        assert again.status == 409
    else:
        assert again.status == 200 and again.json["received"] == 40, again.text
    one.check()


def test_two_daemons_with_one_batch_at_the_same_time_end_with_the_same_receipt(new_published, new_creditd):
    rows = a_day(1, 3000)
    body = as_csv(rows)
    direct = new_creditd().start()
    wanted = direct.post(REGISTRATION, body, key=direct.key("amr"), batch="two").json
    both, found = [new_published().start(), new_published().start()], []
    for one in both:
        one.key("amr")
    clients = [threading.Thread(target=lambda one=one: found.append(hand_in(one, body, "two"))) for one in both]
    for client in clients:
        client.start()
    for client in clients:
        client.join(3 * PATIENCE)
    assert [told(receipt) for receipt in found] == [told(wanted)] * 2
    for one in both:
        wait_for(lambda: ledger(one, "amr") == ledger(direct, "amr"), "both have all")  # noqa: B023
        assert one.digest() == direct.digest()
        one.check()


def test_a_client_that_goes_away_half_way_leaves_what_was_whole(new_published, kafka):
    one = new_published().start()
    body = as_csv(a_day(1, 60))
    upload = Halves(one, body, "half", len(body) // 2)
    of_attempt(kafka, "half", 20)
    upload.client.close()
    assert hand_in(one, body, "half")["received"] == 60
    numbers = [int(m[1]["row"]) for m in kafka.messages(PREFIX + "amr") if "step" not in m[1]]
    assert sorted(numbers) == list(range(1, 61))  # what was applied is not sent again
    one.check()


def test_a_batch_stays_in_its_partition_when_others_are_added(new_creditd, topics, kafka):  # noqa: F811
    amr = topics.make("amr")
    one = new_creditd(**{"kafka.bootstrap.servers": kafka.bootstrap}).start()
    body = as_csv(a_day(1, 60))
    upload = Halves(one, body, "stays", len(body) // 2)
    of_attempt(kafka, "stays", 20)
    upload.client.close()
    kafka.add_partitions(amr, 4)
    for n in range(1, 9):
        assert hand_in(one, as_csv(a_day(n * 100, 20)), f"b-{n}")["received"] == 20
    assert hand_in(one, body, "stays")["received"] == 60
    where = {batch: {m[0] for m in kafka.messages(amr) if m[1]["batch"] == batch} for batch in ("stays", "b-1", "b-2", "b-3", "b-4")}
    assert where["stays"] == {0} and all(len(partitions) == 1 for partitions in where.values())
    one.check()


# ---- under pressure ----

def test_many_long_uploads_share_a_small_queue(new_published, new_creditd):
    one, direct = new_published().start(), new_creditd().start()
    one.key("amr")
    bodies = [as_csv([row | {"登记状态": f"{n}" + "长" * 60000} if at % 2 else row for at, row in enumerate(a_day(n * 100, 20))])
              for n in range(1, 13)]
    found = {}

    def send(n):
        found[n] = hand_in(one, bodies[n], f"b-{n}")
    clients = [threading.Thread(target=send, args=(n,)) for n in range(len(bodies))]
    for client in clients:
        client.start()
    for n, body in enumerate(bodies):
        wanted = direct.post(REGISTRATION, body, key=direct.key("amr"), batch=f"b-{n}").json
        clients[n].join(PATIENCE)
        assert told(found[n]) == told(wanted)
    assert one.digest() == direct.digest()
    one.check()


def test_a_catalogue_that_changes_amid_an_upload_costs_no_row(new_published, tmp_path):
    one = new_published().start()
    folder = tmp_path / "catalogue"
    shutil.copytree(SOURCE / "catalogue", folder)
    rows = [registration(n) for n in range(1, ROWS // 4)]
    key, found = one.key("amr"), []
    client = threading.Thread(target=lambda: found.append(one.post(REGISTRATION, as_csv(rows), key=key, batch="c")))
    client.start()
    for _ in trials_come(one, folder, 3):
        pass
    client.join(PATIENCE)
    assert found[0].status == 200 and found[0].json["stored"] == len(rows), found[0].text
    one.check()


# ---- a store made anew ----

def test_a_store_made_anew_from_the_topics_has_what_uploads_brought(new_published, kafka, tmp_path):
    one = new_published().start()
    receipts = [hand_in(one, as_csv(a_day(n * 100, 80)), f"b-{n}") for n in range(1, 6)]
    body = as_csv(a_day(1000, 50))
    upload = Halves(one, body, "open", len(body) // 2)
    of_attempt(kafka, "open", 10)
    upload.client.close()
    settings = [f"--set={k}={v}" for k, v in one.settings.items()]
    made = one.ctl("rebuild", "--to", tmp_path / "new", "--keys", one.data / "keys", *settings)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == one.digest()
    assert one.stop() == 0
    # The daemon goes on with it: the same receipts, and the upload that was cut off.
    one.data = tmp_path / "new"
    one.start()
    one.keys.clear()
    key = one.key("amr")
    for receipt in receipts:
        again = one.get_json(f"/v1/submissions/{receipt['id']}", key=key)
        assert again == receipt  # also when it was received and finished
    assert hand_in(one, body, "open")["received"] == 50
    one.check()
