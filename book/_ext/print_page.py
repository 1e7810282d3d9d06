"""The whole course on one page, for paper: made from the pages that were built.

What moves on the screen is taken out; the small multiples of an exhibit, which its notebook shows
below it, stay. Places on different pages have the same names, so each is given its page's name.
Next: ``print_pdf.py``.
"""

from __future__ import annotations

import html
import json
import posixpath
import re
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

VIEW = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"
FIRST = ("coming_from_the_article",)
LAST = ("misconceptions", "notation", "glossary", "measured", "bibliography")
"""What is printed before and after the notebooks."""

_SCREEN_ONLY = ".headerlink, .copybtn, button, .toctree-wrapper, .course-screen"
_PAGE = """<!DOCTYPE html>
<html lang="en-GB" data-theme="light" data-mode="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: the whole course on one page</title>
{head}
</head>
<body class="course-print">
<main class="bd-content"><article class="bd-article">
<p class="course-lead">The whole course on one page. <a class="course-screen" href="index.html">Back
to the book</a></p>
{nav}
{body}
</article></main>
</body>
</html>
"""


def write_print_page(site: Path) -> None:
    """Write ``print.html`` into the folder of the built pages."""
    names = [*FIRST, *notebook_pages(site), *LAST]
    parts = [(name, _article(site, name)) for name in names if (site / f"{name}.html").exists()]
    printed = {name for name, _ in parts}
    for name, article in parts:
        _rename_places(article, name, printed)
    index = _read(site / "index.html")
    welcome = index.h1.get_text().removesuffix("#") if index.h1 else ""
    entries = "".join(
        f'<li><a href="#{_prefix(name)}">{_heading(name, article)}</a></li>'
        for name, article in parts
    )
    page = _PAGE.format(
        title=welcome,
        head=_head(index),
        nav=f'<h1>{welcome}</h1>\n<nav aria-label="Contents"><ul>{entries}</ul></nav>',
        body="\n".join(
            f'<section id="{_prefix(name)}">{article.decode_contents()}</section>'
            for name, article in parts
        ),
    )
    (site / "print.html").write_text(page, encoding="utf-8")


def notebook_pages(site: Path) -> list[str]:
    """Return the names of the notebooks' pages, in order."""
    found = sorted((site / "notebooks").glob("[0-9]*.html"))
    return [f"notebooks/{path.stem}" for path in found]


def _read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def _article(site: Path, name: str) -> Tag:
    """Return the text of a page as it can stand on paper."""
    page = _read(site / f"{name}.html")
    article = page.find("article")
    if not isinstance(article, Tag):
        raise ValueError(f"{name}.html: the theme wrote no <article> into it")
    stored = [json.loads(script.get_text())["state"] for script in page.find_all(type=STATE)]
    states = {key: value["state"] for state in stored for key, value in state.items()}
    for view in article.find_all("script", type=VIEW):
        printed = _printed(states[json.loads(view.get_text())["model_id"]])
        view.replace_with(BeautifulSoup(printed, "html.parser"))
    for each in article.select(_SCREEN_ONLY):
        each.decompose()
    for details in article.find_all("details"):
        details["open"] = ""
    return article


def _printed(state: dict[str, Any]) -> str:
    """Return what stands on paper for an exhibit or a quiz."""
    if "questions" in state:
        asks = "".join(f"<li>{html.escape(each['ask'])}</li>" for each in state["questions"])
        return f"<ol>{asks}</ol>"
    title = html.escape(state.get("figure", {}).get("title", ""))
    return f'<p class="course-moves"><strong>{title}.</strong> On the screen this moves.</p>'


def _rename_places(article: Tag, name: str, printed: set[str]) -> None:
    """Lead links to the places on this one page, and pictures to where they are."""
    folder = PurePosixPath(name).parent
    for element in article.find_all(True):
        for key in ("id", "for"):
            if key in element.attrs:
                element[key] = f"{_prefix(name)}-{element[key]}"
        for key in ("aria-labelledby", "aria-describedby"):
            if key in element.attrs:
                old = str(element[key]).split()
                element[key] = " ".join(f"{_prefix(name)}-{each}" for each in old)
        for key in ("href", "src"):
            if key in element.attrs:
                element[key] = _leads(str(element[key]), name, folder, printed)


def _leads(target: str, name: str, folder: PurePosixPath, printed: set[str]) -> str:
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return target
    path = posixpath.normpath(folder / parts.path) if parts.path else f"{name}.html"
    page = path.removesuffix(".html")
    if path.endswith(".html") and page in printed:
        return f"#{_prefix(page)}" + (f"-{parts.fragment}" if parts.fragment else "")
    return path + (f"#{parts.fragment}" if parts.fragment else "")


def _prefix(name: str) -> str:
    return name.rpartition("/")[2]


def _heading(name: str, article: Tag) -> str:
    title = article.h1.get_text() if article.h1 else name
    number = _prefix(name).partition("_")[0]
    return f"{number} {title}" if number.isdigit() else title


def _head(index: BeautifulSoup) -> str:
    """Return the styles of the book, and the scripts for mathematics and for the keyboard."""
    links = index.select('head link[rel="stylesheet"], head link[rel="icon"]')
    scripts = [
        each
        for each in index.find_all("script")
        if each.get("type") not in (VIEW, STATE) and re.search(r"math|course\.js", str(each), re.I)
    ]
    return "\n".join(str(each) for each in [*links, *scripts])
