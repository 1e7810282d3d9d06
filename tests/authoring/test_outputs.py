"""What is taken out of outputs, one thing at a time."""

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from bnn_teach.authoring.outputs import describe_images, stable_text


def shown(text, kind="text/plain", root=Path("/somewhere/course")):
    """Return an output's text as it is stored."""
    output = new_output("execute_result", {kind: text}, execution_count=1)
    notebook = new_notebook(cells=[new_code_cell("1", outputs=[output], execution_count=1)])
    stable_text(notebook, root)
    return notebook.cells[0].outputs[0].data[kind]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("<function f at 0x7f12ab34cd56>", "<function f>"),
        ("/tmp/ipykernel_12/345.py:3: UserWarning: x", "UserWarning: x"),
        ("C/ipykernel_12/345.py:3: UserWarning: x", "UserWarning: x"),
        ("File /somewhere/course/bnn_teach/errors.py", "File bnn_teach/errors.py"),
        ("/opt/x/lib/python3.12/site-packages/numpy/a.py:2: W", "numpy/a.py:2: W"),
        ("sampling_time:  23.9864", "sampling_time:  …"),
        ("seed: 23", "seed: 23"),
        ("0.1 at 0x, 5e-3", "0.1 at 0x, 5e-3"),
    ],
)
def test_texts_are_scrubbed(text, stored):
    assert shown(text) == stored


def test_this_environments_folder_is_taken_off():
    inside = f"{Path(sys.prefix).resolve()}/share/x"
    assert shown(inside) in ("share/x", inside if len(Path(sys.prefix).parts) < 3 else "share/x")


def test_random_ids_are_numbered_in_order():
    one, two = "0f8fad5b-d9cb-469f-a165-70867728950e", "7c9e6679-7425-40de-944b-e07fc1f90ae7"
    first = shown(f"<a id='{one}'><a href='{two}'><a id='{one}'>", "text/html")
    assert first == shown(f"<a id='{two}'><a href='{one}'><a id='{two}'>", "text/html")


def test_a_trace_shows_the_same_in_each_run():
    def trace(seconds):
        data = xr.Dataset({"loc": ("draw", np.zeros(2))}, attrs={"sampling_time": seconds})
        return xr.DataTree(dataset=data)

    for kind, text in (("text/plain", repr), ("text/html", lambda tree: tree._repr_html_())):
        first, second = (shown(text(trace(each)), kind) for each in (23.98, 7.5e-05))
        assert first == second
        assert "sampling_time" in first and "…" in first


def test_a_second_pass_changes_nothing():
    notebook = new_notebook(cells=[new_markdown_cell("a\n"), new_code_cell("b")])
    once = stable_text(notebook, Path("/somewhere/course"))
    assert stable_text(notebook, Path("/somewhere/course")) == once
    assert once.endswith("}\n")


def test_cells_keep_their_ids_when_one_comes_between():
    def ids(*sources):
        notebook = new_notebook(cells=[new_markdown_cell(source) for source in sources])
        stable_text(notebook, Path("/somewhere/course"))
        return [cell.id for cell in notebook.cells]

    a, b, again = ids("a", "b", "a")
    assert len({a, b, again}) == 3
    assert ids("a", "new", "b") == [a, ids("new")[0], b]


def widgets(one, two, link, hidden):
    """A notebook with a slider and a number, linked, and a third widget that is not shown."""
    view = "application/vnd.jupyter.widget-view+json"
    cells = [
        new_code_cell(name, outputs=[new_output("display_data", {view: {"model_id": name}})])
        for name in (one, two)
    ]
    ends = [[f"IPY_MODEL_{one}", "value"], [f"IPY_MODEL_{two}", "value"]]
    state = {
        hidden: {"model_name": "TextModel", "state": {}},
        link: {"model_name": "LinkModel", "state": {"source": ends[0], "target": ends[1]}},
        two: {"model_name": "IntTextModel", "state": {"value": 3}},
        one: {"model_name": "IntSliderModel", "state": {"value": 3}},
    }
    notebook = new_notebook(cells=cells)
    for cell in notebook.cells:
        cell["source"] = "show"
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": state}}
    return notebook


def test_widgets_are_numbered_as_they_appear():
    names = [f"{number:032x}" for number in (7, 2**120, 3, 1)]
    texts = [
        stable_text(widgets(*order), Path("/somewhere/course"))
        for order in (names, names[::-1], [f"{n:032x}" for n in (1, 0, 2, 5)])
    ]
    assert texts[0] == texts[1] == texts[2]
    assert "LinkModel" in texts[0] and "TextModel" in texts[0]
    assert '"model_name": "TextModel"' not in texts[0]


@pytest.mark.parametrize(
    ("written", "computed", "alt"),
    [
        ("A line.", "It rises.", "A line. It rises."),
        ("A line.", "<Figure size 5x5 with 1 Axes>", "A line."),
        ("", "It rises.", "It rises."),
        ("", "<Figure size 5x5 with 1 Axes>", ""),
    ],
)
def test_a_picture_is_described(written, computed, alt):
    output = new_output("display_data", {"image/png": "aaaa", "text/plain": computed})
    cell = new_code_cell("draw()", outputs=[output], metadata={"alt": written})
    cell.metadata["mystnb"] = {"image": {"alt": "as it was", "width": "50%"}}
    describe_images(new_notebook(cells=[cell]))
    assert cell.metadata.mystnb == {"image": {"width": "50%"} | ({"alt": alt} if alt else {})}
    assert cell.outputs[0].metadata["image/png"]["alt"] == alt


def test_a_cell_without_a_picture_has_no_description():
    cell = new_code_cell("1", metadata={"mystnb": {"image": {"alt": "of a picture long gone"}}})
    describe_images(new_notebook(cells=[cell]))
    assert "mystnb" not in cell.metadata
