"""Measure the library beside its peers: ``make bench``, or ``ARGS="--quick --only bnn/nutpie"``.

Every measurement is a new process with an empty compiler cache; the peers take turns, round after
round, so that a busy minute of the machine hits all of them. What each process measured lies in
``build/bench/runs``; the summary in ``build/bench/summary.json``, and with ``--store`` in the
book. How to read it: README.md. Next: :mod:`tests.benchmarks.table`.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
from dataclasses import asdict, replace
from typing import NamedTuple

from tests.benchmarks import figure, sweeps, table, waiting
from tests.benchmarks.workloads import WORKLOADS

ROOT = pathlib.Path(__file__).parents[2]
BUILD = ROOT / "build" / "bench"
STORED = ROOT / "book" / "benchmarks" / "results.json"
PEERS = BUILD / "peers" / ".venv"
PINNED = pathlib.Path(__file__).with_name("peers.txt")
TIMEOUT = 900


class Cell(NamedTuple):
    """One peer on one workload."""

    workload: str
    peer: str
    rounds: int = 99
    """Most rounds; slow peers are measured once."""
    changes: dict = {}  # noqa: RUF012
    """Fields of the workload that differ for this peer."""


SLOW = {"warm_calls": 0, "warmup": 100, "draws": 100}
NETWORK_PEERS = ("ours", "nutpie", "blackjax", "numpyro")
PLAN = (
    *(Cell("bnn", peer) for peer in (*NETWORK_PEERS, "blackjax_dense")),
    *(Cell("schools", peer) for peer in NETWORK_PEERS),
    *(Cell("advi", peer) for peer in ("ours", "numpyro", "pymc")),
    *(Cell("mixing", peer) for peer in NETWORK_PEERS),
    *(Cell("normal", peer) for peer in NETWORK_PEERS),
    *(Cell("normals", peer) for peer in ("ours", "nutpie")),
    *(Cell("scale_points", peer) for peer in NETWORK_PEERS),
    *(Cell("scale_width", peer) for peer in NETWORK_PEERS),
    *(Cell("cold", peer, 1) for peer in NETWORK_PEERS),
    Cell("schools", "pymc", 1),
    Cell("normal", "pymc", 1),
    Cell("bnn", "pymc", 1, SLOW),
    Cell("bnn", "tfp", 1, SLOW | {"warm_calls": 1}),
)
QUICK = {"warmup": 50, "draws": 50, "warm_calls": 1}


def python_of(peer):
    """Return the interpreter that has the peer; make its environment if need be."""
    if peer in ("ours", "tfp"):
        return sys.executable
    stamp = PEERS / "installed.txt"
    if not stamp.exists() or stamp.read_text() != PINNED.read_text():
        uv = [sys.executable, "-m", "uv", "--quiet"]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, PEERS], check=True)
        install = [*uv, "pip", "install", "--python", PEERS, "--requirement", PINNED]
        subprocess.run(install, check=True)
        stamp.write_text(PINNED.read_text())
    return str(PEERS / "bin" / "python")


def empty_cache():
    """Return a folder for compiled programs, in which there are none."""
    cache = BUILD / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    cache.mkdir(parents=True)
    return cache


def environment(cache):
    """Give every compiler the same empty folder to keep its programs in."""
    return os.environ | {
        "BENCH_STARTED": repr(time.time()),
        "BNN_TEACH_XLA_CACHE": str(cache),
        "JAX_COMPILATION_CACHE_DIR": str(cache),
        "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
        "JAX_PLATFORMS": "cpu",
        "NUMBA_CACHE_DIR": str(cache),
        "PYTENSOR_FLAGS": f"base_compiledir={cache}",
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def measure(cell, workload, name, seed, cache):
    """Run one process; return its record, or one that says how it failed."""
    output = BUILD / "runs" / f"{name}.json"
    module = cell.peer if cell.peer == "ours" else f"peer_{cell.peer}"
    job = {"workload": asdict(workload), "peer": cell.peer, "module": module, "seed": seed}
    job |= {"output": str(output)}
    command = [python_of(cell.peer), "-m", "tests.benchmarks.measure", json.dumps(job)]
    output.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment(cache), capture_output=True, text=True,
            timeout=TIMEOUT, check=False,
        )  # fmt: skip
        error = done.stderr[-2000:]
    except subprocess.TimeoutExpired:
        error = f"no result after {TIMEOUT} seconds"
    if not output.exists():
        output.write_text(json.dumps(job | {"error": error}))
    return json.loads(output.read_text())


def measure_cell(cell, number, quick):
    """Measure in an empty cache; ``cold`` also once more, where the cache is now filled."""
    workload = replace(WORKLOADS[cell.workload], **cell.changes)
    if quick:
        steps = min(workload.fit_steps, 2000)
        workload = replace(workload, **QUICK, depth=min(workload.depth, 6), fit_steps=steps)
    cache = empty_cache()
    name = f"{cell.workload}-{cell.peer}-{number}"
    seed = 10 * number
    record = measure(cell, workload, name, seed, cache)
    if cell.workload == "cold" and "error" not in record:
        measure(cell, workload, f"cached-{cell.peer}-{number}", seed, cache)
    return record


def selected(cell, only):
    """Say whether ``--only`` names this cell: ``workload``, ``workload/peer`` or ``/peer``, ..."""
    for name in (only or "").split(","):
        workload, _, peer = name.partition("/")
        if cell.workload.startswith(workload) and peer in ("", cell.peer):
            return True
    return False


def line(name, record, seconds):
    """Return one line of the log."""
    if "error" in record:
        return f"{seconds:6.0f} s  {name:30} FAILED: {record['error'].strip()[-300:]}"
    if "calls" not in record:
        costs = [f"{m} {record[m]['wall_us']:.1f} µs a step" for m in ("advi", "fullrank_advi")]
        return f"{seconds:6.0f} s  {name:30} {', '.join(costs)}"
    call = record["calls"][-1]
    wall, cpu = (1e6 * call[k] / call["gradients"] for k in ("wall", "cpu"))
    return (
        f"{seconds:6.0f} s  {name:30} cold {record['cold_wall']:6.1f} s   "
        f"{wall:8.2f} µs wall {cpu:8.2f} µs CPU a leapfrog   ESS {call['ess']:.0f}"
    )


def arguments():
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="tiny lengths, to see that all runs")
    parser.add_argument(
        "--only",
        help="workload, workload/peer or /peer, or several with commas; --store keeps the others",
    )
    parser.add_argument("--minutes", type=float, default=40, help="start nothing after these")
    parser.add_argument("--keep", action="store_true", help="add to the earlier measurements")
    parser.add_argument("--no-sweeps", action="store_true")
    parser.add_argument("--store", action="store_true", help="write the book's JSON and pictures")
    return parser.parse_args()


def main():
    options, started = arguments(), time.monotonic()
    if not options.keep:
        shutil.rmtree(BUILD / "runs", ignore_errors=True)
    (BUILD / "runs").mkdir(parents=True, exist_ok=True)

    def late():
        return time.monotonic() - started > 60 * options.minutes

    for number in range(options.rounds):
        for cell in PLAN:
            if number >= cell.rounds or not selected(cell, options.only) or late():
                continue
            record = measure_cell(cell, number, options.quick)
            passed = time.monotonic() - started
            print(line(f"{cell.workload}-{cell.peer}-{number}", record, passed), flush=True)
        if selected(Cell("waiting", "ours"), options.only) and not late():
            waiting.run(sys.executable, ROOT, environment(empty_cache()), BUILD, number)
        if number == 0 and not options.no_sweeps and options.only is None and not late():
            sweeps.run(sys.executable, ROOT, environment(BUILD / "cache"), BUILD, options.quick)
    shutil.rmtree(BUILD / "cache", ignore_errors=True)
    summary = table.summarise(BUILD)
    (BUILD / "summary.json").write_text(json.dumps(summary, indent=1) + "\n")
    print(table.text(summary))
    if options.store:
        STORED.parent.mkdir(parents=True, exist_ok=True)
        if options.only is not None and STORED.exists():
            summary = table.renew(json.loads(STORED.read_text()), summary)
        STORED.write_text(json.dumps(summary, indent=1) + "\n")
        figure.draw(summary, ROOT / "book" / "images")


if __name__ == "__main__":
    main()
