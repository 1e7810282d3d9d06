"""The two verbs: exact posteriors, the same draws from the same seed, words that help.

Monte Carlo tolerances are 4.5 standard errors (two-sided false alarm 7e-6 each) or p-values of
1e-5; those of ADVI, whose error is Adam's noise, are several times what other seeds show.
"""

import itertools
import warnings

import numpy as np
import pytest
from scipy import integrate, stats

import bnn_teach as bt
from bnn_teach.density import LogDensity
from bnn_teach.engine.runtime import tf
from bnn_teach.errors import (
    ArgumentError,
    ConvergenceWarning,
    InitialPointError,
    ModelError,
    NothingObservedWarning,
    ObservedError,
    ShapeError,
    SizeWarning,
)
from bnn_teach.inference import _starts, _warn_size
from bnn_teach.vi.families import start_gaussian

QUICK = {"num_samples": 60, "burn_in": 100, "num_chains": 4, "seed": 1}


@bt.model
def normal_mean(x, scale=1.0):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, scale, observed=x)


@bt.model
def regression(X, y):
    w = yield bt.Normal("w", 0.0, 2.0, batch_stack=X.shape[1], dims="feature")
    f = yield bt.Deterministic("f", tf.reduce_sum(X * w, 1), dims="point")
    yield bt.Normal("obs", f, 0.5, observed=y, dims="point")


@bt.model
def funnel():
    """Neal's funnel, non-centred."""
    v = yield bt.Normal("v", 0.0, 3.0)
    noise = yield bt.Normal("noise", 0.0, 1.0, batch_stack=9)
    yield bt.Deterministic("x", tf.exp(v / 2.0) * noise)


@bt.model
def schools(y, sigma):
    mu = yield bt.Normal("mu", 0.0, 5.0)
    tau = yield bt.HalfCauchy("tau", scale=5.0)
    noise = yield bt.Normal("noise", 0.0, 1.0, batch_stack=8, dims="school")
    theta = yield bt.Deterministic("theta", mu + tau * noise, dims="school")
    yield bt.Normal("obs", theta, sigma, observed=y, dims="school")


@bt.model
def wall(edge):
    """A model that is impossible below an edge."""
    loc = yield bt.Normal("loc", 0.0, 1.0)
    yield bt.Potential("wall", tf.where(loc > edge[0], 0.0, -np.inf))


X = np.random.default_rng(0).normal(3.0, 1.0, 30)


def normal_posterior(x, prior_sd=10.0):
    precision = 1.0 / prior_sd**2 + len(x)
    return x.sum() / precision, precision**-0.5


def make_regression():
    rng = np.random.default_rng(2)
    features = np.stack([np.ones(50), rng.normal(size=50), rng.normal(size=50)], -1)
    features[:, 2] += 0.8 * features[:, 1]
    return features, features @ [1.0, -0.5, 2.0] + 0.5 * rng.standard_normal(50)


def regression_posterior():
    features, y = make_regression()
    precision = np.eye(3) / 4.0 + features.T @ features / 0.25
    return np.linalg.solve(precision, features.T @ y / 0.25), precision


def z_score(values, expected, method="mean", **kwargs):
    """Distance of a statistic of ``values``, shape (chain, draw), from ``expected``, in MCSE."""
    from arviz_stats.base import array_stats

    values = np.asarray(values, np.float64)
    mcse = array_stats.mcse(values, method=method, chain_axis=0, draw_axis=1, **kwargs)
    statistic = {"mean": np.mean, "sd": np.std}[method](values)
    return (statistic - expected) / mcse


def quiet_fit(*args, **kwargs):
    """Fit for a few steps, which are too few to judge."""
    with pytest.warns(ConvergenceWarning):
        return bt.fit(*args, **kwargs)


@pytest.fixture(scope="module")
def trace():
    return bt.sample(normal_mean(X), 2000, 500, seed=0)


@pytest.fixture(scope="module")
def fit():
    return bt.fit(normal_mean(X), num_steps=20_000, learning_rate=0.02, seed=0)


# ---- exact answers: NUTS -----------------------------------------------------------------------


def test_nuts_normal_mean(trace):
    mean, sd = normal_posterior(X)
    loc = trace["posterior"]["normal_mean.loc"]
    assert abs(z_score(loc, mean)) < 4.5
    assert abs(z_score(loc, sd, "sd")) < 4.5


def test_nuts_regression():
    mean, precision = regression_posterior()
    covariance = np.linalg.inv(precision)
    trace = bt.sample(regression(*make_regression()), 2000, 500, seed=3)
    w = trace["posterior"]["regression.w"].values.astype(np.float64)
    for i in range(3):
        assert abs(z_score(w[..., i], mean[i])) < 4.5
        for j in range(i + 1):
            product = (w[..., i] - mean[i]) * (w[..., j] - mean[j])
            assert abs(z_score(product, covariance[i, j])) < 4.5
    f = trace["posterior"]["regression.f"]
    np.testing.assert_allclose(f, w @ make_regression()[0].T, atol=1e-4)


@bt.model
def waiting(rate):
    yield bt.Exponential("time", rate)  # NUTS moves in its logarithm
    yield bt.Normal("obs", [0.0], 1.0, observed=[0.0])


def test_a_tempered_posterior_has_the_exact_moments():
    """Raised to 1/T, N(m, S) is N(m, T S) and an exponential of rate r one of rate r/T."""
    mean, sd = normal_posterior(X)
    middle, precision = regression_posterior()
    covariance = np.linalg.inv(precision)
    for temperature in (0.25, 4.0):
        run = {"num_samples": 2000, "burn_in": 500, "seed": 5, "temperature": temperature}
        trace = bt.sample(normal_mean(X), **run)
        loc = trace["posterior"]["normal_mean.loc"]
        assert trace.attrs["temperature"] == temperature
        assert abs(z_score(loc, mean)) < 4.5
        assert abs(z_score(loc, sd * temperature**0.5, "sd")) < 4.5
        w = bt.sample(regression(*make_regression()), **run)["posterior"]["regression.w"]
        for i, j in itertools.combinations_with_replacement(range(3), 2):
            product = (w[..., i] - middle[i]) * (w[..., j] - middle[j])
            assert abs(z_score(product, temperature * covariance[i, j])) < 4.5
        time = bt.sample(waiting(0.5), **run)["posterior"]["waiting.time"]
        assert abs(z_score(time, temperature / 0.5)) < 4.5
        assert abs(z_score(time > 2.0, np.exp(-1.0 / temperature))) < 4.5
    assert trace.attrs["trace_time"] == trace.attrs["compile_time"] == 0.0  # T is data


def test_temperature_one_is_the_posterior(trace):
    again = bt.sample(normal_mean(X), 2000, 500, seed=0, temperature=1)
    assert again["posterior"].identical(trace["posterior"])
    assert trace.attrs["temperature"] == 1.0


@pytest.mark.parametrize("temperature", [0, -0.5, np.nan, np.inf, "cold", True, None])
def test_a_temperature_is_a_number_above_zero(temperature):
    with pytest.raises(ArgumentError, match=r"temperature=.*: expected a number above 0"):
        bt.sample(normal_mean(X), temperature=temperature)


def test_a_tempered_posterior_has_no_log_likelihood_for_loo():
    with pytest.raises(
        ArgumentError, match=r"include_log_likelihood: got True with temperature=0\.5"
    ):
        bt.sample(normal_mean(X), temperature=0.5, include_log_likelihood=True)


def test_nuts_funnel():
    """P(v < -3) = 0.1587, and the neck is as deep as it should be."""
    with pytest.warns(NothingObservedWarning, match="'funnel' observes nothing"):
        trace = bt.sample(funnel(), 2000, 500, seed=4)
    v = trace["posterior"]["funnel.v"].values.astype(np.float64)
    assert abs(z_score(v < -3.0, stats.norm.cdf(-1.0))) < 4.5
    assert abs(z_score(v < -6.0, stats.norm.cdf(-2.0))) < 4.5
    assert abs(z_score(v, 3.0, "sd")) < 4.5
    assert not trace["sample_stats"]["diverging"].values.any()


SCHOOLS = (np.array([28.0, 8, -3, 7, -1, 1, 18, 12]), np.array([15.0, 10, 16, 11, 9, 11, 10, 18]))


def exact_schools():
    """E[mu], E[tau] and E[theta of school A] by quadrature over tau; the rest is Gaussian."""
    y, sigma = SCHOOLS

    def given(tau):
        variance = sigma**2 + tau**2
        precision = 1 / 25 + (1 / variance).sum()
        mu = (y / variance).sum() / precision
        log_evidence = (
            stats.halfcauchy.logpdf(tau, scale=5.0)
            + stats.norm.logpdf(y, mu, np.sqrt(variance)).sum()
            + stats.norm.logpdf(mu, 0.0, 5.0)
            - 0.5 * np.log(precision)
        )
        shrink = tau**2 / variance[0]
        return np.exp(log_evidence) * np.array([1.0, mu, tau, mu + shrink * (y[0] - mu)])

    ends = [0.0, 10.0, 100.0, 3000.0]
    total = sum(
        integrate.quad_vec(given, a, b, epsrel=1e-8)[0] for a, b in itertools.pairwise(ends)
    )
    return total[1:] / total[0]


def test_nuts_eight_schools():
    names = ["Choate", "Deerfield", "Phillips A", "Phillips E", "Hotchkiss", "Lawrenceville",
             "St Paul", "Mt Hermon"]  # fmt: skip
    model = schools(*SCHOOLS).with_coords(school=names)
    trace = bt.sample(model, 2000, 500, seed=5, target_accept=0.9)
    posterior = trace["posterior"]
    mu, tau, theta = exact_schools()
    assert abs(z_score(posterior["schools.mu"], mu)) < 4.5
    assert abs(z_score(posterior["schools.tau"], tau)) < 4.5
    choate = posterior["schools.theta"].sel(school="Choate")
    assert abs(z_score(choate, theta)) < 4.5
    assert list(trace["observed_data"]["schools.obs"].coords["school"].values) == names


# ---- exact answers: ADVI -----------------------------------------------------------------------


def test_advi_normal_mean(fit):
    """The family holds the posterior: mean and sd within 3 %, the ELBO equals the evidence."""
    mean, sd = normal_posterior(X)
    assert abs(fit.approximation.mean[0] - mean) < 0.03 * sd
    assert np.sqrt(fit.approximation.covariance[0, 0]) == pytest.approx(sd, rel=0.03)
    evidence = stats.multivariate_normal(np.zeros(30), np.eye(30) + 100.0).logpdf(X)
    tail = fit.elbo[-4000:]
    assert abs(tail.mean() - evidence) < 4.5 * tail.std() / np.sqrt(len(tail)) + 0.002
    assert fit.converged and "gain nothing" in fit.verdict


def test_advi_regression():
    """Mean field has the variances 1 / Λᵢᵢ; full rank, started from it, has the covariance."""
    mean, precision = regression_posterior()
    sd = np.sqrt(np.diag(np.linalg.inv(precision)))
    narrow = bt.fit(regression(*make_regression()), num_steps=20_000, learning_rate=0.02, seed=0)
    np.testing.assert_allclose((narrow.approximation.mean - mean) / sd, 0.0, atol=0.05)
    np.testing.assert_allclose(
        np.diag(narrow.approximation.covariance), 1 / np.diag(precision), rtol=0.05
    )
    full = bt.fit(
        regression(*make_regression()),
        "fullrank_advi",
        num_steps=30_000,
        sticking_the_landing=True,
        start=narrow,
        seed=0,
    )
    np.testing.assert_allclose((full.approximation.mean - mean) / sd, 0.0, atol=1e-3)
    error = (full.approximation.covariance - np.linalg.inv(precision)) / np.outer(sd, sd)
    np.testing.assert_allclose(error, 0.0, atol=1e-3)
    gap = 0.5 * (np.log(np.diag(precision)).sum() - np.linalg.slogdet(precision)[1])
    found = full.elbo[-4000:].mean() - narrow.elbo[-4000:].mean()
    assert found == pytest.approx(gap, abs=0.05)


# ---- the trace of a run ------------------------------------------------------------------------


def test_trace_has_its_groups_and_facts(trace):
    assert set(trace.children) == {"posterior", "sample_stats", "observed_data", "constant_data"}
    assert dict(trace["posterior"].sizes) == {"chain": 4, "draw": 2000}
    assert set(trace["sample_stats"].data_vars) == {
        "lp", "acceptance_rate", "n_steps", "diverging", "energy", "tree_depth", "step_size"
    }  # fmt: skip
    attrs = trace.attrs
    assert attrs["seed"] == 0 and attrs["tuning_steps"] == 500 and attrs["target_accept"] == 0.8
    assert attrs["inference_library"] == "bnn_teach" and attrs["sampling_time"] > 0.0
    parts = ["import", "trace", "compile", "warmup", "drawing", "recording"]
    assert all(attrs[f"{part}_time"] >= 0.0 for part in parts)
    assert attrs["sampling_time"] == attrs["warmup_time"] + attrs["drawing_time"]
    loc = trace["posterior"]["normal_mean.loc"].values.astype(np.float64)
    lp = stats.norm.logpdf(loc, 0.0, 10.0) + stats.norm.logpdf(X, loc[..., None], 1.0).sum(-1)
    np.testing.assert_allclose(trace["sample_stats"]["lp"], lp, rtol=1e-5)


def test_log_likelihood_is_one_entry_a_point(trace):
    again = bt.sample(normal_mean(X), include_log_likelihood=True, **QUICK)
    likelihood = again["log_likelihood"]["normal_mean.obs"]
    assert likelihood.shape == (4, 60, 30)
    loc = again["posterior"]["normal_mean.loc"].values
    np.testing.assert_allclose(likelihood, stats.norm.logpdf(X, loc[..., None], 1.0), rtol=1e-4)


def test_values_observed_by_path(trace):
    """The same posterior as with observed= inside the model; another program, so other bits."""

    @bt.model
    def normal_mean():
        loc = yield bt.Normal("loc", 0.0, 10.0)
        yield bt.Normal("obs", loc, 1.0, batch_stack=30)

    given = bt.sample(
        normal_mean(), observed={"normal_mean.obs": X}, **QUICK | {"num_samples": 500}
    )
    mean, _ = normal_posterior(X)
    assert abs(z_score(given["posterior"]["normal_mean.loc"], mean)) < 4.5
    np.testing.assert_allclose(given["observed_data"]["normal_mean.obs"], X, rtol=1e-6)


def test_several_chains_of_a_trace_are_one_run(trace):
    few = bt.sample(normal_mean(X), **QUICK | {"num_chains": 3})
    many = bt.sample(normal_mean(X), **QUICK | {"num_chains": 10})
    assert dict(many["posterior"].sizes) == {"chain": 10, "draw": 60}
    assert list(many["posterior"]["chain"].values) == list(range(10))
    assert many["posterior"].to_dataset().isel(chain=slice(3)).equals(few["posterior"].to_dataset())


# ---- seeds -------------------------------------------------------------------------------------


def same(one, other):
    return all(
        one[group].to_dataset().identical(other[group].to_dataset())
        for group in ("posterior", "sample_stats")
    )


def test_same_seed_same_trace_whatever_the_threads_and_the_bar():
    first = bt.sample(normal_mean(X), **QUICK)
    assert same(first, bt.sample(normal_mean(X), num_threads=1, progress=False, **QUICK))
    assert same(first, bt.sample(normal_mean(X), num_threads=2, progress=True, **QUICK))
    assert not same(first, bt.sample(normal_mean(X), **QUICK | {"seed": 2}))


def test_without_a_seed_draws_differ_and_the_stored_seed_repeats_them():
    unseeded = QUICK | {"seed": None}
    first, second = (bt.sample(normal_mean(X), **unseeded) for _ in range(2))
    assert first.attrs["seed"] != second.attrs["seed"] and not same(first, second)
    assert same(first, bt.sample(normal_mean(X), **QUICK | {"seed": first.attrs["seed"]}))


def test_fit_repeats():
    runs = [quiet_fit(normal_mean(X), num_steps=100, seed=seed) for seed in (0, 0, 1, None, None)]
    again = quiet_fit(normal_mean(X), num_steps=100, seed=runs[3].seed, progress=True)
    np.testing.assert_array_equal(runs[0].losses, runs[1].losses)
    np.testing.assert_array_equal(runs[3].losses, again.losses)
    for one, other in [(0, 2), (3, 4)]:
        assert not np.any(runs[one].losses == runs[other].losses)


# ---- a fit that goes on from another -----------------------------------------------------------


def test_fit_goes_on_from_another(fit):
    more = quiet_fit(normal_mean(X), num_steps=100, learning_rate=1e-5, start=fit, seed=1)
    np.testing.assert_allclose(more.approximation.mean, fit.approximation.mean, atol=0.002)
    np.testing.assert_allclose(
        more.approximation.covariance, fit.approximation.covariance, rtol=0.02
    )


def test_fit_goes_on_in_the_other_method(fit):
    """From mean field to full rank and back: the diagonal is kept."""
    quick = {"num_steps": 20, "learning_rate": 1e-9, "seed": 1}
    full = quiet_fit(normal_mean(X), "fullrank_advi", start=fit, **quick)
    assert full.approximation.parameters.is_full_rank
    further = quiet_fit(normal_mean(X), "fullrank_advi", start=full, **quick)
    back = quiet_fit(normal_mean(X), "advi", start=further, **quick)
    for other in (full, further, back):
        np.testing.assert_allclose(
            other.approximation.covariance, fit.approximation.covariance, rtol=1e-3
        )


@pytest.mark.usefixtures("float64")
def test_fit_goes_on_in_another_dtype(fit):
    more = quiet_fit(normal_mean(X), num_steps=20, start=fit, seed=1)
    assert more.approximation.parameters.mean.dtype == np.float64


@pytest.mark.parametrize("start", ["fit", 3, "another model's"])
def test_only_a_fit_of_the_model_can_be_gone_on_from(fit, start):
    if start == "another model's":
        start = quiet_fit(normal_mean(X).named("other"), num_steps=10, seed=0)
    with pytest.raises(ArgumentError, match="start: expected a fit of a model with the same var"):
        bt.fit(normal_mean(X), start=start)


# ---- where chains start ------------------------------------------------------------------------


def test_chains_start_where_values_say(trace):
    """With a step size that is not adapted and one transition, a chain is near its start."""
    path = "normal_mean.loc"
    far = {path: np.array([2.0, 2.5, 3.5, 4.0]), "not in the model": None}
    begun = {}
    for name, start in {"far": far, "trace": trace["posterior"].isel(draw=-1)}.items():
        with pytest.warns(ConvergenceWarning, match="burn_in=0"):
            found = bt.sample(normal_mean(X), 1, 0, 4, start=start, max_tree_depth=1, seed=1)
        begun[name] = found["posterior"][path].values[:, 0]
        assert np.all(np.abs(begun[name] - np.asarray(start[path])) < 1.5)
    assert np.all(begun["far"] != begun["trace"])


def test_starts_are_on_the_scale_of_the_variables():
    density = LogDensity(schools(*SCHOOLS))
    rng = np.random.default_rng(3)
    start = {path: rng.uniform(0.5, 2, (3, *slot.shape)) for path, slot in density.slots.items()}
    z = _starts(density, start, 3)
    assert z.shape == (3, 10) and z.dtype == np.float32
    for path, values in density.unflatten(z)[0].items():
        if path in start:
            np.testing.assert_allclose(values, start[path], rtol=1e-5, err_msg=path)
    start["schools.tau"][1] = -1.0
    with pytest.raises(ObservedError, match=r"schools\.tau"):
        _starts(density, start, 3)


# ---- was it enough? ----------------------------------------------------------------------------


def test_unfinished_fit_warns():
    with pytest.warns(ConvergenceWarning, match=r"not there yet: .* gain .* more steps"):
        unfinished = bt.fit(
            normal_mean(X), num_steps=400, learning_rate=1e-3, final_learning_rate=1e-3, seed=0
        )
    assert not unfinished.converged


def test_full_rank_of_many_unknowns_says_what_it_takes():
    q = start_gaussian("fullrank_advi", np.zeros(4000, np.float32), 0.1)
    with pytest.warns(SizeWarning, match=r"fullrank_advi.* 4000 x 4000 .* 1\.9 GB.*advi"):
        _warn_size(q)
    _warn_size(start_gaussian("advi", np.zeros(4000, np.float32), 0.1))
    _warn_size(start_gaussian("fullrank_advi", np.zeros(400), 0.1))


def test_runaway_fit_warns():
    with pytest.warns(ConvergenceWarning, match=r"not finite from step \d+ on. Lower learning_"):
        runaway = bt.fit(
            normal_mean(X), num_steps=3000, learning_rate=1e25, final_learning_rate=1e25, seed=0
        )
    assert not runaway.converged and not np.isfinite(runaway.losses[-1])


# ---- where it starts ---------------------------------------------------------------------------


def test_fit_searches_for_a_possible_start():
    fit = quiet_fit(wall(np.array([0.3])), num_steps=20, seed=0, learning_rate=1e-9)
    assert fit.approximation.mean[0] > 0.3 and np.isfinite(fit.losses).all()


def test_impossible_model_names_the_variable():
    with pytest.raises(InitialPointError, match=r"tries: the term of 'wall\.wall' is infinite"):
        bt.fit(wall(np.array([1e6])), seed=0)


# ---- what goes wrong is said once --------------------------------------------------------------


def warnings_of(*args, **kwargs):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        trace = bt.sample(*args, **kwargs)
    caught = [w for w in caught if w.category is not NothingObservedWarning]
    assert all(w.category is ConvergenceWarning for w in caught), [str(w.message) for w in caught]
    assert all(w.filename == __file__ for w in caught)
    return trace, [str(w.message) for w in caught]


def test_no_warm_up_warns():
    _, messages = warnings_of(normal_mean(X), **QUICK | {"burn_in": 0})
    assert len(messages) == 1 and messages[0].startswith("burn_in=0:")


def test_chains_that_cannot_move_warn_once():
    """No step is small enough: one message, although all transitions diverge as well."""

    @bt.model
    def needle():
        loc = yield bt.Normal("loc", 0.0, 1.0)
        yield bt.Potential("needle", 1e9 * tf.sin(1e6 * loc))

    _, messages = warnings_of(needle(), **QUICK)
    assert messages and "Chains 0, 1, 2, 3 did not move" in messages[0]
    assert len(messages) == 1, messages


def test_divergences_warn():
    """The centred funnel, with a step size that only fits its mouth."""

    @bt.model
    def centred():
        v = yield bt.Normal("v", 0.0, 3.0)
        yield bt.Normal("x", 0.0, tf.exp(v / 2.0), batch_stack=9)

    trace, messages = warnings_of(centred(), 1000, 300, target_accept=0.4, seed=1)
    number = int(trace["sample_stats"]["diverging"].sum())
    assert number > 0
    assert sum(f"{number} of 4000 transitions diverged" in m for m in messages) == 1


@bt.model
def swapping(y):
    """Two components that can change their names."""
    mean = yield bt.Normal("mean", 0.0, 5.0, batch_stack=2)
    yield bt.Potential(
        "obs", tf.reduce_sum(tf.reduce_logsumexp(-0.5 * (y[:, None] - mean) ** 2, 1))
    )


@bt.model
def square(y):
    root = yield bt.Normal("root", 0.0, 3.0)
    yield bt.Normal("obs", root**2, 0.3, observed=y)


@bt.model
def wave(x, y):
    w = yield bt.Normal("w", 0.0, 3.0, batch_stack=2)
    f = yield bt.Deterministic("f", w[0] * tf.sin(w[1] * x))
    yield bt.Normal("obs", f, 0.1, observed=y)


APART = {
    "swapping.mean": lambda: swapping(np.repeat([-3.0, 3.0], 10)),
    "square.root": lambda: square(np.full(10, 4.0)),
    "wave.f": lambda: wave(np.arange(4.0), np.sin(np.arange(4.0)) * [0, 1, 0, 1]),
}


@pytest.mark.parametrize("path", APART)
def test_chains_that_disagree_warn(path):
    _, messages = warnings_of(APART[path](), 200, 300, seed=0)
    assert [m for m in messages if m.startswith(path) and "R-hat" in m], messages


def test_weights_that_disagree_about_one_function_do_not_warn():
    """The signs of both weights change together, and the function does not notice."""
    x = np.linspace(-1.0, 1.0, 20)
    trace, messages = warnings_of(wave(x, np.sin(x)), 200, 300, seed=0)
    signs = np.sign(trace["posterior"]["wave.w"].values[..., 0].mean(1))
    assert len(set(signs)) == 2 and not [m for m in messages if "R-hat" in m], messages


# ---- wrong arguments ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"num_sample": 10}, r"sample: .* Did you mean 'num_samples'\? It takes model, "),
        ({"draws": 10}, r"Did you mean 'num_samples'"),
        ({"tune": 10}, r"Did you mean 'burn_in'"),
        ({"random_seed": 10}, r"Did you mean 'seed'"),
        ({"num_samples": 0}, r"num_samples=0: expected an integer of at least 1"),
        ({"num_samples": 10.0}, r"num_samples=10\.0: expected an integer"),
        ({"burn_in": -1}, r"burn_in=-1"),
        ({"burn_in": True}, r"burn_in=True"),
        ({"num_chains": "4"}, r"num_chains='4'"),
        ({"num_chains": 0}, r"num_chains=0"),
        ({"target_accept": 1.0}, r"target_accept=1\.0: expected a number between 0 and 1"),
        ({"target_accept": "0.8"}, r"target_accept='0\.8'"),
        ({"max_tree_depth": 0}, r"max_tree_depth=0"),
        ({"num_threads": 0}, r"num_threads=0"),
        ({"seed": -1}, r"seed=-1"),
        ({"seed": 1.5}, r"seed=1\.5"),
        ({"seed": 2**63}, r"below 2\*\*63"),
        ({"observed": X}, r"observed: expected a dict of path to values, got ndarray"),
        ({"observed": "normal_mean.obs"}, r"observed: expected a dict"),
        ({"start": X}, r"start: got ndarray, expected values by path"),
        ({"start": {}}, r"normal_mean\.loc: no value was given"),
        ({"start": {"normal_mean.loc": 1.0}}, r"loc has shape \(\), expected \(4,\)"),
        ({"start": {"normal_mean.loc": np.ones(3)}}, r"loc has shape \(3,\), expected \(4,\)"),
    ],
)
def test_sample_names_a_wrong_argument(arguments, text):
    with pytest.raises(ArgumentError, match=text):
        bt.sample(normal_mean(X), **arguments)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"lr": 0.1}, r"fit: .* Did you mean 'learning_rate'"),
        ({"n": 100}, r"Did you mean 'num_steps'"),
        ({"method": "nuts"}, r"method='nuts' is unknown; choose 'advi' or 'fullrank_advi'"),
        ({"num_steps": 0}, r"num_steps=0"),
        ({"learning_rate": 0.0}, r"learning_rate=0\.0: expected a number"),
        ({"learning_rate": None}, r"learning_rate=None"),
        ({"final_learning_rate": -1.0}, r"final_learning_rate=-1\.0"),
        ({"final_learning_rate": np.inf}, r"final_learning_rate=inf"),
        ({"initial_scale": 0}, r"initial_scale=0"),
        ({"samples_per_step": 0}, r"samples_per_step=0"),
        ({"batch_size": 0}, r"batch_size=0"),
        ({"batch_size": 31}, r"batch_size=31 .* it is 30"),
        ({"observed": [1.0]}, r"observed: expected a dict of path to values, got list"),
    ],
)
def test_fit_names_a_wrong_argument(arguments, text):
    with pytest.raises(ArgumentError, match=text):
        bt.fit(normal_mean(X), **arguments)


@pytest.mark.parametrize("verb", [bt.sample, bt.fit])
@pytest.mark.parametrize(
    ("model", "error", "text"),
    [
        (lambda: normal_mean, ModelError, "normal_mean"),
        (lambda: X, ModelError, "ndarray"),
        (lambda: None, ModelError, "NoneType"),
        (lambda: normal_mean(X).with_coords(day=[1]), ShapeError, "no value .* has an axis 'day'"),
    ],
)
def test_wrong_model_is_named(verb, model, error, text):
    with pytest.raises(error, match=text):
        verb(model())


def test_path_that_is_not_in_the_model_is_named():
    with pytest.raises(
        ObservedError, match=r"'normal_mean\.ob' .* Did you mean 'normal_mean\.obs'"
    ):
        bt.sample(normal_mean(X), observed={"normal_mean.ob": X})
