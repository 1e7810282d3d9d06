"""Each mistake of a first week has an error of its type, which says where, what and what to do."""

import contextlib
import warnings

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.engine.programs import Compiled, Recording
from bnn_teach.errors import NothingObservedWarning
from bnn_teach.plots import plot_elbo
from tests.first_week import MISTAKES, QUIET, RIGHT, X, fitted, line, stacked


def test_mistakes_are_told_by_where_what_was_got_and_what_to_do():
    wrong = []
    for name, (typed, kind, *parts) in MISTAKES.items():
        try:
            with np.errstate(all="ignore"):
                typed()
            wrong.append(f"{name}: no error")
        except Exception as error:
            if not isinstance(error, kind) or any(part not in str(error) for part in parts):
                wrong.append(f"{name}: {type(error).__name__}: {error}")
    assert not wrong, "\n".join(wrong)


def test_no_mistake_takes_long(monkeypatch):
    """Looking at a model takes a second, and compiling it seconds: both are counted, not timed."""
    fitted()
    work = {"looks": 0, "programs": 0}

    def counted(what, function):
        def wrapper(self, *args, **kwargs):
            work[what] += getattr(self, "_concrete", None) is None
            return function(self, *args, **kwargs)

        return wrapper

    monkeypatch.setattr(Recording, "__init__", counted("looks", Recording.__init__))
    monkeypatch.setattr(Compiled, "trace", counted("programs", Compiled.trace))
    wrong = []
    for name, (typed, *_) in MISTAKES.items():
        work |= {"looks": 0, "programs": 0}
        with np.errstate(all="ignore"), contextlib.suppress(Exception):
            typed()
        if work["looks"] > 2 or work["programs"] > 0:
            wrong.append(f"{name}: {work}")
    assert not wrong, "\n".join(wrong)
    RIGHT["method"]()
    assert work["programs"] == 1


def test_right_answers():
    wrong = []
    for name, typed in RIGHT.items():
        try:
            if not np.isfinite(typed()).all():
                wrong.append(f"{name}: not finite")
        except Exception as error:
            wrong.append(f"{name}: {type(error).__name__}: {error}")
    assert not wrong, "\n".join(wrong)


def test_without_data_one_warning_and_selected_traces_predict():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", bt.ConvergenceWarning)
        with pytest.warns(NothingObservedWarning, match="'line' observes nothing") as told:
            bt.fit(line(X), num_steps=10, **QUIET)
    _, trace = fitted()
    assert len([w for w in told if w.category is NothingObservedWarning]) == 1
    assert told[0].filename == __file__
    whole = bt.sample_posterior_predictive(line(X), trace, seed=0)["posterior_predictive"]
    for part in (
        trace.isel(chain=0),
        stacked(trace),
    ):
        found = bt.sample_posterior_predictive(line(X), part, seed=0)["posterior_predictive"]
        np.testing.assert_array_equal(found["line.obs"], whole["line.obs"])
    thin = trace.isel(draw=slice(None, None, 2))
    found = bt.sample_posterior_predictive(line(X), thin, seed=0)["posterior_predictive"]
    assert found["line.obs"].shape == (1, 3, 7)
    with pytest.raises(bt.BnnTeachError, match=r"losses: got DataTree.*expected real numbers"):
        plot_elbo(trace)
