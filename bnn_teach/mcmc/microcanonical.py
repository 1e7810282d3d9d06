r"""The microcanonical sampler, written to be read: HMC in which every particle has the same speed.

You will learn what changes if the kinetic energy of HMC is exchanged for its logarithm: only the
direction of the momentum moves the position, by the same distance in each step, and its length
keeps account of the energy. Give :func:`microcanonical_step` to :func:`bnn_teach.mcmc.hmc.run`.

References
----------
Robnik, De Luca, Silverstein and Seljak (2022), *Microcanonical Hamiltonian Monte Carlo*,
arXiv:2212.08549, for the dynamics. Robnik, Cohn-Gordon and Seljak (2025), *Metropolis adjusted
microcanonical Hamiltonian Monte Carlo*, arXiv:2503.01707, for accepting or rejecting where it ends.
"""

from __future__ import annotations

import math

import numpy as np

from bnn_teach.errors import ShapeError
from bnn_teach.mcmc.particle import Info, State, ValueAndGrad, draw_momentum, trajectory_info


def energy(state: State, inverse_mass_matrix: np.ndarray) -> np.ndarray:
    r"""Return the energy, which the exact motion conserves; infinite where it is not a number.

    .. math:: H(z, r) = -\log \pi(z) + (D - 1) \log |r|, \qquad |r|^2 = r^\top M^{-1} r
    """
    length = _norm(state.momentum, inverse_mass_matrix)[..., 0]
    total = (state.momentum.shape[-1] - 1) * np.log(length) - state.log_prob
    return np.where(np.isfinite(total), total, np.inf)


def leapfrog(
    value_and_grad: ValueAndGrad, state: State, step_size: float, inverse_mass_matrix: np.ndarray
) -> State:
    r"""Move by the distance ``step_size``: half a turn, a drift, half a turn; one gradient.

    The drift is :math:`z + \epsilon\, M^{-1} r / |r|`. A turn solves :math:`\dot r = |r|\, g /
    (D - 1)` exactly, where :math:`g = \nabla \log \pi` stands still: with :math:`e = g / |g|` and
    :math:`\delta = \epsilon |g| / (D - 1)`,

    .. math:: r' = r + (|r| \sinh \delta + (e \cdot r) (\cosh \delta - 1))\, e,

    products and lengths in the metric :math:`M^{-1}`. Reversible; it changes the volume of
    positions and directions by :math:`(|r| / |r'|)^{D - 1}`, which the energy accounts for.
    Positions of shape (C, D) move all at once, if ``value_and_grad`` takes them.
    """
    r = _turned(state.momentum, state.grad, 0.5 * step_size, inverse_mass_matrix)
    position = state.position + step_size * inverse_mass_matrix * r / _norm(r, inverse_mass_matrix)
    log_prob, grad = value_and_grad(position)
    grad = np.asarray(grad, dtype=np.float64)
    r = _turned(r, grad, 0.5 * step_size, inverse_mass_matrix)
    return State(position, r, log_prob, grad)


@np.errstate(all="ignore")  # a divergence may overflow; its energy reports it
def microcanonical_step(
    value_and_grad: ValueAndGrad,
    state: State,
    step_size: float,
    inverse_mass_matrix: np.ndarray,
    rng: np.random.Generator,
    *,
    num_steps: int = 16,
    adjusted: bool = True,
) -> tuple[State, Info]:
    r"""Take about ``num_steps`` steps in a random direction, then accept the end or stay.

    The number of steps is uniform on 1, ..., ``2 * num_steps - 1``. Other arguments and results
    are those of :func:`~bnn_teach.mcmc.hmc.hmc_step`, energies those of :func:`energy`. Without
    ``adjusted`` each end that has an energy is taken: a bias that only shorter steps make smaller.
    """
    if state.position.size < 2:
        raise ShapeError("position: got shape (1,), expected two or more. Use hmc_step.")
    states = [draw_momentum(state, inverse_mass_matrix, rng)]
    for _ in range(rng.integers(1, 2 * num_steps)):
        states.append(leapfrog(value_and_grad, states[-1], step_size, inverse_mass_matrix))

    energies = np.array([energy(each, inverse_mass_matrix) for each in states])
    rise = energies - energies[0]
    rate = math.exp(min(0.0, -rise[-1]))
    taken = rng.uniform() < rate if adjusted else math.isfinite(rise[-1])
    start, chosen = states[0], states[-1 if taken else 0]
    info = trajectory_info(
        states, start, chosen, inverse_mass_matrix, candidates=[start, states[-1]],
        diverging=bool(np.any(rise > 1000.0)), acceptance_rate=rate,
    )  # fmt: skip
    return chosen, info._replace(energy=float(energies[info.chosen]), energies=energies)


def _turned(r: np.ndarray, grad: np.ndarray, time: float, metric: np.ndarray) -> np.ndarray:
    length = _norm(grad, metric)
    e = np.divide(grad, length, out=np.zeros_like(grad), where=length > 0.0)
    along, delta = np.sum(metric * e * r, -1, keepdims=True), time * length / (r.shape[-1] - 1)
    return r + (_norm(r, metric) * np.sinh(delta) + along * (np.cosh(delta) - 1.0)) * e


def _norm(vector: np.ndarray, metric: np.ndarray) -> np.ndarray:
    return np.sqrt(np.sum(metric * vector**2, -1, keepdims=True))
