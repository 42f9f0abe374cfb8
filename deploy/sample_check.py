#!/usr/bin/env python3
"""What deploy/quickstart.sh needs to know about its sample: which files there are, what a receipt says in one line,
whether the answers of a creditd are right, and where a newcomer looks.

    sample_check.py files SAMPLE
    sample_check.py receipt RECEIPT
    sample_check.py answers URL SAMPLE RECEIPTS
    sample_check.py tour URL DATA RECEIPTS BIN KEY
"""
import json
import pathlib
import sys
import urllib.error
import urllib.parse
import urllib.request

COUNTS = ("received", "stored", "changed", "duplicate", "stale", "rejected", "warned")


def read(path):
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def get(url, path, **query):
    """Status and JSON of an answer."""
    address = url + path + ("?" + urllib.parse.urlencode(query) if query else "")
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def files(sample):
    for entry in read(f"{sample}/expected.json")["files"]:
        print(entry["theme"], entry["file"])


def receipt(path):
    found = read(path)
    print(f"   {found['theme']:<28} " + ", ".join(f"{found[c]} {c}" for c in COUNTS if found[c] or c == "received"))


class Checks:
    def __init__(self):
        self.passed, self.failed = 0, 0

    def expect(self, what, found, wanted):
        if found == wanted:
            self.passed += 1
        else:
            self.failed += 1
            print(f"   WRONG {what}: {found!r}, expected was {wanted!r}", file=sys.stderr)


def answers(url, sample, receipts):
    expected, checks = read(f"{sample}/expected.json"), Checks()
    for entry in expected["files"]:
        found = read(f"{receipts}/{entry['theme']}.json")
        checks.expect(f"receipt of {entry['file']}", {c: found[c] for c in COUNTS}, entry["counts"])
        checks.expect(f"sum of {entry['file']}", sum(found[c] for c in COUNTS[1:6]), found["received"])
        rows = [{k: r.get(k) for k in ("row", "verdict", "rule")} for r in found["rows"]]
        checks.expect(f"rows of {entry['file']}", rows, entry["rows"])
        checks.expect(f"remedies of {entry['file']}", all(r.get("remedy") for r in found["rows"]), True)

    status, hits = get(url, "/v1/search", q=expected["search"]["text"], limit=100)
    checks.expect("search", status, 200)
    checks.expect("hits of the search", len(hits["items"]) >= expected["search"]["at_least"], True)
    status, hits = get(url, "/v1/search", q=expected["subject"]["name"])
    checks.expect("a full name is its own first hit", hits["items"][0]["code"], expected["subject"]["code"])
    wide = "".join(chr(ord(c) + 0xFEE0) for c in expected["subject"]["code"].lower())
    status, hits = get(url, "/v1/search", q=wide)
    checks.expect("a code in full width and lower case", [h["code"] for h in hits["items"]],
                  [expected["subject"]["code"]])

    status, subject = get(url, "/v1/subjects/" + expected["subject"]["code"])
    checks.expect("subject", (status, subject.get("name")), (200, expected["subject"]["name"]))
    status, records = get(url, f"/v1/subjects/{expected['subject']['code']}/records", limit=100)
    checks.expect("records and counters", len(records["items"]), sum(subject["counters"].values()))
    checks.expect("categories", {r["category"] for r in records["items"]},
                  {"registration", "qualification", "supervision"})

    sealed = expected["sealed"]
    status, records = get(url, f"/v1/subjects/{sealed['code']}/records", theme=sealed["theme"], limit=100)
    checks.expect("the record with an identity number in its text", len(records["items"]) >= 1, True)
    checks.expect("the identity number in it", sealed["number"] in json.dumps(records), False)
    status, _ = get(url, "/v1/search", q=sealed["number"])
    checks.expect("looking for an identity number", status, 400)

    status, figures = get(url, "/v1/statistics")
    checks.expect("statistics", status, 200)
    print(f"   {checks.passed} right, {checks.failed} wrong")
    return checks.failed


def tour(url, data, receipts, bin_, key):
    subject = read(f"{data}/sample/expected.json")["subject"]
    found = read(f"{receipts}/amr-enterprise-registration.json")
    row = next(r for r in found["rows"] if r["verdict"] == "rejected")
    search = urllib.parse.quote(subject["name"][3:5])
    print(f"""
== {url}/ is open. Where to look:

   in a browser
     {url}/                                     search by a part of a name or any code
     {url}/search?q={search}
     {url}/subjects/{subject['code']}          {subject['name']}: registration, licences, penalties

   the same for programs
     curl '{url}/v1/search?q={search}'
     curl {url}/v1/subjects/{subject['code']}
     curl {url}/v1/subjects/{subject['code']}/records
     curl {url}/v1/statistics

   what a department sees: its ledger and its receipts, with its key
     curl -H 'Authorization: Bearer {key}' {url}/v1/departments/amr/ledger
     curl -H 'Authorization: Bearer {key}' {url}/v1/submissions/{found['id']}

   a row that was rejected, and what to do about it
     row {row['row']} of amr-enterprise-registration.csv, rule {row['rule']}, {row.get('item', '')} = {row.get('value', '')}
     {row.get('remedy', '')}

   what operators do
     {bin_}/creditctl --data {data} submit --theme amr-licence {data}/sample/amr-licence.csv
     {bin_}/creditctl --data {data} stores
     {bin_}/creditctl --data {data} check

   Ctrl-C ends it.""")


def main():
    commands = {"files": files, "receipt": receipt, "answers": answers, "tour": tour}
    if len(sys.argv) < 3 or sys.argv[1] not in commands:
        sys.exit(__doc__)
    sys.exit(1 if commands[sys.argv[1]](*sys.argv[2:]) else 0)


if __name__ == "__main__":
    main()
