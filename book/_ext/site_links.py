"""Links and anchors in built pages: each leads to a file that exists and to a place on it.

Next: ``course_launch.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

_LINKS = {"a": "href", "link": "href", "img": "src", "script": "src", "source": "src"}
_SKIPPED = {"genindex.html", "search.html"}


class _Page(HTMLParser):
    """Collects the places of a page and what it links to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = {"", "top"}
        self.targets: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the ids and the links of one element."""
        for name, value in attrs:
            if value is None:
                continue
            if name == "id" or (tag == "a" and name == "name"):
                self.places.add(value)
            elif name == _LINKS.get(tag):
                self.targets.append(value)


def _is_there(fragment: str, page: _Page) -> bool:
    """Say whether a page has this place; what follows ``live`` is an experiment, and no place."""
    return fragment.partition("&")[0] == "live" or unquote(fragment) in page.places


def dead_links(site: Path) -> Iterator[tuple[str, str]]:
    """Yield each link of the built pages that leads nowhere, as the page and what is wrong there.

    Links to other hosts are not followed.
    """

    @cache
    def read(path: Path) -> _Page:
        return _Page(path.read_text(encoding="utf-8"))

    for path in sorted(site.rglob("*.html")):
        page = path.relative_to(site)
        if "_static" in page.parts or page.name in _SKIPPED:
            continue
        for target in dict.fromkeys(read(path).targets):
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not there.is_file():
                yield str(page), f"the link {target!r} leads nowhere: there is no such file."
            elif there.suffix == ".html" and not _is_there(parts.fragment, read(there)):
                yield str(page), f"the link {target!r} leads nowhere: its page has no such place."
