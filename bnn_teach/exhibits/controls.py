"""What the reader moves: sliders, choices, and sliders that play.

Each control has a finite list of values, in order, and the exhibit stores a frame for every
combination of them. Next: :mod:`bnn_teach.exhibits.drawing`, where the reader draws.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import numpy as np

from bnn_teach.arguments import as_list
from bnn_teach.errors import ArgumentError, did_you_mean
from bnn_teach.exhibits.frames import with_minus


class Control:
    """A control with finitely many values.

    Parameters
    ----------
    name : str
        The keyword under which the exhibit's function gets its value.
    values : iterable of float or str
        All values: numbers of a slider in increasing order, strings of a choice.
    label : str, optional
        What is written beside it; the name where it is left out.
    value : float or str, optional
        Where it stands at the beginning; the first value where it is left out.
    """

    kind = ""

    def __init__(
        self, name: Any, values: Iterable[Any], label: str = "", value: Any = None
    ) -> None:
        self.name, self.label = check_name(name), label or name
        self.choices = [self._read(each) for each in as_list(f"{name}: values", values)]
        if len(self.choices) < 2 or len(set(self.choices)) < len(self.choices):
            raise ArgumentError(
                f"{name}: got {len(self.choices)} values, {len(set(self.choices))} of them "
                "different, expected at least two, each once."
            )
        self.value = self.choices[0] if value is None else self.check(value)

    def check(self, value: Any) -> Any:
        """Return the stored value that ``value`` is, or raise an ArgumentError."""
        read = self._read(value)
        for each in self.choices:
            if each == read or (isinstance(read, float) and np.isclose(each, read, atol=0)):
                return each
        shown = ", ".join(self.texts[:12]) + (", ..." if len(self.choices) > 12 else "")
        guess = did_you_mean(value, [c for c in self.choices if isinstance(c, str)])
        raise ArgumentError(f"{self.name}: got {value!r}, expected one of {shown}.{guess}")

    @property
    def texts(self) -> list[str]:
        """The values as the reader sees them."""
        return [each if isinstance(each, str) else with_minus(f"{each:g}") for each in self.choices]

    def state(self) -> dict[str, Any]:
        """Return what the script needs to know."""
        common = {"kind": self.kind, "name": self.name, "label": self.label}
        return common | {"values": self.choices, "texts": self.texts}

    def _read(self, value: Any) -> Any:
        raise NotImplementedError


class Slider(Control):
    """A native slider over increasing numbers."""

    kind = "slider"

    def __init__(
        self, name: str, values: Iterable[float], label: str = "", value: float | None = None
    ) -> None:
        super().__init__(name, values, label, value)
        if any(low >= high for low, high in itertools.pairwise(self.choices)):
            raise ArgumentError(f"{name}: the values are not in increasing order. Sort them.")

    def between(self, value: Any) -> float | int:
        """Return a number within the slider's range, stored or not."""
        number: float | int = self._read(value)
        low, high = self.choices[0], self.choices[-1]
        if not low <= number <= high:
            raise ArgumentError(
                f"{self.name}: got {value!r}, expected a number from {low:g} to {high:g}."
            )
        return number

    def _read(self, value: Any) -> float | int:
        array = np.asarray(value)
        if array.ndim or array.dtype.kind not in "iuf" or not np.isfinite(array):
            raise ArgumentError(f"{self.name}: got {value!r}, expected a number.")
        number: float | int = array.item()
        return number


class Play(Slider):
    """A slider with a button that steps through it; it stands still until it is pressed."""

    kind = "play"


class Choice(Control):
    """One of a few words: radio buttons, or a menu where there are many."""

    kind = "choice"

    def _read(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ArgumentError(
                f"{self.name}: got {value!r}, expected a string. For numbers take ex.Slider."
            )
        return str(value)


def check_name(name: Any) -> str:
    """Return a name that can be a keyword of the exhibit's function."""
    if not isinstance(name, str) or not name.isidentifier():
        raise ArgumentError(
            f"name: got {name!r}, expected a name that Python accepts, because the "
            "exhibit's function takes it as a keyword. Write the words into label=."
        )
    return name
