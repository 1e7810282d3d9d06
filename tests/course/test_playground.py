"""The playground in Python: how it begins, what it hands back, and what it is on paper."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.playground import playground, presets, script
from bnn_teach.errors import ArgumentError
from bnn_teach.plots import alt_text


def test_the_experiments_are_those_of_the_course():
    data, known = bt.datasets.gap_sine(), presets()
    article = playground("article").data
    assert article.x.shape == article.y.shape == (40, 1)
    np.testing.assert_allclose(article.x, data.x, atol=5.1e-4)
    np.testing.assert_allclose(article.y, data.y, atol=5.1e-4)
    assert len(known["outlier"]["points"]) == 41 and known["prior"]["points"] == []
    gap = np.diff(np.sort(playground("no_gap").data.x[:, 0])).max()
    assert gap < 0.05


def test_the_data_and_the_model_follow_the_screen():
    exhibit = playground("one", prior_scale=0.5, width=3)
    assert repr(exhibit) == (
        "Playground: 1 point, hidden layers of 3, relu, prior scale 0.5, noise scale 0.1"
    )
    exhibit.settings = {**exhibit.settings, "points": [[0.1, 0.2], [0.3, -0.4]], "noise": 0.2}
    x, y = exhibit.data
    np.testing.assert_array_equal(x, np.float32([[0.1], [0.3]]))
    np.testing.assert_array_equal(y, np.float32([[0.2], [-0.4]]))
    its = bt.LogDensity(exhibit.model())
    same = bt.LogDensity(bt.network(x, y, hidden=(3, 3), prior_scale=0.5, noise_scale=0.2))
    z = np.linspace(-1, 1, same.size, dtype=np.float32)
    assert its.log_prob(z) == same.log_prob(z)


def test_a_learned_noise_has_its_prior():
    density = bt.LogDensity(playground("one", noise_scale="learned", activation="tanh").model())
    assert "noisy.sigma" in density.slots and "noisy.network.l1.w" in density.slots


def test_on_paper_it_is_a_figure_with_words():
    figure = playground("prior", show=["nuts"]).small_multiples()
    assert "the 95 % band is" in alt_text(figure)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"experiment": "articel"}, "experiment: got 'articel', .*Did you mean 'article'"),
        ({"show": ["nut"]}, "show: got 'nut', .*'nuts'"),
        ({"activation": "relux"}, "activation: got 'relux', expected one of relu, tanh"),
        ({"prior_scale": -1}, "prior_scale=-1: expected a number between 0 and 10"),
        ({"noise_scale": "unknown"}, "noise_scale='unknown'"),
        ({"width": 21}, "width=21"),
        ({"width": 2.5}, "width=2.5"),
    ],
)
def test_what_does_not_exist_is_refused(wrong, text):
    with pytest.raises(ArgumentError, match=text):
        playground(**wrong)


def test_a_notebook_stores_no_script_and_the_kernel_sends_it(monkeypatch):
    exhibit, sent = playground("one", ask="How wide?"), []
    monkeypatch.setattr(exhibit, "send", sent.append)
    state = exhibit.get_state()
    assert len(str(state)) < 3000 and "bnnShared" in state["_esm"]
    assert "**A posterior under your finger.** How wide?" in exhibit._on_paper()
    exhibit._answer(None, {"kind": "other"}, None)
    assert sent == []
    exhibit._answer(None, {"kind": "script"}, None)
    assert sent == [{"kind": "script", "script": script()}] and len(script()) < 60_000
