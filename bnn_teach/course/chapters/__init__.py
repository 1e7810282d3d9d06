"""One folder a page of the course: experiment, exhibit, checks of the exercises, quiz.

A lesson changes in one folder. What two pages need lives one up, in :mod:`bnn_teach.course`.
"""

from __future__ import annotations

import pathlib

FOLDER = pathlib.Path(__file__).parent


def numbers() -> list[str]:
    """Return the numbers of the pages, from ``"00"`` on."""
    return sorted(path.name.removeprefix("ch") for path in FOLDER.glob("ch[0-9][0-9]"))


def checks_module(number: str) -> str:
    """Return the name of the module with the checks of a page's exercises."""
    return f"{__name__}.ch{number}.checks"
