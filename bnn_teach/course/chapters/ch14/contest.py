"""Ten thousand points: what each method makes of the same few CPU seconds. Notebook 14, section 5.

The data are made up, so the truth has a score, too. You will find the data, the model, and
:func:`run_split`, which makes the rows of one data set. Every setting is chosen by points that
nobody is judged by. Next: :mod:`bnn_teach.reruns.replicate`, which makes the stored table.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from bnn_teach.course.chapters.ch14.accuracy import predictive_scores, timed
from bnn_teach.course.networks import layer
from bnn_teach.course.numpy_networks import outputs_of
from bnn_teach.density import LogDensity
from bnn_teach.diagnostics import function_diagnostics
from bnn_teach.dsl.distributions import LogNormal, Normal
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Deterministic
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ConvergenceWarning
from bnn_teach.inference import fit, sample
from bnn_teach.vi.linear import linear_posterior
from bnn_teach.vi.mode import find_modes
from bnn_teach.vi.sghmc import sample_sghmc

CASES = tuple(("friedman", split) for split in range(5))
"""The data sets of the stored table."""
COLUMNS = (
    *("table", "split", "method", "setting", "validation"),
    *("log_density", "coverage", "rmse", "r_hat", "ess", "seconds"),
)
BATCH_SIZE = 100
SIZES = (10_000, 1000, 2000)
"""Points to learn from, to choose settings by, and to be judged by."""
_SPREAD = 0.3  # of the weights that training and SGHMC start from
_CHAINS = 4
_SGHMC: dict[str, Any] = {"num_samples": 200, "burn_in": 20_000, "thin": 100}
_CHECKED = 100  # points of the test part at which chains have to agree

Draw = Callable[[LogDensity, float, int], Any]


class Made(NamedTuple):
    """Made-up points in three parts, in units in which all columns have about sd 1."""

    x: np.ndarray
    """To learn from, shape (10000, 10), float32."""
    y: np.ndarray
    """Outputs, shape (10000, 1), float32."""
    x_choice: np.ndarray
    """To choose settings by, shape (1000, 10)."""
    y_choice: np.ndarray
    """Their outputs."""
    x_test: np.ndarray
    """To be judged by, shape (2000, 10)."""
    y_test: np.ndarray
    """Their outputs."""
    truth: np.ndarray
    """Of the test part, without noise, shape (2000,)."""
    noise_scale: float
    """The noise's standard deviation."""


def load(split: int = 0) -> Made:
    r"""Return Friedman's first function of five inputs, five that say nothing, and noise.

    .. math:: 10 \sin(\pi x_1 x_2) + 20 (x_3 - 1/2)^2 + 10 x_4 + 5 x_5 + \varepsilon, \qquad
              \varepsilon \sim \mathrm{Normal}(0, 1)

    with all inputs uniform between 0 and 1, then everything in standard units of the first part.

    References
    ----------
    ``sklearn.datasets.make_friedman1`` of scikit-learn, which makes it.
    """
    from sklearn.datasets import make_friedman1

    settings: dict[str, Any] = {"n_samples": sum(SIZES), "n_features": 10, "random_state": split}
    (x, y), (_, f) = (make_friedman1(noise=noise, **settings) for noise in (1.0, 0.0))
    known = slice(SIZES[0])
    middle, unit = y[known].mean(), float(y[known].std())
    x = ((x - x[known].mean(axis=0)) / x[known].std(axis=0)).astype(np.float32)
    y, f = (((each - middle) / unit).astype(np.float32)[:, None] for each in (y, f))
    ends = np.cumsum(SIZES)[:-1]
    (x, own_x, new_x), (y, own_y, new_y), (_, _, truth) = (np.split(v, ends) for v in (x, y, f))
    return Made(x, y, own_x, own_y, new_x, new_y, truth[:, 0], 1 / unit)


@model
def regressor(x: Any, y: Any = None, prior_scale: float = 1.0) -> Any:
    """Regress y on x by two layers of ten tanh units; the noise ``sigma`` is learned."""
    h = x
    for number in (1, 2):
        h = tf.tanh((yield layer(h, 10, prior_scale).named(f"l{number}")))
    output = yield layer(h, 1, prior_scale).named("l3")
    f = yield Deterministic("f", output)
    sigma = yield LogNormal("sigma", float(np.log(0.3)), 1.0)
    yield Normal("obs", f, sigma, observed=y)


def starts(density: LogDensity, count: int, seed: int) -> np.ndarray:
    """Return small random weights, shape (count, D)."""
    return _SPREAD * np.random.default_rng(seed).standard_normal((count, density.size))


def trained(count: int, num_steps: int) -> Draw:
    """Return what trains ``count`` networks: each step looks at all points."""

    def draw(density: LogDensity, rate: float, seed: int) -> np.ndarray:
        return find_modes(density, starts(density, count, seed), num_steps, rate).z[:, None]

    return draw


def mean_field(density: LogDensity, rate: float, seed: int) -> np.ndarray:
    """Fit independent normals four times, by minibatches; return 50 draws of each."""
    found = []
    for own in range(seed, seed + _CHAINS):
        settings: dict[str, Any] = {
            "learning_rate": rate,
            "batch_size": BATCH_SIZE,
            "progress": False,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            made = fit(density.structure.model, "advi", 7000, seed=own, **settings)
        found.append(made.approximation.draw(50, own))
    return np.array(found)


def sghmc(density: LogDensity, rate: float, seed: int) -> np.ndarray:
    """Sample by stochastic gradient HMC: four chains of 200 draws, a hundred steps apart."""
    settings: dict[str, Any] = {"learning_rate": rate, "batch_size": BATCH_SIZE, "seed": seed}
    return sample_sghmc(density, starts(density, _CHAINS, seed), **_SGHMC, **settings)


def nuts(length: int) -> Draw:
    """Return what samples by NUTS, with as many draws as steps of warm-up, from small weights."""

    def draw(density: LogDensity, depth: float, seed: int) -> Any:
        start, _ = density.unflatten(starts(density, _CHAINS, seed))
        settings: dict[str, Any] = {
            "max_tree_depth": int(depth),
            "start": start,
            "seed": seed,
            "progress": False,
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # the row says it
            return sample(density.structure.model, length, length, _CHAINS, **settings)["posterior"]

    return draw


METHODS: dict[str, tuple[Draw, tuple[float, ...]]] = {
    "1 network": (trained(1, 3000), (0.1, 0.03, 0.01)),
    "4 networks": (trained(4, 700), (0.1, 0.03, 0.01)),
    "mean field, batches": (mean_field, (0.1, 0.03, 0.01)),
    "SGHMC, batches": (sghmc, (1e-3, 3e-4, 1e-4)),
    "NUTS, 4 x (20 + 20)": (nuts(20), (3, 5)),
    "NUTS, 4 x (200 + 200)": (nuts(200), (5,)),
}
"""What competes, with the settings that are tried: learning rates, or depths of trees."""


def run_split(table: str = "friedman", split: int = 0, seed: int = 0) -> list[dict[str, Any]]:
    """Return the rows of one data set.

    Parameters
    ----------
    table : str
        ``"friedman"``.
    split, seed : int, optional
        Of the points; of all else that is random.

    Returns
    -------
    list of dict
        ``method`` with its ``setting``, chosen by the mean log density of a thousand further
        points, ``validation``; the scores of the test part; the CPU ``seconds`` of one run, without
        the compiler's and those of the choice; and, of chains, the largest ``r_hat`` and the
        smallest ``ess`` of f at 100 points of the test part.
    """
    data = load(split)
    density = LogDensity(regressor(data.x, data.y))
    line = linear_posterior(*(_with_ones(data.x), data.y), 0.5, 1.0)
    residual = data.y[:, 0] - _with_ones(data.x) @ line.mean
    draws = line.draw(400, seed) @ _with_ones(data.x_test).T
    rows: list[dict[str, Any]] = [
        {"method": "truth", **_scored(data.truth[None], data.y_test, data.noise_scale)},
        {"method": "straight line", **_scored(draws, data.y_test, float(residual.std()))},
    ]
    for method, (draw, settings) in METHODS.items():
        rows.append({"method": method, **_chosen(density, data, draw, settings, seed)})
    return [{"table": table, "split": split, **row} for row in rows]


def _with_ones(x: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(x)), x])


def _scored(draws: np.ndarray, y: np.ndarray, noise: Any) -> dict[str, float]:
    found = predictive_scores(draws, y, noise)
    return {name: getattr(found, name) for name in ("log_density", "coverage", "rmse")}


def _chosen(
    density: LogDensity, data: Made, draw: Draw, settings: tuple[float, ...], seed: int
) -> dict[str, Any]:
    """Return the row of the setting that the points of the choice prefer."""
    rows = [
        {"setting": each, **judge(density, data, draw(density, each, seed))} for each in settings
    ]
    best = max(rows, key=lambda row: row["validation"])
    _, seconds, _ = timed(partial(draw, density, best["setting"], seed), again=False)
    return best | {"seconds": seconds}


def judge(density: LogDensity, data: Made, found: Any) -> dict[str, float]:
    """Score draws: z of shape (C, S, D), or named values; say whether their chains agree."""
    values = density.unflatten(found)[0] if isinstance(found, np.ndarray) else found
    sigma = np.asarray(values["regressor.sigma"]).ravel()
    f = outputs_of(values, np.concatenate([data.x_choice, data.x_test]), np.tanh)[..., 0]
    each, count = f.reshape(-1, f.shape[2]), len(data.x_choice)
    row = {"validation": _scored(each[:, :count], data.y_choice, sigma)["log_density"]}
    row |= _scored(each[:, count:], data.y_test, sigma)
    if f.shape[1] > 1:
        agree = function_diagnostics(f[..., count : count + _CHECKED])
        row |= {"r_hat": float(agree["r_hat"].max()), "ess": float(agree["ess_bulk"].min())}
    return row


def truth_score(data: Made) -> float:
    """Return the mean log density of the test part under what it was made from."""
    return predictive_scores(data.truth[None], data.y_test, data.noise_scale).log_density


def behind_truth(rows: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    """Return each method's log density minus the truth's, one entry a data set."""
    scores = _by_method(rows, "log_density")
    return {name: each - scores["truth"] for name, each in scores.items() if name != "truth"}


def medians(rows: list[dict[str, Any]], columns: Sequence[str]) -> dict[str, list[float]]:
    """Return some columns' medians over the data sets, by method; NaN where there is nothing."""
    found = [_by_method(rows, column) for column in columns]
    return {name: [float(np.median(each[name])) for each in found] for name in found[0]}


def _by_method(rows: list[dict[str, Any]], column: str) -> dict[str, np.ndarray]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row["method"], []).append(row[column])
    return {name: np.array(each, float) for name, each in found.items()}
