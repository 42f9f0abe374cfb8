"""Fixtures of the black-box and crash tests. What they hand out is a Register of tests/support/register.py."""
import contextlib
import os
import subprocess

import pytest

from register import Register


@pytest.fixture
def new_creditd():
    """Makes installations: new_creditd(receipts_days="7"). They are not started."""
    with contextlib.ExitStack() as made:
        yield lambda **settings: made.enter_context(Register(**settings))


@pytest.fixture
def creditd(new_creditd):
    """A creditd that is ready, on a store of the test's own."""
    return new_creditd().start()


@pytest.fixture(scope="module")
def register():
    """A creditd that is ready, on a store that the tests of a file share."""
    with Register() as shared:
        yield shared.start()
        assert shared.stop() == 0, shared.log()


class SmallDisk:
    """A file system of so many MiB, which others fill up: `fill` takes all room, or all but so many bytes."""

    def __init__(self, folder):
        self.folder, self.ballast = folder, folder / "ballast"

    def fill(self, but=0):
        fd = os.open(self.ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with contextlib.suppress(OSError):  # no space left
            while True:
                os.write(fd, bytes(1 << 20))
        os.ftruncate(fd, os.fstat(fd).st_size - but)
        os.close(fd)

    def clear(self):
        self.ballast.unlink()


@pytest.fixture
def small_disk():
    """Mounts one on a folder: small_disk(folder, mebibytes). Only root may: as root, or by sudo that asks for nothing."""
    mounted, root = [], [] if os.geteuid() == 0 else ["sudo", "-n"]

    def mount(folder, mebibytes):
        folder.mkdir()
        done = subprocess.run([*root, "mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=0777", "none", folder],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"a small disk cannot be mounted: {done.stderr.strip()}")
        mounted.append(folder)
        return SmallDisk(folder)
    yield mount
    for folder in mounted:
        subprocess.run([*root, "umount", "-l", folder], check=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """The logs of the daemons are shown with a failure."""
    report = (yield).get_result()
    if report.failed:
        report.sections += [(f"log of the creditd on {one.data}", one.log()[-20000:]) for one in Register.made]
