"""What a page claims, with a badge: how often each claim held in other runs, and its numbers there.

The claims are the outputs of ``bt.claim``; how they fared with other seeds and data is stored in
``claims.json`` by ``make claims``. A claim that is not in order fails the build; a page that was
never tried says so. Next: ``course_notebooks.py``.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.authoring.notebooks import code_of
from bnn_teach.reruns.claims import MIME, collect_claims
from bnn_teach.reruns.results import shown
from bnn_teach.reruns.trials import Entry, in_words, problems


def add_badges(number: str, notebook: Any, entries: Mapping[str, Entry]) -> list[str]:
    """Replace the claims in a notebook's outputs by what the book shows; return what is amiss."""
    entry = entries.get(number)
    now = fingerprint(code_of(notebook)) if entry else ""
    claims = [each["words"] for each in collect_claims(notebook)]
    for cell in notebook.cells:
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
        f'<p class="course-claim"><strong>Claim.</strong> {html.escape(_sentence(claim["words"]))}.'
        f'<span class="course-tried">{html.escape(here)} {html.escape(_sentence(tried))}</span>'
        "</p>"
    )


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}."
