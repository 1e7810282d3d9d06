"""Every role has a look in a page's words: what a figure draws, an exhibit can draw."""

import pathlib
import re

import pytest

from bnn_teach.exhibits import exhibit
from bnn_teach.exhibits.looks import look
from bnn_teach.plots import colors

SCRIPT = (pathlib.Path(exhibit.STATIC) / "figure.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", list(colors))
def test_the_script_knows_the_marker_and_pattern_of_every_role(role):
    known = look(colors[role])
    shapes = SCRIPT.partition("const SHAPES = {")[2].partition("};")[0]
    patterns = SCRIPT.partition("const HATCHES = {")[2].partition("};")[0]
    assert re.search(rf'^  "?{re.escape(known["marker"])}"?:', shapes, re.M)
    key = known["hatch"].replace("\\", "\\\\")
    assert re.search(rf'^  "?{re.escape(key)}"?:', patterns, re.M)


@pytest.mark.wcag("1.4.1")
def test_roles_differ_without_colour():
    looks = [look(colors[role]) for role in ("nuts", "advi", "fullrank_advi", "ensemble", "truth")]
    assert len({tuple(each["dash"]) for each in looks}) == 5


def test_dashes_are_those_of_the_figure():
    assert look(colors["truth"])["dash"] == [8, 4]
    assert look(colors["nuts"])["dash"] == []
