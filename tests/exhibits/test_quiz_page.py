"""The quiz in a page without Python: answered by mouse and by keyboard, in light and in dark."""

import pytest

from bnn_teach.exhibits.quiz import Answer, Question, Quiz, Trap

pytestmark = pytest.mark.browser
TRAP = Trap("M3", "R-hat of weights decides.", "R-hat of $f(x)$ decides.")
QUESTIONS = (
    Question(
        "What does `l3.w` tell of $f(x)$ at $x_1^2$?",
        (
            Answer("All there is", False, "Weights are *not* identified: see section 1."),
            Answer("Nothing by itself, < & > included", True, "Units can change places."),
            Answer("Its noise", False, "See section 3."),
        ),
        TRAP,
    ),
    Question(
        "Is a band a fence?",
        (Answer("It is", False, "Not so: see section 3."), Answer("It is not", True, "Good.")),
    ),
)


@pytest.fixture
def quiz():
    widget = Quiz("99", QUESTIONS)
    yield widget
    widget.close()


@pytest.fixture
def path(quiz, save_page):
    return save_page(quiz)


@pytest.fixture
def open_quiz(path, open_page):
    """A function that opens the quiz from disk; nothing may go wrong there."""
    return lambda **options: open_page(path.as_uri(), **options)


def answers_of(page, number):
    """The card of a question, and its answers in the order in which they stand there."""
    card = page.locator(".bnn-question").nth(number)
    return card, [label.inner_text().strip() for label in card.locator("label").all()]


def test_wrong_then_right_by_mouse(open_quiz):
    page = open_quiz()
    card, _ = answers_of(page, 0)
    status = card.get_by_role("status")
    assert status.inner_text() == ""
    card.get_by_label("All there is").click()
    assert status.inner_text() == ""  # nothing is given away before the button
    card.get_by_role("button", name="Check question 1").click()
    assert "Not quite. Weights are not identified: see section 1." in status.inner_text()
    assert "A common trap (M3): “R-hat of weights decides.”" in status.inner_text()
    assert "R-hat of f(x) decides." in status.inner_text()
    assert card.locator(".bnn-wrong").inner_text().split("\n")[0].startswith("All there is")
    card.get_by_label("Nothing by itself").click()
    assert status.inner_text() == ""
    card.get_by_role("button").click()
    assert status.inner_text() == "Right. Units can change places."
    assert card.locator(".bnn-wrong").count() == 0
    assert card.locator(".bnn-right").inner_text().startswith("Nothing by itself, < & > included")
    assert answers_of(page, 1)[0].get_by_role("status").inner_text() == ""


@pytest.mark.wcag("2.1.1", "2.4.3")
def test_wrong_then_right_by_keyboard(open_quiz):
    page = open_quiz()
    card, order = answers_of(page, 1)
    wrong, right = order.index("It is"), order.index("It is not")
    status = card.get_by_role("status")
    first, _ = answers_of(page, 0)
    first.get_by_role("button").focus()
    page.keyboard.press("Tab")  # to the first answer of the second question
    page.keyboard.press("Space")
    for key in ["ArrowDown"] * wrong:
        page.keyboard.press(key)
    page.keyboard.press("Enter")
    assert status.inner_text() == "Not quite. Not so: see section 3."
    page.keyboard.press("ArrowDown" if right > wrong else "ArrowUp")
    page.keyboard.press("Tab")
    button = card.get_by_role("button")
    assert button.evaluate("node => node === document.activeElement")
    assert button.evaluate("node => getComputedStyle(node).outlineStyle") == "solid"
    page.keyboard.press("Space")
    assert status.inner_text() == "Right. Good."


@pytest.mark.wcag("3.3.1")
def test_without_an_answer_it_asks_for_one(open_quiz):
    page = open_quiz()
    card, order = answers_of(page, 1)
    card.get_by_role("button").click()
    assert card.get_by_role("status").inner_text() == "Choose an answer first."
    card.get_by_label(order[0], exact=True).click()
    assert card.get_by_role("status").inner_text() == ""


def test_the_page_as_it_was_loaded_holds_no_answer(path):
    text = path.read_text(encoding="utf-8")
    texts = [each for q in QUESTIONS for a in q.answers for each in (a.text, a.feedback)]
    assert [each for each in texts if len(each) > 6 and each in text] == []


@pytest.mark.wcag("1.3.1", "4.1.3")
def test_a_screen_reader_is_told_what_belongs_together(open_quiz):
    page = open_quiz()
    group = page.get_by_role("group", name="1. What does l3.w tell of f(x)")
    assert group.get_by_role("radio").count() == 3
    assert group.get_by_role("radio", name="Its noise").count() == 1
    card, _ = answers_of(page, 0)
    assert card.get_by_role("status").get_attribute("aria-live") == "polite"
    assert card.locator("legend code").inner_text() == "l3.w"
    assert card.locator("legend i").all_inner_texts() == ["f", "x", "x"]
    assert card.locator("legend sub").inner_text() == "1"


def test_it_fits_a_phone(open_quiz):
    page = open_quiz(width=360)
    card, _ = answers_of(page, 0)
    card.get_by_label("All there is").click()
    card.get_by_role("button").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.wcag("1.4.3")
@pytest.mark.parametrize(
    ("scheme", "theme", "dark"),
    [
        ("light", {}, False),
        ("dark", {}, True),
        ("dark", {"theme": "light"}, False),
        ("light", {"theme": "dark"}, True),
    ],
)
def test_it_is_as_dark_as_the_page(open_quiz, scheme, theme, dark):
    page = open_quiz(scheme=scheme)
    page.evaluate("theme => Object.assign(document.documentElement.dataset, theme)", theme)
    card, _ = answers_of(page, 0)
    card.get_by_label("All there is").click()
    card.get_by_role("button").click()
    quiz = page.locator(".bnn-quiz")
    paper = luminance(quiz.evaluate("node => getComputedStyle(node).backgroundColor"))
    assert (paper < 0.2) is dark
    for part in ("legend", ".bnn-answer", ".bnn-mark:not(:empty)", ".bnn-feedback p", ".bnn-trap"):
        ink = luminance(quiz.locator(part).first.evaluate("node => getComputedStyle(node).color"))
        contrast = (max(ink, paper) + 0.05) / (min(ink, paper) + 0.05)
        assert contrast >= 4.5, (part, contrast)  # WCAG 2.2, 1.4.3


def luminance(color):
    """WCAG's relative luminance of ``rgb(r, g, b)``."""
    parts = [int(each) / 255 for each in color.removeprefix("rgb(").removesuffix(")").split(",")]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_on_paper_no_answer_is_marked(open_quiz):
    page = open_quiz()
    card, _ = answers_of(page, 0)
    card.get_by_label("All there is").click()
    card.get_by_role("button").click()
    page.emulate_media(media="print")
    assert card.locator("legend").is_visible() and card.get_by_text("Its noise").is_visible()
    for hidden in (".bnn-feedback", "button", ".bnn-mark:not(:empty)"):
        assert not card.locator(hidden).first.is_visible()


def test_two_quizzes_of_a_page_do_not_share_their_answers(quiz, save_page, open_page):
    other = Quiz("98", QUESTIONS)
    page = open_page(save_page(quiz, other).as_uri())
    page.locator(".bnn-question").nth(0).get_by_label("All there is").check()
    page.locator(".bnn-question").nth(2).get_by_label("Its noise").check()
    assert page.locator("input:checked").count() == 2
    other.close()


def test_two_views_of_a_quiz_agree(quiz, save_page, open_page):
    view = {"version_major": 2, "version_minor": 0, "model_id": quiz.model_id}
    page = open_page(save_page(quiz, views=[view, view]).as_uri())
    first, second = (page.locator(".bnn-question").nth(place) for place in (0, 2))
    first.get_by_label("All there is").check()
    first.get_by_role("button").click()
    assert "Not quite." in second.get_by_role("status").inner_text()
    assert second.get_by_label("All there is").is_checked()
