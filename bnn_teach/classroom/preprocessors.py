"""Our parts of nbgrader's converters: heal what came in, run it in the sandbox, keep tests hidden.

nbgrader turns a notebook into another by a list of preprocessors. You will find the four that a
course folder's ``nbgrader_config.py`` puts into these lists: :class:`RestoreCells` before a
submission is run, :class:`SandboxedExecute` in the place of nbgrader's ``Execute``,
:class:`FlagForReview` when the points are known, and :class:`HideHiddenTests` before feedback is
written. Only nbgrader imports this module, so the course works without it. Next:
:mod:`bnn_teach.classroom.folder`.
"""

from __future__ import annotations

import pathlib
from typing import Any

from nbformat import from_dict
from nbformat.v4 import new_output
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.preprocessors import NbGraderPreprocessor  # type: ignore[import-untyped]
from nbgrader.utils import compute_checksum  # type: ignore[import-untyped]
from traitlets import Float, Integer

from bnn_teach.classroom.examination import (
    HIDDEN_FAILED,
    examine,
    hidden,
    is_check,
    lesson_of,
    visible,
)
from bnn_teach.classroom.recovery import Released, recover, remarks
from bnn_teach.classroom.sandbox import Bounds
from bnn_teach.classroom.submissions import flag, refuse_links
from bnn_teach.course.notebook_files import Notebook

Resources = dict[str, Any]


class RestoreCells(NbGraderPreprocessor):
    """Give each cell that the gradebook knows its role back; see :mod:`.recovery`.

    Sources of locked cells are nbgrader's own business: ``OverwriteCells`` comes next.
    """

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Return the notebook with all cells that are graded or needed, under their own notes."""
        refuse_links(pathlib.Path(resources["metadata"]["path"]))
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            known = gradebook.find_notebook(names["notebook"], names["assignment"])
            points = {cell.name: cell.max_score for cell in known.grade_cells}
            answered = {cell.name for cell in known.solution_cells}
            tasks = {cell.name: cell.max_score for cell in known.task_cells}
            sheet = [_released(cell, points, answered, tasks) for cell in known.source_cells]
        recover(nb, sheet, _untouched)
        return nb, resources


def _released(
    source: Any, points: dict[str, float], answered: set[str], tasks: dict[str, float]
) -> Released:
    notes = {
        "schema_version": 3,
        "grade_id": source.name,
        "grade": source.name in points,
        "solution": source.name in answered,
        "locked": source.locked,
        "task": source.name in tasks,
        "cell_type": source.cell_type,
        "checksum": source.checksum,
    }
    if (most := (points | tasks).get(source.name)) is not None:
        notes["points"] = most
    return Released(
        name=source.name,
        cell_type=source.cell_type,
        source=visible(source.source),
        locked=source.name not in answered,
        graded=source.name in points or source.name in tasks,
        notes=from_dict(notes),  # type: ignore[no-untyped-call]
    )


def _untouched(cell: Notebook) -> bool:
    """Say whether a cell has the checksum that it was handed out with."""
    try:
        return bool(cell.metadata.nbgrader.checksum == compute_checksum(cell))
    except (AttributeError, KeyError, TypeError, ValueError):  # its notes were changed, too
        return False


class SandboxedExecute(NbGraderPreprocessor):
    """Run a submission in the sandbox; see :mod:`bnn_teach.classroom.examination`."""

    seconds = Float(60.0, help="wall time that one cell or check may take").tag(config=True)
    total_seconds = Float(600.0, help="wall time of a whole notebook").tag(config=True)
    memory_gb = Float(4.0, help="memory of all processes of a submission").tag(config=True)
    processes = Integer(32, help="processes of a submission at a time").tag(config=True)
    threads = Integer(2, help="threads that numerical libraries start").tag(config=True)

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Return the notebook with the outputs that its cells have in the sandbox."""
        bounds = Bounds(
            seconds=self.seconds,
            total_seconds=self.total_seconds,
            memory=int(self.memory_gb * 2**30),
            processes=self.processes,
            threads=self.threads,
        )
        examine(nb, bounds, pathlib.Path(resources["metadata"]["path"]))
        return nb, resources


class FlagForReview(NbGraderPreprocessor):
    """Ask a person to look at what lost points and has a remark; see :mod:`.recovery`."""

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Return the notebook as it is; formgrader lists it under *Manual grading*."""
        names = resources["nbgrader"]
        about = {name for name, _ in remarks(nb)}
        flag(names["db_url"], names["assignment"], names["student"], about)
        return nb, resources


class HideHiddenTests(NbGraderPreprocessor):
    """Take the hidden tests, and what they said, out of what a learner gets back."""

    def preprocess_cell(
        self, cell: Notebook, resources: Resources, index: int
    ) -> tuple[Notebook, Resources]:
        """Return a check as the sheet shows it; a failed hidden test says what to read again."""
        if is_check(cell):
            for place, output in enumerate(cell.outputs):
                if output.get("ename") == HIDDEN_FAILED:
                    said = f"Not yet, on data that the sheet does not show.\n{lesson_of(cell)}"
                    cell.outputs[place] = new_output(  # type: ignore[no-untyped-call]
                        "error", ename=HIDDEN_FAILED, evalue=said, traceback=[said]
                    )
            if hidden(cell.source):
                cell.source = visible(cell.source)
        return cell, resources
