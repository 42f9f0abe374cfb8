"""Through TLS and passwords, with access control: creditd and creditctl get in by settings that are passed on to librdkafka,
a department may write to its own topic alone, and who is not let in says so and goes on with questions."""
import concurrent.futures
import json
import re
import subprocess

import confluent_kafka
import pytest

from register import PATIENCE, REGISTRATION, SOURCE, wait_for
from test_stream import (PREFIX, RECEIPTS, good, jars, ledger, metric, new_reader, shown, state,  # noqa: F401 one is a fixture
                         taken)

IS_OLD = tuple(map(int, confluent_kafka.libversion()[0].split(".")[:3])) < (2, 6, 1)


@pytest.fixture
def guarded(new_cluster):
    """A broker that asks for SCRAM over TLS, in the newest version that librdkafka can do that with."""
    cluster = new_cluster("--sasl", *(["--version", "3.9.1"] if IS_OLD else []))
    cluster.properties = as_properties(cluster, "scram")
    return cluster


def as_properties(cluster, name):
    return dict(line.split("=", 1) for line in cluster.client(name))


def passed_on(properties):
    return {f"kafka.property.{name}": value for name, value in properties.items()}


def tool(cluster, name, *arguments):
    """One of Kafka's own, as an operator would use it."""
    properties = cluster.folder / "java.properties"
    properties.write_text(f"""security.protocol=SASL_SSL
sasl.mechanism=SCRAM-SHA-256
sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="credence" password="{password(cluster, "credence")}";
ssl.truststore.type=PEM
ssl.truststore.location={cluster.folder / "ca.pem"}
""")
    done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*", name, "--bootstrap-server", cluster.bootstrap,
                           "--command-config", properties, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def give_rights(cluster):
    """What docs/operate.md says that departments and creditd need; creditd's is a user who is not above the rules."""
    (cluster.folder / "register.password").write_text("of-the-register")
    tool(cluster, "kafka.admin.ConfigCommand", "--alter", "--entity-type", "users", "--entity-name", "register",
         "--add-config", "SCRAM-SHA-256=[password=of-the-register]")
    text = (SOURCE / "docs/operate.md").read_text().replace("\\\n", " ").replace("User:credence", "User:register")
    commands = re.findall(r"^ +kafka-acls.sh --bootstrap-server \$B (.*)$", text, re.MULTILINE)
    assert len(commands) == 8
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(tool, cluster, "org.apache.kafka.tools.AclCommand", *command.split()) for command in commands]:
            done.result()


def as_user(cluster, user):
    return as_properties(cluster, "scram") | {"sasl.username": user, "sasl.password": password(cluster, user)}


def send_as(cluster, user, topic, messages):
    """What the broker said of each: an error's name, or nothing."""
    properties = as_user(cluster, user)
    said = []
    producer = confluent_kafka.Producer({"bootstrap.servers": cluster.bootstrap, "message.timeout.ms": PATIENCE * 1000} | properties)
    for value, headers in messages:
        producer.produce(topic, value, headers=headers, on_delivery=lambda err, _: said.append(err.name() if err else ""))
    assert producer.flush(PATIENCE) == 0
    return said


def password(cluster, user):
    return (cluster.folder / f"{user}.password").read_text().strip()


def test_a_city_behind_tls_passwords_and_access_control(new_reader, guarded, tmp_path):
    # Topics are made by whoever may do everything, by settings from a file.
    settings = tmp_path / "creditd.conf"
    settings.write_text("".join(f'{name} = "{value}"\n' for name, value in passed_on(guarded.properties).items()) +
                        f"kafka.bootstrap.servers = {guarded.bootstrap}\n")
    reader = new_reader(guarded, **{"kafka.publish": "yes"})
    made = reader.ctl("topics", "create", "--config", settings)
    assert made.returncode == 0, made.stdout + made.stderr
    give_rights(guarded)
    reader.settings |= passed_on(as_user(guarded, "register"))
    reader.start()
    # A department's user writes to its own topic and to no other.
    amr, tax = PREFIX + "amr", PREFIX + "tax"
    wait_for(lambda: send_as(guarded, "amr", amr, good(1, 1)) == [""], "the rule is in force")
    assert send_as(guarded, "amr", amr, good(2, 20)) == [""] * 20
    assert set(send_as(guarded, "amr", tax, good(50, 2))) == {"TOPIC_AUTHORIZATION_FAILED"}
    wait_for(lambda: ledger(reader, "amr")[REGISTRATION, "stored"] == 21, "21 rows")
    assert ledger(reader, "tax") == {} and state(reader) == {"state": "taking"}
    # It is told, it can read that, and operators' tools see how far the register is.
    wait_for(lambda: metric(reader, "credence_kafka_receipts_waiting") == 0, "receipts are told")
    department = confluent_kafka.Consumer({"bootstrap.servers": guarded.bootstrap, "group.id": "amr.clerk"} | as_user(guarded, "amr"))
    department.assign([confluent_kafka.TopicPartition(RECEIPTS + "amr", 0, 0)])
    told = department.poll(PATIENCE)
    department.close()
    assert not told.error() and json.loads(told.value())["department"] == "amr"
    wait_for(lambda: shown(guarded, reader, amr) == 21, "the group's position")
    reader.check()
    # Who is not let in waits, says why, and answers questions; no password is in what it says.
    secret = reader.settings["kafka.property.sasl.password"]
    assert reader.stop() == 0
    reader.settings["kafka.property.sasl.password"] = "of-another"
    reader.start()
    wait_for(lambda: "Authentication failed" in str(state(reader)) or "authentication" in str(state(reader)), "it says why")
    assert state(reader)["state"] == "waiting" and metric(reader, "credence_broker_up") == 0
    assert len(reader.all("/v1/search", q="样例")) == 21
    assert reader.stop() == 0
    assert secret not in reader.log() and "of-another" not in reader.log()
    # And takes what came meanwhile when it is.
    reader.settings["kafka.property.sasl.password"] = secret
    assert send_as(guarded, "amr", amr, good(100, 5)) == [""] * 5
    reader.start()
    taken(reader, 5)
    reader.check()
