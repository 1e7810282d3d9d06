r"""Mixtures: a discrete choice, summed out.

NUTS and ADVI cannot move a category, but they need not: a mixture's density is the weighted sum of
its components', and that has gradients. Next:
:mod:`bnn_teach.dsl.distributions`, the whole catalogue.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

from bnn_teach.dsl.dtypes import as_parameter
from bnn_teach.engine.runtime import tf, tfp
from bnn_teach.errors import ArgumentError

tfb: Any = tfp.bijectors
tfd: Any = tfp.distributions


def mixture(weights: Any, components: Any) -> Any:
    """Return the mixture of a distribution's last batch axis, or of a list of distributions."""
    if isinstance(components, list | tuple):
        components = stack(components)
    if not isinstance(components, tfd.Distribution) or not components.batch_shape.rank:
        raise ArgumentError(
            f"components is {components!r:.60}. Pass a distribution whose last batch axis counts "
            "the components, such as bt.Normal.dist(loc=[-1.0, 1.0]), or a list of distributions."
        )
    if weights.shape.rank == 0 or weights.shape[-1] != components.batch_shape[-1]:
        raise ArgumentError(
            f"weights has shape {tuple(weights.shape)}, but there are "
            f"{components.batch_shape[-1]} components. Give the last axis of weights that length."
        )
    return _Mixture(tfd.Categorical(probs=weights), components)


def stack(components: Sequence[Any]) -> Any:
    """Stack distributions of one family into one, along a new last batch axis.

    Parameters
    ----------
    components : sequence of K distributions
        All of one type, with the same parameters given.

    Returns
    -------
    distribution
        Of batch shape (..., K), where (...) is what the components' shapes broadcast to.

    Raises
    ------
    ArgumentError
        If they are of different families, or are not distributions.
    """
    kinds = {type(c).__name__: c for c in components}
    if len(kinds) != 1 or not isinstance(components[0], tfd.Distribution):
        raise ArgumentError(
            f"components has members of type {', '.join(kinds) or 'nothing'}. Pass distributions "
            "of one family, made with .dist, such as bt.Normal.dist(0.0, 1.0)."
        )
    shape = functools.reduce(tf.broadcast_static_shape, [c.batch_shape for c in components])
    stacked = {}
    for name, property_ in components[0].parameter_properties().items():
        values = [c.parameters.get(name) for c in components]
        if any(v is None for v in values):
            if any(v is not None for v in values):
                raise ArgumentError(f"some components have {name} and some do not. Use one form.")
            continue
        tensors = [as_parameter(v) for v in values]
        full = [
            tf.broadcast_to(t, shape + t.shape[t.shape.rank - property_.event_ndims :])
            for t in tensors
        ]
        stacked[name] = tf.stack(full, axis=shape.rank)
    return components[0].copy(**stacked)


class _Mixture(tfd.MixtureSameFamily):
    """TFP's mixture knows no way from the real line to its support; its components do."""

    def _default_event_space_bijector(self) -> Any:
        components = self.components_distribution
        if isinstance(components, tfd.HalfCauchy | tfd.HalfStudentT):
            return tfb.Exp()
        bijector = components.experimental_default_event_space_bijector()
        return bijector if _is_fixed(bijector) else None


def _is_fixed(bijector: Any) -> bool:
    """Whether the bijector has no parameters, and so is the same for all components."""
    if isinstance(bijector, tfb.Chain):
        return all(_is_fixed(b) for b in bijector.bijectors)
    settings = {"validate_args", "name", "parameters"}
    return bijector is not None and all(
        value is None for key, value in bijector.parameters.items() if key not in settings
    )
