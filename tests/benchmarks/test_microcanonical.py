"""The attempt with the microcanonical sampler, on a few gradients: its density, and its rows."""

import json

import numpy as np
import pytest
from scipy import stats

from tests.benchmarks import microcanonical
from tests.benchmarks.workloads import NOISE_SCALE, function_values, unflatten

Z = 0.5 * np.random.default_rng(0).standard_normal((4, 46))


def test_density_and_gradient_are_those_of_the_network():
    value, grad = microcanonical.value_and_grad(Z)
    f = function_values(unflatten(Z, 5), microcanonical.X)
    exact = stats.norm.logpdf(microcanonical.Y[:, 0], f, NOISE_SCALE).sum(1)
    exact += stats.norm.logpdf(Z).sum(1)
    np.testing.assert_allclose(value - value[0], exact - exact[0], rtol=1e-9)
    h, near = 1e-6, []
    for e in np.eye(46):
        ends = [microcanonical.value_and_grad(Z + sign * h * e)[0] for sign in (1, -1)]
        near.append((ends[0] - ends[1]) / (2 * h))
    np.testing.assert_allclose(grad, np.transpose(near), atol=1e-6 * np.abs(grad).max())


def test_rows_are_kept_and_made_once(tmp_path, monkeypatch):
    for name, value in {"SEEDS": 1, "GRADIENTS": 400, "LENGTH": 4, "ROUNDS": 4}.items():
        monkeypatch.setattr(microcanonical, name, value)
    for name in ("STORED", "STARTS"):
        monkeypatch.setattr(microcanonical, name, tmp_path / name)
    np.save(tmp_path / "starts.npy", Z)
    (tmp_path / "starts.npy").rename(microcanonical.STARTS)
    microcanonical.STORED.write_text('{"NUTS": {}}')
    microcanonical.main()
    text = microcanonical.STORED.read_text()
    rows = json.loads(text)
    assert list(rows) == ["NUTS", *microcanonical.METHODS]
    for name in microcanonical.METHODS:
        assert rows[name]["gradients"] == pytest.approx([404], abs=4)
        assert rows[name]["ess"][0] > 0.0 and 0.0 < rows[name]["acceptance"] <= 1.0
        assert len(rows[name]["width gap"]) == 1
    microcanonical.main()
    assert microcanonical.STORED.read_text() == text
