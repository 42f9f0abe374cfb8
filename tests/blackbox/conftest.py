"""What black-box tests share: a creditd on a folder of its own, and short ways to talk to it.

    def test_a_file_is_stored(creditd):
        receipt = creditd.submit("amr-enterprise-registration", registrations(3)).json
        assert receipt["stored"] == 3
        assert creditd.get("/v1/search?q=样例").json["items"]

CREDENCE_BIN names the folder of the programs (default build/dev/bin), CREDENCE_KIND how they were built. Only the
standard library and pytest are needed. The daemon's log is shown when a test fails."""
import dataclasses
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import pytest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CREDENCE_BIN", SOURCE / "build/dev/bin")).resolve()
KIND = os.environ.get("CREDENCE_KIND", "dev")
# Sanitizers make everything slower, and machines of a CI are loaded.
PATIENCE = 60 if KIND == "release" else 180
REGISTRATIONS = "amr-enterprise-registration"

sys.path.insert(0, str(SOURCE / "deploy"))
import sample  # noqa: E402  (deploy/sample.py knows check characters and identity numbers)


@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def problem(self):
        """The slug of a problem document."""
        return self.json["type"].removeprefix("urn:credence:problem:")


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the daemon's socket."""

    def __init__(self, path, timeout):
        super().__init__("credence", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def wait_for(fact, what, seconds=None):
    """Waits until fact() is true and returns what it returned."""
    end = time.monotonic() + (seconds or PATIENCE)
    while True:
        found = fact()
        if found:
            return found
        if time.monotonic() > end:
            pytest.fail(f"waited in vain: {what}")
        time.sleep(0.02)


def clean_environment(**more):
    """Without settings of whoever runs the tests."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("CREDENCE_") or k in ("CREDENCE_FAULT",)}
    return env | {"LC_ALL": "C.UTF-8"} | more


def run(program, *arguments, **options):
    """A program to its end: returncode, stdout, stderr (as text)."""
    options.setdefault("env", clean_environment())
    return subprocess.run([BIN / program, *map(str, arguments)], capture_output=True, text=True,
                          timeout=PATIENCE * 2, **options)


class Creditd:
    """One installation: a folder, and at most one daemon on it."""

    def __init__(self, folder, **settings):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.log_file = self.folder / "creditd.log"
        # Persons of synthetic samples were born before 1880.
        self.settings = {"born.earliest": "1800-01-01", "memory.cache": "16 MiB",
                         "memory.buffers": "32 MiB"} | {k.replace("_", "."): v for k, v in settings.items()}
        self.environment = {}
        self.process, self.port, self.keys = None, None, {}

    # ---- the daemon ----

    def arguments(self):
        listed = [f"--set={k}={v}" for k, v in self.settings.items()]
        return ["--data", str(self.data), "--listen", f"127.0.0.1:{self.port or 0}", *listed]

    def launch(self):
        """Starts the process and does not wait for it."""
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen([BIN / "creditd", *self.arguments()], stdout=subprocess.PIPE, stderr=log,
                                            env=clean_environment(**self.environment), text=True)
        return self.process

    def start(self):
        """Starts it and waits until it is ready. A second start takes the port of the first."""
        self.launch()
        line = self.process.stdout.readline()
        assert " ready on http://" in line, f"creditd did not start: {self.process.wait(PATIENCE)}\n{self.log()}"
        self.port = int(line.split("http://")[1].split("/")[0].rsplit(":", 1)[1])
        wait_for(lambda: self.get("/readyz").status == 200, "/readyz")
        return self

    def stop(self, number=signal.SIGTERM):
        """Its exit status."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.process = None
        return code

    def kill(self):
        return self.stop(signal.SIGKILL)

    def restart(self):
        assert self.stop() == 0, self.log()
        return self.start()

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def log(self):
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    # ---- over HTTP ----

    def request(self, method, path, body=None, key=None, headers=None, over_socket=False):
        """`path` may hold Chinese characters; `key` is a department's secret."""
        path = urllib.parse.quote(path, safe="/?&=%:+~,@!$'()*;[]#")
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        connection = (UnixConnection(self.data / "creditd.sock", PATIENCE) if over_socket
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE))
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def get_json(self, path, **more):
        """The JSON of an answer that must be 200."""
        answer = self.get(path, **more)
        assert answer.status == 200, f"{path}: {answer.status} {answer.text}"
        return answer.json

    def operator(self, method, path, **more):
        """As an operator, over the Unix socket."""
        return self.request(method, path, over_socket=True, **more)

    def department_of(self, theme):
        return self.get_json(f"/v1/catalogue/{theme}")["department"]

    def key(self, department):
        """A key of the department; the same one each time."""
        if department not in self.keys:
            made = self.ctl("key", "add", "--department", department)
            assert made.returncode == 0, made.stderr
            self.keys[department] = made.stdout.strip()
        return self.keys[department]

    def submit(self, theme, text, key=None, batch=None, kind="csv", headers=None):
        """Hands a text in over TCP, with a key of the responsible department unless one is given."""
        headers = {"Content-Type": {"csv": "text/csv", "ndjson": "application/x-ndjson"}[kind]} | (headers or {})
        if batch:
            headers["Batch-Id"] = batch
        body = text.encode("utf-8") if isinstance(text, str) else text
        return self.request("POST", f"/v1/submissions?theme={theme}", body=body,
                            key=key or self.key(self.department_of(theme)), headers=headers)

    # ---- with creditctl ----

    def ctl(self, *arguments, **options):
        """creditctl on this installation: returncode, stdout, stderr."""
        return run("creditctl", "--data", self.data, *arguments, **options)

    def digest(self):
        found = self.ctl("digest")
        assert found.returncode == 0, found.stderr
        return found.stdout[:64]

    def check(self):
        found = self.ctl("check")
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout

    def file(self, name, text):
        """A file of the installation's folder, outside its data."""
        path = self.folder / name
        path.write_bytes(text.encode("utf-8") if isinstance(text, str) else text)
        return path


@pytest.fixture
def new_creditd(request):
    """Makes installations: new_creditd(receipts_days="7"). They are not started."""
    made = []

    def make(**settings):
        # Short, because the address of a Unix socket may have 107 characters only.
        made.append(Creditd(tempfile.mkdtemp(prefix="crd-"), **settings))
        return made[-1]

    yield make
    for one in made:
        if one.process is not None:
            one.kill()
        if hasattr(request.node, "has_failed"):
            print(f"---- log of the creditd on {one.data}\n{one.log()[-20000:]}")
        shutil.rmtree(one.folder)


@pytest.fixture
def creditd(new_creditd):
    """A creditd that is ready, on a store of its own."""
    return new_creditd().start()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    if outcome.get_result().failed:
        item.has_failed = True


# ---- synthetic rows ----

def code(number, kind="91"):
    """The unified code of the nth synthetic subject."""
    digits = ""
    for _ in range(6):
        digits = sample.ALPHABET[number % 31] + digits
        number //= 31
    return sample.unified_code(kind, "YY" + digits)


def csv_text(rows):
    """CSV of dictionaries with the same keys."""
    def cell(value):
        value = str(value)
        return '"' + value.replace('"', '""') + '"' if any(c in value for c in ',"\r\n') else value

    lines = [",".join(map(cell, rows[0]))] + [",".join(map(cell, row.values())) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def registration(number, **items):
    """A good row of amr-enterprise-registration."""
    return {"企业名称": f"样例市第{number}号贸易有限公司", "统一社会信用代码": code(number),
            "注册日期": "2020-01-02", "登记状态": "存续", "行政区划": "云岭区"} | items


def registrations(count, first=1):
    return csv_text([registration(first + i) for i in range(count)])
