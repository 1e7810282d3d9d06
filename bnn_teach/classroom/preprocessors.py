"""Our parts of nbgrader's converters: heal what came in, run it in the sandbox, keep tests hidden.

nbgrader turns a notebook into another by a list of preprocessors. You will find the three that a
course folder's ``nbgrader_config.py`` puts into these lists: :class:`RestoreCells` before a
submission is run, :class:`SandboxedExecute` in the place of nbgrader's ``Execute``, and
:class:`HideHiddenTests` before feedback is written. Only nbgrader imports this module, so the
course works without it. Next: :mod:`bnn_teach.classroom.folder`.
"""

from __future__ import annotations

from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook  # type: ignore[import-untyped]
from nbgrader.preprocessors import NbGraderPreprocessor  # type: ignore[import-untyped]
from traitlets import Float, Integer

from bnn_teach.classroom.examination import (
    HIDDEN_FAILED,
    examine,
    hidden,
    is_check,
    lesson_of,
    visible,
)
from bnn_teach.classroom.sandbox import Bounds
from bnn_teach.course.notebook_files import Notebook

Resources = dict[str, Any]


class RestoreCells(NbGraderPreprocessor):
    """Give each cell that the gradebook knows its role back, and put back those that were lost.

    Sources of locked cells are nbgrader's own business: ``OverwriteCells`` comes next. It relies on
    a cell's notes, which a submission can change, and it does not know where to put a cell whose
    neighbours were lost, too.
    """

    def preprocess(self, nb: Notebook, resources: Resources) -> tuple[Notebook, Resources]:
        """Return the notebook with all cells that are graded or needed, under their own notes."""
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            known = gradebook.find_notebook(names["notebook"], names["assignment"])
            points = {cell.name: cell.max_score for cell in known.grade_cells}
            answered = {cell.name for cell in known.solution_cells}
            sources = {cell.name: cell for cell in known.source_cells}
            there = set()
            for cell in nb.cells:
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                if name in sources:
                    there.add(name)
                    cell.metadata.nbgrader = _notes(sources[name], points, answered)
                else:
                    cell.metadata.pop("nbgrader", None)
            lost = [each for name, each in sorted(sources.items()) if name not in there]
            for each in lost:
                self._put_back(nb, each, points, answered)
        return nb, resources

    def _put_back(
        self, nb: Notebook, source: Any, points: dict[str, float], answered: set[str]
    ) -> None:
        """Insert what is needed to run first at the beginning, and what is graded at the end."""
        needed = source.locked and source.cell_type == "code"
        if source.name not in points and not needed:
            return
        self.log.warning("Cell '%s' was lost; it is put back", source.name)
        make = new_code_cell if source.cell_type == "code" else new_markdown_cell
        notes = _notes(source, points, answered)
        cell = make(source.source, metadata={"nbgrader": notes})  # type: ignore[no-untyped-call]
        nb.cells.insert(len(nb.cells) if source.name in points else 0, cell)


def _notes(source: Any, points: dict[str, float], answered: set[str]) -> Notebook:
    from nbformat import from_dict

    notes = {
        "schema_version": 3,
        "grade_id": source.name,
        "grade": source.name in points,
        "solution": source.name in answered,
        "locked": source.locked,
        "task": False,
        "cell_type": source.cell_type,
        "checksum": source.checksum,
    }
    if source.name in points:
        notes["points"] = points[source.name]
    return from_dict(notes)  # type: ignore[no-untyped-call]


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
        examine(nb, bounds)
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
