"""Does the gradient belong to the log-density? Compared with differences, once a model.

What cuts a gradient leaves no trace in the draws but slowness, and a fit at a wrong place: a
``tf.stop_gradient``, or a solver that takes variables for constants.
Next: :mod:`bnn_teach.density`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from bnn_teach.errors import InferenceError

_STEPS = (1e-2, 2.5e-3)


def check_slopes(evaluate: Callable[[Any], Any], z: np.ndarray, slots: Mapping[str, Any]) -> None:
    """Raise an error if the slope along a line is another one than differences tell.

    It is only raised where two differences, of steps of different lengths, agree with each other.

    Parameters
    ----------
    evaluate : callable
        Maps z, shape (D,), to the log-density, its gradient, and the sum of its terms' sizes.
    z : ndarray, shape (D,)
        Where to look.
    slots : mapping of str to Slot
        Which part of z belongs to each variable.

    Raises
    ------
    InferenceError
        Naming the variable.
    """
    line = np.random.default_rng(1).standard_normal(z.size)
    if not _differs(evaluate, z, line / np.sqrt(z.size)):
        return
    for path, slot in slots.items():
        part = np.zeros(z.size)
        part[slot.start : slot.stop] = line[slot.start : slot.stop]
        if found := _differs(evaluate, z, part / np.sqrt(slot.stop - slot.start)):
            slope, difference = found
            raise InferenceError(
                f"{path}: the gradient of the log-density along it is {slope:.3g}, but the "
                f"log-density changes by {difference:.3g} a unit; expected the same. What cuts the "
                "gradient is a tf.stop_gradient, or a function that does not know the variables "
                "it uses: pass them to tfp.math.ode's solve by constants={...}, as arguments of "
                "the right-hand side, or write a fixed number of steps with tf.scan."
            )


def _differs(evaluate: Callable[[Any], Any], z: np.ndarray, line: Any) -> tuple[float, ...] | None:
    def value_at(step: float) -> Any:
        return evaluate((z + step * line).astype(z.dtype))[0]

    value, gradient, size = evaluate(z)
    slope = gradient @ line
    coarse, fine = ((value_at(h) - value_at(-h)) / (2 * h) for h in _STEPS)
    if not np.isfinite([value, slope, coarse, fine, size]).all():
        return None
    gap, noise = abs(slope - fine), 100 * np.finfo(z.dtype).eps * size / _STEPS[1]
    agree = abs(coarse - fine) < 0.1 * min(gap, abs(fine))
    cut = gap > max(0.2 * abs(slope), 0.2 * abs(fine), noise)
    return (slope, fine) if agree and cut else None
