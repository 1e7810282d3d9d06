"""Networks as models: a dense layer, a layer with a prior, and a network of such layers.

Everything here could be typed in a notebook, and in notebook 05 it is; the library's version only
chooses the faster of two ways to write the same matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bnn_teach.arguments import check_takes
from bnn_teach.dsl.distributions import HalfNormal, Normal
from bnn_teach.dsl.dtypes import as_parameter
from bnn_teach.dsl.model import model
from bnn_teach.dsl.random_variables import Deterministic
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import ArgumentError, ShapeError, did_you_mean

SCALES = ("fixed", "centred", "non_centred")
"""What ``scales`` may be: whether a layer's prior scale is given or learned, and in which form."""
_FUSED_UP_TO = 400  # weights in a layer


def dense(x: tf.Tensor, weights: tf.Tensor, bias: tf.Tensor | float = 0.0) -> tf.Tensor:
    r"""Return :math:`x W + b`, written in the form that compiles to the fastest code.

    A product of small matrices is cheaper as a sum of fused multiplications, with the points as
    the innermost axis, than as a call of a library's matrix product; a large one is not.

    Parameters
    ----------
    x : tensor, shape (N, inputs)
        One row a point.
    weights : tensor, shape (inputs, units)
        The matrix W.
    bias : tensor, shape (units,) or (1, units), optional
        The row b.

    Returns
    -------
    tensor, shape (N, units)
    """
    x, weights = (v if tf.is_tensor(v) else as_parameter(v) for v in (x, weights))
    rows, matrix, row = (tuple(np.shape(v)) for v in (x, weights, bias))
    two = len(rows) == len(matrix) == 2 and rows[1] == matrix[0]
    if not two or row not in ((), matrix[1:], (1, matrix[1])):
        raise ShapeError(
            f"dense: got x of shape {rows}, weights of shape {matrix} and a bias of shape {row}, "
            "expected (N, inputs), (inputs, units) and (units,). Let the weights have as many rows "
            "as x has columns, and the bias as many entries as they have columns."
        )
    if weights.shape.num_elements() <= _FUSED_UP_TO:
        product = tf.reduce_sum(weights[:, :, None] * tf.transpose(x)[:, None, :], 0)
    else:
        product = tf.matmul(weights, x, transpose_a=True, transpose_b=True)
    return tf.transpose(product) + bias


@model
def layer(x: Any, units: int, prior_scale: float = 1.0, scales: str = "fixed") -> Any:
    r"""Yield weights ``w`` (inputs, units) and bias ``b`` (units,); return x w + b, (N, units).

    With ``scales`` other than ``"fixed"`` their standard deviation is a variable ``scale``, too,

    .. math:: s \sim \mathrm{HalfNormal}(\mathtt{prior\_scale}), \qquad
              w_{ij}, b_j \sim \mathrm{Normal}(0, s),

    which ``"centred"`` states as it stands. ``"non_centred"`` is the same model in coordinates
    without a neck at small s: it yields standard normal ``w_unit`` and ``b_unit`` of the same
    shapes, and records ``w`` and ``b``, s times these.

    References
    ----------
    Betancourt & Girolami (2015), *Hamiltonian Monte Carlo for hierarchical models*.
    """
    _check_scales(scales)
    shape = _shape_of(x)
    scale = prior_scale
    if scales != "fixed":
        scale = yield HalfNormal("scale", prior_scale)
    if scales == "non_centred":
        w_unit = yield Normal("w_unit", 0.0, 1.0, batch_stack=(shape[1], units))
        b_unit = yield Normal("b_unit", 0.0, 1.0, batch_stack=units)
        w = yield Deterministic("w", scale * w_unit)
        b = yield Deterministic("b", scale * b_unit)
    else:
        w = yield Normal("w", 0.0, scale, batch_stack=(shape[1], units))
        b = yield Normal("b", 0.0, scale, batch_stack=units)
    return dense(x, w, b)


@model
def network(
    x: Any,
    y: Any = None,
    hidden: Sequence[int] = (5, 5),
    prior_scale: float = 1.0,
    noise_scale: float = 0.1,
    activation: Callable[[tf.Tensor], tf.Tensor] = tf.nn.relu,
    scales: str = "fixed",
) -> Any:
    """Regress y on x: hidden layers ``l1``, ``l2``, ..., the function ``f``, and ``obs`` around it.

    Parameters
    ----------
    x : tensor, shape (N, inputs)
        The inputs.
    y : tensor, shape (N, 1), optional
        The data; leave it out to predict.
    hidden : sequence of int, optional
        Units of each hidden layer.
    prior_scale : float, optional
        Standard deviation of every weight and bias before seeing data; of a learned scale, that
        of its half-normal prior.
    noise_scale : float, optional
        Standard deviation of y given f, in the unit of y.
    activation : callable, optional
        Between the layers.
    scales : {"fixed", "centred", "non_centred"}, optional
        Whether each layer learns its prior scale, a variable ``scale`` such as
        ``network.l1.scale``, and in which coordinates; see :func:`layer`.
    """
    _check_layers(hidden, activation)
    signal = x
    for number, units in enumerate(hidden, start=1):
        inner = yield layer(signal, units, prior_scale, scales).named(f"l{number}")
        signal = activation(inner)
    output = yield layer(signal, 1, prior_scale, scales).named(f"l{len(hidden) + 1}")
    f = yield Deterministic("f", output)
    yield Normal("obs", loc=f, scale=noise_scale, observed=y)
    return f


def _check_scales(scales: Any) -> None:
    if scales not in SCALES:
        hint = did_you_mean(scales, SCALES, {"learned": "non_centred"})
        raise ArgumentError(
            f"layer: scales: got {scales!r:.60}, expected one of {', '.join(map(repr, SCALES))}."
            f"{hint} Write scales='non_centred' to learn one scale a layer, and pass "
            "prior_scale=... for how large it may be."
        )


def _shape_of(x: Any) -> tuple[int, ...]:
    if not (tf.is_tensor(x) or isinstance(x, float | int)):
        raise ArgumentError(
            f"layer: x is {type(x).__name__}, expected an array of shape (N, inputs). Pass one "
            "array of numbers, such as data.x[:, None] or table[['a', 'b']].to_numpy()."
        )
    shape = tuple(getattr(x, "shape", ()))  # a single number may be a plain float
    if len(shape) != 2:
        raise ShapeError(
            f"layer: x has shape {shape}, expected (N, inputs), one row a point. For "
            "points on one axis pass x[:, None]."
        )
    return shape


def _check_layers(hidden: Any, activation: Any) -> None:
    units_fit = isinstance(hidden, list | tuple) and all(
        isinstance(n, int) and not isinstance(n, bool) and n > 0 for n in hidden
    )
    if not units_fit:
        shown = f"an array of shape {tuple(hidden.shape)}" if tf.is_tensor(hidden) else repr(hidden)
        raise ArgumentError(
            f"network: hidden: got {shown}, expected positive integers, one a layer. Write "
            "hidden=(5,) for one layer of five units, hidden=(5, 5) for two."
        )
    functions = "As in activation=tf.nn.relu or activation=tf.tanh."
    check_takes("network: activation", activation, functions, "signal")
