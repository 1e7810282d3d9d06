"""An exhibit: one function of its controls, computed beforehand, and seen in three homes.

In JupyterLab with a kernel it may compute between the stored values, too (``live=``). In a page
without Python the stored frames are shown. On paper :meth:`Exhibit.small_multiples` stands for it.
Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

import itertools
import pathlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import anywidget
import traitlets
from matplotlib.figure import Figure

from bnn_teach.arguments import as_list, check_takes, checked_arguments
from bnn_teach.errors import ArgumentError, did_you_mean
from bnn_teach.exhibits.controls import Choice, Control, Slider
from bnn_teach.exhibits.drawing import Draw
from bnn_teach.exhibits.frames import Frame, check_frame, shown
from bnn_teach.exhibits.looks import looks
from bnn_teach.exhibits.pictures import small_multiples
from bnn_teach.exhibits.storage import check_size, pack

STATIC = pathlib.Path(__file__).parent / "static"


class Exhibit(anywidget.AnyWidget):
    """A picture with controls; show it as the last line of a cell.

    Parameters
    ----------
    frame : callable
        Takes the controls' values as keywords and returns a :class:`Frame`. It is called once for
        each combination of stored values, when the exhibit is built.
    controls : sequence of Slider, Choice, Play or Draw
        What the reader moves, in this order.
    title : str
        A short headline.
    live : bool, optional
        Whether ``frame`` also takes numbers between the stored ones. Where a kernel is there, a
        field for exact numbers then appears beside each slider.

    Attributes
    ----------
    values : dict
        What the controls stand at now. In JupyterLab the reader's moves arrive here; observe it
        with ``exhibit.observe(function, "values")``.

    Raises
    ------
    ArgumentError
        A control is of the wrong type, or two have the same name.
    ExhibitError
        The frames do not fit together, or take more than 300 kB in the notebook.

    Examples
    --------
    >>> line = lambda slope: Frame(
    ...     [Panel([Line([0, 1], [0, slope], role="truth")], ylim=(0, 3))],
    ...     says=f"A line that rises by {slope}.",
    ... )
    >>> from bnn_teach.exhibits import Frame, Line, Panel
    >>> exhibit = Exhibit(line, [Slider("slope", [1, 2, 3])], title="Steeper")
    >>> exhibit.set(slope=2).says
    'A line that rises by 2.'
    """

    _esm = STATIC / "figure.js"
    _css = STATIC / "figure.css"
    figure = traitlets.Dict().tag(sync=True)
    values = traitlets.Dict().tag(sync=True)
    off_grid = traitlets.Dict().tag(sync=True)

    @checked_arguments
    def __init__(
        self,
        frame: Callable[..., Frame],
        controls: Sequence[Control | Draw],
        title: str,
        live: bool = False,
    ) -> None:
        self._controls = _read_controls(as_list("controls", controls))
        _check_function(frame, self._controls)
        if not isinstance(title, str):
            raise ArgumentError(f"title: got {title!r:.60}, expected a text. Put it in quotes.")
        self._grid = [each for each in self._controls.values() if isinstance(each, Control)]
        self._draws = [each for each in self._controls.values() if isinstance(each, Draw)]
        self._frame, self._live = frame, live
        settings = _combinations({each.name: each.choices for each in self._grid})
        self._frames = {tuple(each.values()): self._compute(each) for each in settings}
        frames = list(self._frames.values())
        self._shown = shown(frames)
        figure = pack(frames, self._shown, self._draws)
        figure |= {
            "title": title,
            "live": live,
            "looks": looks({"data", *(mark["role"] for mark in figure["marks"]), "nuts"}),
            "controls": [each.state() for each in self._grid],
        }
        check_size(figure)
        start = {name: control.value for name, control in self._controls.items()}
        super().__init__(figure=figure, values=start)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        return f"Exhibit({self.figure['title']!r}): {self.says}"

    def set(self, **values: Any) -> Exhibit:
        """Move controls, as a reader would, and return the exhibit: ``exhibit.set(n=30)``."""
        for name in values:
            if name not in self._controls:
                raise ArgumentError(
                    f"{name}: no such control; this exhibit has {', '.join(self._controls)}."
                    f"{did_you_mean(name, self._controls)}"
                )
        self.values = {**self.values, **values}
        return self

    @property
    def frame(self) -> Frame:
        """The present picture, as the exhibit's function returned it."""
        return self._stored(self.values) or self._compute(self.values)

    @property
    def says(self) -> str:
        """The sentence of the present picture."""
        return self.frame.says

    def small_multiples(self, values: Mapping[str, Sequence[Any]] | None = None) -> Figure:
        """Draw the exhibit at several values at once, for paper.

        Parameters
        ----------
        values : mapping of str to sequence, optional
            Which values of which controls, such as ``{"n": [1, 10, 100]}``; all combinations are
            drawn. Other controls stay where they are. Left out: three values of the first control.

        Returns
        -------
        Figure
            Make it the last line of a cell to see it; :func:`bnn_teach.plots.alt_text` says what
            it shows.

        Raises
        ------
        ArgumentError
            There is no such control or value.
        """
        first = {control.name: _some(control.choices) for control in self._grid[:1]}
        given: Any = first if values is None else values
        stored = {control.name for control in self._grid}
        if not isinstance(given, Mapping) or not given.keys() <= stored:
            raise ArgumentError(
                f"values: got {given!r:.60}, expected values by the names of controls: "
                f"{', '.join(stored)}. Write {{{next(iter(stored), 'n')!r}: [1, 10]}}."
            )
        pictures = []
        for each in _combinations({name: as_list(name, each) for name, each in given.items()}):
            frame = self._stored(self._checked({**self.values, **each}))
            if frame is None:
                raise ArgumentError(f"values: got {each}, expected stored values of the controls.")
            pictures.append((self._named(each), frame))
        return small_multiples(pictures, self._shown, self.figure["title"])

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        return data | {"text/plain": repr(self)}, metadata

    # --- values --------------------------------------------------------------------------------

    def _checked(self, values: Mapping[str, Any]) -> dict[str, Any]:
        checked: dict[str, Any] = {}
        for name, control in self._controls.items():
            if self._live and isinstance(control, Slider):
                checked[name] = control.between(values[name])
            else:
                checked[name] = control.check(values[name])
        return checked

    def _stored(self, values: Mapping[str, Any]) -> Frame | None:
        """Return the stored frame for these values, if there is one."""
        return self._frames.get(tuple(values[control.name] for control in self._grid))

    def _named(self, values: Mapping[str, Any]) -> str:
        """Say what these controls stand at: ``number of points = 10``."""
        words = []
        for control in self._grid:
            if control.name in values:
                text = control.texts[control.choices.index(control.check(values[control.name]))]
                words.append(text if isinstance(control, Choice) else f"{control.label} = {text}")
        return ", ".join(words)

    @traitlets.validate("values")
    def _validate(self, proposal: Any) -> dict[str, Any]:
        return self._checked(proposal["value"])

    # --- between the stored values -------------------------------------------------------------

    @traitlets.observe("values")
    def _compute_off_grid(self, change: Any) -> None:
        if self._stored(change["new"]):
            return
        wanted = {control.name: change["new"][control.name] for control in self._grid}
        try:
            stored: dict[str, Any] = pack([self._compute(wanted)], self._shown)
        except Exception as error:  # whatever it is, the reader has to see it beside the picture
            stored = {"failed": f"{type(error).__name__}: {error}"}
        self.off_grid = stored | {"values": wanted}

    def _compute(self, values: Mapping[str, Any]) -> Frame:
        """Call the exhibit's function; what goes wrong there says at which values."""
        wanted = {control.name: values[control.name] for control in self._grid}
        try:
            return check_frame(self._frame(**wanted))
        except Exception as error:
            setting = ", ".join(f"{name}={value!r}" for name, value in wanted.items())
            error.add_note(f"This happened in the exhibit's function, called with {setting}.")
            raise

    def _answer(self, _: Any, content: Any, __: Any) -> None:
        """Tell the script that a kernel is there, so that it offers exact numbers."""
        if content == {"kind": "hello"}:
            self.send({"kind": "here"})


def _read_controls(controls: Sequence[Control | Draw]) -> dict[str, Control | Draw]:
    named: dict[str, Control | Draw] = {}
    for control in controls:
        if not isinstance(control, Control | Draw):
            raise ArgumentError(
                f"controls: got {type(control).__name__}, expected ex.Slider, ex.Choice, ex.Play "
                "or ex.Draw."
            )
        if control.name in named:
            raise ArgumentError(f"controls: two are called {control.name!r}. Rename one.")
        named[control.name] = control
    if not named:
        raise ArgumentError("controls: got none, expected at least one, such as ex.Slider.")
    return named


def _check_function(frame: Any, controls: Mapping[str, Any]) -> None:
    """Check that the exhibit's function is one, and takes the controls' names."""
    stored = {name: None for name, each in controls.items() if isinstance(each, Control)}
    check_takes("frame", frame, "Give it the names of the controls.", **stored)


def _combinations(values: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return every combination of values, the last name changing fastest."""
    return [dict(zip(values, each, strict=True)) for each in itertools.product(*values.values())]


def _some(choices: Sequence[Any]) -> list[Any]:
    """Return the first, the middle and the last value."""
    return [choices[i] for i in sorted({0, len(choices) // 2, len(choices) - 1})]
