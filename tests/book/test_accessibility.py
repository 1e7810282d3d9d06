"""Axe sees what it should, a page can be walked through by keyboard, and what is stored is of now.

That axe finds nothing on any page, ``test_pages.py`` holds.
"""

import json
import re

import pytest

from tests.book.axe import run_axe
from tests.book.building import ROOT, page_names

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = [name for name in page_names() if name != "print"]  # it has the text of the others
STORED = ROOT / "book" / "accessibility.json"
FOCUSED = """() => {
    const element = document.activeElement, look = getComputedStyle(element);
    const ring = look.outlineStyle !== "none" || look.boxShadow !== "none";
    return [element.outerHTML.slice(0, 200), ring && element.getBoundingClientRect().width > 0];
}"""


def test_axe_would_find_a_violation(visit):
    page = visit("notation")
    image = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>"
    page.evaluate(
        "html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", image
    )
    found = run_axe(page, "notation")
    assert found["violations"] == 1 and found["said"][0].startswith("image-alt")


@pytest.mark.wcag("2.1.1", "2.1.2", "2.4.7")
def test_the_controls_of_a_page_are_reached_by_keyboard_and_show_it(visit):
    page = visit("index", "server")
    reached = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        element, seen = page.evaluate(FOCUSED)
        assert seen, element
        reached.add(element)
    assert len(reached) == 14


@pytest.mark.skipif(not STORED.exists(), reason="no results are stored, and the page says so")
def test_the_statement_is_about_these_pages_and_tests():
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    again = 'make test ARGS="-m wcag --wcag=book/accessibility.json"'
    for look in stored["axe"].values():
        assert set(PAGES) <= set(look["pages"]), again
    for test in {test for tests in stored["tests"].values() for test in tests}:
        place, _, name = test.partition("::")
        assert re.search(rf"^def {name}\(", (ROOT / place).read_text(encoding="utf-8"), re.M), again
