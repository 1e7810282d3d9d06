"""The capstone's land: real heights, a survey with a gap, and bulges against a formula."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch16.experiment import bulges, clear_windows, roughness, terrain


@pytest.fixture(scope="module")
def land():
    return terrain()


def test_heights_are_those_of_a_real_place(land):
    assert land.km.shape == land.height.shape == land.surveyed.shape == (403,)
    assert land.neighbours.shape == (2, 403)
    np.testing.assert_allclose(np.diff(land.km), 0.0744, atol=1e-3)  # 1/1200 degree at 36.6° north
    assert 300 < land.height.min() < land.height.max() < 1076, "metres, below the highest peak"


def test_regions_and_survey_cover_the_strip_once(land):
    whole = np.stack([land.surveyed, *land.regions.values()])
    assert (whole.sum(axis=0) == 1).all()
    assert list(land.regions) == ["between", "gap", "beyond"]
    gap = land.km[land.regions["gap"]]
    assert gap[-1] - gap[0] == pytest.approx(5, abs=0.3)
    assert land.height[land.regions["gap"]].max() > land.height[land.surveyed].max(), "the mountain"


def test_neighbours_are_other_strips(land):
    for strip in land.neighbours:
        assert 0.3 < np.corrcoef(strip, land.height)[0, 1] < 0.99


def test_the_height_between_grid_points_is_on_a_line(land):
    np.testing.assert_allclose(land.at(land.km), land.height)
    middle = (land.km[:-1] + land.km[1:]) / 2
    np.testing.assert_allclose(land.at(middle), (land.height[:-1] + land.height[1:]) / 2)


def test_the_bulge_of_a_parabola_is_known():
    # x² leaves its chord over [a, a + w] by (w / 2)² in the middle, wherever a is.
    x = np.arange(20.0)
    np.testing.assert_allclose(bulges(3 * x**2 + 5 * x + 7, 6), 27.0)
    np.testing.assert_allclose(
        bulges(np.stack([-(x**2), 2 * x]), 4), np.outer([4.0, 0.0], np.ones(16))
    )


def test_no_window_of_the_neighbours_touches_what_is_hidden(land):
    hidden, window = land.regions["gap"] | land.regions["beyond"], 70
    starts = np.flatnonzero(clear_windows(hidden, window))
    seen = np.zeros(len(hidden), bool)
    for start in starts:
        seen[start : start + window + 1] = True
    assert len(starts) == 91 and not (seen & hidden).any()
    # whatever the neighbours do beside the hidden land, the check says the same
    other = np.where(hidden, 1e6, land.neighbours)
    for curves in (land.neighbours, other):
        found = bulges(curves, window)[:, starts]
        np.testing.assert_allclose(found, bulges(land.neighbours, window)[:, starts])
    np.testing.assert_allclose(
        roughness(other, 20, hidden), roughness(land.neighbours, 20, hidden), atol=1e-6
    )


def test_the_roughness_of_a_wave_about_a_line_is_its_sd():
    wave = np.tile([1.0, -1.0, -1.0, 1.0], 5) + 3 * np.arange(20.0)
    found = roughness(wave, 3, np.zeros(20, bool))
    assert len(found) == 17 and found[0] == pytest.approx(1.0)
