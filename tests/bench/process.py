"""What the kernel says of a process, in /proc."""
import contextlib
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


def parts(stat):
    """The name, and what stands behind it; the name may hold spaces and brackets."""
    name, rest = stat.read_text().split("(", 1)[1].rsplit(")", 1)
    return name, rest.split()


def ticks(fields):
    """User and system time."""
    return int(fields[11]) + int(fields[12])


def cpu_ticks(pid):
    """Of a process, threads that ended among them."""
    return ticks(parts(pathlib.Path(f"/proc/{pid}/stat"))[1])


def cpu_s(pid):
    return cpu_ticks(pid) / TICK


def threads_s(pid):
    """Of each name that threads have: CPU seconds of those that run."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            name, fields = parts(task / "stat")
            found[name] = found.get(name, 0) + ticks(fields) / TICK
    return found


def holds_memory(pid):
    """Not gone, and more than an entry in the list of processes."""
    with contextlib.suppress(OSError):
        return parts(pathlib.Path(f"/proc/{pid}/stat"))[1][0] not in "ZX"
    return False
