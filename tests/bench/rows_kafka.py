"""Rows about what comes through Apache Kafka: kafka-ingest, rebuild, kafka-visible-1k and -20k, catch-up. The broker runs on the
same cores; the notes say what of them it took, and whoever sent and asked."""
import collections
import http.client
import itertools
import json
import shutil
import socket
import subprocess
import time

import broker
import messages
from figures import Figure, percentile
from place import BIN, clean_environment
from process import cpu_s, threads_s
from register import REGISTRATION, registration, uscc

PROBES_FROM = 20_000_000    # numbers of subjects that nobody else has
PROBES_S = 50               # labelled messages a second
WARM_S = 1                  # whose probes do not count
WARM_ROUNDS_S = 10          # before the first round at a rate
PAUSE_S = 0.001             # between two questions for the same
GIVEN_UP_S = 120
RATE = 20_000               # of the department that does not stop while creditd is away
AWAY_S, AWAY_LEAST_S = 60, 5
CAUGHT_UP_S = 1             # what was sent so long ago must be there
LOOKED_AT_S = 6             # in which creditd has looked how far behind it is
STREAMS = (27_000, 41_000)  # messages/s of Kafka Streams on such a machine, with its broker


class Kafka:
    """A broker with the city in it, and what is known of taking it."""

    def __init__(self, p):
        self.p, self.numbers, self.rates = p, itertools.count(PROBES_FROM), []
        p.say("starting Apache Kafka")
        self.broker = broker.Broker(p.folder / "kafka")
        p.closing.callback(self.broker.stop)
        self.broker.make_topics()
        path = p.folder / "messages"
        p.say("publishing the city")
        self.messages = messages.write(p.files(), path)
        self.published = broker.publish(self.broker, path)
        path.unlink()
        self.topics = sorted({messages.TOPIC + f.parent.name for f in p.files()})

    def taken(self, register):
        """Messages that were committed since creditd was started."""
        return sum(self.p.counts(register).values())

    def new_register(self):
        """A running one that takes everything from the first message on, and when it was started."""
        began = time.monotonic()
        return self.p.fresh_register(**{"kafka.bootstrap.servers": self.broker.bootstrap}), began

    def take_all(self):
        """A new register that has taken all messages there are, and the seconds from its start."""
        register, began = self.new_register()
        broker.wait_until(lambda: self.taken(register) >= self.messages, "all messages were taken", 3600)
        return register, time.monotonic() - began

    def ensure_register(self):
        if not self.p.register:
            self.rates.append(self.messages / self.take_all()[1])
        return self.p.register

    def write_load(self, path, rows, seed, rate):
        """Messages of another city with probes among them, for a rate of so many a second."""
        city = self.p.folder / "load"
        self.p.make_city(city, rows, seed)
        count = messages.write(self.p.files(city), path, self.probes(), rate // PROBES_S)
        shutil.rmtree(city)
        return count

    def probes(self):
        for number in self.numbers:
            yield broker.probe_line(number, REGISTRATION, json.dumps(registration(number), ensure_ascii=False))


def the(p):
    if not p.kafka:
        p.kafka = Kafka(p)
    return p.kafka


GEARS = "credence_committed_rows_total{"


class Cpu:
    """CPU of creditd and the broker between two moments, by message, and in which gear the writer was."""

    def __init__(self, k, register):
        self.pid, self.k, self.register = register.process.pid, k, register
        self.gears = self.rows_by_gear()
        self.before = cpu_s(self.pid), k.broker.cpu_s()
        self.threads = threads_s(self.pid)

    def rows_by_gear(self):
        text = self.register.get("/metrics", over_socket=True).text
        return [int(line.split()[-1]) for line in text.splitlines() if line.startswith(GEARS)]

    def text(self, count):
        ours, its = cpu_s(self.pid) - self.before[0], self.k.broker.cpu_s() - self.before[1]
        threads = {name: s - self.threads.get(name, 0) for name, s in threads_s(self.pid).items()}
        first, second = (now - before for now, before in zip(self.rows_by_gear(), self.gears))
        largest = sorted(threads, key=threads.get, reverse=True)[:5]
        return (f"µs of CPU a message: creditd {ours / count * 1e6:.1f} (" +
                ", ".join(f"{name} {threads[name] / count * 1e6:.1f}" for name in largest) + f"), broker {its / count * 1e6:.1f}; {second / max(1, first + second):.0%} went in second gear")


# ---- a backlog ----

def kafka_ingest(p):
    """All messages that lie there, from the start of a creditd with an empty store until all are committed."""
    k = the(p)
    f = Figure("kafka-ingest", "records/s", ">= 0.8")
    alone = Figure("kafka-ingest", "messages/s", peer="librdkafka alone")
    for n in p.turns("kafka-ingest", is_long=True):
        bare = p.ceiling("kafka", k.broker.bootstrap, ",".join(k.topics))
        register, began = k.new_register()
        cpu = Cpu(k, register)
        with p.measuring("kafka-ingest", register):
            broker.wait_until(lambda: k.taken(register), "the first message was taken", pause=0.01)
            first = time.monotonic() - began
            broker.wait_until(lambda: k.taken(register) >= k.messages, "all messages were taken", 3600)
            took = time.monotonic() - began
        spent, counts = cpu.text(k.messages), p.counts(register)
        written = counts["stored"] + counts["changed"]
        p.settle(register)
        p.ensure_pairs()
        shutil.rmtree(p.folder / "ceiling", ignore_errors=True)
        rocks = p.ceiling("write", p.pairs, p.folder / "ceiling")
        shutil.rmtree(p.folder / "ceiling")
        k.rates.append(k.messages / took)
        f.add(written / took, rocks["records"] / rocks["seconds"])
        alone.add(bare["messages"] / bare["seconds"])
        alone.detail = f"{bare['messages']:,} messages, {bare['bytes'] / bare['messages']:.0f} B each with key and headers"
        rate = percentile(k.rates, 0.5)
        f.detail = (f"{rate:,.0f} messages/s, {rate / STREAMS[1]:.1f} to {rate / STREAMS[0]:.1f} times Kafka Streams "
                    f"(aim 2.5); {k.messages:,} messages of {len(k.topics)} departments, "
                    + ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items())
                    + f"; the first was there {first:.2f} s after the start; {spent}")
        p.say(f"kafka-ingest {p.of(n, True)}: {written / took:,.0f} records/s, {k.messages / took:,.0f} messages/s; RocksDB alone "
              f"{rocks['records'] / rocks['seconds']:,.0f}, librdkafka alone {bare['messages'] / bare['seconds']:,.0f}")
    alone.ours = percentile(k.rates, 0.5)
    return [f, alone]


def rebuild(p):
    """`creditctl rebuild` from the first message on, beside a creditd that takes the same."""
    k = the(p)
    f = Figure("rebuild", "messages/s")
    register = k.ensure_register()
    for n in p.turns("rebuild", is_long=True):
        p.settle(register)
        to, began = p.folder / "rebuilt", time.monotonic()
        done = subprocess.run([BIN / "creditctl", "rebuild", "--to", to, "--keys", register.data / "keys", "--quiet",
                               "--set", f"kafka.bootstrap.servers={k.broker.bootstrap}", "--set", "born.earliest=1800-01-01"],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=clean_environment())
        took = time.monotonic() - began
        shutil.rmtree(to, ignore_errors=True)
        if done.returncode != 0:
            raise SystemExit(f"bench: creditctl rebuild ended with status {done.returncode}\n{done.stderr}")
        if done.stdout[:64] != register.digest():
            raise SystemExit("bench: the store that was made anew has another digest")
        f.add(k.messages / took, k.rates[min(n, len(k.rates)) - 1])
        p.say(f"rebuild {p.of(n, True)}: {k.messages / took:,.0f} messages/s")
    f.detail = f"{k.messages:,} messages, the digest at its end among what was timed; its ceiling is kafka-ingest; the digests are equal"
    return [f]


# ---- messages that come ----

class Asker:
    """Asks for subjects on one connection."""

    def __init__(self, register):
        self.connection = http.client.HTTPConnection("127.0.0.1", register.port, timeout=60)
        self.connection.connect()
        self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def is_there(self, number):
        self.connection.request("GET", f"/v1/subjects/{uscc(number)}")
        answer = self.connection.getresponse()
        answer.read()
        return answer.status == 200

    def close(self):
        self.connection.close()


def watch(sender, register):
    """Seconds from sending to the first answer, of every labelled message. They come into sight in the order in which they
    were sent, so that only the oldest that is not seen yet is asked for."""
    asker, times, waiting, began = Asker(register), [], collections.deque(), time.monotonic()
    while waiting or not sender.is_over:
        waiting += sender.heard(0 if waiting else 1)
        if waiting and asker.is_there(waiting[0][0]):
            _, sent = waiting.popleft()
            if sent - began > WARM_S:
                times.append(time.monotonic() - sent)
        elif waiting:
            if time.monotonic() - waiting[0][1] > GIVEN_UP_S:
                raise SystemExit("bench: a message that was sent does not appear")
            time.sleep(PAUSE_S)
    asker.close()
    return times


def come(p, k, register, path, rate, seconds):
    """Messages with probes among them for so long: what was seen (`watch`), what the sender says, and what all that took."""
    count = k.write_load(path, rate * (seconds + WARM_S), next(k.numbers), rate)
    p.settle(register)
    cpu, before, asking = Cpu(k, register), k.taken(register), time.process_time()
    with broker.Sender(k.broker, path, rate) as sender:
        times = watch(sender, register)
        sent = sender.finish()
        asking = time.process_time() - asking
        broker.wait_until(lambda: k.taken(register) >= before + count, "all messages were taken")
    k.messages += count
    spent = f"{cpu.text(count)}, sender {sent['cpu'] / count * 1e6:.1f}, who asks {asking / count * 1e6:.1f}"
    return times, sent, spent


def visible(p, name, rate, aim):
    """From handing a message to the producer to the first answer that has it, while so many come each second. The broker
    makes machine code of what it does often, for which it takes the cores in its first seconds under such a load."""
    k = the(p)
    f, together, rates, acknowledged = Figure(name, "ms p99", aim), [], [], []
    register = k.ensure_register()
    path = p.folder / "messages"
    p.say(f"{name}: warming the broker up")
    come(p, k, register, path, rate, min(WARM_ROUNDS_S, 2 * p.seconds))
    for n in p.turns(name):
        with p.measuring(name, register):
            times, sent, spent = come(p, k, register, path, rate, p.seconds)
        times = [s * 1000 for s in times]
        together += times
        rates.append(sent["messages"] / sent["seconds"])
        acknowledged.append(sent["acknowledged_p99"])
        f.add(percentile(times, 0.99))
        f.detail = (f"p50 {percentile(together, 0.5):.1f} ms over {len(together)} probes among messages of a city; "
                    f"{percentile(rates, 0.5):,.0f} messages/s were sent, linger 5 ms, acks all, idempotent, lz4; acknowledged by "
                    f"the broker within {percentile(acknowledged, 0.5):.1f} ms p99; {spent}")
        p.say(f"{name} {p.of(n)}: p50 {percentile(times, 0.5):.1f} ms, p99 {f.rounds[-1]['value']:.1f} ms at {rates[-1]:,.0f}/s")
    path.unlink()
    return [f]


def visible_1k(p):
    return visible(p, "kafka-visible-1k", 1_000, "< 20")


def visible_20k(p):
    return visible(p, "kafka-visible-20k", 20_000, "< 1000")


def catch_up(p):
    """creditd is killed and away while messages go on coming, until what comes is there at once again."""
    k = the(p)
    f, rates = Figure("catch-up", "s", "< 60"), []
    register = k.ensure_register()
    away = max(AWAY_LEAST_S, AWAY_S * min(1, p.records / 1_000_000))
    path = p.folder / "messages"
    for n in p.turns("catch-up"):
        count = k.write_load(path, int(RATE * (2 * away + 2 * AWAY_LEAST_S)), next(k.numbers), RATE)
        p.settle(register)
        with broker.Sender(k.broker, path, RATE) as sender:
            sender.listen(2 * CAUGHT_UP_S)
            register.kill()
            last = sender.listen(away)
            began = time.monotonic()
            register.start()
            cpu = Cpu(k, register)
            wait_for_the_present(sender, register, last)
            took = time.monotonic() - began
            taken = k.taken(register)
            spent, sent = cpu.text(taken), sender.finish(now=True)
        broker.wait_until(lambda: is_all_taken(register), "all messages were taken", pause=LOOKED_AT_S)
        k.messages += sent["messages"]
        rates.append(sent["messages"] / sent["seconds"])
        f.add(took)
        f.detail = (f"away for {away:.0f} s; {percentile(rates, 0.5):,.0f} messages/s were sent all the time"
                    f"{', but the file ended' if sent['messages'] == count else ''}; {taken:,} were taken in {took:.1f} s, "
                    f"{taken / took:,.0f}/s; {spent}")
        p.say(f"catch-up {p.of(n)}: {took:.1f} s")
    path.unlink()
    return [f]


def wait_for_the_present(sender, register, last):
    """Until a message is there a second after it was sent at the latest; of a file that ended, the last one."""
    asker = Asker(register)
    while not asker.is_there(last[0]) or not sender.is_over and time.monotonic() - last[1] > CAUGHT_UP_S:
        heard = sender.heard(0)
        if heard and time.monotonic() - last[1] > CAUGHT_UP_S:
            last = heard[-1]
        time.sleep(0.01)
    asker.close()


def is_all_taken(register):
    """As creditd says itself, which looks every five seconds."""
    text = register.get("/metrics", over_socket=True).text
    return all(line.endswith(" 0") for line in text.splitlines() if line.startswith("credence_stream_lag_messages{"))
