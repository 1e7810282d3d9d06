"""Axe, which looks for what readers with disabilities would stumble over.

``axe.min.js`` is axe-core 4.14.1 as its makers publish it, under the Mozilla Public License 2.0
(``axe.LICENSE``); it is used by tests alone and is no part of the book.
"""

import pathlib

AXE = pathlib.Path(__file__).with_name("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (tags) => {
    const text = document.querySelector("article") ?? document.body;
    // the theme's own button stands in the text of the page for searching
    const found = await axe.run({include: [text], exclude: [".search-button__button"]}, {
        preload: false, resultTypes: ["violations"], runOnly: tags,
        rules: {region: {enabled: false}},  // the theme divides the page, we only fill it
    });
    const rules = (kind) => Object.fromEntries(kind.map((each) => [each.id, each.tags]));
    const said = found.violations.flatMap((each) => each.nodes.map((node) =>
        `${each.id}: ${node.html.slice(0, 160)} | ${node.failureSummary.slice(0, 300)}`));
    return {
        said, violations: said.length,
        passed: rules(found.passes), unsure: rules(found.incomplete),
        axe: found.testEngine.version,
    };
}"""


def run_axe(page, name):
    """Return what axe found in the text of an open page."""
    page.add_script_tag(path=str(AXE))
    found = page.evaluate(RUN, TAGS)
    browser = page.context.browser.version
    return found | {"page": name, "versions": {"axe-core": found.pop("axe"), "Chromium": browser}}
