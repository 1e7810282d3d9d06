"""Kernels that stay between reruns: what one run imported and compiled, the next one has.

A page that is run twenty times with other seeds spends most of its time on what is the same each
time. You will find :class:`Kernels`, one kernel for each thread that asks; each run defines its
names anew, as when a learner runs all cells again. Next: :mod:`bnn_teach.reruns.rerun`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from bnn_teach.authoring.notebooks import kernel_manager


class Kernels:
    """A context in which each thread has a kernel of its own, which stays until the end."""

    def __init__(self) -> None:
        self._here = threading.local()
        self._all: list[Any] = []

    def mine(self, environment: Mapping[str, str]) -> Any:
        """Return the manager of this thread's kernel; a new one where there is none or it died.

        nbclient starts its kernel, and leaves it running.
        """
        manager = getattr(self._here, "manager", None)
        if manager is not None:
            manager.stop_channels()  # nbclient closes them only for kernels that it ends
        if manager is None or not asyncio.run(manager.is_alive()):
            manager = self._here.manager = _kept(kernel_manager(environment))
            self._all.append(manager)
        return manager

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End all kernels."""
        for manager in self._all:
            manager.stop_channels()
            asyncio.run(manager.shutdown_kernel(now=True))


def _kept(kind: type[Any]) -> Any:
    class Kept(kind):
        latest: Any = None  # until nbclient asks for one

        def client(self, **options: Any) -> Any:
            self.latest = super().client(**options)
            return self.latest

        def stop_channels(self) -> None:
            if self.latest is not None:
                self.latest.stop_channels()

    return Kept()
