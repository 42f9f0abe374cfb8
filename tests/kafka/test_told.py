"""What departments are told of their messages, what operators decide about partitions that stop, and a store made anew."""
import collections
import json
import subprocess

import pytest

from brokers import Broker
from register import PATIENCE, REGISTRATION, Register, registration, uscc, wait_for, wrong

SUBMISSIONS, RECEIPTS = "credit.submissions.", "credit.receipts."
PARTS = ("stored", "changed", "duplicate", "stale", "rejected")


@pytest.fixture(scope="module")
def broker():
    with Broker() as one:
        yield one


@pytest.fixture
def new_reader(new_creditd, broker):
    return lambda **settings: new_creditd(**{"kafka.bootstrap.servers": broker.address} | settings)


def rows(first, count, wrong_ones=0):
    """Rows of registrations; the last of them have a wrong code."""
    made = [registration(i) for i in range(first, first + count)]
    made += [registration(i, 统一社会信用代码=wrong(uscc(i))) for i in range(first + count, first + count + wrong_ones)]
    return [json.dumps(row, ensure_ascii=False).encode() for row in made]


def receipts(broker, department):
    """All that stands on a department's topic: (key, value as it came)."""
    done = subprocess.run(["kcat", "-C", "-q", "-e", "-o", "beginning", "-b", broker.address, "-t", RECEIPTS + department,
                           "-f", "%k\\t%s\\n"], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [tuple(line.split("\t", 1)) for line in done.stdout.decode().splitlines()]


def told(broker, department):
    """What receipts say, each once: partition and generation → verdict of each offset. Whatever comes again must be the same."""
    first, places = {}, collections.defaultdict(dict)
    for key, value in receipts(broker, department):
        assert first.setdefault(key, value) == value
    for key, value in first.items():
        message = json.loads(value)
        assert key == message["id"] and message["department"] == department
        assert message["received"] == sum(message[part] for part in PARTS)
        offsets = places[message["partition"], message["generation"]]
        for run in message["runs"]:
            for offset in range(run["from"], run["to"] + 1):
                assert offset not in offsets
                offsets[offset] = run["verdict"]
        rejected = {row["offset"] for row in message["rows"] if row["verdict"] == "rejected"}
        assert len(rejected) == message["rejected"]
        assert all(row["remedy"] and row["rule"] for row in message["rows"])
    return places


def is_told(broker, department, counts):
    """Whether every offset from 0 on is told: partition → how many there are."""
    places = told(broker, department)
    return all(sorted(places[partition, 0]) == list(range(count)) for partition, count in counts.items())


def taken(register, topic, partition=0):
    """What the register says of a partition, the one that goes on."""
    items = register.get_json("/v1/operator/offsets", over_socket=True)["items"]
    return next((one for one in items if one["topic"] == topic and one["partition"] == partition and not one["ended"]), None)


def wait_taken(register, topic, count, partition=0):
    wait_for(lambda: (taken(register, topic, partition) or {}).get("next_offset") == count, f"{count} of {topic}")


def test_every_offset_of_every_partition_is_told_with_what_to_do(new_reader, broker):
    broker.make_topic(SUBMISSIONS + "amr", partitions=2)
    broker.make_topic(RECEIPTS + "amr", partitions=2)
    reader = new_reader(kafka_publish="yes").start()
    broker.kcat(SUBMISSIONS + "amr", rows(1, 30, 3), theme=REGISTRATION)
    broker.kcat(SUBMISSIONS + "amr", rows(1, 10), partition=1, theme=REGISTRATION)
    broker.kcat(SUBMISSIONS + "amr", [b"{", "{\"公民身份号码\": \"11010119000307003X\"}".encode()], partition=1)
    wait_for(lambda: is_told(broker, "amr", {0: 33, 1: 12}), "receipts of all offsets")
    verdicts = collections.Counter(v for place in told(broker, "amr").values() for v in place.values())
    account = reader.get_json("/v1/departments/amr/ledger", key=reader.key("amr"))
    assert verdicts == {part: account["totals"][part] for part in PARTS if account["totals"][part]}
    assert "11010119000307003X" not in "".join(value for _, value in receipts(broker, "amr"))
    assert account["freshness"]["last_message_at"] and {p["behind"] for p in account["partitions"]} == {0}
    reader.check()
    # Nothing is told anew by a restart, nor by a daemon that does not publish.
    count = len(receipts(broker, "amr"))
    reader.restart()
    other = new_reader().start()
    wait_taken(other, SUBMISSIONS + "amr", 33)
    broker.kcat(SUBMISSIONS + "amr", rows(100, 1), theme=REGISTRATION)
    wait_for(lambda: is_told(broker, "amr", {0: 34, 1: 12}), "the one that came")
    wait_taken(other, SUBMISSIONS + "amr", 34)
    assert len(receipts(broker, "amr")) == count + 1


def test_receipts_survive_crashes_of_the_daemon(new_reader, broker):
    broker.make_topic(SUBMISSIONS + "tax")
    broker.make_topic(RECEIPTS + "tax")
    reader = new_reader(kafka_publish="yes").start()
    for i in range(6):
        broker.kcat(SUBMISSIONS + "tax", rows(100 * i, 100), theme=REGISTRATION)
        reader.kill()
        reader.start()
    wait_for(lambda: is_told(broker, "tax", {0: 600}), "receipts of all offsets")
    assert set(told(broker, "tax")[0, 0].values()) == {"rejected"}  # another department's theme
    reader.check()


def metric(register, name):
    """The value of a metric, its labels (if any) in the name."""
    text = register.get("/metrics", over_socket=True).text
    return next(int(line.split()[-1]) for line in text.splitlines() if line.startswith(name + " "))


def test_a_broker_or_a_topic_that_is_away_delays_receipts_and_loses_none(new_reader):
    topic = SUBMISSIONS + "amr"
    with Broker() as own:
        own.make_topic(topic)
        reader = new_reader(**{"kafka.bootstrap.servers": own.address, "kafka.publish": "yes"}).start()
        own.kcat(topic, rows(1, 200, 5), theme=REGISTRATION)
        wait_taken(reader, topic, 205)
        wait_for(lambda: metric(reader, "credence_kafka_receipts_waiting") == 205, "all receipts wait")
        wait_for(lambda: "receipts.delayed" in reader.log(), "the log says so")
        own.kill()
        assert reader.get("/v1/search", q="样例").status == 200
        own.start()
        own.make_topic(RECEIPTS + "amr")
        own.kcat(topic, rows(300, 10), theme=REGISTRATION)
        wait_for(lambda: is_told(own, "amr", {0: 215}), "receipts of all offsets")
        wait_for(lambda: metric(reader, "credence_kafka_receipts_waiting") == 0, "nothing waits")
        # What metrics say is what the store has, also after a crash.
        reader.kill()
        reader.start()
        assert metric(reader, "credence_kafka_offsets_taken") == 215 and metric(reader, "credence_kafka_offsets_lost") == 0
        totals = reader.get_json("/v1/departments/amr/ledger", key=reader.key("amr"))["totals"]
        for part in PARTS:
            assert metric(reader, f'credence_kafka_messages{{verdict="{part}"}}') == totals[part]
        reader.check()


def test_what_retention_took_waits_for_a_decision_that_is_kept(new_reader, broker):
    topic = SUBMISSIONS + "ecology"
    broker.make_topic(topic)
    broker.make_topic(RECEIPTS + "ecology")
    reader = new_reader(kafka_publish="yes").start()
    broker.kcat(topic, rows(1, 10), theme=REGISTRATION)
    wait_taken(reader, topic, 10)
    assert reader.stop() == 0
    broker.kcat(topic, rows(20, 20), theme=REGISTRATION)
    broker.delete_records(topic, 0, 25)
    reader.start()
    wait_for(lambda: taken(reader, topic)["stop"], "the partition stops")
    assert (taken(reader, topic)["stop"]["code"], taken(reader, topic)["stop"]["gap"]) == ("gap", 15)
    shown = reader.ctl("offsets")
    assert shown.returncode == 0 and "ecology:0" in shown.stdout and "停止" in shown.stdout, shown.stdout + shown.stderr
    assert reader.ctl("offsets", "--adopt", "ecology:9").returncode == 1
    done = reader.ctl("offsets", "--skip", "ecology:0")
    assert done.returncode == 0 and "10 -> 25" in done.stdout, done.stdout + done.stderr
    wait_taken(reader, topic, 30)
    account = reader.get_json("/v1/departments/ecology/ledger", key=reader.key("ecology"))
    [decision] = account["decisions"]
    assert (decision["decision"], decision["lost"], decision["stop"]) == ("skip", 15, "gap") and decision["who"]
    assert account["partitions"][0]["lost"] == 15
    wait_for(lambda: is_told(broker, "ecology", {0: 30}), "receipts, the gap among them")
    assert collections.Counter(told(broker, "ecology")[0, 0].values())["none"] == 15
    assert reader.ctl("offsets", "--skip", "ecology:0").returncode != 0
    reader.check()


def test_where_the_topic_was_made_anew_the_partition_begins_anew(new_reader, broker):
    topic = SUBMISSIONS + "health"
    broker.make_topic(topic)
    broker.make_topic(RECEIPTS + "health")
    reader = new_reader(kafka_publish="yes").start()
    broker.kcat(topic, rows(1, 10), theme=REGISTRATION)
    wait_taken(reader, topic, 10)
    assert reader.stop() == 0
    broker.delete_topic(topic)
    broker.make_topic(topic)
    broker.kcat(topic, rows(50, 4), theme=REGISTRATION)
    reader.start()
    wait_for(lambda: taken(reader, topic)["stop"], "the partition stops")
    assert taken(reader, topic)["stop"]["code"] == "ahead"
    done = reader.ctl("offsets", "--from", "0", "health:0")
    assert done.returncode == 0, done.stdout + done.stderr
    wait_taken(reader, topic, 4)
    assert taken(reader, topic)["generation"] == 1
    wait_for(lambda: len(told(broker, "health")[0, 1]) == 4, "receipts of the new one")
    assert len(told(broker, "health")[0, 0]) == 10
    account = reader.get_json("/v1/departments/health/ledger", key=reader.key("health"))
    assert account["totals"]["received"] == 14 and account["decisions"][0]["begins_anew"]
    reader.check()


def test_a_store_made_anew_has_the_same_digest_and_says_what_it_lacks(new_reader, broker, tmp_path):
    topic = SUBMISSIONS + "housing"
    broker.make_topic(topic, partitions=2)
    reader = new_reader().start()
    broker.kcat(topic, rows(1, 40, 2), theme=REGISTRATION)
    broker.kcat(SUBMISSIONS + "amr", rows(500, 50), theme=REGISTRATION)
    wait_taken(reader, topic, 42)
    ours = taken(reader, SUBMISSIONS + "amr")
    wait_for(lambda: taken(reader, SUBMISSIONS + "amr")["lag"] == 0, "all of it")
    digest = reader.digest()
    settings = [f"--set={k}={v}" for k, v in reader.settings.items()]
    made = reader.ctl("rebuild", "--to", tmp_path / "new", "--keys", reader.data / "keys", *settings)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == digest
    assert "ecology:0" in made.stderr and "25" in made.stderr  # what retention took
    # From a base that was saved in between.
    assert reader.stop() == 0
    base = tmp_path / "base"
    subprocess.run(["cp", "-a", reader.data, base], check=True)
    reader.start()
    broker.kcat(SUBMISSIONS + "amr", rows(700, 30), theme=REGISTRATION)
    wait_for(lambda: taken(reader, SUBMISSIONS + "amr")["next_offset"] == ours["high"] + 30, "thirty more")
    made = reader.ctl("rebuild", "--from", base, "--to", tmp_path / "next", *settings)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == reader.digest() != digest
    assert reader.ctl("rebuild", "--from", base, "--to", tmp_path / "next", *settings).returncode == 1
    with Register() as other:
        other.data = tmp_path / "next"
        other.check()
