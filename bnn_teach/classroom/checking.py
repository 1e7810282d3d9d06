"""Is the answer right? ``bt.check("05.2", answer)`` says so, and what to do if it is not.

You will find :func:`check`, which a learner calls; :func:`check_hidden`, which tries the same
exercise on other data, in the tests that a sheet hides; and :func:`exercise`, which finds what
belongs to a number in the chapter's ``checks.py``. That module is only loaded when it is
asked for. Next: :mod:`bnn_teach.course.chapters.ch01.checks`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import textwrap
from collections import Counter
from typing import Any

from bnn_teach.arguments import checked_arguments
from bnn_teach.classroom.limits import bounded
from bnn_teach.classroom.results import Result
from bnn_teach.course.chapters import checks_module, numbers
from bnn_teach.course.expectations import Exercise, expect, shown
from bnn_teach.errors import ArgumentError, did_you_mean

_NOT_STARTED = (
    "There is still a `...` in your answer. Put your own code in its place, and run the cell again."
)
_failed: Counter[str] = Counter()  # how often each exercise was not right yet, in this process


@checked_arguments
def check(number: str, answer: object) -> Result:
    """Try an answer to an exercise; show the result as the last line of a cell.

    Whatever the answer does, this returns: an error, an endless loop, or a wrong type is a result
    like any other. It is tried on one case, and then on others. Each time that it is not right, the
    next hint is shown; an answer with the `...` of the exercise in it is not started.

    Parameters
    ----------
    number : str
        The exercise: notebook, dot, place in it, such as ``"05.2"``.
    answer : object
        What the exercise asks for; mostly a function, by its name and without brackets.

    Returns
    -------
    Result
        With ``passed``, ``message`` and ``hint``; its ``require()`` raises where ``passed`` is
        false.

    Raises
    ------
    ArgumentError
        There is no exercise of this number; the message lists those that there are.

    Examples
    --------
    >>> check("05.1", lambda x, s, hidden: s**2 * (1 + x**2)).passed
    False
    """
    asked = exercise(number)
    result = _judged(number, asked, answer, {})
    if not result.passed and _untouched(answer):
        return Result(number, False, _NOT_STARTED, started=False)
    for case in asked.also if result.passed else ():
        other = _judged(number, asked, answer, case)
        if not other.passed:
            result = Result(number, False, f"Right in one case, not in another:\n{other.message}")
            break
    if result.passed:
        return result
    _failed[number] += 1
    step = min(_failed[number], len(asked.hints))
    hint = f"Hint {step} of {len(asked.hints)}: {asked.hints[step - 1]}"
    return Result(number, False, result.message, hint)


def check_hidden(number: str, answer: object, **case: Any) -> Result:
    """Try an answer on other data than :func:`check` does, without a hint.

    The case is what the exercise's check takes besides the answer.
    """
    result = _judged(number, exercise(number), answer, case)
    if result.passed:
        return result
    return Result(number, False, f"On data that the sheet does not show:\n{result.message}")


def exercise(number: str) -> Exercise:
    """Return what the library knows of an exercise.

    Raises
    ------
    ArgumentError
        There is no exercise of this number; the message lists those that there are.
    """
    found = re.fullmatch(r"(\d\d)\.\d", str(number))
    if found and found[1] in numbers() and number in (known := exercises(found[1])):
        return known[number]
    everything = [each for notebook in numbers() for each in exercises(notebook)]
    raise ArgumentError(
        f"check: got {shown(number)}, and there is no such exercise. There are "
        f"{', '.join(everything)}.{did_you_mean(number, everything)}"
    )


def exercises(notebook: str) -> dict[str, Exercise]:
    """Return the exercises of a notebook, such as ``"05"``, by their numbers."""
    module = importlib.import_module(checks_module(notebook))
    known: dict[str, Exercise] = module.CHECKS
    return known


def _judged(number: str, asked: Exercise, answer: object, case: dict[str, Any]) -> Result:
    def trial() -> None:
        if not callable(answer):
            said = f"Your answer: got {shown(answer)}, expected the function itself, by its name"
            expect(False, f"{said} and without brackets.", asked.lesson)
        asked.check(answer, **case)

    # TensorFlow: to load it may take longer than the answer may.
    importlib.import_module("bnn_teach.engine.runtime")
    ending = bounded(trial)
    lesson = str(asked.lesson) if ending.kind == "stopped" else ""
    lines = (ending.said, lesson, *ending.notes)
    return Result(number, ending.kind == "returned", "\n".join(filter(None, lines)))


def _untouched(answer: object) -> bool:
    """Say whether the `...` of the exercise still stands for code: alone in a line, or as a value.

    Inside an index, as in ``draws[..., 0]``, it is the learner's own.
    """
    if answer is ...:
        return True
    try:
        source = inspect.getsource(inspect.unwrap(answer))  # type: ignore[arg-type]
        tree = ast.parse(textwrap.dedent(source))
    except Exception:  # no source, or none that stands alone; an answer may also fail when asked
        return False
    indices = [node.slice for node in ast.walk(tree) if isinstance(node, ast.Subscript)]
    inside = {id(node) for index in indices for node in ast.walk(index)}
    dots = (n for n in ast.walk(tree) if isinstance(n, ast.Constant) and n.value is ...)
    return any(id(node) not in inside for node in dots)
