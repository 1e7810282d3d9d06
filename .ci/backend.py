"""How pip and uv build the package: flit's backend, and with it the course that the wheel carries.

The notebooks with their data and sheets lie beside the package in a checkout and inside it in a
wheel, as ``bnn_teach/course/notebooks``; see ``bnn_teach/course/material.py``. The description that
a package index shows is README.md without links into the checkout, or with the repository's
address before them, where that is known: by BNN_TEACH_REPOSITORY, or pyproject.toml's table
``[project.urls]``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flit_core.config
import flit_core.wheel
from flit_core import buildapi
from flit_core.buildapi import (  # noqa: F401 - what a backend offers
    build_editable,
    build_sdist,
    build_wheel,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

INSIDE = "bnn_teach/course"
LEFT_OUT = {"conftest.py", ".ipynb_checkpoints", "__pycache__"}
_LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#)([^)]+)\)")
_read_flit_config = flit_core.config.read_flit_config


def course_files(root: Path) -> Iterator[tuple[Path, str]]:
    """Yield the files that come with the package, and their places in a wheel."""
    for path in sorted((root / "notebooks").rglob("*")):
        if path.is_file() and not LEFT_OUT & set(path.parts):
            yield path, f"{INSIDE}/{path.relative_to(root).as_posix()}"
    yield root / ".ci" / "jupyterlab.json", f"{INSIDE}/settings/overrides.json"


def without_relative_links(text: str, repository: str = "") -> str:
    """Return Markdown whose links into the checkout lead to its repository, or are mere words."""

    def replaced(found: re.Match[str]) -> str:
        picture, words, target = found.groups()
        if repository:
            kind = "raw" if picture else "blob"
            return f"{picture}[{words}]({repository}/{kind}/HEAD/{target})"
        return "" if picture else words

    return _LINK.sub(replaced, text)


def read_flit_config(path: Path) -> Any:
    """Read pyproject.toml as flit does; make its description and addresses fit to be published."""
    info = _read_flit_config(path)
    facts = info.metadata
    urls = dict(each.split(", ", 1) for each in facts.get("project_urls", []))
    repository = os.environ.get("BNN_TEACH_REPOSITORY") or urls.get("repository", "")
    if repository:
        own = {
            "repository": repository,
            "issues": f"{repository}/issues",
            "changelog": f"{repository}/blob/HEAD/CHANGELOG.md",
        }
        facts["project_urls"] = [f"{name}, {url}" for name, url in (own | urls).items()]
    facts["description"] = without_relative_links(facts["description"], repository)
    return info


class WheelBuilder(flit_core.wheel.WheelBuilder):
    """Flit's, which puts the course's files beside the package's."""

    def copy_module(self) -> None:
        """Copy the package and the course."""
        super().copy_module()
        for path, place in course_files(Path(self.directory)):
            self._add_file(path, place)


flit_core.config.read_flit_config = buildapi.read_flit_config = read_flit_config
flit_core.wheel.WheelBuilder = WheelBuilder
