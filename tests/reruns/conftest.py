"""What the tests of reruns share: a small notebook, quick to run, with parameters and results."""

import pathlib

import nbformat
import pytest

PARAMETERS = """seed: int = 0  # of the numbers
scale: float = 1.5  # of their spread
loud: bool = False  # whether to say so
name: str = "mean"  # of nothing in particular
places: list = [0.5, 1.0]  # where to look
"""
WORK = """import pathlib, random, time
import bnn_teach as bt

generator = random.Random(seed)
draws = [generator.gauss(0.0, scale) for _ in range(100)]
"""
FAIL = """if scale > 100:
    raise ValueError("too wide")"""
WAIT = (
    "time.sleep(float(pathlib.Path('pause').read_text()) if pathlib.Path('pause').exists() else 0)"
)
END = "bt.record(mean=sum(draws) / 100, largest=max(draws), places=places, seed_again=seed)"


def write_notebook(folder: pathlib.Path, name: str = "42_small") -> pathlib.Path:
    sources = [PARAMETERS, WORK, FAIL, WAIT, END]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].metadata["tags"] = ["parameters"]
    cells.insert(0, nbformat.v4.new_markdown_cell("# Small"))
    kernel = {"name": "elsewhere", "display_name": "No such kernel", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    folder.mkdir(exist_ok=True)
    nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder / f"{name}.ipynb"


@pytest.fixture
def small(tmp_path):
    """A notebook that takes a second, in a folder of its own."""
    return write_notebook(tmp_path / "pages")
