"""Every notebook of the course is in order; that each one runs is tested by nbval, beside this."""

from pathlib import Path

import pytest

from bnn_teach.authoring.checks import problems
from bnn_teach.course.notebook_files import find

FOLDER = Path(__file__).resolve().parent.parent / "notebooks"


@pytest.mark.parametrize("stem", find(FOLDER))
def test_a_notebook_is_in_order(stem):
    found = problems(FOLDER, stem)
    assert not found, "\n".join(found)
