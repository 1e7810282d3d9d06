"""The splits of the literature: a known row, who is in the test part, and what is refused."""

import hashlib

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from bnn_teach.course.chapters.ch18.tables import SPLITS, load
from bnn_teach.course.material import find_data
from bnn_teach.errors import ArgumentError

PUBLISHED_LINE = 0.659863  # of airfoil, in standard units: 0.6598 in the paper's table
KEYS = {
    ("concrete", 0): "ca1cf3d2bbcc",
    ("concrete", 1): "04e5a2a108e0",
    ("concrete", 2): "e95b57697177",
    ("concrete", 3): "60ed7f68d2f3",
    ("airfoil", 0): "bcf3d10e890a",
    ("iris", 0): "b591bf34b37d",
    ("iris", 1): "036f27ab01cf",
    ("iris", 2): "8ad513602421",
    ("iris", 3): "09d2e07c79e6",
}


def test_the_linear_row_of_airfoil_is_the_published_one():
    data = load("airfoil")
    line = LinearRegression().fit(data.x.astype(float), data.y.astype(float))
    error = np.sqrt(np.mean((line.predict(data.x_test.astype(float)) - data.y_test) ** 2))
    assert error == pytest.approx(PUBLISHED_LINE, abs=1e-6)


def test_each_split_is_the_one_that_was_scored():
    assert {case: load(*case).key for case in KEYS} == KEYS


def test_the_splits_of_concrete_are_drawn_one_after_the_other():
    np.random.seed(1)  # noqa: NPY002  (as the program of 2015 does)
    for split in range(SPLITS["concrete"]):
        order = np.random.choice(range(1030), 1030, replace=False)  # noqa: NPY002
        np.testing.assert_array_equal(load("concrete", split).test, order[round(0.9 * 1030) :])


@pytest.mark.parametrize("table", SPLITS)
def test_parts_are_in_standard_units_of_the_first(table):
    data = load(table)
    assert data.x.dtype == np.float32 and data.y.ndim == 1
    np.testing.assert_allclose(data.x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(data.x.std(axis=0), 1, rtol=1e-5)
    assert len(np.unique(data.test)) == len(data.test) == len(data.x_test) == len(data.y_test)
    if not data.is_classes:
        assert data.y.std() == pytest.approx(1, rel=1e-5)
    assert load(table).key == data.key


def test_a_split_is_known_by_its_members_not_by_their_order():
    data = load("iris")
    assert data._replace(test=data.test[::-1]).key == data.key
    assert data._replace(test=data.test[1:]).key != data.key


@pytest.mark.parametrize(
    ("name", "digits"), [("concrete", "84389c4ca9bd"), ("airfoil", "894b191fa364")]
)
def test_a_table_says_where_it_comes_from_and_is_as_it_was(name, digits):
    text = find_data(f"data/18_{name}.csv").read_text(encoding="utf-8")
    assert "# Source: " in text and "# Licence: CC BY 4.0" in text
    body = "".join(line for line in text.splitlines(True) if not line.startswith("#"))
    assert hashlib.sha256(body.encode()).hexdigest()[:12] == digits


def test_what_is_not_there_is_refused():
    with pytest.raises(ArgumentError, match="expected one of concrete, airfoil, iris"):
        load("boston")
    with pytest.raises(ArgumentError, match="airfoil has the splits 0 to 0"):
        load("airfoil", 1)
