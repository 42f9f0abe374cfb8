"""A running register for tests from outside: the built programs, a folder of its own, a free port."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request

BIN = pathlib.Path(os.environ["CREDENCE_BIN"])
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REGISTRATION = "amr-enterprise-registration"
PENALTY_COLUMNS = ("CF_WSH,CF_XDR_MC,CF_XDR_LB,CF_XDR_SHXYM,CF_FRDB,CF_WFXW,CF_SY,CF_YJ,CF_CFLB,CF_NR,CF_NR_FK,CF_JDRQ,CF_YXQ,"
                   "CF_GSJZQ,CF_CFJG,CF_CFJGDM,CF_SJLY,CF_SJLYDM,_id,_version,_op").split(",")


def uscc(n, pair="91", division="440106"):
    """A code of the synthetic range, both check characters right."""
    body = ""
    for _ in range(6):
        body = ALPHABET[n % 31] + body
        n //= 31
    body = "YY" + body
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    r = 11 - sum((int(c) if c.isdigit() else ord(c) - 55) * w for c, w in zip(body, weights)) % 11
    code = pair + division + body + ("X" if r == 10 else "0" if r == 11 else str(r))
    s = sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(code))
    return code + ALPHABET[(31 - s % 31) % 31]


def wrong(code):
    """The same code with a check character that does not fit."""
    return code[:17] + ("1" if code[17] != "1" else "2")


def penalty(number, name, code, record="", version="", op="", fact="事实", until="2099-01-01", day="2026-02-03"):
    return dict(zip(PENALTY_COLUMNS, [number, name, "法人及非法人组织", code, "某甲", "无照经营", fact, "条例第一条", "罚款",
                                      "罚款二千元", "0.2", day, "2027-01-01", until, "某局", "11440106YY000001XG", "某局",
                                      "11440106YY000001XG", record, str(version), op]))


def csv(rows):
    """Rows as dictionaries with the same keys; every field quoted."""
    lines = [",".join(rows[0])]
    lines += [",".join('"' + value.replace('"', '""') + '"' for value in row.values()) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()


class Register:
    def __init__(self, data, env=None):
        self.data = pathlib.Path(data)
        self.port = free_port()
        self.env = {**os.environ, **(env or {})}
        self.log = self.data.parent / (self.data.name + ".log")
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            [BIN / "creditd", "--data", self.data, "--listen", f"127.0.0.1:{self.port}"], env=self.env,
            stdout=subprocess.DEVNULL, stderr=self.log.open("ab"))
        end = time.monotonic() + 60
        while time.monotonic() < end:
            assert self.process.poll() is None, f"creditd ended with {self.process.returncode}: {self.log.read_text()}"
            try:
                if self.get("/readyz").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("creditd does not become ready")

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=60) == 0

    def request(self, method, path, body=None, headers=None, **query):
        url = f"http://127.0.0.1:{self.port}{path}"
        if query:
            url += "?" + urllib.parse.urlencode({k.rstrip("_"): v for k, v in query.items() if v is not None})
        asked = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(asked, timeout=60) as a:
                return Answer(a.status, a.headers, a.read())
        except urllib.error.HTTPError as a:
            return Answer(a.code, a.headers, a.read())

    def get(self, path, key=None, headers=None, **query):
        headers = dict(headers or {})
        if key:
            headers["Authorization"] = f"Bearer {key}"
        return self.request("GET", path, headers=headers, **query)

    def post(self, theme, body, key=None, batch=None, kind="text/csv"):
        headers = {"Content-Type": kind}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        if batch:
            headers["Batch-Id"] = batch
        return self.request("POST", "/v1/submissions", body=body, headers=headers, theme=theme)

    def ctl(self, *args, input=None):
        return subprocess.run([BIN / "creditctl", "--data", self.data, *map(str, args)], input=input, capture_output=True,
                              env=self.env, timeout=300)

    def submit(self, theme, body, *more):
        """By creditctl, as the operator; returns the receipt."""
        done = self.ctl("submit", "--theme", theme, "--json", *more, "-", input=body)
        assert done.returncode in (0, 3), done.stderr.decode()
        return json.loads(done.stdout)

    def key(self, department):
        made = self.ctl("key", "add", "--department", department)
        assert made.returncode == 0, made.stderr.decode()
        return next(word for word in made.stdout.decode().split() if word.startswith("crd_"))

    def digest(self):
        done = self.ctl("digest")
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode().split()[0]

    def all(self, path, key=None, **query):
        """Every item of a list, page by page."""
        items, cursor = [], None
        while True:
            page = self.get(path, key=key, cursor=cursor, **query)
            assert page.status == 200, page.text
            items += page.json["items"]
            cursor = page.json["next"]
            if cursor is None:
                return items
