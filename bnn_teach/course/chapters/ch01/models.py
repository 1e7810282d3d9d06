"""The first model of the course, for the pages that take it up: measurements around one value.

Notebook 01 writes it; notebook 02 fits it. Next: :mod:`bnn_teach.course.chapters.ch01.exhibit`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.distributions import Normal
from bnn_teach.dsl.model import model


@model
def normal_mean(y: Any, prior_scale: float = 10.0) -> Any:
    """Yield ``loc`` ~ Normal(0, prior_scale), and ``obs`` ~ Normal(loc, 1) of shape (N,)."""
    loc = yield Normal("loc", loc=0.0, scale=prior_scale)
    yield Normal("obs", loc=loc, scale=1.0, observed=y)
