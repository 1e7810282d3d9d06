"""The build of the book: it says nothing but its size, and it fails where it should."""

import importlib.util
import json
import re
import shutil
import sys

import pytest

import bnn_teach
from tests.book.building import REPOSITORY, ROOT, build, page_names

VIEW = "application/vnd.jupyter.widget-view+json"
CLAIM = "application/vnd.bnn-teach.claim+json"
STATE = "application/vnd.jupyter.widget-state+json"
PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5"
    "ErkJggg=="
)  # one pixel

pytestmark = pytest.mark.slow


def stored_notebooks(site):
    """Return the notebooks that the book was made from, as it offers them."""
    return sorted((site / "_sources" / "notebooks").glob("*.ipynb"))


def test_the_build_has_no_warning(book):
    assert book.complained == ""
    assert book.status == 0


def test_the_book_says_its_size_which_is_small(book, site):
    (megabytes,) = map(float, re.findall(r"([\d.]+) MB", book.said))
    files = [path for path in site.rglob("*") if path.is_file()]
    assert megabytes == pytest.approx(sum(path.stat().st_size for path in files) / 1e6, abs=0.06)
    assert megabytes < 40


def test_live_exhibits_weigh_less_than_300_kilobytes(site):
    """One script for all pages, what each page keeps of its exhibit, and the pages about it."""
    weights = {
        path.relative_to(site).as_posix(): path.stat().st_size
        for pattern in ("_static/playground.js", "_static/host.js", "*playground*.html",
                        "_sources/*playground*.md")
        for path in site.glob(pattern)
    }  # fmt: skip
    assert len(weights) == 6, sorted(weights)
    assert weights["_static/playground.js"] < 100_000
    for path in stored_notebooks(site):
        widgets = json.loads(path.read_text(encoding="utf-8"))["metadata"].get("widgets", {})
        for number, model in enumerate(widgets.get(STATE, {"state": {}})["state"].values()):
            if {"settings", "bands"} <= model["state"].keys():  # on its page, and to download
                weights[f"{path.stem} {number}"] = 2 * len(json.dumps(model))
    assert len(weights) >= 6 + 5, sorted(weights)
    assert sum(weights.values()) < 300_000, weights


def test_every_page_is_there(site):
    assert [name for name in page_names() if not (site / f"{name}.html").exists()] == []


def test_previous_and_next_lead_through_the_notebooks(site):
    expected = [site / "index.html", *sorted((site / "notebooks").glob("*.html"))]

    def linked(page, kind):
        (href,) = re.findall(rf'class="{kind}"\s+href="([^"]+)"', page.read_text(encoding="utf-8"))
        return (page.parent / href).resolve()

    assert [linked(page, "right-next") for page in expected[:-1]] == expected[1:]
    assert [linked(page, "left-prev") for page in expected[1:]] == expected[:-1]


def test_the_sitemap_lists_what_was_written(site):
    listed = re.findall("<loc>(.*?)</loc>", (site / "sitemap.xml").read_text(encoding="utf-8"))
    written = {*page_names()} - {"genindex", "print", "search"}  # what Sphinx makes is not listed
    assert {each.rpartition("/course/")[2] for each in listed} == {f"{n}.html" for n in written}


def test_the_reference_has_every_public_name(site):
    text = (site / "api.html").read_text(encoding="utf-8")
    names = [n for n in bnn_teach.__all__ if n not in {"__version__", *bnn_teach._MODULES}]
    places = set(re.findall(r'id="(bnn_teach[\w.]+)"', text))
    known = {place.rpartition(".")[2] for place in places}
    assert [name for name in names if name not in known] == []
    for module in bnn_teach._MODULES:
        assert any(place.startswith(f"bnn_teach.{module}.") for place in places), module


def test_a_notebook_can_be_downloaded_and_started_elsewhere(site):
    assert stored_notebooks(site)
    for path in (site / "notebooks").glob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert f"_sources/notebooks/{path.stem}.ipynb" in text
        assert (site / "_sources" / "notebooks" / f"{path.stem}.ipynb").exists()
        binder = f"/v2/gh/someone/course/main?urlpath=lab%2Ftree%2Fnotebooks%2F{path.stem}.ipynb"
        assert binder in text
        assert f"/github/someone/course/blob/gh-pages/colab/{path.stem}.ipynb" in text


def test_a_copy_for_colab_installs_what_is_locked(site):
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    versions = (site / "colab" / "requirements.txt").read_text(encoding="utf-8")
    entries = re.findall(r"^[a-z0-9-]+==.+$", versions, re.MULTILINE)
    assert {entry for entry in entries if entry in lock} == set(entries)
    names = {entry.partition("==")[0] for entry in entries}
    assert {"tensorflow", "tensorflow-probability", "arviz", "anywidget", "numpy"} <= names
    assert not names & {"ipykernel", "jupyterlab", "ipython"}
    assert versions.count("--hash=sha256:") >= len(entries)
    for path in stored_notebooks(site):
        original, copy = (
            json.loads(each.read_text(encoding="utf-8"))
            for each in (path, site / "colab" / path.name)
        )
        first, *rest = copy["cells"]
        assert f"git+{REPOSITORY}@main" in "".join(first["source"])
        assert [c["source"] for c in rest] == [c["source"] for c in original["cells"]]


def test_the_page_for_print_has_all_notebooks_and_nothing_that_moves(site):
    text = (site / "print.html").read_text(encoding="utf-8")
    _, *parts = re.split(r'<section id="(\d\d_\w+)">', text)
    printed = dict(zip(parts[::2], parts[1::2], strict=True))
    assert sorted(printed) == [path.stem for path in stored_notebooks(site)]
    for path in stored_notebooks(site):
        pictures = path.read_text(encoding="utf-8").count('"image/png": "')
        assert printed[path.stem].count("<img") >= pictures > 0
    assert VIEW not in text and "<button" not in text
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))


def test_every_page_says_how_long_it_takes(site):
    for path in stored_notebooks(site):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        seconds = notebook["metadata"]["bnn_teach"]["seconds"]
        text = (site / "notebooks" / f"{path.stem}.html").read_text(encoding="utf-8")
        assert re.search(rf'class="course-time">\d+ min to read, about {seconds:g} s to run<', text)


def test_the_teachers_page_has_the_rubric_of_the_report(site):
    text = (site / "for_teachers.html").read_text(encoding="utf-8")
    assert re.search(r"<th[^>]*><p>Points</p></th>", text)


# --- What fails ------------------------------------------------------------------------------


def small_copy(folder, index, notebook=None):
    """Make a course of one page and at most one notebook, with the book's own machinery."""
    (folder / "notebooks").mkdir()
    for name in ("CONTRIBUTING.md", "LICENSE", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    for name in ("_ext", "_static"):
        shutil.copytree(ROOT / "book" / name, folder / "book" / name)
    for name in ("build.py", "conf.py", "references.bib"):
        shutil.copy(ROOT / "book" / name, folder / "book")
    (folder / "bnn_teach").symlink_to(ROOT / "bnn_teach", target_is_directory=True)
    shutil.copytree(ROOT / "book" / "images", folder / "book" / "images")
    text = f"# A small course\n\n<a href='print.html'>print</a>\n\n{index}\n"
    (folder / "book" / "index.md").write_text(f"{text}\n% generate: toctree\n", encoding="utf-8")
    if notebook is not None:
        path = folder / "notebooks" / "00_small.ipynb"
        path.write_text(json.dumps(notebook), encoding="utf-8")
    return folder


def notebook_of(*outputs, state=None, source="1"):
    """Make a notebook with one cell for each output."""
    title = {"cell_type": "markdown", "id": "t", "metadata": {}, "source": "# Small"}
    cells = [
        {
            "cell_type": "code",
            "id": f"c{number}",
            "execution_count": 1,
            "metadata": {},
            "outputs": [{"output_type": "display_data", "data": data, "metadata": {}}],
            "source": source,
        }
        for number, data in enumerate(outputs)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel}
    if state:
        metadata["widgets"] = {STATE: {"version_major": 2, "version_minor": 0, "state": state}}
    return {"cells": [title, *cells], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def view(model):
    return {VIEW: {"model_id": model, "version_major": 2, "version_minor": 0}, "text/plain": "w"}


def widget(module, **state):
    return {
        "model_module": module,
        "model_module_version": "1",
        "model_name": "AnyModel" if module == "anywidget" else "IntSliderModel",
        "state": state,
    }


GOOD = "export default { render({ el }) { el.textContent = 'here'; } };"


def test_a_small_copy_in_order_is_built(tmp_path):
    notebook = notebook_of(
        view("one"),
        {"text/plain": "a", CLAIM: {"words": "a < b", "holds": True, "numbers": {"gap": 0.25}}},
        state={"one": widget("anywidget", _esm=GOOD, figure={"title": "It moves"})},
        source="exhibit.small_multiples()",
    )
    root = small_copy(tmp_path, "![a picture](images/tour.png)", notebook)
    tried = {"a < b": {"held": 19, "numbers": {"gap": [0.1, 0.25, 0.5]}}}
    entry = {"version": "an older one", "runs": 20, "other_data": True, "claims": tried}
    (root / "book" / "claims.json").write_text(json.dumps({"00": entry}), encoding="utf-8")
    made = build(root, tmp_path / "out", repository="")
    assert made.complained == "" and made.status == 0
    assert "It moves" in (made.site / "print.html").read_text(encoding="utf-8")
    page = (made.site / "notebooks" / "00_small.html").read_text(encoding="utf-8")
    assert "mybinder" not in page
    assert "A &lt; b." in page and "Here: gap 0.25. Held in 19 of 20 other runs" in page


def test_what_is_broken_in_a_copy_fails_the_build(tmp_path):
    index = """
    [a page that is not there](nowhere.md)
    [a notebook that is not there](notebooks/01_gone.ipynb)
    [a place that is not there](#no-such-place)
    {term}`no such word`
    {cite:p}`nobody2020`
    {py:func}`bnn_teach.no_such_function`
    ![](images/tour.png)
    <img src="images/tour.png">
    """
    lines = [line.strip() for line in index.strip().splitlines()]
    notebook = notebook_of(
        {"image/png": PNG, "text/plain": "a figure"},
        view("plain"),
        view("lost"),
        view("unprinted"),
        state={
            "plain": widget("@jupyter-widgets/controls", value=1),
            "unprinted": widget("anywidget", _esm=GOOD, figure={"title": "It moves"}),
        },
    )
    root = small_copy(tmp_path, "\n\n".join(lines), notebook)
    made = build(root, tmp_path / "out")
    assert made.status == 1
    for expected in (
        "nowhere.md",
        "01_gone.ipynb",
        "no-such-place",
        "no such word",
        "nobody2020",
        "bnn_teach.no_such_function",
        "tour.png has no alternative text",
        '<img src="images/tour.png"> has no alternative text',
        "00_small.ipynb:: WARNING: the picture",
        "cell 3 shows IntSliderModel, which cannot move without a kernel",
        "cell 4 shows a widget whose state is not stored",
        "cell 5 shows an exhibit that does not exist on paper",
    ):
        assert expected in made.complained


def test_a_dead_link_in_the_written_pages_fails_the_build(tmp_path):
    root = small_copy(tmp_path, "<a href='gone.html'>a</a> <a href='index.html#gone'>b</a>")
    made = build(root, tmp_path / "out")
    assert made.status == 1
    assert (
        "index.html: the link 'gone.html' leads nowhere: there is no such file" in made.complained
    )
    assert "the link 'index.html#gone' leads nowhere: its page has no such place" in made.complained


# --- The repository's address ----------------------------------------------------------------


def extension(name):
    """Load a module of the book's extensions by its path."""
    sys.path.insert(0, str(ROOT / "book" / "_ext"))
    try:
        spec = importlib.util.find_spec(name)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    finally:
        sys.path.pop(0)


def test_a_claim_that_does_not_hold_elsewhere_fails_the_build(tmp_path):
    badges = extension("claim_badges")
    path = tmp_path / "00_small.ipynb"
    claim = {"words": "a < b", "holds": True, "numbers": {"gap": 0.25}}
    notebook = notebook_of({"text/plain": "a", CLAIM: claim})
    path.write_text(json.dumps(notebook), encoding="utf-8")
    share = {"held": 17, "numbers": {"gap": [0.1, 0.2, 0.3]}}
    entry = {"version": badges.version(path), "runs": 20, "other_data": True}
    entry["claims"] = {"a < b": share}
    [problem] = badges.add_badges(path, notebook, {"00": entry})
    assert problem.startswith("00: 'a < b' held in 17 of 20 other runs.")
    shown = str(notebook["cells"])
    assert "A &lt; b.<span" in shown
    assert CLAIM not in shown and "Held in 17 of 20 other runs: gap 0.2 (0.1 to 0.3)." in shown


def test_stored_results_of_the_benchmark_are_shown(tmp_path):
    goal = {"goal": "a leapfrog", "bound": "≤ 1.1 µs", "measured": "1.05 µs", "met": True}
    results = {
        "machine": {"cores": 2, "system": "x86_64", "model": "a processor"},
        "load": {"median": 0.1, "max": 0.2},
        "versions": {"numpy": "2.3"},
        "failed": [],
        "workloads": {"bnn": {"ours": {"wall_us": 1.05}, "nutpie": {"wall_us": 3.2}}},
        "sweeps": {"width": []},
        "goals": [goal, goal | {"measured": "not measured", "met": None}],
    }
    measured = extension("measured_text").measured
    assert "make bench" in measured(tmp_path)
    for name, text in (
        ("benchmarks/results.json", json.dumps(results)),
        ("images/benchmarks.png", ""),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")
    shown = measured(tmp_path)
    assert "| a leapfrog | ≤ 1.1 µs | 1.05 µs | yes |" in shown
    assert "| bnn_teach | 1.05 |" in shown and "| nutpie | 3.2 |" in shown
    assert "1 of 2 goals are met" in shown and "benchmark_sweeps" not in shown


def test_a_sampler_that_was_tried_is_shown_beside_nuts(tmp_path):
    widths = {f"width {region}": [1.0, 3.0] for region in ("inside", "gap", "beyond")}
    nuts = {"acceptance": 0.8, "ess": [0.5, 0.7], "ess_worst": [0.1, 0.1], "r_hat": [1.0, 1.02]}
    other = {"acceptance": 0.9, "ess": [1.0, 3.0], "ess_worst": [0.1, 0.3], "r_hat": [1.1, 1.3]}
    rows = {"NUTS": nuts | widths, "other": other | widths | {"width gap": [2.0, 4.0]}}
    (tmp_path / "benchmarks").mkdir()
    path = tmp_path / "benchmarks" / "microcanonical.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    first, second = extension("tried_text").tried(tmp_path).splitlines()[2:]
    assert first.startswith("| NUTS | 0.80 | 0.60 ± 0.10 | 0.10 ± 0.00 | 1.01 | 1.00 ± 0.50 |")
    assert second.startswith("| other | 0.90 | 2.00 ± 1.00 | 0.20 ± 0.10 | 1.20 |")
    assert second.endswith("| 1.00 ± 0.50 | 1.50 ± 0.50 | 1.00 ± 0.50 |")


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@forge.example:a/b.git", "https://forge.example/a/b"),
        ("ssh://git@forge.example/a/b", "https://forge.example/a/b"),
        ("https://token@forge.example/a/b.git/", "https://forge.example/a/b"),
        ("/srv/git/b.git", ""),
        ("", ""),
    ],
)
def test_the_page_of_a_remote(remote, page):
    assert extension("repository").web_address(remote) == page


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://github.com/a/b", "/v2/gh/a/b/main?"),
        ("https://gitlab.com/a/b", "/v2/gl/a%2Fb/main?"),
        ("https://forge.example/a/b", "/v2/git/https%3A%2F%2Fforge.example%2Fa%2Fb/main?"),
    ],
)
def test_binder_opens_a_notebook_of_any_forge(address, expected):
    assert expected in extension("course_launch").binder_url(address, "main", "notebooks/00_x")
