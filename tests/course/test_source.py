"""What a page shows of the library is the code itself, and fits its column."""

import ast

import pytest

import bnn_teach as bt
from bnn_teach.course.source import source_of
from bnn_teach.errors import ArgumentError


def broken(data):
    """Say something."""
    if data:
        raise ArgumentError(f"{data!r} is, and this is long, not what was, or " + str(data), data)
    return data  # a remark


def test_the_body_is_shown_without_its_docstring_and_no_line_is_too_wide():
    shown = source_of(broken)
    assert shown.startswith("if data:\n    raise") and shown.endswith("return data  # a remark")
    assert max(map(len, shown.splitlines())) <= 79 and "Say something" not in shown
    wanted = ast.dump(ast.Module(ast.parse(shown.replace("return data", "pass")).body, []))
    assert "ArgumentError" in wanted
    for function in (bt.network, bt.quantile_band):
        lines = source_of(function).splitlines()
        assert max(map(len, lines)) <= 79 and '"""' not in "".join(lines) and lines[0].strip()
    assert source_of(bt.network).startswith("_check_layers(")


def test_a_part_is_shown_between_two_texts():
    assert source_of(broken, "return") == "return data  # a remark"
    assert source_of(broken, "if", "return").startswith("if data:")
    with pytest.raises(ArgumentError, match="got 'nowhere'"):
        source_of(broken, "nowhere")
