"""The playground in a page from disk, with the network cut: by mouse, by touch and by keys.

The samplers themselves run here, in workers, on problems that are small enough to be quick. The
fixture ``open_page`` fails a test if a page asked another host, or wrote an error to the console.
"""

import itertools
import re

import pytest

from bnn_teach.course.playground import playground
from tests.book.axe import run_axe

pytestmark = pytest.mark.browser
ENOUGH = 90_000  # milliseconds: on a busy machine chains take their time


@pytest.fixture
def opened(save_page, open_page):
    """Open a playground from disk, with the network cut; ``hash`` goes behind its address."""

    def open_(exhibit=None, hash="", **options):
        path = save_page(exhibit or playground("one", width=2))
        page = open_page(path.as_uri() + hash, **options)
        page.context.set_offline(True)
        return page

    return open_


def phase(page, *wanted):
    """Wait until the exhibit is in one of these phases."""
    test = "(wanted) => wanted.includes(document.querySelector('.bnn-live').dataset.phase)"
    page.wait_for_function(test, arg=list(wanted), timeout=ENOUGH)


def sampled(page):
    """Wait until kept draws are shown."""
    test = "document.querySelector('.bnn-live').dataset.warm === 'false'"
    page.wait_for_function(test, timeout=ENOUGH)


def run_of(page):
    return int(page.locator(".bnn-live").get_attribute("data-run"))


def draws(page):
    return int(page.locator(".bnn-live").get_attribute("data-draws"))


def points(page):
    """The points as a screen reader hears them: [(x, y), ...]."""
    labels = page.locator(".bnn-handle").evaluate_all("all => all.map((p) => p.ariaLabel)")
    found = [re.search(r"x (\S+), y (\S+)$", each.replace("−", "-")) for each in labels]
    return [(float(each[1]), float(each[2])) for each in found]


def place_of(page, x, y):
    """Where a value lies on the screen."""
    return page.evaluate(
        """([x, y]) => {
          const box = document.querySelector(".bnn-main").getBoundingClientRect();
          const clip = document.querySelector(".bnn-main clipPath rect");
          const names = ["x", "y", "width", "height"];
          const [l, t, w, h] = names.map((name) => Number(clip.getAttribute(name)));
          return [box.left + l + (w * (x + 1.2)) / 2.4, box.top + t + (h * (3 - y)) / 6];
        }""",
        [x, y],
    )


def band(page):
    return bands(page)[0]


def bands(page):
    areas = page.locator(".bnn-main .bnn-band .bnn-area")
    return areas.evaluate_all("all => all.map((area) => area.getAttribute('d'))")


# --- By mouse, by touch, by keys -----------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (360, "dark")])
def test_by_mouse_a_point_is_dragged_added_and_removed(opened, width, scheme):
    page = opened(width=width, scheme=scheme)
    sampled(page)
    before = band(page)
    assert points(page) == [(0.3, 0.9)]
    page.mouse.move(*place_of(page, 0.3, 0.9))
    page.mouse.down()
    page.mouse.move(*place_of(page, -0.5, -1.0), steps=5)
    page.mouse.up()
    [(x, y)] = points(page)
    assert (x, y) == (pytest.approx(-0.5, abs=0.02), pytest.approx(-1.0, abs=0.05))
    sampled(page)
    assert band(page) != before
    page.mouse.click(*place_of(page, 0.6, 1.0))
    assert points(page)[1] == (pytest.approx(0.6, abs=0.02), pytest.approx(1.0, abs=0.05))
    page.mouse.move(*place_of(page, *points(page)[0]))
    page.mouse.down()
    outside = place_of(page, -0.5, 0)[0], place_of(page, 0, 3)[1] - 60
    page.mouse.move(*outside, steps=5)
    page.mouse.up()
    assert len(points(page)) == 1
    page.mouse.dblclick(*place_of(page, *points(page)[0]))
    assert points(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_escape_puts_a_point_back(opened):
    page = opened()
    page.mouse.move(*place_of(page, 0.3, 0.9))
    page.mouse.down()
    page.mouse.move(*place_of(page, -0.5, -1.0), steps=5)
    assert points(page) != [(0.3, 0.9)]
    page.keyboard.press("Escape")
    page.mouse.move(*place_of(page, 0.5, -1.0))
    page.mouse.up()
    assert points(page) == [(0.3, 0.9)]
    sampled(page)


def test_two_exhibits_of_a_page_go_their_own_ways(save_page, open_page):
    both = [playground("one", width=2), playground("prior", width=1, activation="tanh")]
    page = open_page(save_page(*both).as_uri())
    one, other = (page.locator(".bnn-live").nth(i) for i in range(2))
    other.get_by_role("button", name="Add a point").press("Enter")
    assert one.locator(".bnn-handle").count() == other.locator(".bnn-handle").count() == 1
    for each, units in ((one, "2"), (other, "your own experiment")):
        each.locator(".bnn-main").scroll_into_view_if_needed()
        each.locator(".bnn-main .bnn-band").first.wait_for(timeout=ENOUGH)
        assert each.get_by_text(units, exact=True).count()
    ids = page.locator("[id]").evaluate_all("all => all.map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_by_touch_a_point_is_dragged_and_the_page_still_scrolls(opened):
    page = opened(width=360, has_touch=True, is_mobile=True)
    finger = page.context.new_cdp_session(page)

    def touch(kind, *places):
        fingers = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    start, end = place_of(page, 0.3, 0.9), place_of(page, -0.6, -0.6)
    touch("touchStart", start)
    for share in (0.3, 0.7, 1.0):
        touch("touchMove", [a + share * (b - a) for a, b in zip(start, end, strict=True)])
    touch("touchEnd")
    [(x, y)] = points(page)
    assert (x, y) == (pytest.approx(-0.6, abs=0.03), pytest.approx(-0.6, abs=0.08))
    sampled(page)
    page.touchscreen.tap(*place_of(page, 0.5, 2.0))
    assert len(points(page)) == 2
    touch_action = "(node) => getComputedStyle(node).touchAction"
    assert page.locator(".bnn-main").evaluate(touch_action) == "pan-y"
    assert page.locator(".bnn-handle").first.evaluate(touch_action) == "none"


@pytest.mark.wcag("2.1.1", "2.5.7")
def test_by_keys_points_are_moved_added_chosen_and_removed(opened):
    page = opened()
    page.locator(".bnn-live select").first.focus()
    page.keyboard.press("Tab")
    handle = page.locator(".bnn-handle")
    assert handle.evaluate("(node) => node === document.activeElement")
    for key in ("ArrowLeft", "ArrowLeft", "ArrowUp", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert points(page) == [(0.26, 0.7)]
    page.keyboard.press("Enter")
    assert points(page) == [(0.26, 0.7), (0.36, 0.7)]
    page.keyboard.press("PageUp")
    page.keyboard.press("ArrowDown")
    assert points(page)[0] == (0.26, 0.65)
    page.keyboard.press("End")
    page.keyboard.press("Delete")
    assert points(page) == [(0.26, 0.65)]
    sampled(page)
    assert handle.evaluate("(node) => node === document.activeElement")
    page.get_by_role("button", name="Add a point").press("Enter")
    page.get_by_role("button", name="Remove the point").press("Enter")
    page.get_by_role("button", name="Remove the point").press("Enter")
    assert points(page) == []
    assert page.get_by_role("button", name="Remove the point").is_disabled()
    sampled(page)
    page.wait_for_function(
        "document.querySelector('.bnn-says').textContent.startsWith('Before any data')",
        timeout=ENOUGH,
    )


# --- Links and programs --------------------------------------------------------------------------


def test_a_link_shows_the_same_in_a_second_page(opened, open_page):
    exhibit = playground("one", width=2, activation="tanh", show=["nuts", "advi"], address=True)
    page = opened(exhibit)
    page.get_by_role("slider", name="Prior scale").press("ArrowLeft")
    page.mouse.click(*place_of(page, -0.4, -1.0))
    phase(page, "enough", "ended")
    page.get_by_role("button", name="Copy a link").click()
    link = page.locator(".bnn-out textarea").input_value()
    assert link == page.url
    assert "#live&points=" in link and "&prior=0.7&" in link and "activation=tanh" in link
    second = open_page(link)
    phase(second, "enough", "ended")
    assert points(second) == points(page)
    assert bands(second) == bands(page) and len(bands(page)) == 2
    assert draws(second) == draws(page)
    for name in ("tanh", "2"):
        assert second.get_by_role("radio", name=name, exact=True).is_checked()
    assert second.locator(".bnn-says").inner_text() == page.locator(".bnn-says").inner_text()


def test_a_link_of_garbage_opens_what_the_page_says(opened):
    page = opened(playground("one", width=2, address=True), hash="#live&points=%&prior=%E0&width=x")
    assert points(page) == []  # a list without one point that makes sense
    sampled(page)
    assert page.get_by_role("radio", name="2", exact=True).is_checked()


def test_the_program_is_handed_out(opened):
    page = opened()
    page.get_by_role("button", name="Copy as Python").click()
    text = page.locator(".bnn-out textarea").input_value()
    assert "bt.network(x, y, **options)" in text and "0.9" in text
    page.get_by_role("radio", name="tanh").check()
    assert page.locator(".bnn-out").is_hidden()  # it was about something else


# --- Rest ----------------------------------------------------------------------------------------


def test_nothing_runs_out_of_sight(opened):
    page = opened(playground("article"))
    phase(page, "running")
    page.evaluate("document.querySelector('h1').style.marginBottom = '3000px'")
    phase(page, "unseen")
    still(page)
    page.locator(".bnn-main").scroll_into_view_if_needed()
    phase(page, "running")


def test_nothing_runs_in_a_hidden_tab(opened):
    page = opened(playground("article"))
    phase(page, "running")
    hide = """(hidden) => {
      Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(hide, True)
    phase(page, "unseen")
    still(page)
    page.evaluate(hide, False)
    phase(page, "running")


def still(page):
    """After what was under way has arrived, no worker says anything more."""
    page.wait_for_timeout(400)
    before = page.locator(".bnn-meter").inner_text()
    page.wait_for_timeout(600)
    assert page.locator(".bnn-meter").inner_text() == before


@pytest.mark.wcag("4.1.3")
def test_it_stops_when_it_has_converged_and_says_so(opened):
    page = opened(playground("prior"))
    phase(page, "enough")
    says = page.locator(".bnn-says")
    assert "the sampler has stopped" in says.inner_text()
    assert says.get_attribute("aria-live") == "polite"
    done = draws(page)
    page.wait_for_timeout(400)
    assert draws(page) == done
    assert page.get_by_role("button", name="Pause").count() == 0


def test_nothing_is_sampled_before_the_reader_has_a_guess(opened):
    page = opened(playground("one", width=2, ask="How wide?"))
    page.wait_for_timeout(300)
    assert page.workers == []
    assert page.locator(".bnn-main .bnn-band").count() == 0
    page.get_by_role("button", name="I have a guess").click()
    sampled(page)
    assert page.get_by_text("How wide?").is_visible()


def test_the_chains_hold_still_while_a_picture_is_drawn_and_no_longer(opened):
    page = opened(playground("article"))
    sampled(page)  # from here on each picture has a band that is drawn anew
    page.evaluate(
        """() => {
          window.told = [];
          const post = Worker.prototype.postMessage;
          Worker.prototype.postMessage = function (message, ...rest) {
            told.push(message.type);
            return post.call(this, message, ...rest);
          };
          new MutationObserver(() => told.push("drawn")).observe(
            document.querySelector(".bnn-main .bnn-marks"), { childList: true });
        }"""
    )
    page.wait_for_function("told.filter((each) => each === 'drawn').length > 9", timeout=ENOUGH)
    told = [each for each, _ in itertools.groupby(page.evaluate("told"))]
    told = [each for each in told if each in ("pause", "drawn", "resume")]
    first = told.index("pause")
    assert told[first : first + 24] == ["pause", "drawn", "resume"] * 8
    page.get_by_role("button", name="Pause").click()
    page.evaluate("told.push('held')")
    still(page)
    assert "resume" not in page.evaluate("told.slice(told.lastIndexOf('held'))")


@pytest.mark.wcag("2.2.2")
def test_it_pauses_and_goes_on(opened):
    page = opened(playground("article"))
    phase(page, "running")
    page.get_by_role("button", name="Pause").click()
    still(page)
    page.get_by_role("button", name="Go on").click()
    phase(page, "running")


# --- For everyone --------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), [(1300, "light"), (360, "dark")])
def test_axe_finds_no_violation(opened, width, scheme):
    exhibit = playground("one", width=2, show=["nuts", "advi", "next", "truth"], ask="How wide?")
    page = opened(exhibit, width=width, scheme=scheme)
    page.get_by_role("button", name="I have a guess").click()
    sampled(page)
    page.get_by_role("button", name="Copy as Python").click()
    found = run_axe(page, "exhibit")["said"]
    assert [each for each in found if "unmounted" not in each] == []


def test_where_less_motion_is_wanted_the_picture_comes_at_rest(opened):
    page = opened(reduced_motion="reduce")
    sampled(page)
    assert draws(page) >= 100
    page.get_by_role("slider", name="Noise").press("ArrowRight")
    sampled(page)


def test_on_paper_there_is_a_picture_and_no_control(opened):
    page = opened(scheme="dark")
    sampled(page)
    page.emulate_media(media="print")
    assert page.locator(".bnn-main").is_visible()
    assert page.locator(".bnn-says").is_visible()
    assert not page.locator(".bnn-board").is_visible()
    assert page.get_by_role("button").filter(visible=True).count() <= 1  # the point
    paper = "getComputedStyle(document.querySelector('.bnn')).backgroundColor"
    assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_what_fails_says_so(opened):
    page = opened(playground("one", width=2, ask="How wide?"))
    refuse = "constructor() { throw new Error('no workers here'); }"
    page.evaluate(f"() => {{ window.Worker = class {{ {refuse} }}; }}")
    page.get_by_role("button", name="I have a guess").click()
    phase(page, "failed")
    assert "no workers here" in page.locator(".bnn-meter").inner_text()
