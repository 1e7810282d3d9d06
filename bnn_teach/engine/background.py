"""TensorFlow loads while the reader reads: in a notebook, from ``import bnn_teach`` on.

Importing it takes as long as reading the first page. In an IPython kernel a thread begins with it
at once, and a cell that needs it waits for the rest, which an interrupt ends. A failure is not
kept: the cell that needs TensorFlow tries again, and fails with its words.
``BNN_TEACH_BACKGROUND=off`` switches this off. Nothing here loads anything heavy itself.
"""

from __future__ import annotations

import importlib
import os
import sys
import threading
from contextlib import suppress
from typing import Any


def is_kernel() -> bool:
    """Whether this process is an IPython kernel, as behind a notebook."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython and getattr(ipython, "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def load_in_background() -> threading.Thread | None:
    """Start to load what inference needs, in a kernel, and return the thread that does it."""
    if not is_kernel() or os.environ.get("BNN_TEACH_BACKGROUND") == "off":
        return None
    thread = threading.Thread(target=_load, name="bnn_teach loads TensorFlow", daemon=True)
    thread.start()
    return thread


def _load() -> None:
    with suppress(BaseException):
        # In the order of the layers: who waits for one of them never holds what it still needs.
        runtime: Any = importlib.import_module("bnn_teach.engine.runtime")
        for name in ("bnn_teach.inference", "bnn_teach.dsl.distributions", "tqdm.auto"):
            importlib.import_module(name)
        runtime.tf.constant(0.0)  # TensorFlow looks for its devices
        xarray: Any = importlib.import_module("xarray")
        xarray.Dataset({"x": ("y", [0.0])})  # it looks for Dask, and loads it
