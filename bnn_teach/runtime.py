"""TensorFlow, imported quietly and with its compiler's cache on disk.

Every other module takes ``tf`` and ``tfp`` from here, so that the environment is set before
TensorFlow reads it. Two variables steer this: ``TF_CPP_MIN_LOG_LEVEL``, which is TensorFlow's own
and left alone where it is set, and ``BNN_TEACH_XLA_CACHE``, a folder for compiled programs, or
``off``. Next: :mod:`bnn_teach.dsl`.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import platform
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_FLAGS = "TF_XLA_FLAGS"


def cache_folder() -> pathlib.Path | None:
    """Return the folder for compiled programs, or None where there is none to write to.

    Programs compiled for one processor may not run on another, so each kind has its own folder
    inside the user's cache.
    """
    chosen = os.environ.get("BNN_TEACH_XLA_CACHE", "")
    if chosen == "off":
        return None
    home = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    kind = hashlib.sha256(f"{version('tensorflow')} {_processor()}".encode()).hexdigest()[:12]
    folder = pathlib.Path(chosen or pathlib.Path(home) / "bnn_teach" / "xla") / kind
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError:
        return None
    return folder


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


_use_cache()
if _LEVEL in os.environ:
    import tensorflow as tf
    import tensorflow_probability as tfp
else:
    os.environ[_LEVEL] = "3"
    with _hidden_stderr():
        import tensorflow as tf
        import tensorflow_probability as tfp

__all__ = ["cache_folder", "tf", "tfp"]
