"""The PDF: printed when formulas are set, with outline and tags, or not, and then it says why."""

import sys

import pytest

from tests.book.building import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from print_pdf import MISSING, mend_outline, write_pdf

PAGE = """<!doctype html><html lang="en"><title>Small</title><h1>Small</h1><p>empty</p>
<script>window.MathJax = {startup: {promise: new Promise((done) => setTimeout(() => {
  document.querySelector("p").innerHTML = "<h2>Set late</h2>".repeat(400);
  done();
}, 500))}};</script></html>"""


@pytest.mark.browser
def test_it_waits_for_the_formulas_and_can_be_read_aloud(tmp_path):
    page, target = tmp_path / "print.html", tmp_path / "course.pdf"
    page.write_text(PAGE, encoding="utf-8")
    assert write_pdf(page, target) == ""
    printed = target.read_bytes()
    assert printed.startswith(b"%PDF") and printed.count(b"/Type /Page\n") > 5
    assert b"/StructTreeRoot" in printed and b"/Outlines" in printed and b"/Lang (en)" in printed


def test_without_a_browser_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert write_pdf(tmp_path / "print.html", tmp_path / "course.pdf") == MISSING
    assert not (tmp_path / "course.pdf").exists()


@pytest.mark.parametrize(
    ("texts", "written", "mended"),
    [
        (["Look inside"], "Look insideLook inside", "Look inside"),
        (["Why ", "fit", " is"], "Why Why fit is is", "Why fit is"),
        (["f(x)?"], r"f\(x\)?f\(x\)?", r"f\(x\)?"),
        (["Setup"], "Setup", "Setup"),
        (["Not this"], "Other", "Other"),
    ],
)
def test_a_heading_stands_once_in_the_outline(texts, written, mended):
    before = f"1 0 obj /Title ({written})\n/Dest /x endobj".encode()
    after = mend_outline(before, [["Another"], texts])
    assert len(after) == len(before) and f"/Title ({mended})".encode() in after
    assert after.index(b"/Dest") == before.index(b"/Dest")
