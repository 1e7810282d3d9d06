"""``assignments`` and ``grade`` on the command line. Next: :mod:`bnn_teach.cli`."""

from __future__ import annotations

import argparse
import pathlib
import sys
from typing import Any


def declare_assignments(verbs: Any) -> None:
    """Declare ``assignments [NUMBER ...] [--folder FOLDER] [--force]``."""
    text = "Make a course folder for nbgrader from the sheets, with what is handed out."
    parser = verbs.add_parser("assignments", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "numbers", nargs="*", metavar="NUMBER", help="such as 04; all sheets if there is none"
    )
    _declare_course_folder(parser)
    parser.add_argument(
        "--force", action="store_true", help="write sources anew that are there already"
    )
    parser.set_defaults(run=_assignments)


def declare_grade(verbs: Any) -> None:
    """Declare ``grade NUMBER [--student NAME ...] [--workers N] [--folder FOLDER]``."""
    text = "Grade the submissions of a sheet with nbgrader, each in a sandbox."
    parser = verbs.add_parser("grade", help=text, description=text, allow_abbrev=False)
    parser.add_argument("number", metavar="NUMBER", help="of the sheet, such as 04")
    parser.add_argument(
        "--student",
        dest="students",
        action="append",
        default=[],
        metavar="NAME",
        help="a folder in submitted/; may be repeated (default: all)",
    )
    parser.add_argument(
        "--workers", type=_count, default=1, metavar="N", help="submissions at a time (default: 1)"
    )
    _declare_course_folder(parser)
    parser.set_defaults(run=_grade)


def _declare_course_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder",
        type=pathlib.Path,
        default=pathlib.Path("build/classroom"),
        help="nbgrader's course folder (default: build/classroom)",
    )


def _assignments(options: argparse.Namespace) -> int:
    from bnn_teach.classroom.folder import make_assignments

    made = make_assignments(options.folder, options.numbers, _say, force=options.force)
    sheets = "1 sheet" if len(made) == 1 else f"{len(made)} sheets"
    _say(f"{options.folder}: {sheets}; no solution and no hidden test is handed out.")
    return 0


def _grade(options: argparse.Namespace) -> int:
    from bnn_teach.classroom.grading import grade

    graded = grade(options.folder, options.number, options.students, _say, workers=options.workers)
    failed = sum(each.failed for each in graded)
    _say(f"Graded: {len(graded) - failed} of {len(graded)}. In {options.folder}, next:")
    _say(f"  nbgrader generate_feedback {options.number} --force    (pages for the students)")
    _say("  nbgrader export    (grades.csv)")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"came {text!r}; expected an integer of at least 1")
    return int(text)
