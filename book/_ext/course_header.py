"""The line under each page's title: minutes to read and, for a notebook, seconds to run.

Next: ``course_checks.py``, what a page must not lack.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from course_notebooks import in_words, read_facts, reading_minutes
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

WITHOUT = {"index", "api", "bibliography", "genindex", "search"}
"""Pages that nobody reads from top to bottom."""


def add_line(app: Sphinx, doctree: nodes.document) -> None:
    """Put the line below the title of the page that was just read."""
    docname = app.env.docname
    path = Path(app.env.doc2path(docname))
    title = doctree.next_node(nodes.title)
    if docname in WITHOUT or title is None:
        return
    if path.suffix == ".ipynb":
        text = in_words(read_facts(path))
    else:
        words = doctree.astext()
        for raw in doctree.findall(nodes.raw):  # the state of an exhibit is not read
            words = words.replace(raw.astext(), "")
        text = f"{reading_minutes(words)} min to read"
    line = nodes.paragraph(text, text[:1].upper() + text[1:], classes=["course-time"])
    title.parent.insert(title.parent.index(title) + 1, line)


def drop_old_roles(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take off the bibliography roles that WAI-ARIA has withdrawn, and so that of their list."""
    for role in (' role="doc-biblioentry"', ' role="list"'):
        if "body" in context:
            context["body"] = context["body"].replace(role, "")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-read", add_line)
    app.connect("html-page-context", drop_old_roles)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
