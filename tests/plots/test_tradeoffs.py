"""The Pareto picture shows every method, and the curves of costs what was measured."""

from typing import NamedTuple

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError


class Method(NamedTuple):
    method: str
    role: str
    seconds: float
    distance: dict[str, float]


METHODS = [
    Method("quick", "ensemble", 0.01, {"gap": 0.5, "far": 0.9}),
    Method("quick", "ensemble", 0.1, {"gap": 0.6, "far": 0.7}),
    Method("slow", "nuts", 3.0, {"gap": 0.02, "far": 0.1}),
]


@pytest.fixture
def axes():
    return plots.plot_tradeoff(METHODS, ["gap", "far"])


def test_one_panel_a_region_and_one_line_a_method(axes):
    assert [ax.get_title() for ax in axes] == ["gap", "far"]
    for ax in axes:
        lines = {line.get_label(): line for line in ax.get_lines()}
        x, y = lines["quick"].get_data()
        np.testing.assert_array_equal(x, [0.01, 0.1])
        np.testing.assert_array_equal(y, [each.distance[ax.get_title()] for each in METHODS[:2]])
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
    with pytest.raises(ArgumentError, match="no methods"):
        plots.plot_tradeoff([], ["gap"])


SWEEPS = {
    "num_points": [{"num_points": n, "cpu_us": 1 + 0.02 * n} for n in (10, 100, 1000)],
    "width": [{"width": h, "cpu_us": 0.5 * h**2} for h in (5, 50)],
    "depth": [],
}


def test_measured_and_proportional():
    left, right = plots.plot_costs(SWEEPS)
    measured, guide = left.get_lines()
    np.testing.assert_allclose(measured.get_ydata(), [1.2, 3, 21])
    np.testing.assert_allclose(guide.get_ydata(), [0.21, 2.1, 21])
    measured, guide = right.get_lines()
    np.testing.assert_allclose(guide.get_ydata(), measured.get_ydata())
    assert (left.get_xlabel(), right.get_xlabel()) == ("data points", "units in a layer")


def test_a_missing_sweep_is_named():
    with pytest.raises(ArgumentError, match="'width' among num_points"):
        plots.plot_costs({"num_points": SWEEPS["num_points"]})
