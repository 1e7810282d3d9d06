"""Every page of the book, from disk and from a server, wide and narrow, in light and in dark.

Axe looks at the pages from disk, while they are open.
"""

import json

import pytest

from tests.book.axe import run_axe
from tests.book.building import page_names, show

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOOKS = {"disk": [(1300, "light"), (360, "dark")], "server": [(360, "light"), (1300, "dark")]}
WIDER = """() => [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 90)).slice(0, 5)"""
# formulas and texts of which a box that cannot be scrolled hides the end
CUT = """() => [...document.querySelectorAll("article :is(svg, img, code, a, td, th)")]
    .filter((e) => {
        const right = e.getBoundingClientRect().right;
        for (let box = e.parentElement; box.tagName !== "ARTICLE"; box = box.parentElement) {
            const look = getComputedStyle(box);
            if (/auto|scroll/.test(look.overflowX) || look.position === "absolute") return false;
            const hides = /hidden|clip/.test(look.overflowX);
            if (hides && right > box.getBoundingClientRect().right + 1) return true;
        }
        return false;
    }).map((e) => e.outerHTML.slice(0, 90)).slice(0, 5)"""
# marks after a formula that begin a line
LOST = """() => [...document.querySelectorAll("article span.math")].filter((e) => {
    const text = e.nextSibling;
    if (text?.nodeType !== Node.TEXT_NODE || !/^[.,;:?!)]/.test(text.data)) return false;
    const mark = document.createRange();
    mark.setStart(text, 0);
    mark.setEnd(text, 1);
    return mark.getBoundingClientRect().left < e.getBoundingClientRect().left;
}).map((e) => e.parentElement.innerHTML.slice(0, 90)).slice(0, 5)"""
# pictures that did not come, and such without words or with a file's name for them
BLIND = r"""() => [...document.images].filter((e) => !e.complete || !e.naturalWidth || (
    e.closest("article") ? !e.alt.trim() || /\.(png|svg)$/.test(e.alt) : !e.hasAttribute("alt")
)).map((e) => e.outerHTML.slice(0, 90))"""


@pytest.mark.wcag("1.1.1", "1.4.10", "2.4.2", "3.1.1")
@pytest.mark.parametrize("name", page_names())
def test_a_page_is_whole_never_scrolls_sideways_and_axe_is_content(visit, name, record_property):
    axe = {}
    record_property("axe", axe)
    for way, looks in list(LOOKS.items())[: 1 if name == "print" else None]:
        page = visit(name, way, *looks[0])
        assert page.title().strip() and page.locator("html[lang^=en]").count()
        assert page.evaluate(BLIND) == []
        assert page.locator(".bnn-unmounted, mjx-merror").count() == 0
        for width, scheme in looks:
            show(page, width, scheme, theme="light" if name == "print" else scheme)
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width, page.evaluate(WIDER)
            assert page.evaluate(LOST) == []
            if way == "disk" and name != "print":  # which has the text of the others
                found = axe[f"{scheme}, {width} px wide"] = run_axe(page, name)
                said = found.pop("said")
                assert said == [], f"{len(said)} in {scheme}:\n" + "\n".join(said[:12])
            if width < 400:
                page.set_viewport_size({"width": 320, "height": 256})
                across = page.evaluate("document.documentElement.scrollWidth")
                assert across <= 320, page.evaluate(WIDER)
                assert page.evaluate(CUT) == []
        page.context.close()


@pytest.mark.wcag("2.1.1", "2.4.5")
@pytest.mark.parametrize("way", ["disk", "server"])
def test_search_finds_a_page(visit, way):
    page = visit("index", way)
    page.keyboard.press("Control+k")
    page.keyboard.type("posterior")
    page.keyboard.press("Enter")
    page.locator("#search-results li a").first.wait_for()
    page.get_by_text("Search finished, found").wait_for()
    assert page.locator("#search-results li").count() > 1


def test_light_and_dark_can_be_chosen(visit):
    page = visit("index")
    for mode in ("dark", "light"):
        page.locator(".theme-switch-button").first.click()
        page.locator(f".theme-change-button[data-mode={mode}]:visible").click()
        assert page.evaluate("document.documentElement.dataset.theme") == mode


def test_a_printed_page_shows_hints_and_no_chrome(visit):
    page = visit("notebooks/06_what_does_nuts_find")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.locator("article details:not([open])").count() == 0
    for part in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.locator(part).first.is_visible()
    assert page.pdf().startswith(b"%PDF")


def test_mathematics_is_set_by_a_script_of_the_site(visit):
    page = visit("notebooks/06_what_does_nuts_find")
    assert page.locator("mjx-container svg").count() > 20
    assert page.locator("mjx-assistive-mml").count() > 20
    assert json.loads(page.evaluate("JSON.stringify(MathJax.version)")).startswith("3.")
