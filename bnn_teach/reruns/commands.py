"""``rerun``, ``sweep`` and ``merge`` on the command line. Next: :mod:`bnn_teach.cli`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any

from bnn_teach.course.options import declare_folder
from bnn_teach.errors import ArgumentError, RerunError


def declare_rerun(verbs: Any) -> None:
    """Declare ``rerun NOTEBOOK [-p NAME=VALUE ...] [-o FOLDER]``."""
    text = "Run a notebook with other parameters; keep it, and its results as JSON."
    parser = verbs.add_parser("rerun", help=text, description=text, allow_abbrev=False)
    _declare_common(parser)
    parser.set_defaults(run=_rerun)


def declare_sweep(verbs: Any) -> None:
    """Declare ``sweep NOTEBOOK --grid NAME=VALUES ... [--workers N | --cluster ADDRESS]``."""
    text = (
        "Run a notebook for all combinations of values; make one table. Goes on where it stopped."
    )
    parser = verbs.add_parser("sweep", help=text, description=text, allow_abbrev=False)
    _declare_common(parser)
    parser.add_argument(
        "--grid",
        action="append",
        required=True,
        metavar="NAME=VALUES",
        help="such as prior_scale=0.5,1,3 or seed=0:10, which is 0 to 9; may be repeated",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--workers", type=int, default=1, metavar="N", help="reruns at a time here (default: 1)"
    )
    place.add_argument("--cluster", metavar="ADDRESS", help="of a Dask scheduler, tcp://host:8786")
    parser.add_argument(
        "--table",
        type=pathlib.Path,
        metavar="FILE",
        help="a .csv or .parquet file (default: table.csv in the output folder)",
    )
    parser.set_defaults(run=_sweep)


def declare_merge(verbs: Any) -> None:
    """Declare ``merge NOTEBOOK TABLE ... --output FILE``."""
    text = "Put the tables of several sweeps of one notebook, such as a class's, into one."
    parser = verbs.add_parser("merge", help=text, description=text, allow_abbrev=False)
    parser.add_argument("notebook", metavar="NOTEBOOK", help="such as 08")
    parser.add_argument("tables", nargs="+", metavar="TABLE", help=".csv or .parquet files")
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True, metavar="FILE")
    declare_folder(parser)
    parser.set_defaults(run=_merge)


def _declare_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("notebook", metavar="NOTEBOOK", help="such as 06, or an .ipynb file")
    parser.add_argument(
        "-p",
        dest="parameters",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the notebook and its value; may be repeated",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=pathlib.Path,
        default=pathlib.Path("out"),
        metavar="FOLDER",
        help="where everything goes (default: out)",
    )
    declare_folder(parser)


def _parameters(options: argparse.Namespace) -> dict[str, str]:
    given = {}
    for text in options.parameters:
        name, sign, value = text.partition("=")
        if not sign:
            raise ArgumentError(f"-p {text}: expected NAME=VALUE, such as -p seed=1.")
        given[name] = value
    return given


def _rerun(options: argparse.Namespace) -> int:
    from bnn_teach.reruns.rerun import rerun

    given = _parameters(options)
    try:
        result = rerun(options.notebook, given, options.output, folder=options.folder)
    except RerunError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{result.notebook}: ran in {result.seconds:.1f} s\n")
    for name, value in result.results.items():
        sys.stdout.write(f"{name} = {value}\n")
    return 0


def _sweep(options: argparse.Namespace) -> int:
    from bnn_teach.reruns.grid import parse_axis
    from bnn_teach.reruns.sweep import sweep

    axes = [parse_axis(text) for text in options.grid]
    twice = next((name for i, (name, _) in enumerate(axes) if name in dict(axes[:i])), None)
    if twice:
        raise ArgumentError(f"--grid: {twice} came twice. Give all its values at once.")
    table = sweep(
        options.notebook,
        dict(axes),
        options.output,
        parameters=_parameters(options),
        folder=options.folder,
        workers=options.workers,
        cluster=options.cluster,
    )
    path = options.table or options.output / "table.csv"
    table.save(path)
    sys.stdout.write(f"{path}: {len(table.rows)} rows, {table.failed} failed\n")
    return 1 if table.failed else 0


def _merge(options: argparse.Namespace) -> int:
    from bnn_teach.course.run_tables import merge
    from bnn_teach.reruns.parameters import read_parameters
    from bnn_teach.reruns.rerun import locate

    declared = read_parameters(locate(options.notebook, options.folder))
    table = merge(options.tables, [parameter.name for parameter in declared])
    table.save(options.output)
    sys.stdout.write(f"{options.output}: {len(table.rows)} rows of {len(options.tables)} tables\n")
    return 0
