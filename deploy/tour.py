#!/usr/bin/env python3
"""What deploy/quickstart.sh needs to know about the sample city: whether a creditd that took it answers as the city's
summary says, and where a newcomer looks.

    tour.py check URL DATA     every theme's counts, ledgers, search, a subject, a number that must stay hidden
    tour.py wait URL DATA      until all of it has come in, where it comes through Apache Kafka
    tour.py show URL DATA BIN DEPARTMENT KEY
    tour.py department DATA    the department whose ledger and rejected row the tour shows

DATA is the daemon's folder; the city lies in DATA/sample."""
import collections
import http.client
import json
import pathlib
import socket
import sys
import time
import urllib.parse

COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")


class Socket(http.client.HTTPConnection):
    """HTTP over the operators' Unix socket."""

    def __init__(self, path):
        super().__init__("credence", timeout=120)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Register:
    """A running creditd, asked as anyone (`get`) and as an operator (`operator`)."""

    def __init__(self, url, data):
        self.url, self.data = url, pathlib.Path(data)
        self.summary = json.loads((self.data / "sample/summary.json").read_text(encoding="utf-8"))

    def ask(self, connection, path, query):
        address = urllib.parse.quote(path) + ("?" + urllib.parse.urlencode(query) if query else "")
        try:
            connection.request("GET", address)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def get(self, path, **query):
        return self.ask(http.client.HTTPConnection(urllib.parse.urlsplit(self.url).netloc, timeout=120), path, query)

    def operator(self, path, **query):
        return self.ask(Socket(self.data / "creditd.sock"), path, query)

    def submissions(self, department):
        """The department's receipts by theme."""
        found, cursor = {}, {}
        while True:
            status, page = self.operator("/v1/submissions", department=department, limit=100, **cursor)
            assert status == 200, page
            found |= {one["theme"]: one for one in page["items"]}
            if not page["next"]:
                return found
            cursor = {"cursor": page["next"]}


class Checks:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def expect(self, what, found, wanted):
        if found == wanted:
            self.passed += 1
        else:
            self.failed += 1
            print(f"   WRONG {what}: {found!r}, expected was {wanted!r}", file=sys.stderr)


def counts(of):
    return {c: of[c] for c in COUNTS}


def check_accounts(register, checks):
    files = {}
    for one in register.summary["files"]:
        files.setdefault(one["department"], []).append(one)
    for department, total in register.summary["departments"].items():
        receipts = register.submissions(department)
        for one in files.get(department, []):
            checks.expect(f"counts of {one['file']}", counts(receipts[one["theme"]]), counts(one))
        status, ledger = register.operator(f"/v1/departments/{department}/ledger", limit=1)
        checks.expect(f"ledger of {department}", (status, counts(ledger["totals"])), (200, counts(total)))


def check_answers(register, checks):
    tour = register.summary["tour"]
    code, name = tour["subject"]["code"], tour["subject"]["name"]
    status, hits = register.get("/v1/search", q=tour["search"], limit=100)
    checks.expect("search", (status, len(hits["items"]) > 0), (200, True))
    wide = "".join(chr(ord(c) + 0xFEE0) for c in code.lower())
    status, hits = register.get("/v1/search", q=wide)
    checks.expect("a code in full width and lower case", code in [h["code"] for h in hits["items"]], True)
    status, subject = register.get(f"/v1/subjects/{code}")
    checks.expect("subject", (status, subject.get("name")), (200, name))
    checks.expect("categories of the subject", sum(n > 0 for n in subject["counters"].values()) >= 6, True)
    status, records = register.get(f"/v1/subjects/{code}/records", limit=100)
    checks.expect("records and counters", len(records["items"]), min(100, sum(subject["counters"].values())))
    checks.expect("names of all that is shown", all(v["zh"] for r in records["items"] for v in records["themes"][r["theme"]]["items"]), True)

    sealed = tour["sealed"]
    status, records = register.get(f"/v1/subjects/{sealed['code']}/records", theme=sealed["theme"], limit=100)
    checks.expect("a record with an identity number in its text", (status, len(records["items"]) >= 1), (200, True))
    checks.expect("the identity number in it", sealed["number"] in json.dumps(records), False)
    status, _ = register.get("/v1/search", q=sealed["number"])
    checks.expect("looking for an identity number", status, 400)

    status, figures = register.get("/v1/statistics")
    checks.expect("departments in the statistics", status, 200)


def check(url, data):
    register, checks = Register(url, data), Checks()
    check_accounts(register, checks)
    check_answers(register, checks)
    print(f"   {checks.passed} right, {checks.failed} wrong")
    return checks.failed


def wait(url, data):
    """Until every file of the city has its receipt, for it came through Apache Kafka; ten minutes without one more are
    too long."""
    register = Register(url, data)
    files = collections.Counter(one["department"] for one in register.summary["files"])
    finished, heard = -1, time.monotonic()
    while True:
        found = sum(one["state"] == "finished" for d in files for one in register.submissions(d).values())
        if found == files.total():
            if sys.stdout.isatty():
                print(f"\r{'':40}\r", end="")
            return 0
        if found > finished:
            finished, heard = found, time.monotonic()
            if sys.stdout.isatty():
                print(f"\r   {found} of {files.total()} files are in ", end="", flush=True)
        elif time.monotonic() - heard > 600:
            print(f"   only {found} of {files.total()} files came in", file=sys.stderr)
            return 1
        time.sleep(0.5)


def department_of(summary):
    """The department of the rejected row that the tour shows."""
    return next(one["department"] for one in summary["files"] if one["theme"] == summary["tour"]["rejected"]["theme"])


def department(data):
    print(department_of(json.loads((pathlib.Path(data) / "sample/summary.json").read_text(encoding="utf-8"))))


def rejected_row(register, theme):
    """The receipt and a rejected row of it, with its remedy."""
    wanted = register.summary["tour"]["rejected"]
    receipt = register.submissions(department_of(register.summary))[theme]
    _, whole = register.operator(f"/v1/submissions/{receipt['id']}")
    rows = [r for r in whole["rows"] if r["verdict"] == "rejected"]
    return receipt["id"], next((r for r in rows if r["row"] == wanted["row"]), rows[0])


def show(url, data, bin_, of, key):
    register = Register(url, data)
    tour, subject = register.summary["tour"], register.summary["tour"]["subject"]
    theme = tour["rejected"]["theme"]
    id_, row = rejected_row(register, theme)
    word = urllib.parse.quote(tour["search"])
    print(f"""
== {url}/ 已就绪 is open. 看什么 Where to look:

   浏览器 In a browser
     {url}/                                       按名称或代码查询 search by a part of a name, or any code
     {url}/search?q={word}
     {url}/subjects/{subject['code']}
         {subject['name']}：八类信用记录 its records by category

   接口 The same for programs
     curl '{url}/v1/search?q={word}'
     curl {url}/v1/subjects/{subject['code']}
     curl {url}/v1/subjects/{subject['code']}/records
     curl {url}/v1/statistics

   部门 What a department sees of what it handed in, with its key ({of})
     curl -H 'Authorization: Bearer {key}' {url}/v1/departments/{of}/ledger
     curl -H 'Authorization: Bearer {key}' {url}/v1/departments/{of}/findings

   退回的一行 A row that was rejected, and what to do about it
     {theme} 第 {row['row']} 行 row, {row['rule']}, {row.get('item', '')} = {row.get('value', '')}
     {row.get('remedy', '')}
     退回文件 its reject file, to be corrected in a spreadsheet and handed in again:
     {bin_}/creditctl --data {data} receipt {id_} --rejects >rejects.csv
     {bin_}/creditctl --data {data} submit --theme {theme} rejects.csv

   运维 What operators do
     {bin_}/creditctl --data {data} stores
     {bin_}/creditctl --data {data} terms --on {register.summary['day']}
     {bin_}/creditctl --data {data} check

   docs/catalogue.md 目录 what the 51 departments hand in; docs/sample.md 样例 what is in this city
   Ctrl-C 结束 ends it.""")


def main():
    commands = {"check": check, "wait": wait, "show": show, "department": department}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(1 if commands[sys.argv[1]](*sys.argv[2:]) else 0)


if __name__ == "__main__":
    main()
