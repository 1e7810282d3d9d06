"""A try in a Python of its own: import TensorFlow, compile a small program, say how it went.

``python -m bnn_teach.checkup.probe`` writes one line of JSON. It is a program for itself
because what goes wrong here, a wrong flag or a processor that is too old, ends the process without
an exception, and would take a notebook's kernel with it. Next:
:mod:`bnn_teach.checkup.tensorflow`, which calls it.
"""

from __future__ import annotations

import json
import os
import sys
import time


def probe() -> dict[str, object]:
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


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe()) + "\n")
