"""The vocabulary of the checks: what is expected of an answer, and what to say where it is not met.

You will find what a notebook's checks are made of, :class:`Checks`, :class:`Lesson` and
:class:`Slip`, and a few small functions, from :func:`expect` to :func:`expect_close`. Each
returns quietly or raises :class:`~bnn_teach.errors.CheckFailedError`, whose text is all that a
learner needs: what the answer gave, what was expected, the belief that may be behind it, where to
read again, and what to do next. Next: :mod:`bnn_teach.course.expectations_of_models`.

Notes
-----
Everywhere ``got`` is what the answer returned, ``what`` names it for the message, such as ``"The
posterior mean"``, and ``lesson`` is told where it is not as expected.
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

    def beside(self, idea: str, step: str) -> Lesson:
        """Return another lesson from the same place."""
        return Lesson(idea, self.where, step)

    def __str__(self) -> str:
        belief = _BELIEFS.get(self.idea)
        idea = f"The idea: {self.idea}"
        if belief is not None:
            idea = f'A common belief ({belief.number}): "{belief.sentence}" But: {belief.instead}'
        return f"{idea}\nRead again: {self.where}.\nNext: {self.step}"


class Slip(NamedTuple):
    """What a well-known wrong way leads to."""

    wrong: Any
    """What it gives: a number, or an array."""
    said: str
    """What that is, as a sentence without its full stop."""
    lesson: Lesson | None = None
    """What to tell, where it is not what is told of any other wrong answer."""


class Exercise(NamedTuple):
    """One exercise of a notebook, as far as the library knows it."""

    check: Callable[..., object]
    """Takes the answer, and a case to try it on as keywords. Their defaults are the visible case;
    a sheet's hidden tests give others."""
    lesson: Lesson
    """What to say where the answer stops with an error, or is not the kind of thing asked for."""
    hints: tuple[str, ...]
    """Two or three, in plain words and without TeX: what to look at, a question, a step. None of
    them is the solution."""
    also: tuple[dict[str, Any], ...] = ()
    """Other visible cases, tried after the first: each catches an answer that is right there only
    by chance."""


class Checks(dict[str, Exercise]):
    """The exercises of a notebook by number; each is entered where its check is defined."""

    def enter[Check: Callable[..., object]](
        self, number: str, lesson: Lesson, *hints: str, also: Iterable[dict[str, Any]] = ()
    ) -> Callable[[Check], Check]:
        """Decorate a check with the other parts of its :class:`Exercise`."""

        def entered(check: Check) -> Check:
            self[number] = Exercise(check, lesson, hints, tuple(also))
            return check

        return entered


def expect(condition: object, said: str, lesson: Lesson) -> None:
    """Go on if a condition holds; otherwise fail with what was said and the lesson as the text."""
    if not condition:
        raise CheckFailedError(f"{said}\n{lesson}")


def numbers(got: object, shape: tuple[int, ...], what: str, lesson: Lesson) -> np.ndarray:
    """Return what was got as an array of finite numbers, of this shape, in float64.

    The shape ``()`` stands for one number, which may also come as an array of size one.
    """
    expected = f"expected an array of shape {shape}" if shape else "expected one number"
    _refuse_unfinished(got, what, expected, lesson)
    try:
        array = np.asarray(got)
        real = array.dtype.kind in "biuf"
    except (TypeError, ValueError):  # a ragged list, or an object that NumPy cannot read
        real = False
    expect(real, f"{what}: got {shown(got)}, {expected}, and real numbers only.", lesson)
    array = array.astype(np.float64)
    if shape == () and array.size == 1:
        array = array.reshape(())
    same = array.shape == shape
    expect(same, f"{what}: got an array of shape {array.shape}, {expected}.", lesson)
    wrong = np.count_nonzero(~np.isfinite(array))
    expect(
        not wrong,
        f"{what}: {wrong} of {array.size} values are NaN or infinite, expected none."
        if shape
        else f"{what}: got {shown(array)}, expected a finite number, neither NaN nor infinity.",
        lesson,
    )
    return array


def number(got: object, what: str, lesson: Lesson) -> float:
    """Return what was got as one finite number."""
    return float(numbers(got, (), what, lesson))


def parts(got: object, names: tuple[str, ...], lesson: Lesson) -> tuple[Any, ...]:
    """Return the values that came together, such as a mean and its error: as many as names."""
    expected = f"expected {len(names)} values, {' and '.join(names)}"
    _refuse_unfinished(got, "The answer", expected, lesson)
    if not isinstance(got, (tuple, list, np.ndarray)):
        expect(False, f"The answer: got {shown(got)}, {expected}.", lesson)
    values: tuple[Any, ...] = tuple(got)  # type: ignore[arg-type]
    said = f"The answer: got {len(values)} values, {expected}."
    expect(len(values) == len(names), said, lesson)
    return values


def expect_close(
    got: object,
    right: Any,
    tolerance: Any,
    what: str,
    lesson: Lesson,
    slips: Iterable[Slip] = (),
    near: float = 1e-6,
) -> np.ndarray:
    """Compare numbers with what is right, after what some wrong ways lead to; return them.

    Parameters
    ----------
    right : float or ndarray
        What is right.
    tolerance : float or ndarray
        How far each value may be off; it follows from Monte Carlo error, or from rounding.
    slips : iterable of Slip, optional
        Named where the answer is one of them; not those that are right within the tolerance.
    near : float, optional
        How near an answer is to a slip, relative.
    """
    expect_no_slip(got, right, tolerance, what, lesson, slips, near)
    right = np.asarray(right, dtype=np.float64)
    array = numbers(got, right.shape, what, lesson)
    if not _within(array, right, tolerance):
        off, tolerances = np.abs(array - right), np.broadcast_to(tolerance, right.shape)
        worst = np.unravel_index(int(np.argmax(off / tolerances)), off.shape)
        place = f", at index {', '.join(map(str, worst))}" if worst else ""
        expect(
            False,
            f"{what}{place}: got {array[worst]:.4g}, expected {right[worst]:.4g}, give or "
            f"take {tolerances[worst]:.1g}.",
            lesson,
        )
    return array


def expect_no_slip(
    got: object,
    right: Any,
    tolerance: Any,
    what: str,
    lesson: Lesson,
    slips: Iterable[Slip],
    near: float = 1e-6,
) -> None:
    """Compare what was got with slips alone, as :func:`expect_close` does before all else."""
    for each in slips:
        if about(got, each.wrong, near) and not _within(each.wrong, right, tolerance):
            compared = "not as expected"
            if np.ndim(each.wrong) == np.ndim(right) == 0:
                compared = f"got {each.wrong:.4g}, expected {right:.4g}"
            expect(False, f"{what}: {compared}. {each.said}.", each.lesson or lesson)


def _within(array: Any, right: Any, tolerance: Any) -> bool:
    with np.errstate(invalid="ignore"):  # of infinite slips
        same = np.shape(array) == np.shape(right)
        return same and bool(np.all(np.abs(np.subtract(array, right)) <= tolerance))


def about(got: object, other: Any, tolerance: float = 1e-3) -> bool:
    """Say whether what was got is this number, or these numbers; the tolerance is relative.

    It is not where it is no number, or has another shape.
    """
    try:
        array, other = np.asarray(got), np.asarray(other, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return (
        array.dtype.kind in "biuf"
        and array.shape == other.shape
        and np.allclose(array, other, rtol=tolerance, atol=1e-9)
    )


def shown(got: object) -> str:
    """Name what was got in a few words: its value where that is short, its type otherwise."""
    kind = type(got).__name__
    if got is None or isinstance(got, (bool, int, float, complex, str)):
        text = repr(got)
        return text if len(text) <= 40 else f"{kind} {text[:40]}…"
    if isinstance(got, np.ndarray):
        one = got.shape == () and got.dtype.kind == "f"
        return f"{got:.4g}" if one else f"an array of shape {got.shape} and type {got.dtype}"
    return f"a function ({kind})" if callable(got) else f"something of the type {kind}"


def _refuse_unfinished(got: object, what: str, expected: str, lesson: Lesson) -> None:
    """Tell of what beginners meet most often: the placeholder, and a forgotten ``return``."""
    if got is None:
        said = f"{what}: got None, {expected}. Is there a `return`, and does it say what?"
        expect(False, said, lesson)
    if any(each is ... for each in (got if isinstance(got, (tuple, list)) else (got,))):
        said = f"{what}: there is still a `...` in your answer; {expected}."
        expect(False, said, lesson)
