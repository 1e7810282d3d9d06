"""The course as a PDF: ``print.html`` as Chromium prints it, with an outline and tags for readers.

Chromium is Debian's, driven by Playwright as in the tests; nothing is fetched. Next: ``slides.py``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from bnn_teach.checkup.doctor import BROWSERS

MISSING = (
    "no PDF was made: there is no Chromium on the PATH (Debian: apt-get install chromium). "
    "print.html can be printed with any browser."
)
PATIENCE = 600_000  # ms; formulas of the whole course are set before it is printed
_SET = "!window.MathJax?.startup?.promise || MathJax.startup.promise.then(() => true)"
_HEADINGS = """() => [...document.querySelectorAll("h1, h2, h3, h4")].map((heading) => {
    const walk = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT), texts = [];
    while (walk.nextNode()) texts.push(walk.currentNode.data);
    return texts;
})"""
_FOOT = (
    '<div style="width:100%;font-size:8px;text-align:center"><span class="pageNumber"></span></div>'
)


def write_pdf(page: Path, target: Path) -> str:
    """Print a page of the built site into a file; return why not, or nothing."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        return MISSING
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        opened = browser.new_page(color_scheme="light", reduced_motion="reduce")
        opened.set_default_timeout(PATIENCE)
        opened.goto(page.resolve().as_uri())
        opened.wait_for_function(_SET)
        opened.pdf(
            path=target, format="A4", print_background=True, outline=True, tagged=True,
            display_header_footer=True, header_template="<span></span>", footer_template=_FOOT,
            margin={"top": "18mm", "bottom": "18mm", "left": "16mm", "right": "16mm"},
        )  # fmt: skip
        headings = opened.evaluate(_HEADINGS)
        browser.close()
    target.write_bytes(mend_outline(target.read_bytes(), headings))
    return ""


def mend_outline(printed: bytes, headings: Sequence[Sequence[str]]) -> bytes:
    """Take out what Chromium writes twice into the outline: a heading that begins a page.

    ``headings`` are the texts that each heading consists of. No byte changes its place.
    """

    def once(found: re.Match[bytes]) -> bytes:
        title = found[1].decode("latin-1")
        for pattern, text in patterns:
            if pattern.fullmatch(title):
                return b"/Title (%s)" % text.encode("latin-1") + b" " * (len(title) - len(text))
        return found[0]

    plain = [texts for texts in headings if re.fullmatch(r"[ -\[\]-~]*", "".join(texts))]
    plain = [[re.sub(r"[()]", r"\\\g<0>", text) for text in texts] for texts in plain]
    patterns = [
        (re.compile("".join(f"(?:{re.escape(text)}){{1,2}}" for text in texts)), "".join(texts))
        for texts in plain
    ]
    return re.sub(rb"/Title \(((?:[^()\\]|\\.)*)\)", once, printed)
