"""Inside the sandbox: run the cells of one submission, one at a time, as they are asked for.

You will find the loop that answers requests, a shell that catches what a cell shows, and how a
check is run: in names of its own, which a submission cannot write to. Only the answers come from
the submission. Next: :mod:`bnn_teach.classroom.guard`.

Notes
-----
The grader outside sends the hidden part of a check only after all cells of the submission have run,
so that nothing that a cell shows can quote it.
"""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import os
import pathlib
import resource
import shutil
import socket
import sys
from typing import Any

from bnn_teach.classroom.frames import FILES, MOST_LETTERS, FrameError, decode, encode
from bnn_teach.classroom.guard import ALTERED, Guard

_SHOWN = ("text/plain", "image/png")


def main(descriptor: int) -> None:
    """Answer requests until the other end closes.

    Parameters
    ----------
    descriptor : int
        Of the socket, which this process inherited.
    """
    channel = socket.socket(fileno=descriptor)
    channel.set_inheritable(False)
    work: _Work | None = None
    while True:
        try:
            request = decode(channel.recv)
        except FrameError:
            return
        reply: dict[str, Any] = {}
        if work is None:
            _limit(request)
            try:
                work = _Work(request)
            except Exception as error:
                reply = {"failed": _words(error)}
        else:
            reply = work.answer(request)
        channel.sendall(encode(reply | {"nonce": request["nonce"]}))


def _limit(request: dict[str, Any]) -> None:
    """Bound this process and its children for good."""
    for what, most in (
        (resource.RLIMIT_AS, request["bytes"]),
        (resource.RLIMIT_CPU, request["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, request["file_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


class _Work:
    """One submission at work."""

    def __init__(self, request: dict[str, Any]) -> None:
        for name in request["modules"]:
            importlib.import_module(name)
        if pathlib.Path(FILES).is_dir():
            shutil.copytree(FILES, ".", dirs_exist_ok=True)
        sys.path.append(str(pathlib.Path.cwd()))  # the last: no file replaces a library's module
        self._trusted: dict[str, Any] = {"__name__": "__main__"}
        for source in request["setup"]:
            exec(compile(source, "<setup>", "exec"), self._trusted)
        self._shell = _shell()
        self._checks: dict[int, dict[str, Any]] = {}
        self._changed = Guard().changed

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["kind"] == "cell":
            return {"outputs": self._cell(request["source"])}
        place = request["place"]
        if request["kind"] == "check":
            self._checks[place] = self._names(request["names"])
        return {"said": self._check(request["source"], self._checks[place])}

    def _names(self, names: list[str]) -> dict[str, Any]:
        """Return what a check's names mean: what the setup says, else what the submission says."""
        own = self._shell.user_ns
        answers = {name: own[name] for name in names if name in own and name not in self._trusted}
        return answers | self._trusted

    def _check(self, source: str, names: dict[str, Any]) -> str:
        """Run a check; return what it said against the answer, or nothing."""
        said = self._altered()
        if said:
            return said
        sink = io.StringIO()
        try:
            with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
                exec(compile(source, "<check>", "exec"), names)
        except BaseException as error:  # an answer may raise anything
            return _words(error)
        return self._altered()

    def _altered(self) -> str:
        name = self._changed()
        if name is None:
            return ""
        return f"{ALTERED} {name}, which the checks are made of. So this check does not count."

    def _cell(self, source: str) -> list[dict[str, Any]]:
        shell = self._shell
        shell.outputs.clear()
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            shell.run_cell(source, store_history=False)
        printed = [
            {"kind": name, "text": stream.getvalue()[:MOST_LETTERS]}
            for name, stream in (("stdout", out), ("stderr", err))
            if stream.getvalue()
        ]
        return printed + shell.outputs


def _shell() -> Any:
    """Return IPython's shell, which keeps what a cell shows in its list ``outputs``."""
    from IPython.core.displayhook import DisplayHook
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    outputs: list[dict[str, Any]] = []

    class Hook(DisplayHook):
        def __call__(self, result: Any = None) -> None:
            if result is not None and not self.quiet():  # type: ignore[no-untyped-call]
                outputs.append(_shown("result", shell.display_formatter.format(result)[0]))

    class Publisher(DisplayPublisher):
        def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
            outputs.append(_shown("display", data))

    class Shell(InteractiveShell):
        displayhook_class = Hook
        display_pub_class = Publisher

        def enable_gui(self, gui: Any = None) -> None:
            """There is no screen."""

        def _showtraceback(self, etype: Any, evalue: Any, stb: list[str]) -> None:
            words = {"name": str(etype.__name__), "text": _text(evalue), "trace": list(stb)}
            outputs.append({"kind": "error"} | words)

    config = Config()
    config.HistoryManager.enabled = False
    shell: Any = Shell.instance(config=config)
    shell.outputs = outputs
    return shell


def _shown(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """Keep text and pictures; HTML and scripts of strangers do not get into a teacher's browser."""
    kept = {}
    for name in _SHOWN:
        value = data.get(name)
        if isinstance(value, bytes):
            value = base64.b64encode(value).decode()
        if isinstance(value, str):
            kept[name] = value
    return {"kind": kind, "data": kept}


def _words(error: BaseException) -> str:
    """Return an exception as text, that of our own without its type."""
    name = type(error).__name__
    text = _text(error)
    return text if name == "CheckFailedError" and text else f"{name}: {text}"


def _text(error: object) -> str:
    try:
        return str(error)[:MOST_LETTERS]
    except BaseException:  # its own __str__ may fail
        return ""


def start(descriptor: int) -> None:
    """Leave the terminal's three files, to which C code prints, to nobody; then answer requests."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    main(descriptor)
