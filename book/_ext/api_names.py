"""Names in docstrings: where they lead in the reference, and which of them are mere words.

Docstrings call an exception ``ArgumentError`` wherever it lives, and write types in words, such as
"ndarray, shape (N, 1)". A short name leads to the one documented object of that name; words that
stand for a type are left as they are; a reference that an author wrote as one (``:func:`` and the
like) has to lead somewhere, or the build fails. Next: ``measured_text.py``.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.util.nodes import make_refnode

_WHOLE_SENTENCES = {"attribute", "data", "property"}
_kept: dict[str, list[str]] = {}


def resolve(app: Sphinx, env: Any, node: nodes.Element, content: nodes.Element) -> Any:
    """Return a link for a short name, the plain words for a type, or None."""
    if node.get("refdomain") != "py":
        return None
    objects = env.domaindata["py"]["objects"]
    last = node["reftarget"].rpartition(".")[2]
    found = {entry.node_id: entry for name, entry in objects.items() if name.endswith(f".{last}")}
    if len(found) == 1:
        (entry,) = found.values()
        builder, here = app.builder, node["refdoc"]
        return make_refnode(builder, here, entry.docname, entry.node_id, content, last)
    return None if isinstance(content, nodes.literal) else content


def keep_sentence(app: Any, what: str, name: str, value: Any, options: Any, lines: Any) -> None:
    """Note the docstring of an attribute before Napoleon takes its colon for a type's end."""
    if what in _WHOLE_SENTENCES:
        _kept[name] = list(lines)


def restore_sentence(app: Any, what: str, name: str, value: Any, options: Any, lines: Any) -> None:
    """Put it back."""
    if what in _WHOLE_SENTENCES:
        lines[:] = _kept.pop(name)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("missing-reference", resolve)
    app.connect("autodoc-process-docstring", keep_sentence, priority=1)
    app.connect("autodoc-process-docstring", restore_sentence, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
