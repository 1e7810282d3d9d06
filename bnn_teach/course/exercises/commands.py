"""``exercises`` on the command line. Next: :mod:`bnn_teach.course.cli`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any


def declare_exercises(verbs: Any) -> None:
    """Declare ``exercises [NUMBER ...] [--folder FOLDER]``."""
    text = "Write the section Exercises of each page from its sheet, notebooks/exercises/NN.md."
    parser = verbs.add_parser("exercises", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="such as 06; all sheets if there is none"
    )
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=pathlib.Path("notebooks"),
        help="where the notebooks are (default: notebooks)",
    )
    parser.set_defaults(run=_exercises)


def _exercises(options: argparse.Namespace) -> int:
    from bnn_teach.course.exercises.pages import refresh
    from bnn_teach.course.exercises.sheets import numbers

    for number in options.numbers or numbers(options.folder / "exercises"):
        state = "written" if refresh(options.folder, number) else "as the sheet says"
        sys.stdout.write(f"{number}: {state}\n")
    return 0
