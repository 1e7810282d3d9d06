"""The command line, ``bnn-teach VERB``: what ``make`` calls, for those without make.

``python -m bnn_teach VERB`` is the same.

You will find one function for each verb: its sentence is the help, its options stand above it, and
:func:`verb` enters it in the table :data:`VERBS`. What a verb needs is imported when it runs, so a
wrong verb or option is answered at once. Next: :mod:`bnn_teach.tour.tour`.
"""

from __future__ import annotations

import argparse
import errno
import os
import pathlib
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from bnn_teach.errors import ArgumentError, BnnTeachError

Run = Callable[[argparse.Namespace], int]
Option = tuple[tuple[str, ...], dict[str, Any]]  # what ``ArgumentParser.add_argument`` takes

VERBS: dict[str, tuple[Run, tuple[Option | list[Option], ...]]] = {}
"""Each verb's function and options, in the order of the help; options in a list exclude others."""


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
    from bnn_teach.reruns.rerun import insistent_interrupt

    try:
        run, _ = VERBS[options.verb]
        with insistent_interrupt():
            return run(options)
    except BnnTeachError as error:
        sys.stderr.write(f"{options.verb}: {error}\n")
        return 1
    except OSError as error:
        if error.errno is None or (error.filename is None and error.errno != errno.ENOSPC):
            raise  # a mistake of ours, which a traceback tells best
        remedy = "make room" if error.errno == errno.ENOSPC else "choose another place"
        where = error.filename or "the disk"
        sys.stderr.write(f"{options.verb}: {where}: {error.strerror}. {remedy}, and try again.\n")
        return 1
    except KeyboardInterrupt as error:
        sys.stderr.write("\n".join([f"{options.verb}: interrupted", *_notes(error)]) + "\n")
        return 130


def _notes(error: BaseException | None) -> list[str]:
    """Return what was noted on an exception and on those that it interrupted, oldest first."""
    if error is None:
        return []
    return [*_notes(error.__context__), *getattr(error, "__notes__", [])]


def _parser() -> argparse.ArgumentParser:
    program = pathlib.Path(sys.argv[0]).name.removesuffix(".exe")
    parser = argparse.ArgumentParser(
        prog=program if program == "bnn-teach" else "python -m bnn_teach",
        description="Learn Bayesian neural networks: what can be done without a browser.",
        allow_abbrev=False,
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, (run, options) in VERBS.items():
        text = run.__doc__
        own = verbs.add_parser(name, help=text, description=text, allow_abbrev=False)
        for each in options:
            group = own.add_mutually_exclusive_group() if isinstance(each, list) else own
            for names, settings in each if isinstance(each, list) else [each]:
                group.add_argument(*names, **settings)
    return parser


def verb(*options: Option | list[Option]) -> Callable[[Run], Run]:
    """Make a verb of a function, with these options."""

    def enter(run: Run) -> Run:
        VERBS[run.__name__.replace("_", "-")] = run, options
        return run

    return enter


# --- options ---------------------------------------------------------------------------------


def option(*names: str, **settings: Any) -> Option:
    """Describe an option as ``ArgumentParser.add_argument`` does."""
    return names, settings


def place(text: str) -> pathlib.Path:
    """Read a path on this machine."""
    from bnn_teach.arguments import is_address

    if is_address(text):
        raise argparse.ArgumentTypeError(f"got {text}, expected a file or a folder of this machine")
    return pathlib.Path(text)


def path(*names: str, default: str, text: str, metavar: str = "FOLDER") -> Option:
    """Describe an option that names a file or a folder."""
    return option(
        *names,
        type=place,
        default=pathlib.Path(default),
        metavar=metavar,
        help=f"{text} (default: {default})",
    )


def at_least(smallest: int) -> Callable[[str], int]:
    """Return a function that reads an integer."""

    def read(text: str) -> int:
        if not text.isdecimal() or int(text) < smallest:
            raise argparse.ArgumentTypeError(
                f"got {text!r}, expected an integer of at least {smallest}"
            )
        return int(text)

    return read


NOTEBOOKS = option(
    "--folder",
    type=place,
    metavar="FOLDER",
    help="where the notebooks are (default: notebooks, or this folder, or those of the package)",
)
CLASSROOM = option(
    "--folder",
    type=place,
    metavar="FOLDER",
    help="nbgrader's course folder (default: this one, if it is one, or else build/classroom)",
)
OUTPUT = path("-o", "--output", default="out", text="where everything goes")
NOTEBOOK = option("notebook", metavar="NOTEBOOK", help="such as 06, or an .ipynb file")
WORKERS = option(
    "--workers", type=int, default=1, metavar="N", help="reruns at a time here (default: 1)"
)
CLUSTER = option("--cluster", metavar="ADDRESS", help="of a Dask scheduler, tcp://host:8786")
SHEETS = option(
    "numbers", nargs="*", metavar="NUMBER", help="such as 04; all sheets if there is none"
)
PARAMETERS = option(
    "-p",
    dest="parameters",
    action="append",
    default=[],
    metavar="NAME=VALUE",
    help="a parameter of the notebook and its value; may be repeated",
)

# --- to look around --------------------------------------------------------------------------


@verb()
def doctor(options: argparse.Namespace) -> int:
    """Look at everything that the course needs, and name a remedy for what is amiss."""
    _say("Trying TensorFlow ...")
    from bnn_teach.checkup.doctor import doctor

    report = doctor()
    _say(repr(report))
    return 0 if report.ok else 1


@verb(
    path("--output", default="build/tour", text="where tour.png and tour.json go"),
    option(
        "--seed",
        type=at_least(0),
        default=0,
        metavar="N",
        help="of all that is random (default: 0)",
    ),
)
def tour(options: argparse.Namespace) -> int:
    """Show the whole story in about a minute: a picture, its numbers, and a line a step."""
    _say("Loading TensorFlow ...")
    from bnn_teach.tour.tour import TourSettings, run_tour

    run_tour(options.output, TourSettings(seed=options.seed), report=_say)
    return 0


@verb(
    option(
        "folder",
        nargs="?",
        type=place,
        default=pathlib.Path("bnn_teach_course"),
        metavar="FOLDER",
        help="where the course is copied to (default: bnn_teach_course)",
    ),
    option("--copy", action="store_true", help="only copy; do not start JupyterLab"),
    option("--port", type=at_least(1), metavar="N", help="of JupyterLab (default: 8888, or next)"),
    option("--no-browser", action="store_true", help="only print the address"),
)
def lab(options: argparse.Namespace) -> int:
    """Copy the course into a folder, where nothing is replaced, and open it in JupyterLab."""
    from bnn_teach.checkup.doctor import check_home
    from bnn_teach.course.material import INSIDE, copy_course

    folder = options.folder.absolute()
    done = copy_course(folder)
    _say(f"{folder}: {done.new} files are new, {done.kept} were there and stay as they are.")
    if options.copy:
        return 0
    for home in check_home():
        if home.remedy:  # which Jupyter would tell by a traceback
            raise ArgumentError(f"{home.found}. {home.remedy}")
    words = ["--ip=127.0.0.1", f"--ServerApp.root_dir={folder}"]
    words.append(f"--LabApp.default_url=/lab/tree/{min(folder.glob('00_*.ipynb')).name}")
    settings = INSIDE.parent / "settings"  # an environment of make has them in its own place
    words += [f"--LabApp.app_settings_dir={settings}"] if settings.is_dir() else []
    words += ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    words += ["--no-browser"] if options.no_browser else []
    words += [f"--port={options.port}"] if options.port else []
    return subprocess.run([sys.executable, "-m", "jupyterlab", *words], check=False).returncode


# --- to write the course ---------------------------------------------------------------------


@verb(
    option("names", nargs="*", metavar="NAME", help="such as 06; all notebooks if there is none"),
    NOTEBOOKS,
    [
        option("--check", action="store_true", help="run nothing; say what is not in order"),
        option(
            "--stale",
            action="store_true",
            help="run only those whose outputs are out of date; of the others, store the text",
        ),
        option(
            "--pairs",
            action="store_true",
            help="run nothing; write the .md of an .ipynb that was edited elsewhere",
        ),
    ],
)
def notebooks(options: argparse.Namespace) -> int:
    """Run notebooks from top to bottom and store their outputs and their .md pairs."""
    from bnn_teach.course.notebook_files import find

    folder = _notebooks(options, own=options.check)
    stems = find(folder, options.names)
    if options.pairs:
        from bnn_teach.authoring.notebooks import pair

        pair(folder, stems, _say)
        return 0
    if not options.check:
        from bnn_teach.authoring.notebooks import refresh

        refresh(folder, stems, only_stale=options.stale, report=_say)
        return 0
    from bnn_teach.authoring.checks import problems

    found = [problem for stem in stems for problem in problems(folder, stem)]
    for problem in found:
        _say(problem)
    _say(f"Notebooks checked: {len(stems)}. Problems: {len(found)}.")
    return 1 if found else 0


@verb(SHEETS, NOTEBOOKS)
def exercises(options: argparse.Namespace) -> int:
    """Write the section Exercises of each page from its sheet, notebooks/exercises/NN.md."""
    from bnn_teach.classroom.pages import refresh
    from bnn_teach.classroom.sheets import numbers

    folder = _notebooks(options, own=False)
    for number in options.numbers or numbers(folder / "exercises"):
        state = "written" if refresh(folder, number) else "as the sheet says"
        _say(f"{number}: {state}")
    return 0


# --- to teach it -----------------------------------------------------------------------------


@verb(
    SHEETS,
    CLASSROOM,
    option("--force", action="store_true", help="write sources anew that are there already"),
)
def assignments(options: argparse.Namespace) -> int:
    """Make a course folder for nbgrader from the sheets, with what is handed out."""
    from bnn_teach.classroom.folder import make_assignments

    folder = _classroom(options)
    made = make_assignments(folder, options.numbers, _say, force=options.force)
    sheets = "1 sheet" if len(made) == 1 else f"{len(made)} sheets"
    _say(f"{folder}: {sheets}; no solution and no hidden test is handed out.")
    return 0


@verb(
    option("number", metavar="NUMBER", help="of the sheet, such as 04"),
    option(
        "--student",
        dest="students",
        action="append",
        default=[],
        metavar="NAME",
        help="a folder in submitted/; may be repeated (default: all)",
    ),
    option(
        "--workers",
        type=at_least(1),
        default=1,
        metavar="N",
        help="submissions at a time (default: 1)",
    ),
    CLASSROOM,
)
def grade(options: argparse.Namespace) -> int:
    """Grade the submissions of a sheet with nbgrader, each in a sandbox."""
    from bnn_teach.classroom.grading import grade

    folder = _classroom(options)
    graded = grade(folder, options.number, options.students, _say, workers=options.workers)
    failed = sum(each.failed for each in graded)
    by_hand = sum(None in each.scores.values() for each in graded)
    _say(f"Graded: {len(graded) - failed} of {len(graded)}. In {folder}, next:")
    if failed or by_hand:
        _say(f"  jupyter lab, Nbgrader, Formgrader    ({failed + by_hand} wait for a person)")
    _say(f"  nbgrader generate_feedback {options.number} --force    (pages for the students)")
    _say("  nbgrader export    (grades.csv)")
    return 1 if failed else 0


# --- to compute more -------------------------------------------------------------------------


@verb(
    path(
        "--output",
        default="notebooks/data/08_sweep.json",
        text="where the bands go",
        metavar="FILE",
    )
)
def fair_lab(options: argparse.Namespace) -> int:
    """Fit the network by all methods, priors and starts of notebook 08: about ten minutes."""
    _say("Loading TensorFlow ...")
    from bnn_teach.course.chapters.ch08.experiment import run_fair_lab

    run_fair_lab(options.output, report=_say)
    return 0


@verb(NOTEBOOK, PARAMETERS, OUTPUT, NOTEBOOKS)
def rerun(options: argparse.Namespace) -> int:
    """Run a notebook with other parameters; keep it, and its results as JSON."""
    from bnn_teach.reruns.rerun import rerun

    given = _parameters(options)
    result = rerun(options.notebook, given, options.output, folder=_folder(options))
    _say(f"{result.notebook}: ran in {result.seconds:.1f} s")
    for name, value in result.results.items():
        _say(f"{name} = {value}")
    for claim in result.claims:
        _say(f"{'holds' if claim['holds'] else 'does not hold'}: {claim['words']}")
    return 0


@verb(
    NOTEBOOK,
    PARAMETERS,
    OUTPUT,
    NOTEBOOKS,
    option(
        "--grid",
        action="append",
        required=True,
        metavar="NAME=VALUES",
        help="such as prior_scale=0.5,1,3 or seed=0:10, which is 0 to 9; may be repeated",
    ),
    [WORKERS, CLUSTER],
    option(
        "--table",
        type=place,
        metavar="FILE",
        help="a .csv or .parquet file (default: table.csv in the output folder)",
    ),
)
def sweep(options: argparse.Namespace) -> int:
    """Run a notebook for all combinations of values; make one table. Goes on where it stopped."""
    from bnn_teach.reruns.grid import parse_axis
    from bnn_teach.reruns.sweep import sweep

    axes = dict[str, Any]()
    for name, values in map(parse_axis, options.grid):
        if name in axes:
            raise ArgumentError(f"--grid: {name} is given twice. Give all its values at once.")
        axes[name] = values
    table = sweep(
        options.notebook,
        axes,
        options.output,
        parameters=_parameters(options),
        folder=_folder(options),
        workers=options.workers,
        cluster=options.cluster,
    )
    file = options.table or options.output / "table.csv"
    table.save(file)
    _say(f"{file}: {len(table.rows)} rows, {table.failed} failed")
    return 1 if table.failed else 0


@verb(
    option("names", nargs="*", metavar="NAME", help="such as 06; all notebooks if there is none"),
    NOTEBOOKS,
    path("-o", "--output", default="build/claims", text="where the runs go"),
    path("--store", default="book/claims.json", text="where the shares go", metavar="FILE"),
    option(
        "--runs", type=at_least(1), default=20, metavar="N", help="other runs a page (default: 20)"
    ),
    [WORKERS, CLUSTER],
)
def claims(options: argparse.Namespace) -> int:
    """Try the claims of the pages again, with other seeds and data. Goes on where it stopped."""
    from bnn_teach.course.notebook_files import find
    from bnn_teach.reruns import trials

    folder, found = _notebooks(options, own=True), []
    for stem in find(folder, options.names):
        entry = trials.try_claims(
            folder / f"{stem}.ipynb",
            options.runs,
            options.output,
            workers=options.workers,
            cluster=options.cluster,
        )
        number = stem.partition("_")[0]
        trials.save(options.store, number, entry)
        _say(f"{stem}: {entry['runs']} other runs, {entry['failed']} failed")
        for words in entry["claims"]:
            _say(f"  {words}: {trials.in_words(words, entry, entry['version'])}")
        found += [f"{number}: {error}" for error in entry["errors"]]
        found += trials.problems(number, list(entry["claims"]), entry)
    for problem in found:
        _say(problem)
    return 1 if found else 0


@verb(
    option("pages", nargs="*", metavar="PAGE", help="14, 15 or 18; all by default"),
    path("-o", "--output", default="build/replicate", text="where each split leaves its rows"),
    path("--store", default="notebooks/data", text="where the tables go"),
    CLUSTER,
)
def replicate(options: argparse.Namespace) -> int:
    """Make the tables of notebooks 14, 15 and 18 again, about an hour; done splits stay done."""
    from bnn_teach.reruns.replicate import EXPERIMENTS, replicate

    for page in options.pages or EXPERIMENTS:
        if page not in EXPERIMENTS:
            raise ArgumentError(f"{page}: expected one of {', '.join(EXPERIMENTS)}.")
        store = options.store / EXPERIMENTS[page].store
        rows = replicate(options.output, store, page=page, cluster=options.cluster, report=_say)
        _say(f"{store}: {len(rows)} rows")
    return 0


@verb(
    NOTEBOOK,
    option("tables", nargs="+", metavar="TABLE", help=".csv or .parquet files"),
    option("-o", "--output", type=place, required=True, metavar="FILE"),
    NOTEBOOKS,
)
def merge(options: argparse.Namespace) -> int:
    """Put the tables of several sweeps of one notebook, such as a class's, into one."""
    from bnn_teach.course.parameters import read_parameters
    from bnn_teach.course.run_tables import merge
    from bnn_teach.reruns.rerun import locate

    declared = read_parameters(locate(options.notebook, _folder(options)))
    table = merge(options.tables, [parameter.name for parameter in declared])
    table.save(options.output)
    _say(f"{options.output}: {len(table.rows)} rows of {len(options.tables)} tables")
    return 0


def _folder(options: argparse.Namespace) -> pathlib.Path | None:
    """Return the folder of notebooks that was named, or this one, if it is a copy of the course."""
    copied = not pathlib.Path("notebooks").is_dir() and any(pathlib.Path().glob("[0-9]*_*.ipynb"))
    return options.folder or (pathlib.Path() if copied else None)


def _notebooks(options: argparse.Namespace, own: bool) -> pathlib.Path:
    """Return the folder of notebooks that is meant; ``own`` allows those inside the package."""
    from bnn_teach.course.material import INSIDE, default_folder

    folder: pathlib.Path = _folder(options) or default_folder()
    if folder == INSIDE and not own:
        raise ArgumentError(
            f"{folder} belongs to the installed package. Copy the course and work there: "
            "bnn-teach lab FOLDER; or pass --folder."
        )
    return folder


def _classroom(options: argparse.Namespace) -> pathlib.Path:
    from bnn_teach.classroom.folder import CONFIG

    here = pathlib.Path(CONFIG).is_file()
    return options.folder or pathlib.Path("." if here else "build/classroom")


def _parameters(options: argparse.Namespace) -> dict[str, str]:
    given = {}
    for text in options.parameters:
        name, sign, value = text.partition("=")
        if not sign:
            raise ArgumentError(f"-p {text}: expected NAME=VALUE, such as -p seed=1.")
        given[name] = value
    return given


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
