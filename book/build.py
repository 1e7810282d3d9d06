"""Build the book: collect its sources in one folder, let Sphinx make the pages, say how it went.

You will find what goes where (:func:`collect`), then the steps: Sphinx, the page for print,
the slides, the check of all links, and the PDF if it is asked for. ``make book`` runs this; nothing
is fetched.
Next: ``conf.py``, then the extensions in ``_ext/``, beginning with ``course_notebooks.py``.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "_ext"))

from claim_badges import add_badges  # noqa: E402
from print_page import write_print_page  # noqa: E402
from print_pdf import write_pdf  # noqa: E402
from site_links import dead_links  # noqa: E402
from slides import write_slides  # noqa: E402

from bnn_teach.course.playground import script  # noqa: E402
from bnn_teach.reruns.results import MIME as RESULTS  # noqa: E402
from bnn_teach.reruns.trials import load  # noqa: E402

SPHINX = ("-W", "--keep-going", "-n", "-q", "-E", "-j", "1")
"""Warnings are errors, all of them are shown, every reference is checked, nothing is reused."""
LIMIT = 40_000_000
"""Bytes: the site stays small enough for a phone and for a forge's pages."""


def main() -> int:
    """Build the site and its printed page; return the exit status."""
    options = _parser().parse_args()
    root, output = options.root.resolve(), options.output.resolve()
    start = time.perf_counter()
    shutil.rmtree(output, ignore_errors=True)
    claims = collect(root, output / "source")
    if claims:
        sys.stderr.writelines(f"book: claim of {problem}\n" for problem in claims)
        return 1
    if run_sphinx(root, output) != 0:
        sys.stderr.write("book: it was not built; what is wrong stands above.\n")
        return 1
    site = output / "html"
    for each in site.rglob("*.map"):  # for whoever debugs the theme's scripts
        each.unlink()
    (site / "_static" / "playground.js").write_text(script(), encoding="utf-8")
    write_print_page(site)
    write_slides(site, root / "notebooks")
    problems = [f"{page}: {problem}" for page, problem in dead_links(site)]
    size = sum(path.stat().st_size for path in site.rglob("*") if path.is_file())
    pages = len([p for p in site.rglob("*.html") if "_static" not in p.parts])
    sys.stdout.write(
        f"{site / 'index.html'}: {pages} pages, {size / 1e6:.1f} MB, "
        f"{time.perf_counter() - start:.0f} s\n"
    )
    if size > LIMIT:
        problems.append(f"the site is larger than {LIMIT / 1e6:.0f} MB.")
    if options.pdf:
        target = output / "course.pdf"
        lacking = write_pdf(site / "print.html", target)
        sys.stdout.write(f"{lacking or f'{target}: {target.stat().st_size / 1e6:.1f} MB'}\n")
    sys.stderr.writelines(f"book: {problem}\n" for problem in problems)
    return 1 if problems else 0


def collect(root: Path, target: Path) -> list[str]:
    """Copy all that Sphinx reads into one folder: pages at its top, notebooks, pictures below.

    Return what is not in order with the notebooks' claims.
    """
    (target / "notebooks").mkdir(parents=True)
    tried, problems = load(root / "book" / "claims.json"), list[str]()
    for path in sorted((root / "notebooks").glob("[0-9]*.ipynb")):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        problems += add_badges(path, notebook, tried)
        text = without_results(notebook)
        (target / "notebooks" / path.name).write_text(text, encoding="utf-8")
    for path in sorted((root / "book").glob("*.md")):
        shutil.copy(path, target)
    for name in ("CONTRIBUTING.md", "LICENSE", "book/references.bib"):
        shutil.copy(root / name, target)
    if (root / "book" / "accessibility.json").is_file():
        shutil.copy(root / "book" / "accessibility.json", target)
    for name in ("images", "benchmarks"):
        if (root / "book" / name).is_dir():
            shutil.copytree(root / "book" / name, target / name)
    for name in ("mcmc", "vi", "exhibits/live"):  # a page shows code from where it is run
        without = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / "bnn_teach" / name, target / "code" / name, ignore=without)
    return problems


def without_results(notebook: dict[str, Any]) -> str:
    """Return a notebook's text without what ``bt.record`` left for machines, unknown to Sphinx."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(RESULTS, None)
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def run_sphinx(root: Path, output: Path) -> int:
    """Make the pages of the collected sources; return Sphinx's exit status."""
    book, doctrees = str(root / "book"), str(output / "doctrees")
    places = [str(output / "source"), str(output / "html")]
    command = [sys.executable, "-m", "sphinx", *SPHINX, "-b", "html", "-c", book, "-d", doctrees]
    return subprocess.run([*command, *places], cwd=root, check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make book", description=__doc__, allow_abbrev=False)
    parser.add_argument("--root", type=Path, default=HERE.parent, help="the course's folder")
    parser.add_argument("--output", type=Path, default=Path("build/book"), help="where it goes")
    parser.add_argument("--pdf", action="store_true", help="print it into course.pdf, too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
