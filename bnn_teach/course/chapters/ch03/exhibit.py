"""The tree of scopes: how a model grows, one yield at a time, for notebook 03.

You will see a model's own structure become a picture: every dot of a path is a branch, every
random variable a leaf. Nothing about a model is written down here; it is run once, and its paths
say the rest. Next: :mod:`bnn_teach.exhibits.pictures`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import Structure, inspect_model
from bnn_teach.exhibits.controls import Choice, Play
from bnn_teach.exhibits.exhibit import Exhibit
from bnn_teach.exhibits.frames import Frame, Panel
from bnn_teach.exhibits.marks import Mark, Points, Segments, Text

_KINDS = {"random": "nuts", "observed": "data", "recorded": "ensemble"}
_LEGEND = {"random": "random variable", "observed": "observed", "recorded": "recorded value"}
_LEFT, _RIGHT, _ROWS = -1.5, 4.1, 8.0  # what the panel shows: columns with room for words, and rows


class Leaf(NamedTuple):
    """One thing that a model yielded, and where it hangs."""

    path: str
    """Its address, scopes from the outside inwards."""
    kind: str
    """``"random"``, ``"observed"`` or ``"recorded"``."""
    shape: tuple[int, ...]
    """Shape of its value."""


def leaves(model: Model) -> list[Leaf]:
    """Run a model once and return what it yielded, in order; kept return values are left out."""
    structure = inspect_model(model)
    return [
        Leaf(path, _kind(structure, path), structure.shape_of(path))
        for path, site in structure.sites.items()
        if site.value is not None and not isinstance(site.node, Model)
    ]


def places(paths: list[str]) -> dict[str, tuple[float, float]]:
    """Return where each path and each scope is drawn: depth to the right, order downwards.

    Parameters
    ----------
    paths : list of str
        Of the leaves, in the order in which they were yielded.

    Returns
    -------
    dict of str to (x, y)
        Leaves at y = 0, -1, ...; a scope stands in the middle of the leaves below it.
    """
    rows = {path: -float(number) for number, path in enumerate(paths)}
    scopes = dict.fromkeys(scope for path in paths for scope in _scopes(path))
    middle = {
        scope: float(np.mean([row for path, row in rows.items() if path.startswith(f"{scope}.")]))
        for scope in scopes
    }
    return {path: (float(path.count(".")), row) for path, row in (middle | rows).items()}


def scope_tree(models: Mapping[str, Model]) -> Exhibit:
    """Build the exhibit: which model, and how many of its yields have been reached.

    Parameters
    ----------
    models : mapping of str to Model
        Models to choose from, by what they are called; at least two.
    """
    trees = {name: leaves(model) for name, model in models.items()}
    most = max(len(tree) for tree in trees.values())

    def frame(model: str, step: int) -> Frame:
        tree = trees[model]
        seen = tree[: min(step, len(tree))]
        where = places([leaf.path for leaf in tree])
        panel = Panel(
            _marks(seen, where, finished=step > len(tree)),
            xlim=(_LEFT, _RIGHT),
            ylim=(-max(most, _ROWS) + 0.4, 0.8),
            axes=False,
        )
        return Frame([panel], says=_sentence(model, tree, step))

    controls = [
        Choice("model", list(models), label="model"),
        Play("step", range(1, most + 2), label="yield", value=most + 1),
    ]
    return Exhibit(frame, controls, title="Every dot of a path is a branch")


def _kind(structure: Structure, path: str) -> str:
    if path in structure.observed:
        return "observed"
    return "random" if path in structure.latent else "recorded"


def _scopes(path: str) -> list[str]:
    """Return the scopes of a path, outermost first: ``["net", "net.l1"]`` of ``net.l1.w``."""
    names = path.split(".")
    return [".".join(names[:end]) for end in range(1, len(names))]


def _marks(seen: list[Leaf], where: dict[str, tuple[float, float]], finished: bool) -> list[Mark]:
    """Draw the branches, the newest route among them, and above them leaves and names."""
    newest = [] if finished else [*_scopes(seen[-1].path), seen[-1].path]
    scopes = list(dict.fromkeys(scope for leaf in seen for scope in _scopes(leaf.path)))
    drawn = [*scopes, *(leaf.path for leaf in seen)]
    marks: list[Mark] = [*_branches([p for p in drawn if p not in newest], where, 1.0)]
    marks += _branches(newest, where, 4.0)
    for kind, role in _KINDS.items():
        if of_kind := [where[leaf.path] for leaf in seen if leaf.kind == kind]:
            marks.append(Points(*_columns(of_kind), role, _LEGEND[kind], size=5))
    x, y = _columns([where[scope] for scope in scopes])
    above = np.where(x > 0, 0.35, 0.0)  # the root's name stands before it, where no stroke is
    names = [scope.rpartition(".")[2] for scope in scopes]
    marks.append(Text(x - 0.1, y + above, names, anchor="end"))
    x, y = _columns([where[leaf.path] for leaf in seen])
    words = [f"{leaf.path.rpartition('.')[2]}  {_shape(leaf)}" for leaf in seen]
    return [*marks, Text(x + 0.18, y, words, anchor="start")]


def _branches(
    paths: list[str], where: dict[str, tuple[float, float]], width: float
) -> list[Segments]:
    """Draw the way from each path's scope to the path: down, then to the right."""
    inner = [path for path in paths if "." in path]
    ends = [(*where[path.rpartition(".")[0]], *where[path]) for path in inner]
    if not ends:
        return []
    x0, y0, x1, y1 = np.array(ends).T
    strokes = Segments(
        np.concatenate([x0, x0]),
        np.concatenate([y0, y1]),
        np.concatenate([x0, x1]),
        np.concatenate([y1, y1]),
        "nuts" if width > 1 else "truth",
        width=np.full(2 * len(x0), width),
    )
    return [strokes]


def _columns(points: list[tuple[float, float]]) -> tuple[np.ndarray, np.ndarray]:
    x, y = np.array(points).T
    return x, y


def _shape(leaf: Leaf) -> str:
    return f"({', '.join(map(str, leaf.shape))})" if leaf.shape else "one number"


def _sentence(name: str, tree: list[Leaf], step: int) -> str:
    seen = tree[: min(step, len(tree))]
    unknown = [leaf for leaf in seen if leaf.kind == "random"]
    numbers = sum(math.prod(leaf.shape) for leaf in unknown)
    count = f"{_many(len(unknown), 'random variable')} with {_many(numbers, 'unknown number')}"
    if step <= len(tree):
        leaf = tree[step - 1]
        what = {"random": "a random variable", "observed": "observed", "recorded": "recorded"}
        return (
            f"Yield {step} of {len(tree)} in {name}: {leaf.path}, {what[leaf.kind]}, "
            f"{_shape(leaf) if not leaf.shape else f'shape {_shape(leaf)}'}. So far {count}."
        )
    scopes = {scope for leaf in tree for scope in _scopes(leaf.path)}
    longest = max((leaf.path for leaf in tree), key=lambda path: path.count("."))
    return (
        f"{name} has returned: {count}, in {_many(len(scopes), 'scope')}. The deepest path is "
        f"{longest}."
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
