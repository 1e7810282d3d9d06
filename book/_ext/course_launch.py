"""Starting a notebook elsewhere: the buttons, and the copies for Colab.

Binder makes the environment of ``environment.yml`` and opens the notebook as it is. Colab brings
an environment of its own, so it opens a copy whose first cell installs the course's locked
versions; the copies and the list of versions are written into the site's folder ``colab/``, which
the workflow that publishes the site pushes to the branch gh-pages, where Colab can read them.
All of it needs the repository's address (see ``repository.py``). Next: ``course_text.py``.
"""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import nbformat
from nbformat.v4 import new_code_cell
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from sphinx.application import Sphinx

BINDER = "https://mybinder.org/v2"
COLAB = "https://colab.research.google.com/github"
PUBLISHED = "gh-pages"
COLABS_OWN = {"jupyterlab", "jupytext", "papermill", "ipywidgets", "ipython", "ipykernel"}
"""Colab's page talks to its own versions of these; others would cut the connection."""

_ENTRY = re.compile(r"^([a-z0-9-]+)==[^\n]*(?: \\\n    --hash=[^\n]*?)+$", re.MULTILINE)

INSTALL = """\
# This is a copy for Colab. The cell installs the versions that the course was tested with; it
# takes a few minutes. If Colab then offers to restart the session, do so and go on below.
import sys

if "google.colab" in sys.modules:
    from google.colab import output

    base = "{raw}"
    %pip install --quiet --no-deps --require-hashes --requirement {{base}}/requirements.txt
    %pip install --quiet --no-deps "bnn_teach @ git+{repository}@{branch}"
    output.enable_custom_widget_manager()  # the exhibits are widgets"""


def add_buttons(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the group of launch buttons to the header of a notebook's page."""
    address, branch = app.config.repository_url, app.config.repository_branch
    if not address or context.get("page_source_suffix") != ".ipynb":
        return
    buttons = [
        _link("Binder", binder_url(address, branch, pagename), "_static/images/logo_binder.svg")
    ]
    if colab := colab_url(address, pagename):
        buttons.append(_link("Colab", colab, "_static/images/logo_colab.png"))
    buttons.append(_link("Repository", address, "fas fa-code-branch"))
    group = {
        "type": "group",
        "tooltip": "Run this notebook elsewhere",
        "icon": "fas fa-rocket",
        "label": "launch-buttons",
        "buttons": buttons,
    }
    context["header_buttons"].insert(0, group)


def binder_url(address: str, branch: str, docname: str) -> str:
    """Return where Binder opens a notebook of a repository."""
    parts = urlsplit(address)
    provider = {"github.com": "gh", "gitlab.com": "gl"}.get(parts.netloc)
    name = parts.path.strip("/")
    if provider == "gh":
        where = f"gh/{name}"
    else:
        where = f"gl/{quote(name, safe='')}" if provider else f"git/{quote(address, safe='')}"
    path = quote(f"lab/tree/{docname}.ipynb", safe="")
    return f"{BINDER}/{where}/{quote(branch, safe='')}?urlpath={path}"


def colab_url(address: str, docname: str) -> str:
    """Return where Colab opens the published copy of a notebook; "" if it cannot read the forge."""
    parts = urlsplit(address)
    name = Path(docname).name
    return f"{COLAB}{parts.path}/blob/{PUBLISHED}/colab/{name}.ipynb" if _is_github(parts) else ""


def write_copies(app: Sphinx, exception: Exception | None) -> None:
    """Write a copy of each notebook that installs the course, without outputs that need it."""
    address, branch = app.config.repository_url, app.config.repository_branch
    parts = urlsplit(address)
    if exception is not None or app.builder.name != "html" or not _is_github(parts):
        return
    folder = Path(app.outdir) / "colab"
    folder.mkdir(exist_ok=True)
    lock = (Path(app.confdir).parent / "requirements.lock").read_text(encoding="utf-8")
    (folder / "requirements.txt").write_text(locked_versions(lock), encoding="utf-8")
    raw = f"https://raw.githubusercontent.com{parts.path}/{PUBLISHED}/colab"
    cell = INSTALL.format(raw=raw, repository=address, branch=branch)
    for path in sorted((Path(app.srcdir) / "notebooks").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        notebook.metadata.pop("widgets", None)
        for each in notebook.cells:
            if each.cell_type == "code":
                each.outputs, each.execution_count = [], None
        notebook.cells.insert(0, new_code_cell(cell, id="colab"))
        nbformat.write(notebook, folder / path.name)


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


def _is_github(parts: Any) -> bool:
    return bool(parts.netloc == "github.com")


def _link(text: str, url: str, icon: str) -> dict[str, str]:
    return {"type": "link", "text": text, "tooltip": f"Open {text}", "url": url, "icon": icon}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_config_value("repository_url", "", "html")
    app.add_config_value("repository_branch", "main", "html")
    app.connect("html-page-context", add_buttons, priority=600)
    app.connect("build-finished", write_copies, priority=400)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
