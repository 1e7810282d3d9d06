"""Does notebook 00's check know a band from what only looks like one?"""

import numpy as np

import bnn_teach as bt
from bnn_teach.course.chapters.ch00 import checks as checks_00
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

CASES = {
    "00.1": [{}, {"seed": 11, "num_runs": 1, "num_curves": 333}, {"seed": 12, "num_curves": 60}],
    "00.2": [{}, {"seed": 21, "here": -0.97, "there": 0.62}, {"seed": 22, "num_runs": 1}],
    "00.3": [{}, {"seed": 32, "candidates": (1.0, -1.0, 0.77)}, {"candidates": (-0.33,)}],
}


def by_sorting(curves):
    """Cut off the lowest and the highest 2.5 %, as section 3 says in words."""
    ordered = np.sort(curves.reshape(-1, curves.shape[-1]), axis=0)
    cut = int(0.025 * len(ordered))
    return ordered[-1 - cut] - ordered[cut]


def by_library(curves):
    lower, upper = bt.quantile_band(curves, 0.95)
    return upper - lower


def at(x, widths, place):
    return widths[np.argmin(np.abs(x[:, 0] - place))]


def ratio_by_sorting(x, curves, here, there):
    return at(x, by_sorting(curves), here) / at(x, by_sorting(curves), there)


def ratio_by_library(x, curves, here, there):
    return np.divide(*(at(x, by_library(curves), place) for place in (here, there)))


def widest(x, curves, places):
    return max(places, key=lambda each: at(x, by_sorting(curves), each))


RIGHT = [
    ("00.1", by_sorting, CASES["00.1"]),
    ("00.1", by_library, CASES["00.1"]),
    ("00.2", ratio_by_sorting, CASES["00.2"]),
    ("00.2", ratio_by_library, CASES["00.2"]),
    ("00.3", widest, CASES["00.3"]),
    ("00.3", lambda *given: np.float32(widest(*given)), CASES["00.3"]),
]


def of_sds(x, curves, here, there):
    return at(x, curves.std(axis=(0, 1)), here) / at(x, curves.std(axis=(0, 1)), there)


def upside_down(x, curves, here, there):
    return at(x, by_sorting(curves), there) / at(x, by_sorting(curves), here)


def an_index(x, curves, places):
    return int(np.argmax([at(x, by_sorting(curves), each) for each in places])) + 7


def narrowest(x, curves, places):
    return min(places, key=lambda each: at(x, by_sorting(curves), each))


def highest(x, curves, places):
    return max(places, key=lambda each: at(x, curves.mean(axis=(0, 1)), each))


WRONG = [
    ("00.1", lambda c: 2 * 1.96 * c.std(axis=(0, 1)), "3.92 standard deviations"),
    ("00.1", lambda c: np.ptp(c, axis=(0, 1)), "a band of 100 %"),
    ("00.1", lambda c: -by_sorting(c), "with a minus"),
    ("00.1", lambda c: by_sorting(c).mean(), "expected an array of shape (31,)"),
    ("00.2", of_sds, "that of two standard deviations"),
    ("00.2", upside_down, "It is upside down"),
    ("00.2", lambda x, c, here, there: by_sorting(c), "expected one number"),
    ("00.3", an_index, "expected one of the candidates"),
    ("00.3", narrowest, "the band is 2.88 wide"),
    ("00.3", highest, "that is no disagreement"),
]


def test_widths_and_sds_tell_different_stories():
    """So that a band of two standard deviations cannot pass by chance."""
    _, curves = checks_00._curves(1, 4, 200, 31)
    exact, between_rules = checks_00._width(curves)
    assert np.ptp(exact / curves.std(axis=(0, 1))) > 1
    assert np.min(between_rules / exact) < 0.02
