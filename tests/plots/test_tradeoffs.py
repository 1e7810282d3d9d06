"""The Pareto picture: all offers are there, and the steps are the best that a price can buy."""

from typing import NamedTuple

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError


class Offer(NamedTuple):
    method: str
    role: str
    seconds: float
    distance: dict[str, float]


OFFERS = [
    Offer("quick", "ensemble", 0.01, {"gap": 0.5, "far": 0.9}),
    Offer("quick", "ensemble", 0.1, {"gap": 0.6, "far": 0.7}),
    Offer("slow", "nuts", 3.0, {"gap": 0.02, "far": 0.1}),
]


@pytest.fixture
def axes():
    return plots.plot_offers(OFFERS, ["gap", "far"])


def test_one_panel_a_region_and_one_line_a_method(axes):
    assert [ax.get_title() for ax in axes] == ["gap", "far"]
    for ax in axes:
        lines = {line.get_label(): line for line in ax.get_lines()}
        x, y = lines["quick"].get_data()
        np.testing.assert_array_equal(x, [0.01, 0.1])
        np.testing.assert_array_equal(y, [each.distance[ax.get_title()] for each in OFFERS[:2]])
        assert ax.get_xscale() == ax.get_yscale() == "log"


def test_the_steps_never_rise(axes):
    steps, *_ = axes[0].get_lines()
    np.testing.assert_array_equal(steps.get_ydata(), [0.5, 0.5, 0.02])


def test_each_method_has_a_colour_and_a_marker_of_its_own(axes):
    lines = [line for line in axes[0].get_lines() if line.get_label() in ("quick", "slow")]
    assert len({line.get_color() for line in lines}) == len({line.get_marker() for line in lines})
    (legend,) = axes[0].figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["quick", "slow"]


def test_nothing_cannot_be_drawn():
    with pytest.raises(ArgumentError, match="no offers"):
        plots.plot_offers([], ["gap"])
