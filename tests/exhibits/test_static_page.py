"""Without Python: an exhibit in a page works from disk and from a server, by mouse and by keyboard.

The pages are made as the book makes them, from stored state and ``host.js``. The fixture
``open_page`` fails a test if a page asked another host, or wrote an error to the console.
"""

import pytest

from bnn_teach import exhibits as ex
from tests.browsing import drag

pytestmark = pytest.mark.browser
CURVE = ".bnn-band .bnn-area"


def picture(page):
    return page.locator(CURVE).first.get_attribute("d")


@pytest.mark.wcag("2.1.1", "2.4.3")
@pytest.mark.parametrize(
    ("how", "width", "scheme"),
    [
        ("file", 1300, "light"),
        ("http", 1300, "dark"),
        ("http", 360, "light"),
        ("file", 360, "dark"),
    ],
)
def test_mouse_and_keyboard_change_the_picture(
    exhibit, save_page, address, open_page, how, width, scheme
):
    page = open_page(address(save_page(exhibit), how), width, scheme)
    slider = page.get_by_role("slider", name="number of points")
    before = picture(page)
    drag(page, slider, 1.0)
    assert slider.get_attribute("aria-valuetext") == "16"
    assert picture(page) != before
    says = page.locator(".bnn-says")
    assert says.inner_text() == "With 16 points the NUTS band is 1.00 wide."
    slider.focus()
    page.keyboard.press("Home")
    assert says.inner_text() == "With 1 points the NUTS band is 4.00 wide."
    page.keyboard.press("ArrowRight")
    assert picture(page) == before
    page.keyboard.press("End")
    assert "With 16 points" in says.inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("radio", name="ADVI").is_checked()
    assert says.inner_text() == "With 16 points the ADVI band is 1.00 wide."
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.wcag("4.1.2", "4.1.3")
def test_the_picture_has_a_role_and_a_name_that_follows(exhibit, save_page, address, open_page):
    page = open_page(address(save_page(exhibit), "file"))
    assert page.get_by_role("img", name="With 4 points the NUTS band is 2.00 wide.").count() == 1
    assert page.locator(".bnn-says").get_attribute("aria-live") == "polite"
    page.get_by_role("radio", name="ADVI").check()
    assert page.get_by_role("img", name="With 4 points the ADVI band is 2.00 wide.").count() == 1


def test_what_is_drawn_is_what_was_stored(exhibit, save_page, address, open_page):
    page = open_page(address(save_page(exhibit), "file"))
    first = page.locator(".bnn-panels svg").first
    points = first.locator(".bnn-point").count()
    assert points == 6
    # The band's half width is 1 of 6 on the y axis; the frame's height is known from the clip.
    box = first.locator(".bnn-band .bnn-area").bounding_box()
    frame = float(first.locator("clipPath rect").get_attribute("height"))
    assert box["height"] / frame == pytest.approx((2 + 2) / 6, abs=0.01)


def test_panels_stand_side_by_side_or_one_below_the_other(exhibit, save_page, address, open_page):
    path = save_page(exhibit)
    tops = {}
    for width in (1300, 360):
        page = open_page(address(path, "file"), width)
        tops[width] = [panel.bounding_box()["y"] for panel in page.locator(".bnn-panels svg").all()]
    assert tops[1300][0] == tops[1300][1]
    assert tops[360][0] < tops[360][1]


COLOURS = """() => {
  const style = getComputedStyle(document.querySelector(".bnn"));
  return [style.backgroundColor, style.color];
}"""
LIGHT, DARK = ["rgb(255, 255, 255)", "rgb(29, 31, 33)"], ["rgb(23, 25, 28)", "rgb(233, 234, 236)"]


@pytest.mark.parametrize(
    ("scheme", "theme", "expected"),
    [
        ("light", "", LIGHT),
        ("dark", "", DARK),
        ("light", "document.documentElement.dataset.theme = 'dark'", DARK),
        ("dark", "document.documentElement.dataset.theme = 'light'", LIGHT),
        ("light", "document.body.dataset.jpThemeLight = 'false'", DARK),
        ("dark", "document.body.dataset.jpThemeLight = 'true'", LIGHT),
    ],
)
def test_it_is_as_dark_as_its_page(exhibit, save_page, address, open_page, scheme, theme, expected):
    page = open_page(address(save_page(exhibit), "file"), scheme=scheme)
    page.evaluate(theme or "0")
    assert page.evaluate(COLOURS) == expected


@pytest.mark.wcag("2.2.2")
def test_play_stands_still_until_it_is_pressed(save_page, address, open_page):
    page = open_page(address(save_page(playing()), "file"))
    button, says = page.get_by_role("button"), page.locator(".bnn-says")
    page.wait_for_timeout(700)
    assert says.inner_text() == "Step 0."
    assert button.inner_text() == "Play"
    button.click()
    page.wait_for_function("document.querySelector('.bnn-says').textContent === 'Step 2.'")
    assert says.get_attribute("aria-live") == "off"
    assert button.inner_text() == "Pause"
    button.click()
    stopped = says.inner_text()
    page.wait_for_timeout(700)
    assert says.inner_text() == stopped
    assert says.get_attribute("aria-live") == "polite"


def test_nothing_plays_where_less_motion_is_wanted(save_page, address, open_page):
    page = open_page(address(save_page(playing()), "file"), reduced_motion="reduce")
    assert page.get_by_role("button").count() == 0
    page.get_by_role("slider").press("ArrowRight")
    assert page.locator(".bnn-says").inner_text() == "Step 1."


def playing():
    def frame(step):
        return ex.Frame([ex.Panel([ex.Points([step], [0], "nuts")], xlim=(0, 9))], f"Step {step}.")

    return ex.Exhibit(frame, [ex.Play("step", range(10))], title="Steps")


def test_two_exhibits_on_a_page_do_not_disturb_each_other(exhibit, save_page, address, open_page):
    other = ex.Exhibit(
        lambda n: exhibit.set(n=n, method="ADVI").frame,
        [ex.Slider("n", [1, 4, 9])],
        title="Another",
    )
    exhibit.set(n=4, method="NUTS")
    page = open_page(address(save_page(exhibit, other), "http"))
    first, second = page.locator(".bnn-exhibit").all()
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(set(ids)) == len(ids)
    second.get_by_role("slider").press("End")
    assert "9 points the ADVI" in second.locator(".bnn-says").inner_text()
    assert "4 points the NUTS" in first.locator(".bnn-says").inner_text()


def test_without_a_kernel_there_are_no_exact_numbers(save_page, address, open_page):
    def frame(n):
        return ex.Frame([ex.Panel([ex.Line([0, 1], [0, n], "nuts")])], f"{n:g}.")

    live = ex.Exhibit(frame, [ex.Slider("n", [1, 2])], title="Live", live=True)
    page = open_page(address(save_page(live), "file"))
    assert page.get_by_role("slider").count() == 1
    assert page.get_by_role("spinbutton").count() == 0


@pytest.mark.wcag("3.3.1")
def test_what_cannot_be_shown_says_so(exhibit, save_page, address, open_page):
    from ipywidgets import IntSlider

    lost = {"version_major": 2, "version_minor": 0, "model_id": "f" * 32}
    plain = IntSlider()
    views = [lost, {**lost, "model_id": plain.model_id}, {**lost, "model_id": exhibit.model_id}]
    page = open_page(address(save_page(exhibit, plain, views=views), "file"))
    notes = page.get_by_role("alert").all_inner_texts()
    assert "its state was not stored" in notes[0]
    assert "IntSliderModel needs a kernel" in notes[1]
    assert page.locator(".bnn-exhibit").count() == 1


# --- A band drawn by hand --------------------------------------------------------------------


def edges(page):
    bands = page.locator(".bnn-band .bnn-edge")
    return [bands.nth(i).get_attribute("d") for i in range(2)]


def test_a_band_is_drawn_with_the_pointer_and_scored(drawn, save_page, address, open_page):
    page = open_page(address(save_page(drawn), "file"))
    lower, upper = edges(page)
    frame = page.locator("clipPath rect").first
    box = page.locator(".bnn-panels svg").bounding_box()
    left, top, wide, high = (float(frame.get_attribute(n)) for n in ("x", "y", "width", "height"))
    page.mouse.move(box["x"] + left + 2, box["y"] + top + high * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + left + wide - 2, box["y"] + top + high * 0.1, steps=12)
    page.mouse.up()
    moved = edges(page)
    assert moved[0] == lower
    assert moved[1] != upper
    page.get_by_role("button", name="Reveal and score").click()
    rows = page.locator("tbody tr").all_inner_texts()
    # The three points lie inside, so the score is the band's mean width there: from -1 up to a
    # line through 0.8 and 1.6 at both ends, which is 1.2 in the middle.
    assert [row.split()[0] for row in rows] == ["constant", "yours"]
    assert float(rows[0].split()[1]) == 2
    assert float(rows[1].split()[1]) == pytest.approx(2.2, abs=0.06)
    assert "holds 3 of 3 hidden points" in page.locator(".bnn-says").inner_text()
    assert page.locator(".bnn-line .bnn-line").count() == 1  # the truth
    page.get_by_role("button", name="Draw again").click()
    assert page.locator("tbody tr").count() == 0
    assert page.locator(".bnn-says").inner_text() == "Two points."


@pytest.mark.wcag("2.1.1", "2.5.7")
def test_a_band_is_drawn_with_the_keyboard(drawn, save_page, address, open_page):
    page = open_page(address(save_page(drawn), "file"), 360)
    before = edges(page)
    page.locator("summary").press("Enter")
    page.get_by_role("slider", name="at x").press("Home")
    upper = page.get_by_role("slider", name="upper edge there")
    upper.press("End")
    assert upper.get_attribute("aria-valuetext") == "2"
    lower = page.get_by_role("slider", name="lower edge there")
    lower.press("ArrowRight")
    assert float(lower.get_attribute("aria-valuetext").replace("−", "-")) == pytest.approx(-0.98)
    assert all(a != b for a, b in zip(edges(page), before, strict=True))
    page.get_by_role("button", name="Reveal and score").press("Enter")
    assert "mean interval score" in page.locator(".bnn-says").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_page_and_python_score_alike(drawn, save_page, address, open_page):
    band = {"lower": [-0.8] * 5 + [0.4] * 6, "upper": [0.3] * 5 + [0.6] * 6}
    page = open_page(address(save_page(drawn.set(band=band)), "file"))
    page.get_by_role("button", name="Reveal and score").click()
    score = float(page.locator(".bnn-yours td").inner_text())
    expected = drawn._controls["band"].score(band)
    assert score == pytest.approx(expected, rel=0.005)
