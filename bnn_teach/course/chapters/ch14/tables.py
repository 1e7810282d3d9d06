"""A real table that needs no download: it lies inside scikit-learn.

You will find four hundred people with diabetes, ten numbers about each, and how far the disease
had gone a year later, split into a part to learn from and a part to be judged by. Next:
:mod:`bnn_teach.course.chapters.ch08.bands`.
"""

from __future__ import annotations

from importlib.metadata import distribution
from typing import NamedTuple

import numpy as np

from bnn_teach.arguments import as_count, as_seed
from bnn_teach.errors import ArgumentError

_COLUMNS = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")


class SplitTable(NamedTuple):
    """A regression table in two parts, in standard units of the first part."""

    x: np.ndarray
    """Inputs to learn from, shape (N, K), float32; each column has mean 0 and sd 1."""
    y: np.ndarray
    """Outputs to learn from, shape (N, 1), float32; mean 0 and sd 1."""
    x_test: np.ndarray
    """Inputs to be judged by, shape (M, K), float32, shifted and scaled as ``x`` was."""
    y_test: np.ndarray
    """Outputs to be judged by, shape (M, 1), float32, shifted and scaled as ``y`` was."""
    columns: tuple[str, ...]
    """What each of the K inputs is."""
    unit: float
    """Of y: one standard unit in the table's own points."""


def diabetes(num_test: int = 100, seed: int = 0) -> SplitTable:
    """Progression of diabetes in 442 people, one year after ten measurements were taken.

    The columns are age, sex, body mass index, blood pressure, and six values of the blood serum.

    Parameters
    ----------
    num_test : int, optional
        M: how many people are set aside, chosen at random.
    seed : int, optional
        Of ``numpy.random.default_rng``, which chooses them.

    Returns
    -------
    SplitTable
        The test part has no say in means and standard deviations.

    Raises
    ------
    ArgumentError
        If fewer than two people, or none, would be left in a part.

    References
    ----------
    Efron, Hastie, Johnstone & Tibshirani (2004), *Least angle regression*, Annals of Statistics
    32(2). Shipped with scikit-learn as ``sklearn.datasets.load_diabetes``.
    """
    count = as_count("num_test", num_test, 1)
    # Its files are read without importing scikit-learn, which takes a second.
    folder = distribution("scikit-learn").locate_file("sklearn/datasets/data")
    x = np.loadtxt(f"{folder}/diabetes_data_raw.csv.gz")
    y = np.loadtxt(f"{folder}/diabetes_target.csv.gz", ndmin=2)
    if count > len(x) - 2:
        raise ArgumentError(f"num_test={count}: expected at most {len(x) - 2} of {len(x)} people.")
    order = np.random.default_rng(as_seed(seed)).permutation(len(x))
    test, train = order[:count], order[count:]
    unit = float(y[train].std())
    x, y = (_standardised(each, train) for each in (x, y))
    return SplitTable(x[train], y[train], x[test], y[test], _COLUMNS, unit)


def _standardised(table: np.ndarray, train: np.ndarray) -> np.ndarray:
    """Return a table with mean 0 and standard deviation 1 over the people in ``train``."""
    known = table[train]
    return ((table - known.mean(axis=0)) / known.std(axis=0)).astype(np.float32)
