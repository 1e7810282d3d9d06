"""What a notebook says of itself: its number, its question, and how long it takes.

The pages that speak of notebooks (welcome, for teachers, each notebook's own first line) take
these facts from the stored files, so none of them is typed twice. Next: ``course_text.py``.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

WORDS_PER_MINUTE = 200
BEYOND = 9  # the first notebook that goes beyond the article's story

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_MARKUP = re.compile(r"<[^>]+>|\$\$.*?\$\$|\$[^$\n]+\$|[|#*_>\[\]()-]", re.DOTALL)


class NotebookFacts(NamedTuple):
    """A notebook, as the book's other pages need it."""

    docname: str
    """Its page, such as ``notebooks/06_what_does_nuts_find``."""
    number: str
    """Two digits."""
    title: str
    """Its first heading."""
    question: str
    """The one question that it answers, in bold above everything else; "" if there is none."""
    promise: str
    """The paragraph that says what the reader will be able to draw."""
    aims: list[str]
    """What the reader will learn, one line of Markdown each."""
    sections: list[str]
    """Its headings of the second level."""
    minutes: int
    """To read the text: words / 200, at least 1."""
    seconds: float | None
    """To run it on two cores, as noted when its outputs were stored."""
    megabytes: float | None
    """The kernel's largest resident memory, noted in the same run."""
    has_slides: bool
    """Whether a cell is tagged as a slide."""


def read_facts(path: Path) -> NotebookFacts:
    """Return the facts of a stored notebook."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    whole = whole_text(notebook)
    title = re.search(r"^# (.+)$", whole, re.MULTILINE)
    promise = re.search(r"^At the end .+?(?=\n\n)", whole, re.MULTILINE | re.DOTALL)
    opening = whole.partition("\n## ")[0]
    question = re.search(r"^\*\*([^*]+\?)\*\*$", opening, re.MULTILINE)
    aims = re.search(r"^\*\*You will learn[^*]*\*\*\n\n(.+?)\n\n", whole, re.MULTILINE | re.DOTALL)
    noted = notebook["metadata"].get("bnn_teach", {})
    return NotebookFacts(
        docname=f"notebooks/{path.stem}",
        number=path.stem.partition("_")[0],
        title=title[1] if title else path.stem,
        question=question[1] if question else "",
        promise=_one_line(promise[0]) if promise else "",
        aims=[_one_line(each) for each in re.split(r"^- ", aims[1], flags=re.M)[1:]]
        if aims
        else [],
        sections=re.findall(r"^## (.+)$", whole, re.MULTILINE),
        minutes=reading_minutes(whole),
        seconds=noted.get("seconds"),
        megabytes=noted.get("megabytes"),
        has_slides=any("slide" in c["metadata"].get("tags", []) for c in notebook["cells"]),
    )


def whole_text(notebook: dict[str, Any]) -> str:
    """Return all that a notebook says in Markdown."""
    texts = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "markdown"]
    return "\n\n".join(texts)


def link(facts: NotebookFacts) -> str:
    """Return the Markdown that leads to a notebook's page."""
    return f"[{facts.number} {facts.title}](/{facts.docname}.ipynb)"


def all_facts(source: Path) -> list[NotebookFacts]:
    """Return the facts of all notebooks of the book, by number."""
    return [read_facts(path) for path in sorted((source / "notebooks").glob("[0-9]*.ipynb"))]


def reading_minutes(markdown: str) -> int:
    """Return how long a text takes to read, in whole minutes, code and formulas aside."""
    words = _MARKUP.sub(" ", _CODE.sub(" ", markdown)).split()
    return max(1, round(len(words) / WORDS_PER_MINUTE))


def in_words(facts: NotebookFacts) -> str:
    """Say how long a notebook takes."""
    reading = f"{facts.minutes} min to read"
    return f"{reading}, about {facts.seconds:g} s to run" if facts.seconds else reading


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(";.")
