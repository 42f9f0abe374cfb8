"""A whole city: what `creditctl sample` wrote is handed in, and what became of each row is what its manifest says.
CREDENCE_CITY=500000 makes it a city of so many subjects, for which CREDENCE_PATIENCE=900 leaves time enough."""
import collections
import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest

from register import (BIN, KIND, REGISTRATION, Register, as_csv, clean_environment, peak_mib, registration, registrations,
                      run, uscc)

# Rows enough to show that memory stays as it is; what is checked by sanitizers is slow.
SUBJECTS, ROWS_PER_SUBJECT = {"release": (20_000, 10), "asan": (500, 5)}.get(KIND, (2_000, 8))
SUBJECTS = int(os.environ.get("CREDENCE_CITY", SUBJECTS))
HAND_IN_S = 600 + SUBJECTS // 500
# What creditd may hold, in MiB: the tests' setting `memory`. Sanitizers keep freed memory for a while.
RSS_MIB = 1_500 if KIND == "asan" else 384
VERDICTS = ("stored", "changed", "duplicate", "stale", "rejected")
COUNTS = ("received", *VERDICTS, "warned")
# Notes that explain a verdict; the manifest names rejections and warnings only.
EXPLAINING = {"version.duplicate", "version.stale"}


@dataclasses.dataclass
class City:
    """A city that was handed in."""
    register: Register
    folder: pathlib.Path
    summary: dict
    manifest: dict  # file: its lines
    memory: list    # resident MiB of creditd, behind each file
    output: str     # of `creditctl submit --dir`
    receipts: dict  # theme: receipt

    def file_of(self, theme):
        return next(f for f in self.summary["files"] if f["theme"] == theme)


def resident_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError("no VmRSS")


def write_city(folder, *more):
    made = subprocess.run([BIN / "creditctl", "sample", "--subjects", str(SUBJECTS), "--rows-per-subject",
                           str(ROWS_PER_SUBJECT), "--out", folder, "--quiet", *more],
                          env=clean_environment(), capture_output=True, text=True, timeout=HAND_IN_S)
    assert (made.returncode, made.stdout, made.stderr) == (0, "", "")


def hand_in(register, folder):
    """Standard output, and how much memory the daemon held behind each file."""
    memory = []
    with register.launch_ctl("submit", "--dir", folder, "--quiet", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             text=True) as ctl:
        # The watchdog ends what hangs; lines are read as files are done.
        watchdog = threading.Timer(HAND_IN_S, ctl.kill)
        watchdog.start()
        lines = []
        for line in ctl.stdout:
            lines.append(line)
            memory.append(resident_mib(register.process.pid))
        error = ctl.stderr.read()
        watchdog.cancel()
    assert ctl.returncode == 3, error  # rows were rejected
    assert error == ""
    return "".join(lines), memory


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "city"
    write_city(folder)
    manifest = collections.defaultdict(list)
    with open(folder / "manifest.ndjson", encoding="utf-8") as lines:
        for line in lines:
            one = json.loads(line)
            manifest[one["file"]].append(one)
    with Register() as register:
        register.start()
        output, memory = hand_in(register, folder)
        listed = register.all("/v1/submissions", over_socket=True, limit=100)
        receipts = {s["theme"]: register.get_json(f"/v1/submissions/{s['id']}", over_socket=True) for s in listed}
        assert len(receipts) == len(listed)
        yield City(register, folder, json.loads((folder / "summary.json").read_text()), manifest, memory, output,
                   receipts)
        assert register.stop() == 0, register.log()


def told(receipt):
    """What a receipt says: row → verdict and rules. A row that it does not name was stored or changed."""
    rows = {}
    for line in receipt["rows"]:
        for row in range(line["row"], line.get("to", line["row"]) + 1):
            verdict, rules = rows.setdefault(row, (line["verdict"], set()))
            assert verdict == line["verdict"], f"row {row} has two verdicts"
            if "rule" in line and line["rule"] not in EXPLAINING:
                rules.add(line["rule"])
    return rows


def test_every_receipt_says_of_every_row_what_the_manifest_says(city):
    assert len(city.receipts) == len(city.manifest) == city.summary["themes"]
    for file, lines in city.manifest.items():
        receipt = city.receipts[pathlib.Path(file).stem]
        assert [line["row"] for line in lines] == list(range(1, receipt["received"] + 1)), file
        rows = told(receipt)
        for line in lines:
            verdict, rules = rows.pop(line["row"], (None, set()))
            where = f"{file}, row {line['row']}, {line['why']}"
            assert rules == set(line["rules"]), where
            if verdict is None:
                assert line["verdict"] in ("stored", "changed") and not line["rules"], where
            else:
                assert verdict == line["verdict"], where
        assert rows == {}, f"{file}: the receipt names rows that the manifest does not have"
        assert {v: receipt[v] for v in VERDICTS} == {
            v: sum(line["verdict"] == v for line in lines) for v in VERDICTS}, file


def test_every_mistake_and_every_course_of_a_record_was_planted(city):
    assert [event for event, records in city.summary["planted"].items() if records == 0] == []


def test_receipts_ledgers_and_what_submit_printed_are_the_sums_of_the_summary(city):
    expected = {f["theme"]: {c: f[c] for c in COUNTS} for f in city.summary["files"]}
    assert {theme: {c: receipt[c] for c in COUNTS} for theme, receipt in city.receipts.items()} == expected
    for department, totals in city.summary["departments"].items():
        path = f"/v1/departments/{department}/ledger"
        lines = city.register.all(path, over_socket=True, limit=100)
        by_theme = collections.defaultdict(collections.Counter)
        for line in lines:
            by_theme[line["theme"]].update({c: line[c] for c in COUNTS})
        theirs = {f["theme"] for f in city.summary["files"] if f["department"] == department}
        assert {theme: dict(counts) for theme, counts in by_theme.items()} == {t: expected[t] for t in theirs}
        ledger = city.register.get_json(path, over_socket=True)
        assert {c: ledger["totals"][c] for c in COUNTS} == totals
    last = city.output.splitlines()[-1]
    for count in COUNTS:
        assert f"{city.summary['totals'][count]:,}" in last, count


def test_all_departments_hand_in_and_most_rows_are_of_few_themes(city):
    departments = city.register.all("/v1/catalogue/departments", limit=100)
    themes = city.register.all("/v1/catalogue", limit=100)
    assert {f["theme"] for f in city.summary["files"]} == {t["code"] for t in themes}
    assert set(city.summary["departments"]) == {t["department"] for t in themes} <= {d["id"] for d in departments}
    assert all(f["stored"] >= 1 for f in city.summary["files"])
    rows = sorted((f["received"] for f in city.summary["files"]), reverse=True)
    if KIND == "release":  # a small city has registers of two, and the least that every theme has counts for more
        assert rows[-1] >= 8
        assert 0.7 < sum(rows[:20]) / sum(rows) < 0.9
    assert 8 <= city.summary["persons"] / city.summary["organisations"] <= 10


def test_the_store_is_content(city):
    assert "content" in city.register.check()


def test_the_daemon_holds_no_more_memory_behind_the_last_file_than_behind_a_third(city):
    third, last = city.memory[len(city.memory) // 3], city.memory[-1]
    assert max(city.memory) < RSS_MIB
    # Write buffers fill once; what is left beyond them is nothing that grows with rows.
    assert last < third * 1.25 + 64


def test_every_theme_is_found_by_the_answer_on_its_first_subject(city):
    public, seen = set(), set()
    for file in city.summary["files"]:
        theme = city.register.get_json(f"/v1/catalogue/{file['theme']}")
        is_public = theme["visibility"] == "P" and theme["publication"] != "never"
        if is_public:
            public.add(theme["category"])
        if "subject" not in file:  # persons have no public page
            continue
        answer = city.register.get(f"/v1/subjects/{file['subject']}/records", theme=file["theme"])
        records = answer.json["items"] if answer.status == 200 else []
        assert bool(records) == is_public, (file["theme"], answer.status)
        if is_public:
            seen.add(theme["category"])
            assert records[0]["theme"] == file["theme"] and records[0]["items"]
            expect_names(records[0], answer.json["themes"][theme["code"]], theme)
    assert seen == public and len(seen) == 8


def expect_names(record, said, theme):
    """Everything that is shown has a name and its value in words, in the order of the theme."""
    order = [item["code"] for item in theme["items"]]
    sets = {item["code"]: item["code_set"]["values"] for item in theme["items"] if "code_set" in item}
    codes = [one["code"] for one in said["items"] if one["code"] in order]
    assert codes == [code for code in order if code in codes] and set(record["items"]) <= {*codes, "_reason"}, theme["code"]
    assert said["name"]["zh"] == theme["zh"] and said["department_name"]["zh"]
    for one in said["items"]:
        if one["code"] not in order or one["code"] not in record["items"]:
            continue  # why a row was handed in is no item
        item = theme["items"][order.index(one["code"])]
        value = record.get("words", {}).get(one["code"], record["items"][one["code"]])
        assert one["zh"] == item["zh"] and one["en"] == item["en"] and value, (theme["code"], one)
        if one["code"] in sets:
            words = {value.get("zh", value["code"]) for value in sets[one["code"]]}
            assert set(value.split("；")) <= words, (theme["code"], one)


def own_records(register, number):
    """All that the register says of a subject to the subject itself, at the counter: theme → a record."""
    found, cursor = {}, None
    while True:
        body = {"number": number, "limit": 100} | ({"cursor": cursor} if cursor else {})
        answer = register.request("POST", "/v1/operator/own", body=json.dumps(body), over_socket=True,
                                  headers={"Content-Type": "application/json"})
        assert answer.status == 200, answer.text
        for record in answer.json["items"]:
            found.setdefault(record["theme"], (record, answer.json["themes"][record["theme"]]))
        cursor = answer.json["next"]
        if cursor is None:
            return found


def test_every_theme_is_shown_with_names_by_the_subjects_own_answer(city):
    asked = {}
    for file in city.summary["files"]:
        theme = city.register.get_json(f"/v1/catalogue/{file['theme']}")
        number = file.get("person") or file["subject"]
        if number not in asked:
            asked[number] = own_records(city.register, number)
        if theme["visibility"] == "N":  # what stays with its source is shown to nobody
            assert file["theme"] not in asked[number]
            continue
        assert file["theme"] in asked[number], file["theme"]
        expect_names(*asked[number][file["theme"]], theme)
        assert number == file.get("subject") or number not in json.dumps(asked[number])
    assert len(city.summary["files"]) == 392


def test_the_tour_leads_to_what_it_promises(city):
    tour = city.summary["tour"]
    subject = city.register.get_json(f"/v1/subjects/{tour['subject']['code']}")
    assert tour["subject"]["name"] in json.dumps(subject, ensure_ascii=False)
    hits = city.register.get_json("/v1/search", q=tour["search"], limit=100)["items"]
    assert tour["subject"]["code"] in {hit["code"] for hit in hits}
    rejected = next(line for line in city.receipts[tour["rejected"]["theme"]]["rows"]
                    if line["row"] == tour["rejected"]["row"])
    assert rejected["rule"] == tour["rejected"]["rule"] and rejected["remedy"]
    sealed = tour["sealed"]
    records = city.register.all(f"/v1/subjects/{sealed['code']}/records", theme=sealed["theme"])
    texts = [json.dumps(city.register.get_json(f"/v1/records/{r['id']}"), ensure_ascii=False) for r in records]
    masked = sealed["number"][0] + "*" * 16 + sealed["number"][-1]
    assert any(masked in text for text in texts) and not any(sealed["number"] in text for text in texts)


def test_the_same_command_again_brings_the_first_receipts(city):
    again = city.register.ctl("submit", "--dir", city.folder, "--quiet", env=clean_environment())
    assert again.returncode == 3, again.stderr
    assert again.stdout == city.output


def test_another_order_of_the_files_makes_the_same_store(new_creditd, tmp_path):
    folder, turned = tmp_path / "city", tmp_path / "turned"
    write_city(folder, "--subjects", str(SUBJECTS // 10))
    for number, file in enumerate(sorted(folder.glob("*/*"), reverse=True)):
        place = turned / f"{number:04d}"
        place.mkdir(parents=True)
        (place / file.name).symlink_to(file)
    one, other = new_creditd().start(), new_creditd().start()
    hand_in(one, folder)
    hand_in(other, turned)
    assert one.digest() == other.digest() != "0" * 64


# ---- the two commands ----

def test_the_same_seed_writes_the_same_bytes_and_another_one_others(tmp_path):
    def bytes_of(name, seed):
        done = run("creditctl", "sample", "--subjects", "10", "--seed", seed, "--day", "2026-03-01", "--out",
                   tmp_path / name)
        assert done.returncode == 0, done.stderr
        return {f.relative_to(tmp_path / name): f.read_bytes() for f in sorted((tmp_path / name).rglob("*"))
                if f.is_file()}

    first = bytes_of("first", 7)
    assert bytes_of("second", 7) == first
    other = bytes_of("other", 8)
    assert set(other) == set(first) or len(other) == len(first)  # a format may differ
    assert sum(other.get(name) != text for name, text in first.items()) > len(first) - 5


def test_a_large_city_takes_no_more_memory_than_a_small_one(tmp_path):
    many = {"release": "500000", "asan": "5000"}.get(KIND, "100000")
    small, code = peak_mib("creditctl", "sample", "--quiet", "--subjects", 10, "--rows-per-subject", 1, "--out",
                           tmp_path / "small")
    assert code == 0
    large, code = peak_mib("creditctl", "sample", "--quiet", "--subjects", many, "--rows-per-subject", 1, "--out",
                           tmp_path / "large")
    assert code == 0
    assert large < small + 4
    shutil.rmtree(tmp_path / "large")


def test_a_terminal_is_shown_how_far_it_is(tmp_path):
    leader, follower = os.openpty()
    with subprocess.Popen([BIN / "creditctl", "sample", "--subjects", "20000", "--out", tmp_path / "x"],
                          env=clean_environment(), stdout=subprocess.PIPE, stderr=follower) as program:
        os.close(follower)
        shown = b""
        try:
            while piece := os.read(leader, 65536):
                shown += piece
        except OSError:  # how a terminal ends
            pass
        text = program.stdout.read().decode()
    os.close(leader)
    assert program.returncode == 0
    assert b"sample  [" in shown and b" rows" in shown and b" left" in shown
    assert "submit --dir" in text and "born.earliest=1800-01-01" in text


@pytest.mark.parametrize("arguments, says", [
    ([], "--subjects N and --out DIR are needed"),
    (["--subjects", "0", "--out", "x"], "--subjects takes a whole number"),
    (["--subjects", "ten", "--out", "x"], "not ten"),
    (["--subjects", "10", "--out", "x", "--seed", "-1"], "--seed takes a whole number"),
    (["--subjects", "10", "--out", "x", "--rows-per-subject", "0"], "--rows-per-subject takes"),
    (["--subjects", "10", "--out", "x", "--day", "2026-02-30"], "--day is a day like"),
])
def test_sample_says_what_is_wrong_with_its_options(tmp_path, arguments, says):
    done = run("creditctl", "sample", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert says in done.stderr
    assert not (tmp_path / "x").exists()


def test_sample_keeps_its_hands_off_a_folder_that_holds_something(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = run("creditctl", "sample", "--subjects", "10", "--out", tmp_path)
    assert done.returncode == 2
    assert "mine.txt" in done.stderr and "empty folder" in done.stderr
    assert [f.name for f in tmp_path.iterdir()] == ["mine.txt"]


def test_sample_refuses_a_catalogue_with_its_place(tmp_path):
    done = run("creditctl", "sample", "--subjects", "10", "--out", tmp_path / "x", "--catalogue", tmp_path)
    assert done.returncode == 5 and str(tmp_path) in done.stderr


def test_sample_of_a_day_on_which_no_theme_is_in_force_is_refused(tmp_path):
    done = run("creditctl", "sample", "--subjects", 10, "--day", "1999-01-01", "--out", tmp_path / "out")
    assert done.returncode == 1 and "no theme" in done.stderr and "1999-01-01" in done.stderr


def test_submit_dir_goes_on_behind_a_file_that_is_refused(creditd, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "no-such-theme.csv").write_bytes(registrations(2))
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / f"{REGISTRATION}.csv").write_bytes(registrations(3))
    (tmp_path / "b" / "notes.txt").write_text("no file of records")
    done = creditd.ctl("submit", "--dir", tmp_path)
    assert done.returncode == 1
    assert "no-such-theme" in done.stderr and "1 files were refused" in done.stderr
    assert "received 3" in done.stdout
    assert creditd.get_json("/v1/search", q="样例市第1号")["items"]


def test_files_of_one_theme_count_in_the_order_of_their_paths_however_many_go_at_once(creditd, tmp_path):
    for n in range(60):
        (tmp_path / f"{n:02}").mkdir()
        (tmp_path / f"{n:02}" / f"{REGISTRATION}.csv").write_bytes(
            as_csv([registration(800, **{"企业名称": f"样例市第{n:02}版商行"}), registration(1000 + n)]))
    done = creditd.ctl("submit", "--dir", tmp_path, "--at-once", 32)
    assert done.returncode == 0 and "60 个文件" in done.stdout, done.stderr
    assert creditd.get_json(f"/v1/subjects/{uscc(800)}")["name"] == "样例市第59版商行"


def test_a_register_with_room_for_few_uploads_takes_a_folder_from_which_many_come(tmp_path):
    sample = run("creditctl", "sample", "--subjects", 100, "--out", tmp_path / "city", "--quiet")
    assert sample.returncode == 0, sample.stderr
    with Register(memory="256 MiB") as register:  # three uploads at one time
        register.start()
        done = register.ctl("submit", "--dir", tmp_path / "city", "--at-once", 64)
        assert done.returncode in (0, 3) and "refused" not in done.stderr, done.stderr
        several = register.digest()
        again = register.ctl("submit", "--dir", tmp_path / "city", "--at-once", 1)
        assert again.returncode == done.returncode and again.stdout.count("\n") == done.stdout.count("\n")
        assert register.digest() == several
        assert register.stop() == 0


def test_long_files_for_which_there_is_no_room_yet_are_taken_later(tmp_path):
    """One that is turned away hears so before its body, of which more is than a socket holds."""
    sample = run("creditctl", "sample", "--subjects", 20, "--out", tmp_path / "city", "--quiet")
    assert sample.returncode == 0, sample.stderr
    files = sorted((tmp_path / "city").glob("*/*"))
    for file in files[:64]:
        file.write_bytes(file.read_bytes() + 1_200_000 * b"\n")
    with Register(memory="256 MiB") as register:  # three uploads at one time
        register.start()
        done = register.ctl("submit", "--dir", tmp_path / "city", "--at-once", 64)
        assert done.returncode in (0, 3), done.stderr
        assert f"{len(files)} 个文件" in done.stdout
        assert register.stop() == 0


def test_submit_dir_says_what_is_wrong_with_the_folder(creditd, tmp_path):
    for wrong in ("0", "65", "many"):
        refused = creditd.ctl("submit", "--dir", tmp_path, "--at-once", wrong)
        assert refused.returncode == 2 and "--at-once is a number from 1 to 64" in refused.stderr
    empty = creditd.ctl("submit", "--dir", tmp_path)
    assert empty.returncode == 2 and "holds no file" in empty.stderr
    missing = creditd.ctl("submit", "--dir", tmp_path / "nowhere")
    assert missing.returncode == 1 and "cannot be read" in missing.stderr
    neither = creditd.ctl("submit", "--theme", "amr-penalty")
    assert neither.returncode == 2 and "--dir DIR" in neither.stderr
