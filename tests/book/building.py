"""Building the book in a test: how, of what, and which pages it must have.

Next: ``conftest.py``, which builds it once for all tests.
"""

import hashlib
import os
import pathlib
import subprocess
import sys
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPOSITORY = "https://github.com/someone/course"
MADE_FROM = (
    "book/**/*", "notebooks/*.ipynb", "bnn_teach/**/*", "CONTRIBUTING.md", "LICENSE",
    "pyproject.toml", "requirements.lock",
)  # fmt: skip


class Book(NamedTuple):
    """The book as `make book` left it."""

    site: pathlib.Path
    """The folder of the pages."""
    said: str
    """What was written to the standard output."""
    complained: str
    """What was written to the standard error."""
    status: int
    """The exit status."""


def build(root, output, repository=REPOSITORY):
    """Build the book of a folder, as `make book` does."""
    done = subprocess.run(
        [sys.executable, str(root / "book" / "build.py"), "--output", str(output)],
        cwd=root,
        env=os.environ | {"BNN_TEACH_REPOSITORY": repository, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Book(output / "html", done.stdout, done.stderr, done.returncode)


def fingerprint():
    """Return digits that stand for all that the book is made from."""
    paths = {path for pattern in MADE_FROM for path in ROOT.glob(pattern) if path.is_file()}
    digest = hashlib.sha256()
    for path in sorted(paths):
        if "__pycache__" not in path.parts:
            digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def page_names():
    """Return the names of all pages that were written for readers, without their endings."""
    own = [path.stem for path in (ROOT / "book").glob("*.md")]
    notebooks = [f"notebooks/{each.stem}" for each in (ROOT / "notebooks").glob("[0-9]*.ipynb")]
    return sorted([*own, *notebooks, "genindex", "print", "search"])


def moving_names():
    """Return the names of the pages of notebooks that show a widget."""
    stored = sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))
    view = "application/vnd.jupyter.widget-view+json"
    return [f"notebooks/{p.stem}" for p in stored if view in p.read_text(encoding="utf-8")]


# The theme's own test of what scrolls, which it makes a moment after the last change of a page.
FOLLOWED = """theme => document.documentElement.dataset.theme === theme
    && [...document.querySelectorAll(
        "pre, .nboutput > .output_area, .cell_output > .output, .jp-RenderedHTMLCommon, "
        + ".pst-scrollable-table-container"
    )].every(
        box => (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight)
            === (box.tabIndex === 0))"""


def show(page, width, scheme, theme=None):
    """Look at an open page in another width, and in light or in dark; its theme follows."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.wait_for_function(FOLLOWED, arg=theme or scheme)
