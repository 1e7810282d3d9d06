"""Numbers and places are said in as many digits as they need."""

import numpy as np
import pytest

from bnn_teach.plots.words import number, where

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(("value", "text"), [(-0.0, "0"), (-1234, "−1,200"), (0.1249, "0.12")])
def test_numbers_in_words(value, text):
    assert number(value) == text.replace("−", MINUS)


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (lambda x: x > 0.9, "x > 0.9"),
        (lambda x: x < -0.9, f"x < {MINUS}0.9"),
        (lambda x: np.abs(x) > 0.9, "|x| > 0.9"),
        (lambda x: (x < -1.5) | (x > 0.9), f"x < {MINUS}1.5 and x > 0.9"),
        (lambda x: (x > 0.1) & (x < 0.3), "0.1 < x < 0.3"),
        (lambda x: (x < -1) | ((x > 0) & (x < 1)), f"x < {MINUS}1 and 0 < x < 1"),
        (lambda x: x < 9, "every x"),
    ],
)
def test_where(mask, words):
    x = np.linspace(-2, 2, 4001) + 1e-4
    assert where(x, mask(x)) == words
