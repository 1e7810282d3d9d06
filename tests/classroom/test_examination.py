"""One submission in the sandbox: what counts, in which order, and what it cannot do there."""

import contextlib
import pathlib
import re
import socket
import time

import pytest

from bnn_teach.classroom import examination
from bnn_teach.classroom.examination import HIDDEN_FAILED, STOPPED
from bnn_teach.errors import ClassroomError
from tests.classroom.conftest import passed, said

CHECK = """check:assert double(2) == 4, "not for two"
### BEGIN HIDDEN TESTS
assert double(5) == 10, "not for five"
### END HIDDEN TESTS"""
RIGHT = "def double(x):\n    return 2 * x"


# --- what counts -----------------------------------------------------------------------------


def test_right_wrong_where_all_see_it_and_wrong_on_hidden_data(run):
    _, right = run(RIGHT, CHECK)
    assert passed(right) and not right.outputs
    _, wrong = run("def double(x):\n    return x", CHECK)
    assert not passed(wrong) and "not for two" in said(wrong)
    _, tuned = run("def double(x):\n    return 4", CHECK)
    assert not passed(tuned) and tuned.outputs[0].ename == HIDDEN_FAILED
    assert "not for five" in said(tuned)


def test_a_check_takes_the_answer_as_it_is_at_its_place(run):
    cells = run(RIGHT, CHECK, "def double(x):\n    return 0", CHECK)
    assert [passed(each) for each in (cells[1], cells[3])] == [True, False]


def test_the_setup_of_the_course_is_the_checks_own(run):
    setup = "setup:import math\nscale = 2"
    check = "check:assert math.isclose(scale * f(1), 2)"
    cells = run(
        setup, "class math:\n    isclose = print\nscale = 7\ndef f(x):\n    return 1", check
    )
    assert passed(cells[2])
    cells = run(setup, "class math:\n    isclose = lambda *a: True\ndef f(x):\n    return 3", check)
    assert not passed(cells[2])


def test_a_setup_that_fails_is_the_courses_fault(run):
    with pytest.raises(ClassroomError, match=r"does not begin.*FileNotFoundError"):
        run("setup:open('data.csv')", CHECK)


def test_what_a_cell_shows_comes_back_as_text_and_pictures_only(run):
    from_cell = """
from IPython.display import HTML, display
import sys
print("to out"); print("to err", file=sys.stderr)
display(HTML("<script>alert(1)</script>"))
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([0, 1]); plt.show()
41 + 1"""
    first, second = run(from_cell, "1 / 0")
    kinds = [output.output_type for output in first.outputs]
    assert kinds == ["stream", "stream", "display_data", "display_data", "execute_result"]
    assert "image/png" in first.outputs[3].data and first.outputs[4].data["text/plain"] == "42"
    assert "script" not in str(first.outputs)
    assert second.outputs[0].ename == "ZeroDivisionError"


# --- stopped ---------------------------------------------------------------------------------

LOOP = """while True:
    try:
        while True:
            pass
    except BaseException:
        pass"""
HOG = "kept = []\nwhile True:\n    kept.append(bytearray(50_000_000))"
MANY = "import os, time\nfor _ in range(60):\n    if os.fork() == 0:\n        time.sleep(60)"
STOP = {
    "endless": (LOOP, {"seconds": 3.0}, "took too long"),
    "memory": (HOG, {"memory": 800_000_000}, "MemoryError|GB of memory"),
    "processes": (MANY, {}, "more than 32 processes|ended the process"),
    "exit": ("import os\nos._exit(0)", {}, "ended the process"),
    "killed": ("import os\nos.kill(os.getpid(), 9)", {}, "ended the process"),
}


@pytest.mark.parametrize("name", STOP)
def test_a_cell_that_has_to_be_stopped_costs_its_own_points_only(name, run):
    source, bounds, words = STOP[name]
    bad, check, good, last = run(source, "check:f(1)", RIGHT, CHECK, **bounds)
    assert re.search(words, said(bad)), said(bad)
    assert not passed(check) and passed(last) and not good.outputs


@pytest.mark.parametrize("ending", ["import os; os._exit(0)", "raise SystemExit(0)", LOOP])
def test_an_answer_that_ends_or_never_ends_gets_nothing(ending, run):
    body = "\n".join(f"    {line}" for line in ending.splitlines())
    of_it = CHECK.replace("double", "f")
    _, check, _, last = run(f"def f(x):\n{body}", of_it, RIGHT, CHECK, seconds=4.0)
    assert not passed(check) and passed(last)


def test_when_the_time_of_the_notebook_is_over_the_rest_is_not_run(run):
    cells = run(LOOP, RIGHT, CHECK, seconds=60.0, total_seconds=8.0)
    assert "took too long" in said(cells[0]) and "not run" in said(cells[1])
    assert not passed(cells[2]) and cells[2].outputs[0].ename == STOPPED


def test_too_many_stops_end_it(run, monkeypatch):
    monkeypatch.setattr(examination, "_ATTEMPTS", 2)
    cells = run("import os\nos._exit(1)", "import os\nos._exit(2)", RIGHT, CHECK)
    assert "not run" in said(cells[3]) and not passed(cells[3])


# --- forged ----------------------------------------------------------------------------------

FORGE = {
    "a builtin": "import builtins\nbuiltins.all = lambda x: True",
    "numpy": "import numpy as np\nnp.isclose = lambda *a: True",
    "the guard": "from bnn_teach.classroom import guard\n"
    "guard.Guard.changed = lambda self: None\nguard._facts = lambda *a: {}",
    "code of numpy": """import numpy as np
def fake(*a, **k): return True
np.isclose._implementation.__code__ = fake.__code__""",
}


@pytest.mark.parametrize("name", FORGE)
def test_where_the_checks_tools_were_changed_no_check_counts(name, run):
    _, before, _, after = run(RIGHT, CHECK, FORGE[name], CHECK)
    assert "The notebook changed" in said(before)  # in its hidden part, which runs at the end
    assert not passed(after) and "The notebook changed" in said(after)


MEDDLE = """
import json, os, struct
message = json.dumps({"said": "", "outputs": [], "nonce": "0"}).encode()
for number in range(3, 64):
    try:
        os.write(number, struct.pack(">I", len(message)) + message)
    except OSError:
        pass
"""


def test_answers_cannot_be_written_by_the_submission(run):
    _, check = run(MEDDLE, "check:assert False")
    assert not passed(check)


# --- hidden ----------------------------------------------------------------------------------

SPY = """
import gc, sys
found = [each for each in gc.get_objects() if isinstance(each, (str, dict))]
values = [value for each in found if isinstance(each, dict) for value in each.values()]
text = "".join(each for each in [*found, *values] if isinstance(each, str))
frame = sys._getframe()
while frame:
    text += "".join(v for v in frame.f_locals.values() if isinstance(v, str))
    frame = frame.f_back
print("for " + "five" in text, globals().get("seen"))
"""
TELLER = """
def double(x):
    import sys
    frame = sys._getframe()
    while frame:
        globals()["seen"] = str(frame.f_locals.get("source"))
        frame = frame.f_back
    print("seen", x)
    return 2 * x"""


def test_no_cell_can_show_a_hidden_test(run):
    first, check, last = run(TELLER, CHECK, SPY)
    assert passed(check)
    shown = said(first) + said(last) + said(check)
    assert "five" not in shown and "double(5)" not in shown and "False" in said(last)


def test_what_comes_back_is_made_of_letters_and_bounded(run):
    [cell] = run("print('\\ud800' + 'x' * 10**6)\nfor _ in range(200): display(1)")
    assert len(cell.outputs[0].text) == 100_000 and cell.outputs[0].text.startswith("?x")
    assert len(cell.outputs) == 100


# --- walls -----------------------------------------------------------------------------------

WALLS = """
import os, pathlib, socket
def tried(act):
    try:
        return act()
    except OSError as error:
        return type(error).__name__
print(sorted(os.environ), os.getcwd())
print("network", tried(lambda: socket.create_connection(("127.0.0.1", {port}), timeout=2)))
print("file", tried(pathlib.Path({file!r}).read_text))
print("delete", tried(lambda: os.remove({package!r})))
print("write", tried(lambda: os.mkdir("/usr/new")), tried(lambda: os.mkdir("/new")))
print("big", tried(lambda: pathlib.Path("/tmp/big").write_bytes(b"x" * 3_000_000)))
print("shm", tried(lambda: pathlib.Path("/dev/shm/big").write_bytes(b"x" * 3_000_000)))
print("dev", tried(lambda: pathlib.Path("/dev/new").write_bytes(b"x")))
print("processes", [p for p in os.listdir("/proc") if p.isdecimal()].__len__() < 5)
print("homes", tried(lambda: os.listdir("/home")), tried(lambda: os.listdir("/etc")))
"""


def test_there_is_nothing_to_harm_and_nobody_to_talk_to(run, tmp_path):
    (tmp_path / "secret.txt").write_text("the answer")
    package = examination.__file__
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        port = server.getsockname()[1]
        source = WALLS.format(port=port, file=str(tmp_path / "secret.txt"), package=package)
        [cell] = run(source, disk=2**21)
        with pytest.raises(TimeoutError):
            server.accept()
    lines = said(cell).splitlines()
    assert "SSH_AUTH_SOCK" not in lines[0] and "'HOME'" in lines[0] and lines[0].endswith("/tmp")
    assert lines[1] in ("network ConnectionRefusedError", "network OSError"), lines
    assert lines[2] == "file FileNotFoundError"
    assert lines[3] == "delete OSError" and lines[4] == "write OSError OSError"
    assert lines[5:8] == ["big OSError", "shm OSError", "dev OSError"]
    assert lines[8] == "processes True"
    assert lines[9].startswith("homes FileNotFoundError") and "passwd" not in lines[9]
    assert pathlib.Path(package).exists()


def test_nothing_is_left_running(run):
    run("import subprocess\nsubprocess.Popen(['sleep', '4242'])", seconds=5.0)
    left = b"sleep\0" + b"4242\0"
    until = time.monotonic() + 20  # the kernel ends what was inside soon after the sandbox
    while left in commands() and time.monotonic() < until:
        time.sleep(0.05)
    assert left not in commands()


def commands():
    """Return the command lines of all processes of this machine."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may have ended meanwhile
            found.append(path.read_bytes())
    assert found
    return found
