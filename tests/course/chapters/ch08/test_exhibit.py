"""The fair lab: its sentence and its ratios are those of the stored bands."""

import pathlib

import numpy as np
import pytest

from bnn_teach.course.chapters.ch08.bands import read_fair_lab
from bnn_teach.course.chapters.ch08.exhibit import ARTICLE, MIXTURE, SAME, fair_lab, width_ratios
from bnn_teach.course.datasets import gap_sine
from bnn_teach.course.regions import region_masks

STORED = pathlib.Path(__file__).parents[4] / "notebooks" / "data" / "08_sweep.json"


@pytest.fixture(scope="module")
def lab():
    return read_fair_lab(STORED)


@pytest.fixture(scope="module")
def regions(lab):
    return region_masks(lab.x)


@pytest.fixture(scope="module")
def exhibit(lab, regions):
    return fair_lab(lab, gap_sine(), regions)


def of(lab, method, prior_scale, initial_scale, seed):
    [band] = [
        each
        for each in (*lab.fits, *lab.mixtures)
        if (each.method, each.prior_scale, each.initial_scale, each.seed)
        == (method, prior_scale, initial_scale, seed)
    ]
    return band


def test_a_band_is_as_wide_as_itself(lab, regions):
    ratios = width_ratios(lab.nuts[0], lab.nuts[0], regions)
    assert ratios == dict.fromkeys(("inside", "gap", "outside"), 1.0)


def test_a_ratio_is_that_of_the_mean_widths(lab, regions):
    band, nuts = of(lab, "fullrank_advi", 0.5, 1.0, 0), lab.nuts[0]
    mask = regions["outside"]
    expected = np.mean((band.upper - band.lower)[mask]) / np.mean((nuts.upper - nuts.lower)[mask])
    assert width_ratios(band, nuts, regions)["outside"] == pytest.approx(expected)


@pytest.mark.parametrize(("reference", "number"), [(SAME, 0), (ARTICLE, -1)])
def test_the_sentence_gives_the_ratios_of_the_chosen_reference(
    exhibit, lab, regions, reference, number
):
    exhibit.set(
        method="full rank", prior_scale=0.5, initial_scale=1, fit="seed 0", reference=reference
    )
    ratios = width_ratios(of(lab, "fullrank_advi", 0.5, 1.0, 0), lab.nuts[number], regions)
    assert all(f"{ratio:.2f} {name}" in exhibit.says for name, ratio in ratios.items())


def test_a_collapsed_fit_is_called_so_and_nothing_is_left_to_mix(exhibit):
    exhibit.set(method="mean field", prior_scale=3, initial_scale=1, fit="seed 0")
    assert "collapsed to a flat line" in exhibit.says
    exhibit.set(fit=MIXTURE)
    assert "nothing to mix" in exhibit.says
