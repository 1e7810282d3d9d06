"""Results are recorded as what a table can hold."""

import numpy as np
import pytest

from bnn_teach.errors import ArgumentError
from bnn_teach.reruns.results import MIME, collect, record


def test_values_become_pythons_own():
    recorded = record(
        a=np.float32(0.5), b=np.int64(3), c=np.array([1.0, np.nan]), d=True, e="x", f=np.inf, g=(1,)
    )
    expected = {"a": 0.5, "b": 3, "c": [1.0, None], "d": True, "e": "x", "f": None, "g": [1]}
    assert recorded.values == recorded._repr_mimebundle_()[MIME] == expected
    assert repr(recorded).splitlines()[:3] == ["a = 0.5", "b = 3", "c = [1, None]"]


@pytest.mark.parametrize("value", [{}, object(), np.zeros((2, 2)), [[1]], 1j])
def test_what_no_table_holds_is_refused(value):
    with pytest.raises(ArgumentError, match=r"width: got .*, expected a number"):
        record(width=value)


def test_nothing_is_no_result():
    with pytest.raises(ArgumentError, match="nothing was given"):
        record()
    for name in ("error", "seconds"):
        with pytest.raises(ArgumentError, match=f"{name} is a column that each table has"):
            record(**{name: 1})


def test_the_last_value_of_a_name_counts():
    outputs = [
        {"data": {MIME: {"a": 1, "b": 1}}},
        {"output_type": "stream"},
        {"data": {MIME: {"a": 2}}},
    ]
    notebook = {"cells": [{"outputs": outputs[:2]}, {}, {"outputs": outputs[2:]}]}
    assert collect(notebook) == {"a": 2, "b": 1}
