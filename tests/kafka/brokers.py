"""Apache Kafka of a test's own, and what its tools do with it: topics with settings, records deleted, kcat as producer."""
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile

from register import PATIENCE, SOURCE, wait_for

SCRIPT = SOURCE / "deploy/kafka.sh"
POM = SOURCE / "deploy/kafka/pom.xml"


def jars():
    """Where deploy/kafka.sh keeps the programs of the version that it wants."""
    version = re.search(r"<kafka.version>(.*)</kafka.version>", POM.read_text()).group(1)
    checksum = subprocess.run(["cksum"], stdin=POM.open(), capture_output=True, text=True, check=True).stdout.split()[0]
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache"))
    return cache / "credence" / f"kafka-{version}-{checksum}"


class Broker:
    """One broker in a folder of its own. `with Broker() as broker:` takes it down again."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crd-kafka-"))
        self.address = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        subprocess.run([SCRIPT, "stop", self.folder], capture_output=True, timeout=PATIENCE)
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def start(self):
        done = subprocess.run([SCRIPT, "start", self.folder], capture_output=True, text=True, timeout=PATIENCE * 3)
        assert done.returncode == 0, done.stderr
        self.address = done.stdout.split()[-1]

    def kill(self):
        """As by a power cut."""
        os.kill(int((self.folder / "node-1/pid").read_text()), signal.SIGKILL)

    def tool(self, name, *arguments, input=None, fails=False):
        """One of Kafka's own programs by the name of its class."""
        done = subprocess.run(["java", "-XX:TieredStopAtLevel=1", "-cp", f"{jars()}/*", name, *map(str, arguments)], input=input,
                              capture_output=True, text=True, timeout=PATIENCE)
        assert fails or done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def topics(self, *arguments, **options):
        return self.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", self.address, *arguments, **options)

    def make_topic(self, name, partitions=1, **settings):
        settings = {"message.timestamp.type": "LogAppendTime"} | {k.replace("_", "."): v for k, v in settings.items()}
        more = [word for k, v in settings.items() for word in ("--config", f"{k}={v}")]
        self.topics("--create", "--topic", name, "--partitions", partitions, *more)

    def delete_topic(self, name):
        self.topics("--delete", "--topic", name)
        wait_for(lambda: name not in self.topics("--list").split(), f"{name} is gone")

    def delete_records(self, topic, partition, before):
        """As retention would."""
        file = self.folder / "delete.json"
        file.write_text(json.dumps({"version": 1, "partitions": [
            {"topic": topic, "partition": partition, "offset": before}]}))
        self.tool("org.apache.kafka.tools.DeleteRecordsCommand", "--bootstrap-server", self.address,
                  "--offset-json-file", file)

    def kcat(self, topic, values, partition=0, key=None, compression="none", **headers):
        """Sends each value (bytes without a line feed) with these headers."""
        more = [word for k, v in headers.items() for word in ("-H", f"{k}={v}")]
        if key is not None:
            more += ["-k", key]
        done = subprocess.run(["kcat", "-P", "-b", self.address, "-t", topic, "-p", str(partition), "-z", compression, *more],
                              input=b"\n".join(values) + b"\n", capture_output=True, timeout=PATIENCE)
        assert done.returncode == 0, done.stderr
