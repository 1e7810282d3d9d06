"""Find in a submission what it answers, though names, places or cells of the sheet were lost.

nbgrader knows a cell by its note, and says nothing of an answer in a cell that has none. You will
find :func:`recover`: it knows cells again by their text and by their place, puts back what is
missing, and keeps what a student wrote into a locked cell. What it had to guess stands in the
notebook as a remark, for the person who grades. Next: :mod:`bnn_teach.classroom.preprocessors`.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from nbformat.v4 import new_code_cell, new_markdown_cell

from bnn_teach.course.notebook_files import Notebook, headline

_REMARK = re.compile(r"\*A remark of the grader on `([^`\n]+)`:\* ([^\n]+)")


class Released(NamedTuple):
    """A cell of the sheet, as it was handed out."""

    name: str
    """Its ``grade_id``."""
    cell_type: str
    source: str
    locked: bool
    graded: bool
    notes: Notebook
    """What nbgrader writes about it into the cell."""

    @property
    def answer(self) -> bool:
        """Whether a student writes here."""
        return not self.locked


def remarks(notebook: Notebook) -> Iterator[tuple[str, str]]:
    """Yield the remarks in a notebook: the graded cell that each is about, and what it says."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := _REMARK.fullmatch(cell.source)):
            yield found[1], found[2]


def recover(
    notebook: Notebook, sheet: Sequence[Released], untouched: Callable[[Notebook], bool]
) -> None:
    """Give each cell of the sheet back to a submission, and keep all that the student wrote.

    ``sheet`` has the cells in their order. ``untouched`` says of a cell with notes of its own
    whether it is as it was handed out, perhaps by an earlier version of the sheet.
    """
    for cell in filter(_remarked, notebook.cells):  # nobody else speaks for the grader
        cell.source = f"> {cell.source}"
    work = _Recovery(notebook, sheet)
    work.claim_by_name()
    work.claim_by_text()
    work.claim_by_place()
    work.keep_what_is_in_locked_cells(untouched)
    work.name_what_has_no_place()
    work.put_back()
    for each in sheet:
        if cell := work.found.get(each.name):
            cell.metadata.nbgrader = each.notes


class _Recovery:
    """A submission and what was found in it so far."""

    def __init__(self, notebook: Notebook, sheet: Sequence[Released]) -> None:
        self.notebook, self.sheet = notebook, sheet
        self.found: dict[str, Notebook] = {}
        self._names = [_name(cell) for cell in notebook.cells]

    def claim_by_name(self) -> None:
        """Of several cells with one name, take the last one that has an answer in it."""
        for each in self.sheet:
            same = [
                cell
                for cell, name in zip(self.notebook.cells, self._names, strict=True)
                if name == each.name
            ]
            answered = [cell for cell in same if _plain(cell.source) != _plain(each.source)]
            if same:
                self.found[each.name] = ((each.answer and answered) or same)[-1]
        for cell in self._loose():
            cell.metadata.pop("nbgrader", None)

    def claim_by_text(self) -> None:
        """Take a cell without a name for the cell of the sheet that has the same text.

        A text that only resembles it, such as an earlier version of a question, is no answer.
        """
        for each in self._missing():
            text = _plain(each.source)
            same = [cell for cell in self._loose() if _plain(cell.source) == text]
            if same:
                self.found[each.name] = same[0]
        for each in self._missing():
            if each.answer or each.cell_type == "code":
                continue
            texts = {_plain(c.source): c for c in self._loose() if c.cell_type == each.cell_type}
            for closest in difflib.get_close_matches(_plain(each.source), texts, n=1):
                self.found[each.name] = texts[closest]

    def claim_by_place(self) -> None:
        """Take a cell that stands where an answer has to be, between what was found, for it."""
        for each in self._missing():
            if not each.answer:
                continue
            candidates = [
                cell for cell in self._between(each) if cell.source.strip() and not _remarked(cell)
            ]
            same = [cell for cell in candidates if cell.cell_type == each.cell_type]
            defined = [cell for cell in candidates if _defines(cell.source) & _defines(each.source)]
            if chosen := defined or same or candidates:
                # an answer in words follows its question; of code, helpers come first
                cell = chosen[-1 if each.cell_type == "code" else 0]
                self.found[each.name] = cell
                self._remark(
                    each, f"this cell was taken for `{each.name}`, which had no name", cell
                )

    def keep_what_is_in_locked_cells(self, untouched: Callable[[Notebook], bool]) -> None:
        """Keep a copy of what a student wrote into a cell that the grader sets back."""
        for each in self.sheet:
            cell = self.found.get(each.name)
            if cell is None or each.answer or _plain(cell.source) == _plain(each.source):
                continue
            if untouched(cell) or not cell.source.strip():
                continue
            said = f"`{each.name}` was changed and is set back; what stood in it follows here"
            place = self._place(cell) + (not each.graded)
            make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
            self._insert(place, make(cell.source))  # type: ignore[no-untyped-call]
            self._remark(each, said, self.notebook.cells[place])

    def name_what_has_no_place(self) -> None:
        """Where a question has no answer, point to what answers nothing by its place."""
        own = [cell for cell in self._loose() if cell.source.strip() and not _remarked(cell)]
        for each in filter(lambda each: each.answer, self.sheet):
            cell = self.found.get(each.name)
            if cell is not None and _plain(cell.source) != _plain(each.source):
                continue
            if each.cell_type == "code":
                likely = [c for c in own if _defines(c.source) & _defines(each.source)]
            else:
                likely = [c for c in own if c.cell_type != "code" or _is_prose(c.source)]
            if likely:
                shown = ", ".join(headline(cell.source) for cell in likely[:3])
                self._remark(each, f"is its answer in a cell of the student's own? {shown}")

    def put_back(self) -> None:
        """Insert what is needed to run first at the beginning, and what is graded at the end."""
        start = 0
        for each in self._missing():
            if each.answer:
                self._remark(each, f"`{each.name}` was missing")
            if not each.graded and not (each.locked and each.cell_type == "code"):
                continue
            make = new_code_cell if each.cell_type == "code" else new_markdown_cell
            cell = make(each.source, metadata={"nbgrader": each.notes})  # type: ignore[no-untyped-call]
            self.found[each.name] = cell
            self._insert(len(self.notebook.cells) if each.graded else start, cell)
            start += not each.graded

    def _missing(self) -> list[Released]:
        return [each for each in self.sheet if each.name not in self.found]

    def _loose(self) -> list[Notebook]:
        taken = {id(cell) for cell in self.found.values()}
        return [cell for cell in self.notebook.cells if id(cell) not in taken]

    def _place(self, cell: Notebook) -> int:
        return next(at for at, each in enumerate(self.notebook.cells) if each is cell)

    def _between(self, wanted: Released) -> list[Notebook]:
        """Return the loose cells between the nearest cells of the sheet that were found."""
        at = self.sheet.index(wanted)
        before = [self.found[each.name] for each in self.sheet[:at] if each.name in self.found]
        after = [self.found[each.name] for each in self.sheet[at:] if each.name in self.found]
        low = self._place(before[-1]) if before else -1
        high = self._place(after[0]) if after else len(self.notebook.cells)
        loose = {id(cell) for cell in self._loose()}
        return [cell for cell in self.notebook.cells[low + 1 : high] if id(cell) in loose]

    def _remark(self, about: Released, said: str, before: Notebook | None = None) -> None:
        """Write a remark on the graded cell that ``about`` belongs to."""
        at = self.sheet.index(about)
        graded = [each.name for each in self.sheet[at:] if each.graded]
        name = graded[0] if graded else next(e.name for e in reversed(self.sheet) if e.graded)
        place = len(self.notebook.cells) if before is None else self._place(before)
        text = f"*A remark of the grader on `{name}`:* {' '.join(said.split())}"
        self._insert(place, new_markdown_cell(text))  # type: ignore[no-untyped-call]

    def _insert(self, place: int, cell: Notebook) -> None:
        if self.notebook.nbformat_minor < 5:  # whose cells have no id
            cell.pop("id", None)
        self.notebook.cells.insert(place, cell)


def _name(cell: Notebook) -> str:
    notes = cell.metadata.get("nbgrader")
    name = notes.get("grade_id") if isinstance(notes, dict) else None
    return name if isinstance(name, str) else ""


def _remarked(cell: Notebook) -> bool:
    return _REMARK.fullmatch(cell.source) is not None


def _plain(source: str) -> str:
    """Return a text without what an editor may change of itself: blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _defines(source: str) -> set[str]:
    """Return the names that a cell gives to something, at its left edge."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return set(re.findall(r"^(?:(?:async )?def |class )?(\w+) *(?:[(:]|=(?!=))", source, re.M))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    assigned = (ast.Assign, ast.AnnAssign)
    names = {
        node.id
        for each in body
        if isinstance(each, assigned)
        for node in ast.walk(each)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return names | {each.name for each in body if isinstance(each, kinds)}


def _is_prose(source: str) -> bool:
    """Say whether a code cell is words: comments, texts, printed ones, or no Python at all."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError):
        return True
    for each in body:
        match each:
            case ast.Expr(ast.Constant(str())):
                pass
            case ast.Expr(ast.Call(ast.Name("print"), [ast.Constant(str())])):
                pass
            case _:
                return False
    return True
