"""Progress bars, and interrupts that keep what was computed."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def progress_bar(total: int, label: str, show: bool | None) -> Any:
    """Return a tqdm bar; by default it shows in a terminal and in a notebook.

    Parameters
    ----------
    total : int
        Number of steps.
    label : str
        What is going on.
    show : bool, optional
        Whether to show the bar. The environment variable ``BNN_TEACH_PROGRESS=off`` hides all
        bars that were not asked for.
    """
    from tqdm.auto import tqdm

    if show is None:
        show = is_watched() and os.environ.get("BNN_TEACH_PROGRESS", "on") != "off"
    return tqdm(total=total, desc=label, disable=not show, smoothing=0.1, dynamic_ncols=True)


def is_watched() -> bool:
    """Whether this runs in a notebook's kernel, or writes to a terminal."""
    ipython = sys.modules.get("IPython")
    if ipython is not None and hasattr(ipython.get_ipython(), "kernel"):
        return True
    return sys.stderr is not None and sys.stderr.isatty()


class Interrupt(threading.Event):
    """An event that is set by the first interrupt; it is the signal's handler."""

    def __call__(self, *_: Any) -> None:
        """Answer a signal: set the event, or, where it is set already, raise KeyboardInterrupt."""
        if self.is_set():
            raise KeyboardInterrupt
        self.set()


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Turn the first interrupt inside the block into an event instead of an exception.

    The work inside looks at the event between chunks, stops, and returns what it has. A second
    interrupt raises KeyboardInterrupt at once. A block inside such a block shares its event.
    Outside the main thread, where Python delivers no signals, the event is never set.
    """
    if threading.current_thread() is not threading.main_thread():
        yield Interrupt()
        return
    previous = signal.getsignal(signal.SIGINT)
    if isinstance(previous, Interrupt):
        yield previous
        return
    stop = Interrupt()
    if previous in (signal.SIG_IGN, None):
        yield stop
        return
    signal.signal(signal.SIGINT, stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)
