"""Slides: what of a notebook is shown, what is for the speaker, and decks without a network."""

import base64
import re
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.book.building import ROOT

sys.path.insert(0, str(ROOT / "book" / "_ext"))

from slides import MOST_LINES, slides, write_slides

NUMBERS = [path.name[:2] for path in sorted((ROOT / "notebooks").glob("[0-9]*.ipynb"))]
PNG = base64.b64encode(b"a picture").decode()
TEXT = """\
We know the mean.

## 2. A wider band

What follows is for the speaker, $x = 1$.

$$
f(x) = w x
$$

**Predict first.** Is it wide,
or narrow?

Look at the picture."""


def tagged(cell):
    cell.metadata["tags"] = ["slide"]
    return cell


def picture(alt):
    shown = new_output("display_data", {"image/png": PNG, "text/plain": "<Figure>"})
    return new_code_cell("draw()", outputs=[shown], metadata={"mystnb": {"image": {"alt": alt}}})


def printed(lines):
    text = "".join(f"line {i} < {lines}\n" for i in range(lines))
    warned = new_output("stream", name="stderr", text="A warning.\n")
    return new_code_cell("speak()", outputs=[warned, new_output("stream", text=text)])


@pytest.fixture
def notebook():
    return new_notebook(
        cells=[
            tagged(
                new_markdown_cell(
                    "# A title?\n\nWords.\n\n**What is it: `a`, or b?**\n\nMore.\n\n## Setup"
                )
            ),
            new_markdown_cell("Not on a slide."),
            tagged(new_markdown_cell(TEXT)),
            tagged(picture('A "wide" band.')),
            new_markdown_cell("It is wide."),
            tagged(printed(MOST_LINES + 3)),
            tagged(new_markdown_cell("Nothing to predict here.")),
            picture("Not on a slide."),
        ]
    )


def test_a_slide_shows_the_question_the_formula_or_the_picture(notebook):
    title, ask, see, said = slides(notebook, {})
    assert (title.level, title.title) == (1, "A title?")
    assert "What is it: <code>a</code>, or b?" in title.body and "Words" not in title.body
    assert (ask.level, ask.title) == (2, "A wider band")
    assert ask.body.index("f(x) = w x") < ask.body.index("<strong>Predict first.</strong>")
    assert "or narrow?" in ask.body and "speaker" not in ask.body
    assert f'src="data:image/png;base64,{PNG}"' in see.body
    assert 'alt="A &quot;wide&quot; band."' in see.body
    assert "line 0 &lt; " in said.body and said.body.count("line") == MOST_LINES
    assert said.body.endswith("...</pre></div>") and "warning" not in said.body


@pytest.mark.parametrize(
    ("columns", "lines", "size"),
    [(82, 1, 100), (41, 1, 135), (41, MOST_LINES, 100), (100, 7, 82), (400, 1, 60)],
)
def test_printed_text_is_as_large_as_the_slide_allows(notebook, columns, lines, size):
    notebook.cells[5].outputs = [new_output("stream", text=f"{'a' * columns}\n" * lines)]
    *_, said = slides(notebook, {})
    assert f'style="font-size: {size}%"' in said.body


def test_the_rest_of_the_text_is_for_the_speaker(notebook):
    _, ask, see, said = slides(notebook, {})
    assert "for the speaker" in ask.notes and "Look at the picture" in ask.notes
    assert "A wider band" not in ask.notes
    assert "It is wide." in see.notes
    assert "Nothing to predict" in said.notes


def test_a_picture_that_a_page_shows_is_not_stored_twice(notebook, tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "known.png").write_bytes(b"a picture")
    nbformat.write(notebook, tmp_path / "06_a_title.ipynb")
    nbformat.write(new_notebook(cells=[new_markdown_cell("# Untagged")]), tmp_path / "07_b.ipynb")
    assert write_slides(tmp_path, tmp_path) == 1
    deck = (tmp_path / "slides" / "06.html").read_text(encoding="utf-8")
    assert 'src="../_images/known.png"' in deck and "base64" not in deck
    assert "<title>A title?: slides</title>" in deck
    assert [path.name for path in (tmp_path / "slides").iterdir()] == ["06.html"]


@pytest.mark.slow
def test_every_notebook_has_a_deck_that_the_lessons_link_to(site):
    lessons = (site / "for_teachers.html").read_text(encoding="utf-8")
    for number in NUMBERS:
        deck = (site / "slides" / f"{number}.html").read_text(encoding="utf-8")
        assert deck.count("<section>") >= 6, number
        assert "base64" not in deck, "its pictures are those of the page"
        assert f'href="slides/{number}.html"' in lessons


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.wcag("2.1.1")
def test_a_deck_goes_on_by_key_and_sets_its_formulas(visit):
    page = visit("slides/06")
    total = page.evaluate("Reveal.getTotalSlides()")
    seen = set()
    for _ in range(total):
        shown = page.locator("section.present")
        seen.add(
            shown.inner_text()
            + "".join(shown.locator("img").evaluate_all("e => e.map(i => i.src)"))
        )
        for image in shown.locator("img").all():
            assert image.evaluate("e => e.complete && e.naturalWidth > 0")
            assert re.search(r"\w{3}", image.get_attribute("alt"))
        page.keyboard.press("ArrowRight")
    assert len(seen) == total
    assert page.evaluate("Reveal.isLastSlide()")
    assert page.locator("section mjx-container").count() > 0
    assert page.locator("mjx-merror").count() == 0


OUTSIDE = """() => [...Array(Reveal.getTotalSlides()).keys()].flatMap((number) => {
  Reveal.slide(number);
  const room = document.querySelector(".slides").getBoundingClientRect();
  const parts = [...Reveal.getCurrentSlide().querySelectorAll(":scope :not(aside, aside *)")];
  const far = (part) => part.bottom > room.bottom + 1 || part.right > room.right + 1;
  return parts.some((part) => far(part.getBoundingClientRect())) ? [number] : [];
})"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("number", NUMBERS)
def test_nothing_sticks_out_of_a_slide(visit, number):
    assert visit(f"slides/{number}", width=1200).evaluate(OUTSIDE) == []
