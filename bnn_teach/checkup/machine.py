"""The machine: which Python runs here, on how many cores, with how much memory.

Next: :mod:`bnn_teach.checkup.tensorflow`.
"""

from __future__ import annotations

import os
import pathlib
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, metadata

from packaging.specifiers import SpecifierSet

from bnn_teach.checkup.report import FAILED, OK, WARNING, Check

MEMORY_NEEDED, MEMORY_WANTED = 1e9, 2e9
"""Bytes that a notebook takes, and bytes with room for JupyterLab and a browser."""
MEMINFO = pathlib.Path("/proc/meminfo")
CONTAINER = pathlib.Path("/sys/fs/cgroup")


def check_python() -> Iterator[Check]:
    """The Python that runs is one that the course supports."""
    try:
        wanted = SpecifierSet(metadata("bnn_teach").get("Requires-Python") or "")
    except PackageNotFoundError:
        return  # the packages' check tells of it
    found = platform.python_version()
    if wanted.contains(found, prereleases=True):
        yield Check("Python", OK, found)
    else:
        remedy = "Install one of these, and make the environment with it: make env PYTHON=..."
        yield Check("Python", FAILED, f"{found}; expected {wanted}", remedy)


def usable_cores() -> int:
    """Count the cores that this process may use; all of the machine's where none are withheld."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_cores() -> Iterator[Check]:
    """Chains can run side by side."""
    cores = usable_cores()
    if cores < 2:
        remedy = "All works, but takes about twice the time that is stated. Allow two cores."
        yield Check("cores", WARNING, "this process may use one core", remedy)
    else:
        yield Check("cores", OK, f"{cores}")


def check_memory() -> Iterator[Check]:
    """There is room for a notebook."""
    free = free_memory()
    if free is None:
        yield Check("memory", OK, "this system does not tell how much is free")
    elif free < MEMORY_WANTED:
        status = FAILED if free < MEMORY_NEEDED else WARNING
        found = f"{free / 1e9:.1f} GB are free; expected {MEMORY_WANTED / 1e9:.0f}"
        remedy = "Shut down other kernels (JupyterLab: Kernel, Shut Down All) and programs."
        yield Check("memory", status, found, remedy)
    else:
        yield Check("memory", OK, f"at least {MEMORY_WANTED / 1e9:.0f} GB are free")


def free_memory() -> float | None:
    """Return the bytes that this process may still take, or None where the system does not say.

    In a container, as on Binder, its limit counts, and files that are only cached do not.
    """
    free = [_of_machine(), _of_container()]
    return min((each for each in free if each is not None), default=None)


def _of_machine() -> float | None:
    try:
        lines = MEMINFO.read_text().splitlines()
    except OSError:
        return None
    kilobytes = dict(line.split(":") for line in lines if ":" in line).get("MemAvailable")
    return 1024.0 * int(kilobytes.split()[0]) if kilobytes else None


def _of_container() -> float | None:
    try:
        limit, used = ((CONTAINER / f"memory.{name}").read_text() for name in ("max", "current"))
        stat = dict(line.split() for line in (CONTAINER / "memory.stat").read_text().splitlines())
        return float(int(limit) - int(used) + int(stat.get("inactive_file", 0)))
    except (OSError, ValueError):  # no container, or one without a limit: "max"
        return None
