"""The exhibit of notebook 17 says what the exact posterior is, and fits a notebook."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch17.exact import exact_posterior, function_quantiles, mode_masses
from bnn_teach.course.chapters.ch17.exhibit import HEIGHTS, move_a_point

X, Y = np.array([-1.5, 0.5, 1.5]), np.array([-1.1, 0.75, 1.2])


@pytest.fixture(scope="module")
def exhibit():
    return move_a_point(X, Y)


def test_the_modes_split_merge_and_split_the_other_way(exhibit):
    assert len(exhibit.figure["frames"]) == 3 * len(HEIGHTS)
    assert "functions that rise" in exhibit.set(height=1.0, noise=0.2).says
    assert "all four corners" in exhibit.set(height=-1.0, noise=0.4).says
    assert "functions that fall" in exhibit.set(height=-3.0, noise=0.2).says


def test_four_corners_are_named_where_each_holds_mass(exhibit):
    for height in HEIGHTS:
        shown = exhibit.set(height=height, noise=0.4).says
        least = min(mode_masses(exact_posterior(X, [*Y[:2], height], 2.0, 0.4)).values())
        assert ("all four corners" in shown) == (least > 0.025), shown


def test_band_and_sentence_are_exact(exhibit):
    shown = exhibit.set(height=0.5, noise=0.4)
    posterior = exact_posterior(X, [*Y[:2], 0.5], 2.0, 0.4)
    band = shown.frame.panels[1].marks[0]
    at = np.flatnonzero(np.isclose(band.arrays["x"], 3))
    q = function_quantiles(posterior, [3.0], [0.025, 0.975])[:, 0]
    assert band.arrays["lower"][at] == pytest.approx(q[0], abs=1e-6)
    assert band.arrays["upper"][-at - 1] == pytest.approx(-q[0], abs=1e-6)
    assert f"{mode_masses(posterior)['+ +']:.3f}" in shown.says
    assert f"\N{MINUS SIGN}{-posterior.log_evidence:.1f} nats" in shown.says
