"""The vocabulary of the checks: what is expected of an answer, and what to say where it is not met.

You will find :class:`Exercise` and :class:`Lesson`, the two records that a notebook's checks are
made of, and a few small functions, from :func:`expect` to :func:`numbers`. Each returns quietly or
raises one error, whose text is all that a learner needs: what came, what was expected, the belief
that may be behind it, where to read again, and what to do next. Next:
:mod:`bnn_teach.course.chapters.ch01.checks`, which is written with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.course.misconceptions import MISCONCEPTIONS
from bnn_teach.errors import CheckFailedError

_BELIEFS = {each.number: each for each in MISCONCEPTIONS}


class Lesson(NamedTuple):
    """What a learner is told whose answer is not right yet."""

    idea: str
    """The number of a misconception, such as ``"M9"``, or the idea at stake as a sentence."""
    where: str
    """Where to read again, such as ``"notebook 05, section 4"``."""
    step: str
    """What to do next, as a sentence."""

    def __str__(self) -> str:
        belief = _BELIEFS.get(self.idea)
        idea = f"The idea: {self.idea}"
        if belief is not None:
            idea = f'A common belief ({belief.number}): "{belief.sentence}" But: {belief.instead}'
        return f"{idea}\nRead again: {self.where}.\nNext: {self.step}"


class Exercise(NamedTuple):
    """One exercise of a notebook, as far as the library knows it."""

    check: Callable[..., object]
    """Takes the answer, and a case to try it on as keywords whose defaults are the visible case."""
    lesson: Lesson
    """What to say where the answer stops with an error, or is not the kind of thing asked for."""
    hints: tuple[str, ...]
    """Two or three steps towards the solution, in plain words: no TeX."""


def expect(condition: object, said: str, lesson: Lesson) -> None:
    """Go on if a condition holds.

    Parameters
    ----------
    condition : object
        What must be true.
    said : str
        What came and what was expected, in full sentences.
    lesson : Lesson
        What to tell where the condition does not hold.

    Raises
    ------
    CheckFailedError
        With ``said`` and the lesson as its text.
    """
    if not condition:
        raise CheckFailedError(f"{said}\n{lesson}")


def numbers(came: object, shape: tuple[int, ...], what: str, lesson: Lesson) -> np.ndarray:
    """Return what came as an array of finite numbers.

    Parameters
    ----------
    came : object
        What the answer returned.
    shape : tuple of int
        The expected shape; ``()`` for one number, which may also come as an array of size one.
    what : str
        What it should be, for the message: ``"the posterior mean"``.
    lesson : Lesson
        What to tell otherwise.

    Returns
    -------
    ndarray, of the expected shape, float64

    Raises
    ------
    CheckFailedError
        Something is missing, is not a number, has another shape, or is not finite.
    """
    expected = f"expected an array of shape {shape}" if shape else "expected one number"
    _refuse_unfinished(came, what, expected, lesson)
    if callable(came) or isinstance(came, (str, bytes, dict, set)):
        expect(False, f"{what}: came {shown(came)}; {expected}.", lesson)
    try:
        array = np.asarray(came)
        real = array.dtype.kind in "biuf"
        array = np.array(array, dtype=np.float64) if real else np.zeros(0)
    except (TypeError, ValueError):  # a ragged list, or an object that NumPy cannot read
        real, array = False, np.zeros(0)
    expect(real, f"{what}: came {shown(came)}; {expected}, and real numbers only.", lesson)
    if shape == () and array.size == 1:
        array = array.reshape(())
    expect(
        array.shape == shape,
        f"{what}: came an array of shape {array.shape}; {expected}.",
        lesson,
    )
    wrong = np.count_nonzero(~np.isfinite(array))
    expect(
        not wrong,
        f"{what}: came {shown(array)}; expected finite numbers, neither NaN nor infinity."
        if not shape
        else f"{what}: {wrong} of {array.size} values are NaN or infinite; expected none.",
        lesson,
    )
    return array


def parts(came: object, names: tuple[str, ...], lesson: Lesson) -> tuple[Any, ...]:
    """Return the values that came together, such as a mean and its error.

    Parameters
    ----------
    came : object
        What the answer returned.
    names : tuple of str
        What each value should be.
    lesson : Lesson
        What to tell otherwise.

    Returns
    -------
    tuple
        As many values as names.

    Raises
    ------
    CheckFailedError
        There are more or fewer, or nothing that can be taken apart.
    """
    what = f"{len(names)} values, {' and '.join(names)}"
    _refuse_unfinished(came, "The answer", f"expected {what}", lesson)
    if not isinstance(came, (tuple, list, np.ndarray)):
        expect(False, f"The answer: came {shown(came)}; expected {what}.", lesson)
    values: tuple[Any, ...] = tuple(came)  # type: ignore[arg-type]
    expect(
        len(values) == len(names),
        f"The answer: came {len(values)} values; expected {what}.",
        lesson,
    )
    return values


def expect_close(
    came: object, expected: Any, tolerance: Any, what: str, lesson: Lesson
) -> np.ndarray:
    """Compare numbers with what is expected, and return them.

    Parameters
    ----------
    came : object
        What the answer returned.
    expected : float or ndarray
        What is right.
    tolerance : float or ndarray
        How far each value may be off; it follows from Monte Carlo error, or from rounding.
    what : str
        What it should be, for the message.
    lesson : Lesson
        What to tell otherwise.

    Returns
    -------
    ndarray, of the shape of ``expected``, float64

    Raises
    ------
    CheckFailedError
        Not numbers of this shape, or one of them is off by more than the tolerance.
    """
    expected = np.asarray(expected, dtype=np.float64)
    array = numbers(came, expected.shape, what, lesson)
    tolerances = np.broadcast_to(np.asarray(tolerance, dtype=np.float64), expected.shape)
    off = np.abs(array - expected) > tolerances
    if off.any():
        worst = np.unravel_index(int(np.argmax(np.abs(array - expected) / tolerances)), off.shape)
        place = f", at index {', '.join(map(str, worst))}" if worst else ""
        expect(
            False,
            f"{what}{place}: came {array[worst]:.4g}; expected {expected[worst]:.4g}, give or "
            f"take {tolerances[worst]:.1g}.",
            lesson,
        )
    return array


def about(came: object, other: Any, tolerance: float = 1e-3) -> bool:
    """Say whether what came is a number, or numbers, that a known wrong way leads to.

    Parameters
    ----------
    came : object
        What the answer returned.
    other : float or ndarray
        What the wrong way gives.
    tolerance : float, optional
        Relative.

    Returns
    -------
    bool
        False also where what came is no number, or has another shape.
    """
    try:
        array, other = np.asarray(came), np.asarray(other, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return (
        array.dtype.kind in "biuf"
        and array.shape == other.shape
        and np.allclose(array, other, rtol=tolerance, atol=1e-9)
    )


def expect_no_slip(
    came: object,
    right: Any,
    slips: Iterable[tuple[Any, str, Lesson]],
    what: str,
    tolerance: float = 1e-6,
) -> None:
    """Compare what came with what some wrong ways lead to, unless these lead to what is right.

    Parameters
    ----------
    came : object
        What the answer returned.
    right : float or ndarray
        What is right.
    slips : iterable of tuple (float or ndarray, str, Lesson)
        What each wrong way gives, what that is, and what to tell.
    what : str
        What it should be, for the message.
    tolerance : float, optional
        Relative.

    Raises
    ------
    CheckFailedError
        It is one of them, and not right.
    """
    for wrong, said, lesson in slips:
        slip = about(came, wrong, tolerance) and not about(wrong, right, tolerance)
        numbers_told = np.ndim(right) == 0
        value = f" {float(wrong):.4g}," if numbers_told else ""
        instead = f"; expected {float(right):.4g}" if numbers_told else ""
        expect(not slip, f"{what}: came{value} {said}{instead}.", lesson)


def shown(came: object) -> str:
    """Name what came in a few words: its value where that is short, its type otherwise."""
    kind = type(came).__name__
    if came is None or isinstance(came, (bool, int, float, complex, str)):
        text = repr(came)
        return text if len(text) <= 40 else f"{kind} {text[:40]}…"
    if isinstance(came, np.ndarray):
        return (
            f"{came:.4g}"
            if came.shape == () and came.dtype.kind == "f"
            else (f"an array of shape {came.shape} and type {came.dtype}")
        )
    if callable(came):
        return f"a function ({kind})"
    return f"something of the type {kind}"


def _refuse_unfinished(came: object, what: str, expected: str, lesson: Lesson) -> None:
    """Tell of what beginners meet most often: the placeholder, and a forgotten ``return``."""
    if came is None:
        said = f"{what}: came None; {expected}. Is there a `return`, and does it say what?"
        expect(False, said, lesson)
    if any(each is ... for each in (came if isinstance(came, (tuple, list)) else (came,))):
        said = f"{what}: there is still a `...` in your answer; {expected}."
        expect(False, said, lesson)
