"""The budget: what is bought is the nearest that can be paid, and the frontier has no bad buys."""

import numpy as np
import pytest

from bnn_teach.course.chapters.ch14.exhibit import COMPILED, FIRST, Method, budget, frontier
from bnn_teach.course.datasets import gap_sine
from bnn_teach.errors import ArgumentError, ShapeError

X = np.linspace(-1.5, 1.5, 7)
EDGES = np.stack([-np.ones(7), np.ones(7)])


def method(name, role, seconds, compiling, everywhere, gap):
    curves = (-np.ones(7) * everywhere, np.zeros(7), np.ones(7) * everywhere)
    return Method(name, "one", role, seconds, compiling, {"all": everywhere, "gap": gap}, *curves)


METHODS = [
    method("quick", "ensemble", 0.002, 5.0, 0.8, 0.5),
    method("middle", "laplace", 0.2, 0.05, 0.9, 0.2),
    method("slow", "nuts", 2.0, 6.0, 0.05, 0.04),
]


@pytest.fixture(scope="module")
def exhibit():
    return budget(METHODS, X, EDGES, gap_sine())


@pytest.mark.parametrize(
    ("spend", "region", "clock", "name", "distance"),
    [
        (0.1, "all", COMPILED, "quick", "0.80"),
        (0.3, "all", COMPILED, "quick", "0.80"),
        (0.3, "gap", COMPILED, "middle", "0.20"),
        (0.3, "all", FIRST, "middle", "0.90"),
        (3.0, "gap", FIRST, "middle", "0.20"),
        (10.0, "gap", FIRST, "slow", "0.04"),
    ],
)
def test_the_nearest_that_can_be_paid_is_bought(exhibit, spend, region, clock, name, distance):
    exhibit.set(spend=spend, region=region, clock=clock)
    assert f"is {name}, one, at {distance} of its sd" in exhibit.says


def test_with_too_little_nothing_can_be_had(exhibit):
    exhibit.set(spend=0.1, region="all", clock=FIRST)
    assert "nothing can be had" in exhibit.says
    bands = [mark for mark in exhibit.frame.panels[0].marks if mark.kind == "band"]
    assert len(bands) == 1


def test_the_band_that_is_drawn_is_the_one_that_was_bought(exhibit):
    exhibit.set(spend=0.3, region="gap", clock=COMPILED)
    _, bought = [mark for mark in exhibit.frame.panels[0].marks if mark.kind == "band"]
    np.testing.assert_array_equal(bought.arrays["upper"], METHODS[1].upper)


def test_what_is_too_dear_is_small(exhibit):
    exhibit.set(spend=0.3, region="all", clock=COMPILED)
    points = [m for m in exhibit.frame.panels[1].marks if m.kind == "points"]
    sizes = {each.options["role"]: each.options["size"] for each in points[:3]}
    assert sizes["nuts"] < sizes["laplace"] == sizes["ensemble"]


def test_frontier_by_comparing_every_pair():
    rng = np.random.default_rng(0)
    seconds, distances = rng.integers(1, 6, size=(2, 40)).astype(float)
    found = frontier(seconds, distances)
    pairs = list(zip(seconds, distances, strict=True))
    for mine, kept in zip(pairs, found, strict=True):
        beaten = any(o[0] <= mine[0] and o[1] <= mine[1] and o != mine for o in pairs)
        assert kept == (not beaten)
    assert found.any()


def test_what_does_not_fit_is_told():
    with pytest.raises(ShapeError, match=r"\(2,\) and \(3,\)"):
        frontier([1, 2], [1, 2, 3])
    with pytest.raises(ArgumentError, match="got 0"):
        budget([], X, EDGES, gap_sine())
    with pytest.raises(ArgumentError, match="same regions"):
        budget([*METHODS, METHODS[0]._replace(distance={"all": 1.0})], X, EDGES, gap_sine())
