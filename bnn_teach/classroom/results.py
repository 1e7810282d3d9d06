"""What a check found, shown as a text or, in a notebook, as a small box.

You will find :class:`Result`, which ``bt.check`` returns. It says the same in both forms, and the
same each time, because notebooks are stored with it. Next:
:mod:`bnn_teach.classroom.checking`.
"""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass

from bnn_teach.errors import CheckFailedError

_WIDTH = 79
_GREEN, _ORANGE = "#009E73", "#D55E00"  # of Okabe and Ito, seen on white and on black


@dataclass(frozen=True, repr=False)
class Result:
    """Whether an answer is right, and what to do if it is not.

    Parameters
    ----------
    number : str
        The exercise, such as ``"05.2"``.
    passed : bool
        Whether all that was asked for was found.
    message : str
        What was found, one thought a line; where ``passed`` is false, what was got and what was
        expected, the idea at stake, where to read again, and what to do next.
    hint : str
        The next hint; empty where there is none.
    started : bool
        False where the answer still is, or holds, the `...` of the exercise.
    """

    number: str
    passed: bool
    message: str
    hint: str = ""
    started: bool = True

    @property
    def verdict(self) -> str:
        """The result in a few words."""
        found = "right" if self.passed else "not yet" if self.started else "not started"
        return f"Exercise {self.number}: {found}"

    def require(self) -> None:
        """Return quietly if the answer is right; a sheet's test cell ends with this.

        Raises
        ------
        CheckFailedError
            It is not. The text is the whole result, as it is shown.
        """
        if not self.passed:
            raise CheckFailedError(repr(self))

    def __repr__(self) -> str:
        lines = [self.verdict]
        for line in self._lines():
            lines += textwrap.wrap(
                line,
                width=_WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        sign, colour = ("✓", _GREEN) if self.passed else ("…", _ORANGE)
        head = (
            f'<strong><span aria-hidden="true">{sign}</span> {html.escape(self.verdict)}</strong>'
        )
        body = "".join(
            f'<div style="margin-top: 0.3em">{_set(each)}</div>' for each in self._lines()
        )
        return (
            f'<div style="border: 1px solid {colour}; border-left-width: 0.5em; '
            f'padding: 0.5em 0.8em; max-width: 46em">{head}{body}</div>'
        )

    def _lines(self) -> list[str]:
        return [each for each in (*self.message.splitlines(), self.hint) if each]


def _set(line: str) -> str:
    """Return a line as HTML: what stands between backticks is code, a label before a colon bold."""
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(line, quote=False))
    label = r"(The idea|A common belief \(M\d+\)|Read again|Next|Note|Hint \d of \d):"
    return re.sub(rf"^{label}", r"<strong>\1:</strong>", text)
