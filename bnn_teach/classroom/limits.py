"""Calling what a learner wrote: whatever it does, we come back, within limits of time and memory.

You will find :func:`bounded`, which calls a function and returns how that ended, as a value and
never as an exception. Around the call are an alarm, a limit of memory, and a list of what is
printed or warned of. Next: :mod:`bnn_teach.classroom.checking`.

Notes
-----
The call runs in this very process, because a model needs the TensorFlow that is loaded here. So
three things are beyond us: code that ends the process at once (``os._exit``, a crash inside C), a
single step inside C that never returns, and memory that a thread of its own takes. Who grades
strangers' work puts a sandbox around it.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import pathlib
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, NamedTuple

import bnn_teach
from bnn_teach.errors import CheckFailedError

SECONDS = 10.0
"""How long a check may take."""
BYTES = 3 * 2**30
"""How much memory a check may take, on top of what is in use."""

_AGAIN = 1.0  # seconds after which an alarm that was caught by the answer rings again
_FOREIGN = tuple(
    str(pathlib.Path(each).resolve())
    for each in (pathlib.Path(bnn_teach.__file__).parent, sys.prefix, sys.base_prefix)
)


class Ending(NamedTuple):
    """How a call ended."""

    kind: str
    """``"returned"``, ``"failed"`` for an expectation that was not met, or ``"stopped"``."""
    said: str
    """For the learner, in full sentences; empty after a return."""
    notes: tuple[str, ...]
    """What else is worth telling: that something was printed, or warned of."""


class _TimeUp(BaseException):
    """The alarm rang; no ``except Exception`` of an answer catches it."""


def bounded(call: Callable[[], object], seconds: float = SECONDS) -> Ending:
    """Call a function, and say how it ended.

    Parameters
    ----------
    call : callable
        Called without arguments; what it returns is not used.
    seconds : float, optional
        When it is stopped. Only the main thread has an alarm; in another one there is no limit.

    Returns
    -------
    Ending
    """
    with _listening() as notes, _memory_limit():
        kind, said = _timed(call, seconds)
    return Ending(kind, said, tuple(notes))


# --- time ------------------------------------------------------------------------------------


def _timed(call: Callable[[], object], seconds: float) -> tuple[str, str]:
    alarm = _Alarm(seconds)
    try:
        try:
            alarm.start()
            return _called(call, alarm)
        finally:
            alarm.ringing = False
    except _TimeUp:
        return "stopped", _too_long(seconds)
    finally:
        alarm.stop()


def _called(call: Callable[[], object], alarm: _Alarm) -> tuple[str, str]:
    """Call, and turn each exception into words while the alarm still watches over them."""
    try:
        call()
        return "returned", ""
    except _TimeUp:
        alarm.ringing = False
        return "stopped", _too_long(alarm.seconds)
    except CheckFailedError as error:
        return "failed", str(error)
    except MemoryError:
        return "stopped", (
            f"Your answer wanted more than {BYTES // 2**30} GB of memory and was stopped. Is an "
            "array larger than you meant, or does a list grow without end?"
        )
    except BaseException as error:  # of whatever kind; nothing that an answer does may get past
        return "stopped", _explained(error)


class _Alarm:
    """An alarm clock that rings as an exception; what was set before is set again afterwards."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.ringing = False
        self._rung = 0
        self._trace = sys.gettrace()
        self._before: tuple[Any, tuple[float, float], float] | None = None

    def start(self) -> None:
        is_main = threading.current_thread() is threading.main_thread()
        if not is_main or not hasattr(signal, "setitimer"):
            return
        before = signal.getitimer(signal.ITIMER_REAL)
        self._before = signal.signal(signal.SIGALRM, self._ring), before, time.monotonic()
        self.ringing = True
        signal.setitimer(signal.ITIMER_REAL, self.seconds, _AGAIN)

    def stop(self) -> None:
        if self._before is None:
            return
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        handler, (left, interval), since = self._before
        signal.signal(signal.SIGALRM, signal.SIG_DFL if handler is None else handler)
        if left:
            left = max(left - (time.monotonic() - since), 1e-3)
            signal.setitimer(signal.ITIMER_REAL, left, interval)
        if self._rung > 1:
            sys.settrace(self._trace)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self.ringing:
            self._rung += 1
            if self._rung > 1:
                self._insist(frame)
            raise _TimeUp

    def _insist(self, frame: FrameType | None) -> None:
        """Whoever catches the alarm, as a loop with ``except:``, gets it in the next line again."""
        while frame is not None and frame.f_code is not _called.__code__:
            frame.f_trace = _raise_in_line
            frame = frame.f_back
        sys.settrace(_raise_in_line)


def _raise_in_line(frame: FrameType, event: str, argument: object) -> Any:
    if event == "line":
        raise _TimeUp
    return _raise_in_line


def _too_long(seconds: float) -> str:
    return (
        f"Your answer was still at work after {seconds:g} seconds and was stopped. Does a loop "
        "end? Are there far more draws or steps than the exercise asks for?"
    )


# --- memory ----------------------------------------------------------------------------------


@contextlib.contextmanager
def _memory_limit() -> Iterator[None]:
    """Lower the limit of this process's address space, where the system has one to lower."""
    statm = pathlib.Path("/proc/self/statm")
    if not statm.exists():
        yield
        return
    import resource

    used = int(statm.read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    ceilings = [each for each in (soft, hard) if each != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_AS, (min([used + BYTES, *ceilings]), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


# --- what is printed and warned of -----------------------------------------------------------


@contextlib.contextmanager
def _listening() -> Iterator[list[str]]:
    """Take what is printed and warned of; afterwards the list says that it was so, not how much."""
    notes: list[str] = []
    sink = _Sink()
    with (
        contextlib.redirect_stdout(sink),
        contextlib.redirect_stderr(sink),
        warnings.catch_warnings(record=True) as warned,
    ):
        warnings.simplefilter("default")
        yield notes
    if sink.used:
        notes.append("Note: what your answer prints is not shown by a check.")
    for each in warned[:1]:
        said = f"{each.category.__name__}: {_first_line(each.message)}"
        notes.append(f"Note: your answer warned of something. {said}")


class _Sink(io.TextIOBase):
    """A place to print to, where nothing is kept."""

    used = False

    def write(self, text: str) -> int:
        self.used = True
        return len(text)


# --- words for an exception ------------------------------------------------------------------


def _explained(error: BaseException) -> str:
    """Describe an exception by what it says, and by the line of the answer where it began."""
    name = type(error).__name__
    if isinstance(error, RecursionError):
        return "Your answer called itself without end and was stopped (RecursionError)."
    if isinstance(error, (SystemExit, KeyboardInterrupt)):
        return f"Your answer ended with {name} instead of returning something."
    try:
        text = _first_line(error)
        place = _place(error.__traceback__)
    except BaseException:  # its own __str__ may fail, too
        text, place = "", ""
    if isinstance(error, TypeError) and "ellipsis" in text.lower():
        return f"There is still a `...` in your answer{place}. Put your own code in its place."
    return f"Your answer stopped with {name}{place}{f': {text}' if text else '.'}"


def _first_line(said: object) -> str:
    line = str(said).strip().partition("\n")[0]
    return line if len(line) <= 300 else f"{line[:300]}…"


def _place(trace: TracebackType | None) -> str:
    """Quote the last line of the learner's own that was at work."""
    line = ""
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if not name.startswith(_FOREIGN) and not name.startswith("<frozen"):
            line = linecache.getline(name, trace.tb_lineno).strip() or line
        trace = trace.tb_next
    return f" in the line `{line}`" if line else ""
