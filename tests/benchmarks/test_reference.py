"""The same posterior as a peer's: our quantiles and moments against a long run of nutpie.

How far apart may two Monte Carlo estimates be? Their difference in combined MCSEs,

    t = (ours - theirs) / sqrt(mcse_ours² + mcse_theirs²),

is close to Student's t. Its degrees of freedom are at least those of the run with fewer chains,
because each MCSE is no smaller than what the scatter of its chains shows. With m comparisons a
bound that one of them exceeds with probability 1e-4 / m raises a false alarm, by Bonferroni, in
less than one run of 10,000. Beside the largest |t| stands the typical one: nearly all lie within
3. A wrong density shows in both.
"""

import json
import warnings

import numpy as np
import pytest
from scipy import stats

from tests.benchmarks.reference import FOLDER, summaries
from tests.benchmarks.workloads import WORKLOADS, quantities

FALSE_ALARM = 1e-4
CHAINS = {"network": 16, "schools": 16}
DRAWS = {"network": (600, 500), "schools": (1000, 2000)}


def our_values(name):
    from dataclasses import replace

    from tests.benchmarks import ours

    warmup, draws = DRAWS[name]
    workload = replace(
        WORKLOADS["mixing" if name == "network" else name],
        warmup=warmup,
        draws=draws,
        chains=CHAINS[name],
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the network's few divergent transitions
        run = ours.prepare(workload).call(1)
    return quantities(workload, run.draws)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["schools", "network"])
def test_the_posterior_is_that_of_a_peer(name):
    theirs = json.loads((FOLDER / f"{name}.json").read_text())
    ours = summaries(name, our_values(name))
    combined = np.hypot(ours["mcse"], theirs["mcse"])
    t = np.abs(ours["estimate"] - theirs["estimate"]) / combined
    bound = stats.t.isf(FALSE_ALARM / t.size / 2, min(ours["dof"], theirs["dof"]))
    assert t.max() < bound, f"{theirs['summaries']}: {t.round(1)}"
    assert np.mean(t < 3) > 0.9, t.round(1)


def test_the_comparison_sees_a_shift_and_a_scale():
    """A posterior that is half a standard deviation off, or a third wider, is not the same."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((16, 500, 10))
    true = summaries("schools", values)
    for wrong in (values + 0.5, 1.33 * values):
        other = summaries("schools", wrong)
        t = np.abs(other["estimate"] - true["estimate"]) / np.hypot(other["mcse"], true["mcse"])
        assert t.max() > stats.t.isf(FALSE_ALARM / t.size / 2, 15)
