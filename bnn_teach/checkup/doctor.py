"""Is everything there? One call that looks at all that the course needs, and names a remedy.

``bt.doctor()`` in a notebook, ``python -m bnn_teach doctor`` in a terminal. A check is a function
that yields results; :data:`CHECKS` lists them all. Next: :mod:`bnn_teach.checkup.machine`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bnn_teach.checkup.machine import check_cores, check_memory, check_python
from bnn_teach.checkup.packages import (
    INSTALL,
    check_browser,
    check_jupyterlab,
    check_packages,
    check_widgets,
)
from bnn_teach.checkup.report import FAILED, Check, Report
from bnn_teach.checkup.tensorflow import check_tensorflow

CHECKS: tuple[Callable[[], Iterator[Check]], ...] = (
    check_python,
    check_packages,
    check_cores,
    check_memory,
    check_tensorflow,
    check_jupyterlab,
    check_widgets,
    check_browser,
)
"""All of them, in the order in which they are reported."""


def doctor() -> Report:
    """Look at everything that the course needs.

    TensorFlow is tried in a process of its own, so even a crash of it is only a line of the report.

    Returns
    -------
    Report
        Shown as a table in a notebook and as text elsewhere. ``report.ok`` is False if something
        failed; ``report.checks`` are the results, each with name, status, what was found, and the
        remedy.

    Examples
    --------
    >>> report = doctor()
    >>> report.ok
    True
    """
    return Report(tuple(result for check in CHECKS for result in _made(check)))


def _made(check: Callable[[], Iterator[Check]]) -> Iterator[Check]:
    """Make a check; one that breaks down is a failure as well."""
    try:
        yield from check()
    except Exception as error:  # a broken installation can break anything
        name = check.__name__.removeprefix("check_")
        yield Check(name, FAILED, f"{type(error).__name__}: {error}", INSTALL)
