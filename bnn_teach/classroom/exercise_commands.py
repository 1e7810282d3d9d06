"""``exercises`` on the command line. Next: :mod:`bnn_teach.cli`."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from bnn_teach.course.options import declare_folder


def declare_exercises(verbs: Any) -> None:
    """Declare ``exercises [NUMBER ...] [--folder FOLDER]``."""
    text = "Write the section Exercises of each page from its sheet, notebooks/exercises/NN.md."
    parser = verbs.add_parser("exercises", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="such as 06; all sheets if there is none"
    )
    declare_folder(parser)
    parser.set_defaults(run=_exercises)


def _exercises(options: argparse.Namespace) -> int:
    from bnn_teach.classroom.pages import refresh
    from bnn_teach.classroom.sheets import numbers

    for number in options.numbers or numbers(options.folder / "exercises"):
        state = "written" if refresh(options.folder, number) else "as the sheet says"
        sys.stdout.write(f"{number}: {state}\n")
    return 0
