"""Where no sandbox can be built nothing runs, and the message says what to do."""

import os
import shutil
import subprocess
import sys
import types

import pytest

from bnn_teach import cli
from bnn_teach.classroom import sandbox
from bnn_teach.classroom.frames import FrameError, decode, encode
from bnn_teach.errors import SandboxError


def test_without_bubblewrap_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
        sandbox.require()


def test_another_system_than_linux_is_told_where_to_grade(monkeypatch):
    monkeypatch.setattr(sandbox, "sys", types.SimpleNamespace(platform="darwin"))
    with pytest.raises(SandboxError, match=r"this is darwin.*Linux machine"):
        sandbox.require()


def test_where_the_system_forbids_it_what_bwrap_said_is_quoted(monkeypatch, tmp_path):
    program = tmp_path / "bwrap"
    program.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1"
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SandboxError, match=r"No permissions to create(.|\n)*namespaces"):
        sandbox.require()


def test_the_verb_refuses_before_it_opens_anything(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert cli.main(["grade", "04", "--folder", str(tmp_path)]) == 1
    assert "bubblewrap" in capsys.readouterr().err


def test_a_python_that_does_not_start_is_told_with_its_words(monkeypatch, request):
    request.getfixturevalue("sandbox")
    from bnn_teach.classroom.examination import examine
    from tests.classroom.conftest import new_notebook

    monkeypatch.setattr(sandbox, "WORKER", "no_such_module")
    with pytest.raises(SandboxError, match="no_such_module"):
        examine(new_notebook())


def test_usage_counts_a_process_and_its_children():
    code = "import os, time; os.fork(); print(flush=True); time.sleep(60)"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as process:
        process.stdout.readline()
        process.stdout.readline()
        count, memory = sandbox._usage(process.pid)
        os.killpg(process.pid, 9)
    assert count == 2
    assert 2e6 < memory < 2e9


def reader(data):
    """Return a function that gives some bytes at a time, and none at the end."""
    data = memoryview(data)

    def receive(most):
        nonlocal data
        part, data = data[: min(most, 3)], data[min(most, 3) :]
        return bytes(part)

    return receive


def test_a_message_comes_back_as_it_was_sent():
    message = {"source": "x = 'é'\n", "names": ["x"], "place": 3}
    assert decode(reader(encode(message))) == message


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\0", b"\xff\xff\xff\xff", b"\0\0\0\2[]", b"\0\0\0\3{}", b"\0\0\0\2}{",
     b"\0\1\0\0" + b"[" * 65536],
)  # fmt: skip
def test_bytes_that_are_no_message_are_refused(data):
    with pytest.raises(FrameError):
        decode(reader(data))
