"""Traces: names of axes come from the model, ArviZ takes them as they are, files give them back."""

import numpy as np
import pytest
import xarray as xr

import bnn_teach as bt
from bnn_teach.dsl.structure import inspect_model
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.traces import check_axes, draws_of, make_trace

SCHOOLS = ["Choate", "Deerfield", "St Paul"]


@bt.model
def schools(y, sigma):
    """Names for the axis of the schools, none for those of the other variables."""
    mu = yield bt.Normal("mu", 0.0, 5.0)
    weights = yield bt.Normal("weights", 0.0, 1.0, batch_stack=(2, 1))
    theta = yield bt.Normal("theta", mu, 1.0, batch_stack=3, dims="school")
    yield bt.Deterministic("twice", 2.0 * theta, dims="school")
    yield bt.Normal("obs", theta + weights[0], sigma, observed=y, dims="school")


@bt.model
def pairs(y):
    """Observe vectors: their log-density has one axis fewer than they have."""
    mean = yield bt.Normal("mean", 0.0, 1.0, batch_stack=2, dims="coordinate")
    yield bt.MvNormal("obs", mean, np.eye(2), observed=y, dims=("point", "coordinate"))


def make_model():
    return schools(np.array([28.0, 8.0, -3.0]), np.array([15.0, 10.0, 16.0])).with_coords(
        school=SCHOOLS
    )


@pytest.fixture(scope="module")
def trace():
    return bt.sample(make_model(), 200, 300, seed=0, include_log_likelihood=True)


def fake(seed=0, chains=2, draws=10, model=None, **changes):
    """A trace of invented draws: no sampler runs."""
    structure = inspect_model(make_model() if model is None else model)
    rng = np.random.default_rng(seed)
    posterior = {
        p: rng.normal(size=(chains, draws, *structure.shape_of(p)))
        for p in (*structure.latent, *structure.recorded)
    }
    statistics = {"lp": rng.normal(size=(chains, draws)), "diverging": posterior["schools.mu"] > 1}
    groups = {"posterior": posterior, "sample_stats": statistics} | changes
    return make_trace(structure, groups, seed=seed)


# ---- groups, axes, labels ----------------------------------------------------------------------


def test_axes_have_the_models_names_and_labels(trace):
    posterior = trace["posterior"]
    expected = {
        "schools.mu": ("chain", "draw"),
        "schools.weights": ("chain", "draw", "schools.weights_dim_0", "schools.weights_dim_1"),
        "schools.theta": ("chain", "draw", "school"),
        "schools.twice": ("chain", "draw", "school"),
    }
    assert {p: posterior[p].dims for p in posterior.data_vars} == expected
    assert list(posterior["school"].values) == SCHOOLS
    assert list(posterior["chain"].values) == [0, 1, 2, 3]
    assert list(posterior["draw"].values) == list(range(200))
    np.testing.assert_array_equal(posterior["schools.weights_dim_0"], [0, 1])
    assert posterior["schools.theta"].sel(school="St Paul").shape == (4, 200)
    np.testing.assert_allclose(posterior["schools.twice"], 2.0 * posterior["schools.theta"])


def test_other_groups(trace):
    assert trace["log_likelihood"]["schools.obs"].dims == ("chain", "draw", "school")
    assert trace["observed_data"]["schools.obs"].dims == ("school",)
    np.testing.assert_allclose(trace["observed_data"]["schools.obs"], [28.0, 8.0, -3.0])
    assert set(trace["constant_data"].data_vars) == {"y", "sigma"}
    assert trace["sample_stats"]["diverging"].dtype == bool
    assert all(trace["sample_stats"][n].dims == ("chain", "draw") for n in trace["sample_stats"])


def test_log_likelihood_of_vectors_has_no_axis_for_their_entries():
    structure = inspect_model(pairs(np.zeros((6, 2))))
    groups = {"log_likelihood": {"pairs.obs": np.zeros((4, 5, 6))}}
    likelihood = make_trace(structure, groups)["log_likelihood"]["pairs.obs"]
    assert likelihood.dims == ("chain", "draw", "point")


def test_attributes_that_are_none_are_left_out():
    trace = make_trace(inspect_model(make_model()), {}, seed=3, target_accept=None)
    assert trace.attrs["seed"] == 3 and "target_accept" not in trace.attrs
    assert trace.attrs["inference_library"] == "bnn_teach"
    assert trace.attrs["inference_library_version"] == bt.__version__


@bt.model
def crooked(first=("a",), second=("b",)):
    yield bt.Normal("x", 0.0, 1.0, batch_stack=2, dims=first)
    yield bt.Normal("y", 0.0, 1.0, batch_stack=3, dims=second)


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (lambda: crooked(second=["b", "c"]), r"crooked\.y: dims=\('b', 'c'\) names 2 axes, .* 1"),
        (lambda: crooked(second="a"), r"crooked\.y: its axis 'a' has 3 entries, .* has 2"),
        (lambda: crooked(first="draw"), r"crooked\.x: dims=\('draw',\) has 'draw'"),
        (lambda: crooked(first="chain"), r"crooked\.x: .* has 'chain'"),
        (lambda: crooked(first="a/b"), r"crooked\.x: .* contain no '/'"),
        (lambda: crooked().with_coords(a=[1, 2, 3]), r"crooked\.x: the dimension 'a' has 3 label"),
        (lambda: crooked().with_coords(aa=[1, 2]), r"no value .* axis 'aa'.* Did you mean 'a'"),
    ],
)
def test_axes_that_do_not_fit_are_told_before_a_run(model, text):
    with pytest.raises(ShapeError, match=text):
        check_axes(inspect_model(model()))
    with pytest.raises(ShapeError, match=text):
        bt.sample_prior_predictive(model(), 3, seed=0)


def test_axes_without_names_can_be_labelled():
    model = schools(np.zeros(3), np.ones(3)).with_coords(
        **{"schools.weights_dim_0": ["left", "right"]}
    )
    trace = bt.sample_prior_predictive(model, 3, seed=0)
    assert list(trace["prior"]["schools.weights_dim_0"].values) == ["left", "right"]
    assert trace["constant_data"]["y"].dims == ("school",)  # along the observed values


# ---- reading draws -----------------------------------------------------------------------------


def test_draws_come_out_as_arrays_chain_and_draw_first():
    trace = fake()
    turned = trace.copy()
    turned["posterior"] = xr.DataTree(
        dataset=trace["posterior"].to_dataset().transpose(..., "chain")
    )
    for source in (trace, turned):
        draws = draws_of(source)
        assert draws["schools.theta"].shape == (2, 10, 3)
        np.testing.assert_array_equal(
            draws["schools.theta"], trace["posterior"]["schools.theta"].values
        )


@pytest.mark.parametrize("thing", [None, 3, {"posterior": {}}, xr.DataTree(), xr.Dataset()])
def test_what_is_no_trace_is_refused(thing):
    with pytest.raises(ArgumentError, match="Expected a trace with a posterior, got"):
        draws_of(thing)


def test_trace_without_draws_is_refused():
    """An interrupted warm-up leaves one."""
    with pytest.raises(ArgumentError, match="holds no draws"):
        draws_of(fake(draws=0))


# ---- files -------------------------------------------------------------------------------------


def identical(one, other):
    xr.testing.assert_identical(one, other)
    for name, node in one.children.items():
        for path, values in node.data_vars.items():
            assert values.dtype == other[name][path].dtype, path


def test_file_gives_the_trace_back(trace, tmp_path):
    path = bt.save(trace, tmp_path / "trace.nc")
    assert path == tmp_path / "trace.nc" and path.exists()
    identical(trace, bt.load(path))
    identical(trace, bt.load(str(path)))


def test_file_is_closed_after_loading(trace, tmp_path):
    """So that it can be written again while its draws are in use."""
    path = bt.save(trace, tmp_path / "trace.nc")
    loaded = bt.load(path)
    bt.save(loaded, path)
    path.unlink()
    identical(trace, loaded)


def test_xarray_reads_and_writes_it_too(trace, tmp_path):
    trace.to_netcdf(tmp_path / "tree.nc")
    with xr.open_datatree(tmp_path / "tree.nc") as tree:
        identical(trace, tree.load())


def test_trace_without_draws_survives_a_file(tmp_path):
    empty = fake(draws=0)
    identical(empty, bt.load(bt.save(empty, tmp_path / "empty.nc")))


def test_missing_file_is_named(tmp_path):
    with pytest.raises(ArgumentError, match=r"nothing\.nc: no such file"):
        bt.load(tmp_path / "nothing.nc")


def test_what_cannot_be_written_is_named(tmp_path):
    trace = fake()
    trace["posterior"]["note"] = ("draw", np.array([object()] * trace["posterior"].sizes["draw"]))
    with pytest.raises(ArgumentError, match=r"save: .*could not be written .*drop what was added"):
        bt.save(trace, tmp_path / "t.nc")


def test_largest_seed_fits_into_a_file(tmp_path):
    trace = bt.sample_prior_predictive(make_model(), 2, seed=2**63 - 1)
    assert bt.load(bt.save(trace, tmp_path / "t.nc")).attrs["seed"] == 2**63 - 1


# ---- joining -----------------------------------------------------------------------------------


def test_more_chains():
    joined = bt.concatenate([fake(0), fake(1, chains=3), fake(2)])
    assert dict(joined["posterior"].sizes)["chain"] == 7
    assert list(joined["posterior"]["chain"].values) == list(range(7))
    for path in ("schools.theta", "schools.mu"):
        expected = np.concatenate([fake(0)["posterior"][path], fake(1, chains=3)["posterior"][path],
                                   fake(2)["posterior"][path]])  # fmt: skip
        np.testing.assert_array_equal(joined["posterior"][path], expected)
    assert joined["sample_stats"]["diverging"].dtype == bool
    assert joined["sample_stats"].sizes["chain"] == 7
    assert joined["observed_data"].equals(fake()["observed_data"])
    assert list(joined["posterior"]["school"].values) == SCHOOLS


def test_longer_chains():
    joined = bt.concatenate([fake(0), fake(1, draws=4)], "draw")
    assert dict(joined["posterior"].sizes)["draw"] == 14
    assert list(joined["posterior"]["draw"].values) == list(range(14))
    np.testing.assert_array_equal(
        joined["posterior"]["schools.mu"][:, 10:], fake(1, draws=4)["posterior"]["schools.mu"]
    )


def test_joining_keeps_all_seeds_and_changes_no_trace(tmp_path):
    first, second = fake(4), fake(5)
    joined = bt.concatenate([bt.concatenate([first, second]), fake(6)])
    assert joined.attrs["seed"] == [4, 5, 6] and first.attrs["seed"] == 4
    assert first["posterior"].sizes["chain"] == 2
    loaded = bt.load(bt.save(joined, tmp_path / "joined.nc"))
    assert list(loaded.attrs["seed"]) == [4, 5, 6]
    assert loaded["posterior"].equals(joined["posterior"])
    xr.testing.assert_identical(bt.concatenate([first]), first)


def other(y=(28.0, 8.0, -3.0), labels=SCHOOLS):
    sigma = np.array([15.0, 10.0, 16.0])
    return schools(np.array(y), sigma).with_coords(school=list(labels))


def cold():
    trace = fake()
    trace.attrs["temperature"] = 0.5
    return trace


@pytest.mark.parametrize(
    ("traces", "dim", "text"),
    [
        ([], "chain", "0 traces"),
        (fake, "chain", "takes a list of one or more traces"),
        (lambda: [fake(), "trace"], "chain", "takes a list of one or more traces"),
        (lambda: [fake(), fake()], "school", "dim='chain' or 'draw'; .*dim='school'"),
        (lambda: [fake(), fake(draws=9)], "chain", r"number 1: .*'draw': 9.*'draw': 10"),
        (lambda: [fake(), fake(chains=3)], "draw", r"number 1: .*'chain': 3.*'chain': 2"),
        (lambda: [fake(), fake(), fake(sample_stats={})], "chain", "number 2: 'sample_stats'"),
        (lambda: [fake(), fake(posterior={})], "chain", "has 'schools.mu' with axes None"),
        (lambda: [fake(), fake(model=other(y=np.zeros(3)))], "chain", "'observed_data' differs"),
        (lambda: [fake(), fake(model=other(labels="abc"))], "chain", "other labels along 'school'"),
        (
            lambda: [fake(), cold()],
            "chain",
            "got traces of the temperatures 0.5, 1, expected one",
        ),
    ],
)
def test_traces_that_do_not_fit_are_not_joined(traces, dim, text):
    with pytest.raises(ArgumentError, match=text):
        bt.concatenate(traces() if callable(traces) else traces, dim)


# ---- ArviZ -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def az():
    import matplotlib as mpl

    mpl.use("agg")
    return pytest.importorskip("arviz")


def test_arviz_summarises(trace, az):
    table = az.summary(trace)
    names = [
        "schools.mu",
        "schools.theta[Choate]",
        "schools.weights[0, 0]",
        "schools.twice[St Paul]",
    ]
    assert set(names) <= set(table.index)
    assert float(table.loc["schools.mu", "r_hat"]) < 1.1
    assert az.summary(trace, var_names=["schools.mu"]).shape[0] == 1


def test_arviz_compares_models(trace, az):
    result = az.loo(trace)
    assert np.isfinite(result.elpd) and result.n_data_points == 3


@pytest.mark.parametrize("name", ["plot_dist", "plot_trace_dist", "plot_rank_dist"])
def test_arviz_plots(trace, az, name):
    import matplotlib.pyplot as plt

    getattr(az, name)(trace, var_names=["schools.mu", "schools.theta"])
    assert plt.get_fignums()
    plt.close("all")


def test_arviz_diagnoses_a_loaded_trace(trace, az, tmp_path):
    loaded = bt.load(bt.save(trace, tmp_path / "trace.nc"))
    xr.testing.assert_identical(az.ess(loaded), az.ess(trace))
    assert not trace["sample_stats"]["diverging"].any()
