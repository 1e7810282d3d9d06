"""Node runs the engine's files in tests: joined to one script, as in the page's worker."""

import functools
import json
import pathlib
import shutil
import subprocess

import pytest

from bnn_teach.exhibits import live

RANDOM = """
class Stream { // the random numbers of another program, in the order in which it drew them
  constructor(numbers) { this.numbers = numbers; this.next = 0; }
  uniform() { this.next += 1; return this.numbers[this.next - 1]; }
  normal() { return this.uniform(); }
}
"""


@functools.cache
def node():
    """Return Node's path: the machine's, or the one that Playwright brings."""
    found = shutil.which("node")
    if found is None:
        import playwright

        found = pathlib.Path(playwright.__file__).parent / "driver" / "node"
        if not found.exists():
            pytest.skip("no Node: neither on the PATH nor beside Playwright")
    return str(found)


def started(folder, code, **data):
    """Start a program of all files and ``code``, which sees ``data`` and calls ``answer(...)``."""
    source = live.joined(*live.WORKER, "convergence")
    program = folder / "program.mjs"
    program.write_text(
        f"{source}\n{RANDOM}\nconst data = {json.dumps(data)};\n"
        "const answer = (value) => console.log(JSON.stringify(value));\n"
        f"{code}\n",
        encoding="utf-8",
    )
    return subprocess.Popen(
        [node(), str(program)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def answered(process):
    """Return what a program answered."""
    output, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    return json.loads(output)


def run(folder, code, **data):
    """Run a program of all files and ``code``; return what it answered."""
    return answered(started(folder, code, **data))
