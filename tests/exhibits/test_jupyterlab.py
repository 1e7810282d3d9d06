"""In JupyterLab with a kernel: what the reader moves arrives in Python, and Python answers."""

import pytest

from tests.browsing import drag
from tests.lab import run_all, run_cell, run_until

pytestmark = pytest.mark.browser

BUILD = """
from bnn_teach import exhibits as ex

def frame(n):
    if n == 7:
        raise ValueError("seven is not allowed")
    line = ex.Line([0, 1], [0, n], "nuts", "a line")
    return ex.Frame([ex.Panel([line], "x", "y", ylim=(0, 9))], f"It rises by {n:g}.")

exhibit = ex.Exhibit(frame, [ex.Slider("n", [1, 3, 6, 9], "rise")], title="Slopes", live=True)
exhibit
"""


def test_slider_kernel_and_exact_numbers(lab, lab_page):
    page = lab_page
    lab.open(page, "notebook.ipynb")
    [outputs] = run_all(page)
    assert outputs[0]["data"]["text/plain"] == "Exhibit('Slopes'): It rises by 1."
    exhibit = page.locator(".bnn-exhibit")
    slider, says = exhibit.get_by_role("slider"), exhibit.locator(".bnn-says")
    curve = exhibit.locator(".bnn-panels .bnn-line .bnn-line")
    before = curve.get_attribute("d")

    drag(page, slider, 1.0)
    assert says.inner_text() == "It rises by 9."
    assert curve.get_attribute("d") != before
    assert run_until(page, "print(exhibit.values)", "{'n': 9}\n".__eq__)

    # The keyboard moves the slider, and not JupyterLab's selection of cells.
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert says.inner_text() == "It rises by 6."
    page.keyboard.press("ArrowDown")
    assert says.inner_text() == "It rises by 3."
    assert slider.evaluate("node => node === document.activeElement")
    assert run_until(page, "print(exhibit.says)", "It rises by 3.\n".__eq__)

    # Numbers between the stored ones are computed there.
    exact = exhibit.get_by_role("spinbutton", name="rise, any number from 1 to 9")
    exact.fill("4.5")
    page.wait_for_function("document.querySelector('.bnn-says').textContent === 'It rises by 4.5.'")
    assert exhibit.get_attribute("aria-busy") == "false"
    assert run_until(page, "print(exhibit.values)", "{'n': 4.5}\n".__eq__)

    # What fails says so, and the picture stays.
    exact.fill("7")
    failed = exhibit.locator(".bnn-state")
    failed.filter(has_text="ValueError: seven is not allowed").wait_for()
    assert says.inner_text() == "It rises by 4.5."

    # Python moves the controls, too.
    run_cell(page, "exhibit.set(n=6);")
    page.wait_for_function("document.querySelector('.bnn-says').textContent === 'It rises by 6.'")
    assert failed.text_content() == ""
    assert slider.input_value() == "2"
