"""A cluster whose machines compute what this one would: each is asked before the first rerun.

You will find :func:`connect`, which enters a Dask cluster as an executor of
:mod:`concurrent.futures`, and :func:`version_of`, the question that each worker answers: one hash
for notebook, library, data and packages, as they are there. Next: :mod:`bnn_teach.reruns.sweep`.
"""

from __future__ import annotations

import logging
import pathlib
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any, NamedTuple

import bnn_teach
from bnn_teach.authoring.fingerprint import fingerprint
from bnn_teach.authoring.notebooks import code_of
from bnn_teach.course.notebook_files import parse
from bnn_teach.errors import ArgumentError

_RETRIES = 5  # of a rerun whose worker was lost
_GLANCE = 0.5  # seconds between two looks for a worker
_SHOWN = ("tensorflow", "tensorflow-probability", "numpy", "scipy", "arviz")


class Version(NamedTuple):
    """What a rerun depends on, on one machine."""

    key: str
    """Of notebook, library, data and packages; two machines with the same compute the same."""
    words: str
    """The most important versions, for a person."""


def version_of(source: str) -> Version:
    """Return what the reruns of a notebook's file depend on, on the machine that this runs on."""
    path = pathlib.Path(source)
    cells = code_of(parse(path.read_text(encoding="utf-8")))
    words = ", ".join(f"{name} {version(name)}" for name in _SHOWN)
    return Version(
        fingerprint(cells, folder=path.parent), f"bnn_teach {bnn_teach.__version__}, {words}"
    )


@contextmanager
def connect(address: str, source: str) -> Iterator[Executor]:
    """Enter a cluster on which a notebook's file is to be run.

    Raises
    ------
    ArgumentError
        Nothing answers there, or a worker has other versions; nothing was run.
    """
    try:
        from distributed import Client

        client = Client(address, timeout=10)  # type: ignore[no-untyped-call]
    except ImportError:
        raise ArgumentError(
            "cluster: the package distributed is not installed. Install the extra 'cluster'."
        ) from None
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"cluster: no Dask scheduler answers at {address!r}: {error}. Start one with "
            "'dask scheduler', and workers with 'dask worker ADDRESS'."
        ) from None
    with client:
        _wait_for_workers(client, address)
        answers = client.run(version_of, source, on_error="return")
        refuse_others(version_of(source), answers)
        yield client.get_executor(pure=False, retries=_RETRIES)  # type: ignore[no-untyped-call]


def refuse_others(here: Version, answers: dict[str, Any]) -> None:
    """Raise :class:`ArgumentError`, with its address, for a worker that answers otherwise."""
    for worker, there in sorted(answers.items()):
        if isinstance(there, BaseException):
            found = f"cannot say what it has ({type(there).__name__}: {there})"
        elif tuple(there) == here:
            continue
        else:
            found = f"has {Version(*there).words}, and its notebook, library, data or packages"
            found += " are not those of this machine"
        raise ArgumentError(
            f"cluster: the worker {worker} {found}. Expected {here.words}, with the same files. "
            "Install the same version there, and restart that worker. Nothing was run."
        )


def _wait_for_workers(client: Any, address: str) -> None:
    """Return when there is a worker; say that it is waited for."""
    said = False
    while not client.scheduler_info()["workers"]:
        if not said:
            logging.getLogger("bnn_teach").warning(
                "Waiting for workers at %s. Start one with: dask worker %s", address, address
            )
        said = True
        time.sleep(_GLANCE)
