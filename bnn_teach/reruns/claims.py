"""What a page claims, as one call: it fails the page where it does not hold, and is recorded.

``bt.claim("more data narrow the band", after < before, before=0.4, after=0.2)`` shows the
sentence with its numbers, and hides a machine-readable copy beside it. In a rerun, with another
seed or other data, a claim that does not hold is a result like any other.
Next: :mod:`bnn_teach.reruns.rerun`.
"""

from __future__ import annotations

import os
import textwrap
from typing import Any

from bnn_teach.arguments import checked_arguments
from bnn_teach.errors import ArgumentError, ClaimError
from bnn_teach.reruns.results import plain, shown

MIME = "application/vnd.bnn-teach.claim+json"
"""The kind of an output that holds a claim."""
RECORD = "BNN_TEACH_CLAIMS"
"""The environment variable whose value ``record`` keeps a page going where a claim fails."""
COLUMNS = 79


class Claim:
    """A claim as a cell shows it; see :func:`claim`."""

    def __init__(self, words: str, holds: bool, numbers: dict[str, Any]) -> None:
        self.words, self.holds, self.numbers = words, holds, numbers

    def __repr__(self) -> str:
        numbers = ", ".join(f"{name} = {shown(value)}" for name, value in self.numbers.items())
        parts = [
            f"{'✓' if self.holds else '✗'} {self.words}",
            *([f"  {numbers}"] if numbers else []),
        ]
        return "\n".join(textwrap.fill(part, COLUMNS, subsequent_indent="  ") for part in parts)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        facts = {"words": self.words, "holds": self.holds, "numbers": self.numbers}
        return {"text/plain": repr(self), MIME: facts}


@checked_arguments
def claim(words: str, holds: bool, /, **numbers: float) -> None:
    """Claim something of what a page found; the page fails where it does not hold.

    Parameters
    ----------
    words : str
        One sentence, the same in every run: no computed number in it.
    holds : bool
        Whether it does, here; one of NumPy's or xarray's, too.
    **numbers : float
        The numbers that it is about, by name.

    Raises
    ------
    ClaimError
        It does not hold. In ``bt.rerun``, ``bt.sweep`` and ``make claims`` it is recorded instead.
    ArgumentError
        No words, something else than one truth value, or a number that is none.

    Examples
    --------
    >>> claim("more data narrow the band", 0.2 < 0.4, before=0.4, after=0.2)
    ✓ more data narrow the band
      before = 0.4, after = 0.2
    """
    from IPython.display import display

    said: Any = words
    if not isinstance(said, str) or not said.strip():
        raise ArgumentError(f"claim: got {said!r}, expected a sentence. Say what is claimed.")
    held: Any = holds.item() if getattr(holds, "size", 0) == 1 else holds  # type: ignore[attr-defined]
    if not isinstance(held, bool):
        raise ArgumentError(
            f"claim {words!r}: got {type(holds).__name__}, expected True or False. Compare "
            "numbers, and put several together with and, or .all()."
        )
    found = Claim(" ".join(said.split()), held, {n: _number(n, v) for n, v in numbers.items()})
    if not held and os.environ.get(RECORD) != "record":
        raise ClaimError(
            f"this claim does not hold here:\n{found}\nTry it with other seeds and data (make "
            "claims). Write what does hold, with the word 'usually' and the share, or drop it."
        )
    display(found)  # type: ignore[no-untyped-call]


def collect_claims(notebook: Any) -> list[dict[str, Any]]:
    """Return the claims of an executed notebook, in order: words, holds, numbers."""
    return [
        output["data"][MIME]
        for cell in notebook["cells"]
        for output in cell.get("outputs", [])
        if MIME in output.get("data", {})
    ]


def _number(name: str, value: Any) -> Any:
    value = plain(name, value)
    if isinstance(value, bool | str | list):
        raise ArgumentError(
            f"{name}: got {type(value).__name__}, expected a number. A claim shows single numbers; "
            "bt.record keeps texts and lists."
        )
    return value
