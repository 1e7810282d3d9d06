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
        interactive = "ipykernel" in sys.modules or sys.stderr.isatty()
        show = interactive and os.environ.get("BNN_TEACH_PROGRESS", "on") != "off"
    return tqdm(total=total, desc=label, disable=not show, smoothing=0.1, dynamic_ncols=True)


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Turn the first interrupt inside the block into an event instead of an exception.

    The work inside looks at the event between chunks, stops, and returns what it has. A second
    interrupt raises KeyboardInterrupt at once. Outside the main thread, where Python delivers no
    signals, the event is never set.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    previous = signal.getsignal(signal.SIGINT)

    def handle(*_: Any) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    if previous in (signal.SIG_IGN, None):
        yield stop
        return
    signal.signal(signal.SIGINT, handle)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, previous)
