"""The command line, ``python -m bnn_teach VERB``: what ``make`` calls, for those without make.

You will find one function for each verb, which declares its options, and one that does the work.
A new verb is one more such pair and one more entry of :data:`VERBS`. What a verb needs is imported
when it runs, so a wrong verb or option is answered at once. Next: :mod:`bnn_teach.tour.tour`.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bnn_teach.classroom.commands import declare_assignments, declare_grade
from bnn_teach.classroom.exercise_commands import declare_exercises
from bnn_teach.course.options import declare_folder
from bnn_teach.errors import BnnTeachError
from bnn_teach.reruns.commands import declare_merge, declare_rerun, declare_sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb.

    Parameters
    ----------
    arguments : sequence of str, optional
        What stands after the program's name; that of this process otherwise.

    Returns
    -------
    int
        The exit status: 0 where all went well, 1 for an error that the library explained or a
        check that failed, 130 after an interrupt.

    Raises
    ------
    SystemExit
        With status 2, for a verb or an option that does not exist, after saying what does.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except BnnTeachError as error:
        sys.stderr.write(f"{options.verb}: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"{options.verb}: interrupted\n")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bnn_teach",
        description="Learn Bayesian neural networks: what can be done without a browser.",
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for declare in VERBS:
        declare(verbs)
    return parser


# --- doctor ----------------------------------------------------------------------------------


def declare_doctor(verbs: Any) -> None:
    """Declare ``doctor``."""
    text = "Look at everything that the course needs, and name a remedy for what is amiss."
    parser = verbs.add_parser("doctor", help=text, description=text, allow_abbrev=False)
    parser.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    _say("Trying TensorFlow ...")
    from bnn_teach.checkup.doctor import doctor

    report = doctor()
    _say(repr(report))
    return 0 if report.ok else 1


# --- tour ------------------------------------------------------------------------------------


def declare_tour(verbs: Any) -> None:
    """Declare ``tour [--output FOLDER] [--seed N]``."""
    text = "Show the whole story in about a minute: a picture, its numbers, and a line a step."
    parser = verbs.add_parser("tour", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=pathlib.Path("build/tour"),
        metavar="FOLDER",
        help="where tour.png and tour.json go (default: build/tour)",
    )
    parser.add_argument(
        "--seed", type=_seed, default=0, metavar="N", help="of all that is random (default: 0)"
    )
    parser.set_defaults(run=_tour)


def _tour(options: argparse.Namespace) -> int:
    _say("Loading TensorFlow ...")
    from bnn_teach.tour.tour import TourSettings, run_tour

    run_tour(options.output, TourSettings(seed=options.seed), report=_say)
    return 0


# --- notebooks -------------------------------------------------------------------------------


def declare_notebooks(verbs: Any) -> None:
    """Declare ``notebooks [NAME ...] [--check | --stale] [--folder FOLDER]``."""
    text = "Run notebooks from top to bottom and store their outputs and their .md pairs."
    parser = verbs.add_parser("notebooks", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="such as 06; all notebooks if there is none"
    )
    declare_folder(parser)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="run nothing; say what is not in order")
    mode.add_argument(
        "--stale",
        action="store_true",
        help="run only those whose outputs are out of date; of the others, store the text",
    )
    parser.set_defaults(run=_notebooks)


def _notebooks(options: argparse.Namespace) -> int:
    from bnn_teach.course.notebook_files import find

    stems = find(options.folder, options.names)
    if not options.check:
        from bnn_teach.authoring.notebooks import refresh

        refresh(options.folder, stems, only_stale=options.stale, report=_say)
        return 0
    from bnn_teach.authoring.checks import problems

    found = [problem for stem in stems for problem in problems(options.folder, stem)]
    for problem in found:
        _say(problem)
    _say(f"Notebooks checked: {len(stems)}. Problems: {len(found)}.")
    return 1 if found else 0


# --- fair-lab --------------------------------------------------------------------------------


def declare_fair_lab(verbs: Any) -> None:
    """Declare ``fair-lab [--output FILE]``."""
    text = "Fit the network by all methods, priors and starts of notebook 08: about ten minutes."
    parser = verbs.add_parser("fair-lab", help=text, description=text, allow_abbrev=False)
    parser.add_argument(
        "--output",
        type=pathlib.Path,
        default=pathlib.Path("notebooks/data/08_sweep.json"),
        metavar="FILE",
        help="where the bands go (default: notebooks/data/08_sweep.json)",
    )
    parser.set_defaults(run=_fair_lab)


def _fair_lab(options: argparse.Namespace) -> int:
    _say("Loading TensorFlow ...")
    from bnn_teach.course.chapters.ch08.experiment import run_fair_lab

    run_fair_lab(options.output, report=_say)
    return 0


# --- all verbs -------------------------------------------------------------------------------

VERBS: tuple[Callable[[Any], None], ...] = (
    declare_doctor,
    declare_tour,
    declare_notebooks,
    declare_exercises,
    declare_assignments,
    declare_grade,
    declare_fair_lab,
    declare_rerun,
    declare_sweep,
    declare_merge,
)
"""What declares each verb, in the order of the help."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"came {text!r}; expected an integer of at least 0")
    return int(text)
