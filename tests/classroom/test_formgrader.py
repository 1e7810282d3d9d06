"""Formgrader opens, in the course folder, and shows what was handed out and handed in."""

import pathlib
import shutil
import subprocess
import sys

import pytest

from tests.lab import running

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = pathlib.Path(__file__).parents[2]
READY = "() => window.jupyterapp?.commands.hasCommand('nbgrader:open-formgrader')"
OPEN = """async () => {
  await window.jupyterapp.restored;
  await window.jupyterapp.commands.execute("nbgrader:open-formgrader");
}"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course folder in which one student handed in."""
    folder = tmp_path_factory.mktemp("classroom")
    command = [sys.executable, "-m", "bnn_teach", "assignments", "04", "--folder", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    shutil.copytree(folder / "release" / "04", folder / "submitted" / "anna" / "04")
    return folder


@pytest.fixture(scope="module")
def lab(folder):
    """JupyterLab as a teacher starts it: from within the course folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        with running(folder) as started:
            yield started


@pytest.fixture
def page(browser):
    """A page of the browser."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.set_default_timeout(60_000)
    yield page
    page.close()


def test_jupyterlab_opens_formgrader_with_the_assignment(lab, page):
    page.goto(f"{lab.address}/lab?token={lab.token}&reset")
    page.wait_for_function(READY)
    page.evaluate(OPEN)
    frame = page.frame_locator("iframe").first
    row = frame.locator("tr", has=frame.get_by_role("link", name="04", exact=True))
    row.wait_for()
    assert row.locator("td.num-submissions").inner_text().strip() == "1"
