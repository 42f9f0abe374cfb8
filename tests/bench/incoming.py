"""Rows that come in at a steady rate while something else is measured."""
import subprocess
import threading
import time

SENDERS = 4     # who share in them
PIECES = 20     # in which a sender's second comes


class Incoming:
    """Through several `creditctl submit -`, file after file, until it is left. `files` is an iterator of paths; when it has no
    more, no more rows come. `is_spent` is told each file that was read. A sender catches up with what it is behind, as behind
    many small files, but for `late_s` at the most."""

    def __init__(self, p, files, rate, senders=SENDERS, is_spent=None, late_s=1):
        self.p, self.files, self.is_spent, self.late_s = p, files, is_spent, late_s
        self.rate_of_each, self.lock, self.is_over = rate / senders, threading.Lock(), threading.Event()
        self.threads = [threading.Thread(target=self.work) for _ in range(senders)]
        self.failure = None
        self.rate = 0   # rows a second that came in, behind the end

    def work(self):
        due = time.monotonic()
        try:
            while not self.is_over.is_set():
                with self.lock:
                    file = next(self.files, None)
                if file is None:
                    return
                due = self.send(file, due)
                if self.is_spent:
                    self.is_spent(file)
        except (OSError, SystemExit) as e:
            self.failure = e

    def send(self, file, due):
        lines = file.read_bytes().splitlines(keepends=True)
        ctl = self.p.register.launch_ctl("submit", "--theme", file.stem, "--quiet", "-", stdin=subprocess.PIPE,
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        step = max(1, int(self.rate_of_each / PIECES))
        for at in range(0, len(lines), step):
            piece = lines[at:at + step]
            ctl.stdin.write(b"".join(piece))
            ctl.stdin.flush()
            due = max(due + len(piece) / self.rate_of_each, time.monotonic() - self.late_s)
            if self.is_over.wait(max(0, due - time.monotonic())):
                break
        ctl.stdin.close()
        ctl.wait()
        return due

    def __enter__(self):
        self.began, self.before = time.monotonic(), sum(self.p.counts(self.p.register).values())
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        rows = sum(self.p.counts(self.p.register).values()) - self.before
        self.rate = rows / (time.monotonic() - self.began)
        self.is_over.set()
        for thread in self.threads:
            thread.join()
        if self.failure:
            raise SystemExit(f"bench: rows could not be handed in: {self.failure}\n{self.p.register.log()[-2000:]}")
