"""What the tests of the book share: the book, built once for all of them, and a browser on it.

The built book is kept in build/test-book by what it was made from, so that a second run of the
tests, or a second worker, takes it as it is.
"""

import fcntl
import functools
import shutil
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.book.building import ROOT, Book, build, fingerprint, moving_names
from tests.conftest import find_browser

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def book():
    """The built book; several workers wait for the first of them."""
    folder = ROOT / "build" / "test-book"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept = folder / fingerprint()
        if not (kept / "status").exists():
            for old in folder.iterdir():
                if old.is_dir():
                    shutil.rmtree(old)
            made = build(ROOT, kept)
            (kept / "said").write_text(made.said, encoding="utf-8")
            (kept / "complained").write_text(made.complained, encoding="utf-8")
            (kept / "status").write_text(str(made.status), encoding="utf-8")
    said, complained, status = (
        (kept / name).read_text(encoding="utf-8") for name in ("said", "complained", "status")
    )
    return Book(kept / "html", said, complained, int(status))


@pytest.fixture(scope="session")
def site(book):
    """The folder of the built pages."""
    assert book.status == 0, book.complained
    return book.site


# --- Ways to a page --------------------------------------------------------------------------


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(site, tmp_path_factory):
    """Where a page is, from disk or from a server that has the book under a prefix."""
    top = tmp_path_factory.mktemp("server")
    (top / "some" / "prefix").mkdir(parents=True)
    (top / "some" / "prefix" / "course").symlink_to(site, target_is_directory=True)
    handler = functools.partial(_Quiet, directory=str(top))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        roots = {
            "disk": f"{site.as_uri()}/",
            "server": f"http://127.0.0.1:{server.server_port}/some/prefix/course/",
        }
        yield lambda name, way="disk": f"{roots[way]}{name}.html"
        server.shutdown()


@pytest.fixture(scope="module")
def browser():
    """Debian's Chromium, for all tests of a file."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=find_browser(), args=CHROMIUM)
        yield started
        started.close()


class Watch:
    """What a page did besides showing itself."""

    def __init__(self, page, root):
        self.troubles = []
        own = (root, "data:", "blob:", "about:")
        page.on(
            "request",
            lambda asked: None if asked.url.startswith(own) else self.note("foreign", asked.url),
        )
        page.on("requestfailed", lambda asked: self.note("failed", asked.url))
        page.on("response", lambda got: self.note(got.status, got.url) if got.status > 399 else 0)
        page.on("pageerror", lambda error: self.note("error", str(error)))
        page.on("console", lambda line: self.note("said", line.text) if line.type == "error" else 0)

    def note(self, kind, what):
        self.troubles.append(f"{kind}: {what}")


@pytest.fixture
def visit(browser, address):
    """A function that opens a page and waits until its widgets and formulas are in place.

    At the end of the test, no page may have asked for what is not there or is elsewhere, and none
    may have complained.
    """
    contexts, watches = [], []

    def open_page(name, way="disk", width=1300, scheme="light"):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.set_default_timeout(120_000)  # two busy cores may set a long page slowly
        contexts.append(context)
        watches.append(Watch(page, address("", way).removesuffix(".html")))
        page.goto(address(name, way))
        if name in moving_names():
            page.wait_for_function("document.documentElement.dataset.bnnMounted")
        page.wait_for_function("!window.MathJax?.startup?.promise || MathJax.startup.promise")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for watch in watches for each in watch.troubles] == []
