"""What fails the build: a picture without words, a widget that cannot move.

Each of them is a warning, and ``make book`` makes errors of warnings. Pages are checked as they
are read. Next: ``site_links.py``, which checks the links in those that were written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
_IMG = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ALT = re.compile(r"""\balt\s*=\s*(["'])\s*\S.*?\1""", re.IGNORECASE | re.DOTALL)


def check_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each picture that has no alternative text."""
    for image in doctree.findall(nodes.image):
        if not str(image.get("alt", "")).strip():
            _warn(
                "picture",
                f"the picture {Path(image['uri']).name} has no alternative text. In a notebook, "
                "give its cell the option alt; elsewhere write it between ![ and ].",
                image,
            )
    for raw in doctree.findall(nodes.raw):
        for tag in _IMG.findall(raw.astext()) if raw.get("format") == "html" else []:
            if not _ALT.search(tag):
                _warn("picture", f"{tag[:80]} has no alternative text (alt=...).", raw)


def check_widgets(app: Sphinx, doctree: nodes.document) -> None:
    """Warn of each widget view of a notebook that the host script cannot mount."""
    path = Path(app.env.doc2path(app.env.docname))
    if path.suffix == ".ipynb":
        notebook = json.loads(path.read_text(encoding="utf-8"))
        for problem in widget_problems(notebook):
            logger.warning(problem, type="course", subtype="widget", location=app.env.docname)


def widget_problems(notebook: dict[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the widgets that a stored notebook shows.

    The host mounts an anywidget whose state is stored in the notebook, with its script; nothing
    else.
    """
    on_paper = any("small_multiples(" in "".join(cell["source"]) for cell in notebook["cells"])
    state = notebook["metadata"].get("widgets", {}).get(STATE, {}).get("state", {})
    for number, cell in enumerate(notebook["cells"], 1):
        for output in cell.get("outputs", []):
            view = output.get("data", {}).get(VIEW)
            if view is None:
                continue
            model = state.get(view["model_id"])
            if model is None:
                yield f"cell {number} shows a widget whose state is not stored. Run it again."
            elif model.get("model_module") != "anywidget" or not model["state"].get("_esm"):
                yield (
                    f"cell {number} shows {model.get('model_name', 'a widget')}, which cannot move "
                    "without a kernel. Only anywidgets can: use bt.exhibits."
                )
            elif "figure" in model["state"] and not on_paper:
                yield (
                    f"cell {number} shows an exhibit that does not exist on paper. Add a cell with "
                    "its small_multiples(...)."
                )


def _warn(kind: str, text: str, node: nodes.Node) -> None:
    logger.warning(text, type="course", subtype=kind, location=node)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("doctree-read", check_pictures)
    app.connect("doctree-read", check_widgets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
