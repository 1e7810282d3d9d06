"""The fair lab, with tiny sizes: every combination is there, and the file keeps it."""

import json

import numpy as np
import pytest
import xarray as xr

from bnn_teach import cli
from bnn_teach.course.chapters.ch08 import experiment as fair_lab
from bnn_teach.course.chapters.ch08.bands import LabBand, judge, read_fair_lab
from bnn_teach.course.datasets import gap_sine
from bnn_teach.course.networks import network
from bnn_teach.errors import ArgumentError, InterruptedWarning

TINY = fair_lab.LabSettings(
    prior_scales=(1.0,),
    num_fits=2,
    num_steps=3000,
    learning_rate=0.01,
    num_draws=200,
    num_chains=2,
    burn_in=50,
    num_samples=50,
    num_points=13,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    path, lines = tmp_path_factory.mktemp("lab") / "new" / "lab.json", []
    return fair_lab.run_fair_lab(path, TINY, report=lines.append), path, lines


def test_every_combination_is_there_once(found):
    lab = found[0]
    assert [band.prior_scale for band in lab.nuts] == [1.0]
    kinds = {(f.method, f.prior_scale, f.initial_scale, f.seed) for f in lab.fits}
    assert len(kinds) == len(lab.fits) == 2 * 2 * 2
    assert {f.initial_scale for f in lab.fits} == {1.0, 0.01}
    assert len(found[2]) == 1 + 4


def test_bands_are_quantiles_at_every_x(found):
    lab = found[0]
    np.testing.assert_allclose(lab.x, np.linspace(-1.5, 1.5, 13), atol=1e-4)
    for band in (*lab.nuts, *lab.fits, *lab.mixtures):
        assert band.lower.shape == band.median.shape == band.upper.shape == (13,)
        assert (band.lower <= band.median).all() and (band.median <= band.upper).all()
        np.testing.assert_array_equal(band.width, band.upper - band.lower)


def test_a_start_of_one_collapses_and_a_small_one_does_not(found):
    """Over 8 seeds at prior scale 1 all mean-field fits from 1 collapsed, and none from 0.01."""
    fits = [f for f in found[0].fits if f.method == "advi"]
    assert [f.collapsed for f in fits if f.initial_scale == 1.0] == [True, True]
    assert [f.collapsed for f in fits if f.initial_scale == 0.01] == [False, False]
    dead = [f.elbo for f in fits if f.collapsed]
    assert max(dead) < min(f.elbo for f in fits if not f.collapsed) - 100


def test_a_mixture_holds_the_fits_that_did_not_collapse(found):
    """Its 95 % band lies within the union of theirs, and there is none where all collapsed."""
    lab = found[0]
    for mixture in lab.mixtures:
        kind = (mixture.method, mixture.prior_scale, mixture.initial_scale)
        fits = [f for f in lab.fits if (f.method, f.prior_scale, f.initial_scale) == kind]
        good = [f for f in fits if not f.collapsed]
        assert good and mixture.seed is None
        assert (mixture.upper <= np.max([f.upper for f in good], axis=0) + 1e-3).all()
        assert (mixture.lower >= np.min([f.lower for f in good], axis=0) - 1e-3).all()
    assert ("advi", 1.0) not in {(m.method, m.initial_scale) for m in lab.mixtures}


def test_the_file_keeps_everything(found):
    lab, path, _ = found
    again = read_fair_lab(path)
    assert again.settings == lab.settings == json.loads(json.dumps(TINY._asdict()))
    assert {"tensorflow", "numpy", "bnn_teach"} <= again.versions.keys()
    for one, other in zip(lab.fits, again.fits, strict=True):
        for here, there in zip(one, other, strict=True):
            np.testing.assert_array_equal(here, there)
    assert max(map(len, path.read_text(encoding="utf-8").splitlines())) < 3000  # one band a line


@pytest.mark.parametrize("text", [None, "not json", "{}", '{"settings": 1, "versions": 2}', "[]"])
def test_a_wrong_file_is_answered_with_the_command(tmp_path, text):
    path = tmp_path / "lab.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ArgumentError, match=r"lab\.json: .*python -m bnn_teach fair-lab"):
        read_fair_lab(path)


def test_a_collapsed_band_is_one_that_misses_the_points():
    curve = np.zeros(3)
    facts = ("advi", 1.0, 1.0, 0, -1000.0, True, None)
    assert LabBand(*facts, 0.72, curve, curve, curve).collapsed
    assert not LabBand(*facts, 0.1, curve, curve, curve).collapsed


def test_the_command_gets_its_file(monkeypatch, tmp_path, capsys):
    calls = []
    monkeypatch.setattr(fair_lab, "run_fair_lab", lambda *a, report: calls.append(a) or report("x"))
    assert cli.main(["fair-lab", "--output", str(tmp_path / "lab.json")]) == 0
    assert calls == [(tmp_path / "lab.json",)]
    assert capsys.readouterr().out.splitlines()[-1] == "x"


def test_an_interrupt_leaves_no_file(monkeypatch, tmp_path):
    import warnings

    def interrupted(*_, **__):
        warnings.warn("Interrupted: 4 of 50 draws are kept.", InterruptedWarning, stacklevel=1)

    monkeypatch.setattr(fair_lab, "sample", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fair_lab.run_fair_lab(tmp_path / "out" / "lab.json", TINY)
    assert not (tmp_path / "out").exists()


def test_the_article_starts_wide_around_means_of_sd_one():
    data = gap_sine()
    net = network(data.x, data.y, prior_scale=0.5)
    q = fair_lab.article_start(net, "fullrank_advi", seed=3).approximation.parameters
    np.testing.assert_allclose(np.logaddexp(0, q.rho), 1.0, rtol=1e-6)
    assert 0.7 < q.mean.std() < 1.3 and q.is_full_rank
    narrow = fair_lab.article_start(net, "advi", 3, initial_scale=0.01).approximation.parameters
    np.testing.assert_allclose(np.logaddexp(0, narrow.rho), 0.01, rtol=1e-4)
    np.testing.assert_array_equal(narrow.mean, q.mean)


def test_a_unit_that_says_the_same_everywhere_is_dead():
    x = np.linspace(-1, 1, 5)[:, None]
    values = {
        "network.l1.w": np.array([[1.0, 0.0, 1.0]]),
        "network.l1.b": np.array([0.0, 1.0, -2.0]),  # alive, constant, never above 0
        "network.l2.w": np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 1.0]]),
        "network.l2.b": np.zeros(2),  # alive, fed by the constant only
    }
    posterior = xr.Dataset({k: (("chain", "draw", *[f"{k}{i}" for i in range(v.ndim)]),
                                v[None, None]) for k, v in values.items()})  # fmt: skip
    assert fair_lab.live_units({"posterior": posterior}, x) == 2.0


def test_the_best_band_is_the_one_of_the_quantiles_and_it_scores_one():
    reference = np.random.default_rng(0).normal(size=(4, 5000, 3))
    everywhere = {"all": np.ones(3, bool)}
    lower, upper = np.quantile(reference, [0.025, 0.975], axis=(0, 1))
    own = judge(lower, upper, reference, everywhere)["all"]
    assert (own.width, own.score) == pytest.approx((1.0, 1.0))
    assert own.held == pytest.approx(0.95, abs=1e-3)
    for factor in (0.5, 2.0):
        other = judge(factor * lower, factor * upper, reference, everywhere)["all"]
        assert other.score > 1.1 and other.width == pytest.approx(factor)
        assert (other.held < 0.95) == (factor < 1)
