"""Reliability compares what was said with what came up, and knows what chance would do."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.plots.reliability import plot_reliability


def predictions(number=5000, seed=0):
    rng = np.random.default_rng(seed)
    p = rng.uniform(size=number)
    return p, (rng.uniform(size=number) < p).astype(int)


def drawn(ax):
    """What was said, what came up, and the bars' half lengths."""
    (container,) = ax.containers
    line, _, (bars,) = container.lines
    lengths = [np.ptp(each[:, 1]) / 2 for each in bars.get_segments()]
    return line.get_xdata(), line.get_ydata(), np.array(lengths)


def test_points_are_means_of_groups_of_equal_size():
    p, y = predictions(12)
    said, seen, _ = drawn(plot_reliability(p, y, num_groups=3))
    order = np.argsort(p)
    np.testing.assert_allclose(said, p[order].reshape(3, 4).mean(axis=1))
    np.testing.assert_allclose(seen, y[order].reshape(3, 4).mean(axis=1))


def test_bars_are_two_standard_errors_and_a_calibrated_prediction_keeps_within_five():
    p, y = predictions()
    said, seen, bars = drawn(plot_reliability(p, y))
    np.testing.assert_allclose(bars, 2 * np.sqrt(said * (1 - said) / 500))
    assert (np.abs(seen - said) < 2.5 * bars).all()


def test_overconfidence_lies_off_the_diagonal_at_both_ends():
    p, y = predictions()
    louder = p**3 / (p**3 + (1 - p) ** 3)
    said, seen, bars = drawn(plot_reliability(louder, y))
    assert seen[0] - said[0] > bars[0] and said[-1] - seen[-1] > bars[-1]


def test_the_sentence_counts_the_groups_that_are_off():
    y = np.repeat([0, 1], 50)
    text = plots.alt_text(plot_reliability(np.full(100, 0.5), y, num_groups=2, label="A coin"))
    assert text == (
        "A coin: 2 groups of 50 points; class 1 came up with a share of 0 where it said 0.5 and 1 "
        "where it said 0.5; in 2 groups what came up is more than two standard errors off."
    )


def test_two_predictions_share_one_diagonal():
    p, y = predictions()
    ax = plot_reliability(p, y, label="one")
    plot_reliability(p**2, y, label="two", role="advi", ax=ax)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(labels) == ["as often as said", "one", "two"]


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        (([0.1, 0.9], [1]), {}, ShapeError, "got 2 and 1 values"),
        (([0.1, 1.9], [0, 1]), {}, ArgumentError, "expit"),
        (([0.1, 0.9], [0, 2]), {}, ArgumentError, "labels other than 0 and 1"),
        (([0.1, 0.9], [0, 1]), {"num_groups": 3}, ArgumentError, "3 for 2 points"),
        (([0.1, 0.9], [0, 1]), {"num_groups": 1}, ArgumentError, "num_groups=1"),
        (([0.1, 0.9], [0, 1]), {"num_groups": 2, "role": "nut"}, ArgumentError, "Did you mean"),
    ],
)
def test_what_is_no_prediction_is_told(arguments, options, error, words):
    with pytest.raises(error, match=words):
        plot_reliability(*arguments, **options)
