"""The posterior under the reader's finger: a network that thinks again when a point is moved.

You will find the experiments that it may begin with, and the exhibit, which samples in the page
itself, without Python (``exhibits/live``). In JupyterLab it hands back what stands on the screen:
``exhibit.data`` and ``exhibit.model()``. Next: :mod:`bnn_teach.course.quizzes`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import numpy as np
import traitlets
from matplotlib.figure import Figure

from bnn_teach.arguments import as_count, as_number, checked_arguments
from bnn_teach.course.datasets import EDGE, gap_sine, sine
from bnn_teach.errors import ArgumentError, did_you_mean
from bnn_teach.exhibits import live
from bnn_teach.exhibits.exhibit import STATIC
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.live.bundle import bundle, packed
from bnn_teach.exhibits.looks import look, looks
from bnn_teach.exhibits.marks import Band, Line, Mark, Points
from bnn_teach.exhibits.pictures import small_multiples
from bnn_teach.plots.style import Look

HERE = Path(live.__file__).parent
LEARNED = "learned"
ACTIVATIONS = ("relu", "tanh")
SHOWS = ("nuts", "advi", "draws", "next", "apart", "truth")
_NAMES = {"nuts": "NUTS", "advi": "ADVI (mean field)"}
_NEXT = Look("#009E73", ":", "v", "...")
_ELSEWHERE = "*It computes in the browser: run its cell, or open this page of the book.*"
_XLIM, _YLIM = (-1.2, 1.2), (-3.0, 3.0)  # as in settings.js


class Data(NamedTuple):
    """The points on the screen."""

    x: np.ndarray
    """Inputs, shape (N, 1), float32."""
    y: np.ndarray
    """Outputs, shape (N, 1), float32."""


class Playground(anywidget.AnyWidget):
    """A network whose data the reader moves; :func:`bnn_teach.playground` makes one.

    Attributes
    ----------
    settings : dict
        What stands on the screen: ``points`` (list of [x, y]), ``prior``, ``noise``, ``learned``,
        ``width``, ``activation`` and ``shows``. In JupyterLab the reader's moves arrive here.
    bands : dict of str to dict
        For ``nuts`` and ``advi``, where they have come to rest in the page: ``x``, ``lower``,
        ``median`` and ``upper`` of the 95 % band of f.
    """

    _esm = HERE / "shared.js"
    figure: Any = traitlets.Dict().tag(sync=True)
    settings: Any = traitlets.Dict().tag(sync=True)
    bands: Any = traitlets.Dict().tag(sync=True)

    def __init__(self, settings: dict[str, Any], title: str, ask: str, address: bool) -> None:
        figure = {"title": title, "ask": ask, "address": address}
        super().__init__(figure=figure, settings=settings)
        self.on_msg(self._answer)

    def __repr__(self) -> str:
        points = len(self.settings["points"])
        now = self.settings
        noise = LEARNED if now["learned"] else f"{now['noise']:g}"
        return (
            f"Playground: {points} point{'s' * (points != 1)}, hidden layers of {now['width']}, "
            f"{now['activation']}, prior scale {now['prior']:g}, noise scale {noise}"
        )

    @property
    def data(self) -> Data:
        """The points as they stand on the screen, x and y of shape (N, 1)."""
        points = np.array(self.settings["points"], dtype=np.float32).reshape(-1, 2)
        return Data(points[:, :1], points[:, 1:])

    def model(self) -> Any:
        """Return the model on the screen, which :func:`bnn_teach.sample` takes.

        With a known noise it is :func:`bnn_teach.network` at these data; one whose noise is
        learned has that network inside, and the noise ``noisy.sigma`` beside it.
        """
        from bnn_teach.course.networks import network
        from bnn_teach.dsl.distributions import HalfNormal
        from bnn_teach.dsl.model import model

        options = self._options()
        x, y = self.data if self.settings["points"] else (_grid()[:, None], None)
        if not self.settings["learned"]:
            return network(x, y, **options)

        @model
        def noisy(x: Any, y: Any = None) -> Any:
            sigma = yield HalfNormal("sigma", 0.5)
            return (yield network(x, y, **options | {"noise_scale": sigma}))

        return noisy(x, y)

    def small_multiples(self, seed: int = 0) -> Figure:
        """Draw what the page would show, sampled in Python, for paper.

        Parameters
        ----------
        seed : int, optional
            Of :func:`bnn_teach.sample` and :func:`bnn_teach.fit`.
        """
        shown = [role for role in _NAMES if role in self.settings["shows"]]
        pictures = [(_NAMES[role], self._frame(role, seed)) for role in shown]
        limits = [{"x": _XLIM, "y": _YLIM}]
        return small_multiples(pictures, limits, self.figure["title"])

    def _frame(self, role: str, seed: int) -> Frame:
        """Return the picture of one method, by the library."""
        curves, x = self._curves(role, seed), _grid()
        lower, median, upper = np.quantile(curves.reshape(-1, len(x)), [0.025, 0.5, 0.975], axis=0)
        marks: list[Mark] = [
            Band(x, lower, upper, role, "95 % of f", hatch=role == "advi"),
            Line(x, median, role),
        ]
        if self.settings["points"]:
            marks.append(Points(*self.data, "data", "points"))
        middle = (upper - lower)[len(x) // 2]
        says = f"{_NAMES[role]}: the 95 % band is {middle:.2f} wide at x = 0."
        return Frame([Panel(marks, "x", "f(x)", _XLIM, _YLIM)], says)

    def _curves(self, role: str, seed: int) -> np.ndarray:
        import warnings

        from bnn_teach.errors import ConvergenceWarning
        from bnn_teach.inference import fit, sample
        from bnn_teach.prediction import sample_posterior_predictive, sample_prior_predictive

        net = self.model()
        f = "noisy.network.f" if self.settings["learned"] else "network.f"
        if not self.settings["points"]:
            return np.asarray(sample_prior_predictive(net, 1000, seed=seed)["prior"][f])[..., 0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            if role == "nuts":
                draws = sample(net, num_samples=500, burn_in=500, seed=seed)
            else:
                draws = fit(net, seed=seed).approximation.sample(1000, seed=seed)
        new = sample_posterior_predictive(net.at(x=_grid()[:, None]), draws, [f], seed=seed)
        return np.asarray(new["posterior_predictive"][f])[..., 0]

    def _options(self) -> dict[str, Any]:
        """Return the keywords of :func:`bnn_teach.network` that stand on the screen."""
        now = self.settings
        options: dict[str, Any] = {
            "hidden": (now["width"],) * 2,
            "prior_scale": float(now["prior"]),
            "noise_scale": float(now["noise"]),
        }
        if now["activation"] == "tanh":
            from bnn_teach.engine.runtime import tf

            options["activation"] = tf.tanh
        return options

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        data, metadata = super()._repr_mimebundle_(**kwargs)  # type: ignore[misc]
        return data | {"text/plain": repr(self), "text/markdown": self._on_paper()}, metadata

    def _on_paper(self) -> str:
        """Say what stands here, where neither a page of the book nor a kernel shows it."""
        asks = f" {self.figure['ask']}" if self.figure["ask"] else ""
        return f"**{self.figure['title']}.**{asks} {_ELSEWHERE}"

    def _answer(self, _: Any, content: Any, __: Any) -> None:
        """Send the script to a page that has asked for it, since no notebook stores it."""
        if content == {"kind": "script"}:
            self.send({"kind": "script", "script": script()})


@checked_arguments
def playground(
    experiment: str = "article",
    *,
    prior_scale: float | None = None,
    noise_scale: float | str | None = None,
    width: int | None = None,
    activation: str | None = None,
    show: Sequence[str] = ("nuts",),
    title: str = "A posterior under your finger",
    ask: str = "",
    address: bool = False,
) -> Playground:
    """Return an exhibit in which the reader moves the data, and a network is sampled again.

    Parameters
    ----------
    experiment : str, optional
        What it begins with: ``article``, ``no_gap``, ``one``, ``outlier``, ``wide``, ``narrow`` or
        ``prior``.
    prior_scale, noise_scale : float, optional
        Other numbers than the experiment's; ``noise_scale="learned"`` gives the noise a prior.
    width : int, optional
        Units in each of the two hidden layers, from 1 to 20.
    activation : str, optional
        ``relu`` or ``tanh``.
    show : sequence of str, optional
        Of ``nuts``, ``advi``, ``draws``, ``next``, ``apart`` and ``truth``.
    title : str, optional
        A short headline.
    ask : str, optional
        A question to predict first; nothing is sampled before the reader has a guess.
    address : bool, optional
        Whether the page's address follows what stands on the screen.

    Raises
    ------
    ArgumentError
        There is no such experiment, method or activation, or a number is out of its range.

    Examples
    --------
    >>> exhibit = playground("narrow", show=["nuts", "advi"])
    >>> exhibit
    Playground: 40 points, hidden layers of 5, relu, prior scale 0.3, noise scale 0.1
    >>> exhibit.data.x.shape
    (40, 1)
    """
    settings = {name: value for name, value in _preset(experiment).items() if name != "label"}
    if prior_scale is not None:
        settings["prior"] = as_number("prior_scale", prior_scale, 0.0, 10.0)
    if noise_scale == LEARNED:
        settings["learned"] = True
    elif noise_scale is not None:
        settings["noise"] = as_number("noise_scale", noise_scale, 0.0, 2.0)
    if width is not None:
        settings["width"] = int(as_number("width", as_count("width", width, 1), 0.0, 21.0))
    if activation is not None:
        settings["activation"] = _one_of("activation", activation, ACTIVATIONS)
    settings["shows"] = [_one_of("show", each, SHOWS) for each in show]
    return Playground(settings, title, ask, address)


@cache
def script() -> str:
    """Return the exhibit's script, with the samplers and the look in it: one for all pages."""
    styles = STATIC / "figure.css", HERE / "playground.css"
    css = "\n".join(path.read_text(encoding="utf-8") for path in styles)
    judge = f"{bundle(HERE / 'judge.js')}\njudge.listenAsJudge(self);"
    seen = looks({"data", "nuts", "advi", "truth"}) | {"next": look(_NEXT)}
    texts = {"WORKER": live.worker_source(), "JUDGE": judge, "STYLE": css}
    return packed(HERE / "playground.js", texts | {"PRESETS": presets(), "LOOKS": seen})


def presets() -> dict[str, dict[str, Any]]:
    """Return the experiments to begin with, by name."""
    article = _pairs(*gap_sine().x.T, *gap_sine().y.T)
    x = np.linspace(-EDGE, EDGE, 40)
    full = _pairs(x, sine(x) + 0.1 * np.random.default_rng(0).standard_normal(len(x)))
    usual = {"noise": 0.1, "learned": False, "width": 5, "activation": "relu"}
    return {
        name: {"label": label, "points": points, "prior": prior, **usual}
        for name, label, points, prior in (
            ("article", "the article's data", article, 1.0),
            ("no_gap", "no gap", full, 1.0),
            ("one", "one point", [[0.3, 0.9]], 1.0),
            ("outlier", "an outlier", [*article, [0.3, -1.2]], 1.0),
            ("wide", "a wide prior", article, 3.0),
            ("narrow", "a narrow prior", article, 0.3),
            ("prior", "no data: the prior", [], 1.0),
        )
    }


def _preset(experiment: str) -> dict[str, Any]:
    return presets()[_one_of("experiment", experiment, tuple(presets()))]


def _one_of(name: str, value: Any, known: Sequence[str]) -> str:
    if value not in known:
        hint = did_you_mean(value, known)
        raise ArgumentError(f"{name}: got {value!r}, expected one of {', '.join(known)}.{hint}")
    return str(value)


def _pairs(x: np.ndarray, y: np.ndarray) -> list[list[float]]:
    """Return the points in thousandths, as the page has them."""
    columns = np.round(np.column_stack([x, y]).astype(float), 3)
    return [[float(a), float(b)] for a, b in columns]


def _grid() -> np.ndarray:
    return np.linspace(*_XLIM, 97, dtype=np.float32)
