"""Drives kafka_probe, a program around the wrapper in broker/: a command goes in, a JSON object comes out.

    probe("make", TOPIC, PARTITIONS, COPIES, "NAME=VALUE"...)   probe("describe", TOPIC, MS)
    probe("send", TOPIC, PARTITION, COUNT, KEY, VALUE, "HEADER=VALUE"...)   probe("flush", MS)
    probe("assign", TOPIC, PARTITION, OFFSET)   probe("unassign" | "pause" | "resume", TOPIC, PARTITION)
    probe("poll", MAX, MS)   probe("drain", MS)   probe("read", TOPIC, PARTITION, OFFSET, MS)
    probe("first", MS, TOPIC, PARTITION, ...)   probe("topics", PREFIX, MS)   probe("watermarks", TOPIC, PARTITION, MS)
    probe("commit", TOPIC, PARTITION, NEXT)   probe("health")   probe("check")"""
import json
import subprocess
import time

from register import BIN, PATIENCE

PROGRAM = BIN.parent / "tests/kafka_probe"


class Probe:
    def __init__(self, bootstrap, group, *properties):
        self.process = subprocess.Popen([PROGRAM, bootstrap, group, *properties], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, encoding="utf-8", errors="surrogateescape")

    def __call__(self, *words):
        self.process.stdin.write("\t".join(str(word) for word in words) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the probe has died"
        return json.loads(line)

    def next(self, wanted=None):
        """The next portion, of that kind if one is named; others are passed over."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            got = self("poll", 1000, 500)
            if got["kind"] != "none" and wanted in (None, got["kind"]):
                return got
        raise AssertionError(f"nothing came of kind {wanted}")

    def until_end(self):
        """All messages up to the end of a partition, and the offset behind it."""
        messages = []
        while True:
            got = self.next()
            if got["kind"] == "end":
                return messages, got["next"]
            assert got["kind"] == "messages", got
            messages += got["messages"]

    def close(self):
        """It ends by itself, and soon: what is leaked inside would keep it for ever."""
        self.process.stdin.close()
        try:
            assert self.process.wait(PATIENCE) == 0
        finally:
            self.process.kill()
            self.process.stdout.close()
