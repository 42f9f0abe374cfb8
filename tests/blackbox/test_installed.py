"""What `cmake --install` puts somewhere works from there, with the catalogue and the helper that came along."""
import json
import os
import shutil
import subprocess

import openpyxl
import pytest

import register
from register import BIN, REGISTRATION, Register, registration, run


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """An installation of its own, moved away from where it was put, whose catalogue has been made to differ from the
    project's: it has two themes."""
    build = BIN.parent
    put, prefix = tmp_path_factory.mktemp("put") / "usr", tmp_path_factory.mktemp("moved") / "usr"
    done = subprocess.run(["cmake", "--install", build, "--prefix", put], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    shutil.move(put, prefix)
    for theme in (prefix / "share/credence/catalogue/themes").iterdir():
        if theme.stem not in (REGISTRATION, "amr-penalty"):
            theme.unlink()
    return prefix


@pytest.fixture
def installed(prefix, monkeypatch):
    monkeypatch.setattr(register, "BIN", prefix / "bin")
    return prefix


def test_the_installed_catalogue_is_the_one_that_is_checked(installed):
    done = run("creditctl", "catalogue", "check", cwd="/")
    assert done.returncode == 0, done.stderr
    assert "share/credence/catalogue is right: 2 themes" in done.stdout
    named = run("creditctl", "catalogue", "check", installed / "share/credence/catalogue", cwd="/")
    assert named.returncode == 0 and "2 themes" in named.stdout


def test_a_sample_is_written_by_the_installed_catalogue(installed, tmp_path):
    done = run("creditctl", "sample", "--subjects", 50, "--out", tmp_path / "city", "--quiet", cwd="/")
    assert done.returncode == 0, done.stderr
    themes = {file.stem for file in (tmp_path / "city").glob("*/*.*")}
    assert themes <= {REGISTRATION, "amr-penalty"} and themes


def test_a_workbook_is_handed_in_to_the_installed_daemon(installed, tmp_path):
    book = openpyxl.Workbook()
    rows = [registration(n) for n in range(3)]
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    book.save(tmp_path / "登记.xlsx")
    with Register() as one:
        one.start()
        assert len(one.all("/v1/catalogue")) == 2
        done = one.ctl("submit", "--theme", REGISTRATION, "--json", tmp_path / "登记.xlsx", cwd="/")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["stored"] == 3
        assert one.stop() == 0


def test_the_documents_and_the_unit_that_name_each_other_are_there(installed):
    documents = installed / "share/doc/credence"
    for name in ("operate.md", "formats/submission.md", "catalogue.md", "creditd.service", "creditd.conf.example", "LICENSE"):
        assert (documents / name).is_file(), name
    assert not [file for file in documents.rglob("*") if file.is_file() and not os.access(file, os.R_OK)]
