"""What the tests of the classroom share: a sandbox, or its lack told; small notebooks to run."""

import os

import pytest
from nbformat import from_dict
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from bnn_teach.classroom.sandbox import Bounds, require
from bnn_teach.errors import SandboxError


@pytest.fixture(scope="session")
def sandbox():
    """Skip where no sandbox can be built, or fail where one is required."""
    try:
        require()
    except SandboxError as error:
        if os.environ.get("BNN_TEACH_REQUIRE_SANDBOX") == "1":
            pytest.fail(f"{error}\nBNN_TEACH_REQUIRE_SANDBOX=1 asks for one", pytrace=False)
        pytest.skip(str(error))


@pytest.fixture
def run(sandbox):
    """Run sources as a submission; those after ``check:`` are graded. Return its code cells."""
    from bnn_teach.classroom.examination import examine

    def run_(*sources, **bounds):
        notebook = new_notebook(cells=[new_markdown_cell("# Small"), *map(cell, sources)])
        examine(notebook, Bounds(**({"seconds": 20.0, "total_seconds": 120.0} | bounds)))
        return notebook.cells[1:]

    return run_


def cell(source):
    """A cell of an answer, of the setup if it begins with ``setup:``, or a check."""
    role, _, rest = source.partition(":")
    if role not in ("setup", "check"):
        return new_code_cell(source)
    notes = {"grade": role == "check", "solution": False, "locked": True, "grade_id": role}
    return new_code_cell(rest, metadata=from_dict({"nbgrader": notes | {"points": 1}}))


def passed(check):
    """Whether nbgrader would give the points of a check."""
    from nbgrader.utils import determine_grade

    return determine_grade(check)[0] == 1


def said(cell):
    """All text that a cell shows."""
    words = [[o.get("text", ""), o.get("evalue", ""), o.get("data", {}).get("text/plain", "")]
             for o in cell.outputs]  # fmt: skip
    return "\n".join(word for each in words for word in each if word)
