"""Traces: draws and everything around them, as an ``xarray.DataTree`` that ArviZ understands.

This is the only module that builds ArviZ's objects. Groups and names are ArviZ's own:
``posterior``, ``sample_stats``, ``observed_data``, ``constant_data``, ``log_likelihood``,
``prior``, ``prior_predictive``, ``posterior_predictive``. Next: :mod:`bnn_teach.approximation`.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

import bnn_teach
from bnn_teach.arguments import checked_arguments
from bnn_teach.dsl.model import Model
from bnn_teach.dsl.random_variables import Shape
from bnn_teach.dsl.structure import Structure
from bnn_teach.engine.programs import Arrays
from bnn_teach.errors import ArgumentError, ShapeError, did_you_mean

SAMPLE = ("chain", "draw")
_OWN = (("chain",), ("draw",))


def make_trace(structure: Structure, groups: Mapping[str, Arrays], **attrs: Any) -> xr.DataTree:
    """Build a trace.

    Parameters
    ----------
    structure : Structure
        Where names of axes, labels, data come from.
    groups : mapping of str to dict of ndarray
        Arrays by group and path. Groups of draws have shape (chain, draw, ...).
    **attrs
        Facts about the run, stored as attributes of the trace.

    Returns
    -------
    xarray.DataTree
    """
    data: dict[str, Any] = {
        "observed_data": structure.observed,
        "constant_data": structure.model.data,
    }
    tree = xr.DataTree(
        dataset=xr.Dataset(
            attrs={
                "inference_library": "bnn_teach",
                "inference_library_version": bnn_teach.__version__,
                **{k: v for k, v in attrs.items() if v is not None},
            }
        )
    )
    for name, arrays in groups.items():
        add_group(tree, name, structure, arrays)
    for name, arrays in data.items():
        if arrays:
            tree[name] = xr.DataTree(dataset=_dataset(structure, arrays, ()))
    if others := settings(structure.model):
        constant = tree["constant_data"].to_dataset() if data["constant_data"] else xr.Dataset()
        tree["constant_data"] = xr.DataTree(dataset=constant.assign_attrs(others))
    return tree


def settings(model: Model) -> dict[str, Any]:
    """Return a model's arguments that are no data, in a form that netCDF can store."""
    return {k: _storable(v) for k, v in model.bound.arguments.items() if k not in model.data}


def _storable(value: Any) -> int | str:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return getattr(value, "__name__", None) or repr(value)


def differences(model: Model, trace: xr.DataTree) -> list[str]:
    """Say which arguments, arrays of data aside, are not those that a trace was made with."""
    if "constant_data" not in trace.children:
        return []
    stored = trace["constant_data"].dataset
    numbers = {k: v for k, v in stored.data_vars.items() if v.ndim == 0}
    before = {**stored.attrs, **{k: f"{v.item():.6g}" for k, v in numbers.items()}}
    now = {**settings(model), **{k: f"{v:.6g}" for k, v in model.data.items() if v.ndim == 0}}
    return [
        f"{k} is {now[k]} here and was {was} when these draws were made"
        for k, was in before.items()
        if now.get(k, "None") not in (was, "None")
    ]


def add_group(
    tree: xr.DataTree, name: str, structure: Structure, arrays: Arrays, **attrs: Any
) -> None:
    """Put arrays of shape (chain, draw, ...) into ``tree`` as a group, in place."""
    tree[name] = xr.DataTree(dataset=_dataset(structure, arrays, SAMPLE).assign_attrs(attrs))


def check_axes(structure: Structure) -> None:
    """Check names and labels of axes, so that a long run does not fail at its end.

    Raises
    ------
    ShapeError
        If names or labels do not fit the values, or a label's axis does not exist.
    """
    inferred = {p: structure.shape_of(p) for p in structure.recorded}
    inferred |= {p: v.shape for p, v in structure.latent.items()}
    given = (structure.observed, structure.model.data)
    groups = (inferred, *({k: np.shape(v) for k, v in each.items()} for each in given))
    known = {dim for shapes in groups for dim in _named_axes(structure, shapes, ())[1]}
    for dim in structure.model.coords:
        if dim not in known:
            raise ShapeError(
                f"with_coords: no value of {structure.model.name!r} has an axis {dim!r}."
                f"{did_you_mean(dim, known)} Its axes are {', '.join(sorted(known))}; name one "
                "with dims=... at its variable."
            )


def _dataset(structure: Structure, arrays: Arrays, lead: tuple[str, ...]) -> xr.Dataset:
    """Name the axes of arrays, and label them."""
    shapes = {path: np.shape(array) for path, array in arrays.items()}
    dims, coords = _named_axes(structure, shapes, lead)
    return xr.Dataset({path: (dims[path], array) for path, array in arrays.items()}, coords)


def _named_axes(
    structure: Structure, shapes: Mapping[str, Shape], lead: tuple[str, ...]
) -> tuple[dict[str, tuple[str, ...]], dict[str, np.ndarray]]:
    """Return the axes' names, the model's own or ArviZ's ``path_dim_0``, and their labels."""
    names: dict[str, tuple[str, ...]] = {}
    coords: dict[str, np.ndarray] = {}
    for path, shape in shapes.items():
        names[path] = (*lead, *_axes(structure, path, shape[len(lead) :]))
        for dim, size in zip(names[path], shape, strict=True):
            if dim in coords and len(coords[dim]) != size:
                raise ShapeError(
                    f"{path}: its axis {dim!r} has {size} entries, but another variable's axis of "
                    f"that name has {len(coords[dim])}. Give one of them another name in dims=...."
                )
            coords[dim] = _labels(structure.model.coords, path, dim, size)
    return names, coords


def _axes(structure: Structure, path: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    """Return one name an axis for a value of the variable at ``path``, or of its log-density.

    Where the model names none, values along the same data share names, so that arithmetic between
    them has their shape.
    """
    named = structure.dims_of(path) if path in structure.sites else None
    if named is None:
        own = tuple(f"{path}_dim_{i}" for i in range(len(shape)))
        mate = _mate(structure, path, shape)
        if mate is None:
            return own
        whole = structure.shape_of(mate)
        shared = _axes(structure, mate, whole)[: None if whole[: len(shape)] == shape else 1]
        return (*shared, *own[len(shared) :])[: len(shape)]
    if len(named) != len(structure.shape_of(path)):
        raise ShapeError(
            f"{path}: dims={named} names {len(named)} axes, but the value has {len(shape)}, "
            f"shape {shape}. Name every axis."
        )
    wrong = [d for i, d in enumerate(named) if d in (*SAMPLE, *named[:i]) or "/" in d]
    if wrong:
        raise ShapeError(
            f"{path}: dims={named} has {wrong[0]!r}. Names of axes differ from each other and "
            "from 'chain' and 'draw', and contain no '/'. Choose another one."
        )
    return named[: len(shape)]  # a log-density has no axes for the entries of a vector


def _mate(structure: Structure, path: str, shape: Shape) -> str | None:
    """Return the variable whose axes a value shares: one of its shape, or data of its length."""
    shape = structure.shape_of(path) if path in structure.sites else shape
    shapes = {p: structure.shape_of(p) for p in structure.random}
    data = {p: shapes[p] for p in (*structure.observed, *structure.dropped)}
    if path in structure.recorded:
        equal = [p for p in shapes if shapes[p] == shape][::-1]
    else:
        equal = [p for p in data if data[p] == shape]
    if path not in structure.latent:
        equal += [p for p in data if data[p][:1] == shape[:1]]
    found = equal[0] if equal and shape else None
    return None if found == path else found


def _labels(coords: Mapping[str, Any], path: str, dim: str, size: int) -> np.ndarray:
    labels = np.asarray(coords.get(dim, np.arange(size)))
    if len(labels) != size:
        raise ShapeError(
            f"{path}: the dimension {dim!r} has {len(labels)} labels in with_coords(...), but "
            f"the value has {size} entries along it. Give one label an entry."
        )
    return labels


def draws_of(trace: Any, path: str | None = None) -> Arrays:
    """Return the posterior's arrays by path, shape (chain, draw, ...).

    Of a single chain, a single draw or stacked draws, an axis of length 1 is put in.

    Raises
    ------
    ArgumentError
        If ``trace`` is not a trace, or holds no draws.
    """
    if not isinstance(trace, xr.DataTree) or "posterior" not in trace.children:
        raise ArgumentError(
            f"Expected a trace with a posterior, got {type(trace).__name__}. Pass what bt.sample "
            "or fit.approximation.sample returned."
        )
    posterior = trace["posterior"].to_dataset()
    for stacked in {posterior[d].dims for d in SAMPLE if d in posterior.coords} - {(), *_OWN}:
        posterior = posterior.drop_vars([*SAMPLE, *stacked], errors="ignore")
        posterior = posterior.rename({stacked[0]: "draw"})
    posterior = posterior.expand_dims([d for d in SAMPLE if d not in posterior.dims])
    if 0 in (posterior.sizes["chain"], posterior.sizes["draw"]):
        raise ArgumentError(
            "The trace holds no draws (an interrupted warm-up leaves none). Sample again."
        )
    return {str(p): posterior[p].transpose(*SAMPLE, ...).values for p in posterior.data_vars}


@checked_arguments
def save(trace: xr.DataTree, path: str | pathlib.Path) -> pathlib.Path:
    """Write a trace to a netCDF file and return its path."""
    given: Any = trace
    if not isinstance(given, xr.DataTree) or not isinstance(path, str | os.PathLike):
        raise ArgumentError(
            f"save: got {type(given).__name__} and {type(path).__name__}, expected a trace and a "
            "path. Write bt.save(trace, 'trace.nc'); of a fit save draws, "
            "fit.approximation.sample(1000)."
        )
    path = pathlib.Path(path)
    if not path.parent.is_dir() or path.is_dir():
        raise ArgumentError(
            f"save: got {path}, expected a file in a folder that exists. Make the folder "
            f"{path.parent} first, and end the path with a file's name, such as trace.nc."
        )
    if any(index.nlevels > 1 for node in trace.subtree for index in node.indexes.values()):
        raise ArgumentError(
            "save: got a trace whose draws were stacked into one axis of pairs, expected the axes "
            "chain and draw, for a file holds no such labels. Save the trace from before, or "
            "unstack it."
        )
    try:
        trace.to_netcdf(path, engine="h5netcdf")
    except (OSError, ValueError, TypeError) as error:
        raise ArgumentError(
            f"save: {path}: the trace could not be written ({error}), expected a place to write "
            "to and numbers or texts. Choose another folder or name, and drop what was added."
        ) from error
    return path


@checked_arguments
def load(path: str | pathlib.Path) -> xr.DataTree:
    """Read a trace from a netCDF file into memory; the file is closed again."""
    if not isinstance(path, str | os.PathLike):
        raise ArgumentError(
            f"load: got {type(path).__name__}, expected a path. Pass the one that bt.save returned."
        )
    if not pathlib.Path(path).exists():
        raise ArgumentError(f"{path}: no such file. Pass the path that bt.save returned.")
    try:
        with xr.open_datatree(path, engine="h5netcdf") as tree:
            return tree.load()
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"{path}: got a file that is no netCDF ({error}), expected a trace. Pass the path that "
            "bt.save returned."
        ) from None


@checked_arguments
def concatenate(traces: Sequence[xr.DataTree], dim: str = "chain") -> xr.DataTree:
    """Join traces of one model and its data along ``"chain"`` or ``"draw"``.

    Parameters
    ----------
    traces : sequence of DataTree
        With the same groups, variables and sizes along the other axes.
    dim : str, optional
        ``"chain"`` for more chains, ``"draw"`` for longer ones.

    Returns
    -------
    xarray.DataTree
        The new axis is numbered from 0. Groups without draws, and attributes other than the
        seeds, are those of the first trace.

    Raises
    ------
    ArgumentError
        If the traces do not fit together.
    """
    given: Any = traces
    traces = list(given) if isinstance(given, list | tuple) else []
    if dim not in SAMPLE or not traces or {type(t) for t in traces} != {xr.DataTree}:
        raise ArgumentError(
            "concatenate takes a list of one or more traces, and dim='chain' or 'draw'; got "
            f"{len(traces)} traces and dim={dim!r}."
        )
    temperatures = sorted({t.attrs.get("temperature", 1.0) for t in traces})
    if len(temperatures) > 1:
        raise ArgumentError(
            "concatenate: got traces of the temperatures "
            f"{', '.join(f'{t:g}' for t in temperatures)}, expected one temperature. Draws of "
            "different densities are no draws of either: keep them apart."
        )
    result = traces[0].copy()
    for name, node in traces[0].children.items():
        for number, trace in enumerate(traces):
            _check_fit(node, trace.children.get(name), dim, f"trace number {number}: {name!r}")
        if dim in node.dims:
            parts = [t[name].to_dataset() for t in traces]
            joined = xr.concat(parts, dim, data_vars="minimal", join="override", coords="minimal")
            labels = np.arange(joined.sizes[dim])
            result[name] = xr.DataTree(dataset=joined.assign_coords({dim: labels}))
    seeds = [int(seed) for t in traces for seed in np.atleast_1d(t.attrs.get("seed", []))]
    result.attrs |= {"seed": seeds} if len(traces) > 1 else {}
    return result


def _check_fit(first: Any, other: Any, dim: str, where: str) -> None:
    """Check that two nodes hold the same variables, sizes, labels and, outside draws, data."""
    advice = "Join traces of one model, of the same data and of equal sizes."
    if other is None:
        raise ArgumentError(f"{where} is missing. {advice}")
    if dim not in first.dims:
        if not first.to_dataset().equals(other.to_dataset()):
            raise ArgumentError(f"{where} differs from the first trace's. {advice}")
        return
    for path in (*first.data_vars, *other.data_vars):
        sizes = [
            {d: n for d, n in node[path].sizes.items() if d != dim} if path in node else None
            for node in (first, other)
        ]
        if sizes[0] != sizes[1]:
            raise ArgumentError(
                f"{where} has {path!r} with axes {sizes[1]}, the first trace with {sizes[0]}. "
                f"{advice}"
            )
    for axis in {*first.dims} - {*SAMPLE}:
        if not first[axis].equals(other[axis]):
            raise ArgumentError(f"{where} has other labels along {axis!r}. {advice}")
