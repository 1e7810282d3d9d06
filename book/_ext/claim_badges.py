"""What a page claims, with a badge: how often each claim held in other runs, and its numbers there.

The claims are the outputs of ``bt.claim``; how they fared with other seeds and data is stored in
``claims.json`` by ``make claims``. A claim that is not in order, or was never tried again, fails
the build. Next: ``course_notebooks.py``.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bnn_teach.reruns.claims import MIME, collect_claims
from bnn_teach.reruns.results import shown
from bnn_teach.reruns.trials import Entry, in_words, problems, version


def add_badges(path: Path, notebook: dict[str, Any], entries: Mapping[str, Entry]) -> list[str]:
    """Replace the claims in a notebook's outputs by what the book shows; return what is amiss.

    The notebook is what the file at ``path`` holds.
    """
    number = path.stem.partition("_")[0]
    entry = entries.get(number)
    now = version(path) if entry else ""
    claims = [each["words"] for each in collect_claims(notebook)]
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            claim = output.get("data", {}).pop(MIME, None)
            if claim is not None:
                output["data"]["text/html"] = badge(claim, in_words(claim["words"], entry, now))
    return list(problems(number, claims, entry))


def badge(claim: Mapping[str, Any], tried: str) -> str:
    """Return a claim as HTML: the sentence, its numbers on this page, and in other runs."""
    numbers = ", ".join(f"{name} {shown(value)}" for name, value in claim["numbers"].items())
    here = f" Here: {numbers}." if numbers else ""
    return (
        f'<p class="course-claim"><strong>Claim.</strong> {html.escape(_sentence(claim["words"]))}'
        f'<span class="course-tried">{html.escape(here)} {html.escape(_sentence(tried))}</span>'
        "</p>"
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}."
