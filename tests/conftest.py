"""What all tests share: the working dtype is put back; a browser is there, or its lack is told."""

import os
import shutil
import sys

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(autouse=True)
def _restored_dtype():
    """Put float32 back after every test; a test without TensorFlow does not import it for this."""
    yield
    dtypes = sys.modules.get("bnn_teach.dsl.dtypes")
    if dtypes is not None:
        dtypes.set_dtype("float32")


@pytest.fixture
def float64():
    """Compute in float64 during the test."""
    from bnn_teach.dsl.dtypes import set_dtype

    set_dtype("float64")


def pytest_runtest_setup(item):
    """Skip a test marked ``browser`` where there is none, or fail it if one is required."""
    if item.get_closest_marker("browser") is not None:
        find_browser()


@pytest.fixture(scope="session")
def browser_path():
    """The browser's program, for ``playwright.chromium.launch(executable_path=...)``."""
    return find_browser()


def find_browser():
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is not None:
        return found
    reason = f"no browser: none of {', '.join(BROWSERS)} is on the PATH (apt-get install chromium)"
    if os.environ.get("BNN_TEACH_REQUIRE_BROWSER") == "1":
        pytest.fail(f"{reason}, and BNN_TEACH_REQUIRE_BROWSER=1 asks for one", pytrace=False)
    pytest.skip(reason)
