"""One split, by a line, trained networks and NUTS: scores, and whether the chains agree.

You will find the two models, :func:`run_split`, which makes the rows of one split, and below the
scores that it enters. Next: :mod:`bnn_teach.reruns.replicate`, which makes the table.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from bnn_teach.course.chapters.ch14.accuracy import Stopwatch, predictive_scores
from bnn_teach.course.chapters.ch18.tables import Split, load
from bnn_teach.course.networks import layer
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.dsl.distributions import Categorical, HalfNormal, Normal
from bnn_teach.dsl.model import Model, model
from bnn_teach.dsl.random_variables import Deterministic
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ConvergenceWarning
from bnn_teach.inference import sample
from bnn_teach.prediction import sample_posterior_predictive

HIDDEN = {"concrete": (50,), "airfoil": (16, 16), "iris": (12,)}
"""Units of each hidden layer."""
ACTIVATION = {"concrete": "relu", "airfoil": "tanh", "iris": "tanh"}
LENGTHS = {"NUTS short": (50, 50), "NUTS": (200, 200)}
"""Warm-up and draws of each of four chains."""
LONGER = {("concrete", 2): {"NUTS long": (600, 600)}}
"""What one split has beyond these."""
DEPTHS = {"concrete": 7, "airfoil": 8, "iris": 8}
"""Of a tree: a trajectory has at most ``2**depth - 1`` steps."""
NUM_NETWORKS = 8
"""Networks in an ensemble."""
_DECAYS = (0.001, 0.01, 0.1, 1.0, 10.0)  # weight decays that are tried
_PENALTIES = (0.1, 1.0, 10.0, 100.0)  # of a logistic regression, the other way up
_STEPS = 1000  # of training

Scores = dict[str, float]  # by their columns


@model
def signal(x: Any, hidden: Sequence[int], outputs: int, activation: str, shrink: float) -> Any:
    """Yield the layers ``l1``, ``l2``, ...; behind one of H units the prior sd is H^-shrink."""
    bend = {"relu": tf.nn.relu, "tanh": tf.tanh}[activation]
    h, scale = x, 1.0
    for number, units in enumerate(hidden, start=1):
        h = bend((yield layer(h, units, scale).named(f"l{number}")))
        scale = units**-shrink
    return (yield layer(h, outputs, scale).named(f"l{len(hidden) + 1}"))


@model
def regressor(x: Any, y: Any = None, hidden: Any = (50,), activation: str = "relu") -> Any:
    """Regress y, shape (N,), on x with a noise that is learned, too."""
    sigma = yield HalfNormal("sigma", 1.0)
    output = yield signal(x, hidden, 1, activation, 0.5)
    f = yield Deterministic("f", output[:, 0])
    yield Normal("obs", loc=f, scale=sigma, observed=y)


@model
def classifier(
    x: Any, y: Any = None, hidden: Any = (12,), activation: str = "tanh", shrink: float = 0.0
) -> Any:
    """Tell three classes y, shape (N,), apart by x."""
    logits = yield signal(x, hidden, 3, activation, shrink)
    yield Deterministic("f", tf.nn.softmax(logits))
    yield Categorical("obs", logits=logits, observed=y)


def run_split(table: str, split: int = 0, seed: int = 0) -> list[dict[str, Any]]:
    """Return the rows of one split: line, trained networks, and NUTS of several lengths.

    Parameters
    ----------
    table, split
        As in :func:`.load`.
    seed : int, optional
        Of training and of sampling.

    Returns
    -------
    list of dict
        ``method``, the scores in the literature's unit, CPU ``seconds`` with those of the compiler
        and, of NUTS, ``r_hat``, the largest R-hat of f on the test part, ``median_r_hat``, and
        ``ess``, the smallest effective sample size.
    """
    data = load(table, split)
    rows = [*trained(data, table, seed)]
    for name, (warm, draws) in (LENGTHS | LONGER.get((table, split), {})).items():
        rows += sampled(data, table, seed, name, warm, draws)
    return [{"table": table, "split": split, **row} for row in rows]


def sampled(
    data: Split, table: str, seed: int, name: str, warm: int, draws: int
) -> list[dict[str, Any]]:
    """Return three rows of one run of NUTS: a single draw and one chain, on average, and all."""
    with Stopwatch() as watch:
        f, sigma = run_nuts(data, table, seed, warm, draws)
    found = function_diagnostics(f.reshape(*f.shape[:2], -1))
    agree = {
        "r_hat": float(found["r_hat"].max()),
        "median_r_hat": float(found["r_hat"].median()),
        "ess": float(found["ess_bulk"].min()),
    }
    count = f.shape[0] * f.shape[1]
    rows = []
    for words, parts in ((", one draw", count), (", one chain", len(f)), ("", 1)):
        curves = f.reshape(parts, -1, *f.shape[2:])
        noises = sigma.reshape(parts, -1)
        each = [score(data, *pair) for pair in zip(curves, noises, strict=True)]
        mean = {what: float(np.mean([one[what] for one in each])) for what in each[0]}
        rows.append({"method": name + words, **mean})
    rows[-1] |= {**agree, "seconds": watch.seconds}
    return rows


def run_nuts(
    data: Split, table: str, seed: int, warm: int, draws: int, **prior: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return f at the test points, (chain, draw, M) or (chain, draw, M, K), and the noise's sd.

    Whether the chains agree is what the table says, so no warning says it.
    """
    options = {"hidden": HIDDEN[table], "activation": ACTIVATION[table], **prior}
    net: Model = (classifier if data.is_classes else regressor)(data.x, data.y, **options)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        depth = DEPTHS[table]
        trace = sample(net, draws, warm, 4, max_tree_depth=depth, seed=seed, progress=False)
    name = f"{net.name}.f"
    found = sample_posterior_predictive(net.at(x=data.x_test, y=None), trace, [name], seed=seed)
    f = np.asarray(found["posterior_predictive"][name], np.float64)
    if data.is_classes:
        return f, np.zeros(f.shape[:2])
    return f, np.asarray(trace["posterior"][f"{net.name}.sigma"], np.float64)


def trained(data: Split, table: str, seed: int) -> list[dict[str, Any]]:
    """Return the rows of a line, of a tuned network (MAP), and of an ensemble of such networks.

    Each is scikit-learn's. Five-fold cross-validation on the training part chooses the weight
    decay, and the error that it finds is the noise.
    """
    from sklearn.exceptions import ConvergenceWarning as StoppedEarly
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.model_selection import GridSearchCV
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    rows = []
    if data.is_classes:
        kind, judge = MLPClassifier, "neg_log_loss"
        line = GridSearchCV(LogisticRegression(max_iter=1000), {"C": _PENALTIES}, scoring=judge)
    else:
        kind, judge = MLPRegressor, "neg_mean_squared_error"
        line = GridSearchCV(LinearRegression(), {}, scoring=judge)
    options = {
        "hidden_layer_sizes": HIDDEN[table],
        "activation": ACTIVATION[table],
        "solver": "lbfgs",
        "max_iter": _STEPS,
    }
    network = GridSearchCV(kind(**options, random_state=seed), {"alpha": _DECAYS}, scoring=judge)

    def enter(name: str, seconds: float, models: Sequence[Any], noise: float) -> None:
        f = np.stack([_said(data, each) for each in models])
        found = score(data, f, np.full(len(f), noise))
        rows.append({"method": name, **found, "seconds": seconds})

    with warnings.catch_warnings(), threadpool_limits(1):  # small matrices: one thread is fastest
        warnings.simplefilter("ignore", StoppedEarly)
        for name, search in (("line", line), ("MAP", network)):
            with Stopwatch() as watch:
                search.fit(data.x, data.y)
            noise = 0.0 if data.is_classes else float(np.sqrt(-search.best_score_))
            enter(name, watch.seconds, [search.best_estimator_], noise)
        with Stopwatch() as watch:
            best = options | search.best_params_
            many = [kind(**best, random_state=seed + k) for k in range(NUM_NETWORKS)]
            for each in many:
                each.fit(data.x, data.y)
        enter("ensemble", watch.seconds, many, noise)
    return rows


def _said(data: Split, one: Any) -> np.ndarray:
    """Return what a model of scikit-learn says of the test part."""
    said = one.predict_proba(data.x_test) if data.is_classes else one.predict(data.x_test)
    return np.asarray(said, np.float64)


def score(data: Split, f: np.ndarray, noise: np.ndarray) -> Scores:
    """Score S functions of a split: f, shape (S, M), with a noise each, or (S, M, K) classes."""
    if data.is_classes:
        return score_classes(f, data.y_test)
    found = predictive_scores(f, data.y_test, noise)
    log_density = found.log_density - float(np.log(data.unit))
    return _scores(rmse=found.rmse * data.unit, log_density=log_density, coverage=found.coverage)


def score_classes(p: np.ndarray, y: np.ndarray) -> Scores:
    """Score S probabilities of each of K classes at M points, shape (S, M, K).

    Returns
    -------
    dict of str to float
        ``accuracy``; ``log_density`` of the class that it was; ``coverage``, the share of points
        whose class is in the smallest set of classes with 95 % or more.
    """
    mean = p.mean(axis=0)
    true = np.take_along_axis(mean, y[:, None].astype(int), axis=1)
    log_density = np.log(np.maximum(true, np.finfo(np.float32).tiny)).mean()
    likelier = np.where(mean > true, mean, 0.0).sum(axis=1)
    accuracy = (mean.argmax(axis=1) == y).mean()
    return _scores(accuracy=accuracy, log_density=log_density, coverage=(likelier < 0.95).mean())


def _scores(**found: Any) -> Scores:
    return {name: float(value) for name, value in found.items()}
