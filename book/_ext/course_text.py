"""Texts that are made from other files as a page is read, so that no page repeats them.

A line ``% generate: NAME`` of a page is a comment in Markdown; the book puts in its place what the
function of that name returns. The role ``{nb}`06` `` is a link to that notebook, or its number
where it is not yet written. Next: ``api_text.py``, the longest of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from accessibility_text import accessibility
from api_text import api
from course_notebooks import BEYOND, NotebookFacts, all_facts, in_words, link
from course_routes import costs, routes, rubric, table
from docutils import nodes  # type: ignore[import-untyped]
from live_text import page, welcome
from measured_text import measured
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from tried_text import tried

from bnn_teach.course.misconceptions import MISCONCEPTIONS

_LINE = re.compile(r"^% generate: (\w+)$", re.MULTILINE)


def toctree(source: Path) -> str:
    """Return the tables of contents of the notebooks: the story, and what lies beyond it."""
    notebooks = all_facts(source)
    story = [each for each in notebooks if int(each.number) < BEYOND]
    parts = [("The story", story), ("Beyond the article", notebooks[len(story) :])]
    return "\n\n".join(_toctree(caption, part) for caption, part in parts if part)


def cards(source: Path) -> str:
    """Return a card for each notebook: its question, and what the reader will draw."""
    grid = "\n".join(_card(facts) for facts in all_facts(source))
    return f":::::{{grid}} 1 1 2 2\n:gutter: 3\n\n{grid}\n:::::"


def lessons(source: Path) -> str:
    """Return the 50-minute plan of each notebook."""
    return "\n\n".join(_lesson(facts) for facts in all_facts(source))


def misconceptions(source: Path) -> str:
    """Return the table of the misconceptions, each with the notebooks that break it."""
    pages = {facts.number: facts.docname for facts in all_facts(source)}
    rows = [
        (
            each.number,
            each.sentence,
            each.instead,
            ", ".join(f"[{n}](/{pages[n]}.ipynb)" if n in pages else n for n in each.notebooks),
        )
        for each in MISCONCEPTIONS
    ]
    return table(("No.", "One might think ...", "What is true instead", "Notebook"), rows)


def answers(source: Path) -> str:
    """Return, for each misconception, the question that a teacher may ask back."""
    rows = [(each.number, each.sentence, each.ask) for each in MISCONCEPTIONS]
    return table(("No.", "If somebody says ...", "... ask"), rows)


GENERATORS: dict[str, Callable[[Path], str]] = {
    "accessibility": accessibility,
    "api": lambda source: api(),
    "answers": answers,
    "cards": cards,
    "costs": costs,
    "lessons": lessons,
    "measured": measured,
    "misconceptions": misconceptions,
    "playground": lambda source: page(),
    "routes": routes,
    "rubric": rubric,
    "toctree": toctree,
    "tried": tried,
    "welcome": lambda source: welcome(),
}


def fill_in(app: Sphinx, docname: str, content: list[str]) -> None:
    """Put the generated texts into the source of a page."""
    if Path(app.env.doc2path(docname)).suffix == ".md":
        source = Path(app.srcdir)
        content[0] = _LINE.sub(lambda found: GENERATORS[found[1]](source), content[0])


class NotebookRole(SphinxRole):
    """A link to the notebook of a number."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or mere words where there is no such notebook."""
        words = nodes.inline(self.text, f"notebook {self.text}")
        found = sorted(Path(self.env.srcdir, "notebooks").glob(f"{self.text}_*.ipynb"))
        if not found:
            return [words], []
        where = {"refdomain": "std", "reftype": "doc", "reftarget": f"/notebooks/{found[0].stem}"}
        here = self.env.docname
        link = addnodes.pending_xref(self.rawtext, words, refexplicit=True, refdoc=here, **where)
        return [link], []


def _toctree(caption: str, notebooks: Iterable[NotebookFacts]) -> str:
    plain = [(each.number, each.title.replace("`", ""), each.docname) for each in notebooks]
    entries = "\n".join(f"{number} {title} <{docname}>" for number, title, docname in plain)
    return f"```{{toctree}}\n:hidden:\n:caption: {caption}\n\n{entries}\n```"


def _card(facts: NotebookFacts) -> str:
    return (
        f"::::{{grid-item-card}} {facts.number} · {facts.title}\n"
        f":link: /{facts.docname}\n:link-type: doc\n:class-card: course-card\n\n"
        f"{facts.promise or facts.question}.\n\n"
        f":::{{card-footer}}\n{in_words(facts)}\n:::\n::::\n"
    )


def _lesson(facts: NotebookFacts) -> str:
    ideas = [each for each in facts.sections if re.match(r"\d+\. ", each)]
    each = max(5, 30 // max(1, len(ideas)))
    used = 5 + each * len(ideas)
    rows = [
        ("0–5", "The question", "Read it aloud; everyone draws the answer that they expect."),
        *(
            (
                f"{5 + i * each}–{5 + (i + 1) * each}",
                idea.partition(". ")[2],
                "Predict, run, compare.",
            )
            for i, idea in enumerate(ideas)
        ),
        (f"{used}–{used + 8}", "Play", "In pairs: one moves the exhibit, the other predicts."),
        (f"{used + 8}–50", "Quiz", "Vote, let two neighbours convince each other, vote again."),
    ]
    aims = "; ".join(facts.aims)
    return (
        f"### {facts.number} {facts.title}\n\nNotebook {link(facts)}: {in_words(facts)}. "
        + (f"Afterwards students can: {aims}.\n\n" if aims else "\n\n")
        + table(("Minute", "What", "How"), rows)
        + "\n\nHomework: the exercises."
        + (f' <a href="slides/{facts.number}.html">Slides</a>.' if facts.has_slides else "")
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("source-read", fill_in)
    app.add_role("nb", NotebookRole())
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
