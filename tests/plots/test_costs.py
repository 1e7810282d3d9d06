"""The cost curves show what was measured, beside what would be proportional."""

import numpy as np
import pytest

from bnn_teach import plots
from bnn_teach.errors import ArgumentError

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


def test_what_is_missing_is_named():
    with pytest.raises(ArgumentError, match="'width' among num_points"):
        plots.plot_costs({"num_points": SWEEPS["num_points"]})
