"""TensorFlow: does it work here, and quietly, and does it remember what it has compiled.

You will find one try (:func:`probe`) and what is concluded from it. The try is made in a Python of
its own, ``python -m bnn_teach.checkup.tensorflow``, because what goes wrong here, a wrong flag or a
processor that is too old, ends the process without an exception, and would take a notebook's kernel
with it. Next: :mod:`bnn_teach.checkup.report`.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bnn_teach.checkup.places import install
from bnn_teach.checkup.report import FAILED, OK, WARNING, Check

PATIENCE = 600.0
"""Seconds until a try is given up."""
SLOW_IMPORT, SLOW_COMPILE = 180.0, 60.0
"""Seconds above which there is a warning."""
DISK_NEEDED = 500e6
"""Bytes that should be free for compiled programs and stored draws."""

_LOG = re.compile(r"^[IWEF]\d{4} [^\]]*\] ")  # level, time and place of a line of TensorFlow's log


class Attempt(NamedTuple):
    """How the try ended."""

    result: dict[str, Any] | None
    """What the probe wrote, or None if it did not come to its end."""
    status: int
    """The exit status of its process; below zero is the number of the signal that ended it."""
    stderr: str
    """What TensorFlow, or Python, wrote beside it."""


def check_tensorflow() -> Iterator[Check]:
    """Try it, and yield: compiler, messages, cache, disk."""
    attempt = attempt_probe()
    yield compiler(attempt)
    if attempt.result is not None:
        yield messages(attempt)
        yield cache(attempt.result)
        folder = attempt.result["cache"]
        yield disk(pathlib.Path(folder or tempfile.gettempdir()))


def probe() -> dict[str, Any]:
    """Return seconds to import and to compile, the cache's folder, and whether it is in use."""
    clock = time.perf_counter()
    from bnn_teach.engine.runtime import cache_folder, tf

    imported = time.perf_counter()
    square = tf.function(lambda x: tf.reduce_sum(x * x), jit_compile=True)
    answer = float(square(tf.constant([3.0, 4.0])))
    compiled = time.perf_counter()
    folder = cache_folder()
    return {
        "import_seconds": imported - clock,
        "compile_seconds": compiled - imported,
        "answer": answer,
        "cache": folder and str(folder),
        "cache_used": "tf_xla_persistent_cache_directory" in os.environ.get("TF_XLA_FLAGS", ""),
    }


def attempt_probe() -> Attempt:
    """Run the probe with this Python, in this environment."""
    command = [sys.executable, "-m", "bnn_teach.checkup.tensorflow"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        return Attempt(None, 0, f"it did not answer within {PATIENCE:.0f} s")
    try:
        result = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, json.JSONDecodeError):
        result = None
    return Attempt(result, done.returncode, done.stderr)


def compiler(attempt: Attempt) -> Check:
    """TensorFlow can be imported, and XLA compiles a program that computes the right number."""
    name, result = "TensorFlow", attempt.result
    if result is None:
        how = f"ended by signal {-attempt.status}: " if attempt.status < 0 else ""
        lines = attempt.stderr.strip().splitlines() or ["it said nothing"]
        variables = [each for each in ("XLA_FLAGS", "TF_XLA_FLAGS") if os.environ.get(each)]
        remedy = f"Install the course's packages again. {install()}"
        if variables:
            remedy = f"Unset {' and '.join(variables)}, and start again. Otherwise: {remedy}"
        return Check(name, FAILED, f"{how}{_LOG.sub('', lines[-1]).strip()[:300]}", remedy)
    if result["answer"] != 25.0:
        found = f"a compiled program answered {result['answer']}, expected 25.0"
        remedy = (
            "Empty the folder of compiled programs (BNN_TEACH_XLA_CACHE, or ~/.cache/bnn_teach), "
            "which may come from another machine."
        )
        return Check(name, FAILED, found, remedy)
    taken = result["import_seconds"], result["compile_seconds"]
    if taken[0] > SLOW_IMPORT or taken[1] > SLOW_COMPILE:
        found = f"works, but it took {taken[0]:.0f} s to import and {taken[1]:.0f} s to compile"
        remedy = (
            "The first run after an installation is slow. If it stays so, close other programs."
        )
        return Check(name, WARNING, found, remedy)
    return Check(name, OK, "is imported, and compiles a program that computes what it should")


def messages(attempt: Attempt) -> Check:
    """TensorFlow writes nothing of its own into the notebooks."""
    name, lines = "messages", attempt.stderr.strip().splitlines()
    if not lines:
        return Check(name, OK, "TensorFlow is quiet")
    remedy = "They do no harm."
    if "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        remedy = "Unset TF_CPP_MIN_LOG_LEVEL before you start: the course then sets it. " + remedy
    found = (
        f"TensorFlow wrote {len(lines)} lines; the last: {_LOG.sub('', lines[-1]).strip()[:120]}"
    )
    return Check(name, WARNING, found, remedy)


def cache(result: dict[str, Any]) -> Check:
    """Compiled programs are kept on the disk, so that the second run starts sooner."""
    name, chosen = "cache", os.environ.get("BNN_TEACH_XLA_CACHE", "")
    if result["cache_used"]:
        return Check(name, OK, "compiled programs are kept for the next run")
    if chosen == "off":
        found, remedy = "switched off by BNN_TEACH_XLA_CACHE=off", "Unset BNN_TEACH_XLA_CACHE."
    elif result["cache"]:
        found = f"cannot be used, because there is a space in {result['cache']!r}"
        remedy = "Set BNN_TEACH_XLA_CACHE to a folder without spaces in its name."
    else:
        found = f"nothing can be written to {chosen or 'the cache folder in your home'}"
        remedy = "Set BNN_TEACH_XLA_CACHE to a folder that you may write to."
    found += "; every session compiles anew"
    return Check(name, WARNING, found, remedy)


def disk(folder: pathlib.Path) -> Check:
    """There is room for compiled programs and for draws."""
    free = shutil.disk_usage(folder).free
    if free < DISK_NEEDED:
        found = f"{free / 1e6:.0f} MB are free at {folder}, expected {DISK_NEEDED / 1e6:.0f}"
        remedy = "Delete what you do not need, or set BNN_TEACH_XLA_CACHE to a folder elsewhere."
        return Check("disk", WARNING, found, remedy)
    return Check("disk", OK, f"at least {DISK_NEEDED / 1e6:.0f} MB are free")


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe()) + "\n")
