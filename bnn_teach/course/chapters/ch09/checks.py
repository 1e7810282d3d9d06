"""The checks of notebook 09: a U-turn's sign, a leapfrog with any mass, and eight schools, rounded.

A leapfrog is judged by what makes a sampler honest: the way back, and an error of order two. A
U-turn is judged on arcs of circles, where everybody can see it. The visible case is the default of
a check's keywords; a sheet's hidden tests give others. Next:
:mod:`bnn_teach.course.chapters.ch10.checks`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import (
    Exercise,
    Lesson,
    about,
    expect,
    expect_close,
    numbers,
    parts,
    shown,
)
from bnn_teach.density import LogDensity, log_joint
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.mcmc.trajectories import fly

# --- 09.1 ------------------------------------------------------------------------------------

_TURN = Lesson(
    "A flight turns when going on, at one end or the other, brings the two ends closer together.",
    "notebook 09, section 2",
    "Return whether one of the two products is below 0: with the first or with the last momentum.",
)
_ENDS = Lesson(
    "A trajectory grows at both ends, so both are asked: one end that turns back is enough.",
    "notebook 09, section 2",
    "Join the two conditions by `or`.",
)
_SIGN = Lesson(
    "A product above 0 means that the end still flies along the vector, away from the other end.",
    "notebook 09, section 2",
    "Compare with `< 0`.",
)
_MASS = Lesson(
    "The velocity is the momentum times the inverse mass; the vector between the ends is made of "
    "velocities.",
    "notebook 09, section 2",
    "Multiply the sum of the momenta by `inverse_mass_matrix`, as the first line does.",
)


def turns(answer: Any, scales: tuple[float, ...] = (1.0, 1.0), seed: int = 1) -> None:
    """Ask on arcs of circles, shorter and longer than half, in coordinates of any scale."""
    scale = np.asarray(scales)
    inverse_mass_matrix = scale**2  # z is stretched by the scale, so p shrinks by it
    for begin in np.random.default_rng(seed).uniform(0, 2 * np.pi, 3):
        for arc in (0.4, 0.8, 1.2, 1.8):
            t = begin + np.linspace(0, arc * np.pi, 500)
            circle = np.zeros((t.size, scale.size))
            circle[:, 0], circle[:, -1] = -np.sin(t), np.cos(t)
            came = _said(answer, circle / scale, inverse_mass_matrix)
            right, half = arc > 1, "more" if arc > 1 else "less"
            lesson = _SIGN if scale.min() == scale.max() else _MASS
            said = f"On an arc of {half} than half a circle: came {came}; expected {right}."
            expect(came == right, said, lesson)
    on, back = np.eye(scale.size)[0] + 0.2, -0.1 * np.eye(scale.size)[0]
    for ends, where in (((back, on), "first"), ((on, back), "last")):
        momenta = np.array([ends[0], *[on] * 5, ends[1]]) / scale
        came = _said(answer, momenta, inverse_mass_matrix)
        said = f"Where only the {where} momentum points back: came {came}; expected True."
        expect(came is True, said, _ENDS)


def _said(answer: Any, momenta: np.ndarray, inverse_mass_matrix: np.ndarray) -> bool:
    came = answer(momenta.copy(), inverse_mass_matrix.copy())
    value = float(numbers(np.asarray(came) if isinstance(came, np.bool_) else came, (),
                          "Whether it turns", _TURN))  # fmt: skip
    expect(value in (0, 1), f"Whether it turns: came {value:.4g}; expected True or False.", _TURN)
    return bool(value)


# --- 09.2 ------------------------------------------------------------------------------------

_LEAPFROG = Lesson(
    "Half a kick, a move, half a kick: that is what makes a step reversible, and of order two.",
    "notebook 09, section 1",
    "Kick by `0.5 * step_size`, move by `step_size`, and take the gradient anew for the second "
    "half.",
)
_BACK = Lesson(
    "A step must lead back: from where it ends, a step of `-step_size` returns to its start.",
    "notebook 09, section 1",
    "The second half of the kick needs the gradient at the new place.",
)
_UPHILL = Lesson(
    "The force is the gradient of log p: it drives the particle to where the density is high.",
    "notebook 09, section 1",
    "Add the gradient to the momentum; do not subtract it.",
)
_VELOCITY = Lesson(
    "The momentum is mass times velocity. To move, divide it by the mass.",
    "notebook 09, look inside",
    "Move by `step_size * inverse_mass_matrix * r`.",
)
_SPAN = 1.6  # the time over which the energy's error is watched


def _bumpy(z: np.ndarray) -> tuple[float, np.ndarray]:
    """Coupled springs that stiffen: curved everywhere, for any number of coordinates."""
    across = z - np.roll(z, 1)
    log_p = -0.25 * np.sum(z**4) - 0.5 * np.sum(across**2)
    return float(log_p), -(z**3) - across + np.roll(across, -1)


def leapfrog(
    answer: Any, inverse_mass_matrix: tuple[float, ...] = (0.5, 2.0), seed: int = 2
) -> None:
    """Ask for the way back to 1e-9, for an error of order two, and for the same place as ours."""
    mass = np.asarray(inverse_mass_matrix)
    rng = np.random.default_rng(seed)
    start, kick = rng.normal(size=mass.size), rng.normal(size=mass.size)

    def flight(step_size: float, count: int, z: np.ndarray, r: np.ndarray) -> np.ndarray:
        path = [(z, r)]
        names = ("the new place", "the new momentum")
        for _ in range(count):
            z, r = path[-1]
            came = parts(answer(_bumpy, z.copy(), r.copy(), step_size, mass.copy()), names,
                         _LEAPFROG)  # fmt: skip
            z, r = (numbers(each, mass.shape, name.capitalize(), _LEAPFROG)
                    for each, name in zip(came, names, strict=True))  # fmt: skip
            path.append((z, r))
        return np.array(path)

    one = flight(0.1, 1, start, kick)[1]
    for wrong, said, lesson in _slips(start, kick, 0.1, mass):
        slip = about(one, wrong, 1e-9) and not about(wrong, _exact(start, kick, 0.1, mass), 1e-9)
        expect(not slip, f"One step: {said}.", lesson)
    there = flight(0.02, 40, start, kick)
    back = flight(-0.02, 40, *there[-1])[-1]
    missed = float(np.abs(back - there[0]).max())
    expect(
        missed < 1e-9,
        f"40 steps and 40 steps back: came to {missed:.2g} from the start; expected less than "
        "1e-09.",
        _BACK,
    )
    sizes = _SPAN / 2.0 ** np.arange(6, 10)
    errors = [_error(flight(each, round(_SPAN / each), start, kick), mass) for each in sizes]
    slope = float(np.polyfit(np.log(sizes), np.log(errors), 1)[0])
    said = f"The error of the energy is of order {slope:.2f}; expected 2.00, give or take 0.15."
    expect(abs(slope - 2) < 0.15, said, _LEAPFROG)
    expect_close(one, _exact(start, kick, 0.1, mass), 1e-9, "Place and momentum after one step",
                 _LEAPFROG)  # fmt: skip


def _exact(z: np.ndarray, r: np.ndarray, step_size: float, mass: np.ndarray) -> np.ndarray:
    path = fly(_bumpy, z, r, step_size, 1, mass)
    return np.array([path.positions[1], path.momenta[1]])


def _error(path: np.ndarray, mass: np.ndarray) -> float:
    energies = [0.5 * np.sum(mass * r**2) - _bumpy(z)[0] for z, r in path]
    return float(np.abs(np.array(energies) - energies[0]).max()) + 1e-300


def _slips(
    z: np.ndarray, r: np.ndarray, step_size: float, mass: np.ndarray
) -> list[tuple[np.ndarray, str, Lesson]]:
    """Return what one step of some well-known wrong ways gives."""

    def slope(place: np.ndarray) -> np.ndarray:
        return _bumpy(place)[1]

    def steps(first: float, last: float, stale: bool = False, scale: Any = mass) -> np.ndarray:
        half = r + first * step_size * slope(z)
        moved = z + step_size * scale * half
        return np.array([moved, half + last * step_size * slope(z if stale else moved)])

    return [
        (steps(-0.5, -0.5), "it rolls uphill", _UPHILL),
        (steps(0.5, 0.5, scale=1.0), "it moves by the momentum, not by the velocity", _VELOCITY),
        (steps(0.5, 0.5, scale=1 / mass), "it multiplies by the mass", _VELOCITY),
        (steps(0.5, 0.5, stale=True), "both kicks take the gradient at the old place", _BACK),
        (steps(1.0, 0.0), "it kicks fully, then moves; the second half is missing", _LEAPFROG),
        (steps(0.0, 1.0), "it moves first, and kicks fully afterwards", _LEAPFROG),
        (steps(1.0, 1.0), "it kicks twice by a full step", _LEAPFROG),
        (steps(0.5, 0.0), "the second half of the kick is missing", _LEAPFROG),
        (steps(0.0, 1.0, stale=True), "it moves by the old momentum, as Euler would", _BACK),
    ]


# --- 09.3 ------------------------------------------------------------------------------------

_ROUND = Lesson(
    "M16",
    "notebook 09, section 4",
    "Yield `u` from Normal(0, 1), one for each school, and compute theta = mu + tau * u.",
)
_SAME = Lesson(
    "A non-centred model is the same model: mu + tau * u has the distribution that theta had.",
    "notebook 09, section 4",
    "Compare each prior with that of `centred`, and observe y around `mu + tau * u`.",
)
_RECORD = Lesson(
    "What is computed from unknowns is kept in the trace only if it is recorded.",
    "notebook 09, section 4",
    'Write `theta = yield bt.Deterministic("theta", mu + tau * u)`.',
)
_SCHOOLS = ((28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0), (15, 10, 16, 11, 9, 11, 10, 18))
Joint = Callable[..., float]


def schools(
    answer: Any,
    y: ArrayLike = _SCHOOLS[0],
    sigma: ArrayLike = _SCHOOLS[1],
    mu: float = 4.0,
    tau: float = 2.5,
    seed: int = 3,
) -> None:
    """Ask for the names, the log joint, and theta; and that no curvature depends on tau."""
    y, sigma = np.asarray(y, np.float32), np.asarray(sigma, np.float32)
    model = answer(y.copy(), sigma.copy())
    called = isinstance(model, Model)
    said = f"Calling your answer gave {shown(model)}; expected a model. Is `@bt.model` above it?"
    expect(called, said, _ROUND)
    found = inspect_model(model)
    latent = {path.removeprefix(f"{model.name}.") for path in found.latent}
    observed = {path.removeprefix(f"{model.name}.") for path in found.observed}
    expect("theta" not in latent, "theta is still drawn with the scale tau: centred.", _ROUND)
    expect(
        latent == {"mu", "tau", "u"} and observed == {"obs"},
        f"Unknown: {', '.join(sorted(latent)) or 'none'}; observed: "
        f"{', '.join(sorted(observed)) or 'none'}. Expected mu, tau, u; and obs.",
        _ROUND,
    )
    shape = found.latent[f"{model.name}.u"].shape
    expect(shape == y.shape, f"u: came shape {shape}; expected {y.shape}, one a school.", _ROUND)
    u = np.random.default_rng(seed).normal(size=y.shape).astype(np.float32)
    given = {f"{model.name}.{name}": v for name, v in (("mu", mu), ("tau", tau), ("u", u))}
    came = float(log_joint(model, given))
    what = f"The log joint at mu = {mu:g}, tau = {tau:g}"
    exact = _joint(y, sigma, mu, tau, u)
    for wrong, why, lesson in (
        (_joint(y, sigma, mu, tau, u, spread=tau), "u has the scale tau; it is 1", _ROUND),
        (_joint(y, sigma, mu, tau, u, theta=mu + u), "theta is mu + u, without tau", _SAME),
        (_joint(y, sigma, mu, tau, u, theta=tau * u), "theta is tau * u, without mu", _SAME),
        (_joint(y, sigma, mu, tau, u, theta=mu + tau**0.5 * u), "tau is taken as a variance",
         Lesson("M15", _SAME.where, "Multiply u by tau itself.")),
    ):  # fmt: skip
        slip = abs(came - wrong) < 2e-4 * (1 + abs(wrong)) and abs(wrong - exact) > 1e-2
        expect(not slip, f"{what}: came {came:.5g}; expected {exact:.5g}: {why}.", lesson)
    expect_close(came, exact, 2e-4 * (1 + abs(exact)), what, _SAME)
    density = LogDensity(model)
    kept = density.unflatten(density.flatten(given))[0].get(f"{model.name}.theta")
    expect(kept is not None, "theta is not recorded in the trace.", _RECORD)
    expect_close(kept, mu + tau * u, 1e-3, "The recorded theta", _SAME)


def _joint(
    y: np.ndarray,
    sigma: np.ndarray,
    mu: float,
    tau: float,
    u: np.ndarray,
    spread: float = 1.0,
    theta: np.ndarray | None = None,
) -> float:
    means = mu + tau * u if theta is None else theta
    terms = stats.norm.logpdf(u, 0, spread).sum() + stats.norm.logpdf(y, means, sigma).sum()
    return float(terms + stats.norm.logpdf(mu, 0, 10) + stats.halfnorm.logpdf(tau, 0, 10))


CHECKS = {
    "09.1": Exercise(
        turns,
        _TURN,
        (
            "`velocity` points from the first state to the last one. Multiply it with the momentum "
            "at each end: `velocity @ momenta[0]`, `velocity @ momenta[-1]`.",
            "A product below 0 means that this end flies back.",
            "Return `velocity @ momenta[0] < 0 or velocity @ momenta[-1] < 0`.",
        ),
    ),
    "09.2": Exercise(
        leapfrog,
        _LEAPFROG,
        (
            "Begin with `leapfrog_by_hand` of section 1. What is new is that any landscape may "
            "come, and that the particle has a mass.",
            "`value_and_grad(z)[1]` is the gradient at z. The mass matters where the particle "
            "moves.",
            "`r = r + 0.5 * step_size * value_and_grad(z)[1]`, then "
            "`z = z + step_size * inverse_mass_matrix * r`, then the first line again.",
        ),
    ),
    "09.3": Exercise(
        schools,
        _ROUND,
        (
            "Which variable of `centred` has a scale that is itself unknown? That one goes.",
            '`u = yield bt.Normal("u", loc=0.0, scale=1.0, batch_stack=y.shape[0])`.',
            '`theta = yield bt.Deterministic("theta", mu + tau * u)`, and observe y around it.',
        ),
    ),
}
"""The exercises by number."""
