"""Programs are known by what they compute; mapped over draws they give what a loop gives."""

import os
import pathlib
import re
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest

from bnn_teach.engine import programs
from bnn_teach.engine.programs import kept, map_draws, specs, traced
from bnn_teach.engine.runtime import tf, tfp

FACTOR = 2.0
SMALL, LARGE = np.zeros(3, np.float32), np.zeros(5000, np.float32)
VECTOR = tf.zeros(3)
MATRIX = tf.zeros((50, 50))


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch):
    """Begin without programs, so that every test compiles its own."""
    monkeypatch.setattr(programs, "_kept", OrderedDict())


@pytest.fixture
def compiled(monkeypatch):
    """Numbers of draws in a block, one entry for every program that is built."""
    blocks = []
    build = programs._loop

    def counted(function, outputs, block):
        blocks.append(block)
        return build(function, outputs, block)

    monkeypatch.setattr(programs, "_loop", counted)
    return blocks


def reads_outside(x):
    total = tf.reduce_sum(SMALL) + tf.reduce_sum(LARGE) + tf.reduce_sum(VECTOR)
    return {"y": FACTOR * x + total + tf.reduce_sum(MATRIX)}


def fingerprint(function, *arguments):
    return traced(function, *(arguments or (tf.TensorSpec([3], tf.float32),)))[0]


# Fingerprints.


def test_specs_are_shapes_and_dtypes():
    arrays = {"a": np.zeros((5, 2), np.float32), "b": np.zeros(5, np.int32)}
    assert specs(arrays) == {
        "a": tf.TensorSpec([5, 2], tf.float32),
        "b": tf.TensorSpec([5], tf.int32),
    }
    assert specs(arrays, drop=1) == {
        "a": tf.TensorSpec([2], tf.float32),
        "b": tf.TensorSpec([], tf.int32),
    }


def test_tracing_tells_the_outputs():
    _, outputs = traced(reads_outside, tf.TensorSpec([3], tf.float32))
    assert outputs["y"].shape == (3,) and outputs["y"].dtype == tf.float32


def while_loop(x):
    return tf.while_loop(lambda i, _: i < 3, lambda i, y: (i + 1, FACTOR * y), (0, x))[1]


def scan(x):
    return tf.scan(lambda a, b: a + FACTOR * b, x)


def cond(x):
    return tf.cond(x[0] > 0, lambda: FACTOR * x, lambda: -x)


def vectorised(x):
    return tf.vectorized_map(lambda a: FACTOR * a, x)


def nested(x):
    return tf.function(lambda a: FACTOR * a, autograph=False)(x)


@tf.custom_gradient
def custom(x):
    return FACTOR * x, lambda upstream: upstream


def gradient(x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = while_loop(custom(x))
    return tape.gradient(y, x)


def random(x):
    gamma = tfp.distributions.Gamma(2.0, FACTOR).sample(seed=tf.constant([0, 1]))
    return x + gamma


@pytest.mark.parametrize(
    "function",
    [reads_outside, while_loop, scan, cond, vectorised, nested, custom, gradient, random],
)
def test_a_fingerprint_is_that_of_what_is_computed(function, monkeypatch):
    before = fingerprint(function)
    fingerprint(while_loop)  # moves the counters that TensorFlow puts into names
    assert fingerprint(function) == before
    assert fingerprint(lambda x: function(x)) == before
    monkeypatch.setitem(globals(), "FACTOR", 3.0)
    assert fingerprint(function) != before


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMALL", np.ones(3, np.float32)),
        ("LARGE", np.ones(5000, np.float32)),
        ("VECTOR", tf.ones(3)),
        ("MATRIX", tf.ones((50, 50))),
    ],
)
def test_a_fingerprint_follows_arrays_and_tensors_from_outside(name, value, monkeypatch):
    before = fingerprint(reads_outside)
    monkeypatch.setitem(globals(), name, value)
    assert fingerprint(reads_outside) != before


def test_one_changed_entry_of_a_large_array_is_seen(monkeypatch):
    before = fingerprint(reads_outside)
    changed = LARGE.copy()
    changed[4321] = 1e-6
    monkeypatch.setitem(globals(), "LARGE", changed)
    assert fingerprint(reads_outside) != before


def test_variables_are_told_apart_but_not_by_their_values():
    one, other = tf.Variable(1.0), tf.Variable(1.0)
    before = fingerprint(lambda x: x + one)
    one.assign(5.0)
    assert fingerprint(lambda x: x + one) == before
    assert fingerprint(lambda x: x + other) != before


@pytest.mark.parametrize(
    "spec", [tf.TensorSpec([4], tf.float32), tf.TensorSpec([3], tf.float64)], ids=str
)
def test_a_fingerprint_follows_shape_and_dtype(spec):
    assert fingerprint(lambda x: 2 * x, spec) != fingerprint(lambda x: 2 * x)


# Keeping.


def test_what_was_built_is_kept_and_the_least_recently_used_is_dropped(monkeypatch):
    monkeypatch.setattr(programs, "_KEEP", 2)
    built = []

    def build(key):
        built.append(key)
        return f"program {key}"

    for key in "abacab":
        assert kept((key,), lambda key=key: build(key)) == f"program {key}"
    assert built == ["a", "b", "c", "b"]


# Mapping over draws.


def affine(draw, inputs, seed):
    return {"y": draw["a"] * inputs["x"] + draw["b"], "a": draw["a"]}


def noisy(draw, inputs, seed):
    noise = tf.random.stateless_normal([2], seed)
    return {"y": draw["a"] + inputs["scale"] * noise}


def noisy_loop(a, scale, seed):
    """What ``map_draws(noisy, ...)`` means; XLA has random numbers of its own."""
    one = tf.function(noisy, jit_compile=True, autograph=False)
    streams = [tf.random.experimental.stateless_fold_in(seed, s) for s in range(len(a))]
    inputs = {"scale": tf.constant(scale)}
    return np.stack(
        [
            one({"a": tf.constant(each)}, inputs, stream)["y"]
            for each, stream in zip(a, streams, strict=True)
        ]
    )


def test_a_map_is_a_loop():
    rng = np.random.default_rng(0)
    draws = {"a": rng.normal(size=7).astype("f"), "b": rng.normal(size=(7, 3)).astype("f")}
    x = np.array([1.0, 2.0, 3.0], "f")
    result = map_draws(affine, draws, {"x": x})
    assert result.keys() == {"y", "a"} and result["y"].dtype == np.float32
    np.testing.assert_allclose(result["y"], draws["a"][:, None] * x + draws["b"], rtol=1e-6)
    np.testing.assert_array_equal(result["a"], draws["a"])


@pytest.mark.parametrize("block", [1, 3, 7, 100])
def test_neither_blocks_nor_padding_change_a_number(block, compiled, monkeypatch):
    monkeypatch.setattr(programs, "_BLOCK_BYTES", block * (1 + 2) * 4)
    a, scale = np.arange(7, dtype="f"), np.float32(0.5)
    result = map_draws(noisy, {"a": a}, {"scale": scale}, seed=(3, 4))
    assert compiled == [block]
    expected = noisy_loop(a, scale, tf.constant([3, 4]))
    np.testing.assert_allclose(result["y"], expected, rtol=1e-5, atol=1e-6)


def test_a_draw_keeps_its_seed_wherever_the_map_ends():
    a = {"a": np.zeros(20, "f")}
    scale = {"scale": np.float32(1.0)}
    twenty = map_draws(noisy, a, scale, seed=(1, 2))["y"]
    five = map_draws(noisy, {"a": a["a"][:5]}, scale, seed=(1, 2))["y"]
    other = map_draws(noisy, {"a": a["a"][:5]}, scale, seed=(1, 3))["y"]
    np.testing.assert_array_equal(five, twenty[:5])
    assert len(np.unique(twenty)) == 40 and not np.isin(other, twenty).any()


def test_new_numbers_and_another_count_do_not_compile_again(compiled):
    for count in (3, 5, 1):
        draws = {"a": np.ones(count, "f"), "b": np.zeros((count, 2), "f")}
        map_draws(lambda *each: affine(*each), draws, {"x": np.full(2, count, "f")})
    assert len(compiled) == 1


def test_no_draws_give_empty_results(compiled):
    draws = {"a": np.zeros(0, "f"), "b": np.zeros((0, 3), "f")}
    result = map_draws(affine, draws, {"x": np.zeros(3, "f")})
    assert result["y"].shape == (0, 3) and result["a"].shape == (0,)


@pytest.mark.parametrize(
    ("inside", "outside"), [((), (700, 700)), ((700, 700), ()), ((600, 600), (600, 600))]
)
def test_a_block_of_large_draws_is_small(inside, outside, compiled):
    def wide(draw, inputs, seed):
        return {"y": tf.zeros(outside) + tf.reduce_sum(draw["a"])}

    draws = np.zeros((1, *inside), "f")
    map_draws(wide, {"a": draws}, {})
    (block,) = compiled
    width = 4 * int(np.prod(inside) + np.prod(outside))
    assert block >= 1 and block * width <= programs._BLOCK_BYTES


def test_a_draw_larger_than_a_block_is_a_block_of_its_own(compiled, monkeypatch):
    monkeypatch.setattr(programs, "_BLOCK_BYTES", 10)
    draws = {"a": np.ones(2, "f"), "b": np.zeros((2, 5), "f")}
    result = map_draws(affine, draws, {"x": np.arange(5, dtype="f")})
    assert compiled == [1]
    np.testing.assert_array_equal(result["y"], np.stack([np.arange(5)] * 2))


# What XLA itself compiles.

REPEATS = """
import sys
import numpy as np
import bnn_teach as bt

@bt.model
def model(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    scale = yield bt.HalfNormal("scale", 2.0)
    rate = yield bt.Gamma("rate", 2.0, 1.0)
    yield bt.Deterministic("twice", 2.0 * loc * rate)
    yield bt.Normal("obs", loc, scale, observed=x)

def everything(run):
    x = np.random.default_rng(run).normal(3.0, 1.0, 30)
    settings = {"seed": run, "progress": False}
    trace = bt.sample(model(x), 101 + run, 100 + run, num_chains=4 + 2 * (run % 2),
                      num_threads=1 + run % 2, target_accept=0.8 + 0.01 * run,
                      include_log_likelihood=True, **settings)
    fit = bt.fit(model(x), num_steps=1000 + 7 * run, learning_rate=0.01 / (1 + run), **settings)
    bt.sample_posterior_predictive(model(x), trace, seed=run)
    bt.sample_posterior_predictive(model(x), fit.approximation.sample(50 + run), seed=run)
    bt.sample_prior_predictive(model(x), 100 + 10 * run, seed=run)

import warnings
warnings.simplefilter("ignore", bt.ConvergenceWarning)
for run in range(4):
    print(f"RUN {run}", file=sys.stderr, flush=True)
    everything(run)
print("END", file=sys.stderr, flush=True)
"""


@pytest.mark.slow
def test_other_data_seeds_and_lengths_compile_nothing():
    """XLA itself reports every compilation, also those that no count of traces shows."""
    root = pathlib.Path(__file__).parents[2]
    process = subprocess.run(
        [sys.executable, "-c", REPEATS],
        cwd=root,
        env=os.environ
        | {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compilation_profiler=1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    runs = re.split(r"^(?:RUN \d|END)$", process.stderr, flags=re.M)[1:-1]
    compiled = [re.findall(r"Compiled (\S+) \d+ times", run) for run in runs]
    assert len(runs) == 4
    assert len(compiled[0]) >= 4, "the first run has to compile its programs"
    assert [len(names) for names in compiled[1:]] == [0] * 3, compiled
