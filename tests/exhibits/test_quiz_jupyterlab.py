"""The quiz in JupyterLab: keys answer it, and do not move JupyterLab's own selection."""

import pytest

from tests.lab import run_all, run_until

pytestmark = pytest.mark.browser

BUILD = """
from bnn_teach.exhibits.quiz import Answer, Question, Quiz

answers = tuple(Answer(text, text == "yes", f"You said {text}.") for text in ("yes", "no", "maybe"))
quiz = Quiz("99", [Question("Is it?", answers)])
quiz
"""


def test_keys_answer_the_quiz_and_the_kernel_hears_of_it(lab, lab_page):
    page = lab_page
    lab.open(page, "notebook.ipynb")
    [outputs] = run_all(page)
    assert outputs[0]["data"]["text/plain"] == "Quiz of notebook 99: 1 question"
    quiz = page.locator(".bnn-quiz")
    status = quiz.get_by_role("status")
    radios = quiz.get_by_role("radio")
    order = [label.inner_text().strip() for label in quiz.locator("label").all()]

    radios.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert radios.last.is_checked()
    assert radios.last.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    assert f"You said {order[2]}." in status.inner_text()
    page.keyboard.press("ArrowUp")
    assert status.inner_text() == ""
    page.keyboard.press("Enter")
    assert f"You said {order[1]}." in status.inner_text()
    assert run_until(page, "print(quiz.chosen)", "[1]\n".__eq__)
    background = quiz.evaluate("node => getComputedStyle(node).backgroundColor")
    assert background == "rgb(255, 255, 255)"  # JupyterLab's light theme
