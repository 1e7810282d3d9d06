"""A place where strangers' code can do no harm, and a watch over it from outside.

Bubblewrap builds the place: new namespaces for users, processes, network and files. What is mounted
is a list of what is needed, Python and this library, all of it read-only; so there is no home, no
course folder and no gradebook in there, and no network. You will find the list, :func:`require`,
which tells whether such a place can be built here, and :class:`Sandbox`, one such place with a
worker in it. Next: :mod:`bnn_teach.classroom.examination`.

Notes
-----
Bounds have two kinds. The worker lowers the kernel's limits for itself and all its children before
it runs anything: address space, processor time, size of a file. What these cannot bound is watched
from here every :data:`_GLANCE` seconds: wall time, the memory of all processes together, and how
many there are (the kernel's own limit of processes does not hold for root). Whatever is over its
bound ends the whole place at once: with its first process, all others in it die.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import secrets
import select
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any, NamedTuple, Self

import bnn_teach
from bnn_teach.classroom.frames import FILES, FrameError, decode, encode
from bnn_teach.course.material import INSIDE
from bnn_teach.errors import SandboxError

WORKER = "bnn_teach.classroom.worker"

_GLANCE = 0.1
_ETC = ("alternatives", "fonts", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime")
_ROOTS = ("/bin", "/lib", "/lib32", "/lib64", "/sbin")
_ANYWHERE = "No other place to run strangers' code is offered."


class Bounds(NamedTuple):
    """What a submission may take."""

    seconds: float = 60.0
    """Wall time of one cell, or of one part of a check."""
    total_seconds: float = 600.0
    """Wall time of a whole notebook, all attempts together."""
    memory: int = 4 * 2**30
    """Bytes in use by all processes together; the address space of each is twice that."""
    processes: int = 32
    """At a time."""
    disk: int = 256 * 2**20
    """Bytes in its private folder, which are in memory, too."""
    threads: int = 2
    """That numerical libraries start; the number of cores is not bounded otherwise."""


class StoppedError(Exception):
    """What runs in the sandbox was ended, or ended itself; the text says why."""


def require() -> str:
    """Return bubblewrap's program, after it has built an empty place once.

    Raises
    ------
    SandboxError
        It is not installed, or the system does not let it; the message says what to do.
    """
    program = shutil.which("bwrap") if sys.platform == "linux" else None
    if sys.platform != "linux":
        raise SandboxError(
            f"Submissions run in a sandbox of Linux, bubblewrap, and this is {sys.platform}. "
            f"Grade on a Linux machine, in a virtual machine, or on Windows in WSL 2. {_ANYWHERE}"
        )
    if program is None:
        raise SandboxError(
            "Submissions run in a sandbox, and its program, bwrap, is not on the PATH. Install "
            f"bubblewrap (Debian, Ubuntu: apt-get install bubblewrap). {_ANYWHERE}"
        )
    trial = subprocess.run(
        [program, *_walls(2**20), "/bin/true"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    if trial.returncode:
        raise SandboxError(
            f"bwrap cannot build a sandbox here; it said: {trial.stderr.strip()[-300:]}\n"
            "Mostly the system forbids new user namespaces. On Ubuntu, give bwrap a profile of "
            "AppArmor, or set kernel.apparmor_restrict_unprivileged_userns=0 with sysctl; on an "
            "older Debian, kernel.unprivileged_userns_clone=1. In a container, start it with "
            f"--security-opt seccomp=unconfined, or grade on the host. {_ANYWHERE}"
        )
    return program


class Sandbox:
    """A sandbox with a worker in it, as a context.

    Parameters
    ----------
    bounds : Bounds
    deadline : float
        On the clock ``time.monotonic``, when all has to be over.
    files : pathlib.Path, optional
        A folder whose files lie in the worker's own folder, too; all can be read in there.

    Raises
    ------
    SandboxError
        It cannot be built.
    """

    def __init__(self, bounds: Bounds, deadline: float, files: pathlib.Path | None = None) -> None:
        self._bounds, self._deadline, self._files = bounds, deadline, files

    def __enter__(self) -> Self:
        program = require()
        self._socket, theirs = socket.socketpair()
        self._socket.setblocking(False)
        files = ["--ro-bind", str(self._files), FILES] if self._files else []
        package = str(pathlib.Path(bnn_teach.__file__).resolve().parents[1])
        begin = f"import sys; sys.path.append({package!r}); from {WORKER} import start"
        command = [
            program, *_walls(self._bounds.disk, files), *_settings(self._bounds),
            sys.executable, "-I", "-c", f"{begin}; start({theirs.fileno()})",
        ]  # fmt: skip
        with theirs:
            self._process = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            )  # fmt: skip
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._socket.close()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request to the worker, and return its answer.

        Raises
        ------
        StoppedError
            The time is over, the bounds were passed, or there is no worker any more.
        """
        until = min(time.monotonic() + seconds, self._deadline)
        nonce = secrets.token_hex(8)
        try:
            self._send(encode(request | {"nonce": nonce}), until)
            answer = decode(lambda most: self._receive(most, until))
        except (FrameError, OSError):
            raise StoppedError("it ended the process that it ran in") from None
        if answer.get("nonce") != nonce:
            raise StoppedError("it meddled with the conversation between sandbox and grader")
        return answer

    @property
    def over(self) -> bool:
        """Whether the time for all is over."""
        return time.monotonic() > self._deadline

    def last_words(self) -> str:
        """Return what the sandbox said on its standard error before the worker was at work."""
        stderr = self._process.stderr
        if stderr is None:
            return ""
        os.set_blocking(stderr.fileno(), False)
        return (stderr.read(2000) or b"").decode(errors="replace").strip()

    def _send(self, data: bytes, until: float) -> None:
        while data:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                self._wait(until)

    def _receive(self, most: int, until: float) -> bytes:
        while True:
            try:
                return self._socket.recv(most)
            except BlockingIOError:
                self._wait(until)

    def _wait(self, until: float) -> None:
        """Wait for a moment, and look whether all is within bounds."""
        if time.monotonic() > until:
            raise StoppedError("it took too long")
        select.select([self._socket], [], [], _GLANCE)
        count, memory = _usage(self._process.pid)
        if count > self._bounds.processes:
            raise StoppedError(f"it started more than {self._bounds.processes} processes")
        if memory > self._bounds.memory:
            raise StoppedError(f"it took more than {self._bounds.memory / 2**30:g} GB of memory")


def _walls(disk: int, files: Sequence[str] = ()) -> list[str]:
    """Return the options that make the place, as bubblewrap reads them, in order."""
    walls = [
        "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
        "--hostname", "sandbox", "--ro-bind", "/usr", "/usr",
    ]  # fmt: skip
    for root in map(pathlib.Path, _ROOTS):
        if root.is_symlink():
            walls += ["--symlink", str(root.readlink()), str(root)]
        elif root.is_dir():
            walls += ["--ro-bind", str(root), str(root)]
    for name in _ETC:
        walls += ["--ro-bind-try", f"/etc/{name}", f"/etc/{name}"]
    walls += [
        "--proc", "/proc", "--dev", "/dev", "--size", str(disk), "--tmpfs", "/dev/shm",
        "--remount-ro", "/dev", "--size", str(disk), "--tmpfs", "/tmp",
    ]  # fmt: skip
    for path in _python():
        walls += ["--ro-bind", str(path), str(path)]
    for path in _sheets():
        walls += ["--tmpfs", str(path), "--remount-ro", str(path)]
    return [*walls, *files, "--remount-ro", "/", "--chdir", "/tmp"]


def _python() -> list[pathlib.Path]:
    """Return the folders that this Python and this library live in, where /usr does not hold them.

    They appear in the sandbox under the same names; the folders above them are empty there.
    """
    package = pathlib.Path(bnn_teach.__file__).resolve().parent
    folders = [pathlib.Path(each) for each in (sys.prefix, sys.base_prefix, package)]
    folders += [each.resolve() for each in folders]
    found: list[pathlib.Path] = []
    for folder in dict.fromkeys(folders):
        inside = any(folder.is_relative_to(each) for each in (*found, pathlib.Path("/usr")))
        if not inside:
            found.append(folder)
    return found


def _sheets() -> list[pathlib.Path]:
    """Return where the sheets, with their hidden tests, would be seen: a wheel has them inside."""
    sheets = (INSIDE / "exercises").resolve()
    seen = ((each, each.resolve()) for each in (pathlib.Path("/usr"), *_python()))
    found = [each / sheets.relative_to(real) for each, real in seen if sheets.is_relative_to(real)]
    return found if sheets.is_dir() else []


def _settings(bounds: Bounds) -> list[str]:
    """Return the environment in there: nothing of ours but what is listed."""
    threads = str(bounds.threads)
    environment = {
        "PATH": f"{sys.prefix}/bin:/usr/bin:/bin",
        "HOME": "/tmp",
        "USER": "student",
        "LANG": "C.UTF-8",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "BNN_TEACH_PROGRESS": "off",
        "BNN_TEACH_XLA_CACHE": "off",
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
        "TF_NUM_INTRAOP_THREADS": threads,
        "TF_NUM_INTEROP_THREADS": threads,
    }
    settings = ["--clearenv"]
    for name, value in environment.items():
        settings += ["--setenv", name, value]
    return settings


def _usage(root: int) -> tuple[int, int]:
    """Return how many processes descend from one, and how many bytes these have in memory."""
    parents, sizes = {}, {}
    page = os.sysconf("SC_PAGESIZE")
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        with contextlib.suppress(OSError, ValueError):  # it may have ended meanwhile
            facts = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            parents[int(folder.name)] = int(facts[1])
            sizes[int(folder.name)] = int(facts[21]) * page
    family, grown = {root}, True
    while grown:
        more = {child for child, parent in parents.items() if parent in family} - family
        family, grown = family | more, bool(more)
    return len(family), sum(sizes.get(each, 0) for each in family)
