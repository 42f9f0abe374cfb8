"""What comes through Apache Kafka ends as what comes in files: the same records, counts and verdicts, whatever happens on
the way; and where it cannot go on as it was, a partition stops and says why."""
import collections
import contextlib
import csv
import io
import json
import multiprocessing
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import pytest

import confluent_kafka
import confluent_kafka.admin
from register import (BIN, KIND, PATIENCE, REGISTRATION, SOURCE, clean_environment, registration, uscc, wait_for,
                      wrong)

PREFIX, RECEIPTS = "credit.submissions.", "credit.receipts."
COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")
csv.field_size_limit(1 << 30)
SUBJECTS = 300 if KIND == "asan" else 2000
KILLS = int(os.environ.get("CREDENCE_KILLS", 6))


# ---- brokers, topics and senders ----

def jars():
    """Where deploy/kafka.sh keeps the programs of the version that it wants; it fetches them if need be."""
    done = subprocess.run([SOURCE / "deploy/kafka.sh", "jars"], capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return pathlib.Path(done.stdout.splitlines()[-1])


class Fresh:
    """Topics of departments on a shared broker: all are taken away again behind a test."""

    def __init__(self, cluster):
        self.cluster, self.admin, self.made = cluster, cluster.admin(), []

    def make(self, department, partitions=1, copies=1, **settings):
        name = PREFIX + department
        settings = {"message.timestamp.type": "LogAppendTime"} | {k.replace("_", "."): v for k, v in settings.items()}
        wanted = confluent_kafka.admin.NewTopic(name, partitions, copies, config=settings)
        for done in self.admin.create_topics([wanted]).values():
            done.result(60)
        self.made.append(name)
        wait_for(lambda: name in self.admin.list_topics(timeout=30).topics, f"{name} is there")
        return name

    def make_all(self, names):
        """Topics with one partition, by their whole names."""
        settings = {"message.timestamp.type": "LogAppendTime"}
        wanted = [confluent_kafka.admin.NewTopic(name, 1, 1, config=settings) for name in names]
        for done in self.admin.create_topics(wanted).values():
            done.result(60)
        self.made += names
        wait_for(lambda: set(names) <= set(self.admin.list_topics(timeout=30).topics), "all topics are there")

    def delete(self, *names):
        self.cluster.delete_topics(names)
        self.made = [name for name in self.made if name not in names]

    def purge(self, name, partition, before):
        """As retention would."""
        with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
            json.dump({"version": 1, "partitions": [{"topic": name, "partition": partition, "offset": before}]}, file)
            file.flush()
            subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*",
                            "org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", self.cluster.bootstrap,
                            "--offset-json-file", file.name], check=True, capture_output=True, timeout=PATIENCE)

    def send(self, name, values, partition=0, **more):
        """Values, or (value, headers)."""
        self.send_all(((name, value) for value in values), partition, **more)

    def send_all(self, messages, partition=0, **more):
        """Each with the topic in front."""
        producer = self.cluster.producer(**{"linger.ms": 5, "enable.idempotence": True} | more)
        failed = []
        for name, value in messages:
            value, headers = value if isinstance(value, tuple) else (value, {})
            while True:
                try:
                    producer.produce(name, value, partition=partition, headers=headers,
                                     on_delivery=lambda err, _: err and failed.append(err))
                    break
                except BufferError:
                    producer.poll(0.1)
        assert producer.flush(PATIENCE) == 0 and not failed, failed


@contextlib.contextmanager
def beside(work):
    """Runs it in a process of its own, which has ended behind the block."""
    child = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    child.start()
    try:
        yield
        child.join(PATIENCE * 2)
        assert child.exitcode == 0
    finally:
        child.kill()


@pytest.fixture
def topics(kafka):
    fresh = Fresh(kafka)
    # Another file's tests may have made those of every department.
    fresh.delete(*[t for t in fresh.admin.list_topics(timeout=30).topics if t.startswith("credit.")])
    yield fresh
    fresh.delete(*fresh.made)


@pytest.fixture
def new_reader(new_creditd, kafka):
    """Makes an installation that reads from the shared broker, or another; it is not started."""
    return lambda cluster=kafka, **settings: new_creditd(
        **{"kafka.bootstrap.servers": cluster.bootstrap} | settings)


# ---- what the register says ----

def metric(register, name):
    """The value of a metric, its labels (if any) in the name."""
    text = register.get("/metrics", over_socket=True).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0


def rows(register):
    """Rows that were judged and committed since the start."""
    text = register.get("/metrics", over_socket=True).text
    return sum(int(n) for n in re.findall(r'^credence_rows_total\{verdict="\w+"\} (\d+)$', text, re.MULTILINE))


def state(register):
    return register.get_json("/readyz")["stream"]


def ledger(register, *departments):
    """Counts by theme, over all days."""
    found = collections.Counter()
    for department in departments:
        for line in register.all(f"/v1/departments/{department}/ledger", key=register.key(department)):
            for count in COUNTS:
                found[line["theme"], count] += line[count]
    return +found


def taken(register, count):
    wait_for(lambda: rows(register) >= count, f"{count} rows")
    assert rows(register) == count


def stopped(register, code):
    wait_for(lambda: metric(register, "credence_partitions_stopped") == 1, f"a partition stops ({code})")
    assert f"stop={code}" in register.log() or f'stop="{code}"' in register.log(), register.log()
    return state(register)


def good(first, count, theme=REGISTRATION, **more):
    """Rows of registrations as messages."""
    return [(json.dumps(registration(i, **more), ensure_ascii=False), {"theme": theme}) for i in range(first, first + count)]


# ---- a whole city ----

@pytest.fixture(scope="module")
def city(tmp_path_factory):
    """A sample city as files, and what comes of it."""
    from register import Register
    folder = tmp_path_factory.mktemp("city") / "files"
    subprocess.run([BIN / "creditctl", "sample", "--subjects", str(SUBJECTS), "--rows-per-subject", "6", "--out", folder,
                    "--quiet"], check=True, env=clean_environment(), timeout=PATIENCE * 3)
    with Register() as by_files:
        by_files.start()
        done = by_files.ctl("submit", "--dir", folder, "--quiet")
        assert done.returncode in (0, 3), done.stderr
        departments = sorted(p.name for p in folder.iterdir() if p.is_dir())
        yield {"folder": folder, "digest": by_files.digest(), "ledger": ledger(by_files, *departments),
               "rows": rows(by_files), "departments": departments}


def decoded(body):
    """As text; bytes that are not of the file's encoding are surrogates."""
    texts = [body.decode(encoding, errors="surrogateescape") for encoding in ("utf-8-sig", "gb18030")]
    return min(texts, key=lambda text: sum("\udc80" <= c <= "\udcff" for c in text))


def as_messages(path):
    """The rows of a file as an uploader would send them."""
    theme = path.stem
    if path.suffix == ".ndjson":
        for line in re.split("\r\n|\n|\r", decoded(path.read_bytes())):
            if len(line.encode("utf-8", "replace")) > 1 << 20:
                yield line[:300].encode("utf-8", "replace"), {"theme": theme, "unread": "row.size"}
            elif any("\udc80" <= c <= "\udcff" for c in line):
                yield line.encode("utf-8", "replace"), {"theme": theme, "unread": "text.encoding"}
            elif line.strip():
                yield line.encode(), {"theme": theme}
        return
    lines = list(csv.reader(io.StringIO(decoded(path.read_bytes()), newline="")))
    header = lines[0]
    for line in lines[1:]:
        if not line:
            continue
        if sum(map(len, line)) > 1 << 20:
            yield line[0].encode(), {"theme": theme, "unread": "row.size"}
            continue
        damaged = any("\udc80" <= c <= "\udcff" for field in line for c in field)
        if len(line) != len(header) or damaged:
            rule = "text.encoding" if damaged else "csv.fields"
            yield ",".join(line).encode("utf-8", errors="replace"), {"theme": theme, "unread": rule}
        else:
            yield json.dumps(dict(zip(header, line)), ensure_ascii=False).encode(), {"theme": theme}


def send_city(topics, city, seconds):
    """Spread over that time, so that there is load in all of it."""
    def messages():
        began = time.monotonic()
        rows_of_city = ((PREFIX + department, message) for department in city["departments"]
                        for path in sorted((city["folder"] / department).iterdir()) for message in as_messages(path))
        for n, message in enumerate(rows_of_city):
            yield message
            if n % 100 == 0:
                time.sleep(max(0, began + seconds * n / city["rows"] - time.monotonic()))
    topics.send_all(messages())


def read_receipts(kafka, city, skip=None):
    """What the departments were told: where their topics end now, and of every offset its verdict and what is wrong with
    it. `skip`: without what stood there then. A receipt that comes again must be the same, and no two may overlap."""
    consumer = confluent_kafka.Consumer(kafka.settings(group_id="told", enable_auto_commit=False))
    ends, verdicts, wrongs, seen = {}, {}, collections.defaultdict(list), {}
    try:
        for department in city["departments"]:
            place = confluent_kafka.TopicPartition(RECEIPTS + department, 0)
            ends[department] = consumer.get_watermark_offsets(place, timeout=30)[1]
        first = {d: (skip or {}).get(d, 0) for d in ends}
        consumer.assign([confluent_kafka.TopicPartition(RECEIPTS + d, 0, first[d]) for d in ends])
        for _ in range(sum(ends[d] - first[d] for d in ends)):
            message = consumer.poll(PATIENCE)
            assert message and not message.error(), message and message.error()
            if seen.setdefault(message.key(), message.value()) != message.value():
                pytest.fail(f"{message.key()} came again and says another thing")
    finally:
        consumer.close()
    for receipt in map(json.loads, seen.values()):
        department = receipt["department"]
        for run in receipt["runs"]:
            for offset in range(run["from"], run["to"] + 1):
                assert (department, offset) not in verdicts, receipt["id"]
                verdicts[department, offset] = run["verdict"]
        for row in receipt["rows"]:
            wrongs[department, row["offset"]].append([row.get(name) for name in ("verdict", "rule", "item", "value", "remedy")])
    return ends, verdicts, wrongs


def as_city(register, city):
    found = ledger(register, *city["departments"])
    assert found - city["ledger"] == city["ledger"] - found == collections.Counter()
    assert register.digest() == city["digest"]
    register.check()


def test_a_message_is_seen_and_counted(new_reader, topics):
    amr = topics.make("amr")
    reader = new_reader().start()
    topics.send(amr, good(1, 3))
    taken(reader, 3)
    assert len(reader.get_json("/v1/search", q="样例")["items"]) == 3
    topics.send(amr, [("{", {"theme": REGISTRATION})] + good(3, 1) + [(good(4, 1)[0][0], {}), (None, {"theme": REGISTRATION})])
    taken(reader, 7)
    assert ledger(reader, "amr") == {
        (REGISTRATION, "received"): 6, (REGISTRATION, "stored"): 3, (REGISTRATION, "duplicate"): 1,
        (REGISTRATION, "rejected"): 2, ("", "received"): 1, ("", "rejected"): 1}
    assert state(reader) == {"state": "taking"}
    assert metric(reader, 'credence_stream_lag_messages{department="amr"}') == 0
    assert abs(metric(reader, 'credence_stream_last_message_seconds{department="amr"}') - time.time()) < 600
    reader.check()
    digest = reader.digest()
    reader.restart()
    topics.send(amr, good(9, 1))
    taken(reader, 1)
    reader.check()
    assert reader.digest() != digest


def test_nothing_that_a_message_holds_keeps_the_next_one_waiting(new_reader, topics, kafka):
    """And a daemon that is not to tell departments anything does not."""
    amr, told = topics.make("amr", max_message_bytes=2097152), RECEIPTS + "amr"
    topics.make_all([told])
    reader, theme = new_reader().start(), {"theme": REGISTRATION}
    poison = [(b"{\"a\":\"" + b"x" * 1_500_000 + b"\"}", theme), (b"\xff\xfe\x00", theme), (b"", theme), (b"[1]", theme),
              (b"[" * 100_000, theme), (b'{"a":{"b":1}}', theme), (b"{}", {}), (b"{}", {"theme": b"\xff" * 70_000}),
              (good(1, 1)[0][0], theme | {"op": "burn"}), (good(1, 1)[0][0], theme | {"batch": "b", "row": "-1"}),
              (b'{"a":1}' * 3, theme), (None, {"theme": None})]
    for messages in (poison, good(1, 1)):
        topics.send(amr, messages, **{"message.max.bytes": 4_000_000})
    taken(reader, len(poison) + 1)
    counts = collections.Counter()
    for (_, count), n in ledger(reader, "amr").items():
        counts[count] += n
    assert counts == {"received": len(poison) + 1, "rejected": len(poison), "stored": 1}
    assert state(reader) == {"state": "taking"}
    assert kafka_ends(kafka, told) == (0, 0)
    reader.check()


def test_what_a_thread_does_is_told_by_its_name(new_reader, topics):
    """So that top, perf and the bench can say what a message costs where."""
    topics.send(topics.make("amr"), good(1, 1))
    reader = new_reader(kafka_publish="yes").start()
    taken(reader, 1)
    names = [(task / "comm").read_text().strip() for task in pathlib.Path(f"/proc/{reader.process.pid}/task").iterdir()]
    once = ["stream", "writer", "receipts", "web-reaper"]
    assert [names.count(name) for name in once] == [1] * len(once), names
    assert {"web-work", "web-errand"} < set(names), names


def test_killed_again_and_again_it_ends_as_undisturbed(new_reader, topics, kafka, city):
    """A city, as through files: read by a daemon that is killed, by one beside it that is not, and by one that is started
    when all is over. What departments are told by the first is what the last tells them."""
    one, other = new_reader(kafka_publish="yes"), new_reader().start()
    one.start()
    topics.make_all([prefix + department for department in city["departments"] for prefix in (PREFIX, RECEIPTS)])

    with beside(lambda: send_city(topics, city, KILLS * 1.3)):
        for _ in range(KILLS):
            time.sleep(1)
            one.kill()
            one.start()

    def is_over(register):
        return sum(n for (_, count), n in ledger(register, *city["departments"]).items() if count == "received") == city["rows"]

    def has_told(register):
        return is_over(register) and metric(register, "credence_kafka_receipts_waiting") == 0
    wait_for(lambda: has_told(one) and is_over(other), "both have taken all")
    as_city(one, city)
    as_city(other, city)
    ends, verdicts, wrongs = read_receipts(kafka, city)
    assert len(verdicts) == city["rows"]
    assert collections.Counter(verdicts.values()) == collections.Counter(
        {part: n for part in ("stored", "changed", "duplicate", "stale", "rejected")
         if (n := sum(count for (_, which), count in city["ledger"].items() if which == part))})
    last = new_reader(kafka_publish="yes").start()
    wait_for(lambda: has_told(last), "the last has taken and told all")
    as_city(last, city)
    assert read_receipts(kafka, city, skip=ends)[1:] == (verdicts, wrongs)


def test_kcat_is_a_sender_like_any(new_reader, topics, kafka):
    amr = topics.make("amr")
    reader = new_reader().start()
    for compression in ("none", "gzip", "snappy", "lz4", "zstd"):
        subprocess.run(["kcat", "-P", "-b", kafka.bootstrap, "-t", amr, "-z", compression, "-H", f"theme={REGISTRATION}"],
                       input="\n".join(value for value, _ in good(1, 50)).encode(), check=True, timeout=PATIENCE)
    taken(reader, 250)
    assert ledger(reader, "amr")[REGISTRATION, "stored"] == 50
    reader.check()


def test_aborted_transactions_are_never_seen(new_reader, topics, kafka):
    amr = topics.make("amr")
    reader = new_reader().start()
    producer = kafka.producer(**{"transactional.id": "t-1"})
    producer.init_transactions(PATIENCE)
    for n in range(6):
        producer.begin_transaction()
        for value, headers in good(n * 10, 10):
            producer.produce(amr, value, headers=headers)
        producer.flush(PATIENCE)
        if n % 2:
            producer.abort_transaction(PATIENCE)
        else:
            producer.commit_transaction(PATIENCE)
    taken(reader, 30)
    topics.send(amr, good(100, 1))
    taken(reader, 31)
    # The marks at the end are passed, so that nothing seems to be missing when retention takes them.
    producer.begin_transaction()
    producer.produce(amr, good(200, 1)[0][0], headers={"theme": REGISTRATION})
    producer.flush(PATIENCE)
    producer.abort_transaction(PATIENCE)
    _, high = kafka_ends(kafka, amr)
    wait_for(lambda: shown(kafka, reader, amr) == high, "the position behind the marks")
    topics.purge(amr, 0, high)
    reader.restart()
    topics.send(amr, good(300, 1))
    taken(reader, 1)
    assert state(reader) == {"state": "taking"}
    reader.check()


def kafka_ends(kafka, name, partition=0):
    consumer = confluent_kafka.Consumer(kafka.settings(group_id="ends"))
    try:
        return consumer.get_watermark_offsets(confluent_kafka.TopicPartition(name, partition), timeout=30)
    finally:
        consumer.close()


def shown(kafka, reader, name, partition=0):
    """The position that operators' tools see."""
    group = re.search(r'group="?(credence\.[a-z0-9]+)', reader.log()).group(1)
    return kafka.committed(group, name, partition)


def test_partitions_and_topics_are_found_while_it_runs(new_reader, topics, kafka):
    amr = topics.make("amr")
    reader = new_reader().start()
    topics.send(amr, good(1, 1))
    taken(reader, 1)
    kafka.add_partitions(amr, 3)
    for partition in (1, 2):
        topics.send(amr, good(10 * partition, 5), partition=partition)
    taken(reader, 11)
    topics.send(topics.make("nobody-we-know"), good(1, 1))
    tax = topics.make("tax")
    topics.send(tax, good(1, 2))
    taken(reader, 13)
    assert ledger(reader, "tax")[REGISTRATION, "rejected"] == 2  # department.theme
    assert "stream.topic-of-nobody" in reader.log()
    reader.check()


def test_a_topic_that_was_made_again_stops(new_reader, topics):
    amr = topics.make("amr")
    reader = new_reader().start()
    topics.send(amr, good(1, 10))
    taken(reader, 10)
    digest = reader.digest()
    assert reader.stop() == 0
    topics.delete(amr)
    topics.make("amr")
    topics.send(amr, good(100, 30))
    reader.start()
    assert stopped(reader, "changed")["state"] == "waiting"
    assert reader.digest() == digest and rows(reader) == 0
    reader.restart()
    stopped(reader, "changed")
    assert reader.digest() == digest
    reader.check()


def test_a_topic_that_is_made_again_while_it_is_read_stops(new_reader, topics):
    amr = topics.make("amr")
    reader = new_reader().start()
    topics.send(amr, good(1, 10))
    taken(reader, 10)
    topics.delete(amr)
    stopped(reader, "gone")
    topics.make("amr")
    topics.send(amr, good(100, 3))
    wait_for(lambda: "ahead" in reader.log(), "it is stopped")
    topics.send(amr, good(200, 30))
    time.sleep(4)
    assert rows(reader) == 10
    assert "ahead" in state(reader)["why"] or "cut off" in state(reader)["why"]
    reader.check()


def test_retention_that_outran_us_is_a_gap_with_its_size(new_reader, topics):
    amr = topics.make("amr")
    reader = new_reader().start()
    topics.send(amr, good(1, 10))
    taken(reader, 10)
    assert reader.stop() == 0
    topics.send(amr, good(20, 20))
    topics.purge(amr, 0, 10)  # what was taken, and not more
    reader.start()
    taken(reader, 20)
    assert "stream.last-gone" in reader.log()
    assert reader.stop() == 0
    topics.send(amr, good(50, 20))
    topics.purge(amr, 0, 37)
    reader.start()
    why = stopped(reader, "gap")["why"]
    assert "gap 7" in why and "保留期" in why
    assert rows(reader) == 0
    tax = topics.make("tax")
    topics.send(tax, good(1, 1))
    taken(reader, 1)  # others go on
    reader.check()


def test_messages_with_their_senders_time_stop(new_reader, topics):
    amr = topics.make("amr", message_timestamp_type="CreateTime")
    reader = new_reader().start()
    topics.send(amr, good(1, 1))
    assert "LogAppendTime" in stopped(reader, "senders-time")["why"]
    assert rows(reader) == 0
    reader.check()


def batch_rows(name, first, count, of=None):
    return [(value, headers | {"batch": name, "row": str(i + 1)} | ({"rows": str(of)} if of else {}))
            for i, (value, headers) in enumerate(good(first, count))]


def test_rows_of_a_batch_are_counted_once(new_reader, topics):
    amr = topics.make("amr")
    reader = new_reader().start()
    messages = batch_rows("b-1", 1, 10, of=10)
    topics.send(amr, messages[:6])
    taken(reader, 6)
    topics.send(amr, messages[3:])  # a producer that began again
    taken(reader, 13)
    found = reader.all("/v1/submissions", key=reader.key("amr"), department="amr")
    assert len(found) == 1 and found[0]["received"] == 10 and found[0]["stored"] == 10 and found[0]["duplicate"] == 0
    assert found[0]["finished_at"]
    assert ledger(reader, "amr") == {(REGISTRATION, "received"): 13, (REGISTRATION, "stored"): 10,
                                     (REGISTRATION, "duplicate"): 3}
    reader.check()


def as_registers_are(path, count):
    """A file like those of a real register of enterprises: its columns and what is odd in them, with invented contents."""
    lines = ["企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址"]
    for n in range(1, count + 1):
        code = uscc(5000 + n)
        if n % 50 == 0:
            code = code.lower()
        if n % 211 == 0:
            code = wrong(code)
        capital = ("100万元人民币", '"1,234.5万美元"', "N/A", "无", "", "50")[n % 6]
        scope = ('"批发,零售：日用品；""样例""牌电器"', "餐饮服务。，", "𠮷祥物品销售", "-", "货物进出口(专营专控商品除外)")[n % 5]
        day = f"{1978 + n % 26}-{1 + n % 12:02}-{1 + n % 28:02}" if n % 97 else "1999/2/30"
        lines.append(f"样例市{'𠮷㐂龘'[n % 3]}{n}有限公司,{code},{day},有限责任公司(自然人投资或控股),{capital},{scope},样例省,"
                     f"样例市云岭区,云岭区样例路{n}号")
    path.write_bytes("\r\n".join([*lines, ""]).encode())
    return path


def test_files_published_by_creditctl_have_the_receipts_of_uploads(new_creditd, new_reader, topics, kafka, city, tmp_path):
    topics.make("amr")
    reader, by_files = new_reader().start(), new_creditd().start()
    folder = city["folder"] / "amr"
    files = [f for f in sorted(folder.iterdir()) if f.stat().st_size < 200_000][:12]
    real = as_registers_are(tmp_path / f"{REGISTRATION}.csv", 3000)
    for path in [*files, real]:
        batch = "like-a-real-one" if path is real else f"of-{path.stem}"
        words = ["submit", "--theme", path.stem, "--batch", batch, "--quiet", path]
        assert by_files.ctl(*words).returncode in (0, 3)
        sent = reader.ctl(*words, "--kafka", kafka.bootstrap)
        assert sent.returncode == 0, sent.stderr
        again = reader.ctl(*words, "--kafka", kafka.bootstrap)  # once more: nothing is counted twice
        assert again.returncode == 0, again.stderr

    def receipts(register):
        found = {}
        for item in register.all("/v1/submissions", key=register.key("amr"), department="amr"):
            whole = register.get_json(f"/v1/submissions/{item['id']}", key=register.key("amr"))
            found[item["batch"]] = ({c: whole[c] for c in COUNTS}, bool(whole["finished_at"]),
                                    [(r["row"], r["verdict"], r.get("rule")) for r in whole["rows"]])
        return found
    wanted = receipts(by_files)
    wait_for(lambda: all(done for _, done, _ in receipts(reader).values()) and len(receipts(reader)) == len(wanted),
             "all batches are finished")
    assert receipts(reader) == wanted
    counts, _, odd = wanted["like-a-real-one"]
    assert counts["received"] == 3000 and counts["stored"] == 3000 - counts["rejected"] and counts["rejected"] >= 14 + 30 and odd
    assert reader.digest() == by_files.digest()
    reader.check()


def test_a_commit_that_fails_is_taken_again(new_reader, topics):
    if KIND == "release":
        pytest.skip("fault points are not in a release build")
    amr = topics.make("amr")
    reader = new_reader()
    reader.environment = {"CREDENCE_FAULT": "store.commit:7"}
    reader.start()
    for first in range(1, 400, 10):
        topics.send(amr, good(first, 10))
    wait_for(lambda: ledger(reader, "amr")[REGISTRATION, "received"] == 400, "400 rows")
    assert ledger(reader, "amr")[REGISTRATION, "stored"] == 400
    assert "store.commit-failed" in reader.log() and "stream.again" in reader.log()
    reader.check()


def trials_come(reader, folder, count):
    """So many catalogues, each with one theme more than the last, come into force; behind each it is the caller's turn."""
    text = (folder / "themes/amr-recall.yaml").read_text()
    begins = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 + 600))
    for n in range(count):
        trial = re.sub(r"^valid_from: .*$", f"valid_from: {begins}", text, flags=re.MULTILINE)
        for old, new in (("amr-recall", f"amr-trial-{n}"), ("number: 421", f"number: {60000 + n}"),
                         ("zh: 缺陷产品召回信息", f"zh: 试行信息{n}"), ("en: Recalls of products", f"en: Trial {n}")):
            trial = trial.replace(old, new, 1)
        (folder / f"themes/amr-trial-{n}.yaml").write_text(trial)
        done = reader.ctl("catalogue", "load", folder)
        assert done.returncode == 0, done.stdout + done.stderr
        yield n


def test_a_new_catalogue_judges_what_comes_behind_it(new_reader, topics, tmp_path):
    """Messages judged by the old one and not yet committed are judged again; none is lost or counted twice."""
    amr = topics.make("amr")
    reader = new_reader().start()
    folder = tmp_path / "catalogue"
    shutil.copytree(SOURCE / "catalogue", folder)
    def send():
        for first in range(1, 3000, 50):
            topics.send(amr, good(first, 50))
    with beside(send):
        for _ in trials_come(reader, folder, 5):
            time.sleep(0.3)
    wait_for(lambda: ledger(reader, "amr")[REGISTRATION, "received"] == 3000, "3000 rows")
    assert ledger(reader, "amr")[REGISTRATION, "stored"] == 3000
    reader.check()
