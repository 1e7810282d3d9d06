"""The checks of notebook 10: units that change places, R-hat as ArviZ has it, and enough draws.

What is right about R-hat comes from ArviZ itself, on draws with every trouble that one of its steps
was made for. Next: :mod:`bnn_teach.course.chapters.ch11.checks`.
"""

from __future__ import annotations

from typing import Any

import arviz_stats  # noqa: F401  (here, as it may take longer to load than an answer may)
import numpy as np
from scipy import stats

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    about,
    expect,
    expect_close,
    number,
    numbers,
    shown,
)
from bnn_teach.course.numpy_networks import functions_of, random_weights
from bnn_teach.diagnostics import function_diagnostics

CHECKS = Checks()
_ROUNDING = 1e-9
_PLACES = Lesson(
    "M17",
    "notebook 10, section 1",
    "A unit takes along its column of weights that lead in, its bias, and its row of weights that "
    "lead out.",
)
_COPY = _PLACES.beside(
    "Draws are evidence: a symmetry makes a copy of them, and leaves them as they are.",
    "Return a new dict, as `weights | {...}` makes it, and write into no array.",
)
_DIRECTION = Lesson(
    "The same order can be read in two ways: where a unit comes from, or where it goes.",
    "exercise 10.1",
    "Unit `order[k]` becomes unit k: that is what the index `[..., order]` does.",
)


@CHECKS.enter(
    "10.1",
    _PLACES,
    "Three arrays change: the weights into the layer, its biases, and the weights into the "
    "next layer. Call their names v, b and w.",
    "The units are the last axis of the first two, and the last but one of the third.",
    "Index each of the three with `order` on the axis of the units, and put them into a copy "
    "of the dict; all else stays.",
    also=({"layer": 2, "order": (1, 2, 0), "seed": 109},),
)
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
    given = random_weights(sizes, chains, draws, seed)
    kept = {name: array.copy() for name, array in given.items()}
    got = answer(given, layer, list(order))
    said = f"The weights: got {shown(got)}, expected a dict with the names {', '.join(kept)}."
    expect(isinstance(got, dict), f"{said} Is there a `return`, and does it say what?", _COPY)
    untouched = all(np.array_equal(given[name], kept[name]) for name in kept)
    expect(untouched and set(given) == set(kept), "Your function has changed its input.", _COPY)
    missing = [name for name in kept if name not in got]
    expect(not missing, f"The weights: {', '.join(missing)} is missing.", _COPY)
    moved = {name: numbers(got[name], kept[name].shape, f"`{name}`", _PLACES) for name in kept}
    changed = [name for name in kept if not np.array_equal(moved[name], kept[name])]
    expect(changed, "No unit has moved.", _PLACES)
    axes = {f"network.l{layer}.w": -1, f"network.l{layer}.b": -1, f"network.l{layer + 1}.w": -2}
    for name in kept:
        if name in axes:
            said = f"`{name}` stays as it is, but its units move."
        else:
            said = f"`{name}` has changed, expected {', '.join(axes)} only."
        expect((name in changed) == (name in axes), said, _PLACES)
    before, after = (-sum(np.sum(a[name] ** 2) for name in kept) / 2 for a in (kept, moved))
    what = "The change of the log prior at s = 1"
    expect_close(after - before, 0.0, 1e-8, what, _PLACES)
    x = np.random.default_rng(seed + 1).uniform(-2, 2, size=(7, sizes[0]))
    f = functions_of(kept, x)
    change = np.abs(functions_of(moved, x) - f).max()
    expect_close(change, 0.0, _ROUNDING * (1 + np.abs(f).max()), "The change of f", _PLACES)

    def in_order(units: Any) -> bool:
        return all(
            np.array_equal(moved[name], np.take(kept[name], units, axis))
            for name, axis in axes.items()
        )

    turned = in_order(np.argsort(order)) and not in_order(order)
    expect(not turned, "f stays, but the order is read the other way round.", _DIRECTION)
    said = f"f stays, but the units are not in the order {list(order)}."
    expect(in_order(order), said, _DIRECTION)


_STEPS = Lesson(
    "R-hat is as suspicious as its steps: halves see a drift, ranks see through heavy tails, and "
    "folding sees another width.",
    "notebook 10, section 2",
    "Cut, and take the larger of the ratio of the scores and of the folded scores.",
)
_EACH = _STEPS.beside(
    "R-hat is a number for each x.",
    "Rank the draws of one point among themselves: loop over the points, or rank along an axis.",
)
_ROOT = _STEPS.beside("M15", "Take the root at the end.")


def _ratio(draws: np.ndarray, ddof: int = 1) -> np.ndarray:
    within = draws.var(axis=1, ddof=ddof).mean(axis=0)
    between = draws.mean(axis=1).var(axis=0, ddof=ddof)
    return np.asarray(np.sqrt(1 - 1 / draws.shape[1] + between / within))


def _folded(draws: np.ndarray) -> np.ndarray:
    return np.abs(draws - np.median(draws, axis=(0, 1)))


def _scores(draws: np.ndarray, together: bool = False) -> np.ndarray:
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


@CHECKS.enter(
    "10.2",
    _STEPS,
    "The pieces are in section 2: `ratio`, `scores`, and what stands in the loop. Of an odd number "
    "of draws the middle one belongs to neither half.",
    "Write a function for one point, and call it for each: "
    "`[one(draws[..., p]) for p in range(draws.shape[-1])]`.",
    "Two ratios for one point: that of the cut chains' scores, and that of the scores of their"
    " distances from the median. Which of the two counts?",
    also=({"chains": 3, "draws": 101, "seed": 110},),
)
def r_hat(answer: Any, chains: int = 4, draws: int = 200, seed: int = 2) -> None:
    """Compare with ArviZ's R-hat where each of its steps is needed."""
    given = _troubled(chains, draws, seed)
    right = function_diagnostics(given)["r_hat"].values
    half = draws // 2
    cut = np.concatenate([given[:, :half], given[:, -half:]])

    def larger(draws: np.ndarray, ddof: int = 1, together: bool = False) -> np.ndarray:
        of_both = (_ratio(_scores(each, together), ddof) for each in (draws, _folded(draws)))
        return np.maximum(*of_both)

    got, what = answer(given.copy()), "R-hat, one for each point,"
    one = isinstance(got, (int, float, np.floating))
    expect(not one, f"{what}: got one number, expected {right.size}.", _EACH)
    unranked = np.maximum(_ratio(cut), _ratio(_folded(cut)))
    slips = (
        Slip(_ratio(given), "It is the plain ratio, without any of the steps"),
        Slip(_ratio(cut), "It is from halves, but without ranks"),
        Slip(_ratio(_scores(cut)), "It is without the folded draws"),
        Slip(_ratio(_scores(_folded(cut))), "It is from the folded draws alone"),
        Slip(larger(given), "It is from whole chains, which hides a drift"),
        Slip(unranked, "It is from the values instead of their ranks"),
        Slip(larger(cut, together=True), "It is with ranks among all points at once", _EACH),
        Slip(larger(cut, ddof=0), "It is with variances that divide by S instead of S - 1"),
        Slip(right**2, "It is the square: a ratio of variances, not of sds", _ROOT),
    )
    expect_close(got, right, 1e-8, what, _STEPS, slips)


_ENOUGH = Lesson(
    "M6",
    "notebook 10, section 4",
    "At each point the error may be `share` times the robust sd. It falls like one over the root "
    "of the number of draws, so square the ratio, and take the worst point.",
)
_WORST = _ENOUGH.beside(
    "A picture is as exact as at its worst x.",
    "Take the largest of the numbers that the points ask for.",
)
_SQUARE = _ENOUGH.beside("M15", "Four times the draws halve the error: square it.")


def _slow(chains: int, draws: int, seed: int) -> np.ndarray:
    """Return chains whose next draw is near the last one, ever nearer from point to point."""
    rng = np.random.default_rng(seed)
    memory, values = np.array([0.2, 0.9, 0.5, 0.7]), rng.standard_normal((chains, draws, 4))
    for n in range(1, draws):
        values[:, n] = memory * values[:, n - 1] + np.sqrt(1 - memory**2) * values[:, n]
    return np.asarray(np.sinh(values) * np.array([1.0, 0.1, 20.0, 3.0]) + np.arange(4))


@CHECKS.enter(
    "10.3",
    _ENOUGH,
    "`bt.function_diagnostics(f)` knows the error of the mean at each point, with the draws "
    "that we have: `mcse_mean`.",
    "How many times too large is the error at each point? Errors fall like one over the root "
    "of the number of draws.",
    "How many draws do we have, and by which factor must they become more where the ratio is "
    "2? Round up at the end.",
    also=({"share": 0.2, "chains": 2, "draws": 900, "seed": 111},),
)
def draws_needed(
    answer: Any, share: float = 0.05, chains: int = 4, draws: int = 400, seed: int = 3
) -> None:
    """Ask for the number of draws at which the mean is exact enough at every point."""
    f = _slow(chains, draws, seed)
    low, high = np.quantile(f, [0.16, 0.84], axis=(0, 1))
    mcse, total = function_diagnostics(f)["mcse_mean"].values, chains * draws
    relative = mcse / ((high - low) / 2)

    def needed(error: np.ndarray, power: int = 2, size: int = total) -> np.ndarray:
        return np.ceil(size * (error / share) ** power - 1e-9)

    each, of_sd = needed(relative), needed(mcse / f.std(axis=(0, 1)))
    independent = needed(np.array(total**-0.5))
    what = f"The draws that a share of {share:g} needs"
    value = number(answer(f.copy(), share), what, _ENOUGH)
    slips = (
        Slip(needed(relative, size=draws).max(), "It is the number for each chain"),
        Slip(needed(relative, power=1).max(), "The ratio is not squared", _SQUARE),
        Slip(needed(mcse).max(), "It takes the share as an error, not as a part of the sd"),
        Slip(of_sd.max(), "It divides by the sd, not the robust one"),
        Slip(each.min(), "It is enough at the best point only", _WORST),
        Slip(
            np.ceil(total * np.mean((relative / share) ** 2)), "It is the points' average", _WORST
        ),
        Slip(np.max((relative / share) ** 2), "It is how many times as many; give the number"),
        Slip(independent, "It takes the draws as independent of each other"),
    )
    expect_close(value, each.max(), 1.0, what, _ENOUGH, slips, near=1e-4)
    whole = about(value, np.round(value), 1e-12)
    expect(whole, f"{what}: got {value:.6g}, expected a whole number, rounded up.", _ENOUGH)
