"""The bench cannot rot: one of its rows runs, and what it reckons from rounds is right."""
import datetime
import itertools
import json
import shutil
import subprocess
import sys
import types

import pytest

from register import KIND, SOURCE, clean_environment

sys.path.insert(0, str(SOURCE / "tests/bench"))

import bench  # noqa: E402
import city  # noqa: E402
import compare  # noqa: E402
import floors  # noqa: E402
import long  # noqa: E402
import messages  # noqa: E402
import room  # noqa: E402
from estimate import Estimate  # noqa: E402
from figures import Figure, percentile, table  # noqa: E402
from place import creditctl  # noqa: E402
from process import holds_memory  # noqa: E402

TODAY = datetime.date.today()
GIVEN = {"rows": 990, "files": 4, "ndjson": 1, "bytes": 99000, "departments": 2, "organisations": 10, "persons": 90}


def figure(aim, *rounds):
    made = Figure("row", "records/s", aim)
    for value, ceiling in rounds:
        made.add(value, ceiling)
    return made


@pytest.mark.skipif(KIND != "release", reason="the bench builds and measures the release preset")
def test_the_bench_runs_and_writes_its_figures(tmp_path):
    file = tmp_path / "figures.json"
    done = subprocess.run([SOURCE / "tests/bench/run.sh", "--records", "2000", "--rounds", "2", "--only", "ingest-file",
                           "--json", file], capture_output=True, text=True, env=clean_environment(), timeout=600)
    assert done.returncode == 0, done.stderr
    one, = json.loads(file.read_text(encoding="utf-8"))
    assert one["name"] == "ingest-file" and one["unit"] == "records/s" and one["aim"] == ">= 1.0"
    assert len(one["rounds"]) == 2 and all(r["value"] > 0 and r["ceiling"] > 0 for r in one["rounds"])
    assert one["value"] > 0 and one["ceiling"] > 0 and one["ratio"] > 0
    assert one["input"]["rows"] > 1000 and one["input"]["stored"]["records"] > 1000
    assert "ingest-file 2/2" in done.stderr  # progress
    assert "| ingest-file |" in done.stdout and "input: " in done.stdout


def test_what_was_measured_before_a_row_failed_is_told(tmp_path, monkeypatch, capsys):
    def measure(place, names, options, found):
        found.append(figure(">= 0.5", (60, 100)))
        raise SystemExit("bench: PostgreSQL does not start")

    file = tmp_path / "figures.json"
    place = types.SimpleNamespace(close=lambda: None, input=lambda: GIVEN)
    monkeypatch.setattr(bench, "Place", lambda *arguments: place)
    monkeypatch.setattr(bench, "measure", measure)
    monkeypatch.setattr(sys, "argv", ["bench.py", "--json", str(file)])
    with pytest.raises(SystemExit, match="PostgreSQL does not start"):
        bench.main()
    one, = json.loads(file.read_text(encoding="utf-8"))
    assert one["value"] == 60 and one["input"] == GIVEN
    assert "| row " in capsys.readouterr().out


def test_a_killed_process_is_gone_when_it_holds_no_memory_any_more():
    child = subprocess.Popen(["sleep", "600"])
    assert holds_memory(child.pid)
    child.kill()
    while holds_memory(child.pid):  # then it is an entry that nobody has asked for
        pass
    assert child.wait() == -9
    assert not holds_memory(child.pid)


def test_the_ratio_is_the_median_of_the_rounds_and_not_of_their_parts():
    disturbed = figure(">= 0.5", (100, 200), (10, 20), (90, 100))
    assert (disturbed.value, disturbed.ceiling, disturbed.ratio) == (90, 100, 0.5)
    assert disturbed.is_met and disturbed.spread == pytest.approx(0.5)


@pytest.mark.parametrize("aim, value, ceiling, met", [
    (">= 1.0", 99, 100, False), (">= 1.0", 100, 100, True), ("<= 2", 20, 10, True), ("<= 2", 21, 10, False),
    ("< 300", 299, None, True), ("< 300", 300, None, False), ("", 1, None, None)])
def test_an_aim_is_held_against_the_ratio_or_where_there_is_none_against_the_value(aim, value, ceiling, met):
    assert figure(aim, (value, ceiling)).is_met is met


def test_a_percentile_is_one_of_the_values():
    assert [percentile(range(1, 101), share) for share in (0, 0.5, 0.99, 1)] == [1, 51, 100, 100]


def test_the_table_names_whose_figure_it_is():
    peer = Figure("disk", "B/record", peer="PostgreSQL", detail="without the log")
    peer.add(1022)
    lines = table([figure("< 300", (250, None)), peer]).splitlines()
    assert len({len(line) for line in lines[:4]}) == 1
    assert "met" in lines[2] and "disk (PostgreSQL)" in lines[3] and "1022" in lines[3]
    assert lines[-1] == "disk (PostgreSQL): without the log"


def test_help_says_every_option():
    done = subprocess.run([SOURCE / "tests/bench/run.sh", "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    for option in ("--records", "--large", "--small", "--only", "--rounds", "--json", "--compare", "--peers", "--kafka", "--micro"):
        assert option in done.stdout


def test_a_peers_ratio_is_ours_in_parts_of_the_peers():
    peer = Figure("ingest-file", "records/s", ">= 2", peer="PostgreSQL", ours=90.0)
    peer.add(40)
    assert peer.ratio == 2.25 and peer.is_met
    wait = Figure("restart", "s", "<= 0.25", peer="PostgreSQL", ours=2.0)
    wait.add(4)
    assert wait.ratio == 0.5 and not wait.is_met


# ---- how long it takes ----

def test_what_is_left_is_the_plan_corrected_by_how_it_held():
    now = [0.0]
    e = Estimate(lambda: now[0])
    e.plan("input", 10)
    e.plan("long", 100, times=2)
    e.plan("short", 30)
    assert e.left == 240
    now[0] = 20.0
    e.done("input")
    assert e.left == 460 and "8 min left" in e.text()
    now[0] = 220.0
    e.done("long")
    assert e.left == 260
    e.done("short")  # the second long one did not come
    assert e.left == 0 and "left" not in e.text()
    e.done("long")


# ---- the city that is kept ----

class Making:
    """creditctl, counted."""

    def __init__(self):
        self.cities = 0

    def __call__(self, *arguments):
        self.cities += "city-" in str(arguments[arguments.index("--out") + 1])
        return creditctl(*arguments)


def kept(tmp_path, make, today=TODAY):
    folder, summary = city.kept_city(make, tmp_path, 300, today, lambda text: None)
    return folder, {f.name: f.read_bytes() for f in city.files_of(folder)}, summary


def test_a_city_is_written_once_and_what_was_put_behind_its_files_is_taken_back(tmp_path):
    make = Making()
    folder, first, summary = kept(tmp_path, make)
    assert make.cities == 1 and summary["totals"]["received"] > 100 and not (folder / "manifest.ndjson").exists()
    with open(city.files_of(folder)[3], "ab") as out:
        out.write(b"\n\n")
    assert kept(tmp_path, make) == (folder, first, summary)
    assert make.cities == 1


@pytest.mark.parametrize("spoil", [
    lambda folder: shutil.rmtree(city.files_of(folder)[0].parent),
    lambda folder: city.files_of(folder)[0].write_bytes(b""),
    lambda folder: (folder.parent / "city-300.json").write_text("{"),
    lambda folder: (folder.parent / "city-300.json").write_text(
        (folder.parent / "city-300.json").read_text().replace('"probe": "', '"probe": "0'))])
def test_a_city_is_written_anew_when_it_is_damaged_or_the_program_writes_another(tmp_path, spoil):
    make = Making()
    folder, first, _ = kept(tmp_path, make)
    spoil(folder)
    assert kept(tmp_path, make)[1] == first
    assert make.cities == 2


def test_a_city_that_has_grown_old_is_written_anew(tmp_path):
    make = Making()
    kept(tmp_path, make)
    kept(tmp_path, make, TODAY + datetime.timedelta(days=city.OLD_DAYS + 2))
    assert make.cities == 2


# ---- room ----

def test_a_disk_that_is_too_small_is_told_before_anything_is_done(tmp_path):
    with pytest.raises(SystemExit, match=r"(?s)10,000,000 records need about \d+.\d GB in .*TMPDIR.*--records"):
        room.check(10_000_000, False, False, tmp_path / "kept", tmp_path, False, free=lambda folder: 20e9)
    room.check(10_000_000, False, False, tmp_path / "kept", tmp_path, False, free=lambda folder: 50e9)
    with pytest.raises(SystemExit):
        room.check(10_000_000, True, False, tmp_path / "kept", tmp_path, False, free=lambda folder: 50e9)
    with pytest.raises(SystemExit):
        room.check(10_000_000, False, True, tmp_path / "kept", tmp_path, False, free=lambda folder: 50e9)


# ---- messages ----

def test_every_row_of_a_city_becomes_one_message_and_probes_come_in_between(tmp_path):
    folder = tmp_path / "amr"
    folder.mkdir()
    rows = [["_id", "名称"], *([f"amr/{i}", f"样例{i}"] for i in range(50))]
    (folder / "one.csv").write_text("\n".join(",".join(r) for r in rows), encoding="gb18030")
    (folder / "two.ndjson").write_bytes(b'{"a":"1"}\r\n\n{"a":"\xff"}\n')
    (folder / "three.csv").write_text("_id,名称\namr/1,\"甲\n\t乙\"\n", encoding="utf-8")
    probes = (messages.line("t", "probe", "{}", label=str(n)) for n in itertools.count(7))
    written = tmp_path / "messages"
    count = messages.write(sorted(folder.iterdir()), written, probes, 20)
    lines = [line.split("\t", 4) for line in written.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == count == 50 + 2 + 1 + 2
    assert [line[0] for line in lines if line[0]] == ["7", "8"]
    one = [line for line in lines if line[2] == "one"]
    assert one[3][1:4] == ["credit.submissions.amr", "one", "amr/3"] and json.loads(one[3][4]) == {"_id": "amr/3", "名称": "样例3"}
    assert [json.loads(line[4]) for line in lines if line[2] == "three"] == [{"_id": "amr/1", "名称": "甲\n\t乙"}]


# ---- two sizes ----

def as_list(*figures, rows=990):
    return [f.as_json() | {"input": GIVEN | {"rows": rows}} for f in figures]


def test_a_comparison_says_what_is_left_of_each_ratio():
    small, large = (as_list(figure(">= 1.0", (a, 100)), Figure("subject-busy", "ms p99", "<= 2", rounds=[{"value": b, "ceiling": 1}]),
                            Figure("disk", "B/record", "< 300", rounds=[{"value": 250, "ceiling": None}]),
                            Figure("memory", "MiB", "<= 1", rounds=[{"value": 500, "ceiling": 1000}]), rows=rows)
                    for a, b, rows in ((50, 2.0, 990), (44, 2.1, 9900)))
    text = compare.table(small, large).splitlines()
    found = {line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[4:9]] for line in text if line.startswith("|")}
    assert text[2].split("|")[4].strip() == "ratio small" and found["row"] == ["0.50", "0.44", "0.88", ">= 0.9", "missed"]
    assert found["subject-busy"] == ["2.00", "2.10", "0.95", ">= 0.9", "met"]
    assert found["disk"][2:] == found["memory"][2:] == ["–", "–", ""]
    assert "\n".join(text) == compare.table(large, small)
    assert any(line.startswith("large: input: 9,900 rows in 4 files") for line in text)


def test_runs_without_a_common_row_are_not_compared():
    with pytest.raises(SystemExit, match="no row in common"):
        compare.table(as_list(figure(">= 1.0", (50, 100))), as_list(Figure("disk", "B/record", rounds=[{"value": 1, "ceiling": None}])))


# ---- floors ----

def test_the_best_round_is_held_against_the_floor():
    held, = floors.read("row ratio >= 0.3 0.6 # why\n\n# nothing\n")
    assert floors.holds(held, figure("", (10, 100), (31, 100)))
    assert not floors.holds(held, figure("", (10, 100), (29, 100)))
    wait, = floors.read("row value <= 20 2")
    assert floors.holds(wait, figure("", (50, None), (19, None))) and not floors.holds(wait, figure("", (21, None)))


def test_a_missed_floor_says_what_to_do(capsys):
    name = next(f.row for f in floors.FLOORS if f.sign == ">=")
    slow = Figure(name, "records/s", rounds=[{"value": 1e-9, "ceiling": 1.0}])
    assert floors.missed([slow]) and floors.report(floors.judge([slow]), sys.stdout) == 1
    said = capsys.readouterr().out
    assert f"{name}: ratio 1e-09" in said and "MISSED" in said and "tests/bench/floors.txt" in said and f"--only {name}" in said


def test_every_floor_is_one_of_a_row_and_wide_enough():
    rows = {line.split('"')[1] for line in (SOURCE / "tests/bench/bench.py").read_text().splitlines() if ": Row(" in line}
    for floor in floors.FLOORS:
        assert floor.row in rows
        assert floor.limit <= 0.6 * floor.reached if floor.sign == ">=" else floor.limit >= 1.5 * floor.reached


# ---- the long run ----

@pytest.mark.parametrize("last, peak, is_good, said", [
    (104, 200, True, "flat"), (106, 200, False, "NOT FLAT"), (90, 201, False, "ABOVE IT"), (50, 150, True, "within it")])
def test_memory_is_flat_when_the_last_third_is_no_higher_than_the_middle_one(last, peak, is_good, said):
    samples = [size * long.MIB for size in [10] * 20 + [100] * 20 + [last] * 20]
    found, text = long.verdict(samples, peak * long.MIB, 200 * long.MIB)
    assert found is is_good and said in text


def test_a_long_run_that_the_disk_has_no_room_for_is_refused_with_what_fits(tmp_path):
    o = types.SimpleNamespace(minutes=60, rate=20_000)
    long.check_room(o, tmp_path, free=lambda folder: 60e9)
    with pytest.raises(SystemExit, match=r"(?s)60 minutes with 20,000 rows a second need about \d+ GB.*TMPDIR.*--minutes 23 or"):
        long.check_room(o, tmp_path, free=lambda folder: 20e9)


def test_cities_are_supplied_one_after_the_other_and_removed_when_they_are_in(tmp_path, monkeypatch):
    monkeypatch.setattr(long, "CITY_LEAST", 300)
    place = types.SimpleNamespace(folder=tmp_path, files=city.files_of, make_city=lambda folder, rows, seed: city.write_city(
        creditctl, folder, rows // city.ROWS_PER_SUBJECT, seed))
    supply = long.Supply(place, 300)
    first = [next(supply)]
    count = len(city.files_of(first[0].parent.parent))
    first += [next(supply) for _ in range(count - 1)]
    assert len(set(first)) == count and all(f.exists() for f in first)
    for file in first:
        supply.is_spent(file)
    assert not first[0].parent.parent.exists()
    assert next(supply).parent.parent != first[0].parent.parent
    supply.close()


def test_help_of_the_long_run_says_every_option():
    done = subprocess.run([SOURCE / "tests/bench/long.sh", "--help"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    for option in ("--minutes", "--rate", "--connections", "--reads", "--searches", "--memory", "--csv"):
        assert option in done.stdout
