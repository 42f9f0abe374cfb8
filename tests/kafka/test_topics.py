"""`creditctl topics`: what it makes, what it finds wrong, and how it ends."""
import pytest
import yaml

from cluster import until
from register import PATIENCE, SOURCE, run

MS = PATIENCE * 1000


@pytest.fixture(scope="module")
def departments():
    listed = (SOURCE / "catalogue/departments.yaml").read_text(encoding="utf-8")
    return [one["id"] for one in yaml.safe_load(listed)["departments"]]


def test_topics_are_made_for_every_department_and_once(kafka, probe, departments):
    done = run("creditctl", "topics", "create", "--kafka", kafka.bootstrap)
    assert done.returncode == 0, done.stderr
    topics = probe("topics", "credit.", MS)["topics"]
    wanted = {f"credit.{kind}.{d}" for kind in ("submissions", "receipts") for d in departments}
    assert wanted and wanted <= set(topics)
    again = run("creditctl", "topics", "create", "--kafka", kafka.bootstrap)
    assert again.returncode == 0 and "made 0 topics" in again.stdout, again.stdout
    d = probe("describe", "credit.submissions.amr", MS)
    assert (d["partitions"], d["replication"]) == (1, 1)
    settings = d["settings"]
    assert settings["message.timestamp.type"] == "LogAppendTime" and settings["cleanup.policy"] == "delete"
    assert settings["retention.ms"] == str(30 * 86400000) and settings["max.message.bytes"] == "2097152"
    assert run("creditctl", "topics", "check", "--kafka", kafka.bootstrap).returncode == 0


def test_what_differs_is_named_with_its_remedy(kafka, tmp_path, probe):
    assert run("creditctl", "topics", "create", "--kafka", kafka.bootstrap).returncode == 0
    name = "credit.submissions.statistics"
    kafka.delete_topic(name)
    assert not probe("make", name, 1, 1, "message.timestamp.type=CreateTime", "retention.ms=1000",
                     "max.message.bytes=4194304", "retention.bytes=-1")["err"]
    try:
        done = run("creditctl", "topics", "check", "--kafka", kafka.bootstrap)
        assert done.returncode == 1 and "2 differences" in done.stderr, done.stdout + done.stderr
        assert f"--alter --topic {name} --add-config message.timestamp.type=LogAppendTime" in done.stdout
        assert f"--alter --topic {name} --add-config retention.ms=2592000000" in done.stdout
        assert "max.message.bytes" not in done.stdout  # more than is needed does no harm
        more = run("creditctl", "topics", "check", "--kafka", kafka.bootstrap, "--partitions", "2", "--retention", "60")
        assert more.returncode == 1 and "kafka-topics.sh" in more.stdout and "retention.ms=5184000000" in more.stdout
    finally:
        kafka.delete_topic(name)
    done = run("creditctl", "topics", "check", "--kafka", kafka.bootstrap)
    assert done.returncode == 1 and "1 difference\n" in done.stderr and "creditctl topics create" in done.stdout
    assert run("creditctl", "topics", "create", "--kafka", kafka.bootstrap).returncode == 0
    until(lambda: run("creditctl", "topics", "check", "--kafka", kafka.bootstrap).returncode, lambda r: r == 0, "mended")


def test_brokers_come_from_the_settings_too(kafka, tmp_path):
    file = tmp_path / "creditd.conf"
    file.write_text(f"kafka.bootstrap.servers = {kafka.bootstrap}\nkafka.property.client.id = test\n")
    assert run("creditctl", "topics", "create", "--config", file).returncode == 0
    assert run("creditctl", "topics", "check", "--set", f"kafka.bootstrap.servers={kafka.bootstrap}").returncode == 0
    file.write_text("kafka.property.client.ide = test\nkafka.bootstrap.servers = 127.0.0.1:1\n")
    wrong = run("creditctl", "topics", "check", "--config", file)
    assert wrong.returncode == 5 and '"client.ide"' in wrong.stderr


def test_without_brokers_it_says_which_settings_name_them():
    done = run("creditctl", "topics", "check")
    assert done.returncode == 2 and "kafka.bootstrap.servers" in done.stderr
    done = run("creditctl", "topics", "check", "--kafka", "127.0.0.1:1")
    assert done.returncode == 1 and "no broker answers at 127.0.0.1:1" in done.stderr
    done = run("creditctl", "topics", "check", "--kafka", "127.0.0.1:1", "--partitions", "none")
    assert done.returncode == 2 and "--partitions" in done.stderr
