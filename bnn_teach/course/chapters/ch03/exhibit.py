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

from bnn_teach import exhibits as ex
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.structure import Structure, inspect_model

_KINDS = {
    "random": ("nuts", "random variable"),
    "observed": ("data", "observed"),
    "recorded": ("ensemble", "recorded value"),
}
_COLUMNS, _ROWS = (-1.5, 4.1), 8.0  # what the panel shows: with room for words


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
    """Return where each path and each scope is drawn, (x, y): depth to the right, order downwards.

    The paths of the leaves come in the order in which they were yielded, and hang at y = 0, -1,
    ...; a scope stands in the middle of the leaves below it.
    """
    rows = {path: -float(number) for number, path in enumerate(paths)}
    scopes = dict.fromkeys(scope for path in paths for scope in _scopes(path))
    middle = {
        scope: float(np.mean([row for path, row in rows.items() if path.startswith(f"{scope}.")]))
        for scope in scopes
    }
    return {path: (float(path.count(".")), row) for path, row in (middle | rows).items()}


def scope_tree(models: Mapping[str, Model]) -> ex.Exhibit:
    """Build the exhibit: which model, and how many of its yields have been reached.

    Parameters
    ----------
    models : mapping of str to Model
        Models to choose from, by what they are called; at least two.
    """
    trees = {name: leaves(model) for name, model in models.items()}
    most = max(len(tree) for tree in trees.values())
    rows = (-max(most, _ROWS) + 0.4, 0.8)

    def frame(model: str, step: int) -> ex.Frame:
        tree = trees[model]
        where = places([leaf.path for leaf in tree])
        marks = _marks(tree[:step], where, finished=step > len(tree))
        panel = ex.Panel(marks, xlim=_COLUMNS, ylim=rows, axes=False)
        return ex.Frame([panel], says=_sentence(model, tree, step))

    controls = [
        ex.Choice("model", models),
        ex.Play("step", range(1, most + 2), "yield", most + 1),
    ]
    return ex.Exhibit(frame, controls, title="Every dot of a path is a branch")


def _kind(structure: Structure, path: str) -> str:
    if path in structure.observed:
        return "observed"
    return "random" if path in structure.latent else "recorded"


def _scopes(path: str) -> list[str]:
    """Return the scopes of a path, outermost first: ``["net", "net.l1"]`` of ``net.l1.w``."""
    names = path.split(".")
    return [".".join(names[:end]) for end in range(1, len(names))]


def _marks(
    seen: list[Leaf], where: dict[str, tuple[float, float]], finished: bool
) -> list[ex.Mark]:
    """Draw the branches, the newest route among them, and above them leaves and names."""
    newest = [] if finished else [*_scopes(seen[-1].path), seen[-1].path]
    scopes = list(dict.fromkeys(scope for leaf in seen for scope in _scopes(leaf.path)))
    drawn = [*scopes, *(leaf.path for leaf in seen)]
    marks: list[ex.Mark] = _branches([p for p in drawn if p not in newest], where, 1.0)
    marks += _branches(newest, where, 4.0)
    for kind, (role, words) in _KINDS.items():
        if of_kind := [where[leaf.path] for leaf in seen if leaf.kind == kind]:
            x, y = np.transpose(of_kind)
            marks.append(ex.Points(x, y, role, words, size=5))
    x, y = np.transpose([where[scope] for scope in scopes])
    above = np.where(x > 0, 0.35, 0.0)  # the root's name stands before it, where no stroke is
    marks.append(ex.Text(x - 0.1, y + above, [_last(scope) for scope in scopes], anchor="end"))
    x, y = np.transpose([where[leaf.path] for leaf in seen])
    names = [f"{_last(leaf.path)}  {_shape(leaf)}" for leaf in seen]
    return [*marks, ex.Text(x + 0.18, y, names, anchor="start")]


def _branches(
    paths: list[str], where: dict[str, tuple[float, float]], width: float
) -> list[ex.Mark]:
    """Draw the way from each path's scope to the path: down, then to the right."""
    ends = [(*where[path.rpartition(".")[0]], *where[path]) for path in paths if "." in path]
    if not ends:
        return []
    x0, y0, x1, y1 = np.transpose(ends)
    from_x, from_y = np.hstack([(x0, y0), (x0, y1)])
    to_x, to_y = np.hstack([(x0, y1), (x1, y1)])
    role = "nuts" if width > 1 else "truth"
    return [ex.Segments(from_x, from_y, to_x, to_y, role, width=width)]


def _last(path: str) -> str:
    return path.rpartition(".")[2]


def _shape(leaf: Leaf) -> str:
    return f"({', '.join(map(str, leaf.shape))})" if leaf.shape else "one number"


def _sentence(name: str, tree: list[Leaf], step: int) -> str:
    seen = tree[:step]
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
