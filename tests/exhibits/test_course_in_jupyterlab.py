"""The course as a learner has it: every notebook in JupyterLab, every control moved.

The first page runs whole; of the others the cells that exhibit and quiz need, with fewer draws,
since nbval runs them all. One JupyterLab opens them one after the other, in one kernel.
"""

import json
import pathlib
import re
import subprocess
import symtable
import sys

import nbformat
import pytest

from tests.browsing import drag
from tests.exhibits.conftest import new_lab_page
from tests.lab import run_all, run_cell, run_until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOKS = pathlib.Path(__file__).parents[2] / "notebooks"
STEMS = sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
WHOLE = {"00"}
SHOWN = re.compile(r"^(exhibit|explorer)\b|bt\.(quiz|playground)\(|small_multiples\(", re.MULTILINE)
LENGTH = re.compile(r"^((?:num_samples|burn_in): int = \d+)\d", re.MULTILINE)
SECONDS = 600  # for all cells of one notebook, on a busy machine

VALUES = """
from ipywidgets.widgets.widget import _instances
from bnn_teach.exhibits import Exhibit
print([each.values for each in _instances.values() if isinstance(each, Exhibit)])
"""
CHOSEN = """
from ipywidgets.widgets.widget import _instances
print([each.chosen for each in _instances.values() if type(each).__name__ == "Quiz"])
"""
DATA = "print(live.data.y.sum())"
MODEL = """
drawn = bt.sample_prior_predictive(live.model(), 2, seed=0)
print(*drawn["prior_predictive"])
"""
SHOW = """(kind) => {
  const notebook = window.jupyterapp.shell.currentWidget.content;
  const cells = [...notebook.model.cells];
  const number = cells.findIndex((cell) => cell.type === "code" && cell.outputs.toJSON().some(
    (output) => (output.data?.["text/plain"] ?? "").toString().startsWith(kind)));
  if (number >= 0) notebook.activeCellIndex = number;
  return notebook.scrollToItem(number, "center").then(() => number);
}"""
NEXT = """async ([path, id]) => {
  const { commands, shell } = window.jupyterapp;
  shell.currentWidget.context.model.dirty = false;
  shell.currentWidget.close();
  await commands.execute("docmanager:open", { path, factory: "Notebook", kernel: { id } });
}"""
KERNEL = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id"
LEAVE = """
import ipywidgets
ipywidgets.Widget.close_all()
bt.set_dtype("float32")
%reset -f
print("left")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The course's notebooks and their data, without outputs, as if nobody had run them."""
    folder = tmp_path_factory.mktemp("course")
    for stem in STEMS:
        notebook = nbformat.read(NOTEBOOKS / f"{stem}.ipynb", as_version=4)
        notebook.metadata.pop("widgets", None)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        if stem[:2] not in WHOLE:
            cells = tmp_path_factory.mktemp(stem)
            notebook.cells = needed(notebook.cells, undefined(notebook.cells, cells))
            for cell in notebook.cells:
                cell.source = LENGTH.sub(r"\1", cell.source)
        nbformat.write(notebook, folder / f"{stem}.ipynb")
    (folder / "data").symlink_to(NOTEBOOKS / "data")
    return folder


def needed(cells, wanted):
    """Return the cells that show something to move, and those that make the names they use.

    ``wanted`` has, for each cell, the names that it takes from others.
    """
    names, chosen = set(), []
    for cell, own in zip(reversed(cells), reversed(wanted), strict=True):
        if cell.cell_type == "code":
            table = symtable.symtable(cell.source, "cell", "exec")
            made = {s.get_name() for s in table.get_symbols() if s.is_assigned() or s.is_imported()}
            if made & names or SHOWN.search(cell.source):
                names = (names - made) | own
                chosen.append(cell)
    return chosen[::-1]


def undefined(cells, folder):
    """Return, for each cell, the names that it uses and does not make, as ruff finds them."""
    files = [folder / f"{number}.py" for number in range(len(cells))]
    for file, cell in zip(files, cells, strict=True):
        file.write_text(cell.source if cell.cell_type == "code" else "", encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821"]
    done = subprocess.run(
        [*command, "--output-format", "json", folder], capture_output=True, check=False
    )
    found = [set() for _ in files]
    for each in json.loads(done.stdout):
        found[int(pathlib.Path(each["filename"]).stem)].add(each["message"].split("`")[1])
    return found


def picture(exhibit):
    """Return what the exhibit shows, drawing and sentence."""
    return exhibit.locator(".bnn-panels").inner_html() + exhibit.locator(".bnn-says").inner_text()


@pytest.fixture(scope="module")
def at_work(browser, lab):
    """What the last page left if it went well: its tab of JupyterLab, and the kernel's name."""
    with new_lab_page(browser, lab) as page:
        yield {"page": page, "kernel": None}


@pytest.mark.parametrize("stem", STEMS)
def test_all_cells_run_and_every_control_moves(stem, lab, at_work):
    page, kernel = at_work["page"], at_work["kernel"]
    if kernel is None:
        lab.open(page, f"{stem}.ipynb")
    else:
        at_work["kernel"] = None
        page.evaluate(NEXT, [f"{stem}.ipynb", kernel])
        lab.wait(page, f"{stem}.ipynb")
    outputs = run_all(page, SECONDS)
    failed = [each for cell in outputs for each in cell if each["output_type"] == "error"]
    assert not failed, failed[0]["traceback"]

    assert page.evaluate(SHOW, "Exhibit(") >= 0, "every notebook has an exhibit"
    exhibit = page.locator(".bnn-exhibit").first
    exhibit.wait_for()
    if exhibit.locator(".bnn-draw summary").count():
        exhibit.locator(".bnn-draw summary").press("Enter")  # its sliders draw what a hand draws
        exhibit.locator(".bnn-segments").first.wait_for(state="attached")  # the place is marked
    moved = 0
    for slider in exhibit.get_by_role("slider", name=re.compile("^(?!at x)")).all():
        if not slider.is_visible() or not slider.is_enabled():
            continue
        known, seen = run_cell(page, VALUES), picture(exhibit)
        drag(page, slider)
        assert picture(exhibit) != seen, "the mouse moves the picture"
        assert run_until(page, VALUES, known.__ne__), "the kernel sees the value"
        seen = picture(exhibit)
        slider.focus()
        at_end = slider.input_value() == slider.get_attribute("max")
        page.keyboard.press("ArrowLeft" if at_end else "ArrowRight")
        assert picture(exhibit) != seen, "the arrow keys move it, too"
        moved += 1
    for option in exhibit.get_by_role("radio").all():
        known, seen = run_cell(page, VALUES), picture(exhibit)
        if not option.is_checked():
            option.check()
            assert picture(exhibit) != seen and run_until(page, VALUES, known.__ne__)
            moved += 1
    assert moved, "an exhibit has something to move"

    if page.evaluate(SHOW, "Playground: ") >= 0:
        move_a_point(page)
    answer_a_question(page)
    assert "left" in run_cell(page, LEAVE)
    at_work["kernel"] = page.evaluate(KERNEL)


def move_a_point(page):
    known = run_cell(page, DATA)
    page.locator(".bnn-live .bnn-handle").first.press("ArrowUp")
    assert run_until(page, DATA, known.__ne__), "the kernel sees the point"
    assert "network.obs" in run_cell(page, MODEL), "and has its model"


def answer_a_question(page):
    assert page.evaluate(SHOW, "Quiz of ") >= 0, "every notebook has a quiz"
    quiz = page.locator(".bnn-quiz").first
    known = run_cell(page, CHOSEN)
    quiz.get_by_role("radio").first.check()
    page.keyboard.press("Enter")
    quiz.get_by_role("status").first.filter(has_text=".").wait_for()
    assert run_until(page, CHOSEN, known.__ne__), "the kernel sees the answer"
