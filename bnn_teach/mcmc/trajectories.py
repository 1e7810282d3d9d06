r"""How large may a step be? A trajectory without sampling, and the curvature that limits its steps.

You will learn to move the particle of :mod:`bnn_teach.mcmc.particle` leapfrog by leapfrog, and
where the largest step comes from. On a parabola of curvature :math:`\lambda` the particle swings
like a pendulum, and the leapfrog follows as long as

.. math:: \epsilon < 2 / \sqrt{\lambda};

beyond that the swings grow without bound. Any landscape is a parabola nearby, so its largest
curvature decides. Next: :mod:`bnn_teach.mcmc.hmc`, where trajectories become draws.

In all functions ``value_and_grad`` maps ``z``, shape (D,), to ``log pi(z)`` and its gradient, shape
(D,), and ``inverse_mass_matrix``, shape (D,), is the diagonal of ``M^-1``; ones by default.

References
----------
Neal (2011), *MCMC using Hamiltonian dynamics*, Handbook of MCMC, chapter 5, section 5.2.3.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bnn_teach.arguments import as_count
from bnn_teach.errors import InitialPointError, ShapeError
from bnn_teach.mcmc.particle import ValueAndGrad, energy, initial_state, leapfrog, metric


class Trajectory(NamedTuple):
    """What a particle went through; the first state is the start."""

    positions: np.ndarray
    """``z``, shape (num_steps + 1, D)."""
    momenta: np.ndarray
    """``r``, shape (num_steps + 1, D)."""
    energies: np.ndarray
    """``H``, shape (num_steps + 1,); infinite where it is not finite."""


@np.errstate(over="ignore", invalid="ignore")  # beyond the largest step a trajectory overflows
def integrate(
    value_and_grad: ValueAndGrad,
    position: ArrayLike,
    momentum: ArrayLike,
    step_size: float,
    num_steps: int,
    inverse_mass_matrix: ArrayLike | None = None,
) -> Trajectory:
    """Take so many leapfrog steps, one after the other, with nothing random in it.

    Parameters
    ----------
    position, momentum : array_like, shape (D,)
        Where the particle starts, and how it moves there.
    step_size : float
        Its sign is the direction of time.
    num_steps : int
        How many.

    Raises
    ------
    ArgumentError, ShapeError
        The number of steps is no integer of at least 0; or the shapes do not fit.
    """
    state = initial_state(value_and_grad, position)
    momentum = np.array(momentum, dtype=np.float64)
    if momentum.shape != state.position.shape:
        raise ShapeError(
            f"momentum: got shape {momentum.shape}, expected {state.position.shape}, as the "
            "position has."
        )
    diagonal = metric(inverse_mass_matrix, state.position)
    states = [state._replace(momentum=momentum)]
    for _ in range(as_count("num_steps", num_steps, 0)):
        states.append(leapfrog(value_and_grad, states[-1], step_size, diagonal))
    return Trajectory(
        positions=np.array([each.position for each in states]),
        momenta=np.array([each.momentum for each in states]),
        energies=np.array([energy(each, diagonal) for each in states]),
    )


def curvature(
    value_and_grad: ValueAndGrad,
    position: ArrayLike,
    inverse_mass_matrix: ArrayLike | None = None,
) -> np.ndarray:
    r"""Return the second derivatives of ``-log pi`` in the coordinates that the metric makes.

    .. math:: H_{ij} = -\frac{\partial^2 \log\pi}{\partial u_i\, \partial u_j},
        \qquad z = M^{-1/2} u

    A trajectory with mass M over z is one with mass 1 over u, so the eigenvalues of H are what its
    steps feel. They are taken from differences of gradients, and need float64.

    Returns
    -------
    ndarray, shape (D, D), symmetric

    Raises
    ------
    InitialPointError
        The gradient beside the position is not finite.
    """
    position = np.asarray(position, dtype=np.float64)
    scale = np.sqrt(metric(inverse_mass_matrix, position))
    nudge = 1e-5  # in units of u
    rows = []
    for step in nudge * np.diag(scale):
        down, up = (np.asarray(value_and_grad(position + sign * step)[1]) for sign in (-1, 1))
        rows.append((down - up) * scale / (2 * nudge))
    matrix = np.array(rows)
    if not np.isfinite(matrix).all():
        raise InitialPointError(
            f"curvature: the gradient beside {position} is not finite. Choose a place where the "
            "density is positive."
        )
    return 0.5 * (matrix + matrix.T)


def stability_limit(
    value_and_grad: ValueAndGrad,
    position: ArrayLike,
    inverse_mass_matrix: ArrayLike | None = None,
) -> float:
    r"""Return the step size at which a leapfrog near a position stops being stable.

    .. math:: \epsilon_{\max} = 2 / \sqrt{\lambda_{\max}}

    Here :math:`\lambda_{\max}` is the largest eigenvalue of :func:`curvature`. Where none is
    positive there is no limit, and infinity is returned. Source: Neal (2011), 5.2.3.
    """
    eigenvalues = np.linalg.eigvalsh(curvature(value_and_grad, position, inverse_mass_matrix))
    largest = float(eigenvalues[-1])
    return 2.0 / largest**0.5 if largest > 0 else np.inf


def in_plane(
    value_and_grad: ValueAndGrad,
    position: ArrayLike,
    directions: ArrayLike,
    inverse_mass_matrix: ArrayLike | None = None,
) -> ValueAndGrad:
    r"""Return a log-density on a plane through a position: a slice, with all the rest held fixed.

    .. math:: (a, b) \mapsto \log\pi\big(z + M^{-1/2} (a\, d_1 + b\, d_2)\big)

    A slice is no marginal: nothing is averaged over. Where the directions are orthonormal, its
    curvature at the origin is that of the whole landscape along them.

    Parameters
    ----------
    value_and_grad : callable
        Maps ``z``, shape (..., D), to ``log pi(z)``, shape (...), and its gradient.
    position : array_like, shape (D,)
        The origin of the plane.
    directions : array_like, shape (2, D)
        The plane's axes, in the coordinates that the metric makes.

    Returns
    -------
    callable
        Maps places of the plane, shape (..., 2), to the value, shape (...), and its gradient
        along the plane, shape (..., 2).
    """
    position = np.asarray(position, dtype=np.float64)
    scale = np.sqrt(metric(inverse_mass_matrix, position))
    axes = np.asarray(directions, dtype=np.float64) * scale
    if axes.shape != (2, position.size):
        raise ShapeError(
            f"directions: got shape {np.shape(directions)}, expected (2, {position.size}), a row "
            "for each axis of the plane."
        )

    def on_plane(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        log_prob, grad = value_and_grad(position + np.asarray(place) @ axes)
        return log_prob, np.asarray(grad) @ axes.T

    return on_plane
