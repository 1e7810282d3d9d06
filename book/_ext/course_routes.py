"""What a teacher plans with: three routes through the course, and what each notebook costs.

The routes are in ``routes.toml``, as numbers of notebooks; titles, times and links come from the
stored files. Next: ``course_text.py``, which puts the tables into the teachers' page.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from course_notebooks import NotebookFacts, all_facts, link, whole_text

ROUTES: list[dict[str, Any]] = tomllib.loads(
    Path(__file__).with_name("routes.toml").read_text(encoding="utf-8")
)["route"]


def routes(source: Path) -> str:
    """Return each route as a table: what, how long in class, to read and to run, homework."""
    pages = {facts.number: facts for facts in all_facts(source)}
    return "\n\n".join(_route(route, pages) for route in ROUTES)


def costs(source: Path) -> str:
    """Return what each notebook costs: minutes to read, seconds to run, memory."""
    rows = [
        (
            link(facts),
            f"{facts.minutes} min",
            f"{facts.seconds:g} s" if facts.seconds else "",
            f"{facts.megabytes / 1000:.2g} GB" if facts.megabytes else "",
        )
        for facts in all_facts(source)
    ]
    return table(("Notebook", "To read", "To run", "Memory"), rows)


def rubric(source: Path) -> str:
    """Return the table of the last notebook that says what its report is judged by."""
    for path in (source / "notebooks").glob("16_*.ipynb"):
        text = whole_text(json.loads(path.read_text(encoding="utf-8")))
        if found := re.search(r"^\|.*\bpoints\b.*\|\n(?:\|.*\|\n)+", text, re.MULTILINE | re.I):
            return found[0]
    return "Notebook 16 has the rubric."


def _route(route: dict[str, Any], pages: dict[str, NotebookFacts]) -> str:
    rows = [
        (
            name,
            ", ".join(link(pages[n]) if n in pages else n for n in numbers),
            f"{minutes} min",
            f"{sum(pages[n].minutes for n in numbers if n in pages)} min",
            homework,
        )
        for name, numbers, minutes, homework in route["sessions"]
    ]
    head = ("When", "Notebooks", "In class", "To read", "Until the next time")
    return f"### {route['title']}\n\n{route['purpose']}\n\n{table(head, rows)}"


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *([c.replace("|", "\\|") for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
