"""The programs from outside: settings, starting and stopping, exit codes, creditctl's commands."""
import json
import pathlib
import shutil
import signal
import socket
import stat
import subprocess

import pytest

from register import (KIND, PATIENCE, REGISTRATION, SOURCE, as_csv, clean_environment, registration, registrations, run,
                      uscc, wait_for, wrong)

CATALOGUE = SOURCE / "catalogue"
MEMBERS = {"id", "theme", "department", "received", "stored", "changed", "duplicate", "stale", "rejected", "warned",
           "rows"}


def broken_rows():
    """Five rows: two good ones, a wrong check character, no name, a day that does not exist."""
    return as_csv([registration(1), registration(2, 统一社会信用代码=wrong(uscc(2))),
                   registration(3, 企业名称=""), registration(4, 注册日期="2023-02-30"), registration(5)])


def copy_of_catalogue(folder, file=None, **changes):
    """The catalogue with lines of one file replaced: version="2" makes `version: 2`."""
    copy = pathlib.Path(folder) / "catalogue"
    shutil.copytree(CATALOGUE, copy, dirs_exist_ok=True)
    if file:
        lines = (copy / file).read_text(encoding="utf-8").splitlines()
        for key, value in changes.items():
            lines = [f"{key}: {value}" if line.startswith(f"{key}:") else line for line in lines]
        (copy / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return copy


# ---- settings and help ----

def test_help_names_every_exit_code_and_every_command():
    daemon, tool = run("creditd", "--help"), run("creditctl", "--help")
    assert daemon.returncode == tool.returncode == 0
    for number in range(8):
        assert f"\n  {number}  " in daemon.stdout and f"\n  {number}  " in tool.stdout
    for command in ("submit", "receipt", "key add", "key list", "key remove", "catalogue check", "catalogue list",
                    "catalogue show", "catalogue load", "check", "digest", "stores", "status", "search", "terms",
                    "findings"):
        assert f"\n  {command} " in tool.stdout
        own = run("creditctl", *command.split(), "--help")
        assert own.returncode == 0 and own.stdout.startswith(f"creditctl {command} ")
        assert run("creditctl", "help", *command.split()).stdout == own.stdout


@pytest.mark.parametrize("program", ["creditd", "creditctl"])
def test_versions_are_printed(program):
    assert run(program, "--version").stdout.startswith(f"{program} 0.")


@pytest.mark.parametrize("arguments", [["--nonsense"], ["word"], ["--data"], ["--help=1"]])
def test_a_wrong_command_line_of_creditd_is_2(arguments):
    found = run("creditd", *arguments)
    assert found.returncode == 2 and "--help" in found.stderr


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["key"], ["key", "add"], ["submit", "--theme", "x"],
                                       ["submit", "x.csv"], ["check", "--nonsense"], ["receipt"],
                                       ["submit", "--theme", "x", "--batch", "a b", "x.csv"],
                                       ["submit", "--theme", "x", "--format", "xls", "x.csv"]])
def test_a_wrong_command_line_of_creditctl_is_2(arguments, tmp_path):
    (tmp_path / "x.csv").write_text("a\n")
    assert run("creditctl", *arguments, cwd=tmp_path).returncode == 2


def test_the_example_of_the_settings_file_is_what_the_program_prints():
    printed = run("creditd", "--print-config")
    assert printed.returncode == 0
    assert printed.stdout == (SOURCE / "deploy/creditd.conf.example").read_text(encoding="utf-8")


def test_the_command_line_holds_over_the_environment_and_that_over_the_file(tmp_path):
    file = tmp_path / "creditd.conf"
    file.write_text("listen = 127.0.0.1:1111\nhttp.workers = 11\nhttp.threads = 3\n")
    env = clean_environment(CREDENCE_HTTP_WORKERS="12", CREDENCE_LISTEN="127.0.0.1:2222")
    found = run("creditd", "--config", file, "--listen", "127.0.0.1:3333", "--print-config", env=env).stdout
    assert "\nlisten = 127.0.0.1:3333\n" in found
    assert "\nhttp.workers = 12\n" in found
    assert "\nhttp.threads = 3\n" in found


def test_every_setting_has_a_variable_in_the_environment():
    lines = run("creditd", "--print-config").stdout.splitlines()
    names = [line.split(" = ")[0] for line in lines if " = " in line and not line.startswith("#")]
    assert len(names) > 10
    for name in names:
        env = clean_environment(**{"CREDENCE_" + name.upper().replace(".", "_"): "\x01"})
        found = run("creditd", "--check-config", env=env)
        assert found.returncode == 5, name
        assert name in found.stderr


@pytest.mark.parametrize("text, said", [("listen = nowhere\n", "creditd.conf:1: listen"),
                                        ("\nno.such = 1\n", "creditd.conf:2: no.such"),
                                        ("data\n", "creditd.conf:1: ")])
def test_a_wrong_settings_file_is_5_with_file_and_line(tmp_path, text, said):
    (tmp_path / "creditd.conf").write_text(text)
    found = run("creditd", "--config", tmp_path / "creditd.conf", "--check-config")
    if "listen" in text:
        said = "listen"
    assert found.returncode == 5 and said in found.stderr


def test_a_missing_settings_file_is_5(tmp_path):
    found = run("creditd", "--config", tmp_path / "none", "--check-config")
    assert found.returncode == 5 and "none" in found.stderr


def test_checking_settings_checks_the_catalogue_too_and_starts_nothing(tmp_path):
    data = tmp_path / "data"
    assert run("creditd", "--data", data, "--check-config").returncode == 0
    broken = copy_of_catalogue(tmp_path, "themes/amr-licence.yaml", archetype="nothing-such")
    found = run("creditd", "--data", data, "--catalogue", broken, "--check-config")
    assert found.returncode == 5 and "amr-licence.yaml:" in found.stderr
    assert not data.exists()


# ---- starting and stopping ----

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_0(creditd, number):
    assert creditd.stop(number) == 0
    assert "daemon.stopped" in creditd.log()
    assert not (creditd.data / "creditd.sock").exists()


def test_what_was_stored_is_there_after_a_restart(creditd):
    assert creditd.submit(REGISTRATION, registrations(20))["stored"] == 20
    before = creditd.digest()
    creditd.restart()
    assert creditd.digest() == before
    assert creditd.get_json(f"/v1/subjects/{uscc(7)}")["name"] == "样例市第7号贸易有限公司"


def test_a_killed_daemon_starts_again(creditd):
    assert creditd.submit(REGISTRATION, registrations(20))["stored"] == 20
    before = creditd.digest()
    creditd.kill()
    creditd.start()
    assert creditd.digest() == before
    creditd.check()


def test_a_second_process_on_the_same_folder_is_6_and_the_first_goes_on(creditd):
    found = run("creditd", "--data", creditd.data, "--listen", "127.0.0.1:0")
    assert found.returncode == 6
    assert str(creditd.process.pid) in found.stderr
    assert creditd.get("/readyz").status == 200
    assert creditd.ctl("status").returncode == 0


def test_a_taken_port_is_7_and_says_what_to_do(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        found = run("creditd", "--data", tmp_path / "data", "--listen", address)
    assert found.returncode == 7
    assert f"port {address.split(':')[1]} is taken" in found.stderr


def test_an_address_that_is_not_of_this_machine_is_refused(tmp_path):
    found = run("creditd", "--data", tmp_path / "data", "--listen", "192.0.2.1:8080")
    assert found.returncode in (5, 7) and "192.0.2.1" in found.stderr


def test_a_lost_key_file_is_6_and_no_new_one_is_made(creditd):
    creditd.stop()
    (creditd.data / "keys").unlink()
    found = run("creditd", "--data", creditd.data, "--listen", "127.0.0.1:0")
    assert found.returncode == 6 and "backup" in found.stderr
    assert not (creditd.data / "keys").exists()


def test_another_installations_key_file_is_6(creditd, new_creditd):
    other = new_creditd().start()
    other.stop()
    creditd.stop()
    shutil.copy(other.data / "keys", creditd.data / "keys")
    found = run("creditd", "--data", creditd.data, "--listen", "127.0.0.1:0")
    assert found.returncode == 6 and "not the one" in found.stderr


def test_a_damaged_store_is_6(creditd):
    creditd.stop()
    for manifest in (creditd.data / "db").glob("MANIFEST-*"):
        manifest.write_bytes(b"nothing of the kind")
    found = run("creditd", "--data", creditd.data, "--listen", "127.0.0.1:0")
    assert found.returncode == 6, found.stderr


def test_others_on_the_machine_cannot_read_the_data(creditd):
    assert creditd.post(REGISTRATION, registrations(3), key=creditd.key("amr")).status == 200
    assert stat.S_IMODE((creditd.data / "creditd.sock").stat().st_mode) == 0o600
    assert stat.S_IMODE((creditd.data / "keys").stat().st_mode) == 0o600
    for path in creditd.data.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


# ---- the catalogue ----

def test_the_first_start_needs_a_right_catalogue(new_creditd):
    one = new_creditd()
    one.settings["catalogue"] = copy_of_catalogue(one.folder, "themes/amr-licence.yaml", archetype="nothing-such")
    assert one.launch().wait(PATIENCE) == 5
    assert "amr-licence.yaml:" in one.log()


def test_a_later_start_goes_on_with_the_catalogue_that_was_in_force(creditd):
    creditd.stop()
    creditd.settings["catalogue"] = copy_of_catalogue(creditd.folder, "themes/amr-licence.yaml",
                                                      archetype="nothing-such")
    creditd.start()
    assert "catalogue.refused" in creditd.log()
    assert len(creditd.all("/v1/catalogue")) == 392
    assert creditd.submit(REGISTRATION, registrations(1))["stored"] == 1


def test_a_mistake_is_refused_by_hangup_and_the_old_one_stays(new_creditd):
    one = new_creditd()
    one.settings["catalogue"] = copy = copy_of_catalogue(one.folder)
    one.start()
    copy_of_catalogue(one.folder, "themes/amr-licence.yaml", en="Another name")
    one.process.send_signal(signal.SIGHUP)
    wait_for(lambda: "catalogue.refused" in one.log(), "the refusal in the log")
    assert one.get_json("/v1/catalogue/amr-licence")["en"] != "Another name"
    assert copy.exists() and one.get("/readyz").status == 200


def test_a_new_version_is_taken_over_and_stays_after_a_restart(new_creditd):
    one = new_creditd()
    one.settings["catalogue"] = copy_of_catalogue(one.folder)
    one.start()
    copy_of_catalogue(one.folder, "themes/amr-licence.yaml", en="Another name", version="2",
                      valid_from="2999-01-01T00:00:00+08:00")
    found = one.ctl("catalogue", "load")
    assert found.returncode == 0, found.stderr
    assert "1 entries are new" in found.stdout
    one.settings["catalogue"] = CATALOGUE
    one.restart()
    assert one.get_json("/v1/catalogue/amr-licence?version=2")["en"] == "Another name"
    assert one.get_json("/v1/catalogue/amr-licence")["version"] == 1


def test_loading_says_file_line_and_reason(creditd):
    broken = copy_of_catalogue(creditd.folder, "themes/amr-licence.yaml", archetype="nothing-such")
    found = creditd.ctl("catalogue", "load", broken)
    assert found.returncode == 5
    assert "amr-licence.yaml:" in found.stderr and "nothing-such" in found.stderr
    offline = run("creditctl", "catalogue", "check", broken)
    assert offline.returncode == 5 and "amr-licence.yaml:" in offline.stderr
    assert run("creditctl", "catalogue", "check", CATALOGUE).returncode == 0


def test_the_catalogue_can_be_listed_and_shown_with_and_without_a_daemon(creditd):
    listed = creditd.ctl("catalogue", "list").stdout
    assert listed == run("creditctl", "catalogue", "list", "--dir", CATALOGUE).stdout
    assert [line.split()[0] for line in listed.splitlines()].count("amr-penalty") == 1
    shown = creditd.ctl("catalogue", "show", "amr-penalty").stdout
    assert shown == run("creditctl", "catalogue", "show", "amr-penalty", "--dir", CATALOGUE).stdout
    assert "CF_WSH" in shown and "处罚决定日期" in shown
    lines = {" ".join(line.split()) for line in shown.splitlines()}
    assert {"visibility 可见范围 P 公众", "terms 公示期限表 market-regulation", "retention_years 保存年限 5",
            "CF_NR_FK 罚款金额（万元） amount 万元 no P", "条件必填 required when CF_CFLB = 罚款",
            "格式 format 2016 双公示2016年版 Format of 2016 to 2018", "time 更新时间列 SJC",
            "values 值的对应 CF_ZT: 0 → 1、1 → 2、2 → 1"} <= lines
    assert any(line.startswith("CF_CXLX = 简易程序（自然人） 《") for line in lines)
    entry = json.loads(creditd.ctl("catalogue", "show", "amr-penalty", "--json").stdout)
    assert entry["code"] == "amr-penalty" and len(entry["items"]) > 20
    assert creditd.ctl("catalogue", "show", "no-such").returncode == 1
    for near in (creditd.ctl("catalogue", "show", "amr-penalties"),
                 run("creditctl", "catalogue", "show", "amr-penalties", "--dir", CATALOGUE)):
        assert near.returncode == 1 and "amr-penalty（市场监管行政处罚信息）" in near.stderr and near.stdout == ""
    assert "ecology" in creditd.ctl("catalogue", "departments").stdout


# ---- keys ----

def test_a_key_is_shown_once_holds_and_can_be_taken_back(creditd):
    made = creditd.ctl("key", "add", "--department", "amr", "--name", "窗口一")
    key = made.stdout.strip()
    assert made.returncode == 0 and key.startswith("crd_") and len(key) == 56
    listed = creditd.ctl("key", "list").stdout
    assert "窗口一" in listed and " amr " in listed and key not in listed
    assert creditd.post(REGISTRATION, registrations(1), key=key).status == 200
    assert creditd.ctl("key", "remove", listed.split()[0]).returncode == 0
    assert creditd.post(REGISTRATION, registrations(1), key=key).status == 401
    assert creditd.ctl("key", "remove", listed.split()[0]).returncode == 1
    creditd.stop()
    for path in creditd.folder.rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes(), path


def test_no_key_for_a_department_that_the_catalogue_does_not_know(creditd):
    found = creditd.ctl("key", "add", "--department", "nowhere")
    assert found.returncode == 1 and "nowhere" in found.stderr and found.stdout == ""


# ---- handing in ----

def test_a_right_file_is_0_and_its_receipt_is_for_people(creditd):
    file = creditd.file("good.csv", registrations(1200))
    found = creditd.ctl("submit", "--theme", REGISTRATION, file)
    assert found.returncode == 0, found.stderr
    assert "1,200" in found.stdout and "收到" in found.stdout and "received" in found.stdout


def test_rejected_rows_are_3_and_come_with_remedies(creditd):
    file = creditd.file("rows.csv", broken_rows())
    found = creditd.ctl("submit", "--theme", REGISTRATION, file)
    assert found.returncode == 3
    for rule in ("uscc.check", "item.missing", "date.invalid"):
        assert rule in found.stdout
    assert "creditctl receipt" in found.stdout


def test_with_json_there_is_one_object_with_its_members(creditd):
    file = creditd.file("rows.csv", broken_rows())
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--json", file)
    receipt = json.loads(found.stdout)
    assert found.returncode == 3
    assert MEMBERS <= set(receipt)
    assert receipt["theme"] == REGISTRATION and receipt["department"] == "amr"
    counts = [receipt[c] for c in ("stored", "changed", "duplicate", "stale", "rejected")]
    assert receipt["received"] == 5 == sum(counts) and counts == [2, 0, 0, 0, 3]
    assert [(r["row"], r["verdict"], r["rule"]) for r in receipt["rows"]] == [
        (2, "rejected", "uscc.check"), (3, "rejected", "item.missing"), (4, "rejected", "date.invalid")]
    assert all(r["remedy"] for r in receipt["rows"])


def test_the_same_rows_again_are_duplicates_and_the_same_batch_is_the_first_receipt(creditd):
    file = creditd.file("good.csv", registrations(50))
    first = json.loads(creditd.ctl("submit", "--theme", REGISTRATION, "--batch", "one", "--json", file).stdout)
    again = creditd.ctl("submit", "--theme", REGISTRATION, "--batch", "one", "--json", file)
    assert again.returncode == 0 and json.loads(again.stdout) == first
    other = json.loads(creditd.ctl("submit", "--theme", REGISTRATION, "--json", file).stdout)
    assert other["duplicate"] == 50 and other["id"] != first["id"]
    run_of = other["rows"][0]
    assert (run_of["row"], run_of["to"], run_of["verdict"]) == (1, 50, "duplicate")


def test_a_finished_batch_with_other_bytes_is_refused(creditd):
    batch = ("submit", "--theme", REGISTRATION, "--batch", "one")
    assert creditd.ctl(*batch, creditd.file("a.csv", registrations(5))).returncode == 0
    found = creditd.ctl(*batch, creditd.file("b.csv", registrations(6)))
    assert found.returncode == 1 and "batch" in found.stderr.lower()


def test_a_department_that_may_not_is_4_and_nothing_is_stored(creditd):
    before = creditd.digest()
    file = creditd.file("good.csv", registrations(5))
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--department", "ecology", file)
    assert found.returncode == 4 and "amr" in found.stderr
    assert creditd.ctl("submit", "--theme", REGISTRATION, "--department", "amr", file).returncode == 0
    assert creditd.digest() != before


def test_standard_input_is_read_and_its_format_found(creditd):
    csv = creditd.ctl("submit", "--theme", REGISTRATION, "--json", "-", input=registrations(3))
    assert json.loads(csv.stdout)["stored"] == 3
    rows = "".join(json.dumps(registration(i), ensure_ascii=False) + "\n" for i in range(1, 7))
    lines = creditd.ctl("submit", "--theme", REGISTRATION, "--json", "-", input="\ufeff" + rows)
    receipt = json.loads(lines.stdout)
    assert (receipt["received"], receipt["duplicate"], receipt["stored"]) == (6, 3, 3)
    named = creditd.ctl("submit", "--theme", REGISTRATION, "--json", creditd.file("rows.ndjson", rows))
    assert json.loads(named.stdout)["duplicate"] == 6
    forced = creditd.ctl("submit", "--theme", REGISTRATION, "--json", "--format", "ndjson",
                         creditd.file("rows.txt", rows))
    assert json.loads(forced.stdout)["duplicate"] == 6


@pytest.mark.parametrize("arguments, said", [
    (["--theme", "no-such-theme", "FILE"], "/v1/catalogue"),
    (["--theme", REGISTRATION, "/nowhere/file.csv"], "/nowhere/file.csv"),
    (["--theme", REGISTRATION, "/"], "folder"),
])
def test_other_failures_are_1_and_say_why(creditd, arguments, said):
    file = creditd.file("good.csv", registrations(1))
    found = creditd.ctl("submit", *[file if a == "FILE" else a for a in arguments])
    assert found.returncode == 1 and said in found.stderr


def test_a_header_that_no_theme_knows_is_refused(creditd):
    found = creditd.ctl("submit", "--theme", REGISTRATION, creditd.file("odd.csv", "a,b\r\n1,2\r\n"))
    assert found.returncode == 1 and found.stderr.count("\n") >= 1


def test_a_long_file_with_a_wrong_header_says_so_too(creditd):
    """The upload is broken off before its end; the reason is found out all the same."""
    text = b"a,b\r\n" + registrations(30000)
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--json", creditd.file("odd.csv", text))
    assert found.returncode == 1 and found.stdout == ""
    assert "column" in found.stderr and "--batch" not in found.stderr


def test_a_long_file_of_a_wrong_department_is_4_too(creditd):
    file = creditd.file("long.csv", registrations(30000))
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--department", "ecology", file)
    assert found.returncode == 4 and "amr" in found.stderr


def test_without_a_daemon_it_says_how_to_start_one(tmp_path):
    (tmp_path / "x.csv").write_text("a\n")
    for command in (["submit", "--theme", "t", tmp_path / "x.csv"], ["status"], ["key", "list"],
                    ["catalogue", "list"], ["receipt", "x"], ["search", "xy"]):
        found = run("creditctl", "--data", tmp_path, *command)
        assert found.returncode == 1, command
        assert f"creditd --data {tmp_path}" in found.stderr


def test_the_data_folder_can_come_from_the_environment(creditd):
    env = clean_environment(CREDENCE_DATA=str(creditd.data))
    assert run("creditctl", "status", env=env).returncode == 0


def test_a_receipt_can_be_read_later_in_every_form(creditd):
    file = creditd.file("rows.csv", broken_rows())
    submitted = json.loads(creditd.ctl("submit", "--theme", REGISTRATION, "--json", file).stdout)
    assert json.loads(creditd.ctl("receipt", submitted["id"], "--json").stdout) == submitted
    assert "uscc.check" in creditd.ctl("receipt", submitted["id"]).stdout
    lines = creditd.ctl("receipt", submitted["id"], "--csv").stdout.splitlines()
    assert lines[0].startswith("\ufeff") and len(lines) == 4
    assert creditd.ctl("receipt", "aaaaaaaaaaaaaaaa").returncode == 1


def start_slow_upload(creditd, batch, text):
    """creditctl that has sent the text and waits for more."""
    process = creditd.launch_ctl("submit", "--theme", REGISTRATION, "--batch", batch, "--format", "csv", "-",
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdin.write(text)
    process.stdin.flush()
    return process


def rows_of_newest_batch(creditd):
    listed = creditd.get_json("/v1/submissions", over_socket=True)["items"]
    return listed[0]["received"] if listed else 0


def test_an_interrupted_upload_can_be_resumed(creditd):
    text = registrations(600)
    process = start_slow_upload(creditd, "resumed", text[: len(text) // 2])
    wait_for(lambda: rows_of_newest_batch(creditd) > 100, "the first rows")
    process.send_signal(signal.SIGINT)
    # The reading of a pipe is not interrupted by a signal that came just before it.
    process.stdin.close()
    assert process.wait(PATIENCE) == 1
    assert b"--batch resumed" in process.stderr.read()
    whole = creditd.file("whole.csv", text)
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--batch", "resumed", "--json", whole)
    receipt = json.loads(found.stdout)
    assert found.returncode == 0, found.stderr
    assert (receipt["received"], receipt["stored"], receipt["rows"]) == (600, 600, [])
    creditd.check()


def test_a_daemon_that_dies_under_an_upload_leaves_a_batch_to_resume(creditd):
    text = registrations(600)
    process = start_slow_upload(creditd, "killed", text[: len(text) // 2])
    wait_for(lambda: rows_of_newest_batch(creditd) > 100, "the first rows")
    creditd.kill()
    process.stdin.close()
    assert process.wait(PATIENCE) == 1
    assert b"--batch killed" in process.stderr.read()
    creditd.start()
    found = creditd.ctl("submit", "--theme", REGISTRATION, "--batch", "killed", "--json",
                        creditd.file("whole.csv", text))
    receipt = json.loads(found.stdout)
    assert (receipt["received"], receipt["stored"], receipt["rows"]) == (600, 600, [])
    creditd.check()


# ---- looking at the store ----

def test_digest_and_check_say_the_same_with_and_without_a_daemon(creditd):
    assert creditd.submit(REGISTRATION, registrations(40))["stored"] == 40
    forms = [[], ["--theme", REGISTRATION], ["--theme", "amr-licence"], ["--history"], ["--ledger"]]
    online = [creditd.ctl("digest", *form).stdout for form in forms]
    checked = creditd.check()
    assert creditd.stop() == 0
    assert [creditd.ctl("digest", *form).stdout for form in forms] == online
    assert creditd.check() == checked
    assert all(len(d) == 65 and set(d[:64]) <= set("0123456789abcdef") for d in online)
    assert online[0] == online[1] and online[2] == "0" * 64 + "\n"
    assert checked.splitlines()[-1] == "content" and f"digest {online[0]}" in checked


def test_the_digest_of_an_unknown_theme_is_1(creditd):
    assert creditd.ctl("digest", "--theme", "no-such").returncode == 1
    creditd.stop()
    assert creditd.ctl("digest", "--theme", "no-such").returncode == 1


def test_a_store_with_a_mistake_is_6(creditd):
    """Bytes of its files are turned over, as a failing disk does."""
    creditd.submit(REGISTRATION, registrations(500))
    creditd.restart()  # which moves rows from the log to files
    creditd.stop()
    for file in (creditd.data / "db").glob("*.sst"):
        content = bytearray(file.read_bytes())
        for at in range(0, len(content) * 2 // 3, 64):
            content[at] ^= 0xFF
        file.write_bytes(content)
    found = creditd.ctl("check")
    assert found.returncode == 6 and found.stderr


def test_where_there_is_no_store_check_and_digest_are_6(tmp_path):
    for command in ("check", "digest", "stores"):
        found = run("creditctl", "--data", tmp_path / "none", command)
        assert found.returncode == 6 and "none" in found.stderr
    assert not (tmp_path / "none").exists()


def test_the_five_stores_are_counted(creditd):
    creditd.submit(REGISTRATION, registrations(30))
    online = creditd.ctl("stores").stdout
    counts = {line.split()[1]: line.split()[2:] for line in online.splitlines()[1:6]}
    assert list(counts) == ["enterprise", "individual", "institution", "social-organisation", "government"]
    assert counts["enterprise"] == ["30", "30", "0"] and counts["individual"] == ["0", "0", "0"]
    creditd.stop()
    assert creditd.ctl("stores").stdout == online


def test_status_and_search_answer(creditd):
    creditd.submit(REGISTRATION, registrations(3))
    status = dict(line.split(None, 1) for line in creditd.ctl("status").stdout.splitlines())
    assert status["pid"] == str(creditd.process.pid) and status["takes_writes"] == "yes"
    found = creditd.ctl("search", "第2号").stdout
    assert uscc(2) in found and found.count("\n") == 1
    assert json.loads(creditd.ctl("search", uscc(3).lower(), "--json").stdout)["items"][0]["code"] == uscc(3)
    assert creditd.ctl("search", "没有这样的").returncode == 0


@pytest.mark.skipif(KIND == "release", reason="fault points are not in the release build")
def test_a_failed_commit_is_said_and_the_batch_can_be_resumed(new_creditd):
    one = new_creditd()
    one.environment = {"CREDENCE_FAULT": "store.commit:8"}
    one.start()
    text = registrations(20000)
    command = ("submit", "--theme", REGISTRATION, "--batch", "fault", "--json", one.file("a.csv", text))
    found = one.ctl(*command)
    for _ in range(3):
        if found.returncode == 0:
            break
        wait_for(lambda: one.get("/readyz").status == 200, "the store to be opened again")
        found = one.ctl(*command)
    receipt = json.loads(found.stdout)
    assert (receipt["received"], receipt["stored"], receipt["rows"]) == (20000, 20000, [])
    assert "store.commit-failed" in one.log()
    one.check()
