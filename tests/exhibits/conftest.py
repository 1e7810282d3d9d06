"""What the tests of exhibits share: a small exhibit, pages made from stored state, a browser."""

import json
import pathlib
import shutil
from contextlib import contextmanager

import matplotlib as mpl
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from bnn_teach import exhibits as ex
from bnn_teach.course.playground import script
from tests.browsing import Watch, served
from tests.lab import running

mpl.use("Agg")
STATIC = pathlib.Path(ex.__file__).parent / "static"
X = np.linspace(-1, 1, 21)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def wave(n, method="NUTS"):
    """A band that narrows with n, in the colour of the method."""
    middle, half = np.sin(np.pi * X), 2 / np.sqrt(n)
    role = method.lower()
    curves = [
        ex.Band(X, middle - half, middle + half, role, "95 % band"),
        ex.Line(X, middle, "truth", "truth"),
        ex.Points(X[::4], middle[::4], "data", "data"),
    ]
    bars = ex.Bars([0, 1, 2], [1, 2, 3], [n, 3, 2], role, hatch=True)
    panels = [
        ex.Panel(curves, "x", "f(x)", xlim=(-1, 1), ylim=(-3, 3)),
        ex.Panel([bars], "value", "count", title="a histogram"),
    ]
    return ex.Frame(panels, f"With {n} points the {method} band is {2 * half:.2f} wide.")


@pytest.fixture
def exhibit():
    return ex.Exhibit(
        wave,
        [
            ex.Slider("n", [1, 4, 9, 16], "number of points", 4),
            ex.Choice("method", ["NUTS", "ADVI"], "method"),
        ],
        title="More data narrow the band",
    )


@pytest.fixture
def drawn():
    """An exhibit in which the reader draws the band."""
    at = (np.array([-0.5, 0.0, 0.5]), np.array([-0.5, 0.2, 0.4]))

    def points():
        marks = [ex.Points([-0.8, 0.8], [-0.5, 0.5], "data", "data")]
        return ex.Frame([ex.Panel(marks, "x", "y", (-1, 1), (-2, 2))], "Two points.")

    band = ex.Draw(
        "band",
        np.linspace(-1, 1, 11),
        at=at,
        reveal=[ex.Line(X, np.sin(X), "truth", "truth")],
        references={"constant": (np.full(3, -1.0), np.full(3, 1.0))},
    )
    return ex.Exhibit(points, [band], title="Draw your own band")


# --- Pages -----------------------------------------------------------------------------------


@pytest.fixture
def save_page(tmp_path):
    """Write a page as the book does: views and state in scripts, mounted by host.js."""
    from ipywidgets.embed import embed_data

    def save(*widgets, views=None):
        folder = tmp_path / "book" / "pages"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(STATIC / "host.js", folder.parent / "host.js")
        (folder.parent / "playground.js").write_text(script(), encoding="utf-8")
        data = embed_data(views=list(widgets), drop_defaults=False)
        shown = data["view_specs"] if views is None else views
        kind = "application/vnd.jupyter.widget"
        scripts = [f'<script type="{kind}-view+json">{json.dumps(each)}</script>' for each in shown]
        state = json.dumps(data["manager_state"]).replace("</", "<\\/")
        text = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>page</title>
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="icon" href="data:,"><script src="../host.js" defer></script></head>
            <body><main><h1>An exhibit</h1>{"".join(scripts)}</main>
            <script type="{kind}-state+json">{state}</script></body></html>"""
        (folder / "page.html").write_text(text, encoding="utf-8")
        return folder / "page.html"

    return save


@pytest.fixture
def address(tmp_path):
    """Where a saved page is found, from disk or from a server under a prefix."""
    with served(tmp_path) as server:

        def of(path, how):
            if how == "file":
                return path.as_uri()
            return f"{server}/{path.relative_to(tmp_path)}"

        yield of


# --- The browser -----------------------------------------------------------------------------


@pytest.fixture
def open_page(browser):
    """Open an address; the page comes with a watch, which has to stay empty."""
    watches, pages = [], []

    def open_(url, width=1300, scheme="light", **context):
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, **context
        )
        page.set_default_timeout(20_000)
        pages.append(page)
        watches.append(Watch(page, own=(url.rpartition("/")[0].rpartition("/")[0],)))
        page.goto(url)
        page.wait_for_function("document.documentElement.dataset.bnnMounted")
        return page

    yield open_
    for page in pages:
        page.close()
    for watch in watches:
        assert not watch.foreign
        assert not watch.troubles


# --- JupyterLab ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(request, tmp_path_factory):
    """Where there is a notebook with one cell of code, the test file's ``BUILD``."""
    code = nbformat.v4.new_code_cell(request.module.BUILD)
    cells = [nbformat.v4.new_markdown_cell("# A notebook"), code]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = tmp_path_factory.mktemp("lab") / "notebook.ipynb"
    nbformat.write(notebook, path)
    return path.parent


@pytest.fixture(scope="module")
def lab(folder):
    """JupyterLab in a test file's ``folder``, on this machine only."""
    with running(folder) as started:
        yield started


@contextmanager
def new_lab_page(browser, lab):
    """A page for JupyterLab; no request of it may leave this machine."""
    page = browser.new_page(viewport={"width": 1300, "height": 950})
    page.set_default_timeout(60_000)
    watch = Watch(page, own=(lab.address, lab.address.replace("http", "ws")))
    yield page
    page.close()
    assert not watch.foreign


@pytest.fixture
def lab_page(browser, lab):
    """A page for the JupyterLab of one test."""
    with new_lab_page(browser, lab) as page:
        yield page
