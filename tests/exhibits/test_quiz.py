"""The quiz as a widget: what is stored gives nothing away, and is the same each time."""

import base64
import itertools
import json

import pytest

from bnn_teach.exhibits.quiz import Answer, Question, Quiz, Trap, seal, shuffled

VIEW = "application/vnd.jupyter.widget-view+json"
TRAP = Trap("M3", "R-hat of weights decides.", "R-hat of functions does.")
QUESTIONS = (
    Question(
        "May you use the draws at σ = 1?",
        (
            Answer("never at all", False, "wrongly suspicious"),
            Answer("as far as R-hat tells", True, "rightly trusting"),
            Answer("everywhere", False, "wrongly trusting – über all"),
        ),
        TRAP,
    ),
    Question("Is a band a fence?", (Answer("so it is", False, "a"), Answer("no", True, "b"))),
)


def unseal(sealed, key):
    """Open a seal as the script does."""
    pairs = zip(base64.b64decode(sealed), itertools.cycle(key.encode()), strict=False)
    return json.loads(bytes(a ^ b for a, b in pairs))


@pytest.fixture
def quiz():
    widget = Quiz("06", QUESTIONS)
    yield widget
    widget.close()


def test_what_is_stored_gives_no_answer_away(quiz):
    stored = json.dumps(
        {key: quiz.get_state()[key] for key in ("questions", "chosen")}, ensure_ascii=False
    )
    assert all(question.ask in stored for question in QUESTIONS)
    secrets = [*TRAP, "right", "true", "feedback"]
    for answer in QUESTIONS[0].answers:
        secrets += [answer.text, answer.feedback]
    assert [each for each in secrets if each in stored] == []


def test_what_is_stored_can_be_opened(quiz):
    opened = unseal(quiz.questions[0]["sealed"], QUESTIONS[0].ask)
    assert opened["trap"] == TRAP._asdict()
    assert {tuple(each.values()) for each in opened["answers"]} == set(QUESTIONS[0].answers)
    assert unseal(quiz.questions[1]["sealed"], QUESTIONS[1].ask)["trap"] is None


@pytest.mark.parametrize("secret", ["", {"a": [1, None, True]}, "x" * 1000, "σ ≤ 1 – “quoted”"])
@pytest.mark.parametrize("key", ["?", "Is σ known?"])
def test_a_seal_is_undone(secret, key):
    assert unseal(seal(secret, key), key) == secret


def test_answers_are_shuffled_the_same_way_each_time():
    def question(number):
        texts = [f"answer {letter}" for letter in "abcd"]
        return Question(f"question {number}", tuple(Answer(t, t[-1] == "a", "") for t in texts))

    places = []
    for number in range(400):
        each = question(number)
        order = shuffled(each)
        assert sorted(order) == sorted(each.answers)
        assert order == shuffled(each._replace(answers=each.answers[::-1]))
        places.append([answer.right for answer in order].index(True))
    # Binomial(400, 1/4): the probability to be 40 off, 4.6 sd, is below 1e-5 for each of the four.
    assert all(abs(places.count(place) - 100) < 40 for place in range(4))


def test_its_words_are_the_same_each_time(quiz):
    assert repr(quiz) == "Quiz of notebook 06: 2 questions"
    data, _ = quiz._repr_mimebundle_()
    assert data["text/plain"] == repr(quiz)
    assert VIEW in data
    again = Quiz("06", QUESTIONS)
    assert again.questions == quiz.questions
    again.close()


def test_on_paper_there_are_questions_and_no_feedback(quiz):
    printed = quiz._repr_mimebundle_()[0]["text/markdown"]
    assert printed == quiz.as_markdown()
    assert "**1.** May you use the draws" in printed and "**2.** Is a band a fence?" in printed
    assert printed.count("\n- ") == 5
    for question in QUESTIONS:
        assert not [a for a in question.answers if len(a.feedback) > 1 and a.feedback in printed]


def test_nothing_is_chosen_at_first(quiz):
    assert quiz.chosen == [-1, -1]
    assert quiz.get_state()["_esm"].rstrip().endswith("export default { render };")
    assert "--bnn-paper" in quiz.get_state()["_css"] and ".bnn-question" in quiz.get_state()["_css"]
