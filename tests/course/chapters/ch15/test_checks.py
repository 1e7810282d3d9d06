"""Does notebook 15's check know an entropy's parts, and the wrong ways to choose a place?"""

import numpy as np
from scipy.special import entr, rel_entr, xlogy

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401

AXES = (0, 1)


def coin(p):
    return -(xlogy(p, p) + xlogy(1 - p, 1 - p))


def by_divergence(p):
    """The mutual information as the mean KL divergence of the draws from their mean."""
    mean = p.mean(axis=AXES)
    epistemic = (rel_entr(p, mean) + rel_entr(1 - p, 1 - mean)).mean(axis=AXES)
    return coin(mean), epistemic, coin(mean) - epistemic


def most_divergent(p):
    """The place with the largest mean KL divergence of the draws from their mean."""
    return rel_entr(p, p.mean(axis=AXES)).sum(axis=-1).mean(axis=AXES).argmax()


RIGHT = [
    ("15.1", coin, [{}, {"num_points": 1}, {"seed": 9}]),
    ("15.2", by_divergence, [{}, {"chains": 4, "draws": 10, "num_points": 3}, {"seed": 8}]),
    ("15.3", most_divergent, [{}, {"categories": 2}, {"categories": 6, "places": 40},
                              *({"seed": seed, "places": 4} for seed in range(20, 40))]),
]  # fmt: skip


def my_split(p, entropy=coin, swap=False, axis=AXES):
    total, aleatoric = entropy(p.mean(axis=axis)), entropy(p).mean(axis=axis)
    if swap:
        total, aleatoric = aleatoric, total
    return total, total - aleatoric, aleatoric


def bits(p):
    return coin(p) / np.log(2)


def naive(p):
    with np.errstate(all="ignore"):
        return -p * np.log(p) - (1 - p) * np.log(1 - p)


def entropies(p):
    total = entr(p.mean(axis=AXES)).sum(-1)
    return total, entr(p).sum(-1).mean(axis=AXES)


WRONG = [
    ("15.1", naive, "are NaN"),
    ("15.1", bits, "in bits"),
    ("15.1", entr, "one side only"),
    ("15.1", lambda p: entr(1 - p), "one side only"),
    ("15.1", lambda p: -coin(p), "wrong sign"),
    ("15.1", lambda p: p * (1 - p), "the variance"),
    ("15.1", lambda p: coin(p).mean(), "expected an array"),
    ("15.2", lambda p: my_split(p, swap=True), "never negative"),
    ("15.2", lambda p: my_split(p, entropy=bits), ("in bits", "0.6931")),
    ("15.2", lambda p: my_split(p, axis=None), "got one number"),
    ("15.2", lambda p: my_split(p, axis=0), "The total part at each point"),
    ("15.2", lambda p: my_split(p)[:2], "got 2 values"),
    ("15.2", lambda p: (coin(p.mean(AXES)), p.var(AXES), coin(p).mean(AXES)), "opposite draws"),
    ("15.2", lambda p: my_split(p)[::2] + my_split(p)[1:2], "equal draws"),
    ("15.3", lambda p: entropies(p)[0].argmax(), "largest total entropy"),
    ("15.3", lambda p: entropies(p)[0].argmin(), "all are sure"),
    ("15.3", lambda p: p.max(axis=-1).mean(axis=AXES).argmax(), "all are sure"),
    ("15.3", lambda p: entropies(p)[0] - entropies(p)[1], "expected one number"),
    ("15.3", lambda p: (entropies(p)[0] - entropies(p)[1]).max(), "number of a place"),
]


def test_a_rule_for_two_categories_does_not_do_for_more():
    def of_the_first(p):
        total, epistemic, _ = my_split(p[..., 0])
        return epistemic.argmax() if total.size else 0

    assert check_hidden("15.3", of_the_first, categories=2).passed
    by_variance = lambda p: p.mean(axis=-1).var(axis=AXES).argmax()  # noqa: E731
    assert not bt.check("15.3", by_variance).passed
