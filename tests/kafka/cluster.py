"""Brokers by deploy/kafka.sh, and what only other clients can do with them: transactions, deleting, purging."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

from register import PATIENCE, SOURCE, wait_for

import confluent_kafka
import confluent_kafka.admin

SCRIPT = SOURCE / "deploy/kafka.sh"


class Cluster:
    def __init__(self, folder, *options):
        self.folder, self.options, self.properties = pathlib.Path(folder), options, {}

    @classmethod
    def at(cls, bootstrap):
        self = cls("/nonexistent")
        self.bootstrap = bootstrap
        return self

    def script(self, command, *options):
        done = subprocess.run([SCRIPT, command, self.folder, *options], capture_output=True, text=True, timeout=600,
                              check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def start(self):
        self.said = self.script("start", *self.options)
        self.bootstrap = self.said[-1]
        return self

    def stop(self):
        self.script("stop")

    def __enter__(self):
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_):
        self.stop()

    def pid(self, node):
        return int((self.folder / f"node-{node}/pid").read_text())

    def signal(self, node, number=signal.SIGKILL):
        """SIGKILL, as by a power cut: until its ports are free, so that it comes back at the same address."""
        pid = self.pid(node)
        ports = [int(port) for port in (self.folder / f"node-{node}/ports").read_text().split()]
        os.kill(pid, number)

        def is_free(port):
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) != 0
        if number == signal.SIGKILL:
            stat = pathlib.Path(f"/proc/{pid}/stat")
            wait_for(lambda: not stat.exists() or "Z" in stat.read_text().split()[2], "the broker is gone")
            wait_for(lambda: all(map(is_free, ports)), "the ports of the broker are free")

    def client(self, name="client"):
        """What a file of properties says, as arguments of a Probe."""
        return (self.folder / f"{name}.properties").read_text().split()

    # ---- by another client ----

    def settings(self, **more):
        return {"bootstrap.servers": self.bootstrap} | self.properties | {k.replace("_", "."): v for k, v in more.items()}

    def admin(self):
        return confluent_kafka.admin.AdminClient(self.settings())

    def producer(self, **more):
        return confluent_kafka.Producer(self.settings(**more))

    def messages(self, name):
        """Every message that a topic has now: partition, headers, key and value."""
        done = subprocess.run(["kcat", "-C", "-q", "-e", "-J", "-o", "beginning", "-b", self.bootstrap, "-t", name],
                              capture_output=True, timeout=PATIENCE, check=True)
        for line in done.stdout.splitlines():
            m = json.loads(line)
            names, values = m["headers"][::2], m["headers"][1::2]
            yield m["partition"], dict(zip(names, values)), m["key"], m["payload"]

    def delete_topics(self, names):
        """Those that are not Kafka's own."""
        names, admin = [name for name in names if not name.startswith("__")], self.admin()
        if not names:
            return
        for done in admin.delete_topics(names).values():
            done.result(60)
        wait_for(lambda: not set(names) & set(admin.list_topics(timeout=30).topics), f"{names} are gone")

    def delete_topic(self, name):
        self.delete_topics([name])

    def add_partitions(self, name, count):
        admin = self.admin()
        for done in admin.create_partitions([confluent_kafka.admin.NewPartitions(name, count)]).values():
            done.result(60)

    def committed(self, group, topic, partition):
        """The offset that tools see of a group."""
        consumer = confluent_kafka.Consumer(self.settings(group_id=group))
        try:
            return consumer.committed([confluent_kafka.TopicPartition(topic, partition)], timeout=30)[0].offset
        finally:
            consumer.close()

    def wait_leader(self, topic):
        """Until every partition has a leader among those who live."""
        admin = self.admin()

        def is_led():
            partitions = admin.list_topics(topic, timeout=30).topics[topic].partitions.values()
            return partitions and all(p.leader >= 0 and p.error is None for p in partitions)
        wait_for(is_led, "every partition has a leader")


def until(call, fact, what):
    """Repeats a call until the fact holds of its answer, which is returned."""
    limit = time.monotonic() + PATIENCE
    while True:
        answer = call()
        if fact(answer):
            return answer
        assert time.monotonic() < limit, f"{what}; last: {answer}"
