"""A quiz: questions that answer back, and nothing to be read off the page before.

You will find how a question is stored in the notebook: its words in clear, everything that would
give it away sealed, its answers in an order that has nothing to do with which one is right. The
script ``static/quiz.js`` opens the seal where the quiz is shown. Next:
:mod:`bnn_teach.course.quizzes`, where the questions come from.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import pathlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import anywidget
import traitlets

STATIC = pathlib.Path(__file__).parent / "static"


class Answer(NamedTuple):
    """One of the answers to choose from."""

    text: str
    """What it says."""
    right: bool
    """Whether it is the right one."""
    feedback: str
    """What the reader is told who chooses it."""


class Trap(NamedTuple):
    """The misconception that a question is about; whoever steps into it is shown it."""

    number: str
    """Its name in the course, such as ``M3``."""
    sentence: str
    """The belief."""
    instead: str
    """What is true instead."""


class Question(NamedTuple):
    """A question with its answers."""

    ask: str
    """The question."""
    answers: tuple[Answer, ...]
    """Two to five of them; one is right."""
    trap: Trap | None = None
    """What is behind a wrong answer, if that is one of the course's misconceptions."""


class Quiz(anywidget.AnyWidget):
    """The questions of a notebook, to be answered on the page.

    In texts, ``` `code` ```, ``*stress*`` and a plain ``$f(x)$`` are set as in a notebook.

    Parameters
    ----------
    name : str
        The notebook that it belongs to, such as ``"06"``.
    questions : sequence of Question
        They keep their order. The order of a question's answers follows from its words alone.

    Attributes
    ----------
    chosen : list of int
        For each question the place of the answer that was checked last, or -1.
    """

    _esm = STATIC / "quiz.js"
    _css = "\n".join((STATIC / each).read_text("utf-8") for each in ("figure.css", "quiz.css"))
    questions: Any = traitlets.List().tag(sync=True)
    chosen: Any = traitlets.List(traitlets.Int()).tag(sync=True)

    def __init__(self, name: str, questions: Sequence[Question]) -> None:
        self._name = name
        self._shuffled = [question._replace(answers=shuffled(question)) for question in questions]
        stored = [
            {"ask": question.ask, "sealed": seal(_secrets(question), question.ask)}
            for question in self._shuffled
        ]
        super().__init__(questions=stored, chosen=[-1] * len(stored))

    def __repr__(self) -> str:
        count = len(self.questions)
        return f"Quiz of notebook {self._name}: {count} question{'s' * (count != 1)}"

    def as_markdown(self) -> str:
        """Return the questions with the answers to choose from, as they are printed on paper."""
        parts = []
        for number, question in enumerate(self._shuffled, 1):
            parts.append(f"**{number}.** {question.ask}")
            parts.append("\n".join(f"- {answer.text}" for answer in question.answers))
        return "\n\n".join(parts)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        return data | {"text/plain": repr(self), "text/markdown": self.as_markdown()}, metadata


def shuffled(question: Question) -> tuple[Answer, ...]:
    """Return the answers in an order that looks random and is always the same."""

    def key(answer: Answer) -> bytes:
        return hashlib.sha256(f"{question.ask}\n{answer.text}".encode()).digest()

    return tuple(sorted(question.answers, key=key))


def seal(secret: Any, key: str) -> str:
    """Make something unreadable, though not secret, with the question as the key.

    Each byte of its JSON is combined with a byte of the key by XOR, which undoes itself.
    """
    text = json.dumps(secret, ensure_ascii=False, separators=(",", ":")).encode()
    mixed = bytes(a ^ b for a, b in zip(text, itertools.cycle(key.encode()), strict=False))
    return base64.b64encode(mixed).decode()


def _secrets(question: Question) -> dict[str, Any]:
    trap = question.trap._asdict() if question.trap else None
    return {"answers": [answer._asdict() for answer in question.answers], "trap": trap}
