"""Load from outside: wrk for as much as there can be, h2load for a steady rate and the time of each answer."""
import json
import pathlib
import subprocess

LUA = pathlib.Path(__file__).with_name("paths.lua")


def run(*command):
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit(f"bench: {command[0]} failed: {done.stderr or done.stdout}")
    return done.stdout


def flood(url, paths, connections, seconds):
    """As many requests as there can be: requests/s, p50 and p99 in milliseconds, bytes of an answer."""
    found = run("wrk", "-t", 1, "-c", connections, "-d", f"{seconds}s", "--timeout", "10s", "-s", LUA, url, "--", paths)
    told = json.loads(found.splitlines()[-1])
    if told["errors"]:
        raise SystemExit(f"bench: {told['errors']} of wrk's requests were not answered well")
    return told


def timed(url, paths, clients, requests=None, rate=None, seconds=None, log=None, statuses=("200",)):
    """Milliseconds of each answer; another status than these ends the program."""
    command = ["h2load", "--h1", "-t", 1, "-c", clients, "-i", paths, "-B", url, f"--log-file={log}"]
    command += ["-n", requests] if requests else ["-D", seconds, f"--rps={rate / clients:.3f}"]
    run(*command)
    times = []
    for line in log.read_text().splitlines():
        _, status, micros = line.split("\t")[:3]
        if status not in statuses:
            raise SystemExit(f"bench: an answer of {url} had the status {status}")
        times.append(int(micros) / 1000)
    log.unlink()
    return times
