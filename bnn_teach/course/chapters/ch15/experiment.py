"""Ten classes: scikit-learn's digits by a line, a trained network, and two posteriors, some cold.

You will find the model, :func:`run_split`, which makes the rows of one split, and the split itself.
Every setting is chosen by a part of the pictures that nobody is judged by.
Next: :mod:`bnn_teach.reruns.replicate`, which makes the table.

References
----------
Alpaydin & Kaynak (1998), *Optical Recognition of Handwritten Digits*, UCI Machine Learning
Repository, doi:10.24432/C50P49: 1797 pictures of 8 x 8 pixels, which scikit-learn carries.
Wenzel et al. (2020), *How Good is the Bayes Posterior in Deep Neural Networks Really?*, ICML.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.special import softmax

from bnn_teach.course.chapters.ch14.accuracy import Stopwatch
from bnn_teach.course.chapters.ch18.experiment import Scores, score_classes
from bnn_teach.course.networks import layer
from bnn_teach.course.numpy_networks import outputs_of
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.dsl.distributions import Categorical
from bnn_teach.dsl.model import model
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ConvergenceWarning
from bnn_teach.inference import sample

CASES = (("digits", 0),)
"""The split of the stored table; others take as long."""
COLUMNS = (
    *("table", "split", "method", "setting", "temperature", "validation"),
    *("accuracy", "log_density", "coverage", "r_hat", "ess", "seconds"),
)
HIDDEN = 10
"""Units of the hidden layer, of all networks."""
TEMPERATURES = (1.0, 0.3, 0.1)
SCALES = {"last layer": (1.0, 2.0, 4.0), "whole network": (1.0, 2.0, 4.0)}
"""Prior scales that are tried, at temperature 1."""
_DECAYS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # weight decays that are tried
_PENALTIES = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # of a logistic regression, the other way up
_SIZES = (400, 200)  # pictures to learn from, and to choose settings by
_RUN: dict[str, Any] = {"num_samples": 100, "burn_in": 150, "max_tree_depth": 6}
_CHECKED = 100  # pictures of the test part whose R-hat is asked for


class Digits(NamedTuple):
    """Pictures in three parts; pixels from 0 to 1, less their mean over the first part."""

    x: np.ndarray
    """To learn from, shape (400, 64), float32."""
    y: np.ndarray
    """Their digits, shape (400,), int32."""
    x_choice: np.ndarray
    """To choose settings by, shape (200, 64)."""
    y_choice: np.ndarray
    """Their digits."""
    x_test: np.ndarray
    """To be judged by, shape (1197, 64)."""
    y_test: np.ndarray
    """Their digits."""


def load(split: int = 0) -> Digits:
    """Return a split of the digits, each digit in equal shares; nothing is fetched."""
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    x, y = (x / 16).astype(np.float32), y.astype(np.int32)
    parts = []
    for size in _SIZES:
        part, x, own, y = train_test_split(x, y, train_size=size, random_state=split, stratify=y)
        parts += [part, own]
    parts += [x, y]
    mean = parts[0].mean(axis=0)
    return Digits(*(part - mean if part.ndim == 2 else part for part in parts))


@model
def classifier(x: Any, y: Any = None, hidden: Sequence[int] = (HIDDEN,), scale: float = 1.0) -> Any:
    """Tell ten classes y, shape (N,), apart by x; without hidden layers, a logistic regression."""
    h = x
    for number, units in enumerate(hidden, start=1):
        h = tf.tanh((yield layer(h, units, scale).named(f"l{number}")))
    logits = yield layer(h, 10, scale).named("last")
    yield Categorical("obs", logits=logits, observed=y)


def run_split(table: str = "digits", split: int = 0, seed: int = 0) -> list[dict[str, Any]]:
    """Return the rows of one split, which learn from 400 pictures and are judged by 1197.

    Parameters
    ----------
    table : str
        ``"digits"``.
    split, seed : int, optional
        Of the pictures; of training and sampling.

    Returns
    -------
    list of dict
        ``method`` with its ``setting``, chosen by the mean log density of 200 further pictures,
        ``validation``, at ``temperature`` 1; the scores of the test part; CPU ``seconds`` with
        those of the compiler and of the choice; and, of NUTS, the largest ``r_hat`` and the
        smallest ``ess`` of the class probabilities at 100 pictures of the test part.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    data = load(split)
    lines = {c: LogisticRegression(C=c, max_iter=1000) for c in _PENALTIES}
    options = {"hidden_layer_sizes": (HIDDEN,), "activation": "tanh", "solver": "lbfgs"}
    networks = {
        a: MLPClassifier(alpha=a, max_iter=1000, random_state=seed, **options) for a in _DECAYS
    }
    _, row = _trained(data, lines)
    rows = [{"method": "logistic regression", **row}]
    network, row = _trained(data, networks)
    rows.append({"method": "MLP", **row})
    features = [
        np.tanh(x @ network.coefs_[0] + network.intercepts_[0]).astype(np.float32)
        for x in (data.x, data.x_choice, data.x_test)
    ]
    last = data._replace(x=features[0], x_choice=features[1], x_test=features[2])
    for name, own, hidden in (("last layer", last, ()), ("whole network", data, (HIDDEN,))):
        rows += [{"method": name, **row} for row in _sampled(own, hidden, SCALES[name], seed)]
    return [{"table": table, "split": split, **row} for row in rows]


def _trained(data: Digits, candidates: dict[float, Any]) -> tuple[Any, dict[str, Any]]:
    """Train models of scikit-learn; return the one that the pictures of the choice prefer."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with Stopwatch() as watch, threadpool_limits(1):  # small matrices: one thread is fastest
        found = {}
        for setting, each in candidates.items():
            each.fit(data.x, data.y)
            said = each.predict_proba(data.x_choice)[None]
            found[setting] = score_classes(said, data.y_choice)["log_density"]
        best = max(found, key=found.__getitem__)
        scores = score_classes(candidates[best].predict_proba(data.x_test)[None], data.y_test)
    row = {"setting": best, "validation": found[best], **scores, "seconds": watch.seconds}
    return candidates[best], row


def _sampled(
    data: Digits, hidden: Sequence[int], scales: Sequence[float], seed: int
) -> Iterator[dict[str, Any]]:
    """Yield a row for each temperature, at the prior scale that is best at temperature 1."""
    with Stopwatch() as watch:
        runs = {scale: run_nuts(data, hidden, scale, 1.0, seed) for scale in scales}
        best = max(runs, key=lambda scale: runs[scale]["validation"])
    for temperature in TEMPERATURES:
        if temperature == 1.0:
            row = runs[best] | {"seconds": watch.seconds}
        else:
            row = run_nuts(data, hidden, best, temperature, seed)
        yield {"setting": best, "temperature": temperature, **row}


def probabilities(weights: Any, x: np.ndarray) -> np.ndarray:
    """Return what each network says of each class, shape (chain, draw, N, 10)."""
    return np.asarray(softmax(outputs_of(weights, x, np.tanh).astype(np.float64), axis=-1))


def run_nuts(
    data: Digits, hidden: Sequence[int], scale: float, temperature: float, seed: int
) -> Scores:
    """Sample at one prior scale and temperature; return the scores, and whether chains agree."""
    with Stopwatch() as watch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the row says it
        net = classifier(data.x, data.y, tuple(hidden), scale)
        trace = sample(net, **_RUN, temperature=temperature, seed=seed, progress=False)
        p = probabilities(trace["posterior"], np.concatenate([data.x_choice, data.x_test]))
    count = len(data.x_choice)
    functions = p[:, :, count : count + _CHECKED].reshape(*p.shape[:2], -1)
    agree = function_diagnostics(functions)
    each = p.reshape(-1, *p.shape[2:])
    return {
        "validation": score_classes(each[:, :count], data.y_choice)["log_density"],
        **score_classes(each[:, count:], data.y_test),
        "r_hat": float(agree["r_hat"].max()),
        "ess": float(agree["ess_bulk"].min()),
        "seconds": watch.seconds,
    }
