"""What the notebooks need as tests: no progress bars, and their durations at the end."""

import collections
import os

import pytest

os.environ.setdefault("BNN_TEACH_PROGRESS", "off")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter):
    """List the wall time of each notebook, its kernel's start included."""
    seconds = collections.Counter()
    for report in (each for some in terminalreporter.stats.values() for each in some):
        path, _, cell = getattr(report, "nodeid", "").partition("::")
        if path.endswith(".ipynb") and cell:
            seconds[path] += getattr(report, "duration", 0.0)
    if seconds:
        terminalreporter.section("seconds of each notebook")
        for path, duration in sorted(seconds.items()):
            terminalreporter.write_line(f"{duration:7.1f}  {path}")
