"""Learn Bayesian neural networks: the small library that the course is written with.

The data flow, and the order in which to read the files::

    a generator      interpreter       one flat          draws            curves and bands
    of random   -->  (one loop)   -->  log-density  -->  (DataTree)  -->  over x
    variables        + a handler       over z            NUTS or ADVI     prediction
    dsl/             dsl/              density.py        mcmc/  vi/       prediction.py  plots/

Imports run one way, in the order of layers that ``pyproject.toml`` states; a test holds this.
Names are looked up when they are first used, so ``import bnn_teach`` is instant and the parts
that need no TensorFlow do not load it; in a notebook it loads in the background meanwhile.
"""

from __future__ import annotations

import importlib
import threading
from typing import Any

from bnn_teach.engine.background import load_in_background
from bnn_teach.errors import MissingNameError, did_you_mean

__version__ = "0.1.0"

_PUBLIC = {
    "bnn_teach.dsl.model": "model",
    "bnn_teach.dsl.random_variables": "Deterministic Potential RandomVariable",
    "bnn_teach.dsl.distributions": """
        Normal StudentT Cauchy Laplace Logistic Uniform TruncatedNormal Beta LogitNormal VonMises
        HalfNormal HalfCauchy HalfStudentT Exponential Gamma InverseGamma LogNormal Weibull Pareto
        Dirichlet Ordered MvNormal MvNormalCholesky LKJCholesky Mixture
        Bernoulli Binomial BetaBinomial Categorical Poisson NegativeBinomial Geometric
        DiscreteUniform OrderedLogistic Distribution
        """,
    "bnn_teach.dsl.dtypes": "get_dtype set_dtype",
    "bnn_teach.density": "LogDensity log_joint",
    "bnn_teach.inference": "sample fit",
    "bnn_teach.prediction": """
        sample_prior_predictive sample_posterior_predictive decompose decompose_entropy
        quantile_band band_coverage
        """,
    "bnn_teach.diagnostics": "function_diagnostics",
    "bnn_teach.traces": "save load concatenate",
    "bnn_teach.course.networks": "dense layer network",
    "bnn_teach.course.playground": "playground Playground",
    "bnn_teach.course.quizzes": "quiz",
    "bnn_teach.classroom.checking": "check",
    "bnn_teach.checkup.doctor": "doctor",
    "bnn_teach.reruns.claims": "claim",
    "bnn_teach.reruns.results": "record",
    "bnn_teach.reruns.rerun": "rerun",
    "bnn_teach.reruns.sweep": "sweep",
    "bnn_teach.errors": """
        BnnTeachError ConvergenceWarning ArgumentWarning InterruptedWarning NothingObservedWarning
        SizeWarning
        """,
}
"""The public names, in reading order, by the module that they live in."""

_MODULES = {
    "datasets": "bnn_teach.course.datasets",
    "plots": "bnn_teach.plots",
    "exhibits": "bnn_teach.exhibits",
}
_NEED_TENSORFLOW = tuple(
    f"bnn_teach.{name}" for name in ("dsl", "density", "inference", "prediction", "course.networks")
)
_SYNONYMS = {
    "Gaussian": "Normal", "MultivariateNormal": "MvNormal", "HalfT": "HalfStudentT",
    "NUTS": "sample", "nuts": "sample", "ADVI": "fit", "advi": "fit", "plot": "plots",
    "posterior_predictive": "sample_posterior_predictive",
}  # fmt: skip
_HOME = {name: module for module, names in _PUBLIC.items() for name in names.split()}

__all__ = ["__version__", *_HOME, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        if _loading and _HOME[name].startswith(_NEED_TENSORFLOW):
            _wait(_loading)
        return getattr(importlib.import_module(_HOME[name]), name)
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    raise MissingNameError(
        f"bt.{name}: got a name that the library does not have."
        f"{did_you_mean(name, __all__, _SYNONYMS)} dir(bt) lists its names."
    )


def _wait(loading: threading.Thread) -> None:
    """Let it end: a library that an interrupt found half loaded could not be loaded again."""
    if loading is not threading.current_thread():
        loading.join()


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


_loading = load_in_background()
