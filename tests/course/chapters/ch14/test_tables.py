"""The real table: two parts of one table, in units of the first."""

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from bnn_teach.course.chapters.ch14.tables import diabetes
from bnn_teach.errors import ArgumentError


def test_the_part_to_learn_from_is_in_standard_units():
    table = diabetes()
    assert table.x.shape == (342, 10) and table.y.shape == (342, 1)
    assert table.x_test.shape == (100, 10) and table.y_test.shape == (100, 1)
    assert {each.dtype for each in table[:4]} == {np.dtype(np.float32)}
    for part in (table.x, table.y):
        np.testing.assert_allclose(part.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(part.std(axis=0), 1, rtol=1e-5)
    assert np.abs(table.x_test.mean(axis=0)).max() > 1e-3  # it has no say in the scaling


def test_nobody_is_lost_or_in_both_parts():
    table, stored = diabetes(30, seed=3), load_diabetes()
    both = np.concatenate([table.y, table.y_test])[:, 0] * table.unit
    original = np.sort(stored.target)
    np.testing.assert_allclose(np.sort(both) - both.min(), original - original[0], atol=1e-3)
    assert table.columns == tuple(stored.feature_names)


def test_another_seed_sets_others_aside():
    np.testing.assert_array_equal(diabetes().y_test, diabetes(seed=0).y_test)
    assert not np.array_equal(diabetes(seed=1).y_test, diabetes(seed=0).y_test)


@pytest.mark.parametrize("count", [0, 441, 2.5])
def test_a_part_needs_people(count):
    with pytest.raises(ArgumentError, match="num_test"):
        diabetes(count)
