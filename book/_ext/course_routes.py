"""What a teacher plans with: three routes through the course, and what each notebook costs.

The routes are written here as numbers of notebooks; titles, times and links come from the stored
files. Next: ``course_text.py``, which puts the tables into the teachers' page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from course_notebooks import NotebookFacts, all_facts, link, whole_text


class Session(NamedTuple):
    """What is done between two breaks or in one week."""

    name: str
    """When, such as ``Week 3``."""
    numbers: tuple[str, ...]
    """The notebooks, in order."""
    minutes: int
    """In class."""
    homework: str
    """What is done until the next one."""


class Route(NamedTuple):
    """A way through the course."""

    title: str
    """How long it takes."""
    purpose: str
    """Whom it suits, and what they can do afterwards."""
    sessions: tuple[Session, ...]
    """In order."""


ROUTES = (
    Route(
        "Half a day",
        "For people who fit models already and want to know what a Bayesian network adds. They "
        "read, move the exhibits and take the quizzes; nobody types. Afterwards they can read a "
        "band and say what it depends on.",
        (
            Session("First hour", ("00", "01"), 60, "a break of 15 minutes"),
            Session("Second hour", ("04", "05"), 60, "a break of 15 minutes"),
            Session("Third hour", ("06", "07"), 60, "a break of 15 minutes"),
            Session(
                "Last half hour", ("08",), 30, "exercises 01.3, 05.2 and 07.2, for those who like"
            ),
        ),
    ),
    Route(
        "Six weeks",
        "Three lessons of 50 minutes a week, the whole course. Afterwards students have defended "
        "a report on data of their own.",
        (
            Session("Week 1", ("00", "01", "02"), 150, "exercises 00 to 02"),
            Session("Week 2", ("03", "04", "05"), 150, "exercises 03 to 05"),
            Session("Week 3", ("06", "07", "08"), 150, "exercises 06 to 08; choose data for 16"),
            Session("Week 4", ("09", "10", "11"), 150, "exercises 09 to 11; one page on the data"),
            Session(
                "Week 5", ("12", "13", "14"), 150, "exercises 12 to 14; a first band, with R-hat"
            ),
            Session("Week 6", ("15", "16"), 150, "exercises 15; the report of 16"),
        ),
    ),
    Route(
        "A semester",
        "A lecture and a lab of 50 minutes each, in 14 weeks. The lecture is the notebook's plan, "
        "the lab its exercises in class. Afterwards students can also change the library, which "
        "they read along the way.",
        (
            Session("Week 1", ("00", "01"), 100, "exercises 00; read `dsl/model.py`"),
            Session("Week 2", ("02",), 100, "exercises 01 and 02; read `vi/elbo.py`"),
            Session("Week 3", ("03", "04"), 100, "exercises 03 and 04; read `dsl/interpreter.py`"),
            Session("Week 4", ("05",), 100, "exercises 05; read `density.py`"),
            Session("Week 5", ("06",), 100, "exercises 06; read `mcmc/sampling.py`"),
            Session("Week 6", ("07",), 100, "exercises 07; read `prediction.py`"),
            Session("Week 7", ("08",), 100, "exercises 08; choose data for 16"),
            Session("Week 8", ("09",), 100, "exercises 09; read `mcmc/particle.py` and `trees.py`"),
            Session("Week 9", ("10",), 100, "exercises 10; read `mcmc/diagnostics.py`"),
            Session("Week 10", ("11",), 100, "exercises 11; one page on the data of 16"),
            Session("Week 11", ("12",), 100, "exercises 12; a sweep of one's own"),
            Session("Week 12", ("13",), 100, "exercises 13; a first band for 16, with R-hat"),
            Session("Week 13", ("14", "15"), 100, "exercises 14 and 15; a draft of the report"),
            Session("Week 14", ("16",), 100, "the report, defended in ten minutes each"),
        ),
    ),
)


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


def _route(route: Route, pages: dict[str, NotebookFacts]) -> str:
    rows = [
        (
            session.name,
            ", ".join(link(pages[n]) if n in pages else n for n in session.numbers),
            f"{session.minutes} min",
            f"{sum(pages[n].minutes for n in session.numbers if n in pages)} min",
            session.homework,
        )
        for session in route.sessions
    ]
    head = ("When", "Notebooks", "In class", "To read", "Until the next time")
    return f"### {route.title}\n\n{route.purpose}\n\n{table(head, rows)}"


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *([c.replace("|", "\\|") for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
