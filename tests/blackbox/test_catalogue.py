"""The catalogue from outside: what a new one changes, how it is read, and rows that stream in while it changes."""
import datetime
import http.client
import json
import pathlib
import shutil
import threading

import pytest

from register import PATIENCE, SOURCE, as_csv, run, uscc, wait_for

CATALOGUE = SOURCE / "catalogue"
THEME = "changing"
ZONE = datetime.timezone(datetime.timedelta(hours=8))


def copy_of(folder, name, *themes):
    """The catalogue under another name; of its themes those that are named, or all."""
    copy = pathlib.Path(folder) / name
    shutil.copytree(CATALOGUE, copy)
    for file in (copy / "themes").iterdir():
        if themes and file.stem not in themes:
            file.unlink()
    return copy


def edit(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def write_theme(folder, version, begins, *items):
    """A small theme whose required items are told."""
    lines = [f"number: 9900\ncode: {THEME}\nversion: {version}\nvalid_from: {begins}\nzh: 变动的主题\nen: Changes\n"
             "basis: 无\ndepartment: amr\ncategory: administration\nnational_class: 3\nkinds: all\npolarity: neutral\n"
             "visibility: P\npublication: always\nretention_start: permanent\ncycle: day\nidentity: [CODE, DAY]\n"
             "day: DAY\nitems:\n"
             "  - {code: CODE, zh: 代码, en: Code, type: uscc, required: yes, role: uscc}\n"
             "  - {code: DAY, zh: 日期, en: Day, type: date, required: yes}\n"]
    lines += [f"  - {{code: {one}, zh: 词{one}, en: Word {one}, type: text, length: 20, required: yes}}\n"
              for one in items]
    (folder / "themes" / f"{THEME}.yaml").write_text("".join(lines), encoding="utf-8")


# ---- diff ----

@pytest.fixture
def two(tmp_path):
    """The catalogue, and a copy in which penalties changed."""
    changed = copy_of(tmp_path, "changed")
    edit(changed, "themes/amr-penalty.yaml", "version: 1\n", "version: 2\n")
    edit(changed, "themes/amr-penalty.yaml", "valid_from: 2024", "valid_from: 2027")
    edit(changed, "themes/amr-penalty.yaml", "archetype: penalty\n",
         "archetype: penalty\nretention_years: 8\nitems:\n  - {code: BZ, visibility: P, required: yes}\n")
    return CATALOGUE, changed


def test_a_diff_says_first_what_opens_and_what_rejects(two):
    found = run("creditctl", "catalogue", "diff", *two)
    assert found.returncode == 1 and not found.stderr
    text = found.stdout
    assert "3 changes: 1 make more public, 1 reject more rows" in text
    order = [text.index(words) for words in ("[更公开 more public]", "[更多退回 more rejected]", "retention")]
    assert order == sorted(order)
    for words in ("“备注”将向公众公开", "it becomes visible to the public", "缺少“备注”的行将被退回",
                  "rows without it will be rejected", "amr-penalty"):
        assert words in text


def test_a_diff_as_json_says_the_same(two):
    found = run("creditctl", "catalogue", "diff", *two, "--json")
    assert found.returncode == 1
    changes = json.loads(found.stdout)["changes"]
    assert {(c["kind"], c["key"], c["more_public"], c["more_rejected"]) for c in changes} == {
        ("item.changed", "visibility", True, False), ("item.changed", "required", False, True),
        ("theme.changed", "retention_years", False, False)}
    assert all(c["theme"] == "amr-penalty" for c in changes)


def test_a_diff_of_the_same_is_0_and_of_what_cannot_be_read_5(two, tmp_path):
    same = run("creditctl", "catalogue", "diff", CATALOGUE, CATALOGUE)
    assert same.returncode == 0 and "say the same" in same.stdout
    assert json.loads(run("creditctl", "catalogue", "diff", CATALOGUE, CATALOGUE, "--json").stdout) == {"changes": []}
    edit(two[1], "themes/amr-penalty.yaml", "number: 301", "number: none")
    for arguments in (two, (tmp_path / "nowhere", CATALOGUE), ("current", CATALOGUE)):
        found = run("creditctl", "--data", tmp_path, "catalogue", "diff", *arguments)
        assert found.returncode == 5 and found.stderr and not found.stdout
    assert run("creditctl", "catalogue", "diff", CATALOGUE).returncode == 2


def test_what_many_themes_share_is_told_once(tmp_path):
    changed = copy_of(tmp_path, "changed")
    edit(changed, "archetypes/penalty.yaml", "zh: 违法事实", "zh: 违法的事实")
    found = run("creditctl", "catalogue", "diff", CATALOGUE, changed)
    assert found.stdout.count("违法事实 → 违法的事实") == 1 and " themes (" in found.stdout


def test_a_diff_compares_with_what_is_in_force(creditd):
    assert creditd.ctl("catalogue", "diff", "current", CATALOGUE).returncode == 0
    changed = copy_of(creditd.folder, "changed")
    edit(changed, "themes/amr-penalty.yaml", "zh: 市场监管行政处罚信息", "zh: 市场监督管理行政处罚信息")
    edit(changed, "departments.yaml", "zh: 市教育局", "zh: 市教育厅")
    found = creditd.ctl("catalogue", "diff", "current", changed)
    assert found.returncode == 1
    assert found.stdout.count("changed without a new version") == 2  # and of departments
    assert "市场监管行政处罚信息 → 市场监督管理行政处罚信息" in found.stdout and "市教育局 → 市教育厅" in found.stdout
    # What it says of loading is so.
    assert creditd.ctl("catalogue", "load", changed).returncode == 5


def test_the_entry_of_departments_and_tables_is_answered_like_a_theme(creditd):
    common = creditd.get_json("/v1/catalogue/common")
    assert common["number"] == 0 and len(common["departments"]) == 51 and common["tables"]["masks"]
    assert creditd.get_json("/v1/catalogue/common", version="1") == common
    assert creditd.get("/v1/catalogue/common", version="9").status == 404


# ---- check ----

def test_a_check_tells_a_mistake_of_every_file_and_how_many(tmp_path):
    broken = copy_of(tmp_path, "broken")
    edit(broken, "themes/amr-penalty.yaml", "number: 301", "number: none")
    edit(broken, "themes/amr-licence.yaml", "department: amr", "department: arm")
    (broken / "themes/notes.txt").write_text("notes")
    found = run("creditctl", "catalogue", "check", broken)
    assert found.returncode == 5 and not found.stdout
    lines = found.stderr.splitlines()
    assert len(lines) == 4 and lines[-1].endswith("3 mistakes")
    for file in ("themes/amr-penalty.yaml:1: ", "themes/amr-licence.yaml:", "themes/notes.txt:1: "):
        assert sum(file in line for line in lines) == 1


# ---- rows that stream in while it changes ----

# Rows of each upload: the first has A, the second both, the third has B. What the versions of the theme require.
REQUIRED = {1: "A", 2: "AB", 3: "B"}
HAS = {1: "A", 2: "AB", 3: "B"}
REJECTED = {version: {row for row, has in HAS.items() if not set(needs) <= set(has)}
            for version, needs in REQUIRED.items()}


def rows_of(number):
    return as_csv([{"CODE": uscc(3 * number + row), "DAY": "2026-01-05", "A": "甲" if "A" in HAS[row] else "",
                    "B": "乙" if "B" in HAS[row] else ""} for row in HAS])


class Stream(threading.Thread):
    """One client that hands in small files one after the other."""

    def __init__(self, register, key, first):
        super().__init__()
        self.register, self.key, self.number, self.receipts, self.failure = register, key, first, [], None
        self.is_over = threading.Event()

    def run(self):
        try:
            while not self.is_over.is_set():
                answer = self.register.post(THEME, rows_of(self.number), key=self.key)
                assert answer.status == 200, answer.text
                self.receipts.append(answer.json)
                self.number += 1
        except Exception as failure:  # pylint: disable=broad-except
            self.failure = failure


def begin_upload(register, key, rows):
    """An upload that has sent its first rows and goes on later."""
    client = http.client.HTTPConnection("127.0.0.1", register.port, timeout=PATIENCE)
    client.putrequest("POST", f"/v1/submissions?theme={THEME}")
    for name, value in (("Authorization", f"Bearer {key}"), ("Content-Type", "text/csv"), ("Batch-Id", "long"),
                        ("Transfer-Encoding", "chunked")):
        client.putheader(name, value)
    client.endheaders()
    send_piece(client, rows)
    return client


def send_piece(client, piece):
    client.send(b"%x\r\n%s\r\n" % (len(piece), piece))


def load_version(register, folder, version, ahead=0.5):
    begins = datetime.datetime.now(ZONE) + datetime.timedelta(seconds=ahead)
    begins = begins.replace(microsecond=begins.microsecond // 1000 * 1000)
    write_theme(folder, version, begins.isoformat(timespec="milliseconds"), *REQUIRED[version])
    loaded = register.ctl("catalogue", "load", folder)
    assert loaded.returncode == 0, loaded.stderr
    return begins


def test_rows_that_stream_in_are_judged_by_the_version_of_their_received_time_and_none_is_lost(creditd):
    folder = copy_of(creditd.folder, "growing", "amr-enterprise-registration")
    begins = {1: datetime.datetime(2024, 1, 1, tzinfo=ZONE)}
    write_theme(folder, 1, "2024-01-01", *REQUIRED[1])
    assert creditd.ctl("catalogue", "load", folder).returncode == 0
    key = creditd.key("amr")

    def version_at(receipt):
        at = datetime.datetime.fromisoformat(receipt["received_at"])
        return max(version for version, instant in begins.items() if instant <= at)

    long_rows = [{"CODE": uscc(900000 + n), "DAY": "2026-01-06", "A": "甲", "B": ""} for n in range(600)]
    text = as_csv(long_rows)
    middle = text.index(b"\n", len(text) // 2) + 1
    long_one = begin_upload(creditd, key, text[:middle])
    wait_for(lambda: [one for one in creditd.get_json("/v1/submissions", key=key, limit="5")["items"]
                      if one["batch"] == "long" and one["received"]], "rows of the long upload")

    streams = [Stream(creditd, key, 10000 * n) for n in range(1, 4)]
    for one in streams:
        one.start()
    try:
        for version in (2, 3):
            wait_for(lambda: all(len(one.receipts) > 3 for one in streams), "uploads")
            begins[version] = load_version(creditd, folder, version)
            wait_for(lambda: any(one.failure for one in streams)
                     or all(one.receipts and version_at(one.receipts[-1]) == version for one in streams),
                     f"uploads by version {version}")
    finally:
        for one in streams:
            one.is_over.set()
            one.join()
    for one in streams:
        if one.failure:
            raise one.failure
    send_piece(long_one, text[middle:])
    long_one.send(b"0\r\n\r\n")
    answer = long_one.getresponse()
    long_receipt = json.loads(answer.read())
    assert version_at(long_receipt) == 1
    assert long_receipt["stored"] == 600 and long_receipt["rejected"] == 0

    receipts = [receipt for one in streams for receipt in one.receipts]
    seen = set()
    for receipt in receipts:
        version = version_at(receipt)
        seen.add(version)
        rejected = {row["row"] for row in receipt["rows"] if row["verdict"] == "rejected"}
        assert (rejected, receipt["received"]) == (REJECTED[version], 3), (version, receipt)
        assert receipt["stored"] + receipt["rejected"] == 3
    assert seen == {1, 2, 3}

    lines = [line for line in creditd.all("/v1/departments/amr/ledger", key=key) if line["theme"] == THEME]
    assert sum(line["received"] for line in lines) == 3 * len(receipts) + 600
    assert sum(line["stored"] for line in lines) == sum(receipt["stored"] for receipt in receipts) + 600
    creditd.check()
    before = creditd.digest()
    creditd.restart()
    assert creditd.digest() == before
