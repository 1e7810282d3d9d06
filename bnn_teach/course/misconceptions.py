"""What many believe of Bayesian neural networks at first, and what is true instead.

``misconceptions.toml`` holds seventeen sentences that sound right, each with its correction and the
notebooks that break it. The quizzes point there by number, and the book prints the list as a page.
Next: :mod:`bnn_teach.course.quizzes`.
"""

from __future__ import annotations

import pathlib
import tomllib
from typing import NamedTuple


class Misconception(NamedTuple):
    """A belief that sounds right and is not."""

    number: str
    """Its name in the course: ``M1`` to ``M17``."""
    sentence: str
    """The belief, as somebody who holds it would say it."""
    instead: str
    """What is true instead."""
    notebooks: list[str]
    """The notebooks that break it, such as ``["09", "10"]``."""
    ask: str
    """What a teacher may ask whoever holds it."""


_TEXT = pathlib.Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
MISCONCEPTIONS = tuple(Misconception(**each) for each in tomllib.loads(_TEXT)["misconception"])
"""All of them, in the order of their numbers."""
