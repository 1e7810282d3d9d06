"""Where the course's files are: notebooks, sheets and stored data, with the package wherever it is.

A checkout has them beside the package, an installed package inside it. You will find the folder;
:func:`find_data`, by which a notebook reads its data in whatever folder it runs: on Colab, on a
hub, in a copy; and :func:`copy_course`, which makes a copy to work in. Next:
:mod:`bnn_teach.course.notebook_files`.
"""

from __future__ import annotations

import os
import pathlib
import shutil
from typing import NamedTuple

from bnn_teach.errors import ArgumentError

_LEFT_OUT = {"conftest.py", ".ipynb_checkpoints", "__pycache__"}  # of tests and editors
INSIDE = pathlib.Path(__file__).parent / "notebooks"
"""Where a wheel has them."""
NOTEBOOKS = INSIDE if INSIDE.is_dir() else pathlib.Path(__file__).parents[2] / "notebooks"
"""The folder of the notebooks that belong to this package; not for writing where it is inside."""


def find_data(path: str | os.PathLike[str]) -> pathlib.Path:
    """Return a file of data: the one at this path, or else the course's own of this name.

    A path without a beginning, such as ``data/08_sweep.json``, is looked up in the working folder
    and then among the course's notebooks. What is in neither is returned as it came.
    """
    path = pathlib.Path(path)
    own = NOTEBOOKS / path
    return own if not path.exists() and own.exists() else path


class Copied(NamedTuple):
    """What :func:`copy_course` did."""

    new: int
    """Files that were not there before."""
    kept: int
    """Files that were there, and stay as they are, changed or not."""


def copy_course(folder: pathlib.Path) -> Copied:
    """Copy the course's notebooks, data and sheets into a folder; nothing there is replaced.

    Raises
    ------
    ArgumentError
        Nothing can be written there.
    """
    new = kept = 0
    try:
        for path in sorted(NOTEBOOKS.rglob("*")):
            target = folder / path.relative_to(NOTEBOOKS)
            if not path.is_file() or _LEFT_OUT & set(path.parts):
                continue
            if target.exists():
                kept += 1
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)  # and not its mode: a package may be for reading only
            new += 1
    except OSError as error:
        raise ArgumentError(
            f"{folder}: the course cannot be copied there ({error.strerror}). Choose a folder that "
            "you may write to, and that has 15 MB of room."
        ) from None
    return Copied(new, kept)


def default_folder() -> pathlib.Path:
    """Return where a command looks for notebooks: in ``notebooks`` here, or in the course's own."""
    here = pathlib.Path("notebooks")
    return here if here.is_dir() else NOTEBOOKS
