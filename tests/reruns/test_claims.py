"""A claim fails its page, says its numbers, and is found by whoever ran the page."""

import numpy as np
import pytest
import xarray as xr

from bnn_teach.errors import ArgumentError, BnnTeachError, ClaimError
from bnn_teach.reruns.claims import MIME, RECORD, claim, collect_claims


@pytest.fixture
def shown(monkeypatch):
    """What was displayed."""
    found = []
    monkeypatch.setattr("IPython.display.display", found.append)
    return found


@pytest.mark.parametrize(
    "holds", [True, np.True_, np.array(True), np.array([True]), xr.DataArray(True)]
)
def test_what_holds_is_shown_with_its_numbers(shown, holds):
    assert claim("a band\n  narrows", holds, width=xr.DataArray(0.25), n=np.int64(3)) is None
    [found] = shown
    assert repr(found) == "✓ a band narrows\n  width = 0.25, n = 3"
    assert found._repr_mimebundle_()[MIME] == {
        "words": "a band narrows",
        "holds": True,
        "numbers": {"width": 0.25, "n": 3},
    }


def test_what_does_not_hold_fails_the_page_and_says_what_and_with_which_numbers(shown, monkeypatch):
    monkeypatch.delenv(RECORD, raising=False)
    with pytest.raises(ClaimError, match=r"a band narrows\n  width = 2\n") as caught:
        claim("a band narrows", np.False_, width=2.0)
    assert isinstance(caught.value, BnnTeachError) and not shown


def test_in_a_rerun_it_is_recorded(shown, monkeypatch):
    monkeypatch.setenv(RECORD, "record")
    claim("a band narrows", False, width=np.nan)
    bundle = shown[0]._repr_mimebundle_()
    assert bundle["text/plain"].startswith("✗") and bundle[MIME]["numbers"] == {"width": None}
    notebook = {"cells": [{"outputs": [{"data": bundle}, {"output_type": "stream"}]}, {}]}
    assert [each["holds"] for each in collect_claims(notebook)] == [False]


def test_no_line_is_wider_than_its_column(shown):
    claim("a band narrows " * 12, True, **{f"width_{k}": k / 3 for k in range(12)})
    assert max(map(len, repr(shown[0]).splitlines())) <= 79


@pytest.mark.parametrize(
    ("words", "holds", "numbers", "text"),
    [
        ("", True, {}, "a sentence"),
        (3, True, {}, "a sentence"),
        ("a", 1.0, {}, "got float, expected True or False"),
        ("a", np.array([True, False]), {}, "got ndarray, expected True or False"),
        ("a", np.array(1), {}, "expected True or False"),
        ("a", None, {}, "got NoneType"),
        ("a", True, {"width": [1.0]}, "width: got list"),
        ("a", True, {"width": "wide"}, "width: got str"),
        ("a", True, {"width": np.ones((2, 2))}, "width: got"),
    ],
)
def test_what_is_no_claim_is_refused(words, holds, numbers, text):
    with pytest.raises(ArgumentError, match=text):
        claim(words, holds, **numbers)
