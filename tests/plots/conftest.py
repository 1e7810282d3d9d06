"""What the tests of pictures share: no window, no figure left open, and numbers to draw."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

mpl.use("Agg")
X = np.linspace(-2, 2, 81)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def normal_draws():
    """Draws of a function whose spread grows outwards: (chain, draw, x)."""

    def draw(*, shape=(4, 50), seed=0):
        noise = np.random.default_rng(seed).standard_normal((*shape, 1))
        return (np.sin(X) + noise * (0.1 + X**2)).astype(np.float32)

    return draw


@pytest.fixture
def uniform_draws():
    """Draws whose central 95 % band is 0.95 * ``width`` wide, and the 50 % band half of ``width``.

    2001 equally spaced draws make every quantile used here one of them, so nothing is approximate.
    """
    return lambda width: np.linspace(-0.5, 0.5, 2001)[:, None] * width


@pytest.fixture
def losses():
    """Huge at first, then 10 with a noise of 1."""
    steps = np.arange(2000)
    return 10 + 1e6 * np.exp(-steps / 5) + np.random.default_rng(0).standard_normal(2000)


@pytest.fixture
def diagnostics():
    def change(**changes):
        values = {
            "r_hat": 1.002 + 0.03 * np.abs(X),
            "ess_bulk": 1000 - 450 * np.abs(X),
            "ess_tail": 900 - 300 * np.abs(X),
            "mcse_mean": 0.01 + 0.02 * np.abs(X),
        } | changes
        return xr.Dataset({key: ("x", np.asarray(value)) for key, value in values.items()})

    return change
