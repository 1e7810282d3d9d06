"""Log-densities, each with its gradient, that the particle moves on in several tests."""

import numpy as np

from bnn_teach.mcmc import particle


def normal(z):
    return -0.5 * z @ z, -z


def banana(z):
    """z0 ~ Normal(0, 1) and z1 | z0 ~ Normal(0.4 (z0**2 - 1), 1)."""
    residual = z[1] - 0.4 * (z[0] ** 2 - 1.0)
    grad = np.array([-z[0] + 0.8 * z[0] * residual, -residual])
    return -0.5 * z[0] ** 2 - 0.5 * residual**2, grad


def moving(value_and_grad, position, momentum):
    return particle.initial_state(value_and_grad, position)._replace(momentum=np.array(momentum))
