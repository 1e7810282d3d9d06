"""The guard finds what was changed, by name, and nothing where nothing was."""

import builtins
import inspect

import numpy as np
import pytest
from scipy import stats

from bnn_teach.classroom import checking
from bnn_teach.classroom.guard import Guard
from bnn_teach.classroom.results import Result
from bnn_teach.course import expectations
from bnn_teach.course.chapters.ch04 import checks as checks_04

PACKAGE = "bnn_teach.classroom"


def anything(*args, **kwargs):
    return True


CHANGES = {
    "builtins.len": (builtins, "len"),
    f"{PACKAGE}.checking.check_hidden": (checking, "check_hidden"),
    f"{PACKAGE}.checking.callable": (checking, "callable"),
    "bnn_teach.course.expectations.expect": (expectations, "expect"),
    "bnn_teach.course.chapters.ch04.checks._FALSE_ALARM": (checks_04, "_FALSE_ALARM"),
    f"{PACKAGE}.results.Result.require": (Result, "require"),
    f"{PACKAGE}.checking.check.function.__code__": (inspect.unwrap(checking.check), "__code__"),
    f"{PACKAGE}.checking._judged.__code__": (checking._judged, "__code__"),
    "bnn_teach.course.chapters.ch04.checks.share_inside.__defaults__": (
        checks_04.share_inside,
        "__defaults__",
    ),
    "numpy.allclose": (np, "allclose"),
    "scipy.stats.norm": (stats, "norm"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_found_and_named(name, monkeypatch):
    owner, attribute = CHANGES[name]
    guard = Guard()
    new = {"__code__": anything.__code__, "__defaults__": (1, 1.0, 1)}.get(attribute, anything)
    with monkeypatch.context() as patch:
        patch.setattr(owner, attribute, new, raising=False)
        found = guard.changed()
    assert found is not None and found.startswith(name.rpartition(".")[0]), found
    assert found.split(".")[-1].startswith("__") or attribute in found
    assert guard.changed() is None


def test_another_function_in_a_decorator_is_found(monkeypatch):
    guard = Guard()
    inner = inspect.unwrap(checking.check)
    [cell] = [c for c in checking.check.__closure__ if c.cell_contents is inner]
    monkeypatch.setattr(cell, "cell_contents", anything)
    assert guard.changed() == f"{PACKAGE}.checking.check.function"


def test_a_changed_table_of_exercises_is_found(monkeypatch):
    guard = Guard()
    monkeypatch.setitem(checks_04.CHECKS, "04.1", checks_04.CHECKS["04.2"])
    assert "CHECKS['04.1']" in guard.changed()


def test_ordinary_work_changes_nothing():
    guard = Guard()
    assert not checking.check("04.1", lambda x, gap: x).passed
    assert checking.check("04.1", lambda x, gap: (x <= gap[0]) | (x >= gap[1])).passed
    with np.errstate(all="warn"), np.printoptions(precision=2):
        assert guard.changed() is None
