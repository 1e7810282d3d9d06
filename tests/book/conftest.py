"""What the tests of the book share: the book, built once for all of them, and ways to its pages.

The built book is kept in build/test-book by what it was made from, so that a second run of the
tests, or a second worker, takes it as it is.
"""

import fcntl
import shutil

import pytest

from tests.book.building import ROOT, Book, build, fingerprint, moving_names
from tests.browsing import Watch, served


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


@pytest.fixture(scope="module")
def address(site, tmp_path_factory):
    """Where a page is, from disk or from a server that has the book under a prefix."""
    top = tmp_path_factory.mktemp("server")
    (top / "some" / "prefix").mkdir(parents=True)
    (top / "some" / "prefix" / "course").symlink_to(site, target_is_directory=True)
    with served(top) as server:
        roots = {"disk": f"{site.as_uri()}/", "server": f"{server}/some/prefix/course/"}
        yield lambda name, way="disk": f"{roots[way]}{name}.html"


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
        watches.append(Watch(page, own=(address("", way).removesuffix(".html"),)))
        page.goto(address(name, way))
        if name in moving_names():
            page.wait_for_function("document.documentElement.dataset.bnnMounted")
        page.wait_for_function("!window.MathJax?.startup?.promise || MathJax.startup.promise")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert [each for watch in watches for each in watch.foreign + watch.troubles] == []
