"""`creditctl submit --kafka`: what a file looks like as messages, and that it can be published again."""
import io
import json
import os
import signal
import subprocess
import time

import pytest

from cluster import until
from register import BIN, PATIENCE, PENALTY, REGISTRATION, as_csv, clean_environment, penalty, registration, run, uscc

MS = PATIENCE * 1000
TOPIC = "credit.submissions.amr"


@pytest.fixture(scope="module", autouse=True)
def topics(kafka):
    done = run("creditctl", "topics", "create", "--kafka", kafka.bootstrap)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def publish(kafka, probe, tmp_path):
    """Publishes a file and returns the messages that came of it."""
    def go(theme, name, content, *options, code=0, topic=TOPIC):
        start = probe("watermarks", topic, 0, MS)["high"]
        path = tmp_path / name
        path.write_bytes(content)
        done = run("creditctl", "submit", "--kafka", kafka.bootstrap, "--theme", theme, *options, path)
        assert done.returncode == code, done.stdout + done.stderr
        probe("assign", topic, 0, start)
        messages, _ = probe.until_end()
        probe("unassign", topic, 0)
        go.said = done.stdout + done.stderr
        return messages
    return go


def headers(message):
    return dict(message["headers"])


def test_a_row_becomes_a_message(publish):
    rows = [registration(i) for i in range(1, 4)]
    messages = publish(REGISTRATION, "a.csv", as_csv(rows), "--batch", "b-1")
    assert [json.loads(m["value"]) for m in messages] == rows
    assert [headers(m) for m in messages] == [
        {"theme": REGISTRATION, "batch": "b-1", "row": "1"},
        {"theme": REGISTRATION, "batch": "b-1", "row": "2"},
        {"theme": REGISTRATION, "batch": "b-1", "row": "3", "rows": "3"}]
    assert all(m["time_kind"] == "appended" for m in messages)
    assert "published 3 rows" in publish.said and "b-1" in publish.said


def test_the_same_rows_come_of_every_format(publish):
    rows = [registration(1) | {"企业名称": '样例,"一"\n公司'}, registration(2)]
    gb = as_csv(rows).decode().encode("gb18030")
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    for name, content in (("a.csv", as_csv(rows)), ("gb.csv", gb), ("a.ndjson", lines)):
        assert [json.loads(m["value"]) for m in publish(REGISTRATION, name, content)] == rows, name


def test_a_workbook_is_published(publish):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    rows = [registration(1), registration(2)]
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    out = io.BytesIO()
    book.save(out)
    assert [json.loads(m["value"]) for m in publish(REGISTRATION, "a.xlsx", out.getvalue())] == rows


def test_the_key_is_the_providers_record_id_unless_it_is_an_identity_number(publish):
    rows = [penalty("文号1", "样例公司", uscc(1), record="R-1"), penalty("文号2", "样例公司", uscc(1)),
            penalty("文号3", "样例公司", uscc(1), record="11010118500307123X")]
    messages = publish(PENALTY, "p.csv", as_csv(rows))
    assert [m["key"] for m in messages] == ["R-1", None, None]


def test_a_row_that_cannot_be_read_is_published_as_it_came(publish):
    content = as_csv([registration(1)]) + '样例,"多,了",a,b,c,d,e\n'.encode()
    messages = publish(REGISTRATION, "a.csv", content)
    assert headers(messages[1])["unread"] == "csv.fields" and headers(messages[1])["rows"] == "2"
    assert list(json.loads(messages[1]["value"]).values()) == ["样例", "多,了", "a", "b", "c", "d", "e"]
    assert headers(messages[1])["hint"]
    assert "unread 1" in publish.said
    messages = publish(REGISTRATION, "a.ndjson", b'{"a": 1}\n{"broken\n')
    assert headers(messages[1])["unread"] == "json.invalid" and messages[1]["value"] == '{"broken'


def test_a_column_that_is_there_twice_is_two_members(publish):
    messages = publish(REGISTRATION, "a.csv", "企业名称,备注x,备注x\n样例公司,一,二\n".encode())
    assert json.loads(messages[0]["value"]) == {"企业名称": "样例公司", "备注x": "一", "备注x (2)": "二"}


def test_all_rows_of_a_batch_go_to_one_partition_and_again_to_the_same(kafka, probe, tmp_path):
    topic = "credit.submissions.transport"
    if probe("topics", topic, MS)["topics"][topic] < 7:  # not of an earlier run
        kafka.add_partitions(topic, 7)
    until(lambda: probe("topics", topic, MS)["topics"], lambda t: t == {topic: 7}, "the partitions are known")
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"a": "1"}\n' * 50)

    def heights():
        return [until(lambda: probe("watermarks", topic, p, MS), lambda w: not w["err"], "it has a leader")["high"]
                for p in range(7)]

    used = set()
    for batch in ("x", "x", "y", "z", "w", "v"):
        before = heights()
        done = run("creditctl", "submit", "--kafka", kafka.bootstrap, "--theme", "transport-driver-evaluation", "--batch",
                   batch, path)
        assert done.returncode == 0, done.stderr
        grown = [p for p, (a, b) in enumerate(zip(before, heights(), strict=True)) if b - a == 50]
        assert len(grown) == 1
        used.add((batch, grown[0]))
    assert len(used) == 5 and len({p for _, p in used}) > 1


def test_what_cannot_be_published_is_refused_with_the_reason(kafka, tmp_path, publish):
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([registration(1)]))
    ask = ("creditctl", "submit", "--kafka", kafka.bootstrap, path)
    assert run(*ask).returncode == 2
    done = run(*ask, "--theme", "no-such-theme")
    assert done.returncode == 1 and "no such theme" in done.stderr
    done = run(*ask, "--theme", REGISTRATION, "--department", "tax")
    assert done.returncode == 4 and "amr is responsible" in done.stderr
    done = run("creditctl", "submit", "--kafka", "127.0.0.1:1", "--theme", REGISTRATION, path)
    assert done.returncode == 1 and "127.0.0.1:1" in done.stderr
    publish(REGISTRATION, "b.csv", b"x,y\n1,2\n", code=1)
    assert "b.csv" in publish.said


def test_an_interrupted_file_is_published_again_from_the_beginning(kafka, probe, tmp_path):
    start = probe("watermarks", TOPIC, 0, MS)["high"]
    read, write = os.pipe()
    sender = subprocess.Popen([BIN / "creditctl", "submit", "--kafka", kafka.bootstrap, "--theme", REGISTRATION, "--format",
                               "csv", "--batch", "cut", "-"], stdin=read, stderr=subprocess.PIPE, text=True,
                              env=clean_environment())
    os.close(read)
    os.write(write, as_csv([registration(i) for i in range(1, 5)]))
    until(lambda: probe("watermarks", TOPIC, 0, MS)["high"], lambda high: high > start, "rows are published")
    sender.send_signal(signal.SIGINT)
    said = sender.communicate(timeout=PATIENCE)[1]
    os.close(write)
    assert sender.returncode == 1 and "--batch cut" in said
    first = probe("watermarks", TOPIC, 0, MS)["high"] - start
    assert 0 < first < 4
    path = tmp_path / "a.csv"
    path.write_bytes(as_csv([registration(i) for i in range(1, 5)]))
    done = run("creditctl", "submit", "--kafka", kafka.bootstrap, "--theme", REGISTRATION, "--batch", "cut", path)
    assert done.returncode == 0
    probe("assign", TOPIC, 0, start)
    rows = [int(headers(m)["row"]) for m in probe.until_end()[0]]
    assert rows == [*range(1, first + 1), 1, 2, 3, 4]


def test_it_waits_for_a_broker_that_is_away_and_loses_nothing(breakable, new_probe, tmp_path):
    cluster = breakable
    assert run("creditctl", "topics", "create", "--kafka", cluster.bootstrap).returncode == 0
    read, write = os.pipe()
    sender = subprocess.Popen([BIN / "creditctl", "submit", "--kafka", cluster.bootstrap, "--theme", REGISTRATION,
                               "--format", "ndjson", "-"], stdin=read, stdout=subprocess.PIPE, text=True,
                              env=clean_environment())
    os.close(read)
    line = (json.dumps(registration(1), ensure_ascii=False) + "\n").encode()
    os.write(write, line * 100)
    probe = new_probe(cluster)
    until(lambda: probe("watermarks", TOPIC, 0, MS), lambda w: w.get("high", 0) > 0, "rows are published")
    cluster.signal(1)
    os.write(write, line * 100)
    os.close(write)
    time.sleep(1)
    assert sender.poll() is None
    cluster.start()
    assert sender.wait(PATIENCE) == 0
    sender.stdout.close()
    probe("assign", TOPIC, 0, 0)
    messages = []
    while len(messages) < 200:
        messages += probe.next("messages")["messages"]
    assert [int(headers(m)["row"]) for m in messages] == list(range(1, 201))
