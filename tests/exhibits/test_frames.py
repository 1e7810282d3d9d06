"""Axes are chosen once for all frames; what cannot be a frame is refused."""

import pytest

from bnn_teach import exhibits as ex
from bnn_teach.errors import ArgumentError, ExhibitError
from bnn_teach.exhibits.frames import check_frame, shown


def line(height, **panel):
    return ex.Frame([ex.Panel([ex.Line([0, 2], [0, height], "nuts")], **panel)], "A line.")


def test_axes_hold_the_marks_of_all_frames():
    [limits] = shown([line(1), line(10)])
    assert limits["x"] == (0, 2)
    assert limits["y"] == (-0.5, 10.5)


def test_axes_that_were_asked_for_are_kept():
    assert shown([line(1, ylim=(-3, 3)), line(10)])[0]["y"] == (-3, 3)


def test_bars_stand_on_zero():
    frame = ex.Frame([ex.Panel([ex.Bars([0], [1], [5], "nuts")])], "A bar.")
    assert shown([frame])[0]["y"] == (0, 5.25)


def test_all_frames_have_as_many_panels():
    two = ex.Frame(line(1).panels * 2, "Two.")
    with pytest.raises(ExhibitError, match="some frames have 1 panels, others 2"):
        shown([line(1), two])


def test_axes_without_a_number_are_asked_for():
    with pytest.raises(ExhibitError, match="give xlim"):
        shown([ex.Frame([ex.Panel([])], "Nothing.")])


@pytest.mark.parametrize("says", ["", "  ", None])
def test_a_frame_says_what_it_shows(says):
    with pytest.raises(ExhibitError, match="expected a sentence"):
        check_frame(ex.Frame(line(1).panels, says))


def test_what_is_no_frame_is_refused():
    with pytest.raises(ExhibitError, match="returned list"):
        check_frame([])
    with pytest.raises(ExhibitError, match="5 panels"):
        check_frame(ex.Frame(line(1).panels * 5, "Five."))


def test_a_panel_takes_marks_and_increasing_limits():
    with pytest.raises(ArgumentError, match="got str"):
        ex.Panel(["line"])
    with pytest.raises(ArgumentError, match=r"ylim: got \(3, -3\)"):
        ex.Panel([], ylim=(3, -3))
