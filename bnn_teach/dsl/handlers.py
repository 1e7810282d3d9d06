"""Handlers: what a random variable's value is, depending on why the model is run.

A handler is a function ``(path, random_variable) -> value``. Here are the three meanings that a
model has: a story to draw from, a joint density at given values, and a predictor of new data.
The log-density over unconstrained space is one more handler, in :mod:`bnn_teach.density`.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

from bnn_teach.dsl.dtypes import as_parameter, get_dtype
from bnn_teach.dsl.interpreter import Handler, Sites
from bnn_teach.dsl.random_variables import Potential, RandomVariable, Shape
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError


def from_prior(seed: Any, shapes: Mapping[str, Shape] | None = None) -> Handler:
    """Draw every variable from its own distribution, given those above it.

    Parameters
    ----------
    seed : tensor
        A stateless seed, shape (2,), int32. Each path has its own stream.
    shapes : mapping, optional
        Shapes of the values, by path, where they are larger than the variable declares: data of
        shape (30,) may be observed at a scalar variable.
    """
    stream = _streams(seed)

    def handler(path: str, variable: RandomVariable) -> Any:
        distribution, lead = variable.distribution, variable.batch_stack
        wanted = (shapes or {}).get(path, variable.shape)
        if wanted != variable.shape:
            event = len(distribution.event_shape)
            lead, distribution = (
                (),
                tfp.distributions.BatchBroadcast(
                    distribution, with_shape=wanted[: len(wanted) - event]
                ),
            )
        return distribution.sample(lead, seed=stream(path))

    return handler


def near_zero(seed: Any, sign: float, otherwise: Handler) -> Handler:
    """Put every variable where samplers start: within 2 of zero on the unconstrained scale.

    Parameters
    ----------
    seed : tensor
        A stateless seed, shape (2,), int32.
    sign : float
        1.0, or -1.0 for the mirror image.
    otherwise : Handler
        Asked for variables that have no unconstrained scale.
    """
    stream = _streams(seed)

    def handler(path: str, variable: RandomVariable) -> Any:
        bijector = variable.bijector
        if bijector is None:
            return otherwise(path, variable)
        z = tf.random.stateless_uniform(
            bijector.inverse_event_shape(variable.shape), stream(path), -2.0, 2.0, get_dtype()
        )
        return bijector.forward(sign * z)

    return handler


def from_values(values: Mapping[str, Any], otherwise: Handler | None = None) -> Handler:
    """Send the value that ``values`` has for the path; ask ``otherwise`` for the rest."""

    def handler(path: str, variable: RandomVariable) -> Any:
        if path in values:
            return values[path]
        if otherwise is None:
            raise ArgumentError(f"{path}: no value was given. Known paths: {', '.join(values)}.")
        return otherwise(path, variable)

    return handler


def log_joint(sites: Sites) -> tf.Tensor:
    r"""Sum the log-densities: :math:`\log p(x, \theta) = \sum_i \log p(v_i \mid v_{<i})`.

    Parameters
    ----------
    sites : dict of str to Site
        What :func:`interpret` returned; the values say where the density is taken.

    Returns
    -------
    tensor
        A scalar.
    """
    return tf.add_n([tf.reduce_sum(term) for term in log_prob_terms(sites).values()])


def log_prob_terms(sites: Sites) -> dict[str, tf.Tensor]:
    """Return each variable's log-density and each potential, by path, one entry an element."""
    terms = {}
    for path, (node, value) in sites.items():
        if isinstance(node, RandomVariable):
            terms[path] = node.distribution.log_prob(value)
        elif isinstance(node, Potential):
            terms[path] = as_parameter(node.log_prob)
    return terms


def _streams(seed: Any) -> Callable[[str], tf.Tensor]:
    """Give each path its own random stream, whatever stands before it in the model.

    That is ``stateless_fold_in(seed, crc32(path))``, whose first half is the same for all paths.
    """
    first = tf.random.experimental.stateless_fold_in(seed, 0)[0]
    return lambda path: tf.stack([first, zlib.crc32(path.encode()) & 0x7FFFFFFF])
