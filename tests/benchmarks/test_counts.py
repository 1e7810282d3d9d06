"""What may not grow unseen, counted rather than timed: compilations and gradients.

A time depends on the machine; a count does not. XLA reports every compilation on the standard
error when it is asked to, also those that no count of Python's traces shows.
"""

import json
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = """
import json, sys, warnings
import numpy as np
import bnn_teach as bt
warnings.simplefilter("ignore")

def mark(name):
    print(f"MARK {name}", file=sys.stderr, flush=True)

def sample(seed, chains=4, draws=40, warmup=60, depth=6):
    data = bt.datasets.gap_sine(seed=seed)
    trace = bt.sample(bt.network(data.x, data.y), draws, warmup, chains, seed=seed,
                      max_tree_depth=depth, progress=False)
    steps = trace["sample_stats"]["n_steps"].values
    return {"warmup": int(trace.attrs["warmup_leapfrogs"]), "draws": int(steps.sum()),
            "largest": int(steps.max()), "transitions": chains * (draws + warmup)}

def fit(seed, method):
    data = bt.datasets.gap_sine(seed=seed)
    bt.fit(bt.network(data.x, data.y), method, 200, seed=seed, progress=False)

results = {}
mark("first"); results["first"] = sample(1)
mark("again"); results["again"] = sample(1)
mark("other"); sample(2, draws=55, warmup=30); sample(3, chains=6)
mark("fits"); fit(1, "advi"); fit(1, "fullrank_advi")
mark("refits"); fit(2, "advi"); fit(3, "fullrank_advi")
mark("end")
print(json.dumps(results))
"""
LARGEST = 2**6 - 1


@pytest.fixture(scope="module")
def counted():
    """Names of compiled programs by part of the run, and the counts of leapfrogs."""
    process = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ
        | {"TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "device_compilation_profiler=1"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-3000:]
    parts = re.split(r"^MARK (\w+)$", process.stderr, flags=re.M)[1:]
    compiled = {
        name: re.findall(r"Compiled (\S+) \d+ times", log)
        for name, log in zip(parts[::2], parts[1::2], strict=True)
    }
    return compiled, json.loads(process.stdout.splitlines()[-1])


@pytest.mark.slow
def test_one_sample_compiles_few_programs(counted):
    compiled, _ = counted
    assert 1 <= len(compiled["first"]) <= 3, "start, transitions, deterministics"
    assert 2 <= len(compiled["fits"]) <= 4, "one program a family, and its evaluation"


@pytest.mark.slow
@pytest.mark.parametrize("part", ["again", "other", "refits"])
def test_new_data_seeds_lengths_and_chains_compile_nothing(counted, part):
    assert counted[0][part] == []


@pytest.mark.slow
def test_leapfrogs_are_counted_and_repeat(counted):
    first, again = (counted[1][name] for name in ("first", "again"))
    assert first == again
    assert first["largest"] <= LARGEST
    total = first["warmup"] + first["draws"]
    assert first["transitions"] <= total <= LARGEST * first["transitions"]
