"""The tests' own watch: it tells what failed, and leaves alone what was only left early."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.browsing import Watch

pytestmark = pytest.mark.browser

PAGE = b"<!doctype html><link rel=icon href=data:,><p><a href=other>on</a><img src=picture alt=''>"
OTHER = b"<!doctype html><link rel=icon href=data:,><p>"


@pytest.fixture
def place():
    """A server whose picture comes only when ``let_go`` is set, and then is broken off."""
    let_go = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/picture":
                let_go.wait(30)
                return
            found = {"/page": PAGE, "/other": OTHER}.get(self.path)
            self.send_response(404 if found is None else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(found or OTHER)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", let_go
        let_go.set()
        server.shutdown()


@pytest.fixture
def watched(browser, place):
    page = browser.new_page()
    yield page, Watch(page, own=(place[0],))
    page.close()


def test_a_request_of_a_page_that_was_left_is_no_trouble(watched, place):
    (page, watch), (address, _) = watched, place
    page.goto(f"{address}/page", wait_until="domcontentloaded")
    with page.expect_event("requestfailed") as failed:
        page.get_by_text("on").click()
    assert failed.value.url == f"{address}/picture"
    assert watch.troubles == []


def test_an_answer_that_breaks_off_is_trouble(watched, place):
    (page, watch), (address, let_go) = watched, place
    let_go.set()
    page.goto(f"{address}/page")
    assert f"net::ERR_EMPTY_RESPONSE: {address}/picture" in watch.troubles


def test_what_is_not_there_is_trouble(watched, place):
    (page, watch), (address, _) = watched, place
    page.goto(f"{address}/nowhere")
    assert f"404: {address}/nowhere" in watch.troubles


def test_what_is_asked_for_elsewhere_is_foreign(watched, place):
    (page, watch), (address, _) = watched, place
    page.goto(f"{address}/other")
    assert watch.foreign == []
    page.evaluate("fetch('http://127.0.0.1:9/', {mode: 'no-cors'}).catch(() => 0)")
    assert watch.foreign == ["http://127.0.0.1:9/"]


def test_what_a_page_complains_of_is_trouble(watched, place):
    (page, watch), (address, _) = watched, place
    page.goto(f"{address}/other")
    with page.expect_event("pageerror"):
        page.evaluate("setTimeout(() => { throw new Error('lost') })")
    page.evaluate("console.error('no way')")
    assert watch.troubles == ["error: lost", "said: no way"]
