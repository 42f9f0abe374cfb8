"""A running register for tests from outside: the built programs, a folder of its own, and short ways to talk to it.

    def test_a_file_is_stored(creditd):
        receipt = creditd.submit(REGISTRATION, registrations(3))
        assert receipt["stored"] == 3
        assert creditd.get("/v1/search", q="样例").json["items"]

CREDENCE_BIN names the folder of the programs (default build/dev/bin), CREDENCE_KIND how they were built. Only the
standard library is needed. tests/conftest.py makes fixtures of it, and shows the daemons' logs when a test fails."""
import csv
import dataclasses
import http.client
import io
import json
import os
import pathlib
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

import codes

SOURCE = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CREDENCE_BIN", SOURCE / "build/dev/bin")).resolve()
KIND = os.environ.get("CREDENCE_KIND", "dev")
# Sanitizers make everything slower, and machines of a CI are loaded.
PATIENCE = int(os.environ.get("CREDENCE_PATIENCE", 60 if KIND == "release" else 180))
REGISTRATION = "amr-enterprise-registration"
PENALTY = "amr-penalty"
PENALTY_COLUMNS = ("CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,"
                   "CF_YXQ,CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op").split(",")


# ---- synthetic rows ----

def uscc(number, kind="91"):
    """The unified code of the nth synthetic subject, both check characters right."""
    digits = ""
    for _ in range(6):
        digits = codes.ALPHABET[number % 31] + digits
        number //= 31
    return codes.unified_code(kind, "YY" + digits)


wrong = codes.wrong


def as_csv(rows, quoting=csv.QUOTE_ALL, line_end="\n"):
    """Rows, dictionaries with the same keys, as a file."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=line_end)
    writer.writerow(rows[0])
    writer.writerows(row.values() for row in rows)
    return out.getvalue().encode()


def registration(number, **items):
    """A good row of amr-enterprise-registration."""
    return {"企业名称": f"样例市第{number}号贸易有限公司", "统一社会信用代码": uscc(number),
            "注册日期": "2020-01-02", "登记状态": "存续", "行政区划": "云岭区"} | items


def registrations(count, first=1):
    """A file of good rows, with as few quotes as a spreadsheet writes."""
    return as_csv([registration(first + i) for i in range(count)], csv.QUOTE_MINIMAL, "\r\n")


def penalty(number, name, code, record="", version="", op="", fact="事实", until="2099-01-01", day="2026-02-03"):
    """A good row of amr-penalty."""
    return dict(zip(PENALTY_COLUMNS, [number, name, "法人及非法人组织", code, "某甲", "无照经营", fact, "条例第一条", "罚款",
                                      "罚款二千元", "0.2", day, "2027-01-01", until, "某局", "11440106YY000001XG", "某局",
                                      "11440106YY000001XG", record, str(version), op], strict=True))


# ---- programs ----

def wait_for(fact, what):
    """Waits until fact() is true and returns what it returned."""
    end = time.monotonic() + PATIENCE
    while True:
        found = fact()
        if found:
            return found
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.02)


def clean_environment(**more):
    """Without settings of whoever runs the tests."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("CREDENCE_") or k == "CREDENCE_FAULT"}
    return env | {"LC_ALL": "C.UTF-8"} | more


def as_bytes(text):
    return text.encode() if isinstance(text, str) else text


def run(program, *arguments, input=None, env=None, cwd=None):
    """A program to its end: returncode, stdout, stderr (as text). `input` is text or bytes."""
    done = subprocess.run([BIN / program, *map(str, arguments)], input=as_bytes(input), capture_output=True, cwd=cwd,
                          env=env or clean_environment(), timeout=PATIENCE * 2)
    done.stdout, done.stderr = done.stdout.decode(), done.stderr.decode(errors="replace")
    return done


# Whoever is started counts the memory of who starts it as its own, so a small process stands between.
PEAK = """
import os, subprocess, sys
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(program.pid, 0)
print(used.ru_maxrss, os.waitstatus_to_exitcode(status))
"""


def peak_mib(program, *arguments):
    """The most memory that a program held, and its exit status."""
    done = subprocess.run([sys.executable, "-S", "-c", PEAK, BIN / program, *map(str, arguments)], capture_output=True,
                          text=True, env=clean_environment(), timeout=PATIENCE * 10)
    kib, code = done.stdout.split()
    return int(kib) / 1024, int(code)


# ---- HTTP ----

@dataclasses.dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self):
        return self.body.decode()

    @property
    def json(self):
        return json.loads(self.body)


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the daemon's socket."""

    def __init__(self, path, timeout):
        super().__init__("credence", timeout=timeout)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Register:
    """One installation: a folder, and at most one daemon on it. `with Register() as one:` clears both away."""

    made = []  # those that are not cleared away yet

    def __init__(self, **settings):
        # Short, because the address of a Unix socket may have 107 characters only.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="crd-"))
        self.data = self.folder / "data"
        # Persons of synthetic samples were born before 1880.
        self.settings = {"born.earliest": "1800-01-01", "memory": "384 MiB"} | {k.replace("_", "."): v for k, v in settings.items()}
        self.environment = {}  # of the daemon: CREDENCE_FAULT
        self.process, self.port, self.keys = None, None, {}
        self.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process is not None:
            self.kill()
        shutil.rmtree(self.folder)
        self.made.remove(self)

    def file(self, name, text):
        """A file of the installation's folder, outside its data."""
        path = self.folder / name
        path.write_bytes(as_bytes(text))
        return path

    def log(self):
        file = self.folder / "creditd.log"
        return file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""

    # ---- the daemon ----

    def launch(self):
        """Starts the process and does not wait for it."""
        settings = [f"--set={k}={v}" for k, v in self.settings.items()]
        with open(self.folder / "creditd.log", "ab") as log:
            self.process = subprocess.Popen([BIN / "creditd", "--data", self.data, "--listen",
                                             f"127.0.0.1:{self.port or 0}", *settings], stdout=subprocess.PIPE,
                                            stderr=log, env=clean_environment(**self.environment), text=True)
        return self.process

    def start(self):
        """Starts it and waits until it is ready. A second start takes the port of the first."""
        out = self.launch().stdout
        assert select.select([out], [], [], PATIENCE)[0], f"creditd says nothing\n{self.log()}"
        line = out.readline()
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

    # ---- over HTTP ----

    def request(self, method, path, body=None, key=None, headers=None, over_socket=False, **query):
        """`path` may hold Chinese characters; `key` is a department's secret; what is None in `query` is left out."""
        path = urllib.parse.quote(path, safe="/?&=%:+~,@!$'()*;[]#")
        query = urllib.parse.urlencode({k: v for k, v in query.items() if v is not None})
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        connection = (UnixConnection(self.data / "creditd.sock", PATIENCE) if over_socket
                      else http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE))
        try:
            connection.request(method, f"{path}?{query}" if query else path, body=body, headers=headers)
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

    def all(self, path, **more):
        """Every item of a list, page by page."""
        items, cursor = [], None
        while True:
            page = self.get_json(path, cursor=cursor, **more)
            items += page["items"]
            cursor = page["next"]
            if cursor is None:
                return items

    def post(self, theme, body, key=None, batch=None, kind="text/csv"):
        """Hands a file in as a department does, with its key."""
        headers = {"Content-Type": kind} | ({"Batch-Id": batch} if batch else {})
        return self.request("POST", "/v1/submissions", body=as_bytes(body), key=key, headers=headers, theme=theme)

    # ---- with creditctl, as the operator ----

    def ctl(self, *arguments, **options):
        """creditctl on this installation: returncode, stdout, stderr."""
        return run("creditctl", "--data", self.data, *arguments, **options)

    def launch_ctl(self, *arguments, **options):
        """Starts creditctl and does not wait for it."""
        return subprocess.Popen([BIN / "creditctl", "--data", self.data, *map(str, arguments)],
                                env=clean_environment(), **options)

    def submit(self, theme, body):
        """Hands a file in; returns the receipt."""
        done = self.ctl("submit", "--theme", theme, "--json", "-", input=body)
        assert done.returncode in (0, 3), done.stderr
        return json.loads(done.stdout)

    def key(self, department):
        """A key of the department; the same one each time."""
        if department not in self.keys:
            made = self.ctl("key", "add", "--department", department)
            assert made.returncode == 0, made.stderr
            self.keys[department] = made.stdout.strip()
        return self.keys[department]

    def digest(self):
        found = self.ctl("digest")
        assert found.returncode == 0, found.stderr
        return found.stdout[:64]

    def check(self):
        found = self.ctl("check")
        assert found.returncode == 0, found.stdout + found.stderr
        return found.stdout
