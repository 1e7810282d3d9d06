"""What all tests share: the working dtype is put back; a browser is there, or its lack is told."""

import collections
import pathlib
import sys

import pytest

from tests import accessibility
from tests.browsing import chromium, find_browser


@pytest.fixture(autouse=True)
def _restored_dtype():
    """Put float32 back after every test; a test without TensorFlow does not import it for this."""
    yield
    dtypes = sys.modules.get("bnn_teach.dsl.dtypes")
    if dtypes is not None:
        dtypes.set_dtype("float32")


@pytest.fixture
def float64():
    """Compute in float64 during the test."""
    from bnn_teach.dsl.dtypes import set_dtype

    set_dtype("float64")


def pytest_addoption(parser):
    """Let a run store what the book's statement on accessibility is made of."""
    parser.addoption("--wcag", type=pathlib.Path, metavar="FILE", help="store results here")


def pytest_collection_modifyitems(items):
    """Take the criteria of WCAG that tests name into their reports."""
    accessibility.note_criteria(items)


def pytest_runtest_setup(item):
    """Skip a test marked ``browser`` where there is none, or fail it if one is required."""
    if item.get_closest_marker("browser") is not None:
        find_browser()


@pytest.fixture(scope="module")
def browser():
    """Chromium, for the tests of one file."""
    with chromium() as started:
        yield started


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    """Print where the time went, by folder; store what was found on accessibility, if asked.

    A run that was stopped has only a part, and stores nothing.
    """
    seconds = collections.Counter()
    for report in (r for reports in terminalreporter.stats.values() for r in reports):
        if hasattr(report, "duration"):
            file = pathlib.PurePosixPath(report.nodeid.partition("::")[0])
            seconds["/".join(file.parent.parts[:2])] += report.duration
    path = config.getoption("--wcag")
    if path and exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        kinds = ("passed", "failed", "error")
        accessibility.store(path, [r for k in kinds for r in terminalreporter.stats.get(k, ())])
    terminalreporter.section("seconds by folder")
    for folder, spent in seconds.most_common():
        terminalreporter.line(f"{spent:7.0f} {folder}")
