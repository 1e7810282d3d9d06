"""The quizzes of the course: read from one small file a notebook, and checked while reading.

You will find :func:`quiz`, which a notebook calls in its last section, and how a file is turned
into questions, with an error for each way in which it can be wrong. A file such as
``chapters/ch06/quiz.toml`` holds entries of this form, each with two to five answers, one of them
right::

    [[question]]
    ask = "R-hat of `network.l3.w` is 1.8, R-hat of $f(x)$ is 1.004. May you use the draws?"
    misconception = "M3"
    [[question.answer]]
    text = "No, the chains have not converged"
    feedback = "Weights are not identified: look again at section 1, where two units change places."
    [[question.answer]]
    text = "Yes, for predictions at these x"
    right = true
    feedback = "Predictions do not depend on labels."

Next: :mod:`bnn_teach.exhibits.quiz`, which shows them.
"""

from __future__ import annotations

import pathlib
import re
import tomllib
from typing import Any

from bnn_teach.arguments import checked_arguments
from bnn_teach.course.chapters import FOLDER, numbers
from bnn_teach.course.misconceptions import MISCONCEPTIONS
from bnn_teach.errors import QuizError, did_you_mean
from bnn_teach.exhibits.quiz import Answer, Question, Quiz, Trap

FEWEST, MOST = 2, 5
"""Answers of a question."""

_EXAMPLES = {
    "question": "[[question]] above each question.",
    "answer": "[[question.answer]] above each answer.",
    "ask": 'ask = "..." between quotes.',
    "text": 'text = "..." between quotes.',
    "feedback": 'feedback = "..." between quotes: what the reader has to know who chooses it.',
    "right": "right = true, or leave the line out.",
    "misconception": 'misconception = "M3", with a number of the list.',
}

_TRAPS = {each.number: Trap(*each[:3]) for each in MISCONCEPTIONS}


@checked_arguments
def quiz(name: str) -> Quiz:
    """Return the quiz of a notebook; show it as the last line of a cell.

    Parameters
    ----------
    name : str
        The notebook's number as in its file's name, such as ``"06"``.

    Returns
    -------
    Quiz
        A widget that works with and without a kernel.

    Raises
    ------
    QuizError
        There is no such quiz, or its file is not in order.

    Examples
    --------
    >>> quiz("06")
    Quiz of notebook 06: 3 questions
    """
    names = numbers()
    if name not in names:
        raise QuizError(
            f"quiz({name!r}): no such quiz; there are {', '.join(names)}."
            f"{did_you_mean(str(name).zfill(2), names)}"
        )
    return Quiz(name, read(FOLDER / f"ch{name}" / "quiz.toml"))


def read(path: pathlib.Path) -> list[Question]:
    """Return the questions of a file, in order, or raise a QuizError that says what is wrong."""
    try:
        contents = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise QuizError(f"{path.name}: it is no TOML: {error}. Correct it there.") from None
    _check(contents, path.name, {"question": list})
    questions = contents["question"]
    if not questions:
        raise QuizError(f"{path.name}: it holds no question. Write the first as [[question]].")
    return [_question(each, f"{path.name}, question {i}") for i, each in enumerate(questions, 1)]


def _question(entry: Any, where: str) -> Question:
    _check(entry, where, {"ask": str, "answer": list}, {"misconception": str})
    answers = tuple(
        _answer(each, f"{where}, answer {i}") for i, each in enumerate(entry["answer"], 1)
    )
    if not FEWEST <= len(answers) <= MOST:
        raise QuizError(f"{where}: got {len(answers)} answers, expected {FEWEST} to {MOST}.")
    if (count := sum(answer.right for answer in answers)) != 1:
        raise QuizError(
            f"{where}: {count} of its answers are right, expected exactly one with right = true."
        )
    if len({answer.text for answer in answers}) < len(answers):
        raise QuizError(f"{where}: two answers say the same. Change or remove one.")
    return Question(_words(entry["ask"], where), answers, _trap(entry.get("misconception"), where))


def _answer(entry: Any, where: str) -> Answer:
    _check(entry, where, {"text": str, "feedback": str}, {"right": bool})
    text, feedback = (_words(entry[key], f"{where}, {key}") for key in ("text", "feedback"))
    return Answer(text, entry.get("right", False), feedback)


def _trap(number: str | None, where: str) -> Trap | None:
    if number is None:
        return None
    if number not in _TRAPS:
        raise QuizError(
            f"{where}: misconception is {number!r}, expected M1 to M{len(_TRAPS)}, or leave the "
            "line out."
        )
    return _TRAPS[number]


def _words(text: str, where: str) -> str:
    """Return a text on one line; what the script cannot set is refused."""
    text = " ".join(text.split())
    if not text:
        raise QuizError(f"{where}: the text is empty. Write it, or remove the entry.")
    for formula in re.findall(r"\$[^$]*\$", text):
        if "\\" in formula:
            raise QuizError(
                f"{where}: {formula} has a TeX command, which a quiz does not understand. Write "
                "the sign itself, such as σ, ≤ or θ̂."
            )
    return text


def _check(
    entry: Any, where: str, needed: dict[str, type], optional: dict[str, type] | None = None
) -> None:
    """Raise a QuizError unless an entry holds what is needed, of the right types, and no more."""
    known = needed | (optional or {})
    if not isinstance(entry, dict):
        raise QuizError(f"{where}: got {entry!r}, expected an entry with {', '.join(known)}.")
    for key in entry:
        if key not in known:
            raise QuizError(
                f"{where}: {key!r} means nothing here.{did_you_mean(key, known)} It takes "
                f"{', '.join(known)}."
            )
    for key, kind in known.items():
        if key not in entry:
            if key in needed:
                raise QuizError(f"{where}: {key!r} is missing. Write {_EXAMPLES[key]}")
        elif not isinstance(entry[key], kind):
            raise QuizError(f"{where}: {key} is {entry[key]!r}. Write {_EXAMPLES[key]}")
