"""The playground in the book's own pages: its state, as a notebook would store it.

``host.js`` mounts it as it mounts a notebook's exhibits, with the script that
all pages share. Next: ``slides.py``.
"""

from __future__ import annotations

import json

from course_checks import STATE, VIEW

from bnn_teach.course.playground import Playground, playground

_QUESTION = (
    "Forty points lie on a curve, and none in the gap in the middle. The network will draw a band "
    "that holds the curve with 95 % probability. Where is it narrow, where is it wide? And what "
    "happens to it when you drag one point into the gap?"
)


def page() -> str:
    """Return the playground of its own page, whose address follows the experiment."""
    return _mounted(playground(show=["nuts", "advi"], address=True), "playground")


def welcome() -> str:
    """Return the first exhibit of the welcome page."""
    return _mounted(playground(ask=_QUESTION), "welcome")


def _mounted(exhibit: Playground, name: str) -> str:
    """Return the HTML that stands for an exhibit in a page, in a fence of Markdown."""
    model = {"model_name": "AnyModel", "model_module": "anywidget", "model_module_version": "*"}
    kept = ("_esm", "figure", "settings", "bands")
    model["state"] = {key: exhibit.get_state()[key] for key in kept}
    version = {"version_major": 2, "version_minor": 0}
    return "\n".join(
        [
            "``````{raw} html",
            '<script src="_static/host.js" defer></script>',
            _script(VIEW, version | {"model_id": name}),
            _script(STATE, version | {"state": {name: model}}),
            "<noscript><p>This exhibit computes in your browser, with JavaScript.</p></noscript>",
            "``````",
        ]
    )


def _script(kind: str, content: object) -> str:
    text = json.dumps(content, separators=(",", ":")).replace("</", "<\\/")
    return f'<script type="{kind}">{text}</script>'
