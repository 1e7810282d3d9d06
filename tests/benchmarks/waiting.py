"""What is waited for: TensorFlow's import, another number, the first posterior in JupyterLab.

Each is measured in a process of its own; JupyterLab is driven as a reader would, in notebook 01.
The cold start and a warm call's parts are measured by ``run.py``. Next: ``goals.py``.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

from tests import browsing, lab

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"
FIRST = "01_what_is_a_model"
IMPORTS = {
    "plain_import": "import tensorflow, tensorflow_probability",
    "import": "import bnn_teach.engine.runtime",
}
PAUSES = (0, 10)
"""Seconds of reading between the first cell, which imports the library, and those after it."""

CODE_CELLS = """() => [...window.jupyterapp.shell.currentWidget.content.widgets].map(
  (cell) => (cell.model.type === "code" ? cell.model.sharedModel.getSource() : null))"""
RUN = """async (number) => {
  const { commands, shell } = window.jupyterapp;
  shell.currentWidget.content.activeCellIndex = number;
  await commands.execute("notebook:run-cell");
}"""
HAS_RUN = """(number) => {
  const { model } = window.jupyterapp.shell.currentWidget.content.widgets[number];
  return model.executionCount !== null;
}"""


def imports():
    """Return the seconds of a new process that imports TensorFlow and its probability library."""
    seconds = {}
    for name, code in IMPORTS.items():
        clock = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        seconds[name] = time.perf_counter() - clock
    return seconds


def another_number():
    """Return the seconds of tracing and compiling for prior scales that are new, and one known."""
    from dataclasses import replace

    from tests.benchmarks import ours
    from tests.benchmarks.workloads import WORKLOADS

    warnings.simplefilter("ignore")
    splits = [
        ours.prepare(replace(WORKLOADS["mixing"], warmup=50, draws=50, prior_scale=scale)).call(0)
        for scale in (1.0, 1.1, 1.2)
    ]
    return {"another_scale": max(s.split["trace"] + s.split["compile"] for s in splits[1:])}


def first_posterior(page, server, pause):
    """Return the seconds from running notebook 01's first cell to its first posterior.

    And those of the cell that samples, by itself.
    """
    server.open(page, f"{FIRST}.ipynb")
    page.evaluate('() => window.jupyterapp.commands.execute("notebook:clear-all-cell-outputs")')
    sources = page.evaluate(CODE_CELLS)
    code = [number for number, source in enumerate(sources) if source is not None]
    last = next(number for number in code if "bt.sample(" in sources[number])
    started = time.perf_counter()
    for number in code[: code.index(last) + 1]:
        clock = time.perf_counter()
        page.evaluate(RUN, number)
        page.wait_for_function(HAS_RUN, arg=number, timeout=lab.PATIENCE * 1000)
        if number == code[0]:
            page.wait_for_timeout(1000 * pause)
    ended = time.perf_counter()
    return {f"lab_{pause}": ended - started - pause, f"lab_sample_{pause}": ended - clock}


def in_jupyterlab():
    """Return the seconds of :func:`first_posterior` after each pause, in a new kernel each."""
    seconds = {}
    with tempfile.TemporaryDirectory() as name, browsing.chromium() as browser:
        folder = pathlib.Path(name)
        with lab.running(folder) as server:
            for pause in PAUSES:
                for ending in ("ipynb", "md"):
                    shutil.copy(NOTEBOOKS / f"{FIRST}.{ending}", folder)
                page = browser.new_page()
                seconds |= first_posterior(page, server, pause)
                page.evaluate(
                    "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
                )
                page.close()
    return seconds


def main():
    """Measure all; write the seconds to the file in ``sys.argv``."""
    seconds = imports() | another_number() | in_jupyterlab()
    pathlib.Path(sys.argv[1]).write_text(json.dumps(seconds))


def run(python, root, environment, build, number):
    """Measure in a new process, and leave ``waiting-NUMBER.json`` in ``build/runs``."""
    output = build / "runs" / f"waiting-{number}.json"
    command = [python, "-m", "tests.benchmarks.waiting", output]
    done = subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, check=False
    )
    state = output.read_text() if done.returncode == 0 else f"FAILED: {done.stderr[-300:]}"
    print(f"          waiting: {state}", flush=True)


if __name__ == "__main__":
    main()
