"""What the doctor says: one line for each thing looked at, and a remedy where something is amiss.

You will find a check's result, and the report of all of them as text and as a table. Numbers that
change from one run to the next, such as free memory, are named only where they are too small, so
that a healthy machine gets the same report each time. Next: :mod:`bnn_teach.checkup.doctor`.
"""

from __future__ import annotations

import html
import textwrap
from dataclasses import dataclass
from typing import Literal, NamedTuple

OK: Literal["ok"] = "ok"
WARNING: Literal["warning"] = "warning"
FAILED: Literal["failed"] = "failed"


class Check(NamedTuple):
    """The result of one check."""

    name: str
    """What was looked at, in a word or two."""
    status: Literal["ok", "warning", "failed"]
    """``warning``: the course works, but something is missing; ``failed``: parts do not work."""
    found: str
    """What was found."""
    remedy: str = ""
    """What to do; empty if all is well."""


@dataclass(frozen=True, repr=False)
class Report:
    """All results, shown as a text or, in a notebook, as a table.

    Parameters
    ----------
    checks : tuple of Check
        In the order in which they were made.
    """

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing failed; a warning is not a failure."""
        return all(check.status != FAILED for check in self.checks)

    @property
    def verdict(self) -> str:
        """All in one sentence."""
        failed, warned = (
            [check.name for check in self.checks if check.status == status]
            for status in (FAILED, WARNING)
        )
        if failed:
            return f"Not yet in order: {', '.join(failed)}. Follow the remedies, and ask again."
        if warned:
            return f"The course works; have a look at {', '.join(warned)}."
        return "Everything is in order."

    def __repr__(self) -> str:
        width = max((len(check.name) for check in self.checks), default=0)
        lines = []
        for check in self.checks:
            lines += _wrapped(f"{check.status:7}  {check.name:{width}}  ", check.found)
            if check.remedy:
                lines += _wrapped(" " * (width + 11) + "-> ", check.remedy)
        return "\n".join([*lines, self.verdict])

    def _repr_html_(self) -> str:
        rows = "".join(map(_row, self.checks))
        head = "".join(f'<th scope="col" {_LEFT}>{each}</th>' for each in Check._fields[:3])
        return (
            f"<table><caption {_LEFT}>{html.escape(self.verdict)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        )


_LEFT = 'style="text-align: left"'  # JupyterLab sets tables of numbers, to the right


def _wrapped(start: str, text: str) -> list[str]:
    """Return lines of at most 100 characters; those after the first are indented."""
    return textwrap.wrap(
        text,
        width=100,
        initial_indent=start,
        subsequent_indent=" " * len(start),
        break_long_words=False,  # a path or a command is copied, so it stays whole
        break_on_hyphens=False,
    )


def _row(check: Check) -> str:
    name, status, found = (html.escape(each) for each in check[:3])
    if check.status != OK:
        status = f"<strong>{status}</strong>"
    remedy = f"<br><strong>Remedy:</strong> {html.escape(check.remedy)}" if check.remedy else ""
    cells = "".join(f"<td {_LEFT}>{each}</td>" for each in (status, found + remedy))
    return f'<tr><th scope="row" {_LEFT}>{name}</th>{cells}</tr>'
