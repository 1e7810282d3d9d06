"""In JupyterLab the playground hands data and model to Python, which finds the same band."""

import pytest

from tests.lab import PATIENCE, run_all, run_cell, run_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BUILD = """
import warnings
import numpy as np
import bnn_teach as bt

exhibit = bt.playground("one", width=2, prior_scale=0.5)
exhibit
"""
COMPARE = """
warnings.simplefilter("ignore", bt.ConvergenceWarning)
net, live = exhibit.model(), exhibit.bands["nuts"]
trace = bt.sample(net, num_samples=1000, burn_in=500, seed=0)
x = np.array(live["x"])
new = bt.sample_posterior_predictive(net.at(x=x[:, None]), trace, ["network.f"], seed=0)
f = new["posterior_predictive"]["network.f"].values[..., 0].reshape(-1, len(x))
lower, median, upper = np.quantile(f, [0.025, 0.5, 0.975], axis=0)
here = np.abs(x) <= 0.6
off = [np.abs(mine - live[name]) / (upper - lower) for name, mine in
       (("lower", lower), ("median", median), ("upper", upper))]
print(np.max(np.array(off)[:, here]))
"""


def test_data_and_model_arrive_in_python_and_the_bands_agree(lab, lab_page):
    page = lab_page
    lab.open(page, "notebook.ipynb")
    [outputs] = run_all(page)
    assert outputs[0]["data"]["text/plain"].startswith("Playground: 1 point, hidden layers of 2")
    exhibit = page.locator(".bnn-live")
    handle = exhibit.locator(".bnn-handle")
    handle.focus()
    for _ in range(5):
        page.keyboard.press("ArrowLeft")  # and JupyterLab leaves the arrow to the point
    page.keyboard.press("ArrowUp")
    assert handle.get_attribute("aria-label") == "Point 1 of 1: x 0.2, y 0.95"
    told = "print(*exhibit.data.x[0], *exhibit.data.y[0])"
    assert run_until(page, told, "0.2 0.95\n".__eq__)

    done = "['enough', 'ended'].includes(document.querySelector('.bnn-live').dataset.phase)"
    page.wait_for_function(done, timeout=PATIENCE * 1000)
    assert run_until(page, "print(*exhibit.bands)", "nuts\n".__eq__)
    # With 400 effective draws the standard error of either end is 0.034 of a normal band's width.
    assert float(run_cell(page, COMPARE)) < 0.2

    run_cell(page, "exhibit.settings = {**exhibit.settings, 'width': 5}")
    exhibit.get_by_role("radio", name="5", exact=True).and_(page.locator(":checked")).wait_for()
    assert exhibit.get_by_role("button", name="Copy a link").count() == 0
