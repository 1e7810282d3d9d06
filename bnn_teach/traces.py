"""Traces: draws and everything around them, as an ``xarray.DataTree`` that ArviZ understands.

This is the only module that builds ArviZ's objects. Groups and names are ArviZ's own:
``posterior``, ``sample_stats``, ``observed_data``, ``constant_data``, ``log_likelihood``,
``prior``, ``prior_predictive``, ``posterior_predictive``. Next: :mod:`bnn_teach.inference`.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

import bnn_teach
from bnn_teach.dsl.structure import Structure
from bnn_teach.errors import ArgumentError, ShapeError
from bnn_teach.programs import Arrays

SAMPLE = ("chain", "draw")


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
    data = {"observed_data": structure.observed, "constant_data": structure.model.data}
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
        tree[name] = xr.DataTree(dataset=_dataset(structure, arrays, SAMPLE))
    for name, arrays in data.items():
        if arrays:
            tree[name] = xr.DataTree(dataset=_dataset(structure, arrays, ()))
    return tree


def add_group(tree: xr.DataTree, name: str, structure: Structure, arrays: Arrays) -> None:
    """Put arrays of shape (chain, draw, ...) into ``tree`` as a group, in place."""
    tree[name] = xr.DataTree(dataset=_dataset(structure, arrays, SAMPLE))


def _dataset(structure: Structure, arrays: Arrays, lead: tuple[str, ...]) -> xr.Dataset:
    """Name the axes: the model's names where it gave them, else ArviZ's ``path_dim_0``."""
    variables, coords = {}, {}
    for path, array in arrays.items():
        rank = np.ndim(array) - len(lead)
        named = structure.dims_of(path) if path in structure.sites else None
        if named is not None and len(named) != rank:
            raise ShapeError(
                f"{path}: dims={named} names {len(named)} axes, but the value has {rank}, "
                f"shape {np.shape(array)[len(lead) :]}. Name every axis."
            )
        own = named or tuple(f"{path}_dim_{i}" for i in range(rank))
        variables[path] = ((*lead, *own), array)
        for dim, size in zip((*lead, *own), np.shape(array), strict=True):
            coords[dim] = _labels(structure.model.coords, path, dim, size)
    return xr.Dataset(variables, coords)


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
    posterior = trace["posterior"].dataset
    if 0 in (posterior.sizes["chain"], posterior.sizes["draw"]):
        raise ArgumentError(
            "The trace holds no draws (an interrupted warm-up leaves none). Sample again."
        )
    return {str(p): posterior[p].transpose(*SAMPLE, ...).values for p in posterior.data_vars}


def save(trace: xr.DataTree, path: str | pathlib.Path) -> pathlib.Path:
    """Write a trace to a netCDF file and return its path."""
    path = pathlib.Path(path)
    trace.to_netcdf(path, engine="h5netcdf")
    return path


def load(path: str | pathlib.Path) -> xr.DataTree:
    """Read a trace from a netCDF file into memory; the file is closed again."""
    if not pathlib.Path(path).exists():
        raise ArgumentError(f"{path}: no such file. Pass the path that bt.save returned.")
    with xr.open_datatree(path, engine="h5netcdf") as tree:
        return tree.load()


def concatenate(traces: Sequence[xr.DataTree], dim: str = "chain") -> xr.DataTree:
    """Join traces of one model along ``"chain"`` (more chains) or ``"draw"`` (longer chains).

    The new axis is numbered from 0. Groups without draws are taken from the first trace.
    """
    traces = list(traces)
    if dim not in SAMPLE or not traces:
        raise ArgumentError(
            f"concatenate takes one or more traces and dim='chain' or 'draw'; got {len(traces)} "
            f"traces and dim={dim!r}."
        )
    result = traces[0].copy()
    for name, node in traces[0].children.items():
        if dim not in node.dims:
            continue
        missing = [i for i, t in enumerate(traces) if name not in t.children]
        if missing:
            raise ArgumentError(
                f"Trace number {missing[0]} has no group {name!r}; join traces of one kind."
            )
        joined = xr.concat([t[name].to_dataset() for t in traces], dim)
        result[name] = xr.DataTree(
            dataset=joined.assign_coords({dim: np.arange(joined.sizes[dim])})
        )
    return result
