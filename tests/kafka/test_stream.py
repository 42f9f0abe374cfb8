"""What comes through Apache Kafka ends as what comes in files: the same records, counts and verdicts, whatever happens on
the way; and where it cannot go on as it was, a partition stops and says why."""
import collections
import csv
import io
import json
import re
import subprocess
import time

import pytest

from brokers import Broker
from register import BIN, KIND, REGISTRATION, Register, clean_environment, registration, run, wait_for

PREFIX = "credit.submissions."
AMR = PREFIX + "amr"
COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")
SUBJECTS = 400 if KIND == "asan" else 1500


@pytest.fixture(scope="module")
def broker():
    with Broker() as one:
        yield one


@pytest.fixture
def new_reader(new_creditd, broker):
    """Makes an installation that reads from the broker; it is not started."""
    return lambda **settings: new_creditd(**{"kafka.bootstrap.servers": broker.address, "log.level": "info"} | settings)


# ---- what the register says ----

def metric(register, name):
    """The value of a metric, its labels (if any) in the name."""
    text = register.get("/metrics", over_socket=True).text
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else 0


def rows(register):
    """Rows that were judged since the start."""
    text = register.get("/metrics", over_socket=True).text
    return sum(int(n) for n in re.findall(r'^credence_rows_total\{verdict="\w+"\} (\d+)$', text, re.MULTILINE))


def state(register):
    return register.get_json("/readyz")["stream"]


def ledger(register, departments):
    """Counts by theme."""
    found = collections.Counter()
    for department in departments:
        for line in register.all(f"/v1/departments/{department}/ledger", key=register.key(department)):
            for count in COUNTS:
                found[line["theme"], count] += line[count]
    return +found


def good(first, count, **more):
    return [json.dumps(registration(i, **more), ensure_ascii=False).encode() for i in range(first, first + count)]


def test_a_message_is_seen_and_counted(new_reader, broker):
    broker.make_topic(AMR)
    reader = new_reader().start()
    broker.kcat(AMR, good(1, 3), theme=REGISTRATION)
    wait_for(lambda: rows(reader) == 3, "three rows")
    assert len(reader.get_json("/v1/search", q="样例")["items"]) == 3
    broker.kcat(AMR, [b"{"], theme=REGISTRATION)
    broker.kcat(AMR, good(3, 2))
    wait_for(lambda: rows(reader) == 6, "six rows")
    assert ledger(reader, ["amr"])[REGISTRATION, "stored"] == 3
    assert state(reader) == {"state": "taking"}
    reader.check()
    digest = reader.digest()
    reader.restart()
    reader.check()
    assert reader.digest() == digest and rows(reader) == 0
