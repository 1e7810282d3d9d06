"""One submission, run in the sandbox from its first cell to its last hidden test.

You will find :func:`examine`. It takes a notebook whose locked cells are the course's own, sends
its cells into the sandbox one by one, and writes what came back into its outputs. Nothing else
comes back: sources, names and metadata of the notebook never enter the sandbox to return from it,
so a submission cannot drop a test or write into another cell. Next:
:mod:`bnn_teach.classroom.preprocessors`.

Notes
-----
Three rules decide about the order:

1. Cells and the visible part of each check run where they stand. The hidden parts run after all of
   them, each with the answer as it was at its place. Until then, no hidden test is in the sandbox.
2. A cell that had to be stopped takes the sandbox with it. All begins anew in a fresh one, without
   that cell. So one endless loop costs its own points, not those of the other exercises.
3. A check passes where both of its parts returned quietly and nothing was changed that they are
   made of; see :mod:`bnn_teach.classroom.guard`.

Why not all of ``nbgrader autograde`` in one sandbox? The rest of it is used as it is, and only its
step ``Execute`` is replaced. That step runs a notebook whose hidden tests have been in it from the
beginning, where the first cell can read them; a cell that has to be stopped ends the notebook, and
with it the points of all that follow; and out of the sandbox would come the whole notebook, with
sources and names that a submission may have rewritten, and need the gradebook inside.
"""

from __future__ import annotations

import ast
import builtins
import os
import pathlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

from bnn_teach.classroom.checking import exercise
from bnn_teach.classroom.frames import MOST_LETTERS
from bnn_teach.classroom.sandbox import Bounds, Sandbox, StoppedError
from bnn_teach.classroom.sheets import HIDDEN, without
from bnn_teach.course.chapters import checks_module
from bnn_teach.course.notebook_files import Notebook
from bnn_teach.errors import ClassroomError, SandboxError

FAILED, HIDDEN_FAILED, STOPPED = "CheckFailed", "HiddenTestFailed", "Stopped"
"""Names of the errors that a cell's output tells of."""

_MOST_OUTPUTS, _MOST_PICTURE = 100, 2_000_000  # of a cell; letters of one of its pictures
_STARTING = 180.0  # seconds until the worker has loaded TensorFlow, on a busy machine
_ATTEMPTS = 6
_NOTEBOOKS = shutil.ignore_patterns("*.ipynb")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_NUMBER = re.compile(r"""check(?:_hidden)?\(\s*["']((\d\d)\.\d)["']""")


class Step(NamedTuple):
    """Something to run."""

    kind: str
    """``"cell"``, ``"check"`` for the visible part of a check, ``"hidden"`` for the other."""
    place: int
    """Of the cell in the notebook."""
    source: str
    """What is run."""
    names: tuple[str, ...] = ()
    """That a check uses."""


class Ending(NamedTuple):
    """How a step ended."""

    kind: str
    """Empty where all is well, otherwise one of the names of errors."""
    said: str = ""
    """For the learner, or for the teacher if the step was a hidden one."""
    outputs: tuple[dict[str, Any], ...] = ()
    """Of a cell."""


def examine(
    notebook: Notebook, bounds: Bounds | None = None, folder: pathlib.Path | None = None
) -> None:
    """Run a submission, whose locked cells are the course's own; fill in the outputs of its cells.

    Its cells can read and import the files of ``folder``, in which notebooks are no such files:
    that of the submission has the hidden tests in it by now.

    Raises
    ------
    SandboxError
        The sandbox cannot be built, or nothing starts in it.
    ClassroomError
        The setup cells, which are the course's own, fail.
    """
    bounds = bounds or Bounds()
    steps = list(_steps(notebook))
    with tempfile.TemporaryDirectory() as files:
        if folder is not None:
            shutil.copytree(folder, files, symlinks=True, dirs_exist_ok=True, ignore=_NOTEBOOKS)
        where = _Place(bounds, time.monotonic() + bounds.total_seconds, pathlib.Path(files))
        endings = _endings(steps, _beginning(notebook, bounds), where)
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            own = [endings[step] for step in steps if step.place == place]
            first = next((ending for ending in own if ending.kind), own[0])
            cell.outputs = list(_outputs(first))
            cell.execution_count = None


def visible(source: str) -> str:
    """Return a check's source without its hidden part."""
    return without(source, HIDDEN)


def hidden(source: str) -> str:
    """Return the hidden part of a check's source, or nothing."""
    begin, end = map(re.escape, HIDDEN)
    return "\n".join(re.findall(rf"{begin}[^\n]*\n(.*?){end}", source, re.DOTALL))


def is_check(cell: Notebook) -> bool:
    """Say whether a cell is graded by running it."""
    notes = cell.metadata.get("nbgrader", {})
    graded = notes.get("grade", False) and not notes.get("solution", False)
    return bool(graded and cell.cell_type == "code")


def lesson_of(cell: Notebook) -> str:
    """Return what the library tells about the exercise that a cell checks, or nothing."""
    found = _NUMBER.search(cell.source)
    return str(exercise(found[1]).lesson) if found else ""


# --- what to run -----------------------------------------------------------------------------


def _steps(notebook: Notebook) -> Iterator[Step]:
    """Yield the steps in their order: the hidden ones after all others."""
    last: list[Step] = []
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if not is_check(cell):
            yield Step("cell", place, cell.source)
            continue
        yield Step("check", place, visible(cell.source), _names(cell.source))
        if secret := hidden(cell.source):
            last.append(Step("hidden", place, secret))
    yield from last


def _names(source: str) -> tuple[str, ...]:
    """Return the names that a check reads and Python does not know."""
    read = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return tuple(sorted(read - set(dir(builtins))))


def _beginning(notebook: Notebook, bounds: Bounds) -> dict[str, Any]:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    checks = [cell.source for cell in code if is_check(cell)]
    setup = [
        cell.source
        for cell in code
        if not is_check(cell) and cell.metadata.get("nbgrader", {}).get("locked", False)
    ]
    modules = ["numpy"]
    if numbers := sorted({each for source in checks for _, each in _NUMBER.findall(source)}):
        modules += ["scipy.stats", "bnn_teach.engine.runtime", "bnn_teach.classroom.checking"]
        modules += [checks_module(number) for number in numbers]
    return {
        "setup": setup,
        "modules": modules,
        "bytes": 2 * bounds.memory,
        "file_bytes": bounds.disk,
        "cpu_seconds": int(bounds.total_seconds) * (os.cpu_count() or 1),
    }


# --- running it ------------------------------------------------------------------------------


class _Place(NamedTuple):
    """What each sandbox of a submission is built with."""

    bounds: Bounds
    deadline: float
    files: pathlib.Path


def _endings(steps: list[Step], beginning: dict[str, Any], place: _Place) -> dict[Step, Ending]:
    """Run all steps, in as many sandboxes as it takes."""
    stopped: dict[Step, Ending] = {}
    for _ in range(_ATTEMPTS):
        found = dict(stopped)
        try:
            broken = _attempt(steps, beginning, place, found)
        except StoppedError:  # the time was over before the worker was at work
            break
        if broken is None:
            return found
        # without its visible part, a hidden part has no answer to try
        stopped |= {step: found[broken] for step in steps if step.place == broken.place}
    rest = Ending(STOPPED, "This was not run: too much before it had to be stopped.")
    return {step: stopped.get(step, rest) for step in steps}


def _attempt(
    steps: list[Step], beginning: dict[str, Any], place: _Place, found: dict[Step, Ending]
) -> Step | None:
    """Run the steps that ``found`` does not have; return the one that had to be stopped."""
    with Sandbox(*place) as sandbox:
        _begin(sandbox, beginning)
        for step in steps:
            if step in found:
                continue
            try:
                found[step] = _ended(step, sandbox.ask(step._asdict(), place.bounds.seconds))
            except StoppedError as error:
                found[step] = Ending(STOPPED, f"This was stopped: {error}.")
                return step
    return None


def _begin(sandbox: Sandbox, beginning: dict[str, Any]) -> None:
    try:
        answer = sandbox.ask(beginning, _STARTING)
    except StoppedError as error:
        if sandbox.over:
            raise
        raise SandboxError(
            f"The sandbox was built, but its Python did not start: {error}. It said: "
            f"{sandbox.last_words() or 'nothing'}\nDoes the whole of this Python lie in its own "
            "folders, or in /usr? Only these can be seen in there."
        ) from None
    if answer.get("failed"):
        raise ClassroomError(
            f"The assignment does not begin in the sandbox: {answer['failed']}. Its setup cells "
            "and what they import have to work without files and network."
        )


def _ended(step: Step, answer: dict[str, Any]) -> Ending:
    if step.kind == "cell":
        outputs = answer.get("outputs")
        outputs = outputs if isinstance(outputs, list) else []
        kept = [each for each in outputs[:_MOST_OUTPUTS] if isinstance(each, dict)]
        return Ending("", "", tuple(kept))
    said = answer.get("said")
    if said == "":
        return Ending("")
    kind = HIDDEN_FAILED if step.kind == "hidden" else FAILED
    return Ending(kind, _text(said) if isinstance(said, str) else "It gave no answer.")


# --- what came back --------------------------------------------------------------------------


def _outputs(ending: Ending) -> Iterator[Notebook]:
    """Yield the outputs of a cell, made here from the few fields that are expected."""
    from nbformat.v4 import new_output

    if ending.kind:
        text = f"{ending.kind}: {ending.said}"
        yield new_output("error", ename=ending.kind, evalue=ending.said, traceback=[text])  # type: ignore[no-untyped-call]
    for each in ending.outputs:
        if made := _output(each):
            yield new_output(**made)  # type: ignore[no-untyped-call]


def _output(came: dict[str, Any]) -> dict[str, Any] | None:
    kind = came.get("kind")
    if kind in ("stdout", "stderr"):
        return {"output_type": "stream", "name": kind, "text": _text(came.get("text"))}
    if kind == "error":
        trace = came.get("trace")
        lines = [_text(line) for line in trace[:100]] if isinstance(trace, list) else []
        name, text = _text(came.get("name")), _text(came.get("text"))
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": lines}
    data = came.get("data")
    if kind not in ("result", "display") or not isinstance(data, dict):
        return None
    kept = {"text/plain": _text(data["text/plain"])} if "text/plain" in data else {}
    picture = data.get("image/png")
    if isinstance(picture, str) and _BASE64.fullmatch(picture) and len(picture) <= _MOST_PICTURE:
        kept["image/png"] = picture
    return {"output_type": "execute_result" if kind == "result" else "display_data", "data": kept}


def _text(came: object) -> str:
    """Return a string of bounded length, all of whose letters can be written to a file."""
    text = came if isinstance(came, str) else ""
    return text[:MOST_LETTERS].encode("utf-8", "replace").decode()
