"""TensorFlow, imported quietly and with its compiler's cache on disk.

Every other module takes ``tf`` and ``tfp`` from here, so that the environment is set before
TensorFlow reads it. Three variables steer this: ``TF_CPP_MIN_LOG_LEVEL`` and ``XLA_FLAGS``, which
are TensorFlow's own and left alone where they are set, and ``BNN_TEACH_XLA_CACHE``, a folder for
compiled programs, or ``off``. Next: :mod:`bnn_teach.dsl`.
"""

from __future__ import annotations

import gc
import hashlib
import os
import pathlib
import platform
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.metadata import version

from bnn_teach.errors import InferenceError

_MOST_BYTES = 500_000_000  # that compiled programs may take, and must find free at the start
_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_FLAGS = "TF_XLA_FLAGS"

_COMPILER = {
    # A loop that touches less memory than this becomes one native function. Otherwise every
    # small step of a leapfrog is dispatched on its own, which takes longer than the step. A
    # native function has no fast product of large matrices, so it is not for wide networks.
    "--xla_backend_extra_options": "xla_cpu_small_while_loop_byte_threshold=1000000",
    # Sums over more than 32 entries as one loop instead of a tree; the log-density, where
    # rounding matters, sums in two stages itself.
    "--xla_disable_hlo_passes": "tree_reduction_rewriter",
    # Calls of kernel libraries cannot stand in such a function, and slow small networks down.
    "--xla_cpu_experimental_onednn_fusion_type": "",
    "--xla_cpu_experimental_xnn_fusion_type": "",
    "--xla_cpu_experimental_ynn_fusion_type": "",
}
"""How XLA is to compile, unless ``XLA_FLAGS`` already says otherwise."""


def cache_folder() -> pathlib.Path | None:
    """Return the folder for compiled programs, or None where there is none with room to write.

    Programs compiled for one processor may not run on another, so each kind has its own folder
    inside the user's cache. It is kept below 500 MB, the oldest go first.
    """
    chosen = os.environ.get("BNN_TEACH_XLA_CACHE", "")
    if chosen == "off":
        return None
    kind = hashlib.sha256(f"{version('tensorflow')} {_processor()}".encode()).hexdigest()[:12]
    try:
        home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        folder = pathlib.Path(chosen or pathlib.Path(home) / "bnn_teach" / "xla") / kind
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _trim(folder)
        return folder if shutil.disk_usage(folder).free > _MOST_BYTES else None
    except (OSError, RuntimeError):  # nowhere to write, or a user without a home
        return None


def _trim(folder: pathlib.Path) -> None:
    """Keep the youngest programs, and none whose writer seems to have died halfway."""
    facts = {}
    for file in folder.iterdir():
        with suppress(FileNotFoundError):  # another process may be trimming too
            facts[file] = file.stat()
    total = 0
    for file in sorted(facts, key=lambda each: facts[each].st_mtime, reverse=True):
        total += facts[file].st_size
        abandoned = file.suffix == ".tmp" and facts[file].st_mtime < time.time() - 3600
        if abandoned or total > _MOST_BYTES:
            file.unlink(missing_ok=True)


def _processor() -> str:
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return f"{platform.machine()} {platform.processor()} {flags}"


def _use_cache() -> None:
    flags, folder = os.environ.get(_FLAGS, ""), None
    if "tf_xla_persistent_cache_directory" not in flags:
        folder = cache_folder()
    if folder is not None and " " not in str(folder):
        os.environ[_FLAGS] = f"{flags} --tf_xla_persistent_cache_directory={folder}".strip()


def _set_compiler() -> None:
    flags = os.environ.get("XLA_FLAGS", "")
    ours = [f"{name}={value}" for name, value in _COMPILER.items() if name not in flags]
    os.environ["XLA_FLAGS"] = " ".join([flags, *ours]).strip()


@contextmanager
def _hidden_stderr() -> Iterator[None]:
    """Hide what C++ writes to the standard error; show it after all if the block fails."""
    with tempfile.TemporaryFile() as hidden:
        shown = os.dup(2)
        os.dup2(hidden.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(shown, 2)
            hidden.seek(0)
            sys.stderr.write(hidden.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(shown, 2)
            os.close(shown)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Collect no garbage meanwhile, nor look later through what is there at the end.

    Modules make a million objects, and none to throw away; each collection would visit them. (A
    cycle that is there by then is not found if it becomes garbage.)
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()


_use_cache()
_set_compiler()
_verbose = os.environ.get(_LEVEL, "3") != "3"  # 3 may be ours, inherited from a parent process
_clock = time.perf_counter()
os.environ.setdefault(_LEVEL, "3")
if "tensorflow" not in sys.modules:  # TFP needs Keras 2 alone, which is then what tf.keras means
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
# Of what a user cannot change. The filters stay: another thread may be changing them meanwhile.
for _message in ("distutils Version classes", "TensorFloat-32 matmul"):
    warnings.filterwarnings("ignore", _message)
with nullcontext() if _verbose else _hidden_stderr(), _without_collector():
    # TFP goes first: where it finds TensorFlow loaded it loads its experimental parts, too.
    import tensorflow_probability as tfp  # isort: skip
    import tensorflow as tf
    from tensorflow.compiler.tf2xla.ops.gen_xla_ops import xla_dynamic_update_slice
    from tensorflow.python.framework.kernels import get_all_registered_kernels
    from tensorflow.python.ops.control_flow_ops import XLAControlFlowContext

    for _part in (tfp.bijectors, tfp.distributions, tfp.mcmc, tfp.random, tfp.util):
        dir(_part)  # loads it

# Each model is a program of its own; TensorFlow takes several in a row for a slip of the user.
tf.get_logger().addFilter(lambda record: "tf.function retracing" not in record.getMessage())

import_time: float = time.perf_counter() - _clock
"""Seconds that it took to import TensorFlow and TFP."""

_forked: list[bool] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _forked.append(True))


def refuse_after_fork() -> None:
    """Raise :class:`InferenceError` in a process that was forked, where TensorFlow would hang."""
    if _forked:
        raise InferenceError(
            "this process was forked after TensorFlow had started, and would hang; expected a "
            'fresh one. Use multiprocessing.get_context("spawn"), or joblib, which does.'
        )


__all__ = [
    "XLAControlFlowContext",
    "cache_folder",
    "get_all_registered_kernels",
    "import_time",
    "refuse_after_fork",
    "tf",
    "tfp",
    "xla_dynamic_update_slice",
]
