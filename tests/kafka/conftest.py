"""Brokers of the tests in this folder: Apache Kafka itself, by deploy/kafka.sh, one for all tests of a run; and what
speaks to it. A test that breaks brokers starts its own."""
import itertools
import os

import pytest

from cluster import Cluster
from probe import Probe

names = itertools.count(1)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """One broker, shared. CREDENCE_TEST_KAFKA=HOST:PORT names one that runs already."""
    running = os.environ.get("CREDENCE_TEST_KAFKA")
    if running:
        yield Cluster.at(running)
        return
    with Cluster(tmp_path_factory.mktemp("kafka")) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def breakable_cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("breakable")) as cluster:
        yield cluster


@pytest.fixture
def breakable(breakable_cluster):
    """One broker that a test may stop and kill, shared by those that do: it runs and has no topics when a test begins."""
    breakable_cluster.start()
    breakable_cluster.delete_topics(breakable_cluster.admin().list_topics(timeout=60).topics)
    return breakable_cluster


@pytest.fixture
def new_cluster(tmp_path):
    """Starts brokers of the test's own: new_cluster("--brokers", "3")."""
    made = []

    def start(*options):
        made.append(Cluster(tmp_path / f"kafka-{len(made)}", *options).__enter__())
        return made[-1]

    yield start
    for cluster in made:
        cluster.__exit__()


@pytest.fixture
def new_probe():
    made = []

    def start(cluster, *properties, group=None):
        made.append(Probe(cluster.bootstrap, group or f"probe-{os.getpid()}-{next(names)}", *properties))
        return made[-1]

    yield start
    for probe in made:
        probe.close()


@pytest.fixture
def probe(kafka, new_probe):
    """The wrapper of librdkafka, on the shared broker."""
    return new_probe(kafka)


@pytest.fixture
def topic(kafka, probe):
    """A topic of the test's own with two partitions and the broker's time."""
    name = f"test.{os.getpid()}.{next(names)}"
    made = probe("make", name, 2, 1, "message.timestamp.type=LogAppendTime", "max.message.bytes=2097152")
    assert not made["err"], made
    return name
