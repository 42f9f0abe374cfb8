"""What departments are told of their messages, what operators decide about partitions that stop, and a store made anew."""
import collections
import json
import subprocess

import confluent_kafka.admin
from register import PATIENCE, REGISTRATION, Register, registration, uscc, wait_for, wrong
from test_stream import Fresh, metric, new_reader, topics  # noqa: F401 two of them are fixtures

SUBMISSIONS, RECEIPTS = "credit.submissions.", "credit.receipts."
PARTS = ("stored", "changed", "duplicate", "stale", "rejected")


def make_receipts(topics, department, partitions=1):
    name = RECEIPTS + department
    for done in topics.admin.create_topics([confluent_kafka.admin.NewTopic(name, partitions, 1)]).values():
        done.result(60)
    topics.made.append(name)


def send(topics, department, values, partition=0, **headers):
    topics.send(SUBMISSIONS + department, [(value, headers) for value in values], partition)


def rows(first, count, wrong_ones=0):
    """Rows of registrations; the last of them have a wrong code."""
    made = [registration(i) for i in range(first, first + count)]
    made += [registration(i, 统一社会信用代码=wrong(uscc(i))) for i in range(first + count, first + count + wrong_ones)]
    return [json.dumps(row, ensure_ascii=False).encode() for row in made]


def receipts(cluster, department):
    """All that stands on a department's topic: (key, value as it came)."""
    done = subprocess.run(["kcat", "-C", "-q", "-e", "-o", "beginning", "-b", cluster.bootstrap, "-t", RECEIPTS + department,
                           "-f", "%k\\t%s\\n"], capture_output=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    return [tuple(line.split("\t", 1)) for line in done.stdout.decode().splitlines()]


def told(cluster, department):
    """What receipts say, each once: partition and generation → verdict of each offset. Whatever comes again must be the same."""
    first, places = {}, collections.defaultdict(dict)
    for key, value in receipts(cluster, department):
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


def is_told(cluster, department, counts):
    """Whether every offset from 0 on is told: partition → how many there are."""
    places = told(cluster, department)
    return all(sorted(places[partition, 0]) == list(range(count)) for partition, count in counts.items())


def taken(register, topic, partition=0):
    """What the register says of a partition, the one that goes on."""
    items = register.get_json("/v1/operator/offsets", over_socket=True)["items"]
    return next((one for one in items if one["topic"] == topic and one["partition"] == partition and not one["ended"]), None)


def wait_taken(register, topic, count, partition=0):
    wait_for(lambda: (taken(register, topic, partition) or {}).get("next_offset") == count, f"{count} of {topic}")


def test_every_offset_of_every_partition_is_told_with_what_to_do(new_reader, topics, kafka):
    topics.make("amr", 2)
    make_receipts(topics, "amr", 2)
    reader = new_reader(kafka_publish="yes").start()
    send(topics, "amr", rows(1, 30, 3), theme=REGISTRATION)
    send(topics, "amr", rows(1, 10), partition=1, theme=REGISTRATION)
    send(topics, "amr", [b"{", "{\"公民身份号码\": \"11010119000307003X\"}".encode()], partition=1)
    wait_for(lambda: is_told(kafka, "amr", {0: 33, 1: 12}), "receipts of all offsets")
    verdicts = collections.Counter(v for place in told(kafka, "amr").values() for v in place.values())
    account = reader.get_json("/v1/departments/amr/ledger", key=reader.key("amr"))
    assert verdicts == {part: account["totals"][part] for part in PARTS if account["totals"][part]}
    assert "11010119000307003X" not in "".join(value for _, value in receipts(kafka, "amr"))
    assert account["freshness"]["last_message_at"] and {p["behind"] for p in account["partitions"]} == {0}
    reader.check()
    # Nothing is told anew by a restart, nor by a daemon that does not publish.
    count = len(receipts(kafka, "amr"))
    reader.restart()
    other = new_reader().start()
    wait_taken(other, SUBMISSIONS + "amr", 33)
    send(topics, "amr", rows(100, 1), theme=REGISTRATION)
    wait_for(lambda: is_told(kafka, "amr", {0: 34, 1: 12}), "the one that came")
    wait_taken(other, SUBMISSIONS + "amr", 34)
    assert len(receipts(kafka, "amr")) == count + 1


def test_receipts_survive_crashes_of_the_daemon(new_reader, topics, kafka):
    topics.make("tax")
    make_receipts(topics, "tax")
    reader = new_reader(kafka_publish="yes").start()
    for i in range(6):
        send(topics, "tax", rows(100 * i, 100), theme=REGISTRATION)
        reader.kill()
        reader.start()
    wait_for(lambda: is_told(kafka, "tax", {0: 600}), "receipts of all offsets")
    assert set(told(kafka, "tax")[0, 0].values()) == {"rejected"}  # another department's theme
    reader.check()


def test_a_broker_or_a_topic_that_is_away_delays_receipts_and_loses_none(new_reader, breakable):
    own = breakable
    topics = Fresh(own)
    topic = topics.make("amr")
    reader = new_reader(own, **{"kafka.publish": "yes"}).start()
    send(topics, "amr", rows(1, 200, 5), theme=REGISTRATION)
    wait_taken(reader, topic, 205)
    wait_for(lambda: metric(reader, "credence_kafka_receipts_waiting") == 205, "all receipts wait")
    wait_for(lambda: "receipts.delayed" in reader.log(), "the log says so")
    own.signal(1)
    assert reader.get("/v1/search", q="样例").status == 200
    own.start()
    make_receipts(topics, "amr")
    send(topics, "amr", rows(300, 10), theme=REGISTRATION)
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


def test_what_retention_took_waits_for_a_decision_that_is_kept(new_reader, topics, kafka):
    topic = topics.make("ecology")
    make_receipts(topics, "ecology")
    reader = new_reader(kafka_publish="yes").start()
    send(topics, "ecology", rows(1, 10), theme=REGISTRATION)
    wait_taken(reader, topic, 10)
    assert reader.stop() == 0
    send(topics, "ecology", rows(20, 20), theme=REGISTRATION)
    topics.purge(topic, 0, 25)
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
    wait_for(lambda: is_told(kafka, "ecology", {0: 30}), "receipts, the gap among them")
    assert collections.Counter(told(kafka, "ecology")[0, 0].values())["none"] == 15
    assert reader.ctl("offsets", "--skip", "ecology:0").returncode != 0
    reader.check()


def test_where_the_topic_was_made_anew_the_partition_begins_anew(new_reader, topics, kafka):
    topic = topics.make("health")
    make_receipts(topics, "health")
    reader = new_reader(kafka_publish="yes").start()
    send(topics, "health", rows(1, 10), theme=REGISTRATION)
    wait_taken(reader, topic, 10)
    assert reader.stop() == 0
    topics.delete(topic)
    topics.make("health")
    send(topics, "health", rows(50, 4), theme=REGISTRATION)
    reader.start()
    wait_for(lambda: taken(reader, topic)["stop"], "the partition stops")
    assert taken(reader, topic)["stop"]["code"] == "ahead"
    done = reader.ctl("offsets", "--from", "0", "health:0")
    assert done.returncode == 0, done.stdout + done.stderr
    wait_taken(reader, topic, 4)
    assert taken(reader, topic)["generation"] == 1
    wait_for(lambda: len(told(kafka, "health")[0, 1]) == 4, "receipts of the new one")
    assert len(told(kafka, "health")[0, 0]) == 10
    account = reader.get_json("/v1/departments/health/ledger", key=reader.key("health"))
    assert account["totals"]["received"] == 14 and account["decisions"][0]["begins_anew"]
    reader.check()


def test_a_store_made_anew_has_the_same_digest_and_says_what_it_lacks(new_reader, topics, kafka, tmp_path):
    housing, amr = topics.make("housing", 2), topics.make("amr")
    send(topics, "housing", rows(1, 30), theme=REGISTRATION)
    topics.purge(housing, 0, 10)
    reader = new_reader().start()
    send(topics, "housing", rows(1, 5), partition=1)
    send(topics, "amr", rows(500, 50, 2), theme=REGISTRATION)
    wait_taken(reader, housing, 30)
    wait_taken(reader, housing, 5, 1)
    wait_taken(reader, amr, 52)
    digest = reader.digest()
    settings = [f"--set={k}={v}" for k, v in reader.settings.items()]
    made = reader.ctl("rebuild", "--to", tmp_path / "new", "--keys", reader.data / "keys", *settings)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == digest
    assert "housing:0 缺 10 条" in made.stderr and "77 offsets of 3 partitions taken, 10 are lacking" in made.stderr, made.stderr
    assert reader.ctl("rebuild", "--to", tmp_path / "new", *settings).returncode == 1
    # From a base that was saved in between, behind which retention took something.
    assert reader.stop() == 0
    base = tmp_path / "base"
    subprocess.run(["cp", "-a", reader.data, base], check=True)
    reader.start()
    send(topics, "amr", rows(700, 30), theme=REGISTRATION)
    wait_taken(reader, amr, 82)
    made = reader.ctl("rebuild", "--from", base, "--to", tmp_path / "next", *settings)
    assert made.returncode == 0, made.stderr
    assert made.stdout.strip() == reader.digest() != digest
    topics.purge(amr, 0, 60)
    made = reader.ctl("rebuild", "--from", base, "--to", tmp_path / "less", *settings)
    assert made.returncode == 0 and f"{amr}:0 缺 8 条" in made.stderr, made.stderr
    assert made.stdout.strip() != reader.digest()
    for folder in ("new", "next", "less"):
        with Register() as other:
            other.data = tmp_path / folder
            other.check()
