"""The wrapper of librdkafka against Apache Kafka: what goes in comes out, and what is wrong is told as what it is."""
import signal
import time

import confluent_kafka
import pytest

from cluster import until
from register import PATIENCE

MS = PATIENCE * 1000


def send(probe, topic, partition, count, key="k", value="v", *headers):
    assert not probe("send", topic, partition, count, key, value, *headers)["err"]
    done = probe("flush", MS)
    assert not done["err"] and not done["failed"], done
    return done


def test_a_message_comes_as_it_was_sent(probe, topic):
    before = int(time.time() * 1000) - 60000
    send(probe, topic, 1, 1, "编号-1", '{"企业名称": "样例"}', "theme=amr-licence", "row=1", "empty=")
    probe("assign", topic, 1, 0)
    messages, end = probe.until_end()
    assert end == 1
    (m,) = messages
    assert (m["topic"], m["partition"], m["offset"]) == (topic, 1, 0)
    assert (m["key"], m["value"]) == ("编号-1", '{"企业名称": "样例"}')
    assert m["headers"] == [["theme", "amr-licence"], ["row", "1"], ["empty", ""]]
    assert m["time_kind"] == "appended" and m["time"] > before


def test_what_is_null_is_told_from_what_is_empty(kafka, probe, topic):
    producer = kafka.producer()
    producer.produce(topic, None, None, 0, headers=[("a", None), ("a", b"")])
    producer.produce(topic, b"", b"", 0)
    producer.flush(PATIENCE)
    probe("assign", topic, 0, 0)
    messages, _ = probe.until_end()
    assert [(m["key"], m["value"], m["headers"]) for m in messages] == [(None, None, [["a", None], ["a", ""]]), ("", "", [])]


@pytest.mark.parametrize("compression", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_every_compression_is_read(kafka, probe, topic, compression):
    producer = kafka.producer(compression_type=compression, linger_ms=100)
    for i in range(500):
        producer.produce(topic, f"{i:04}" + "内容" * 20, str(i), 0)
    producer.flush(PATIENCE)
    probe("assign", topic, 0, 0)
    messages, end = probe.until_end()
    assert end == 500 and [m["key"] for m in messages] == [str(i) for i in range(500)]
    assert messages[499]["value"] == "0499" + "内容" * 20


def test_the_senders_time_is_told_as_such(kafka, probe, topic):
    name = topic + ".created"
    assert not probe("make", name, 1, 1, "message.timestamp.type=CreateTime")["err"]
    producer = kafka.producer()
    producer.produce(name, b"x", timestamp=1234567890123)
    producer.flush(PATIENCE)
    probe("assign", name, 0, 0)
    assert ("created", 1234567890123) in [(m["time_kind"], m["time"]) for m in probe.until_end()[0]]


def test_what_was_aborted_is_never_seen_and_markers_are_no_gap(kafka, probe, topic):
    producer = kafka.producer(transactional_id=topic)
    producer.init_transactions(PATIENCE)
    for turn, commits in enumerate([True, False, True, False]):
        producer.begin_transaction()
        for i in range(10):
            producer.produce(topic, f"{turn}-{i}", partition=0)
        producer.flush(PATIENCE)
        (producer.commit_transaction if commits else producer.abort_transaction)(PATIENCE)
    probe("assign", topic, 0, 0)
    messages, end = [], 0
    # Ends come in between: where a marker is the newest, and while the last one is on its way.
    while end < 44:
        more, end = probe.until_end()
        messages += more
    assert [m["value"] for m in messages] == [f"{turn}-{i}" for turn in (0, 2) for i in range(10)]
    assert [m["offset"] for m in messages] == list(range(10)) + list(range(22, 32))


def test_an_open_transaction_is_not_read_before_it_ends(kafka, probe, topic):
    producer = kafka.producer(transactional_id=topic)
    producer.init_transactions(PATIENCE)
    producer.begin_transaction()
    producer.produce(topic, b"open", partition=0)
    producer.flush(PATIENCE)
    probe("assign", topic, 0, 0)
    assert probe.next()["kind"] == "end"
    assert probe("watermarks", topic, 0, MS)["high"] == 0
    producer.commit_transaction(PATIENCE)
    assert probe.next("messages")["messages"][0]["value"] == "open"


def test_a_portion_is_of_one_partition_and_no_longer_than_asked(probe, topic):
    send(probe, topic, 0, 300)
    send(probe, topic, 1, 300)
    probe("assign", topic, 0, 0)
    probe("assign", topic, 1, 0)
    seen = {0: 0, 1: 0}
    while sum(seen.values()) < 600:
        got = probe("poll", 70, MS)
        if got["kind"] != "messages":
            continue
        assert 0 < len(got["messages"]) <= 70
        for m in got["messages"]:
            assert m["partition"] == got["partition"] and m["offset"] == seen[m["partition"]]
            seen[m["partition"]] += 1
        assert got["next"] == seen[got["partition"]]


def test_the_first_message_does_not_wait_for_more(probe, topic):
    probe("assign", topic, 0, 0)
    probe.next("end")
    send(probe, topic, 0, 1)
    began = time.monotonic()
    assert probe("poll", 10000, MS)["kind"] == "messages"
    assert time.monotonic() - began < PATIENCE / 2


def test_reading_begins_at_the_offset_that_is_named(probe, topic):
    send(probe, topic, 0, 20)
    probe("assign", topic, 0, 13)
    messages, _ = probe.until_end()
    assert [m["offset"] for m in messages] == list(range(13, 20))
    # Somewhere else, with what was fetched ahead forgotten.
    assert probe("assign", topic, 0, 5)["err"] == "EXISTS"
    assert not probe("unassign", topic, 0)["err"]
    assert probe("unassign", topic, 0)["err"] == "NOT_FOUND"
    probe("assign", topic, 0, 5)
    assert [m["offset"] for m in probe.until_end()[0]] == list(range(5, 20))


def test_what_was_taken_and_not_given_goes_with_its_partition(probe, topic):
    send(probe, topic, 0, 50)
    probe("assign", topic, 0, 0)
    assert until(lambda: probe("poll", 3, 500), lambda p: p["kind"] == "messages", "messages")["next"] == 3
    probe("unassign", topic, 0)
    assert probe("poll", 3, 1000)["kind"] == "none"
    probe("assign", topic, 0, 10)
    assert probe.next("messages")["messages"][0]["offset"] == 10


def test_a_paused_partition_is_silent_and_goes_on_where_it_was(probe, topic):
    probe("assign", topic, 0, 0)
    probe("assign", topic, 1, 0)
    for _ in range(2):
        probe.next("end")
    assert not probe("pause", topic, 0)["err"]
    send(probe, topic, 0, 5)
    send(probe, topic, 1, 5)
    assert probe.next("messages")["partition"] == 1
    assert probe("drain", 2000)["messages"] == 0
    assert not probe("resume", topic, 0)["err"]
    got = probe.next("messages")
    assert (got["partition"], got["messages"][0]["offset"]) == (0, 0)


def test_pausing_in_the_middle_loses_nothing(probe, topic):
    send(probe, topic, 0, 5000)
    probe("assign", topic, 0, 0)
    offsets = []
    while len(offsets) < 5000:
        got = probe("poll", 100, MS)
        if got["kind"] == "messages":
            offsets += [m["offset"] for m in got["messages"]]
            if len(offsets) % 1000 == 0:
                probe("pause", topic, 0)
                probe("resume", topic, 0)
    assert offsets == list(range(5000))


def test_an_offset_behind_the_end_is_out_of_range(probe, topic):
    send(probe, topic, 0, 3)
    probe("assign", topic, 0, 4)
    got = probe.next()
    assert (got["kind"], got["next"]) == ("out_of_range", 4)
    # It stays silent, and can be read from elsewhere.
    assert probe("poll", 10, 1000)["kind"] == "none"
    probe("unassign", topic, 0)
    probe("assign", topic, 0, 3)
    assert probe.next()["kind"] == "end"


def test_what_retention_took_is_out_of_range(probe, topic):
    name = topic + ".short"
    assert not probe("make", name, 1, 1, "retention.ms=1000", "segment.ms=100", "segment.bytes=1048576",
                     "file.delete.delay.ms=0")["err"]
    send(probe, name, 0, 10)
    time.sleep(0.2)  # the segment must be older than segment.ms when the next message comes
    send(probe, name, 0, 1)
    low = until(lambda: probe("watermarks", name, 0, MS), lambda w: w["low"] >= 10, "retention deletes")["low"]
    probe("assign", name, 0, 2)
    got = probe.next()
    assert (got["kind"], got["next"]) == ("out_of_range", 2)
    assert low >= 10


def test_a_topic_that_was_deleted_is_gone(kafka, probe, topic):
    send(probe, topic, 0, 3)
    probe("assign", topic, 0, 0)
    probe.until_end()
    kafka.delete_topic(topic)
    assert probe.next("gone")["topic"] == topic
    assert probe("watermarks", topic, 0, 5000)["err"] == "NOT_FOUND"
    assert topic not in probe("topics", "test.", MS)["topics"]
    assert probe("read", topic, 0, 0, MS)["err"] == "EXISTS"  # assigned still
    assert not probe("unassign", topic, 0)["err"]


def test_new_topics_and_partitions_are_found(kafka, probe, topic):
    assert probe("topics", topic, MS)["topics"] == {topic: 2}
    kafka.add_partitions(topic, 5)
    until(lambda: probe("topics", topic, MS)["topics"], lambda t: t == {topic: 5}, "the partitions are known")
    assert not probe("make", topic + ".b", 1, 1)["err"]
    until(lambda: probe("topics", topic, MS)["topics"], lambda t: t == {topic: 5, topic + ".b": 1}, "the topic is known")
    assert probe("topics", topic + ".c", MS)["topics"] == {}


def test_watermarks_say_what_is_kept(probe, topic):
    # A topic that was just made may have no leader yet.
    assert until(lambda: probe("watermarks", topic, 0, MS), lambda w: not w["err"], "it has a leader")["high"] == 0
    send(probe, topic, 0, 7)
    w = probe("watermarks", topic, 0, MS)
    assert (w["low"], w["high"], w["known"]) == (0, 7, -1)
    probe("assign", topic, 0, 0)
    probe.until_end()
    assert probe("watermarks", topic, 0, MS)["known"] == 7
    assert probe("watermarks", topic, 9, 5000)["err"] == "NOT_FOUND"


def test_one_message_is_read_at_its_offset(probe, topic):
    send(probe, topic, 0, 5, "key", "value", "row=1")
    got = probe("read", topic, 0, 3, MS)
    assert got["message"]["offset"] == 3 and got["message"]["headers"] == [["row", "1"]]
    assert probe("read", topic, 0, 5, MS)["err"] == "OUT_OF_RANGE"
    assert probe("read", topic, 0, 900, MS)["err"] == "OUT_OF_RANGE"
    assert probe("read", topic, 1, 0, MS)["err"] == "OUT_OF_RANGE"
    # It leaves nothing assigned.
    assert probe("read", topic, 0, 0, MS)["message"]["offset"] == 0


def test_a_marker_is_no_message(kafka, probe, topic):
    producer = kafka.producer(transactional_id=topic)
    producer.init_transactions(PATIENCE)
    for value in ("a", "b"):
        producer.begin_transaction()
        producer.produce(topic, value, partition=0)
        producer.commit_transaction(PATIENCE)
    until(lambda: probe("watermarks", topic, 0, MS), lambda w: w["high"] == 4, "both markers are there")
    assert probe("read", topic, 0, 1, MS)["err"] == "NOT_FOUND"
    assert probe("read", topic, 0, 3, MS)["err"] == "NOT_FOUND"
    assert probe("read", topic, 0, 2, MS)["message"]["value"] == "b"


def test_tools_see_what_was_committed_and_nobody_else_does(kafka, new_probe, topic):
    group = topic + ".group"
    probe = new_probe(kafka, group=group)
    send(probe, topic, 0, 9)
    probe("assign", topic, 0, 0)
    probe.until_end()
    probe("commit", topic, 0, 6)
    until(lambda: kafka.committed(group, topic, 0), lambda offset: offset == 6, "the commit is seen")
    again = new_probe(kafka, group=group)
    again("assign", topic, 0, 0)
    assert len(again.until_end()[0]) == 9


def test_two_consumers_of_one_group_both_see_everything(kafka, new_probe, topic):
    first, second = new_probe(kafka, group="same"), new_probe(kafka, group="same")
    send(first, topic, 0, 100)
    for probe in (first, second):
        probe("assign", topic, 0, 0)
        assert len(probe.until_end()[0]) == 100


def test_a_message_of_a_mebibyte_comes_through_and_a_larger_one_is_refused(probe, topic):
    value = "汉" * (1024 * 1024 // 3)
    send(probe, topic, 0, 2, "k", value)
    assert probe("send", topic, 0, 1, "k", "x" * (2 * 1024 * 1024))["err"] == "TOO_LARGE"
    probe("assign", topic, 0, 0)
    messages, end = probe.until_end()
    while end < 2:  # the end as it was known when the first one, which fills an answer, was asked for
        more, end = probe.until_end()
        messages += more
    assert [m["value"] == value for m in messages] == [True, True]


def test_a_topic_that_takes_less_refuses_by_delivery(probe, topic):
    name = topic + ".small"
    assert not probe("make", name, 1, 1, "max.message.bytes=10000")["err"]
    assert not probe("send", name, 0, 1, "k", "".join(chr(0x4E00 + i * 7 % 20000) for i in range(20000)))["err"]
    done = probe("flush", MS)
    assert (done["failed"], done["last"]) == (1, "TOO_LARGE")


def test_sending_to_no_topic_fails_by_delivery(probe, topic):
    assert not probe("send", topic + ".none", 0, 1, "k", "v")["err"]
    done = until(lambda: probe("flush", 1000), lambda d: d["waiting"] == 0, "the message is given up")
    assert (done["failed"], done["last"]) == (1, "NOT_FOUND")


def test_topics_are_made_once_and_described(probe, topic):
    assert probe("make", topic, 2, 1)["err"] == "EXISTS"
    assert probe("make", topic + ".x", 1, 5)["err"] == "INVALID"
    assert probe("make", topic + ".y", 1, 1, "no.such.setting=1")["err"] == "INVALID"
    assert probe("make", topic + ".?", 1, 1)["err"] == "INVALID"
    d = probe("describe", topic, MS)
    assert (d["partitions"], d["replication"], d["leaderless"]) == (2, 1, 0)
    assert d["settings"]["message.timestamp.type"] == "LogAppendTime"
    assert probe("describe", topic + ".none", MS)["err"] == "NOT_FOUND"


def test_a_broker_that_goes_away_is_told_and_so_is_its_return(breakable, new_probe):
    cluster = breakable
    probe = new_probe(cluster)
    assert not probe("make", "t", 1, 1)["err"]
    send(probe, "t", 0, 10)
    probe("assign", "t", 0, 0)
    assert len(probe.until_end()[0]) == 10
    cluster.signal(1, signal.SIGKILL)
    until(lambda: probe("poll", 10, 200) and probe("health"), lambda h: h["err"] == "UNAVAILABLE", "it is told")
    assert probe("watermarks", "t", 0, 1000)["err"] in ("UNAVAILABLE", "TIMEOUT")
    assert probe("topics", "", 1000)["err"] in ("UNAVAILABLE", "TIMEOUT")
    # What is sent meanwhile waits, and arrives once.
    assert not probe("send", "t", 0, 5, "k", "later")["err"]
    cluster.start()
    assert not probe("flush", MS)["err"]
    seen = []
    while len(seen) < 5:
        got = probe.next("messages")
        seen += got["messages"]
    assert [m["offset"] for m in seen] == list(range(10, 15))
    assert not probe("topics", "", MS)["err"] and not probe("health")["err"]


def test_one_of_three_brokers_may_die_under_load_and_a_second_makes_writes_wait(new_cluster, new_probe):
    cluster = new_cluster("--brokers", "3")
    probe = new_probe(cluster)
    assert not probe("make", "t", 3, 3, "min.insync.replicas=2")["err"]
    for partition in range(3):
        probe("assign", "t", partition, 0)
    for turn in range(6):
        for partition in range(3):
            assert not probe("send", "t", partition, 500, "k", f"turn {turn}")["err"]
        if turn == 2:
            cluster.signal(2, signal.SIGKILL)
    done = probe("flush", MS)
    assert (done["delivered"], done["failed"]) == (9000, 0)
    offsets = {0: [], 1: [], 2: []}
    while sum(map(len, offsets.values())) < 9000:
        for m in probe.next("messages")["messages"]:
            offsets[m["partition"]].append(m["offset"])
    assert all(list(range(3000)) == seen for seen in offsets.values())
    cluster.signal(3, signal.SIGKILL)
    assert not probe("send", "t", 0, 10, "k", "waits")["err"]
    assert probe("flush", 3000)["err"] == "TIMEOUT"
    cluster.start()
    assert not probe("flush", MS)["err"]
    messages = []
    while len(messages) < 10:
        messages += probe.next("messages")["messages"]
    assert [m["offset"] for m in messages] == list(range(3000, 3010))


def test_passwords_over_tls_open_and_close_the_door(new_cluster, new_probe):
    cluster = new_cluster("--sasl")
    good = new_probe(cluster, *cluster.client())
    assert not good("make", "t", 1, 1)["err"]
    send(good, "t", 0, 3)
    good("assign", "t", 0, 0)
    assert len(good.until_end()[0]) == 3

    wrong = new_probe(cluster, *cluster.client(), "sasl.password=wrong")
    got = wrong("topics", "", 5000)
    assert got["err"] == "DENIED" and "Authentication failed" in got["why"]
    wrong("assign", "t", 0, 0)
    assert wrong("poll", 10, 1000)["kind"] == "none"
    assert wrong("health")["err"] == "DENIED"
    assert wrong("describe", "t", 5000)["err"] == "DENIED"

    stranger = new_probe(cluster, *cluster.client(), "ssl.ca.location=" + str(cluster.folder / "server.crt"))
    got = stranger("topics", "", 5000)
    assert got["err"] == "DENIED" and "certificate" in got["why"]
    plain = new_probe(cluster)
    assert plain("topics", "", 5000)["err"] in ("TIMEOUT", "UNAVAILABLE")

    # Who may do nothing sees no topics and sends none.
    amr = new_probe(cluster, *cluster.client("amr"))
    assert amr("topics", "", MS)["topics"] == {}
    assert not amr("send", "t", 0, 1, "k", "v")["err"]
    done = until(lambda: amr("flush", 1000), lambda d: d["waiting"] == 0, "the message is refused")
    assert (done["failed"], done["last"]) == (1, "DENIED")


def test_scram_works_or_says_what_it_needs(new_cluster, new_probe):
    """librdkafka before 2.6.1 cannot do SCRAM with brokers from 4.0 on; it can with those before."""
    is_old = tuple(map(int, confluent_kafka.libversion()[0].split(".")[:3])) < (2, 6, 1)
    cluster = new_cluster("--sasl", *(["--version", "3.9.1"] if is_old else []))
    probe = new_probe(cluster, *cluster.client("scram"))
    assert not probe("make", "t", 1, 1)["err"]
    send(probe, "t", 0, 3)
    probe("assign", "t", 0, 0)
    assert len(probe.until_end()[0]) == 3
    wrong = new_probe(cluster, *cluster.client("scram"), "sasl.password=wrong")
    got = wrong("topics", "", 5000)
    assert got["err"] == "DENIED"
    assert ("librdkafka 2.6.1" in got["why"]) == is_old
