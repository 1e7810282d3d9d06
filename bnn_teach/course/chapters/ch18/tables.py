"""Three tables of the literature, split as it splits them.

You will find :func:`load`, which returns one split of *concrete*, *airfoil* or *iris*. A score on
another split is another score: the linear row, and a hash of who is in the test part, say whether
two tables speak of the same one. Next: :mod:`bnn_teach.course.chapters.ch18.experiment`.

References
----------
Hernandez-Lobato & Adams (2015), *Probabilistic backpropagation for scalable learning of Bayesian
neural networks*, ICML: the splits of concrete. Arvanitis, Aslanidis, Sommer & Ruegamer (2025),
*bde: a Python package for Bayesian deep ensembles via MILE*: that of airfoil.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np

from bnn_teach.arguments import as_count
from bnn_teach.course.material import find_data
from bnn_teach.errors import ArgumentError

SPLITS = {"concrete": 20, "airfoil": 1, "iris": 40}
"""How many splits there are of each table."""
_FILES = {"concrete": "data/18_concrete.csv", "airfoil": "data/18_airfoil.csv"}


class Split(NamedTuple):
    """A table in two parts; numbers in standard units of the first part."""

    x: np.ndarray
    """Inputs to learn from, shape (N, K), float32; each column has mean 0 and sd 1."""
    y: np.ndarray
    """Outputs to learn from, shape (N,): float32 with mean 0 and sd 1, or classes, int32."""
    x_test: np.ndarray
    """Inputs to be judged by, shape (M, K), shifted and scaled as ``x`` was."""
    y_test: np.ndarray
    """Outputs to be judged by, shape (M,), shifted and scaled as ``y`` was."""
    test: np.ndarray
    """Which rows of the table are the test part, shape (M,), int."""
    unit: float
    """One standard unit of y in the literature's unit: MPa for concrete; 1 for the others."""

    @property
    def is_classes(self) -> bool:
        """Whether the outputs are classes."""
        return bool(self.y.dtype.kind == "i")

    @property
    def key(self) -> str:
        """Twelve hexadecimal digits that tell who is in the test part, in whatever order."""
        return hashlib.sha256(np.sort(self.test).astype("<i8").tobytes()).hexdigest()[:12]


def load(table: str, split: int = 0) -> Split:
    """Read a split of a table; nothing is fetched.

    Parameters
    ----------
    table : str
        ``"concrete"``, ``"airfoil"`` or ``"iris"``.
    split : int, optional
        Which one, from 0: of 20 for concrete, as Hernandez-Lobato and Adams drew them; of 1 for
        airfoil; of 40 for iris, which are ours, 105 flowers against 45.

    Raises
    ------
    ArgumentError
        There is no such table or split.
    """
    if table not in SPLITS:
        raise ArgumentError(f"table: got {table!r}, expected one of {', '.join(SPLITS)}.")
    number = as_count("split", split, 0)
    if number >= SPLITS[table]:
        raise ArgumentError(f"split={number}: {table} has the splits 0 to {SPLITS[table] - 1}.")
    if table == "iris":
        from sklearn.datasets import load_iris

        x, y = load_iris(return_X_y=True)
    else:
        rows = np.loadtxt(find_data(_FILES[table]), delimiter=",")
        x, y = rows[:, :-1], rows[:, -1]
    train, test = _parts(table, number, len(x))
    x = ((x - x[train].mean(axis=0)) / x[train].std(axis=0)).astype(np.float32)
    if table == "iris":
        y, unit = y.astype(np.int32), 1.0
    else:
        sd = y[train].std()
        y = ((y - y[train].mean()) / sd).astype(np.float32)
        unit = float(sd) if table == "concrete" else 1.0
    return Split(x[train], y[train], x[test], y[test], test, unit)


def _parts(table: str, split: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to learn from and those to be judged by, in the order they were drawn."""
    if table == "concrete":
        rng = np.random.RandomState(1)  # of 2015: each split is drawn after the one before
        for _ in range(split + 1):
            order = rng.choice(size, size, replace=False)
        count = round(0.9 * size)
        return order[:count], order[count:]
    from sklearn.model_selection import train_test_split

    share = 0.2 if table == "airfoil" else 0.3
    train, test = train_test_split(np.arange(size), test_size=share, random_state=split)
    return np.asarray(train), np.asarray(test)
