"""TensorFlow loads behind a notebook's first cells, whatever these do meanwhile."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

MODEL = """
import numpy as np

@bt.model
def normal_mean(x):
    loc = yield bt.Normal("loc", 0.0, 10.0)
    yield bt.Normal("obs", loc, 1.0, observed=x)

trace = bt.sample(normal_mean(np.arange(5.0)), 200, 200, seed=0, progress=False)
print("draws", trace["posterior"]["normal_mean.loc"].shape)
"""
LOADED = "import sys; bt.Normal; print('dask.array' in sys.modules)"  # for xarray's first Dataset
MEANWHILE = {
    "at once": "",
    "TensorFlow of the user's own": "import tensorflow as tf; tf.constant(1.0)",
    "after a pause, with what TensorFlow loads": "sleep(2); import pandas, xarray",
}
SECONDS = 180


@contextmanager
def kernel(**environment: str) -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel(env={**os.environ, **environment}, kernel_name="python3")
    try:
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client: BlockingKernelClient, code: str) -> str:
    """Run a cell; return what it printed, and the error's name."""
    said: list[str] = []

    def hear(message: dict) -> None:
        content = message["content"]
        said.append(content.get("text") or content.get("ename") or "")

    client.execute_interactive(code, output_hook=hear, timeout=SECONDS, allow_stdin=False)
    return "".join(said)


@pytest.mark.slow
@pytest.mark.parametrize("meanwhile", MEANWHILE.values(), ids=MEANWHILE)
def test_a_first_sample_comes_whatever_happens_meanwhile(meanwhile: str) -> None:
    with kernel() as client:
        assert run(client, "from time import sleep; import bnn_teach as bt") == ""
        assert run(client, meanwhile) == ""
        assert run(client, LOADED) == "True\n"
        assert run(client, MODEL) == "draws (4, 200)\n"


@pytest.mark.slow
def test_waiting_can_be_interrupted_and_an_error_appears_where_it_is_needed() -> None:
    interrupt = "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()"
    with kernel() as client:
        assert run(client, "import os, signal, threading, bnn_teach as bt") == ""
        assert run(client, f"{interrupt}; bt.Normal; print('loaded')") == "KeyboardInterrupt"
        assert run(client, MODEL) == "draws (4, 200)\n"
    broken = "import sys; sys.modules['tensorflow_probability'] = None"
    with kernel() as client:
        run(client, broken)
        assert run(client, "import bnn_teach as bt") == ""
        assert run(client, "bt.Normal") == "ModuleNotFoundError"


def test_it_is_off_outside_of_a_kernel_and_where_a_variable_says_so() -> None:
    ask = "import sys, threading, bnn_teach; print(len(threading.enumerate()))"
    found = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert found.stdout == "1\n"
    ask += "; import time; time.sleep(.5); print('tensorflow' in sys.modules)"
    with kernel(BNN_TEACH_BACKGROUND="off") as client:
        assert run(client, ask).endswith("False\n")
