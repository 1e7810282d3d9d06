"""A browser for tests: Chromium, on pages from disk or from a server of this machine only.

You will find how to start it, a watch that tells what a page did besides showing itself, and a hand
that drags sliders.
"""

import functools
import os
import shutil
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bnn_teach.checkup.doctor import BROWSERS

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip

LEFT = "net::ERR_ABORTED"  # why a request failed whose page was left


def find_browser():
    """Return the browser's path; without one, skip the test, or fail where one is required."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is not None:
        return found
    reason = f"no browser: none of {', '.join(BROWSERS)} is on the PATH (apt-get install chromium)"
    if os.environ.get("BNN_TEACH_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and BNN_TEACH_REQUIRE_BROWSER=1 asks for one", pytrace=False)
    pytest.skip(reason)


@contextmanager
def chromium():
    """Start the browser, with a profile of its own, and end it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(), args=FLAGS)
        yield started
        started.close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """Serve a folder; the value is its address, without a slash at its end."""
    handler = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Watch:
    """What a page did besides showing itself.

    Parameters
    ----------
    page : playwright.sync_api.Page
    own : tuple of str
        How the addresses begin that the page may ask for.

    Attributes
    ----------
    foreign : list of str
        What it asked for elsewhere.
    troubles : list of str
        What was not there, what failed, and what the page complained of. A request that the
        browser itself gave up, since the page was left before the answer came, has not failed.
    """

    def __init__(self, page, own):
        self.foreign, self.troubles = [], []
        own = (*own, "data:", "blob:", "about:")

        def note(kind, what):
            self.troubles.append(f"{kind}: {what}")

        page.on("request", lambda r: None if r.url.startswith(own) else self.foreign.append(r.url))
        page.on("requestfailed", lambda r: None if r.failure == LEFT else note(r.failure, r.url))
        page.on("response", lambda r: note(r.status, r.url) if r.status >= 400 else None)
        page.on("pageerror", lambda error: note("error", error))
        page.on("console", lambda m: note("said", m.text) if m.type == "error" else None)


RESTS = """async (slider) => {
  const box = () => JSON.stringify(slider.getBoundingClientRect());
  let [before, still] = [box(), performance.now()];
  while (performance.now() - still < 300) {
    await new Promise(requestAnimationFrame);
    if (box() !== before) [before, still] = [box(), performance.now()];
  }
}"""


def drag(page, slider, share=None):
    """Drag a slider with the mouse to a share of its width; by default to its end, or back.

    JupyterLab scrolls to a cell that was run, and cells above grow while their pictures load. So
    the slider is taken when it rests, and taken again if it still slipped from under the pointer.
    """
    before = slider.input_value()
    low, high = (float(slider.get_attribute(end)) for end in ("min", "max"))
    now = (float(before) - low) / (high - low)
    if share is None:
        share = 0.0 if now == 1.0 else 1.0
    for _ in range(3):
        slider.scroll_into_view_if_needed()
        slider.evaluate(RESTS)
        box = slider.bounding_box()
        place = {"x": 8 + now * (box["width"] - 16), "y": box["height"] / 2}
        slider.hover(position=place)
        box = slider.bounding_box()
        page.mouse.down()
        x, y = box["x"] + 8 + share * (box["width"] - 16), box["y"] + place["y"]
        page.mouse.move(x, y, steps=6)
        page.mouse.up()
        if slider.input_value() != before:
            return
    raise AssertionError("the mouse does not move the slider")
