"""Without a kernel, every exhibit moves by mouse and by keyboard, and every quiz answers."""

import pytest

from tests.book.axe import run_axe
from tests.book.building import moving_names
from tests.browsing import drag

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def picture(exhibit):
    return exhibit.locator(".bnn-panels").inner_html()


@pytest.mark.wcag("2.1.1", "2.5.7", "4.1.3")
@pytest.mark.parametrize(
    ("way", "width", "scheme"), [("disk", 1300, "light"), ("server", 360, "dark")]
)
@pytest.mark.parametrize("name", moving_names())
def test_every_exhibit_of_a_page_moves_and_every_question_answers(visit, name, way, width, scheme):
    page = visit(name, way, width, scheme)
    move_exhibits(page)
    across = page.evaluate("document.documentElement.scrollWidth")
    assert across <= width
    if way == "disk":
        answer_quizzes(page)


def move_exhibits(page):
    """Move each control by mouse and by keys: the picture follows."""
    exhibits = page.locator(".bnn-exhibit")
    assert exhibits.count() > 0
    for exhibit in exhibits.all():
        for more in exhibit.locator("summary").all():  # sliders in place of drawing by hand
            more.click()
        sliders = exhibit.locator("input[type=range]:visible")
        others = exhibit.locator("select:visible, input[type=radio]:checked")
        assert sliders.count() + others.count() > 0
        for slider in sliders.all():
            before, said = picture(exhibit), exhibit.locator(".bnn-says").inner_text()
            drag(page, slider)
            assert picture(exhibit) != before
            slider.focus()
            before = picture(exhibit)
            page.keyboard.press("Home")
            page.keyboard.press("End")
            at_end = picture(exhibit)
            page.keyboard.press("Home")
            assert picture(exhibit) != at_end or at_end != before
            assert exhibit.locator(".bnn-says").inner_text().strip(), said
        if others.count():
            first = others.first
            before = picture(exhibit)
            first.focus()
            page.keyboard.press("ArrowDown")
            assert picture(exhibit) != before


def answer_quizzes(page):
    """Choose every option of every question: it says that it is wrong, or that it is right."""
    for quiz in page.locator(".bnn-quiz").all():
        questions = quiz.locator("fieldset")
        assert questions.count() == 3
        for number in range(3):
            answered = set()
            card = questions.nth(number)
            for option in card.locator("input[type=radio]").all():
                option.focus()
                page.keyboard.press("Space")
                card.locator("xpath=..").get_by_role("button").first.press("Enter")
                said = card.locator("xpath=..").locator("[aria-live] strong").first.inner_text()
                answered.add(said.strip())
            assert answered == {"Right.", "Not quite."}


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("notebooks/07_what_does_the_band_mean", 1300, "light"),
        ("notebooks/08_why_does_vi_look_worse", 360, "dark"),
    ],
)
def test_a_live_exhibit_asks_computes_and_rests_out_of_sight(visit, name, width, scheme):
    page = visit(name, "disk", width, scheme)
    page.context.set_offline(True)
    live = page.locator(".bnn-live")
    in_phase = "(phase) => document.querySelector('.bnn-live').dataset.phase === phase"
    main = live.locator(".bnn-main").first
    main.scroll_into_view_if_needed()
    assert live.get_attribute("data-phase") == "asked" and page.workers == []
    live.get_by_role("button", name="I have a guess").click()
    page.wait_for_function("document.querySelector('.bnn-live').dataset.warm === 'false'")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert run_axe(page, name)["said"] == []
    live.get_by_role("slider", name="Prior scale").press("ArrowLeft")  # it begins again
    main.scroll_into_view_if_needed()
    page.wait_for_function(in_phase, arg="running")
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function(in_phase, arg="unseen")
    page.wait_for_timeout(500)  # the slider has come to rest meanwhile
    assert live.get_attribute("data-phase") == "unseen"
