"""Fixtures of the black-box and crash tests. What they hand out is a Register of tests/support/register.py."""
import contextlib

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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport():
    """The logs of the daemons are shown with a failure."""
    report = (yield).get_result()
    if report.failed:
        report.sections += [(f"log of the creditd on {one.data}", one.log()[-20000:]) for one in Register.made]
