"""The checks of notebook 09: a U-turn's sign, a leapfrog with any mass, and eight schools, rounded.

A leapfrog is judged by what makes a sampler exact: the way back, and an error of order two. A
U-turn is judged on arcs of circles, where everybody can see it. Next:
:mod:`bnn_teach.course.chapters.ch10.checks`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from bnn_teach.course.expectations import (
    Checks,
    Lesson,
    Slip,
    expect,
    expect_close,
    expect_no_slip,
    number,
    numbers,
    parts,
)
from bnn_teach.course.expectations_of_models import expect_log_joint, expect_names, model_from
from bnn_teach.density import LogDensity
from bnn_teach.mcmc.trajectories import integrate

CHECKS = Checks()
_TURN = Lesson(
    "A trajectory turns when going on, at one end or the other, brings the two ends closer "
    "together.",
    "notebook 09, section 2",
    "Return whether one of the two products is below 0: with the first or with the last momentum.",
)
_ENDS = _TURN.beside(
    "A trajectory grows at both ends, so both are asked: one end that turns back is enough.",
    "Join the two conditions by `or`.",
)
_SIGN = _TURN.beside(
    "A product above 0 means that the end still moves along the vector, away from the other end.",
    "Compare with `< 0`.",
)
_MASS = _TURN.beside(
    "The velocity is the momentum times the inverse mass; the vector between the ends is made of "
    "velocities.",
    "With a mass, a velocity is not a momentum: look at the first line once more.",
)


@CHECKS.enter(
    "09.1",
    _TURN,
    "`velocity` points from the first state to the last one. Multiply it with the momentum at each "
    "end: `velocity @ momenta[0]`, `velocity @ momenta[-1]`.",
    "A product below 0 means that this end moves back.",
    "There is one condition at each end of the trajectory. Is one of them enough to stop, or "
    "are both needed?",
    also=({"scales": (1.0, 8.0), "seed": 97},),
)
def turns(answer: Any, scales: tuple[float, ...] = (1.0, 1.0), seed: int = 1) -> None:
    """Ask on arcs of circles, shorter and longer than half, in coordinates of any scale."""
    scale = np.asarray(scales)  # z is stretched by it, so r shrinks by it

    def said(momenta: np.ndarray) -> bool:
        value = number(answer(momenta / scale, scale**2), "Whether it turns", _TURN)
        expect(
            value in (0, 1), f"Whether it turns: got {value:.4g}, expected True or False.", _TURN
        )
        return bool(value)

    for begin in np.random.default_rng(seed).uniform(0, 2 * np.pi, 3):
        for arc in (0.4, 0.8, 1.2, 1.8):
            t = begin + np.linspace(0, arc * np.pi, 500)
            circle = np.zeros((t.size, scale.size))
            circle[:, 0], circle[:, -1] = -np.sin(t), np.cos(t)
            got, right, half = said(circle), arc > 1, "more" if arc > 1 else "less"
            where = f"On an arc of {half} than half a circle"
            lesson = _SIGN if scale.min() == scale.max() else _MASS
            expect(got == right, f"{where}: got {got}, expected {right}.", lesson)
    on, back = np.eye(scale.size)[0] + 0.2, -0.1 * np.eye(scale.size)[0]
    for first, last, where in ((back, on, "first"), (on, back, "last")):
        got = said(np.array([first, *[on] * 5, last]))
        where = f"Where only the {where} momentum points back"
        expect(got, f"{where}: got False, expected True.", _ENDS)


_LEAPFROG = Lesson(
    "Half a kick, a move, half a kick: that is what makes a step reversible, and of order two.",
    "notebook 09, section 1",
    "Kick by `0.5 * step_size`, move by `step_size`, and take the gradient anew for the second "
    "half.",
)
_BACK = _LEAPFROG.beside(
    "A step must lead back: from where it ends, a step of `-step_size` returns to its start.",
    "The second half of the kick needs the gradient at the new place.",
)
_UPHILL = _LEAPFROG.beside(
    "The force is the gradient of log p: it drives the particle to where the density is high.",
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


@CHECKS.enter(
    "09.2",
    _LEAPFROG,
    "Begin with `leapfrog_by_hand` of section 1. What is new is that any landscape may come, and "
    "that the particle has a mass.",
    "`value_and_grad(z)[1]` is the gradient at z. The mass matters where the particle moves.",
    "Three lines: half a kick, a move, half a kick. In which of them does the mass belong, and"
    " at which z is each gradient taken?",
    also=({"inverse_mass_matrix": (1.0, 0.3, 4.0), "seed": 98},),
)
def leapfrog(
    answer: Any, inverse_mass_matrix: tuple[float, ...] = (0.5, 2.0), seed: int = 2
) -> None:
    """Ask for the way back to 1e-9, for an error of order two, and for the same place as ours."""
    mass = np.asarray(inverse_mass_matrix)
    rng = np.random.default_rng(seed)
    start, kick = rng.normal(size=mass.size), rng.normal(size=mass.size)
    names = ("the new place", "the new momentum")

    def path(step_size: float, count: int, z: np.ndarray, r: np.ndarray) -> np.ndarray:
        states = [(z, r)]
        for _ in range(count):
            got = parts(
                answer(_bumpy, z.copy(), r.copy(), step_size, mass.copy()), names, _LEAPFROG
            )
            z = numbers(got[0], mass.shape, names[0].capitalize(), _LEAPFROG)
            r = numbers(got[1], mass.shape, names[1].capitalize(), _LEAPFROG)
            states.append((z, r))
        return np.array(states)

    one, ours = path(0.1, 1, start, kick)[1], integrate(_bumpy, start, kick, 0.1, 1, mass)
    right, what = (
        np.array([ours.positions[1], ours.momenta[1]]),
        "Place and momentum after one step",
    )
    expect_no_slip(one, right, 1e-9, what, _LEAPFROG, _slips(start, kick, 0.1, mass), near=1e-9)
    there = path(0.02, 40, start, kick)
    missed = np.abs(path(-0.02, 40, *there[-1])[-1] - there[0]).max()
    said = f"40 steps and 40 steps back: got to {missed:.2g} from the start"
    expect(missed < 1e-9, f"{said}, expected less than 1e-09.", _BACK)
    sizes = _SPAN / 2.0 ** np.arange(6, 10)
    errors = []
    for each in sizes:
        states = path(each, round(_SPAN / each), start, kick)
        energies = np.array([0.5 * np.sum(mass * r**2) - _bumpy(z)[0] for z, r in states])
        errors.append(np.abs(energies - energies[0]).max() + 1e-300)
    slope = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    said = f"The error of the energy is of order {slope:.2f}, expected 2.00, give or take 0.15."
    expect(abs(slope - 2) < 0.15, said, _LEAPFROG)
    expect_close(one, right, 1e-9, what, _LEAPFROG)


def _slips(z: np.ndarray, r: np.ndarray, step_size: float, mass: np.ndarray) -> list[Slip]:
    """Return what one step of some well-known wrong ways gives."""

    def steps(first: float, last: float, stale: bool = False, scale: Any = mass) -> np.ndarray:
        half = r + first * step_size * _bumpy(z)[1]
        moved = z + step_size * scale * half
        return np.array([moved, half + last * step_size * _bumpy(z if stale else moved)[1]])

    return [
        Slip(steps(-0.5, -0.5), "It rolls uphill", _UPHILL),
        Slip(
            steps(0.5, 0.5, scale=1.0), "It moves by the momentum, not by the velocity", _VELOCITY
        ),
        Slip(steps(0.5, 0.5, scale=1 / mass), "It multiplies by the mass", _VELOCITY),
        Slip(steps(0.5, 0.5, stale=True), "Both kicks take the gradient at the old place", _BACK),
        Slip(steps(1.0, 0.0), "It kicks fully, then moves; the second half is missing"),
        Slip(steps(0.0, 1.0), "It moves first, and kicks fully afterwards"),
        Slip(steps(1.0, 1.0), "It kicks twice by a full step"),
        Slip(steps(0.5, 0.0), "The second half of the kick is missing"),
        Slip(steps(0.0, 1.0, stale=True), "It moves by the old momentum, as Euler would", _BACK),
    ]


_ROUND = Lesson(
    "M16",
    "notebook 09, section 4",
    "Yield `u` from Normal(0, 1), one for each school, and compute theta = mu + tau * u.",
)
_SAME = _ROUND.beside(
    "A non-centred model is the same model: mu + tau * u has the distribution that theta had.",
    "Compare each prior with that of `centred`, and observe y around `mu + tau * u`.",
)
_RECORD = _ROUND.beside(
    "What is computed from unknowns is kept in the trace only if it is recorded.",
    "Record theta as a variable of its own, computed from u: `bt.Deterministic`.",
)
_SD = _ROUND.beside("M15", "Multiply u by tau itself.")
_SCHOOLS = ((28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0), (15, 10, 16, 11, 9, 11, 10, 18))


@CHECKS.enter(
    "09.3",
    _ROUND,
    "Which variable of `centred` has a scale that is itself unknown? That one goes.",
    "Yield a standard normal u, one for each school, with `batch_stack`.",
    "What was a random variable is now computed from u. Record it under its old name, and observe "
    "y around it.",
    also=({"mu": -1.0, "tau": 0.3, "seed": 99},),
)
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
    model = model_from(answer, _ROUND, y, sigma)
    centred = " While theta itself is drawn with the scale tau, the model is centred."
    latent = expect_names(model, ("mu", "tau", "u"), _ROUND, _ROUND, centred)
    shape = latent["u"].shape
    expect(shape == y.shape, f"u: got shape {shape}, expected {y.shape}, one a school.", _ROUND)
    u = np.random.default_rng(seed).normal(size=y.shape).astype(np.float32)

    def joint(theta: np.ndarray, spread: float = 1.0) -> float:
        terms = stats.norm.logpdf(u, 0, spread).sum() + stats.norm.logpdf(y, theta, sigma).sum()
        return float(terms + stats.norm.logpdf(mu, 0, 10) + stats.halfnorm.logpdf(tau, 0, 10))

    theta = mu + tau * u
    slips = (
        Slip(joint(theta, spread=tau), "It seems that u has the scale tau; it is 1", _ROUND),
        Slip(joint(mu + u), "It seems that theta is mu + u, without tau"),
        Slip(joint(tau * u), "It seems that theta is tau * u, without mu"),
        Slip(joint(mu + tau**0.5 * u), "It seems that tau is taken as a variance", _SD),
    )
    values = {"mu": mu, "tau": tau, "u": u}
    expect_log_joint(model, values, joint(theta), _SAME, slips)
    density = LogDensity(model)
    given = density.flatten({f"{model.name}.{name}": value for name, value in values.items()})
    kept = density.unflatten(given)[0].get(f"{model.name}.theta")
    expect(kept is not None, "theta is not recorded in the trace.", _RECORD)
    expect_close(kept, theta, 1e-3, "The recorded theta", _SAME)
