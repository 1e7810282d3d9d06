"""Axe finds nothing to complain of in the text of any page, in light and in dark.

``axe.min.js`` is axe-core 4.14.1 as its makers publish it, under the Mozilla Public License 2.0
(``axe.LICENSE``); it is used by this test alone and is no part of the book.
"""

import pathlib

import pytest

from tests.book.building import page_names

pytestmark = [pytest.mark.browser, pytest.mark.slow]
AXE = pathlib.Path(__file__).with_name("axe.min.js")
FOCUSED = """() => {
    const element = document.activeElement, look = getComputedStyle(element);
    const ring = look.outlineStyle !== "none" || look.boxShadow !== "none";
    return [element.outerHTML.slice(0, 200), ring && element.getBoundingClientRect().width > 0];
}"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
    const text = document.querySelector("article") ?? document.body;
    // the theme's own button stands in the text of the page for searching
    const found = await axe.run({include: [text], exclude: [".search-button__button"]}, {
        preload: false, resultTypes: ["violations"], runOnly: tags,
        rules: {region: {enabled: false}},  // the theme divides the page, we only fill it
    });
    return found.violations.flatMap((each) => each.nodes.map((node) =>
        `${each.id}: ${node.html.slice(0, 160)} | ${node.failureSummary.slice(0, 300)}`));
}"""


@pytest.mark.parametrize("name", page_names())
def test_axe_finds_no_violation(visit, name):
    for scheme, width in (("light", 1300), ("dark", 360)):
        page = visit(name, "server", width, scheme)
        page.add_script_tag(path=str(AXE))
        found = page.evaluate(RUN, TAGS)
        assert found == [], f"{len(found)} in {scheme}:\n" + "\n".join(found[:12])
        page.context.close()


def test_axe_would_find_a_violation(visit):
    page = visit("notation")
    image = "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='>"
    page.evaluate(
        "html => document.querySelector('article').insertAdjacentHTML('beforeend', html)", image
    )
    page.add_script_tag(path=str(AXE))
    assert any(each.startswith("image-alt") for each in page.evaluate(RUN, TAGS))


def test_the_controls_of_a_page_are_reached_by_keyboard_and_show_it(visit):
    page = visit("index", "server")
    reached = set()
    for _ in range(14):
        page.keyboard.press("Tab")
        element, seen = page.evaluate(FOCUSED)
        assert seen, element
        reached.add(element)
    assert len(reached) == 14
