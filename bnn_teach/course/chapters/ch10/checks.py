"""The checks of notebook 10: units that change places, R-hat as ArviZ has it, and enough draws.

What is right about R-hat comes from ArviZ itself, on draws with every trouble that one of its steps
was made for. The visible case is the default of a check's keywords; a sheet's hidden tests give
others. Next: :mod:`bnn_teach.course.chapters.ch11.checks`.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    expect_no_slip,
    numbers,
    shown,
)
from bnn_teach.diagnostics import function_diagnostics

_ROUNDING = 1e-9
Weights = dict[str, np.ndarray]


# --- 10.1 ------------------------------------------------------------------------------------

_PLACES = Lesson(
    "M17",
    "notebook 10, section 1",
    "A unit takes along its column of weights that lead in, its bias, and its row of weights that "
    "lead out.",
)
_COPY = Lesson(
    "Draws are evidence: a symmetry makes a copy of them, and leaves them as they are.",
    "notebook 10, section 1",
    "Return a new dict, as `weights | {...}` makes it, and write into no array.",
)
_DIRECTION = Lesson(
    "The same order can be read in two ways: where a unit comes from, or where it goes.",
    "exercise 10.1",
    "Unit `order[k]` becomes unit k: that is what the index `[..., order]` does.",
)


def _weights(sizes: tuple[int, ...], chains: int, draws: int, seed: int) -> Weights:
    rng, weights = np.random.default_rng(seed), {}
    for number, (i, o) in enumerate(itertools.pairwise(sizes), 1):
        weights[f"network.l{number}.w"] = rng.normal(size=(chains, draws, i, o))
        weights[f"network.l{number}.b"] = rng.normal(size=(chains, draws, o))
    return weights


def _functions(weights: Weights, x: np.ndarray) -> np.ndarray:
    signal, depth = x, sum(name.endswith(".w") for name in weights)
    for number in range(1, depth + 1):
        signal = signal @ weights[f"network.l{number}.w"]
        signal = signal + weights[f"network.l{number}.b"][..., None, :]
        signal = np.maximum(signal, 0) if number < depth else signal
    return np.asarray(signal[..., 0])


def permute(
    answer: Any,
    sizes: tuple[int, ...] = (1, 4, 3, 1),
    layer: int = 1,
    order: tuple[int, ...] = (2, 0, 3, 1),
    chains: int = 2,
    draws: int = 6,
    seed: int = 1,
) -> None:
    """Ask for the same functions and the same prior, with the units in another order."""
    given = _weights(sizes, chains, draws, seed)
    kept = {name: array.copy() for name, array in given.items()}
    came = answer(given, layer, list(order))
    expect(came is not None, "The weights: came None. Is there a `return`, and does it say what?",
           _PLACES)  # fmt: skip
    expect(
        isinstance(came, dict),
        f"The weights: came {shown(came)}; expected a dict with the names {', '.join(kept)}.",
        _COPY,
    )
    untouched = all(np.array_equal(given[name], kept[name]) for name in kept)
    expect(untouched and set(given) == set(kept), "Your function has changed its input.", _COPY)
    missing = [name for name in kept if name not in came]
    expect(not missing, f"The weights: {', '.join(missing)} is missing.", _COPY)
    moved = {
        name: numbers(came[name], array.shape, f"`{name}`", _PLACES) for name, array in kept.items()
    }
    v, b, w = (f"network.{name}" for name in (f"l{layer}.w", f"l{layer}.b", f"l{layer + 1}.w"))
    same = all(np.array_equal(moved[name], kept[name]) for name in kept)
    expect(not same, "No unit has moved.", _PLACES)
    axes = {v: -1, b: -1, w: -2}
    left = [name for name in axes if np.array_equal(moved[name], kept[name])]
    expect(not left, f"`{left[0] if left else ''}` stays as it is, but its units move.", _PLACES)
    others = [name for name in kept if name not in axes]
    touched = [name for name in others if not np.array_equal(moved[name], kept[name])]
    expect(
        not touched,
        f"`{touched[0] if touched else ''}` has changed; expected {v}, {b} and {w} only.",
        _PLACES,
    )
    log_prior = [-sum(np.sum(a[name] ** 2) for name in kept) / 2 for a in (kept, moved)]
    expect_close(
        log_prior[1] - log_prior[0], 0.0, 1e-8, "The change of the log prior at s = 1", _PLACES
    )
    x = np.random.default_rng(seed + 1).uniform(-2, 2, size=(7, sizes[0]))
    f, f_moved = _functions(kept, x), _functions(moved, x)
    change = float(np.abs(f_moved - f).max())
    expect_close(change, 0.0, _ROUNDING * (1 + np.abs(f).max()), "The change of f", _PLACES)
    back = np.argsort(order)
    turned = all(np.array_equal(moved[n], np.take(kept[n], back, axis)) for n, axis in axes.items())
    right = all(np.array_equal(moved[n], np.take(kept[n], order, axis)) for n, axis in axes.items())
    expect(right or not turned, "f stays, but the order is read the other way round.", _DIRECTION)
    expect(right, f"f stays, but the units are not in the order {list(order)}.", _DIRECTION)


# --- 10.2 ------------------------------------------------------------------------------------

_STEPS = Lesson(
    "R-hat is as suspicious as its steps: halves see a drift, ranks see through heavy tails, and "
    "folding sees another width.",
    "notebook 10, section 2",
    "Cut, and take the larger one of the ratio of the scores and of the folded scores.",
)
_EACH = Lesson(
    "R-hat is a number for each x.",
    "notebook 10, section 2",
    "Rank the draws of one point among themselves: loop over the points, or rank along an axis.",
)


def _ratio(draws: np.ndarray, ddof: int = 1) -> np.ndarray:
    within = draws.var(axis=1, ddof=ddof).mean(axis=0)
    between = draws.mean(axis=1).var(axis=0, ddof=ddof)
    return np.asarray(np.sqrt(1 - 1 / draws.shape[1] + between / within))


def _cut(draws: np.ndarray) -> np.ndarray:
    half = draws.shape[1] // 2
    return np.concatenate([draws[:, :half], draws[:, -half:]])


def _scores(draws: np.ndarray, together: bool = False) -> np.ndarray:
    from scipy import stats

    flat = draws.reshape(-1) if together else draws.reshape(-1, draws.shape[-1])
    ranks = stats.rankdata(flat, axis=0)
    normal: np.ndarray = stats.norm.ppf((ranks - 3 / 8) / (len(flat) + 1 / 4))
    return normal.reshape(draws.shape)


def _troubled(chains: int, draws: int, seed: int) -> np.ndarray:
    """Return draws with one trouble at each point: none, drift, heavy tails, width, ties."""
    rng = np.random.default_rng(seed)
    z, first = rng.standard_normal((chains, draws, 5)), np.zeros((chains, 1))
    first[0] = 1
    z[..., 1] += np.linspace(-1, 1, draws)
    z[..., 2] = rng.standard_cauchy((chains, draws)) + 3 * first
    z[..., 3] *= 1 + 2 * first
    z[..., 4] = np.round(z[..., 4] + 0.5 * first)
    return z


def r_hat(answer: Any, chains: int = 4, draws: int = 200, seed: int = 2) -> None:
    """Compare with ArviZ's R-hat where each of its steps is needed."""
    given = _troubled(chains, draws, seed)
    right = function_diagnostics(given)["r_hat"].values
    cut = _cut(given)
    folded = np.abs(cut - np.median(cut, axis=(0, 1)))
    bulk, tail = _ratio(_scores(cut)), _ratio(_scores(folded))
    whole = np.abs(given - np.median(given, axis=(0, 1)))
    uncut = np.maximum(_ratio(_scores(given)), _ratio(_scores(whole)))
    unranked = np.maximum(_ratio(cut), _ratio(folded))
    mixed = np.maximum(_ratio(_scores(cut, True)), _ratio(_scores(folded, True)))
    loose = np.maximum(_ratio(_scores(cut), ddof=0), _ratio(_scores(folded), ddof=0))
    came = answer(given.copy())
    what = "R-hat, one for each point,"
    expect(
        np.ndim(came) or not isinstance(came, (int, float, np.floating)),
        f"{what}: came one number; expected {right.size}.",
        _EACH,
    )
    slips = [
        (_ratio(given), "the plain ratio, without any of the steps", _STEPS),
        (_ratio(cut), "from halves, but without ranks", _STEPS),
        (bulk, "without the folded draws", _STEPS),
        (tail, "from the folded draws alone", _STEPS),
        (uncut, "from whole chains, which hides a drift", _STEPS),
        (unranked, "from the values instead of their ranks", _STEPS),
        (mixed, "with ranks among all points at once", _EACH),
        (loose, "with variances that divide by S instead of S - 1", _STEPS),
        (right**2, "the square of what it should be: a ratio of variances, not of sds", Lesson(
            "M15", "notebook 10, section 2", "Take the root at the end.")),
    ]  # fmt: skip
    slips = [(wrong, f" {said}", lesson) for wrong, said, lesson in slips]
    expect_no_slip(came, right, slips, "R-hat: came")
    expect_close(came, right, 1e-8, what, _STEPS)


# --- 10.3 ------------------------------------------------------------------------------------

_ENOUGH = Lesson(
    "M6",
    "notebook 10, section 4",
    "At each point the error may be `share` times the robust sd. It falls like one over the root "
    "of the number of draws, so square the ratio, and take the worst point.",
)
_WORST = Lesson(
    "A picture is as exact as at its worst x.",
    "notebook 10, section 4",
    "Take the largest of the numbers that the points ask for.",
)


def _slow(chains: int, draws: int, seed: int) -> np.ndarray:
    """Return chains whose next draw is near the last one, ever nearer from point to point."""
    rng = np.random.default_rng(seed)
    memory, values = np.array([0.2, 0.9, 0.5, 0.7]), rng.standard_normal((chains, draws, 4))
    for n in range(1, draws):
        values[:, n] = memory * values[:, n - 1] + np.sqrt(1 - memory**2) * values[:, n]
    return np.asarray(np.sinh(values) * np.array([1.0, 0.1, 20.0, 3.0]) + np.arange(4))


def draws_needed(
    answer: Any, share: float = 0.05, chains: int = 4, draws: int = 400, seed: int = 3
) -> None:
    """Ask for the number of draws at which the mean is exact enough at every point."""
    f = _slow(chains, draws, seed)
    low, high = np.quantile(f, [0.16, 0.84], axis=(0, 1))
    sd, mcse = (high - low) / 2, function_diagnostics(f)["mcse_mean"].values
    total = chains * draws

    def needed(error: np.ndarray, power: int = 2, size: int = total) -> np.ndarray:
        return np.ceil(size * (error / share) ** power - 1e-9)

    each = needed(mcse / sd)
    came = answer(f.copy(), share)
    what = f"The draws that a share of {share:g} needs"
    value = numbers(came, (), what, _ENOUGH)
    right = float(each.max())
    slips = [
        (needed(mcse / sd, size=draws).max(), " which is the number for each chain", _ENOUGH),
        (needed(mcse / sd, power=1).max(), " where the ratio is not squared", Lesson(
            "M15", "notebook 10, section 4", "Four times the draws halve the error: square it.")),
        (needed(mcse).max(), " which takes the share as an error, not as a part of the sd",
         _ENOUGH),
        (needed(mcse / f.std(axis=(0, 1))).max(), " which divides by the sd, not the robust one",
         _ENOUGH),
        (each.min(), " which is enough at the best point only", _WORST),
        (np.ceil(total * np.mean((mcse / sd / share) ** 2)), " which is the points' average",
         _WORST),
        (np.max((mcse / sd / share) ** 2), " times as many as we have; give the number", _ENOUGH),
        (needed(1 / np.sqrt(np.full(1, total))).max(),
         " which takes the draws as independent of each other", _ENOUGH),
    ]  # fmt: skip
    expect_no_slip(float(value), right, slips, what, tolerance=1e-4)
    whole = about(value, np.round(value), 1e-12)
    expect(whole, f"{what}: came {float(value):.6g}; expected a whole number, rounded up.", _ENOUGH)
    expect_close(value, right, 1.0, what, _ENOUGH)


CHECKS = {
    "10.1": Exercise(
        permute,
        _PLACES,
        (
            'Three arrays change, with the names `f"network.l{layer}.w"`, '
            '`f"network.l{layer}.b"` and `f"network.l{layer + 1}.w"`. Call them v, b and w.',
            "The units are the last axis of the first two, and the last but one of the third.",
            "Return `weights | {v: weights[v][..., order], b: weights[b][..., order], "
            "w: weights[w][..., order, :]}`.",
        ),
    ),
    "10.2": Exercise(
        r_hat,
        _STEPS,
        (
            "The pieces are in section 2: `ratio`, `scores`, and what stands in the loop. Of an "
            "odd number of draws the middle one belongs to neither half.",
            "Write a function for one point, and call it for each: "
            "`[one(draws[..., p]) for p in range(draws.shape[-1])]`.",
            "For one point: cut it, fold what was cut around its median, and return "
            "`max(ratio(scores(cut)), ratio(scores(folded)))`.",
        ),
    ),
    "10.3": Exercise(
        draws_needed,
        _ENOUGH,
        (
            '`bt.function_diagnostics(f)["mcse_mean"].values` is the error at each point, with the '
            "draws that we have.",
            "How many times too large is it? `ratio = mcse / (share * robust_sd)`. The draws must "
            "become `ratio**2` times as many.",
            "We have `f.shape[0] * f.shape[1]` draws. Return "
            "`int(np.ceil(f.shape[0] * f.shape[1] * np.max(ratio**2)))`.",
        ),
    ),
}
"""The exercises by number."""
