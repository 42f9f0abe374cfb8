"""Apache Kafka by deploy/kafka.sh in a folder of the bench, its topics by creditctl, and who sends to it."""
import json
import os
import select
import signal
import subprocess
import sys
import time

import messages
from process import cpu_s
from register import BIN, SOURCE, clean_environment

SCRIPT = SOURCE / "deploy/kafka.sh"
SEND = BIN.parent / "bench/bench_send"
START_S = 600   # the first time it is fetched


class Broker:
    def __init__(self, folder):
        self.folder = folder
        done = subprocess.run([SCRIPT, "start", folder], stdout=subprocess.PIPE, text=True, timeout=START_S,
                              env=clean_environment())
        if done.returncode != 0:
            self.stop()
            raise SystemExit("bench: deploy/kafka.sh does not start Apache Kafka; deploy/packages.sh kafka installs what it needs")
        self.bootstrap = done.stdout.split()[-1]
        self.pid = int((folder / "node-1/pid").read_text())

    def stop(self):
        subprocess.run([SCRIPT, "stop", self.folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment())

    def make_topics(self):
        done = subprocess.run([BIN / "creditctl", "topics", "create", "--kafka", self.bootstrap], stdout=subprocess.DEVNULL,
                              env=clean_environment())
        if done.returncode != 0:
            raise SystemExit("bench: creditctl topics create failed")

    def cpu_s(self):
        return cpu_s(self.pid)


class Sender:
    """bench_send on a file of messages; while it runs it says which message with a label it sends, and when."""

    def __init__(self, broker, path, rate=0, linger_ms=5):
        self.process = subprocess.Popen([SEND, broker.bootstrap, path, str(rate), str(linger_ms)], stdout=subprocess.PIPE)
        self.rest, self.result = b"", None
        os.set_blocking(self.process.stdout.fileno(), False)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()

    @property
    def is_over(self):
        return self.result is not None

    def heard(self, timeout):
        """What was sent since it was asked last, (label, seconds) each; waits for the first."""
        out, found = self.process.stdout, []
        if self.is_over or not select.select([out], [], [], timeout)[0]:
            return found
        while (piece := out.read(65536)):
            self.rest += piece
        *lines, self.rest = self.rest.split(b"\n")
        for line in lines:
            if line.startswith(b"{"):
                self.result = json.loads(line)
            else:
                label, when = line.split()
                found.append((int(label), float(when)))
        if piece == b"" and not self.is_over:
            raise SystemExit(f"bench: bench_send ended with status {self.process.wait()}")
        return found

    def listen(self, seconds):
        """For so long; the last one that was sent."""
        end, last = time.monotonic() + seconds, None
        while (left := end - time.monotonic()) > 0:
            heard = self.heard(left)
            last = heard[-1] if heard else last
        return last

    def finish(self, now=False):
        """What it says at its end; `now`: what is left of the file is not sent."""
        if now and not self.is_over:
            self.process.send_signal(signal.SIGTERM)
        while not self.is_over:
            self.heard(1)
        return self.result


def publish(broker, path):
    """Sends a file as fast as it goes; what bench_send says of it."""
    with Sender(broker, path, linger_ms=50) as sender:
        return sender.finish()


def probe_line(number, theme, value):
    """A row that is asked for; its label is its number."""
    return messages.line(messages.TOPIC + "amr", theme, value, label=str(number))


def wait_until(fact, what, seconds=600, pause=0.05):
    end = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > end:
            print(f"bench: waited in vain until {what}", file=sys.stderr)
            raise SystemExit(1)
        time.sleep(pause)
