"""The bench cannot rot: one of its rows runs, and what it reckons from rounds is right."""
import json
import subprocess
import sys

import pytest

from register import KIND, SOURCE, clean_environment

sys.path.insert(0, str(SOURCE / "tests/bench"))

from figures import Figure, percentile, table  # noqa: E402


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
    assert "ingest-file 2/2" in done.stderr  # progress
    assert "| ingest-file |" in done.stdout and "input: " in done.stdout


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
    for option in ("--records", "--large", "--only", "--rounds", "--json", "--peers", "--micro"):
        assert option in done.stdout
