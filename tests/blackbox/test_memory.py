"""The memory budget: whatever comes in, `creditd` takes no more than the setting `memory` says (docs/adr/0026). Peak
resident memory is read from the kernel behind every situation. Not for sanitizers, which keep freed memory."""
import concurrent.futures
import contextlib
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from register import (BIN, KIND, PATIENCE, PENALTY, REGISTRATION, Register, as_csv, clean_environment, penalty,
                      registration, registrations, run, uscc, wait_for)

MIB = 1024 * 1024
BUDGET_MIB = 256
SUBJECTS, ROWS_PER_SUBJECT = {"release": (10_000, 10)}.get(KIND, (2_000, 8))

pytestmark = pytest.mark.skipif(KIND == "asan", reason="sanitizers keep freed memory")


def peak_mib(register):
    status = pathlib.Path(f"/proc/{register.process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def refusal(register, path):
    """The answer 503, or nothing when there is another."""
    answer = register.get(path)
    return answer if answer.status == 503 else None


def gauges(register, name):
    """part: bytes."""
    text = register.get("/metrics", over_socket=True).text
    return {part: int(value) for part, value in re.findall(rf'^{name}{{part="(\w+)"}} (-?\d+)$', text, re.M)}


@contextlib.contextmanager
def within_the_budget(register, what):
    yield
    peak = peak_mib(register)
    print(f"{what}: peak {peak:.0f} MiB of {BUDGET_MIB}")
    assert peak < BUDGET_MIB, f"{what}: {gauges(register, 'credence_memory_bytes')}"


@pytest.fixture(scope="module")
def city(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "city"
    made = run("creditctl", "sample", "--subjects", SUBJECTS, "--rows-per-subject", ROWS_PER_SUBJECT, "--out", folder,
               "--quiet")
    assert made.returncode == 0, made.stderr
    return folder


@pytest.fixture(scope="module")
def small():
    """A register with a small budget, which the tests below load more and more."""
    with Register(memory=f"{BUDGET_MIB} MiB") as register:
        yield register.start()
        assert register.stop() == 0, register.log()


def hand_in(register, folder):
    done = subprocess.run([BIN / "creditctl", "--data", register.data, "submit", "--dir", folder, "--quiet"],
                          env=clean_environment(), capture_output=True, text=True, timeout=PATIENCE * 10)
    assert done.returncode == 3, done.stderr  # rows of the sample are rejected


def test_a_city_comes_in_and_comes_again_within_the_budget(small, city):
    with within_the_budget(small, "a city"):
        hand_in(small, city)
    with within_the_budget(small, "a city again"):
        hand_in(small, city)
    small.ctl("submit", "--theme", REGISTRATION, "-", input=registrations(30_000))
    with within_the_budget(small, "the same rows as another batch"):
        small.ctl("submit", "--theme", REGISTRATION, "-", input=registrations(30_000))


def post_patiently(register, theme, body, key):
    """As a department's program does: what is turned away is tried again when it is told to."""
    turned_away = 0
    end = time.monotonic() + PATIENCE
    while True:
        try:
            answer = register.post(theme, body, key=key)
            if answer.status != 503:
                return answer, turned_away
            assert answer.headers["Retry-After"], answer.text
        except ConnectionError:  # the answer came before the body was sent
            pass
        assert time.monotonic() < end, "turned away too long"
        turned_away += 1
        time.sleep(0.2)


def long_rows(count, first):
    """Rows of almost 1 MiB, the most that a row may have."""
    return as_csv([penalty(f"长{first + i}号", "样例市长文有限公司", uscc(7_000_000 + first + i), fact="某" * 310_000)
                   for i in range(count)])


def test_many_uploads_at_one_time_stay_within_the_budget(small):
    key = small.key("amr")
    with within_the_budget(small, "32 uploads at one time"), concurrent.futures.ThreadPoolExecutor(32) as pool:
        done = list(pool.map(lambda n: post_patiently(small, REGISTRATION, registrations(3_000, 1_000_000 + 3_000 * n),
                                                      key), range(32)))
        assert {answer.json["stored"] for answer, _ in done} == {3_000}
        assert sum(turned_away for _, turned_away in done) > 0  # more came than may be at one time


def test_many_uploads_of_the_longest_rows_stay_within_the_budget(small):
    key = small.key("amr")
    with within_the_budget(small, "12 uploads of rows of 1 MiB"), concurrent.futures.ThreadPoolExecutor(12) as pool:
        done = list(pool.map(lambda n: post_patiently(small, PENALTY, long_rows(8, 8 * n), key), range(12)))
        assert {answer.json["received"] for answer, _ in done} == {8}


def test_rejected_rows_and_their_receipts_stay_within_the_budget(small):
    rows = [registration(n, **{"企业名称": "样" * 300, "统一社会信用代码": "X" * 18, "注册日期": "x"}) for n in range(20_000)]
    with within_the_budget(small, "rejected rows"):
        receipt = small.submit(REGISTRATION, as_csv(rows))
        assert receipt["rejected"] == len(rows)
        answer = small.get(f"/v1/submissions/{receipt['id']}", over_socket=True, format="rejects")
        assert answer.status == 200 and answer.text.count("\n") > len(rows)


def dial(register):
    connection = socket.create_connection(("127.0.0.1", register.port), timeout=PATIENCE)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    return connection


def test_slow_connections_stay_within_the_budget_and_the_service_answers(small):
    with within_the_budget(small, "slow heads"), contextlib.ExitStack() as open_ones:
        for _ in range(60):
            connection = open_ones.enter_context(contextlib.closing(dial(small)))
            connection.sendall(b"GET /v1/search?q=" + b"%E6%A0%B7" * 1500 + b" HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 9000)
        assert small.get("/healthz").status == 200
        assert gauges(small, "credence_memory_bytes")["connections"] > 60 * 32 * 1024


def test_large_answers_that_nobody_reads_stay_within_the_budget(small):
    code = uscc(6_000_000)
    rows = [penalty(f"大{i}号", "样例市大答复有限公司", code, fact="某" * 9_900) | {"CF_YJ": "据" * 9_900, "CF_NR": "容" * 9_900}
            for i in range(60)]
    assert small.submit(PENALTY, as_csv(rows))["stored"] == len(rows)
    page = small.get_json(f"/v1/subjects/{code}/records", limit=100)
    assert len(page["items"]) < len(rows) and page["next"]  # a page ends before it is too large
    assert len(small.all(f"/v1/subjects/{code}/records", limit=100)) == len(rows)
    request = f"GET /v1/subjects/{code}/records?limit=100 HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with within_the_budget(small, "answers that nobody reads"), contextlib.ExitStack() as open_ones:
        for _ in range(70):  # several, because the kernel takes the first ones
            open_ones.enter_context(contextlib.closing(dial(small))).sendall(request * 10)
        # The first refusal is looked at: the kernel's buffers grow, so that there may be room again a moment later.
        refused = wait_for(lambda: refusal(small, f"/v1/subjects/{code}"), "the answers fill what they may take")
        assert refused.headers["Retry-After"] and refused.json["type"].endswith(":busy")
        assert small.get("/healthz").status == 200
    wait_for(lambda: small.get(f"/v1/subjects/{code}").status == 200, "room again")


def test_check_and_digest_under_load_stay_within_the_budget(small):
    key = small.key("amr")
    with within_the_budget(small, "check and digest under load"), concurrent.futures.ThreadPoolExecutor(4) as pool:
        load = [pool.submit(post_patiently, small, REGISTRATION, registrations(10_000, 2_000_000 + 10_000 * n), key)
                for n in range(2)]
        checks = [pool.submit(small.ctl, "check"), pool.submit(small.ctl, "digest")]
        assert {c.result().returncode for c in checks} == {0}
        assert {answer.json["stored"] for answer, _ in (one.result() for one in load)} == {10_000}


def test_catalogues_that_are_read_again_stay_within_the_budget(small):
    with within_the_budget(small, "catalogue"):
        for _ in range(5):
            assert small.ctl("catalogue", "load", pathlib.Path(__file__).parents[2] / "catalogue").returncode == 0


def test_a_restart_behind_a_kill_under_load_stays_within_the_budget(small):
    upload = threading.Thread(target=lambda: small.ctl("submit", "--theme", REGISTRATION, "-",
                                                       input=registrations(60_000, 3_000_000)))
    upload.start()
    wait_for(lambda: small.get_json("/v1/search", q="样例市第3000001号")["items"], "the first rows")
    time.sleep(1)
    small.process.send_signal(signal.SIGKILL)
    small.process.wait(PATIENCE)
    small.process.stdout.close()
    upload.join()
    with within_the_budget(small, "restart"):
        small.start()
        small.check()


def test_a_run_takes_no_more_than_its_part():
    rows, peaks = registrations(120_000), []
    for gear in ({"writer_gears": 1}, {"writer_shift": 1}):  # no runs, nothing but runs
        with Register(memory="768 MiB", **gear) as register:
            register.start()
            assert register.ctl("submit", "--theme", REGISTRATION, "-", input=rows).returncode == 0
            part = gauges(register, "credence_memory_limit_bytes")["commit"] / MIB
            runs = int(re.search(r"^credence_runs_total (\d+)$", register.get("/metrics", over_socket=True).text, re.M)[1])
            peaks.append(peak_mib(register))
            assert register.stop() == 0, register.log()
    print(f"without runs: peak {peaks[0]:.0f} MiB; with {runs} runs, which may have {part:.0f}: {peaks[1]:.0f}")
    assert runs > 1
    assert peaks[1] - peaks[0] < part


def test_the_plan_is_told_and_its_parts_are_the_setting(small):
    limits, now = gauges(small, "credence_memory_limit_bytes"), gauges(small, "credence_memory_bytes")
    assert sum(limits.values()) == BUDGET_MIB * MIB
    assert set(limits) == set(now) >= {"program", "catalogue", "cache", "buffers", "uploads", "connections", "answers"}
    for part in set(now) - {"program"}:
        assert 0 <= now[part] <= limits[part], part
    log = small.log()
    for part, limit in limits.items():
        assert f"memory.part part={part} bytes={limit}\n" in log
    peak = int(re.search(r"^credence_memory_peak_bytes (\d+)$", small.get("/metrics", over_socket=True).text, re.M)[1])
    assert 40 * MIB < peak < BUDGET_MIB * MIB


def test_a_budget_that_is_too_small_is_refused_with_the_least_that_works(new_creditd):
    refused = new_creditd(memory="100 MiB")
    process = refused.launch()
    assert process.wait(PATIENCE) == 5
    process.stdout.close()
    refused.process = None
    least = int(re.search(r"memory: 100 MiB is too little; the least is (\d+) MiB", refused.log())[1])
    assert least <= BUDGET_MIB
    for memory, code in ((least - 1, 5), (least, 0)):
        assert run("creditd", "--check-config", f"--set=memory={memory}MiB").returncode == code
    assert new_creditd(memory=f"{least} MiB").start().get("/readyz").status == 200


def test_the_check_of_the_settings_prints_the_plan():
    found = run("creditd", "--check-config", "--set=memory=16GiB")
    assert found.returncode == 0
    sizes = [float(size) for size in re.findall(r"^  \w+ +([\d.]+) MiB", found.stdout, re.M)]
    assert found.stdout.startswith("memory  16384.0 MiB\n")
    assert abs(sum(sizes) - 16384) < 1
