"""Do notebook 09's checks know a U-turn, a leapfrog and a rounded funnel, and the slips nearby?"""

import numpy as np
import pytest

import bnn_teach as bt
from bnn_teach.classroom.checking import check_hidden
from bnn_teach.engine.runtime import tf
from bnn_teach.mcmc import trajectories, trees
from tests.course.chapters.answers import test_right_ways_pass, test_slips_are_named  # noqa: F401


def by_the_library(momenta, inverse_mass_matrix):
    return trees.is_turning(momenta.sum(0), momenta[0], momenta[-1], inverse_mass_matrix)


def smallest(momenta, inverse_mass_matrix):
    """The same, as one comparison, with NumPy's own kind of truth."""
    return np.min(momenta[[0, -1]] @ (inverse_mass_matrix * momenta.sum(axis=0))) < 0


def verlet(value_and_grad, z, r, step_size, inverse_mass_matrix):
    """Positions first: the same step, written the other way about."""
    path = trajectories.integrate(value_and_grad, z, r, step_size, 1, inverse_mass_matrix)
    return path.positions[1], path.momenta[1]


@bt.model
def reordered(y, sigma):
    u = yield bt.Normal("u", loc=np.zeros(y.shape[0]), scale=1.0)
    tau = yield bt.HalfNormal("tau", scale=10.0)
    mu = yield bt.Normal("mu", loc=0.0, scale=10.0)
    theta = yield bt.Deterministic("theta", u * tau + mu)
    yield bt.Normal("obs", loc=theta, scale=sigma, observed=y)


SMALL = {"y": (3.0, -1.0, 0.5), "sigma": (1.0, 2.0, 0.5), "mu": -1.0, "tau": 0.3}


RIGHT = [
    ("09.1", by_the_library, [{}, {"scales": (0.2, 1.0, 3.0)}]),
    ("09.1", smallest, [{}, {"scales": (1.0, 8.0), "seed": 9}]),
    ("09.2", verlet, [{}, {"inverse_mass_matrix": (0.7, 0.1, 1.0, 2.0, 0.2), "seed": 5}]),
    ("09.3", reordered, [{}, SMALL]),
]


@pytest.mark.parametrize("seed", range(20))
def test_a_right_leapfrog_is_never_refused_by_chance(seed):
    mass = tuple(np.random.default_rng(seed).uniform(0.1, 3.0, 2 + seed % 4))
    result = check_hidden("09.2", verlet, inverse_mass_matrix=mass, seed=100 + seed)
    assert result.passed, result


def leapfrog(first=0.5, last=0.5, *, stale=False, power=1.0, sign=1.0):
    def step(value_and_grad, z, r, step_size, inverse_mass_matrix):
        old = sign * value_and_grad(z)[1]
        r = r + first * step_size * old
        z = z + step_size * inverse_mass_matrix**power * r
        return z, r + last * step_size * (old if stale else sign * value_and_grad(z)[1])

    return step


def bends(value_and_grad, z, r, step_size, inverse_mass_matrix):
    """Reversible and of order two, but of another landscape."""
    return leapfrog()(lambda z: (0.0, -z), z, r, step_size, inverse_mass_matrix)


def model(*, centred=False, record=True, observed=True, spread=None, power=1.0, mean=True):
    @bt.model
    def schools(y, sigma):
        mu = yield bt.Normal("mu", loc=0.0, scale=10.0)
        tau = yield bt.HalfNormal("tau", scale=10.0)
        if centred:
            theta = yield bt.Normal("theta", loc=mu, scale=tau, batch_stack=y.shape[0])
        else:
            u = yield bt.Normal("u", loc=0.0, scale=tau if spread else 1.0, batch_stack=y.shape[0])
            theta = (mu if mean else 0.0) + tau**power * u
            if record:
                theta = yield bt.Deterministic("theta", theta)
        yield bt.Normal("obs", loc=theta, scale=sigma, observed=y if observed else None)

    return schools


@bt.model
def one_u(y, sigma):
    mu = yield bt.Normal("mu", loc=0.0, scale=10.0)
    tau = yield bt.HalfNormal("tau", scale=10.0)
    u = yield bt.Normal("u", loc=0.0, scale=1.0)
    theta = yield bt.Deterministic("theta", mu + tau * u * tf.ones(y.shape[0]))
    yield bt.Normal("obs", loc=theta, scale=sigma, observed=y)


def test_the_answers_that_the_slips_start_from_are_right():
    assert bt.check("09.2", leapfrog()).passed and bt.check("09.3", model()).passed


WRONG = [
    ("09.1", lambda r, m: not by_the_library(r, m), "less than half a circle: got True"),
    ("09.1", lambda r, m: (m * r.sum(0)) @ r[0] < 0 and (m * r.sum(0)) @ r[-1] < 0, "by `or`"),
    ("09.1", lambda r, m: (m * r.sum(0)) @ r[-1] < 0, "only the first momentum points back"),
    ("09.1", lambda r, m: (m * r.sum(0)) @ r[0] < 0, "only the last momentum points back"),
    ("09.1", lambda r, m: m * r.sum(0), "Whether it turns: got an array"),
    ("09.1", lambda r, m: (m * r.sum(0)) @ r[0], "expected True or False"),
    ("09.2", leapfrog(sign=-1.0), "rolls uphill"),
    ("09.2", leapfrog(power=0.0), "not by the velocity"),
    ("09.2", leapfrog(power=-1.0), "multiplies by the mass"),
    ("09.2", leapfrog(stale=True), "at the old place"),
    ("09.2", leapfrog(1.0, 0.0), "second half is missing"),
    ("09.2", leapfrog(0.0, 1.0), "moves first"),
    ("09.2", leapfrog(1.0, 1.0), "twice by a full step"),
    ("09.2", leapfrog(0.5, 0.0), "second half of the kick is missing"),
    ("09.2", leapfrog(0.0, 1.0, stale=True), "as Euler would"),
    ("09.2", leapfrog(0.7, 0.3), "from the start, expected less than 1e-09"),
    ("09.2", leapfrog(0.8, 0.8), "of order"),
    ("09.2", bends, ("order", "Place and momentum")),
    ("09.2", lambda *a: leapfrog()(*a)[0], "The new place"),
    ("09.3", model(centred=True), "centred"),
    ("09.3", model(record=False), "not recorded"),
    ("09.3", model(observed=False), "came without data"),
    ("09.3", model(spread=True), "u has the scale tau"),
    ("09.3", model(power=0.5), "M15"),
    ("09.3", model(power=0.0), "without tau"),
    ("09.3", model(mean=False), "without mu"),
    ("09.3", one_u, "one a school"),
    ("09.3", lambda y, sigma: 1.0, "expected a model"),
]  # fmt: skip


def test_masses_tell_who_left_them_out():
    def without(momenta, inverse_mass_matrix):
        return by_the_library(momenta, np.ones_like(inverse_mass_matrix))

    assert not bt.check("09.1", without).passed
    hidden = check_hidden("09.1", without, scales=(1.0, 8.0), seed=91)
    assert not hidden.passed and "inverse mass" in hidden.message
