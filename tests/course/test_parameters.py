"""Parameters are read without running anything, and wrong ones are refused at once."""

import pathlib
import resource
import subprocess
import sys

import numpy as np
import pytest

from bnn_teach.course.notebook_files import NotebookError
from bnn_teach.course.parameters import check_parameters, read_parameters
from bnn_teach.errors import ArgumentError
from tests.reruns.conftest import write_notebook

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def small(tmp_path):
    return write_notebook(tmp_path / "pages")


def test_a_parameter_has_name_type_value_and_comment(small):
    seed, scale, loud, name, places = read_parameters(small)
    assert str(seed) == "seed: int = 0  # of the numbers"
    assert scale[:3] == ("scale", "float", 1.5) and loud[:3] == ("loud", "bool", False)
    assert name[:3] == ("name", "str", "mean") and places[:3] == ("places", "list", [0.5, 1.0])


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_of_the_course_declares_its_parameters(path):
    declared = read_parameters(path)
    assert declared[0].name == "seed" and all(parameter.comment for parameter in declared)
    own = {parameter.name: parameter.default for parameter in declared}
    assert check_parameters(declared, own, path.stem) == own


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"seed": "7"}, 7),
        ({"seed": np.int64(7)}, 7),
        ({"scale": "2"}, 2.0),
        ({"scale": "1e-3"}, 0.001),
        ({"scale": 2}, 2.0),
        ({"loud": "True"}, True),
        ({"name": "7"}, "7"),
        ({"places": "[1, 2.5]"}, [1, 2.5]),
        ({"places": np.array([1.0, 2.5])}, [1.0, 2.5]),
        ({"places": (1.0,)}, [1.0]),
    ],
)
def test_values_come_in_the_declared_type(given, expected, small):
    [value] = check_parameters(read_parameters(small), given, "42").values()
    assert value == expected and type(value) is type(expected)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"sead": 1}, "sead: notebook 42 has no parameter of this name. Did you mean 'seed'?"),
        ({"seed": "1.5"}, "seed: got '1.5', expected an integer"),
        ({"seed": True}, "seed: got True, expected an integer"),
        ({"seed": "__import__('os')"}, "expected an integer"),
        ({"scale": "wide"}, "scale: got 'wide', expected a finite number"),
        ({"scale": float("nan")}, "expected a finite number"),
        ({"loud": "yes"}, "expected true or false"),
        ({"name": 3}, "expected a text"),
        ({"places": "1"}, "expected a list of numbers"),
        ({"places": []}, "expected a list of numbers"),
        ({"places": ["a"]}, "expected a finite number"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_list(given, message, small):
    with pytest.raises(ArgumentError) as caught:
        check_parameters(read_parameters(small), given, "42")
    assert message in str(caught.value)
    assert "\n  scale: float = 1.5  # of their spread" in str(caught.value)


@pytest.mark.parametrize(
    "line", ["seed = 0", "seed: int = 0.5", "seed: int", "seed: dict = {}", "seed: int = 1 + 1"]
)
def test_a_line_that_is_no_typed_value_is_named(line, small):
    text = small.read_text().replace("seed: int = 0  ", f"{line}  ")
    small.write_text(text)
    with pytest.raises(NotebookError, match="in the cell 'parameters', 'seed"):
        read_parameters(small)


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    (tmp_path / "page.ipynb").write_text("# Page")
    with pytest.raises(NotebookError, match="no notebook that can be read"):
        read_parameters(tmp_path / "page.ipynb")


@pytest.mark.parametrize(
    "words",
    [
        ["rerun", "06", "-p", "prior_scal=1"],
        ["rerun", "06", "-p", "num_samples=many"],
        ["sweep", "08", "--grid", "prior_scale=0.5,wide"],
        ["sweep", "08", "--grid", "scale=1"],
    ],
)
def test_the_command_line_refuses_in_under_two_seconds(words, tmp_path):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "bnn_teach", *words, "--folder", str(NOTEBOOKS)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 1 and "Its parameters are:\n  seed: int = 0" in done.stderr
    assert after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime < 2
    assert not list(tmp_path.iterdir())
