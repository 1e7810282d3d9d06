"""The tree is the model's own: its leaves are the paths, its sentence counts the numbers."""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.course.chapters.ch03.exhibit import leaves, places, scope_tree
from bnn_teach.plots import alt_text

X = np.linspace(0, 1, 7)[:, None]


@bt.model
def line(x):
    w = yield bt.Normal("w", 0.0, 1.0)
    b = yield bt.Normal("b", 0.0, 1.0)
    return w * x + b


@bt.model(keep_return=True)
def two_lines(x):
    left = yield line(x).named("left")
    yield bt.Potential("nudge", -left)
    return (yield line(x).named("right")) + left


@pytest.fixture(scope="module")
def tree():
    network = bt.network(X, X, hidden=(3, 2))
    return scope_tree({"two lines": two_lines(X), "network": network})


def test_leaves_are_what_was_yielded_and_has_a_value():
    found = leaves(bt.network(X, X, hidden=(3, 2)))
    assert [(leaf.path, leaf.kind, leaf.shape) for leaf in found] == [
        ("network.l1.w", "random", (1, 3)),
        ("network.l1.b", "random", (3,)),
        ("network.l2.w", "random", (3, 2)),
        ("network.l2.b", "random", (2,)),
        ("network.l3.w", "random", (2, 1)),
        ("network.l3.b", "random", (1,)),
        ("network.f", "recorded", (7, 1)),
        ("network.obs", "observed", (7, 1)),
    ]
    paths = [leaf.path for leaf in leaves(two_lines(X))]
    assert paths == [f"two_lines.{side}.{name}" for side in ("left", "right") for name in "wb"]


def test_a_scope_stands_in_the_middle_of_its_leaves():
    where = places(["m.a.w", "m.a.b", "m.ab.w", "m.y"])
    assert where["m.a.w"] == (2, 0) and where["m.ab.w"] == (2, -2) and where["m.y"] == (1, -3)
    assert where["m.a"] == (1, -0.5)  # m.ab begins with the same letters and is another scope
    assert where["m.ab"] == (1, -2) and where["m"] == (0, -1.5)


def test_each_yield_adds_one_leaf(tree):
    for model, total in (("two lines", 4), ("network", 8)):
        for step in range(1, 10):
            marks = tree.set(model=model, step=step).frame.panels[0].marks
            drawn = sum(len(m.arrays["x"]) for m in marks if m.kind == "points")
            assert drawn == min(step, total)


def test_the_newest_route_is_thick_until_the_model_has_returned(tree):
    def routes(step):
        marks = tree.set(model="network", step=step).frame.panels[0].marks
        return [m for m in marks if m.kind == "segments" and m.arrays["width"].max() > 1]

    (route,) = routes(3)  # network.l2.w: down and right, twice
    assert len(route.arrays["x0"]) == 4
    assert route.arrays["x0"].min() == 0 and route.arrays["x1"].max() == 2
    assert routes(9) == []


def test_the_sentence_counts(tree):
    says = tree.set(model="network", step=3).says
    assert says == (
        "Yield 3 of 8 in network: network.l2.w, a random variable, shape (3, 2). "
        "So far 3 random variables with 12 unknown numbers."
    )
    latent = bt.LogDensity(bt.network(X, X, hidden=(3, 2)))
    says = tree.set(step=9).says
    assert f"6 random variables with {latent.size} unknown numbers, in 4 scopes" in says
    assert "1 random variable with 1 unknown number." in tree.set(model="two lines", step=1).says
    assert tree.says.startswith("Yield 1 of 4 in two lines: two_lines.left.w, a random variable")
    assert tree.set(step=8).says.startswith("two lines has returned: 4 random variables with 4")


def test_it_has_a_version_on_paper(tree):
    text = alt_text(tree.set(step=9).small_multiples(values={"model": ["two lines", "network"]}))
    assert all(tree.set(model=model).says in text for model in ("two lines", "network"))
