"""Every quiz of the course is in order, and a file that is not says where and what to do."""

import re

import pytest

import bnn_teach as bt
from bnn_teach.course.chapters import FOLDER
from bnn_teach.course.misconceptions import MISCONCEPTIONS
from bnn_teach.course.quizzes import quiz, read
from bnn_teach.errors import QuizError

FILES = sorted(FOLDER.glob("*/quiz.toml"))
GOOD = """
[[question]]
ask = "Is one draw a network?"
misconception = "M1"
[[question.answer]]
text = "No"
feedback = "Look again at section 1."
[[question.answer]]
text = "Yes"
right = true
feedback = "With all its weights."
"""
PLACE = r"\b([Ss]ections? \d|[Ee]xercise|[Nn]otebook \d|Look inside|Does it hold|Play)\b"


@pytest.fixture
def written(tmp_path):
    """A function that writes a file and reads it as a quiz."""

    def write(text):
        path = tmp_path / "99.toml"
        path.write_text(text, encoding="utf-8")
        return read(path)

    return write


# --- The course's own -----------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_a_notebook_has_three_questions_and_a_wrong_answer_leads_back(path):
    questions = read(path)
    assert len(questions) == 3
    for question in questions:
        for answer in question.answers:
            assert answer.right or re.search(PLACE, answer.feedback), (
                f"{path.name}: the feedback on {answer.text!r} names no section to read again"
            )


def test_every_misconception_is_numbered_and_belongs_to_notebooks():
    assert [each.number for each in MISCONCEPTIONS] == [f"M{i}" for i in range(1, 18)]
    for each in MISCONCEPTIONS:
        assert each.notebooks and all(re.fullmatch(r"\d\d", name) for name in each.notebooks)
        assert each.sentence.endswith(".") and each.instead.endswith(".")
    assert len({each.sentence for each in MISCONCEPTIONS}) == 17


def test_a_quiz_says_what_it_is():
    assert repr(bt.quiz("06")) == "Quiz of notebook 06: 3 questions"


@pytest.mark.parametrize(("name", "hint"), [("6", "06"), (6, "06")])
def test_a_quiz_that_is_not_there_is_answered_with_those_that_are(name, hint):
    with pytest.raises(QuizError, match=f"no such quiz; there are .*00.*Did you mean '{hint}'"):
        quiz(name)


# --- A file -----------------------------------------------------------------------------------


def test_a_good_file_is_read(written):
    (question,) = written(GOOD)
    assert question.ask == "Is one draw a network?"
    assert [answer.right for answer in question.answers] == [False, True]
    assert question.trap is not None
    assert question.trap[:2] == ("M1", MISCONCEPTIONS[0].sentence)


def test_a_question_may_be_about_no_misconception(written):
    (question,) = written(GOOD.replace('misconception = "M1"\n', ""))
    assert question.trap is None


def test_line_breaks_of_the_file_are_none_of_the_text(written):
    (question,) = written(GOOD.replace('"No"', '"""No,\n   not yet"""'))
    assert question.answers[0].text == "No, not yet"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[[question]]", "[[question]", "99.toml: it is no TOML: .*line 2"),
        (GOOD, "", "99.toml: 'question' is missing. Write \\[\\[question\\]\\]"),
        (GOOD, "question = []", "99.toml: it holds no question"),
        (GOOD, "question = [1]", "99.toml, question 1: got 1, expected an entry with ask"),
        ("[[question]]\n", "title = 1\n[[question]]\n", "'title' means nothing here.*question"),
        ("ask =", "aks =", "question 1: 'aks' means nothing here. Did you mean 'ask'"),
        ('ask = "Is one draw a network?"\n', "", "question 1: 'ask' is missing. Write ask ="),
        ('ask = "Is one draw a network?"', "ask = 1", "question 1: ask is 1. Write ask ="),
        ('"Is one draw a network?"', '" "', "question 1: the text is empty"),
        ('feedback = "Look again at section 1."\n', "", "answer 1: 'feedback' is missing"),
        ("right = true", "right = 1", "answer 2: right is 1. Write right = true"),
        ("right = true\n", "", "0 of its answers are right, expected exactly one"),
        ('"No"\n', '"No"\nright = true\n', "2 of its answers are right, expected exactly one"),
        ('"No"', '"Yes"', "question 1: two answers say the same"),
        ('"M1"', '"M18"', "misconception is 'M18', expected M1 to M17"),
        ('"No"', r"'$\\sigma$'", "answer 1, text: .* has a TeX command.*Write the sign itself"),
        (GOOD[GOOD.index('[[question.answer]]\ntext = "No"') :], "", "'answer' is missing"),
        (GOOD[GOOD.rindex("[[question.answer]]") :], "", "got 1 answers, expected 2 to 5"),
    ],
)
def test_a_file_that_is_not_in_order_says_where_and_what_to_do(written, old, new, words):
    assert old in GOOD
    with pytest.raises(QuizError, match=f"(?s){words}"):
        written(GOOD.replace(old, new))
