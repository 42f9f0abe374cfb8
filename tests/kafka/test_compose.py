"""deploy/compose.yaml without a container engine: what it sets is what deploy/kafka.sh sets, and Apache Kafka started with it
has the topics that the register wants."""
import re
import socket
import subprocess

import pytest
import yaml

from cluster import SCRIPT
from register import PATIENCE, SOURCE, run, wait_for
from test_stream import jars

FILE = SOURCE / "deploy/compose.yaml"
# Where things are, and what lets tests wait less; kafka.sh also says what is so anyhow with one broker.
OF_THE_PLACE = {"listeners", "advertised.listeners", "controller.quorum.voters", "log.dirs", "log.retention.check.interval.ms",
                "log.initial.task.delay.ms", "broker.heartbeat.interval.ms", "broker.session.timeout.ms",
                "default.replication.factor", "min.insync.replicas"}
FOR_JAVA = "KAFKA_JVM_PERFORMANCE_OPTS"


@pytest.fixture(scope="module")
def service():
    return yaml.safe_load(FILE.read_text())["services"]["kafka"]


@pytest.fixture(scope="module")
def properties(service):
    """As the image makes them of its environment."""
    return {name.removeprefix("KAFKA_").lower().replace("_", "."): str(value) for name, value in service["environment"].items()
            if name != FOR_JAVA}


def test_it_is_the_version_and_the_settings_of_the_script(service, properties):
    version = re.search(r"<kafka.version>(.*)</kafka.version>", (SOURCE / "deploy/kafka/pom.xml").read_text()).group(1)
    assert service["image"] == f"apache/kafka:{version}"
    text = SCRIPT.read_text().split('server.properties" <<END\n')[1].split("\nEND\n")[0]
    wanted = dict(line.split("=", 1) for line in text.splitlines() if not line.startswith("#"))
    values = {"$n": "1", "$brokers": "1", "$in_sync": "1", "$security": "PLAINTEXT"}
    for name, value in wanted.items():
        for variable, what in values.items():
            value = value.replace(variable, what)
        if name not in OF_THE_PLACE:
            assert properties.get(name) == value, name
    assert not set(properties) - set(wanted)
    assert service["environment"][FOR_JAVA] == " ".join(re.findall(r"-XX:\S+", SCRIPT.read_text()))
    # What is let out is the port at which clients are told to find it, and on this machine alone.
    assert service["ports"] == ["127.0.0.1:9092:9092"] and "CLIENT://127.0.0.1:9092" in properties["advertised.listeners"]
    assert service["volumes"] == [f"kafka:{properties['log.dirs'].removesuffix('/data')}/data"]


def free_ports(count):
    """Three that nobody has at the moment."""
    taken = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def test_a_broker_that_is_started_with_it_has_the_topics_that_are_wanted(properties, tmp_path):
    ports = dict(zip(("9092", "9093", "9094"), map(str, free_ports(3)), strict=True))
    file = tmp_path / "server.properties"
    for name, value in (properties | {"log.dirs": str(tmp_path / "data")}).items():
        if name != "log.dirs":
            value = re.sub(r"\b909[234]\b", lambda found: ports[found.group()], value)
        with file.open("a") as out:
            print(f"{name}={value}", file=out)
    java = ["java", "-Xmx512m", "-cp", f"{jars()}/*", f"-Dlog4j2.configurationFile={SOURCE}/deploy/kafka/log4j2.properties"]
    done = subprocess.run([*java, "kafka.tools.StorageTool", "format", "-t", "Y3JlZGVuY2Utb25lLWxvZw", "-c", file],
                          capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    with (tmp_path / "log").open("w") as log:
        broker = subprocess.Popen([*java, "kafka.Kafka", file], stdout=log, stderr=log)
    try:
        wait_for(lambda: "Kafka Server started" in (tmp_path / "log").read_text() or broker.poll() is not None, "it starts")
        assert broker.poll() is None, (tmp_path / "log").read_text()[-3000:]
        for command in ("create", "check"):
            done = run("creditctl", "topics", command, "--kafka", f"127.0.0.1:{ports['9092']}")
            assert done.returncode == 0, done.stdout + done.stderr
    finally:
        broker.kill()
        broker.wait()
