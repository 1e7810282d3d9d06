"""The locked versions that Colab needs: those of the library, not those of a Jupyter server.

Next: ``course_text.py``, the texts that are made from other files.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

COLABS_OWN = {"jupyterlab", "jupytext", "papermill", "ipywidgets", "ipython", "ipykernel"}
"""Colab's page talks to its own versions of these; others would cut the connection."""

_ENTRY = re.compile(r"^([a-z0-9-]+)==[^\n]*(?: \\\n    --hash=[^\n]*?)+$", re.MULTILINE)


def locked_versions(lock: str) -> str:
    """Return the entries of requirements.lock, with hashes, that the library needs in Colab."""
    needed = dependencies("bnn_teach")
    entries = (found[0] for found in _ENTRY.finditer(lock) if found[1] in needed)
    return "\n".join(entries) + "\n"


def dependencies(package: str) -> set[str]:
    """Return what a package needs at any depth, as installed here, without Colab's own."""
    found: set[str] = set()
    waiting = [package]
    while waiting:
        try:
            lines = requires(waiting.pop()) or []
        except PackageNotFoundError:  # needed on another system only
            continue
        for requirement in map(Requirement, lines):
            name = canonicalize_name(requirement.name)
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and name not in found | COLABS_OWN:
                found.add(name)
                waiting.append(name)
    return found
