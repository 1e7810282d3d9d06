"""Options that several verbs of the command line share. Next: :mod:`bnn_teach.cli`."""

from __future__ import annotations

import argparse
import pathlib


def declare_folder(parser: argparse.ArgumentParser) -> None:
    """Declare ``--folder FOLDER``, where the notebooks are."""
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=pathlib.Path("notebooks"),
        help="where the notebooks are (default: notebooks)",
    )
