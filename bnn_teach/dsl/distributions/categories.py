r"""Distributions of categories: yes or no, or which of K.

Their values are int32, as in TensorFlow Probability, to index or compare with; ``tf.cast`` one
before computing with it. They have no gradient: observe them, or sum them out by ``Mixture``.
Next: :mod:`bnn_teach.dsl.distributions.mixtures`.
"""

from __future__ import annotations

from typing import Any

from bnn_teach.dsl.checks.supports import binary, categories
from bnn_teach.dsl.distributions.family import exactly_one, family
from bnn_teach.engine.runtime import tfp

tfd: Any = tfp.distributions


@family(binary)
def Bernoulli(probs: Any = None, logits: Any = None) -> Any:
    r"""Bernoulli, one yes or no: :math:`P(1) = p`, :math:`P(0) = 1-p`.

    Parameters
    ----------
    probs : array_like
        :math:`0 \le p \le 1`; this or ``logits``.
    logits : array_like
        :math:`\log\frac{p}{1-p}`, any real number.
    """
    exactly_one(probs=probs, logits=logits)
    return tfd.Bernoulli(logits=logits, probs=probs)


@family(categories(("probs", "logits")))
def Categorical(probs: Any = None, logits: Any = None) -> Any:
    r"""Categorical, one of K: :math:`P(k) = p_k` for :math:`k = 0, \dots, K-1`.

    The parameter's last axis counts the categories; the value has the shape of the other axes.

    Parameters
    ----------
    probs : array_like, shape (..., K)
        :math:`p_k \ge 0`, which sum to 1; this or ``logits``.
    logits : array_like, shape (..., K)
        :math:`\log p_k` up to a constant, any real numbers.
    """
    exactly_one(probs=probs, logits=logits)
    return tfd.Categorical(logits=logits, probs=probs)


@family(categories(("cutpoints",), extra=1))
def OrderedLogistic(cutpoints: Any, loc: Any) -> Any:
    r"""Ordered logistic: :math:`P(k) = S(c_k - \eta) - S(c_{k-1} - \eta)`, S the logistic function.

    One of K ordered categories 0, ..., K − 1: which of the intervals between the cutpoints a
    logistic variable around :math:`\eta` falls into; :math:`c_{-1} = -\infty`,
    :math:`c_{K-1} = \infty`.

    Parameters
    ----------
    cutpoints : array_like, shape (..., K - 1)
        Increasing numbers :math:`c_0 < c_1 < \dots`
    loc : array_like, shape (...)
        Predictor :math:`\eta`, any real number; it broadcasts against the cutpoints' other axes.
    """
    return tfd.OrderedLogistic(cutpoints, loc)
